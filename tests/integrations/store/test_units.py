"""Units of work: all or nothing, seen by others only when committed, and never in the way of readers."""

import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from integrations.store.database import SqliteDatabase
from integrations.store.errors import StoreUnavailable
from integrations.store.records import ClockRow, ClockStatus, DecisionRow, Delivery, Finding, Look, Message, Work
from integrations.store.store import Repositories, Store

AT = datetime(2026, 9, 28, 8, 0, tzinfo=UTC)


def write_everything(unit: Repositories, work: Work) -> None:
    ticket = work.ticket_id
    unit.looks.put(
        Look(
            ticket_id=ticket,
            case_id="c",
            updated_at=AT,
            article_count=1,
            by_user_id=7,
            clean=True,
            history="[]",
            history_until=AT,
        )
    )
    unit.cases.put(ticket, "c")
    unit.clocks.replace(
        ticket,
        (
            ClockRow(
                name="acknowledge",
                run="1",
                clause="4.3.2",
                started_at=AT,
                due_at=AT,
                next_at=AT,
                status=ClockStatus.RUNNING,
            ),
        ),
    )
    unit.decisions.append(
        [
            DecisionRow(
                ticket_id=ticket,
                case_id="c",
                at=AT,
                rule="r",
                clauses=("4.3.2",),
                slot="s",
                action="a",
                because="b",
                policy="p",
            )
        ]
    )
    unit.findings.raise_(
        Finding(
            key="f", case_id="c", ticket_id=ticket, clause="4.3.2", code="late", person_id=None, at=AT, evidence="e"
        )
    )
    unit.outbox.put(Message(key="m", kind="mail", to="a@b.c", subject="s", body="b"))
    unit.cursors.put("n", "v")
    unit.inbox.enqueue(ticket + 1, "merged")
    assert unit.inbox.done(work)


def seen(store: Store, ticket: int) -> tuple[bool, ...]:
    return (
        store.looks.get(ticket) is not None,
        store.cases.of(ticket) is not None,
        bool(store.clocks.of(ticket)),
        bool(store.decisions.list()),
        bool(store.findings.list()),
        store.outbox.depth().waiting == 1,
        store.cursors.text("n") is not None,
        store.inbox.depth().waiting == 1,
        store.inbox.depth().working == 0,
    )


@pytest.fixture
def work(store: Store, delivery: Callable[..., Delivery]) -> Work:
    store.inbox.accept(delivery("a"))
    return store.inbox.claim("w", 1, timedelta(minutes=2))[0]


def test_a_unit_is_seen_when_it_is_committed(store: Store, work: Work) -> None:
    with store.unit() as unit:
        write_everything(unit, work)
        assert unit.cases.of(work.ticket_id) == "c"
        assert not any(seen(store, work.ticket_id))

    assert all(seen(store, work.ticket_id))


def test_a_unit_that_fails_leaves_nothing(store: Store, work: Work) -> None:
    def fail_late() -> None:
        with store.unit() as unit:
            write_everything(unit, work)
            raise KeyError

    with pytest.raises(KeyError):
        fail_late()

    assert not any(seen(store, work.ticket_id))
    assert store.inbox.done(work)


def test_a_unit_accepts_deliveries_with_everything_else(store: Store, delivery: Callable[..., Delivery]) -> None:
    with store.unit() as unit:
        unit.inbox.accept(delivery("a"))
        unit.inbox.purge(AT)
        assert store.inbox.depth().waiting == 0

    assert store.inbox.depth().waiting == 1


def test_a_write_past_the_unit_is_a_mistake(store: Store) -> None:
    with store.unit() as unit:
        unit.cursors.put("a", "1")
        with pytest.raises(RuntimeError, match="unit's own"):
            store.cursors.put("b", "2")
        with pytest.raises(RuntimeError, match="unit's own"), store.unit():
            pass

    assert (store.cursors.text("a"), store.cursors.text("b")) == ("1", None)


def test_readers_do_not_wait_for_a_writer(store: Store, opened: Callable[[], Store]) -> None:
    other = opened()
    entered, leave = threading.Event(), threading.Event()

    def write() -> None:
        with store.unit() as unit:
            unit.cursors.put("n", "new")
            entered.set()
            leave.wait(20)

    writer = threading.Thread(target=write)
    writer.start()
    try:
        assert entered.wait(10)
        # These would hang until the writer leaves, which happens only afterwards.
        for reader in (store, other):
            assert reader.cursors.text("n") is None
            assert reader.inbox.depth().waiting == 0
    finally:
        leave.set()
        writer.join()

    assert other.cursors.text("n") == "new"


def test_two_processes_write_in_turn(store: Store, opened: Callable[[], Store]) -> None:
    """Two stores on one database, as the service and a command: neither fails, nothing is lost."""
    other = opened()
    errors: list[Exception] = []

    def write(mine: Store, name: str) -> None:
        try:
            for number in range(50):
                with mine.unit() as unit:
                    unit.cursors.put(f"{name} {number}", "x")
        except Exception as error:
            errors.append(error)

    threads = [threading.Thread(target=write, args=args) for args in ((store, "a"), (other, "b"), (store, "c"))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert errors == []
    assert all(store.cursors.text(f"{name} {number}") == "x" for name in "abc" for number in range(50))


def test_a_writer_that_keeps_the_file_too_long_is_named(tmp_path: Path) -> None:
    holder = SqliteDatabase(tmp_path / "zhidu.db")
    impatient = SqliteDatabase(tmp_path / "zhidu.db", lock_wait_seconds=0.05)
    try:
        with holder.write(), pytest.raises(StoreUnavailable, match="another process"), impatient.write():
            pass
        with impatient.write() as connection:
            connection.exec_driver_sql("CREATE TABLE t (a)")
    finally:
        impatient.close()
        holder.close()
