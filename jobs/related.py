"""Other cases that matter to a case, from what the store keeps of each: whose, of which cause, since when."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from integrations.store.records import Matter
from integrations.store.store import Repositories, Store
from policies.kernel.facts import Related, Ticket

COMPLAINT = "complaint"
MOST_NEIGHBOURS = 10
"""Cases of one cause that are looked at again when another joins them; a mass of them is a matter for an incident."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Relations:
    """repeat_within: how long a customer's earlier complaint counts · group_within: how far apart one cause counts."""

    store: Store
    repeat_within: timedelta
    group_within: timedelta

    def related(self, ticket: Ticket) -> Related:
        """What the store knows of other complaints by this customer, and of this cause. raises StoreError"""
        if ticket.kind not in (None, COMPLAINT):
            return Related()
        received = ticket.since
        earlier = self.store.matters.earlier(
            ticket.customer, COMPLAINT, since=received - self.repeat_within, before=received
        )
        others = 0
        if ticket.cause is not None:
            since, before = self._window(received)
            others = self.store.matters.customers(
                ticket.cause, COMPLAINT, since=since, before=before, but=ticket.customer
            )
        mine = tuple(number for number in earlier if number != ticket.id)
        return Related(earlier=mine, same_cause=others + 1, linked=mine)

    def keep(self, unit: Repositories, ticket: Ticket) -> None:
        """What this ticket is about, for others; those who share its cause are looked at again when it joins them."""
        if ticket.kind is None:
            return
        matter = Matter(
            ticket_id=ticket.id,
            customer_id=ticket.customer,
            kind=ticket.kind,
            cause=ticket.cause,
            received_at=ticket.since,
        )
        if unit.matters.put(matter) and ticket.cause is not None and ticket.kind == COMPLAINT:
            since, before = self._window(ticket.since)
            near = unit.matters.of_cause(ticket.cause, COMPLAINT, since=since, before=before, limit=MOST_NEIGHBOURS + 1)
            others = tuple(number for number in near if number != ticket.id)
            if 0 < len(others) <= MOST_NEIGHBOURS:
                unit.inbox.enqueue_all(others, "same cause")

    def _window(self, at: datetime) -> tuple[datetime, datetime]:
        return at - self.group_within, at + self.group_within
