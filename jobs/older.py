"""Tickets older than the service: each is looked at once and observed; taken in when a person says so, at a measure."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime, timedelta
from itertools import islice
from typing import Final

from integrations.store.store import Store
from integrations.zammad.wire import Ticket
from integrations.zammad.writes import Where
from jobs.absences import Search
from jobs.manner import ADOPT

OBSERVE: Final = "observe"
_BEGINNING: Final = datetime(2000, 1, 1, tzinfo=UTC)
_CURSORS: Final = {OBSERVE: "older.observe", ADOPT: "older.adopt"}
_STEP: Final = timedelta(milliseconds=1)
"""How finely the helpdesk dates a creation."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Walk:
    """How far a walk over the older open tickets has come, oldest first.

    upto      tickets created before it are behind
    per_hour  how many an hour; None: as many as the service thinks fit
    owed      what the last rounds left over, in 3600ths of a ticket
    taken     how many so far
    """

    upto: datetime = _BEGINNING
    per_hour: int | None = None
    owed: int = 0
    taken: int = 0
    over: bool = False


def walk_of(store: Store, reason: str) -> Walk | None:
    """How far the walk for `reason` has come; None: nobody has begun one."""
    text = store.cursors.text(_CURSORS[reason])
    if text is None:
        return None
    kept = json.loads(text)
    return Walk(**kept | {"upto": datetime.fromisoformat(kept["upto"])})


def keep_walk(store: Store, reason: str, walk: Walk | None) -> None:
    """Remembers how far the walk has come; None ends it where it is."""
    name = _CURSORS[reason]
    if walk is None:
        store.cursors.forget(name)
    else:
        store.cursors.put(name, _dumped(walk))


def _dumped(walk: Walk) -> str:
    return json.dumps(asdict(walk) | {"upto": walk.upto.isoformat()})


def older_tickets(helpdesk: Search, states: tuple[int, ...], since: datetime, adopt_from: datetime) -> Iterator[Ticket]:
    """The open tickets created in [`since`, `adopt_from`), oldest first. raises ZammadError"""
    is_open = Where(field="ticket.state_id", operator="is", value=tuple(map(str, states)))
    for ticket in helpdesk.search(is_open, created_since=since):
        if ticket.created_at >= adopt_from:
            return
        yield ticket


@dataclass(frozen=True, slots=True, kw_only=True)
class Older:
    """One round takes the next few of each walk: what people do meanwhile is not kept waiting, and nothing comes in a
    burst.

    open        ids of the states in which a ticket is still worked on
    adopt_from  tickets created before it are older
    every       how long from one round to the next
    batch       how many are observed a round
    """

    helpdesk: Callable[[], Search]
    store: Store
    open: Callable[[], tuple[int, ...]]
    adopt_from: Callable[[], datetime]
    wake: Callable[[], None]
    every: timedelta
    batch: int = 50

    def run(self) -> int:
        """Enqueue the next of both walks; returns how many. raises ZammadError, StoreError"""
        observed = self._go_on(OBSERVE, walk_of(self.store, OBSERVE) or Walk(), self.batch)
        adopting = walk_of(self.store, ADOPT)
        if adopting is None:
            return observed
        due = adopting.owed + (adopting.per_hour or 0) * round(self.every.total_seconds())
        many, owed = divmod(due, 3600)
        return observed + self._go_on(ADOPT, replace(adopting, owed=owed), many)

    def _go_on(self, reason: str, walk: Walk, many: int) -> int:
        if walk.over:
            return 0
        if not many:
            keep_walk(self.store, reason, walk)
            return 0
        older = older_tickets(self.helpdesk(), self.open(), walk.upto, self.adopt_from())
        taken = list(islice(older, many))
        # What was created at the same instant goes along: the next round begins behind it.
        taken += [ticket for ticket in _while_at(older, taken[-1].created_at)] if taken else []
        after = replace(walk, taken=walk.taken + len(taken), over=not taken)
        if taken:
            after = replace(after, upto=taken[-1].created_at + _STEP)
        with self.store.unit() as unit:
            unit.inbox.enqueue_all(tuple(ticket.id for ticket in taken), reason)
            unit.cursors.put(_CURSORS[reason], _dumped(after))
        if taken:
            self.wake()
        return len(taken)


def _while_at(tickets: Iterator[Ticket], at: datetime) -> Iterator[Ticket]:
    for ticket in tickets:
        if ticket.created_at != at:
            return
        yield ticket
