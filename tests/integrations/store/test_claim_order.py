"""Whatever happens in whatever order, claims come as a simple model of the rules says they must."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from integrations.store.records import Delivery, Work
from integrations.store.store import Store
from integrations.store.tables import METADATA

LEASE = timedelta(seconds=30)
FIRST, CAP, ATTEMPTS = timedelta(seconds=10), timedelta(minutes=1), 4
TICKETS = st.integers(1, 4)

STEPS = st.one_of(
    st.tuples(st.just("accept"), TICKETS),
    st.tuples(st.just("enqueue"), TICKETS, st.sampled_from(["due", "again"]), st.integers(0, 40)),
    st.tuples(st.just("claim"), st.integers(1, 3)),
    st.tuples(st.sampled_from(["done", "retry", "fail", "release"]), st.integers(0, 5)),
    st.tuples(st.just("advance"), st.integers(1, 40)),
)


@dataclass
class Waiting:
    """One entry of the model."""

    number: int
    ticket: int
    reason: str
    due_at: datetime
    # Nothing has claimed it yet: only then does another like it fold into it.
    untouched: bool = True


@dataclass
class Model:
    """The rules, without a database: entries that wait, tickets that are held or rest, attempts so far."""

    entries: list[Waiting] = field(default_factory=list)
    held: dict[int, tuple[Work, datetime, list[Waiting]]] = field(default_factory=dict)
    rests_until: dict[int, datetime] = field(default_factory=dict)
    attempts: dict[int, int] = field(default_factory=dict)
    numbers: int = 0

    def add(self, ticket: int, reason: str, due_at: datetime) -> None:
        for entry in self.entries:
            if reason != "delivery" and entry.untouched and (entry.ticket, entry.reason) == (ticket, reason):
                entry.due_at = min(entry.due_at, due_at)
                return
        self.numbers += 1
        self.entries.append(Waiting(self.numbers, ticket, reason, due_at))

    def expected(self, now: datetime, limit: int) -> list[tuple[int, int, tuple[str, ...]]]:
        """(ticket, attempt, reasons) of the claim that must come now."""
        for ticket, (_, until, entries) in list(self.held.items()):
            if until <= now:
                self.end(ticket, entries, dead=self.attempts[ticket] >= ATTEMPTS, rests_until=now)
        order: dict[int, list[Waiting]] = {}
        for entry in sorted(self.entries, key=lambda entry: (entry.due_at, entry.number)):
            ticket = entry.ticket
            if entry.due_at <= now and ticket not in self.held and self.rests_until.get(ticket, now) <= now:
                order.setdefault(ticket, []).append(entry)
        return [
            (ticket, self.attempts.get(ticket, 0) + 1, tuple(dict.fromkeys(entry.reason for entry in entries)))
            for ticket, entries in list(order.items())[:limit]
        ]

    def take(self, work: Work, now: datetime) -> None:
        taken = [entry for entry in self.entries if entry.ticket == work.ticket_id and entry.due_at <= now]
        self.entries = [entry for entry in self.entries if entry not in taken]
        for entry in taken:
            entry.untouched = False
        self.attempts[work.ticket_id] = work.attempt
        self.held[work.ticket_id] = (work, now + LEASE, taken)

    def end(self, ticket: int, entries: list[Waiting], *, dead: bool, rests_until: datetime) -> None:
        del self.held[ticket]
        if dead:
            self.forget(ticket)
        else:
            self.entries += entries
            self.rests_until[ticket] = rests_until

    def forget(self, ticket: int) -> None:
        self.attempts.pop(ticket, None)
        self.rests_until.pop(ticket, None)

    def settle(self, how: str, work: Work, now: datetime) -> bool:
        """What becomes of `work`; whether it was still the caller's."""
        mine, _, entries = self.held.get(work.ticket_id, (None, None, []))
        if mine is None or mine != work:
            return False
        if how == "done":
            del self.held[work.ticket_id]
            self.forget(work.ticket_id)
        elif how == "release":
            self.attempts[work.ticket_id] -= 1
            self.end(work.ticket_id, entries, dead=False, rests_until=now)
        else:
            wait = min(CAP, FIRST * 2 ** (work.attempt - 1)) / 2
            dead = how == "fail" or work.attempt >= ATTEMPTS
            self.end(work.ticket_id, entries, dead=dead, rests_until=now + wait)
        return True


def empty(store: Store) -> None:
    with store._database.write() as connection:
        for table in reversed(METADATA.sorted_tables):
            connection.execute(table.delete())


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=st.lists(STEPS, max_size=40))
def test_claims_follow_the_rules(
    store: Store, clock, delivery: Callable[..., Delivery], steps: list[tuple[object, ...]]
) -> None:
    empty(store)
    model, works = Model(), []
    for number, (what, *with_) in enumerate(steps):
        now = clock()
        match what, *with_:
            case "accept", int(ticket):
                store.inbox.accept(delivery(f"d{number}", ticket))
                model.add(ticket, "delivery", now)
            case "enqueue", int(ticket), str(reason), int(after):
                not_before = now + timedelta(seconds=after)
                store.inbox.enqueue(ticket, reason, not_before=not_before)
                model.add(ticket, reason, not_before)
            case "claim", int(limit):
                expected = model.expected(now, limit)
                claimed = store.inbox.claim("w", limit, LEASE)
                assert [(work.ticket_id, work.attempt, work.reasons) for work in claimed] == expected
                for work in claimed:
                    model.take(work, now)
                works += claimed
            case "advance", int(seconds):
                clock.advance(seconds=seconds)
            case str(how), int(which) if works:
                work = works[which % len(works)]
                ours = model.settle(how, work, now)
                settle = getattr(store.inbox, how)
                assert (settle(work, "no") if how in ("retry", "fail") else settle(work)) is ours
    assert store.inbox.depth().waiting == len(model.entries)
    assert store.inbox.depth().working == sum(len(entries) for _, _, entries in model.held.values())
