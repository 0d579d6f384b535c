"""Due clocks: a clock's next instant has come, so its ticket is looked at. Costs what the due ones cost."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from integrations.store.store import Store


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


def recompute_provisional(store: Store) -> int:
    """Look again at tickets whose due time rests on a year without holiday data; run when calendar data changed."""
    tickets = store.clocks.provisional()
    if tickets:
        store.inbox.enqueue_all(tickets, "calendar")
    return len(tickets)
