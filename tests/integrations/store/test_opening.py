"""Opening by URL, health, and errors that say what is wrong without saying what is secret."""

import sqlite3
import stat
import subprocess
import sys
import threading
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from integrations.store.errors import StoreBroken, StoreError, StoreUnavailable, UnusableUrl
from integrations.store.records import Accepted, Delivery
from integrations.store.store import Store, open_store, version_notes
from integrations.store.translating import translate


def open_at(url: str) -> Store:
    return open_store(url, now=lambda: datetime(2026, 9, 28, tzinfo=UTC), jitter=lambda: 0.0, new_id=lambda: "x")


def test_records_and_errors_cost_no_import_of_the_database_layer() -> None:
    """Commands that never open the store start without it."""
    code = "import sys, integrations.store.records, integrations.store.errors; sys.exit('sqlalchemy' in sys.modules)"

    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0  # noqa: S603 - the text above


UNUSABLE = {
    "in memory": "sqlite://",
    "in memory, said": "sqlite:///:memory:",
    "another engine": "mysql://zhidu@127.0.0.1/zhidu",
    "no URL": "hunter2@@@",
}


@pytest.mark.parametrize("url", UNUSABLE.values(), ids=UNUSABLE)
def test_a_url_that_names_no_usable_database(url: str) -> None:
    with pytest.raises(UnusableUrl) as caught:
        open_at(url)

    assert "hunter2" not in str(caught.value)
    assert not caught.value.transient


def test_a_folder_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(StoreUnavailable, match="no such folder"):
        open_at(f"sqlite:///{tmp_path}/none/zhidu.db")


def test_a_file_that_is_no_database(tmp_path: Path) -> None:
    (tmp_path / "zhidu.db").write_text("not a database, by a long way: " * 100)

    with pytest.raises(StoreBroken, match="not a database"):
        open_at(f"sqlite:///{tmp_path}/zhidu.db")


def test_what_could_not_be_opened_is_closed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "zhidu.db").write_text("not a database, by a long way: " * 100)
    made: list[sqlite3.Connection] = []
    connect = sqlite3.connect

    def remembered(*args: Any, **options: Any) -> sqlite3.Connection:
        made.append(connect(*args, **options))
        return made[-1]

    monkeypatch.setattr(sqlite3, "connect", remembered)
    with pytest.raises(StoreBroken):
        open_at(f"sqlite:///{tmp_path}/zhidu.db")

    assert made
    for connection in made:
        with pytest.raises(sqlite3.ProgrammingError, match="closed"):
            connection.total_changes  # noqa: B018 - it fails


def test_a_folder_where_the_lock_cannot_be(tmp_path: Path) -> None:
    (tmp_path / "zhidu.db.lock").mkdir()

    with pytest.raises(StoreUnavailable, match="lock"):
        open_at(f"sqlite:///{tmp_path}/zhidu.db")


def test_only_the_owner_reads_the_file(tmp_path: Path) -> None:
    with open_at(f"sqlite:///{tmp_path}/zhidu.db") as store:
        store.migrate()

    modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in tmp_path.iterdir()}
    assert modes == {"zhidu.db": 0o600, "zhidu.db.lock": 0o600}


def test_the_file_is_written_safely(tmp_path: Path) -> None:
    with open_at(f"sqlite:///{tmp_path}/zhidu.db") as store, store._database.write() as connection:
        assert connection.exec_driver_sql("PRAGMA journal_mode").scalar() == "wal"
        assert connection.exec_driver_sql("PRAGMA synchronous").scalar() == 2


def test_readers_cannot_write(tmp_path: Path) -> None:
    with open_at(f"sqlite:///{tmp_path}/zhidu.db") as store:
        store.migrate()
        with pytest.raises(StoreError, match="readonly"), store._database.read() as connection:
            connection.exec_driver_sql("DELETE FROM inbox")


def test_an_unreachable_server(tmp_path: Path) -> None:
    """Port 1 on this machine: nothing listens there."""
    with open_at("postgresql://zhidu:hunter2@127.0.0.1:1/zhidu") as store:
        with pytest.raises(StoreUnavailable) as caught:
            store.inbox.depth()
        health = store.health()

    assert caught.value.transient
    assert not health.reachable
    assert "hunter2" not in str(caught.value) + str(health)


def test_health_of_an_empty_store_and_a_migrated_one(opened: Callable[[], Store], store_url: str) -> None:
    store = opened()
    before = store.health()
    store.migrate()
    after = store.health()

    assert (before.reachable, before.revision) == (True, None)
    assert any("not been migrated" in note for note in before.notes)
    assert (after.engine, after.revision) == (store_url.split(":")[0].split("+")[0], after.head)
    assert not any("migrate" in note for note in after.notes)


VERSIONS: dict[str, tuple[str, str, str | None]] = {
    "mended": ("sqlite", "3.51.3", None),
    "newer": ("sqlite", "3.53.0", None),
    "mended branch": ("sqlite", "3.50.7", None),
    "older mended branch": ("sqlite", "3.44.6", None),
    "just before": ("sqlite", "3.51.2", "WAL reset"),
    "before the branch's": ("sqlite", "3.44.5", "WAL reset"),
    "usual": ("sqlite", "3.40.1", "WAL reset"),
    "too old": ("sqlite", "3.34.1", "too old"),
    "postgresql": ("postgresql", "15.4", None),
    "newer postgresql": ("postgresql", "18", None),
    "old postgresql": ("postgresql", "14.9", "too old"),
}


@pytest.mark.parametrize(("engine", "version", "said"), VERSIONS.values(), ids=VERSIONS)
def test_what_doctor_says_of_a_version(engine: str, version: str, said: str | None) -> None:
    notes = version_notes(engine, version)

    assert (said is None and notes == ()) or (said is not None and said in notes[0])


def test_tables_that_are_not_there_are_no_passing_trouble(
    opened: Callable[[], Store], delivery: Callable[..., Delivery]
) -> None:
    store = opened()

    with pytest.raises(StoreBroken):
        store.inbox.depth()
    with pytest.raises(StoreBroken):
        store.inbox.accept(delivery("a"))


def test_an_error_does_not_quote_the_row(store: Store) -> None:
    """PostgreSQL's DETAIL line repeats the values."""
    store.cursors.put("reconcile", "page 7")
    insert = "INSERT INTO cursors VALUES ('reconcile', 'hunter2', '2026-09-28T00:00:00.000000+00:00')"

    with pytest.raises(StoreBroken) as caught, store._database.write() as connection:
        connection.exec_driver_sql(insert)

    assert "hunter2" not in str(caught.value)


@pytest.mark.parametrize("store_url", [pytest.param("postgresql", marks=pytest.mark.postgres)], indirect=True)
def test_a_server_that_was_restarted(
    store: Store, opened: Callable[[], Store], delivery: Callable[..., Delivery]
) -> None:
    """Connections that died while nobody used them are replaced; one that dies in use is a passing trouble."""
    end_others = (
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
        "WHERE application_name = 'zhidu' AND datname = current_database() AND pid <> pg_backend_pid()"
    )
    other = opened()
    store.inbox.accept(delivery("a"))
    with other._database.write() as connection:
        connection.exec_driver_sql(end_others)

    assert store.inbox.accept(delivery("b")) is Accepted.NEW
    with pytest.raises(StoreUnavailable), store._database.write() as connection:
        connection.exec_driver_sql("SELECT pg_terminate_backend(pg_backend_pid())")
    assert store.inbox.accept(delivery("c")) is Accepted.NEW


def test_a_full_pool_and_odd_errors_are_told_apart() -> None:
    assert isinstance(translate(sa.exc.TimeoutError()), StoreUnavailable)
    assert isinstance(translate(sa.exc.ArgumentError("x")), StoreBroken)
    assert isinstance(translate(sqlite3.InterfaceError()), StoreUnavailable)


def fill(store: Store, delivery: Callable[..., Delivery]) -> None:
    for number in range(10_000):
        store.inbox.accept(delivery(f"d{number}"))


def test_a_file_that_fills_the_disk(tmp_path: Path, delivery: Callable[..., Delivery]) -> None:
    with open_at(f"sqlite:///{tmp_path}/zhidu.db") as store:
        store.migrate()
        writer = store._database._writer.connection.driver_connection  # type: ignore[attr-defined]
        pages = writer.execute("PRAGMA page_count").fetchone()[0]
        writer.execute(f"PRAGMA max_page_count={pages}")

        with pytest.raises(StoreUnavailable, match="full"):
            fill(store, delivery)

        writer.execute("PRAGMA max_page_count=100000")
        assert store.inbox.accept(delivery("after")) is Accepted.NEW


def test_calls_from_many_threads_end_when_the_store_closes(store: Store, delivery: Callable[..., Delivery]) -> None:
    ended: list[str] = []

    def accept(mine: int) -> None:
        try:
            for number in range(100_000):
                store.inbox.accept(delivery(f"{mine} {number}"))
        except StoreUnavailable as error:
            ended.append(str(error))

    threads = [threading.Thread(target=accept, args=(mine,)) for mine in range(4)]
    for thread in threads:
        thread.start()
    store.close()
    for thread in threads:
        thread.join(20)

    assert len(ended) == 4
