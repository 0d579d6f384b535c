"""What shows on a ticket at a glance, by which rules say when they are asked: `when=OPEN & has("severity", "major")`.

A trait is coarse and cheap: whether the ticket is open, whether the customer wrote, what stands in a field. A rule is
asked only where its traits hold, so they say of it what need not be asked: where they do not hold it wants nothing. All
are seen once for each look at a ticket, and again when a decision changes it.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import product
from typing import Final, TypeAlias

from policies.kernel.problems import did_you_mean
from policies.kernel.vocabulary import OPTIONS

Way: TypeAlias = tuple[int, int]
"""Which bits are looked at, and how they must be."""


@dataclass(frozen=True, slots=True)
class Trait:
    """Something that shows, or several such things put together by `&` (both), `|` (one of them) and `~` (not).

    ways   it holds when the bits are as one of these ways says
    words  as a person reads it
    """

    ways: tuple[Way, ...]
    words: str

    def holds(self, bits: int) -> bool:
        """Whether it holds of a ticket on which these show."""
        return any(bits & looked_at == wanted for looked_at, wanted in self.ways)

    @property
    def looked_at(self) -> int:
        """The bits on which it depends."""
        found = 0
        for looked_at, _ in self.ways:
            found |= looked_at
        return found

    def __and__(self, other: Trait) -> Trait:
        joined = (_both(one, two) for one, two in product(self.ways, other.ways))
        return Trait(_each_once(way for way in joined if way is not None), _joined(self, "and", other))

    def __or__(self, other: Trait) -> Trait:
        return Trait(_each_once((*self.ways, *other.ways)), _joined(self, "or", other))

    def __invert__(self) -> Trait:
        none = Trait(((0, 0),), "")
        for looked_at, wanted in self.ways:
            bits = [1 << place for place in range(looked_at.bit_length()) if looked_at >> place & 1]
            none &= Trait(tuple((bit, bit & ~wanted) for bit in bits), "")
        return Trait(none.ways, f"not ({self.words})" if " " in self.words else f"not {self.words}")

    def __str__(self) -> str:
        return self.words


def _both(one: Way, two: Way) -> Way | None:
    """Both ways at once; None where they contradict one another."""
    common = one[0] & two[0]
    return None if (one[1] ^ two[1]) & common else (one[0] | two[0], one[1] | two[1])


def _each_once(ways: Iterable[Way]) -> tuple[Way, ...]:
    return tuple(dict.fromkeys(ways))


def _joined(one: Trait, word: str, other: Trait) -> str:
    sides = (f"({side.words})" if " or " in side.words and word == "and" else side.words for side in (one, other))
    return f" {word} ".join(side for side in sides if side)


class Known:
    """The traits that rules go by, each with its bit. Bits are given when a rule is written, and never change."""

    def __init__(self) -> None:
        self.bits: dict[tuple[str, str, tuple[str | int, ...]], int] = {}

    def one(self, form: str, name: str, values: tuple[str | int, ...], words: str) -> Trait:
        bit = self.bits.setdefault((form, name, values), 1 << len(self.bits))
        return Trait(((bit, bit),), words)


KNOWN: Final = Known()
ALWAYS: Final = Trait(((0, 0),), "always")


def _sign(name: str, words: str) -> Trait:
    return KNOWN.one("sign", name, (), words)


CLOSED: Final = _sign("closed", "closed")
OPEN: Final = ~CLOSED
"""In any state but closed; of tickets that were merged or removed no rule is asked at all."""
UNSORTED: Final = _sign("unsorted", "came without a kind")
OWNER_AWAY: Final = _sign("owner_away", "owner away")
NEW_OWNER: Final = _sign("new_owner", "owner does not have the case yet")
AT_DEPARTMENT: Final = _sign("at_department", "on a department's desk")
CUSTOMER_WROTE: Final = _sign("customer_wrote", "customer wrote")
ANSWERED: Final = _sign("answered", "answered by a person")
"""A person of the company wrote something that the customer can read."""
BARE_ANSWER: Final = _sign("bare_answer", "answer is a bare refusal")
JARGON: Final = _sign("jargon", "answer leaves a term unexplained")
PROMISED: Final = _sign("promised", "answer names a time")
KIND_LEARNT: Final = _sign("kind_learnt", "corrections taught a kind for it")
SUM_NAMED: Final = _sign("sum_named", "customer names a sum")
CONFIDENTIAL: Final = _sign("confidential", "holds personal data")
COMPLAINED_BEFORE: Final = _sign("complained_before", "customer complained before")
SAME_CAUSE: Final = _sign("same_cause", "others complain of the same cause")
LINKED: Final = _sign("linked", "customer complained of the same cause before")
UNDELIVERED: Final = _sign("undelivered", "message given up")


def has(field: str, *values: str | int) -> Trait:
    """A field is filled in; with values: holds one of them, or, a field of several values, at least one of them.

    field   of the ticket, of the core set, or of any module, without `zhidu_`
    raises  ValueError – a value that is none of the field's options
    """
    for value in values:
        if field in OPTIONS and value not in OPTIONS[field]:
            raise ValueError(f"{field} is never {value!r}{did_you_mean(value, OPTIONS[field])}")
    return KNOWN.one("field", field, values, f"{field} {_or(values)}" if values else f"{field} set")


def changed(field: str) -> Trait:
    """The ticket's history holds a change of the field."""
    return KNOWN.one("changed", field, (), f"{field} changed")


def said(*labels: str) -> Trait:
    """A message of the customer's holds a phrase of one of these labels."""
    return KNOWN.one("said", "", labels, f"customer says {_or(labels)}")


def worded(*labels: str) -> Trait:
    """An answer of a person holds a phrase of one of these labels."""
    return KNOWN.one("worded", "", labels, f"answer says {_or(labels)}")


def _or(words: Iterable[str | int]) -> str:
    return " or ".join(str(word) for word in words)
