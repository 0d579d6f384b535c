"""Migrations go forward from empty and from every earlier revision, and end where the tables say."""

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory

from integrations.store import migrate
from integrations.store.errors import SchemaMismatch
from integrations.store.records import EntryStatus, Look, Matter
from integrations.store.store import Store
from integrations.store.tables import METADATA
from policies.kernel.digest import digest

OURS = {table.name for table in METADATA.sorted_tables}

SQLITE_SHAPE = "SELECT name, sql FROM sqlite_master WHERE sql IS NOT NULL ORDER BY name"
POSTGRES_SHAPE = """
    SELECT table_name || '.' || column_name, data_type || is_nullable || coalesce(column_default, '')
    FROM information_schema.columns WHERE table_schema = current_schema()
    UNION ALL
    SELECT indexname, indexdef FROM pg_indexes WHERE schemaname = current_schema()
    UNION ALL
    SELECT 'constraint ' || conname, pg_get_constraintdef(oid)
    FROM pg_constraint WHERE connamespace = current_schema()::regnamespace
    ORDER BY 1
"""


def shape(store: Store) -> dict[str, str]:
    """Everything the database says about our tables, in one form for both engines: exact, down to partial indices."""
    with store._database.read() as connection:
        query = SQLITE_SHAPE if connection.dialect.name == "sqlite" else POSTGRES_SHAPE
        rows = connection.exec_driver_sql(query).all()
    schema = re.compile(r"\bs_[0-9a-f]{12}\.")
    return {
        name: schema.sub("", re.sub(r"\s+", " ", text))
        for name, text in rows
        if migrate.VERSION_TABLE not in name and "alembic" not in name
    }


def differences(store: Store) -> list[object]:
    """What alembic would still change, in our own tables."""
    with store._database.write() as connection:
        context = MigrationContext.configure(
            connection,
            opts={
                "compare_type": True,
                "include_name": lambda name, kind, parents: kind != "table" or name in OURS,
            },
        )
        return list(compare_metadata(context, METADATA))


def test_an_empty_database_has_no_revision(opened: Callable[[], Store]) -> None:
    assert opened().revision() is None


def test_from_empty_to_the_tables(opened: Callable[[], Store]) -> None:
    store = opened()

    assert store.migrate() == migrate.head()

    assert store.revision() == migrate.head()
    assert differences(store) == []


def test_revisions_make_exactly_what_the_tables_say(opened: Callable[[], Store]) -> None:
    """Partial indices and names included, which alembic's own comparison overlooks."""
    store = opened()
    with store._database.write() as connection:
        METADATA.create_all(connection)
    as_the_tables_say = shape(store)
    with store._database.write() as connection:
        METADATA.drop_all(connection)

    store.migrate()

    assert shape(store) == as_the_tables_say


@pytest.mark.parametrize("revision", migrate.revisions())
def test_from_every_revision_to_the_last(opened: Callable[[], Store], revision: str) -> None:
    """Stopped at `revision`, opened again by another process, brought to the end, migrated once more."""
    assert opened().migrate(revision) == revision

    later = opened()
    assert later.revision() == revision
    later.migrate()
    later.migrate()

    assert later.revision() == migrate.head()
    assert differences(later) == []


@pytest.mark.parametrize("revision", migrate.revisions())
def test_rows_survive(opened: Callable[[], Store], revision: str) -> None:
    store = opened()
    store.migrate(revision)
    with store._database.write() as connection:
        connection.exec_driver_sql(
            "INSERT INTO inbox (ticket_id, reason, status, attempts, received_at, due_at) VALUES "
            "(42, 'due', 'waiting', 0, '2026-09-28T08:00:00.000000+00:00', '2026-09-28T08:00:00.000000+00:00')"
        )

    store.migrate()

    assert [entry.ticket_id for entry in store.inbox.list(EntryStatus.WAITING)] == [42]


def test_words_of_people_go(opened: Callable[[], Store]) -> None:
    """A cause stays the same cause under its digest; what was kept of a history is read anew."""
    store = opened()
    store.migrate("0003")
    at = datetime(2026, 9, 28, 8, tzinfo=UTC)
    look = Look(
        ticket_id=42, case_id="c", updated_at=at, article_count=1, by_user_id=3, clean=True,
        history='{"changes": [["2026-09-28T08:00:00+00:00", 3, "remedy", "", "refund to Li Si"]], "refused": {}}',
        history_until=at,
    )  # fmt: skip
    store.looks.put(look)
    for ticket, cause in ((42, "Li Si's fees"), (43, "Li Si's fees"), (44, "the queue"), (45, None)):
        store.matters.put(Matter(ticket_id=ticket, customer_id=ticket, kind="complaint", cause=cause, received_at=at))

    store.migrate()

    [kept] = [look for look in [store.looks.get(42)] if look is not None]
    assert (kept.history, kept.clean) == ("", False)
    since, before = at - timedelta(days=1), at + timedelta(days=1)
    known = digest("cause", "Li Si's fees")
    assert store.matters.of_cause(known, "complaint", since=since, before=before, limit=9) == (42, 43)
    assert store.matters.of_cause("the queue", "complaint", since=since, before=before, limit=9) == ()


def test_revisions_are_one_line(opened: Callable[[], Store]) -> None:
    assert len(migrate.scripts().get_heads()) == 1
    assert migrate.revisions()[-1] == migrate.head()


def test_a_migration_that_fails_leaves_nothing(opened: Callable[[], Store]) -> None:
    store = opened()

    def fail_late() -> None:
        with store._database.write() as connection:
            migrate.upgrade(connection, migrate.head())
            raise KeyError

    with pytest.raises(KeyError):
        fail_late()

    assert store.revision() is None
    assert shape(store) == {}


def test_tables_of_others_are_left_alone(opened: Callable[[], Store]) -> None:
    """A task engine keeps its tables in the same database."""
    store = opened()
    with store._database.write() as connection:
        connection.exec_driver_sql("CREATE TABLE procrastinate_jobs (id integer PRIMARY KEY)")

    store.migrate()

    assert differences(store) == []
    with store._database.read() as connection:
        assert sa.inspect(connection).has_table("procrastinate_jobs")


def test_a_store_of_a_newer_program_is_left_alone(opened: Callable[[], Store]) -> None:
    store = opened()
    store.migrate()
    with store._database.write() as connection:
        connection.exec_driver_sql(f"UPDATE {migrate.VERSION_TABLE} SET version_num = 'later'")  # noqa: S608 - our name

    with pytest.raises(SchemaMismatch, match="later"):
        store.migrate()

    assert any("later" in note for note in store.health().notes)


def test_a_program_without_its_revisions_says_so(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "versions").mkdir()
    monkeypatch.setattr(migrate, "scripts", lambda: ScriptDirectory(str(tmp_path)))

    with pytest.raises(SchemaMismatch, match="not wholly installed"):
        migrate.head()


def test_there_is_no_such_revision(store: Store) -> None:
    with pytest.raises(SchemaMismatch, match="9999"):
        store.migrate("9999")
