"""Other cases that matter to a case: the same customer's, of the same cause, merged into it."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from integrations.store.records import EntryStatus
from integrations.store.store import Store, open_store
from jobs.related import MOST_NEIGHBOURS, Relations
from policies.kernel.facts import Related, Ticket
from tests.prepared import migrated

AT = datetime(2026, 5, 6, 3, 0, tzinfo=UTC)
DAY = timedelta(days=1)
SELF = Ticket(id=7, customer=21, kind="complaint", cause="fees", created_at=AT, updated_at=AT)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    made = open_store(migrated(tmp_path / "z.db"), now=lambda: AT, jitter=lambda: 0.5, new_id=lambda: "id")
    yield made
    made.close()


@pytest.fixture
def relations(store: Store) -> Relations:
    return Relations(store=store, repeat_within=90 * DAY, group_within=7 * DAY)


def keep(store: Store, relations: Relations, *tickets: Ticket) -> None:
    for ticket in tickets:
        with store.unit() as unit:
            relations.keep(unit, ticket)


def other(id: int, ago: timedelta, **fields: object) -> Ticket:
    return replace(SELF, id=id, created_at=AT - ago, updated_at=AT - ago, **fields)  # type: ignore[arg-type]


NEIGHBOURS: dict[str, tuple[Ticket, Related]] = {
    "the same customer a month ago": (other(1, 30 * DAY), Related(earlier=(1,), linked=(1,))),
    "the same customer, another cause": (other(1, 30 * DAY, cause="queue"), Related(earlier=(1,))),
    "the same customer, no cause": (other(1, 30 * DAY, cause=None), Related(earlier=(1,))),
    "the same customer long ago": (other(1, 91 * DAY), Related()),
    "the same customer, no complaint": (other(1, DAY, kind="inquiry"), Related()),
    "the same customer later": (other(1, -DAY), Related()),
    "another customer, the same cause": (other(1, DAY, customer=22), Related(same_cause=2)),
    "another customer, the same cause, later": (other(1, -DAY, customer=22), Related(same_cause=2)),
    "another customer, long ago": (other(1, 8 * DAY, customer=22), Related()),
    "another customer, another cause": (other(1, DAY, customer=22, cause="queue"), Related()),
    "another customer, no cause": (other(1, DAY, customer=22, cause=None), Related()),
    "of no kind yet": (other(1, DAY, kind=None), Related()),
}


@pytest.mark.parametrize(("neighbour", "related"), NEIGHBOURS.values(), ids=NEIGHBOURS)
def test_who_matters(store: Store, relations: Relations, neighbour: Ticket, related: Related) -> None:
    keep(store, relations, SELF, neighbour)
    assert relations.related(SELF) == related


def test_only_complaints_have_relations(store: Store, relations: Relations) -> None:
    keep(store, relations, other(1, DAY), other(2, DAY, customer=22))
    assert relations.related(replace(SELF, kind="inquiry")) == Related()
    assert relations.related(replace(SELF, kind=None)).earlier == (1,)
    assert relations.related(replace(SELF, cause=None)).same_cause == 1
    assert relations.related(replace(SELF, cause=None)).linked == ()


def test_the_time_of_receipt_counts_not_that_of_the_ticket(store: Store, relations: Relations) -> None:
    keep(store, relations, other(1, DAY, received_at=AT - 91 * DAY))
    assert relations.related(SELF).earlier == ()


def queued(store: Store) -> list[int]:
    return sorted(entry.ticket_id for entry in store.inbox.list(EntryStatus.WAITING))


def test_who_shares_the_cause_is_looked_at_again_once(store: Store, relations: Relations) -> None:
    keep(store, relations, other(1, DAY, customer=22))
    assert queued(store) == []
    keep(store, relations, SELF)
    assert queued(store) == [1]
    keep(store, relations, SELF)
    assert queued(store) == [1]


def test_later_complaints_of_the_customer_are_looked_at_again(store: Store, relations: Relations) -> None:
    """2.2.5: whichever is worked first, the later one repeats the earlier; what is too long after does not."""
    later = (other(1, -DAY, cause=None), other(2, -DAY, customer=22, cause=None), other(3, -91 * DAY, cause=None))
    keep(store, relations, *later, other(4, -DAY, kind="inquiry", cause=None))
    assert queued(store) == []
    keep(store, relations, replace(SELF, cause=None))
    assert queued(store) == [1]
    assert relations.related(later[0]).earlier == (SELF.id,)


def test_a_mass_of_one_cause_is_not_looked_at_again(store: Store, relations: Relations) -> None:
    crowd = [other(100 + number, DAY, customer=100 + number) for number in range(MOST_NEIGHBOURS + 1)]
    keep(store, relations, *crowd)
    before = queued(store)
    keep(store, relations, SELF)
    assert queued(store) == before


MERGES: dict[str, tuple[str | None, str | None, str | None]] = {
    "two cases become one": ("a", "b", "b"),
    "the target had none": ("a", None, "a"),
    "the source had none": (None, "b", "b"),
    "one case already": ("a", "a", "a"),
    "neither had one": (None, None, None),
}


@pytest.mark.parametrize(("source", "target", "case"), MERGES.values(), ids=MERGES)
def test_merging(store: Store, relations: Relations, source: str | None, target: str | None, case: str | None) -> None:
    for ticket, known in ((1, source), (2, target)):
        if known is not None:
            store.cases.put(ticket, known)
    with store.unit() as unit:
        relations.merge(unit, 1, 2)
    assert store.cases.of(2) == case
    assert store.cases.of(1) == (case if source is not None else None)
    assert queued(store) == [2]


def test_a_merged_case_came_in_with_the_first_of_its_tickets(store: Store, relations: Relations) -> None:
    keep(store, relations, other(1, 2 * DAY), SELF)
    store.cases.put(7, "a")
    assert relations.related(SELF).first_at is None
    store.cases.put(1, "a")
    assert relations.related(SELF).first_at == AT - 2 * DAY
    assert relations.related(replace(SELF, kind="inquiry")).first_at == AT - 2 * DAY


def test_a_ticket_of_the_same_case_is_no_earlier_complaint(store: Store, relations: Relations) -> None:
    """Who wrote twice, and whose tickets were merged, has complained once."""
    keep(store, relations, other(1, 2 * DAY), other(2, 3 * DAY), SELF)
    for ticket in (1, 7):
        store.cases.put(ticket, "a")
    assert relations.related(SELF) == Related(earlier=(2,), linked=(2,), first_at=AT - 2 * DAY)
