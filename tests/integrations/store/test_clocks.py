"""Clocks: a sweep finds the tickets whose time has come, in order, and reads no others."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from integrations.store.records import ClockCounts, ClockRow, ClockStatus, TicketClock
from integrations.store.store import Store

NOW = datetime(2026, 9, 28, 8, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)

ROW = ClockRow(
    name="acknowledge",
    run="1",
    clause="4.3.2",
    started_at=NOW - HOUR,
    due_at=NOW + HOUR,
    next_at=NOW,
    status=ClockStatus.RUNNING,
)


def test_clocks_come_back_as_they_were_put(store: Store) -> None:
    later = replace(
        ROW, name="resolve", due_at=NOW + 9 * HOUR, next_at=None, status=ClockStatus.PAUSED, provisional=True
    )

    assert store.clocks.replace(1, (later, ROW))

    assert store.clocks.of(1) == (ROW, later)
    assert store.clocks.of(2) == ()


def test_replace_replaces_all_and_writes_only_a_difference(store: Store) -> None:
    second = replace(ROW, name="resolve")
    store.clocks.replace(1, (ROW, second))
    store.clocks.replace(2, (ROW,))

    assert not store.clocks.replace(1, (second, ROW))
    assert store.clocks.replace(1, (second,))
    assert store.clocks.of(1) == (second,)
    assert store.clocks.replace(1, ())
    assert not store.clocks.replace(1, ())
    assert store.clocks.of(2) == (ROW,)


def test_a_clock_may_have_several_runs(store: Store) -> None:
    again = replace(ROW, run="2", status=ClockStatus.BREACHED)
    store.clocks.replace(1, (ROW, again))

    assert set(store.clocks.of(1)) == {ROW, again}


def test_due_tickets_are_in_order_and_once(store: Store) -> None:
    store.clocks.replace(1, (replace(ROW, next_at=NOW - HOUR), replace(ROW, name="resolve", next_at=NOW - 3 * HOUR)))
    store.clocks.replace(2, (replace(ROW, next_at=NOW - 2 * HOUR),))
    store.clocks.replace(3, (replace(ROW, next_at=NOW),))
    store.clocks.replace(4, (replace(ROW, next_at=NOW + timedelta(microseconds=1)),))
    store.clocks.replace(5, (replace(ROW, next_at=None),))

    assert store.clocks.due(NOW, 10) == (1, 2, 3)
    assert store.clocks.due(NOW, 2) == (1, 2)
    assert store.clocks.next_at() == NOW - 3 * HOUR


def test_no_clock_wants_a_look(store: Store) -> None:
    assert store.clocks.due(NOW, 10) == ()
    assert store.clocks.next_at() is None


def test_provisional_tickets_are_found(store: Store) -> None:
    store.clocks.replace(3, (replace(ROW, provisional=True), replace(ROW, name="resolve", provisional=True)))
    store.clocks.replace(2, (ROW,))
    store.clocks.replace(1, (replace(ROW, provisional=True),))

    assert store.clocks.provisional() == (1, 3)


@pytest.fixture
def four(store: Store) -> Store:
    store.clocks.replace(1, (replace(ROW, due_at=NOW - HOUR, status=ClockStatus.BREACHED),))
    store.clocks.replace(2, (replace(ROW, name="resolve", clause="4.3.5"),))
    store.clocks.replace(3, (replace(ROW, due_at=NOW - 2 * HOUR, status=ClockStatus.PAUSED, next_at=None),))
    store.clocks.replace(4, (replace(ROW, status=ClockStatus.MET, next_at=None),))
    return store


OPEN: dict[str, tuple[dict[str, object], list[int]]] = {
    "all that are open": ({}, [3, 1, 2]),
    "of one name": ({"name": "resolve"}, [2]),
    "of one clause": ({"clause": "4.3.2"}, [3, 1]),
    "of one status": ({"status": ClockStatus.PAUSED}, [3]),
    "due before": ({"due_before": NOW}, [3, 1]),
    "the first": ({"limit": 1}, [3]),
    "every condition": ({"clause": "4.3.2", "status": ClockStatus.BREACHED, "due_before": NOW}, [1]),
    "a met one is not open": ({"status": ClockStatus.MET}, []),
}


@pytest.mark.parametrize(("conditions", "tickets"), OPEN.values(), ids=OPEN)
def test_open_clocks_are_listed(four: Store, conditions: dict[str, object], tickets: list[int]) -> None:
    assert [clock.ticket_id for clock in four.clocks.open(**conditions)] == tickets


def test_an_open_clock_knows_its_ticket(store: Store) -> None:
    store.clocks.replace(1, (ROW,))

    assert store.clocks.open() == (TicketClock(ticket_id=1, clock=ROW),)


def test_counts(four: Store) -> None:
    counts = four.clocks.counts(NOW, due_from=NOW, due_before=NOW + 2 * HOUR)

    assert counts == ClockCounts(open=3, paused=1, late=1, due=1)


@pytest.mark.parametrize("store_url", ["sqlite"], indirect=True)
def test_a_sweep_reads_the_index_of_what_is_due(store: Store) -> None:
    """SQLite's plan; the time, and PostgreSQL's, benchmarks/bench_sweep.py measures."""
    with store._database.read() as connection:
        rows = connection.exec_driver_sql(
            "EXPLAIN QUERY PLAN SELECT ticket_id, next_at FROM clocks WHERE next_at <= ? "
            "ORDER BY next_at, ticket_id LIMIT 8",
            ("2026",),
        )
        plan = " ".join(str(row[3]) for row in rows)

    assert "USING COVERING INDEX ix_clocks_next_at" in plan
    assert "TEMP B-TREE" not in plan
