"""Deliveries that never came: tickets changed since the cursor that no look has seen are looked at."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import islice

from integrations.store.store import Store
from jobs.ports import Helpdesk

CURSOR = "reconcile"
OVERLAP = timedelta(minutes=2)
"""A change becomes visible when its transaction ends, a little after the time it bears."""
PAGE = 200
"""Tickets whose looks are asked for at once: as many as the helpdesk lists at once."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reconcile:
    """Reads what changed since the last round and compares it with the last looks.

    grace   a change younger than this is left to its delivery, which is on its way
    """

    helpdesk: Callable[[], Helpdesk]
    store: Store
    now: Callable[[], datetime]
    wake: Callable[[], None]
    grace: timedelta = timedelta(seconds=30)

    def run(self) -> int:
        """Enqueue what was missed; returns how many tickets. The first round of all only sets the cursor.

        The cursor moves only over tickets that were seen or enqueued, so that a round that fails is made up by the
        next. raises  ZammadError, StoreError
        """
        began = self.now()
        since = self.store.cursors.time(CURSOR)
        if since is None:
            self.store.cursors.put(CURSOR, began)
            return 0
        missed = tuple(dict.fromkeys(self._missed(since - OVERLAP, began - self.grace)))
        with self.store.unit() as unit:
            if missed:
                unit.inbox.enqueue_all(missed, "missed")
            unit.cursors.put(CURSOR, max(since, began - self.grace))
        if missed:
            self.wake()
        return len(missed)

    def _missed(self, since: datetime, until: datetime) -> Iterator[int]:
        changed = (ticket for ticket in self.helpdesk().changed_since(since) if ticket.updated_at <= until)
        while page := tuple(islice(changed, PAGE)):
            looks = self.store.looks.known([ticket.id for ticket in page])
            for ticket in page:
                look = looks.get(ticket.id)
                if look is None or not look.saw(ticket.updated_at, ticket.updated_by_id):
                    yield ticket.id
