"""Other cases that matter to a case, from what the store keeps of each: whose, of which cause, since when."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from integrations.store.records import Matter
from integrations.store.store import Repositories, Store
from policies.kernel.digest import digest
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
        own = self._own(ticket)
        first_at = self.store.matters.first_at(own) if len(own) > 1 else None
        if ticket.kind not in (None, COMPLAINT):
            return Related(first_at=first_at, undelivered=self.store.outbox.given_up(f"{ticket.id}:"))
        received = ticket.since
        earlier = self.store.matters.of_customer(
            ticket.customer, COMPLAINT, since=received - self.repeat_within, before=received
        )
        others = 0
        cause = _cause(ticket)
        if cause is not None:
            since, before = self._window(received)
            others = self.store.matters.customers(cause, COMPLAINT, since=since, before=before, but=ticket.customer)
        mine = {id: other for id, other in earlier if id not in own}
        linked = tuple(id for id, other in mine.items() if other is not None and other == cause)
        return Related(earlier=tuple(mine), same_cause=others + 1, linked=linked, first_at=first_at)

    def _own(self, ticket: Ticket) -> tuple[int, ...]:
        """The tickets its case is known by, itself included; several where one was merged into another."""
        case = self.store.cases.of(ticket.id)
        return (ticket.id,) if case is None else self.store.cases.tickets(case)

    def merge(self, unit: Repositories, source: int, target: int) -> None:
        """`source` was merged into `target`: one case from now on, with both findings; the target is looked at."""
        gone, stays = unit.cases.of(source), unit.cases.of(target)
        if gone is not None and stays is not None and gone != stays:
            unit.cases.merge(gone, into=stays)
        elif gone is not None and stays is None:
            unit.cases.put(target, gone)
        unit.inbox.enqueue(target, "merged")

    def keep(self, unit: Repositories, ticket: Ticket, *, began: datetime | None = None) -> None:
        """What this ticket is about, for others, who are looked at again: the customer's later complaints, which repeat
        it, in whatever order they were worked; and those of its cause, when it joins them.

        began   tickets from before it are not looked at again for the customer's others: thousands are read once
        """
        if ticket.kind is None:
            return
        cause = _cause(ticket)
        matter = Matter(
            ticket_id=ticket.id,
            customer_id=ticket.customer,
            kind=ticket.kind,
            cause=cause,
            received_at=ticket.since,
        )
        if not unit.matters.put(matter) or ticket.kind != COMPLAINT:
            return
        if began is None or ticket.created_at >= began:
            until = ticket.since + self.repeat_within
            theirs = unit.matters.of_customer(ticket.customer, COMPLAINT, since=ticket.since, before=until)
            later = tuple(number for number, _ in theirs if number != ticket.id)
            unit.inbox.enqueue_all(later[:MOST_NEIGHBOURS], "repeat")
        if cause is not None:
            since, before = self._window(ticket.since)
            near = unit.matters.of_cause(cause, COMPLAINT, since=since, before=before, limit=MOST_NEIGHBOURS + 1)
            others = tuple(number for number in near if number != ticket.id)
            if 0 < len(others) <= MOST_NEIGHBOURS:
                unit.inbox.enqueue_all(others, "same cause")

    def _window(self, at: datetime) -> tuple[datetime, datetime]:
        return at - self.group_within, at + self.group_within


def _cause(ticket: Ticket) -> str | None:
    """What tells one cause from others: people write it in their own words, which the store does not keep."""
    return None if ticket.cause is None else digest("cause", ticket.cause)
