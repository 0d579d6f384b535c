"""Both engines, an empty store and a hand-driven clock."""

import itertools
import shutil
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy.engine import make_url

from integrations.store.backoff import Backoff
from integrations.store.database import PostgresDatabase
from integrations.store.records import Delivery
from integrations.store.store import Store, open_store
from integrations.store.tables import METADATA

START = datetime(2026, 9, 28, 8, 0, tzinfo=UTC)
ENGINES = ("sqlite", pytest.param("postgresql", marks=pytest.mark.postgres))

BACKOFF = Backoff(first=timedelta(seconds=10), cap=timedelta(minutes=1), attempts=4)


def migrate_at(url: str) -> None:
    with open_store(url, now=lambda: START, jitter=lambda: 0.0, new_id=lambda: "x") as store:
        store.migrate()


class HandClock:
    """Time that passes when told to."""

    def __init__(self) -> None:
        self.at = START

    def __call__(self) -> datetime:
        return self.at

    def advance(self, **by: float) -> datetime:
        self.at += timedelta(**by)
        return self.at


@pytest.fixture
def clock() -> HandClock:
    return HandClock()


@pytest.fixture(scope="session")
def migrated_sqlite(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated, empty file to copy: migrating takes longer than most tests."""
    path = tmp_path_factory.mktemp("migrated") / "zhidu.db"
    migrate_at(f"sqlite:///{path}")
    return path


@pytest.fixture(scope="session")
def migrated_postgres(new_postgres_schema: Callable[[], str]) -> str:
    """A migrated schema that the tests which only need some store share, one after the other."""
    url = new_postgres_schema()
    migrate_at(url)
    return url


@pytest.fixture(params=ENGINES)
def store_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The URL of a database, once for each engine; a test for one engine names it by indirect parameter.

    It is empty of rows; and of tables as well, unless the test asks for `store`.
    """
    wants_tables = "store" in request.fixturenames
    if request.param == "sqlite":
        path = tmp_path / "zhidu.db"
        if wants_tables:
            shutil.copy(request.getfixturevalue("migrated_sqlite"), path)
        return f"sqlite:///{path}"
    if not wants_tables:
        return str(request.getfixturevalue("postgres_url"))
    url = str(request.getfixturevalue("migrated_postgres"))
    with closing(PostgresDatabase(make_url(url))) as database, database.write() as connection:
        # The query log refuses to be emptied.
        connection.exec_driver_sql("ALTER TABLE vault_log DISABLE TRIGGER USER")
        connection.exec_driver_sql(f"TRUNCATE {', '.join(table.name for table in METADATA.sorted_tables)}")
        connection.exec_driver_sql("ALTER TABLE vault_log ENABLE TRIGGER USER")
    return url


@pytest.fixture
def opened(store_url: str, clock: HandClock) -> Iterator[Callable[[], Store]]:
    """Opens further stores on the same database, as other processes would."""
    stores: list[Store] = []
    names = itertools.count()

    def open_one() -> Store:
        stores.append(
            open_store(
                store_url,
                now=clock,
                jitter=lambda: 0.0,
                new_id=lambda: f"{len(stores)}-{next(names)}",
                inbox_backoff=BACKOFF,
                outbox_backoff=BACKOFF,
            )
        )
        return stores[-1]

    yield open_one
    for store in stores:
        store.close()


@pytest.fixture
def store(opened: Callable[[], Store]) -> Store:
    """A migrated store without rows."""
    return opened()


@pytest.fixture
def delivery(clock: HandClock) -> Callable[..., Delivery]:
    """Makes deliveries: `delivery("a", 42)`."""

    def make(delivery_id: str, ticket_id: int = 42) -> Delivery:
        return Delivery(
            delivery_id=delivery_id,
            ticket_id=ticket_id,
            trigger="zhidu",
            updated_at=clock(),
            updated_by_id=7,
            article_count=3,
            article_id=900,
            article_by_id=None,
            digest="5f1d",
            received_at=clock(),
        )

    return make
