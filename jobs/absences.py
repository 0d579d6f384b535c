"""Somebody goes out of office: no ticket tells of it, so the open tickets of that person are looked at."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Set
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Protocol

from integrations.store.store import Store
from integrations.zammad.wire import Ticket
from integrations.zammad.writes import Where

_ALL = datetime(2000, 1, 1, tzinfo=UTC)


class Search(Protocol):
    """Finds tickets by conditions; `integrations.zammad.client.Client` is one."""

    def search(self, *where: Where, created_since: datetime) -> Iterator[Ticket]: ...


@dataclass(slots=True, kw_only=True)
class Absences:
    """1.3.4: no case waits for an owner who is not there. Costs one search for each person newly away.

    away    user ids of everybody out of office today
    open    ids of the states in which a ticket is still worked on
    """

    helpdesk: Callable[[], Search]
    store: Store
    away: Callable[[], Set[int]]
    open: Callable[[], tuple[int, ...]]
    wake: Callable[[], None]
    _known: frozenset[int] = field(default=frozenset())

    def run(self) -> int:
        """Enqueue the open tickets of those who were not away the last time; returns how many tickets.

        A round that fails is made up by the next; after a start everybody who is away is new.
        raises  ZammadError, StoreError
        """
        away = frozenset(self.away())
        tickets = tuple(ticket for person in sorted(away - self._known) for ticket in self._owned_by(person))
        if tickets:
            self.store.inbox.enqueue_all(tickets, "away")
            self.wake()
        self._known = away
        return len(tickets)

    def _owned_by(self, person: int) -> Iterator[int]:
        owner = Where(field="ticket.owner_id", operator="is", value=(str(person),))
        states = Where(field="ticket.state_id", operator="is", value=tuple(map(str, self.open())))
        for ticket in self.helpdesk().search(owner, states, created_since=_ALL):
            yield ticket.id
