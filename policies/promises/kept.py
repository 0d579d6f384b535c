"""What became of each promise: open, kept, moved, broken. Derived from the replies each time a case is looked at."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final, Literal, TypeAlias

from policies.kernel.calendar import WorkingCalendar
from policies.kernel.facts import Article, Facts
from policies.kernel.instants import instant
from policies.kernel.kept import kept
from policies.kernel.quick import quick
from policies.kernel.text import Wording

State: TypeAlias = Literal["open", "kept", "moved", "broken"]

_WITH_THE_REPLY: Final = timedelta(minutes=2)
"""A field set this short a time before a reply belongs to it: one form holds both."""
_VIEW: Final = "_promises"


@quick
@dataclass(frozen=True, slots=True, kw_only=True)
class Given:
    """One promise.

    at        when it was given; of several given at once, `number` counts from 0
    by        who gave it
    ended_at  when it was kept or moved, or answered too late; None: not yet
    moved_to  the new time of one that was moved
    """

    at: datetime
    due_at: datetime
    by: int
    number: int = 0
    state: State = "open"
    ended_at: datetime | None = None
    moved_to: datetime | None = None

    @property
    def name(self) -> str:
        """Names it in keys."""
        return f"{self.at:%Y%m%dT%H%M%S}.{self.number}"


def given(facts: Facts) -> tuple[Given, ...]:
    """Every promise of the case, in the order in which they were given; found once for all rules."""
    known = facts.__dict__.get(_VIEW)
    if known is None:
        known = facts.__dict__[_VIEW] = _given(facts)
    return known


def _given(facts: Facts) -> tuple[Given, ...]:
    told: list[Given] = []
    replies = facts.to_customer
    field = _field(facts)
    for index, reply in enumerate(replies):
        last = index == len(replies) - 1
        new = (field,) if last and field is not None and _belongs(field, reply) else _promised(reply, facts)
        if told:
            told = _answered(told, reply.at, new)
        told += new
    if field is not None and not (replies and _belongs(field, replies[-1])):
        told = [*_answered(told, field.at, [field], said=False), field]
    return tuple(_at_the_end(promise, facts) for promise in told)


def _promised(reply: Article, facts: Facts) -> tuple[Given, ...]:
    """The promises of one reply, the one due first in front; a time that is over when it is written binds nobody."""
    said = reply.wording
    return _words_given(said, facts.calendar, reply.at, reply.by) if said is not None and said.promises else ()


@kept
def _words_given(said: Wording, calendar: WorkingCalendar, at: datetime, by: int) -> tuple[Given, ...]:
    times = (instant(promise.when, at, calendar) for promise in said.promises)
    due = sorted({time for time in times if time > at})
    return tuple(Given(at=at, due_at=time, by=by, number=number) for number, time in enumerate(due))


def _field(facts: Facts) -> Given | None:
    """The time that a person set in the field, which wins over the words of the reply it goes with."""
    due_at, change = facts.ticket.promised_at, facts.set_by_person("promised_at")
    if due_at is None or change is None or not change.new or due_at <= change.at:
        return None
    return Given(at=change.at, due_at=due_at, by=change.by)


def _belongs(field: Given, reply: Article) -> bool:
    return field.at >= reply.at - _WITH_THE_REPLY


def _answered(told: Sequence[Given], at: datetime, new: Sequence[Given], *, said: bool = True) -> list[Given]:
    """The promises after something was said at `at`: what was due is broken, the one due next is kept or moved.

    said   whether the customer heard something; a field alone moves, and keeps nothing
    """
    due_next = min(
        (promise.due_at for promise in told if promise.state == "open" and promise.due_at >= at), default=None
    )
    after = []
    for promise in told:
        if promise.state == "open" and promise.due_at < at:
            promise = replace(promise, state="broken", ended_at=at)
        elif promise.state == "open" and promise.due_at == due_next and (said or new):
            moved_to = new[0].due_at if new and new[0].due_at > promise.due_at else None
            state: State = "kept" if moved_to is None and said else "moved"
            promise = replace(promise, state=state, ended_at=at, moved_to=moved_to or (new[0].due_at if new else None))
        after.append(promise)
    return after


def _at_the_end(promise: Given, facts: Facts) -> Given:
    """A solution keeps what was promised; whatever is open and past is broken."""
    if promise.state != "open":
        return promise
    solved_at = facts.ticket.closed_at or facts.ticket.updated_at if facts.ticket.closed else None
    if solved_at is not None and solved_at >= promise.at and solved_at <= promise.due_at:
        return replace(promise, state="kept", ended_at=solved_at)
    if promise.due_at < (solved_at or facts.now):
        return replace(promise, state="broken", ended_at=solved_at)
    return promise
