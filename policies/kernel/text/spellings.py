"""Every spelling of every phrase in one automaton, and where those that a text has stand in it."""

import itertools
import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from operator import itemgetter
from typing import Final, TypeAlias

import ahocorasick

from policies.kernel.text.phrases import Phrase
from policies.kernel.text.places import Span

_ASTRAL: Final = re.compile("[\U00010000-\U0010ffff]")
_BEGUN: Final = itemgetter(0, 1)
_RULE: Final = itemgetter(2)
_LETTER, _DIGIT, _OTHER = 1, 2, 0


@dataclass(slots=True, eq=False)
class Spelling:
    """One spelling.

    left, right  the kind of character that must not adjoin it there
    alone        rules of phrases that it is
    rarest       rules of phrases of which it is the rarest part
    bordered     whether anything must not adjoin it at all
    bits         one bit for each group it belongs to
    """

    form: str
    size: int
    left: int
    right: int
    alone: list["Rule"]
    rarest: list["Rule"]
    bordered: bool
    bits: int = 0


@dataclass(frozen=True, slots=True, eq=False)
class Group:
    """Spellings of which any will do: a part of a phrase, or the words that are looked for around one."""

    spellings: frozenset[Spelling]
    number: int
    bit: int
    longest: int


@dataclass(frozen=True, slots=True, eq=False)
class Rule:
    """A phrase compiled.

    parts         the groups of its words, where it has several parts; `bits` are theirs
    unless, only  its context words, where it has any
    """

    phrase: Phrase
    parts: tuple[Group, ...] = ()
    bits: int = 0
    unless: Group | None = None
    only: Group | None = None


class Spellings:
    """All spellings; add them, their rules and groups, then `close`. Immutable from then on.

    The automaton reads UTF-16 byte by byte: its nodes are searched one branch after the other, and no byte has as many
    successors as the first characters of all phrases would make.
    """

    __slots__ = ("_automaton", "_groups", "_known")

    def __init__(self) -> None:
        self._known: dict[str, Spelling] = {}
        self._groups: dict[frozenset[str], Group] = {}
        self._automaton = ahocorasick.Automaton()

    def add(self, form: str, rule: Rule) -> None:
        """Where `form` stands, the rule's phrase is or may be."""
        spelling = self._spelling(form)
        (spelling.rarest if rule.parts else spelling.alone).append(rule)

    def group(self, forms: frozenset[str]) -> Group:
        """The group of these spellings; the same for the same ones. Not of none."""
        known = self._groups.get(forms)
        if known is None:
            number = len(self._groups)
            bit = 1 << number
            spellings = frozenset(map(self._spelling, forms))
            for spelling in spellings:
                spelling.bits |= bit
            known = self._groups[forms] = Group(spellings, number, bit, max(map(len, forms)))
        return known

    def close(self) -> None:
        for form, spelling in self._known.items():
            self._automaton.add_word(_bytes(form), spelling)
        self._automaton.make_automaton()

    def places(self, folded: str) -> "Places":
        """Where they stand in a text, on borders of their own: one pass over it, whatever their number."""
        found: Found = defaultdict(list)
        if self._known and folded:
            kind = _KINDS.get
            around = f"{folded} "
            for last, spelling in self._automaton.iter(_bytes(folded)):
                if last & 1:  # a match that ends between the two bytes of a character is none
                    end = last + 1 >> 1
                    start = end - spelling.size
                    if spelling.bordered and (
                        (spelling.right and kind(around[end]) == spelling.right)
                        or (spelling.left and kind(around[start - 1]) == spelling.left)
                    ):
                        continue
                    found[spelling].append((start, end))
        return Places(found)

    def _spelling(self, form: str) -> Spelling:
        known = self._known.get(form)
        if known is None:
            left, right = _kind(form[0]), _kind(form[-1])
            known = self._known[form] = Spelling(form, len(form), left, right, [], [], bool(left or right))
        return known


Found: TypeAlias = defaultdict[Spelling, list[Span]]


class Places:
    """The spellings of one text.

    bits   of the groups of which a spelling stands there
    """

    __slots__ = ("_found", "_of_group", "_there", "bits")

    def __init__(self, found: Found) -> None:
        self._found = found
        self._there = frozenset(found)
        self._of_group: dict[int, Sequence[Span]] = {}
        self.bits = 0
        for spelling in found:
            self.bits |= spelling.bits

    def alone(self) -> Iterable[tuple[Spelling, list[Span]]]:
        """Each spelling that is a phrase, with its places in order; those that end first before the others."""
        return [(spelling, spans) for spelling, spans in self._found.items() if spelling.alone]

    def of_parts(self) -> Iterable[Rule]:
        """The rules of several parts of which each stands there, in the order in which their rarest parts begin."""
        begun: list[tuple[int, int, Rule]] = []
        bits = self.bits
        for spelling, spans in self._found.items():
            for rule in spelling.rarest:
                if bits & rule.bits == rule.bits:
                    begun.append((spans[0][1], -spelling.size, rule))
        begun.sort(key=_BEGUN)
        return dict.fromkeys(map(_RULE, begun))

    def of_each(self, groups: tuple[Group, ...]) -> list[Sequence[Span]]:
        """`of` each of the groups, of which each stands there."""
        known = self._of_group
        spans = []
        for group in groups:
            number = group.number
            spans.append(known[number] if number in known else self.of(group))
        return spans

    def of(self, group: Group) -> Sequence[Span]:
        """All places of the group's spellings, in order of text."""
        spans = self._of_group.get(group.number)
        if spans is None:
            if not self.bits & group.bit:
                return ()
            there = group.spellings & self._there
            if len(there) == 1:
                (only,) = there
                spans = self._found[only]
            else:
                spans = sorted(itertools.chain.from_iterable(map(self._found.__getitem__, there)))
            self._of_group[group.number] = spans
        return spans


def _bytes(text: str) -> str:
    """Two characters, one per byte, for each character of the text; what needs four bytes has a private one each."""
    data = text.encode("utf-16-be", "surrogatepass")
    if len(data) != 2 * len(text):
        data = _ASTRAL.sub(lambda sign: chr(0xE000 + ord(sign[0]) % 0x1900), text).encode("utf-16-be", "surrogatepass")
    return data.decode("latin-1")


_KINDS: Final = dict.fromkeys("0123456789", _DIGIT) | dict.fromkeys(
    map(chr, (*range(ord("a"), ord("z") + 1), *range(ord("ß"), ord("ɏ") + 1))), _LETTER
)


def _kind(char: str) -> int:
    return _KINDS.get(char, _OTHER)
