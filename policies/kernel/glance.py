"""One glance at a ticket: which of the traits that rules go by show on it, as bits."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from operator import attrgetter
from typing import Any, Final, TypeAlias

from policies.kernel import traits
from policies.kernel.facts import Article, Facts, Ticket
from policies.kernel.kept import kept
from policies.kernel.text import TextFeatures, Wording
from policies.kernel.traits import KNOWN, Known, Trait

SAID: Final = "_said"
"""Where facts keep what shows by articles, history and other cases: the same as long as these are."""
SHOWN: Final = "_shown"
"""Where they keep all that shows: the same as long as the ticket is, too."""


def bits(facts: Facts) -> int:
    """The traits that show; seen once for the same facts."""
    found = facts.__dict__
    glance = _current()
    shown: tuple[Glance, int] | None = found.get(SHOWN)
    if shown is None or shown[0] is not glance:
        told: tuple[Glance, int] | None = found.get(SAID)
        if told is None or told[0] is not glance:
            told = found[SAID] = (glance, glance.told(facts))
        shown = found[SHOWN] = (glance, told[1] | glance.shown(facts))
    return shown[1]


def _bit(trait: Trait) -> int:
    return trait.looked_at


_CLOSED: Final = _bit(traits.CLOSED)
_UNSORTED: Final = _bit(traits.UNSORTED)
_OWNER_AWAY: Final = _bit(traits.OWNER_AWAY)
_NEW_OWNER: Final = _bit(traits.NEW_OWNER)
_AT_DEPARTMENT: Final = _bit(traits.AT_DEPARTMENT)
_CUSTOMER_WROTE: Final = _bit(traits.CUSTOMER_WROTE)
_ANSWERED: Final = _bit(traits.ANSWERED)
_BARE_ANSWER: Final = _bit(traits.BARE_ANSWER)
_JARGON: Final = _bit(traits.JARGON)
_KIND_LEARNT: Final = _bit(traits.KIND_LEARNT)
_PROMISED: Final = _bit(traits.PROMISED)
_SUM_NAMED: Final = _bit(traits.SUM_NAMED)
_CONFIDENTIAL: Final = _bit(traits.CONFIDENTIAL)
_COMPLAINED_BEFORE: Final = _bit(traits.COMPLAINED_BEFORE)
_SAME_CAUSE: Final = _bit(traits.SAME_CAUSE)
_LINKED: Final = _bit(traits.LINKED)
_UNDELIVERED: Final = _bit(traits.UNDELIVERED)


_SEVERAL: Final = frozenset({"flags", "tags", "ways", "absent", "nonsense"})
"""Fields of the ticket that hold several values."""

Holds: TypeAlias = tuple[int, Mapping[object, int]]
"""The bits of one field: whenever it is filled in, and by what it holds."""


class Glance:
    """The traits known so far, sorted by where they are seen. Safe to share between threads."""

    def __init__(self, known: Known) -> None:
        groups = dict(known.bits)
        self.count = len(groups)
        self.changed = {name: bit for (form, name, _), bit in groups.items() if form == "changed"}
        self.said = _by_label((values, bit) for (form, _, values), bit in groups.items() if form == "said")
        self.worded = _by_label((values, bit) for (form, _, values), bit in groups.items() if form == "worded")
        fields = _fields((name, values, bit) for (form, name, values), bit in groups.items() if form == "field")
        single = [name for name in fields if name in Ticket.__dataclass_fields__ and name not in _SEVERAL]
        self.single = tuple(fields[name] for name in single)
        self.values: Callable[[Ticket], tuple[Any, ...]] = _getter(single)
        self.several = {name: bits for name, bits in fields.items() if name in _SEVERAL}
        self.custom = {name: bits for name, bits in fields.items() if name not in Ticket.__dataclass_fields__}

    def told(self, facts: Facts) -> int:
        """What shows by what was said and done, and by other cases."""
        found = 0
        for article in facts.articles:
            if article.confidential:
                found |= _CONFIDENTIAL
            sender = article.sender
            if sender == "customer":
                found |= said(article.features, self)
            elif sender == "agent" and article.to_customer:
                found |= self._answer(article)
        known = self.changed
        for name in facts.latest:
            found |= known.get(name, 0)
        related = facts.related
        if related.earlier:
            found |= _COMPLAINED_BEFORE
        if related.linked:
            found |= _LINKED
        if related.same_cause > 1:
            found |= _SAME_CAUSE
        if related.undelivered:
            found |= _UNDELIVERED
        return found

    def _answer(self, article: Article) -> int:
        return _ANSWERED if article.wording is None else worded(article.wording, self)

    def shown(self, facts: Facts) -> int:
        """What shows by the ticket itself, its desk and its owner."""
        ticket = facts.ticket
        found = _CLOSED if ticket.state_type == "closed" else 0
        for value, (filled, holds) in zip(self.values(ticket), self.single, strict=True):
            if value is not None:
                found |= filled | holds.get(value, 0)
        for name, about in self.several.items():
            if values := getattr(ticket, name):
                found |= _of_several(values, about)
        for name, value in ticket.custom.items():
            if value is not None and name in self.custom:
                filled, holds = self.custom[name]
                found |= (
                    _of_several(value, (filled, holds))
                    if isinstance(value, frozenset)
                    else filled | holds.get(value, 0)
                )
        if (facts.read or ticket).kind is None:
            found |= _UNSORTED
        if ticket.confidential:
            found |= _CONFIDENTIAL
        if facts.desk.department is not None:
            found |= _AT_DEPARTMENT
        if ticket.owner is not None:
            if ticket.owner != ticket.case_owner:
                found |= _NEW_OWNER
            owner = facts.people.get(ticket.owner)
            if owner is not None and not (owner.active and not owner.away):
                found |= _OWNER_AWAY
        return found


@kept
def said(features: TextFeatures, glance: Glance) -> int:
    """The bits of one message of the customer's."""
    found = _CUSTOMER_WROTE
    if features.amounts:
        found |= _SUM_NAMED
    if features.proposal is not None:
        found |= _KIND_LEARNT
    for label, weight in features.weights:
        if weight > 0:
            found |= glance.said.get(label, 0)
    return found


@kept
def worded(wording: Wording, glance: Glance) -> int:
    """The bits of one answer."""
    found = _ANSWERED
    if wording.promises:
        found |= _PROMISED
    if wording.bare:
        found |= _BARE_ANSWER
    if wording.unexplained:
        found |= _JARGON
    for mark in wording.marks:
        found |= glance.worded.get(mark.label, 0)
    return found


def _by_label(groups: Iterable[tuple[tuple[str | int, ...], int]]) -> dict[object, int]:
    found: dict[object, int] = {}
    for values, bit in groups:
        for value in values:
            found[value] = found.get(value, 0) | bit
    return found


def _fields(groups: Iterable[tuple[str, tuple[str | int, ...], int]]) -> dict[str, Holds]:
    by_name: dict[str, list[tuple[tuple[str | int, ...], int]]] = {}
    for name, values, bit in groups:
        by_name.setdefault(name, []).append((values, bit))
    return {name: (sum(bit for values, bit in each if not values), _by_label(each)) for name, each in by_name.items()}


def _of_several(values: frozenset[str], about: Holds) -> int:
    filled, holds = about
    found = filled if values else 0
    for value in values:
        found |= holds.get(value, 0)
    return found


def _getter(names: Sequence[str]) -> Callable[[Ticket], tuple[Any, ...]]:
    """The values of these fields; `attrgetter` gives the bare value where there is one name only."""
    if len(names) > 1:
        return attrgetter(*names)
    return lambda ticket: tuple(getattr(ticket, name) for name in names)


_glance = Glance(KNOWN)


def _current() -> Glance:
    """Made anew when a rule has brought another trait."""
    global _glance
    if _glance.count != len(KNOWN.bits):
        _glance = Glance(KNOWN)
    return _glance
