"""What was written into the helpdesk last, kept so that changes made there are told from changes of ours."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from integrations.zammad.provision.wanted import Key


@dataclass(frozen=True, slots=True, kw_only=True)
class Applied:
    """One object.

    id        Zammad's
    fields    as written last; secrets as their digests
    intended  fields as they were to be written next: an apply that was interrupted may have written them
    retired   it was made inactive because nothing needs it any more
    """

    key: Key
    id: int
    fields: Mapping[str, object] = field(default_factory=dict)
    intended: Mapping[str, object] = field(default_factory=dict)
    retired: bool = False


class Record(Protocol):
    """Where that is kept. May raise whatever its store raises."""

    def all(self) -> Sequence[Applied]: ...
    def put(self, applied: Applied) -> None: ...
    def forget(self, key: Key) -> None: ...


class Forgetful:
    """A record that begins empty and lasts as long as the process."""

    def __init__(self) -> None:
        self._known: dict[Key, Applied] = {}

    def all(self) -> Sequence[Applied]:
        return tuple(self._known.values())

    def put(self, applied: Applied) -> None:
        self._known[applied.key] = applied

    def forget(self, key: Key) -> None:
        self._known.pop(key, None)
