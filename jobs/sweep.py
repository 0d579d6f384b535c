"""Due clocks: a clock's next instant has come, so its ticket is looked at. Costs what the due ones cost."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

import structlog

from integrations.store.store import Store

log = structlog.get_logger()


@dataclass(frozen=True, slots=True, kw_only=True)
class Sweep:
    """`wake` tells the workers; `limit` tickets a round at most, the longest due first."""

    store: Store
    now: Callable[[], datetime]
    wake: Callable[[], None]
    limit: int = 500

    def run(self) -> int:
        """Enqueue every ticket with a clock that wants a look; returns how many. At most one waits per ticket."""
        due = self.store.clocks.due(self.now(), self.limit)
        if due:
            self.store.inbox.enqueue_all(due, "due")
            self.wake()
        return len(due)


CALENDARS = "calendars"


def recompute_provisional(store: Store, calendars: str) -> int:
    """Look again at tickets whose due time rests on a year without holiday data, where that data has come.

    calendars   names the data there is; nothing happens while it is what it was the last time
    returns     how many tickets
    """
    if store.cursors.text(CALENDARS) == calendars:
        return 0
    tickets = store.clocks.provisional()
    with store.unit() as unit:
        if tickets:
            unit.inbox.enqueue_all(tickets, "calendar")
        unit.cursors.put(CALENDARS, calendars)
    if tickets:
        log.info("calendar data has changed: provisional deadlines are counted again", count=len(tickets))
    return len(tickets)
