"""Runs of clocks that end at another time under the proposed policy, those that have not ended too."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing

import pytest

from zhidu.endings import Clocks
from zhidu.simulating.figures import ClockRow
from zhidu.simulating.moving import behind_moved, moved_of, moved_runs

MINUTE, HOUR = 60.0, 3600.0
TODAY, PROPOSED = 0, 1
ROW = ClockRow(
    clause="4.3.2", name="acknowledge", module="complaints", today=Clocks(), proposed=Clocks(), no_longer_late=0,
    newly_late=0,
)  # fmt: skip

Runs = tuple[tuple[int, int, str, float, float | None], ...]
"""ticket, policy, ending, began, due."""

CASES: dict[str, tuple[Runs, list[tuple[str, float, bool]]]] = {
    # row                       runs → ticket's number, seconds by which it moved, whether it has not ended
    "met under both": (((1, TODAY, "met", 0, 2 * HOUR), (1, PROPOSED, "met", 0, HOUR)), [("21001", -HOUR, False)]),
    "still running": (
        ((1, TODAY, "running", 0, 2 * HOUR), (1, PROPOSED, "running", 0, 3 * HOUR)), [("21001", HOUR, True)],
    ),
    "run out under one alone has ended": (
        ((1, TODAY, "running", 0, 2 * HOUR), (1, PROPOSED, "breached", 0, HOUR)), [("21001", -HOUR, False)],
    ),
    "the same": (((1, TODAY, "running", 0, HOUR), (1, PROPOSED, "running", 0, HOUR)), []),
    "runs under one alone": (((1, TODAY, "running", 0, HOUR),), []),
    "stands still under one": (((1, TODAY, "paused", 0, None), (1, PROPOSED, "running", 0, HOUR)), []),
    "one run each, begun at another time": (
        ((1, TODAY, "met", 0, HOUR), (1, PROPOSED, "met", MINUTE, HOUR + MINUTE)), [("21001", MINUTE, False)],
    ),
    "of several runs those that began together": (
        (
            (1, TODAY, "met", 0, HOUR), (1, TODAY, "running", HOUR, 3 * HOUR),
            (1, PROPOSED, "running", HOUR, 2 * HOUR),
        ),
        [("21001", -HOUR, True)],
    ),
    "of several tickets each for itself": (
        (
            (1, TODAY, "met", 0, 2 * HOUR), (1, PROPOSED, "met", 0, HOUR),
            (2, TODAY, "met", 0, HOUR), (2, PROPOSED, "met", 0, 2 * HOUR),
        ),
        [("21001", -HOUR, False), ("21002", HOUR, False)],
    ),
}  # fmt: skip


@pytest.fixture
def db() -> Iterator[sqlite3.Connection]:
    with closing(sqlite3.connect(":memory:")) as found:
        found.execute("CREATE TABLE tickets (ticket INTEGER PRIMARY KEY, number TEXT)")
        found.execute("CREATE TABLE runs (policy, clause TEXT, name TEXT, ending TEXT, began REAL, due REAL, ticket)")
        found.executemany("INSERT INTO tickets VALUES (?, ?)", [(number, f"2100{number}") for number in (1, 2)])
        yield found


def put(db: sqlite3.Connection, runs: Runs) -> None:
    rows = [(policy, "4.3.2", "acknowledge", ending, began, due, ticket) for ticket, policy, ending, began, due in runs]
    db.executemany("INSERT INTO runs VALUES (?, ?, ?, ?, ?, ?, ?)", rows)


@pytest.mark.parametrize(("runs", "moved"), CASES.values(), ids=CASES)
def test_moved(db: sqlite3.Connection, runs: Runs, moved: list[tuple[str, float, bool]]) -> None:
    put(db, runs)
    found = moved_runs(db, "4.3.2", "acknowledge")
    assert [(run.behind.number, run.proposed - run.today, run.open) for run in found] == moved


def test_counted_with_the_tickets_behind(db: sqlite3.Connection) -> None:
    """Two of a ticket and one of another: three runs on two tickets, the middle one half an hour earlier."""
    put(db, (
        (1, TODAY, "met", 0, 2 * HOUR), (1, PROPOSED, "met", 0, HOUR),
        (1, TODAY, "running", HOUR, 3 * HOUR), (1, PROPOSED, "running", HOUR, 2.5 * HOUR),
        (2, TODAY, "met", 0, HOUR), (2, PROPOSED, "met", 0, 3 * HOUR),
    ))  # fmt: skip

    row = moved_of(ROW, moved_runs(db, "4.3.2", "acknowledge"))
    assert row is not None
    assert (row.earlier, row.later, row.open, row.tickets, row.middle) == (2, 1, 1, 2, -30 * MINUTE)

    behind = behind_moved(moved_runs(db, "4.3.2", "acknowledge"), lambda run: f"{run.proposed - run.today:+.0f}")
    assert [(name, [(one.number, one.note) for one in some]) for name, some in behind.parts()] == [
        ("moved.earlier", [("21001", "-1800"), ("21001", "-3600")]),
        ("moved.later", [("21002", "+7200")]),
    ]


def test_nothing_moved_is_no_row(db: sqlite3.Connection) -> None:
    put(db, ((1, TODAY, "met", 0, HOUR), (1, PROPOSED, "met", 0, HOUR)))
    assert moved_of(ROW, moved_runs(db, "4.3.2", "acknowledge")) is None
