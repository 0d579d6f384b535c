"""What tickets are about: a customer's earlier matters, causes that several customers share, decisions known again."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from integrations.store.records import DecisionRow, Matter
from integrations.store.store import Store

AT = datetime(2026, 9, 28, 8, 0, tzinfo=UTC)
DAY = timedelta(days=1)

MATTER = Matter(ticket_id=1, customer_id=7, kind="complaint", cause="delivery", received_at=AT)


def test_a_matter_is_written_when_it_differs(store: Store) -> None:
    assert store.matters.put(MATTER)
    assert not store.matters.put(MATTER)
    assert store.matters.put(replace(MATTER, cause=None))


@pytest.fixture
def known(store: Store) -> Store:
    for matter in (
        MATTER,
        replace(MATTER, ticket_id=2, received_at=AT + DAY),
        replace(MATTER, ticket_id=3, customer_id=8, received_at=AT + 2 * DAY),
        replace(MATTER, ticket_id=4, kind="inquiry", received_at=AT + DAY),
        replace(MATTER, ticket_id=5, customer_id=9, cause="billing", received_at=AT + DAY),
    ):
        store.matters.put(matter)
    return store


PERIODS = {
    "all": (AT, AT + 9 * DAY, (1, 2), (1, 2, 3), 1),
    "since, with the instant": (AT + DAY, AT + 9 * DAY, (2,), (2, 3), 1),
    "before, without the instant": (AT, AT + DAY, (1,), (1,), 0),
    "nothing": (AT + 5 * DAY, AT + 9 * DAY, (), (), 0),
}


@pytest.mark.parametrize(("since", "before", "of_customer", "of_cause", "others"), PERIODS.values(), ids=PERIODS)
def test_matters_are_found(
    known: Store,
    since: datetime,
    before: datetime,
    of_customer: tuple[int, ...],
    of_cause: tuple[int, ...],
    others: int,
) -> None:
    """`others`: customers with this cause besides customer 7."""
    matters = known.matters

    earlier = matters.of_customer(7, "complaint", since=since, before=before)
    assert earlier == tuple((ticket_id, "delivery") for ticket_id in of_customer)
    assert matters.of_cause("delivery", "complaint", since=since, before=before, limit=10) == of_cause
    assert matters.customers("delivery", "complaint", since=since, before=before, but=7) == others


def test_the_first_of_a_cause(known: Store) -> None:
    assert known.matters.of_cause("delivery", "complaint", since=AT, before=AT + 9 * DAY, limit=2) == (1, 2)


def test_a_decision_of_a_known_occasion_is_not_repeated(store: Store) -> None:
    first = DecisionRow(
        ticket_id=1,
        case_id="c",
        at=AT,
        rule="r",
        clauses=("4.3.3",),
        slot="s",
        action="a",
        because="b",
        policy="p",
        occasion="1/r/s/1",
    )
    other, none = replace(first, occasion="1/r/s/2"), replace(first, occasion=None)

    store.decisions.append([first, none])
    store.decisions.append([replace(first, at=AT + DAY), other, other, none])
    store.decisions.append([first])

    assert store.decisions.list() == (first, none, other, none)
    assert store.decisions.count_by_clause(AT, AT + 9 * DAY) == {"4.3.3": 4}
