"""What a sweep costs with a thousand open clocks and with a million, when the same number are due.

    python benchmarks/bench_sweep.py [--few 1000] [--many 1000000] [--due 200] [--url postgresql+psycopg://…]

A sweep here is what the service does each time: ask for the due tickets, put them into the inbox; and, for each of
them, replace the ticket's clocks as an evaluation would. The target is that a million costs at most twice a thousand.
A database given by URL must be empty; its tables are dropped afterwards.
"""

import argparse
import statistics
import sys
import tempfile
import time
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import uuid4

from sqlalchemy import insert

from benchmarks.harness import Row, report
from integrations.store.records import ClockRow, ClockStatus
from integrations.store.store import Store, open_store
from integrations.store.tables import CLOCKS, METADATA

NOW = datetime(2026, 9, 28, 8, 0, tzinfo=UTC)
ROUNDS = 15
ROWS_AT_ONCE = 20_000
TARGET = 2.0

CLOCK = ClockRow(
    name="acknowledge",
    run="1",
    clause="4.3.2",
    started_at=NOW - timedelta(hours=1),
    due_at=NOW + timedelta(days=1),
    next_at=NOW + timedelta(hours=1),
    status=ClockStatus.RUNNING,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """Medians in milliseconds: asking for the due tickets alone, and a whole sweep."""

    ask: float
    sweep: float


def fill(store: Store, open_clocks: int, due: int) -> None:
    """Two clocks on each of `open_clocks` / 2 tickets; one clock of every ticket up to `due` wants a look."""
    rows = [
        {
            "ticket_id": 1 + number // 2,
            "name": "acknowledge" if number % 2 else "resolve",
            "run": CLOCK.run,
            "clause": CLOCK.clause,
            "started_at": CLOCK.started_at,
            "due_at": CLOCK.due_at,
            "next_at": NOW - timedelta(seconds=number)
            if number < 2 * due and number % 2
            else NOW + timedelta(hours=1, seconds=number % 90_000),
            "status": CLOCK.status,
            "provisional": False,
        }
        for number in range(open_clocks)
    ]
    with store._database.write() as connection:
        for start in range(0, len(rows), ROWS_AT_ONCE):
            connection.execute(insert(CLOCKS), rows[start : start + ROWS_AT_ONCE])
    with store._database.write() as connection:
        connection.exec_driver_sql("ANALYZE")


def sweep(store: Store, due: int, round_: int) -> Figure:
    """One sweep. The due tickets' clocks move by a second and stay due, so that every round does the same."""
    begin = time.perf_counter()
    tickets = store.clocks.due(NOW, due)
    asked = time.perf_counter()
    assert len(tickets) == due
    store.inbox.enqueue_all(tickets, "due")
    with store.unit() as unit:
        for ticket in tickets:
            first, second = sorted(unit.clocks.of(ticket), key=lambda clock: clock.name)
            moved = replace(first, next_at=NOW - timedelta(seconds=ticket, milliseconds=round_))
            unit.clocks.replace(ticket, (moved, second))
    ended = time.perf_counter()
    return Figure(ask=1000 * (asked - begin), sweep=1000 * (ended - begin))


def measure(url: str, open_clocks: int, due: int) -> Figure:
    with open_store(url, now=lambda: NOW, jitter=lambda: 0.5, new_id=lambda: uuid4().hex) as store:
        store.migrate()
        begin = time.perf_counter()
        fill(store, open_clocks, due)
        print(
            f"{open_clocks:>9,} open clocks, {due} due (filled in {time.perf_counter() - begin:.0f} s): ",
            end="",
            flush=True,
        )
        rounds = [sweep(store, due, round_) for round_ in range(ROUNDS)]
        if not url.startswith("sqlite"):
            with store._database.write() as connection:
                METADATA.drop_all(connection)
                connection.exec_driver_sql("DROP TABLE zhidu_revision")
    figure = Figure(
        ask=statistics.median(one.ask for one in rounds), sweep=statistics.median(one.sweep for one in rounds)
    )
    print(f"ask {figure.ask:.2f} ms, sweep {figure.sweep:.1f} ms")
    return figure


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--few", type=int, default=1000)
    parser.add_argument("--many", type=int, default=1_000_000)
    parser.add_argument("--due", type=int, default=200)
    parser.add_argument("--url", help="the store; default: SQLite in a temporary folder")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory(dir=Path.cwd()) as name:
        few = measure(given.url or f"sqlite:///{name}/few.db", given.few, given.due)
        many = measure(given.url or f"sqlite:///{name}/many.db", given.many, given.due)
    print(f"ratio: ask {many.ask / few.ask:.2f}, sweep {many.sweep / few.sweep:.2f} (target at most {TARGET:.0f})")
    row = Row(
        what=f"sweep of {given.many:,} open clocks, {given.due} due",
        ours=many.sweep,
        unit="ms",
        peer=few.sweep,
        against=f"{given.few:,} open clocks",
        ratio=many.sweep / few.sweep,
        target=TARGET,
        at_most=True,
    )
    return 0 if report(row) else 1


if __name__ == "__main__":
    sys.exit(main())
