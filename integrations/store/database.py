"""Where connections come from: SQLite with one writer, or PostgreSQL with a pool."""

import sqlite3
import threading
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Protocol, TypeVar
from urllib.parse import quote

from sqlalchemy import ColumnElement, Connection, Table, create_engine, delete, event, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import URL
from sqlalchemy.pool import QueuePool, StaticPool

from integrations.store.errors import StoreUnavailable
from integrations.store.filelock import FileLock
from integrations.store.translating import translated

_LOCK_WAIT_SECONDS = 30.0
_POOL_WAIT_SECONDS = 10.0
_CLOSE_WAIT_SECONDS = 60.0
_READERS = 10
_IDS_PER_STATEMENT = 5000

Insert = sqlite.Insert | postgresql.Insert


Key = TypeVar("Key", int, str)


class Session(Protocol):
    """What a repository needs of a database or of an open unit of work."""

    def write(self) -> AbstractContextManager[Connection]:
        """A connection inside a transaction that is committed at the end, or rolled back on an error."""

    def read(self) -> AbstractContextManager[Connection]:
        """A connection for reading. It never waits for a writer."""


class Database(Session, Protocol):
    """A Session that owns its connections."""

    def version(self) -> str:
        """The engine's version, `3.51.3` or `15.4`."""

    def close(self) -> None:
        """Gives every connection back. Closing twice is allowed."""


def insert_into(connection: Connection, table: Table) -> Insert:
    """An INSERT that knows ON CONFLICT, in the connection's dialect."""
    return postgresql.insert(table) if connection.dialect.name == "postgresql" else sqlite.insert(table)


def batched(ids: Sequence[Key]) -> Iterator[Sequence[Key]]:
    """`ids` in parts that fit into one statement: either engine's number of parameters is limited."""
    for start in range(0, len(ids), _IDS_PER_STATEMENT):
        yield ids[start : start + _IDS_PER_STATEMENT]


def delete_in_parts(session: Session, table: Table, *conditions: ColumnElement[bool]) -> int:
    """Deletes the rows of `table` (by its `id`) that meet `conditions`, some at a time so that others get their turn
    between. Returns how many."""
    some = select(table.c.id).where(*conditions).limit(_IDS_PER_STATEMENT)
    total = 0
    while True:
        with session.write() as connection:
            count = connection.execute(delete(table).where(table.c.id.in_(some))).rowcount
        total += count
        if count < _IDS_PER_STATEMENT:
            return total


class _NotNested:
    """Lets a thread have one transaction at a time: a second one would wait for the first for ever."""

    def __init__(self) -> None:
        self._local = threading.local()

    @contextmanager
    def entered(self) -> Iterator[None]:
        if getattr(self._local, "inside", False):
            raise RuntimeError("a transaction is open in this thread: use the unit's own repositories")
        self._local.inside = True
        try:
            yield
        finally:
            self._local.inside = False


class _Door:
    """Counts who is inside, so that closing can wait for them: a connection given back later would stay open."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._inside = 0
        self._closed = False

    @contextmanager
    def entered(self) -> Iterator[None]:
        with self._changed:
            if self._closed:
                raise StoreUnavailable("the store is closed")
            self._inside += 1
        try:
            yield
        finally:
            with self._changed:
                self._inside -= 1
                self._changed.notify_all()

    def close(self) -> bool:
        """Lets nobody in any more and waits for those inside. False: it was closed already."""
        with self._changed:
            if self._closed:
                return False
            self._closed = True
            self._changed.wait_for(lambda: self._inside == 0, timeout=_CLOSE_WAIT_SECONDS)
        return True


class Bound:
    """A Session over one connection whose transaction somebody else commits."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    @contextmanager
    def write(self) -> Iterator[Connection]:
        with translated():
            yield self._connection

    read = write


class SqliteDatabase:
    """One file, WAL, synchronous=FULL. One connection writes, under a lock that holds across processes; others read.

    The writer is also the only one that checkpoints, and does so inside its own commits: in SQLite before 3.51.3 a
    checkpoint that meets another connection's commit can lose pages, and a connection per thread starves.
    """

    def __init__(self, path: Path, *, lock_wait_seconds: float = _LOCK_WAIT_SECONDS) -> None:
        if not path.parent.is_dir():
            raise StoreUnavailable(f"{path.parent}: no such folder for the store")
        self._path = path
        self._lock = FileLock(path.with_name(path.name + ".lock"), wait_seconds=lock_wait_seconds)
        self._turn = threading.Lock()
        self._not_nested = _NotNested()
        self._door = _Door()
        self._writer_engine = create_engine("sqlite://", creator=self._open_writer, poolclass=StaticPool)
        event.listen(self._writer_engine, "begin", _begin_immediate)
        self._reader_engine = create_engine(
            "sqlite://",
            creator=self._open_reader,
            poolclass=QueuePool,
            pool_size=_READERS,
            pool_timeout=_POOL_WAIT_SECONDS,
        )
        # Opening may run the recovery of a file whose last writer died, which is a write.
        with self._lock.held(), translated():
            self._writer = self._writer_engine.connect()
            self._driver: sqlite3.Connection = self._writer.connection.driver_connection  # type: ignore[assignment]

    def _open_writer(self) -> sqlite3.Connection:
        self._path.touch(mode=0o600)
        connection = sqlite3.connect(self._path, isolation_level=None, check_same_thread=False, timeout=10.0)
        try:
            for pragma in (
                "journal_mode=WAL",
                "synchronous=FULL",
                "foreign_keys=ON",
                "journal_size_limit=67108864",
            ):
                connection.execute(f"PRAGMA {pragma}").fetchall()
        except BaseException:
            connection.close()
            raise
        return connection

    def _open_reader(self) -> sqlite3.Connection:
        address = f"file:{quote(str(self._path.absolute()))}?mode=ro"
        return sqlite3.connect(address, uri=True, isolation_level=None, check_same_thread=False, timeout=10.0)

    @contextmanager
    def write(self) -> Iterator[Connection]:
        with self._not_nested.entered(), self._door.entered(), self._turn, self._transaction() as connection:
            yield connection

    @contextmanager
    def _transaction(self) -> Iterator[Connection]:
        with self._lock.held(), translated(), self._writer.begin():
            yield self._writer

    @contextmanager
    def write_by_driver(self) -> Iterator[sqlite3.Connection]:
        """`write` past SQLAlchemy, whose work would be the larger part of a small transaction."""
        with self._not_nested.entered(), self._door.entered(), self._turn, self._lock.held(), translated():
            self._driver.execute("BEGIN IMMEDIATE")
            try:
                yield self._driver
                self._driver.execute("COMMIT")
            except BaseException:
                if self._driver.in_transaction:
                    self._driver.execute("ROLLBACK")
                raise

    @contextmanager
    def read(self) -> Iterator[Connection]:
        with self._door.entered(), translated(), self._reader_engine.connect() as connection:
            yield connection

    def version(self) -> str:
        return sqlite3.sqlite_version

    def close(self) -> None:
        if not self._door.close():
            return
        self._reader_engine.dispose()
        # The last connection to close a WAL file checkpoints it.
        with self._lock.held():
            self._writer.close()
            self._writer_engine.dispose()
        self._lock.close()


def _begin_immediate(connection: Connection) -> None:
    connection.exec_driver_sql("BEGIN IMMEDIATE")


class PostgresDatabase:
    """A pool. Commits wait for the disk (`synchronous_commit=on`) whatever the server's default; times are UTC."""

    def __init__(self, url: URL, *, pool_size: int = 10) -> None:
        own = "-c synchronous_commit=on -c timezone=UTC"
        given = url.query.get("options", "")
        options = f"{own} {given if isinstance(given, str) else ' '.join(given)}".strip()
        self._engine = create_engine(
            url.difference_update_query(["options"]),
            connect_args={"options": options, "application_name": "zhidu", "connect_timeout": 10},
            pool_size=pool_size,
            max_overflow=pool_size,
            pool_timeout=_POOL_WAIT_SECONDS,
            pool_pre_ping=True,
        )
        self._reader = self._engine.execution_options(isolation_level="AUTOCOMMIT")
        self._not_nested = _NotNested()
        self._door = _Door()

    @contextmanager
    def write(self) -> Iterator[Connection]:
        with self._not_nested.entered(), self._door.entered(), translated(), self._engine.begin() as connection:
            yield connection

    @contextmanager
    def read(self) -> Iterator[Connection]:
        with self._door.entered(), translated(), self._reader.connect() as connection:
            yield connection

    def version(self) -> str:
        with self.read() as connection:
            return str(connection.exec_driver_sql("SHOW server_version").scalar_one()).split()[0]

    def close(self) -> None:
        if self._door.close():
            self._engine.dispose()
