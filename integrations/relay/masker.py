"""What masks the texts and files of a mail, and what was found there so far."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Protocol


@dataclass(frozen=True, slots=True, kw_only=True)
class MaskedText:
    """kinds   of what is masked → how many of it"""

    text: str = field(repr=False)
    kinds: Mapping[str, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class MaskedFile:
    """content    masked; the given one where nothing is to be masked; None: it cannot be masked without loss
    readable   False: nobody can tell what it holds
    """

    content: bytes | None = field(repr=False)
    kinds: Mapping[str, int]
    readable: bool = True


class Masker(Protocol):
    """Masks as the policy says (6.1.1)."""

    def text(self, text: str, *, html: bool = False) -> MaskedText: ...
    def pseudonym(self, value: str) -> str:
        """A name of letters for a value: always the same, and nobody without the key can tell which."""
        ...

    def file(self, name: str, mime_type: str, content: bytes) -> MaskedFile: ...

    def moves(self, kinds: Collection[str]) -> bool:
        """Whether any of these kinds is reason enough to change a mail."""
        ...


@dataclass(slots=True)
class Tally:
    """What one pass through a mail has found.

    kinds       → how many
    unreadable  parts that nobody can look into
    sealed      parts in whose place a text stands
    void        a signature that does not hold any more
    known       digests of what has been looked at
    """

    kinds: Counter[str] = field(default_factory=Counter)
    unreadable: int = 0
    sealed: int = 0
    void: bool = False
    known: set[bytes] = field(default_factory=set, repr=False)
