"""The store, opened by URL: every repository, units of work, migrations and health."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from types import TracebackType
from typing import Self

from sqlalchemy import Connection
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError

from integrations.store import migrate
from integrations.store.accepting import flush_to
from integrations.store.backoff import Backoff
from integrations.store.cases import Cases
from integrations.store.clocks import Clocks
from integrations.store.cursors import Cursors
from integrations.store.database import Bound, Database, PostgresDatabase, Session, SqliteDatabase
from integrations.store.decisions import Decisions
from integrations.store.errors import StoreError, StoreUnavailable, UnusableUrl
from integrations.store.findings import Findings
from integrations.store.gate import Gate
from integrations.store.group import GroupCommit
from integrations.store.inbox import Inbox
from integrations.store.lessons import Corrections, LearntModels
from integrations.store.locks import Locks
from integrations.store.looks import Looks
from integrations.store.matters import Matters
from integrations.store.outbox import Outbox
from integrations.store.outside import Outside
from integrations.store.provisioned import Provisioned
from integrations.store.records import Accepted, Delivery, Health, Message
from integrations.store.twins import Copies, Twins
from integrations.store.vault.keys import KeyRing
from integrations.store.vault.records import Rules
from integrations.store.vault.rows import VaultRows
from integrations.store.vault.vault import Vault
from integrations.store.versions import Versions

_INBOX_BACKOFF = Backoff()
_OUTBOX_BACKOFF = Backoff()

_OLDEST_SQLITE = (3, 35)
_OLDEST_POSTGRES = (15,)
# 3.51.3 and the two branches that were mended as well.
_MENDED_SQLITE = ((3, 51, 3), (3, 50, 7), (3, 44, 6))


class Repositories:
    """Everything that can be read and written, over one Session."""

    def __init__(
        self,
        session: Session,
        outside: Outside,
        *,
        inbox_backoff: Backoff,
        outbox_backoff: Backoff,
        accept: Callable[[Sequence[Delivery]], Sequence[Accepted | StoreError]] | None = None,
    ) -> None:
        self.inbox = Inbox(session, outside, backoff=inbox_backoff, accept=accept)
        self.looks = Looks(session)
        self.cases = Cases(session)
        self.clocks = Clocks(session)
        self.decisions = Decisions(session)
        self.findings = Findings(session)
        self.matters = Matters(session)
        self.outbox = Outbox(session, outside, backoff=outbox_backoff)
        self.cursors = Cursors(session, outside)
        self.provisioned = Provisioned(session, outside)
        self.locks = Locks(session, outside)
        self.versions = Versions(session)
        self.vault_rows = VaultRows(session)
        self.twins = Twins(session, outside)
        self.gate = Gate(session, outside)
        self.corrections = Corrections(session)
        self.learnt = LearntModels(session, outside)


class Store(Repositories):
    """Each call is a transaction of its own; `unit()` makes one of several. Safe to use from any number of threads."""

    def __init__(
        self, database: Database, outside: Outside, *, inbox_backoff: Backoff, outbox_backoff: Backoff
    ) -> None:
        self._database = database
        self._outside = outside
        self._inbox_backoff = inbox_backoff
        self._outbox_backoff = outbox_backoff
        self._commits: GroupCommit[Delivery, Accepted] = GroupCommit(self._flush)
        super().__init__(
            database,
            outside,
            inbox_backoff=inbox_backoff,
            outbox_backoff=outbox_backoff,
            accept=self._commits.submit_all,
        )

    def _flush(self, deliveries: Sequence[Delivery]) -> Sequence[Accepted]:
        return flush_to(self._database, deliveries)

    def vault(self, ring: KeyRing, rules: Rules, random: Callable[[int], bytes]) -> Vault:
        """The vault over this store, opened with `ring`; `random`: bytes from the operating system, fit for keys."""

        def put(connection: Connection, message: Message) -> None:
            Outbox(Bound(connection), self._outside, backoff=self._outbox_backoff).put(message)

        return Vault(self._database, self._outside, ring=ring, rules=rules, random=random, put=put)

    def copies(self, ring: KeyRing, random: Callable[[int], bytes]) -> Copies:
        """The masked copies of tickets that are being made anew; for `random` see `vault`."""
        return Copies(self._database, ring, random, self._outside)

    @contextmanager
    def unit(self) -> Iterator[Repositories]:
        """One transaction over all repositories of the unit: committed at the end, rolled back on an exception.

        On SQLite nobody else writes meanwhile: no network, no waiting inside. The store's own repositories may be
        read inside, and see what was committed before; writing through them raises RuntimeError.
        """
        with self._database.write() as connection:
            yield Repositories(
                Bound(connection),
                self._outside,
                inbox_backoff=self._inbox_backoff,
                outbox_backoff=self._outbox_backoff,
            )

    def migrate(self, to: str | None = None) -> str:
        """Brings the database to revision `to` (this program's) in one transaction; returns the revision it now has.

        raises   SchemaMismatch – the database is of a newer program
        """
        target = to or migrate.head()
        with self._database.write() as connection:
            migrate.upgrade(connection, target)
            return migrate.current(connection) or target

    def revision(self) -> str | None:
        """The database's revision. None: it is empty, `migrate` has not been called."""
        with self._database.read() as connection:
            return migrate.current(connection)

    def health(self) -> Health:
        """What `doctor` says of the store. Never raises for a database that cannot be reached."""
        engine = "sqlite" if isinstance(self._database, SqliteDatabase) else "postgresql"
        head = migrate.head()
        try:
            version, revision = self._database.version(), self.revision()
        except StoreUnavailable as error:
            return Health(engine=engine, version="", reachable=False, revision=None, head=head, notes=(str(error),))
        notes = list(version_notes(engine, version))
        if revision is None:
            notes.append("the store is empty: it has not been migrated yet")
        elif revision != head:
            notes.append(f"the store is at revision {revision}, this program works with {head}: migrate, or upgrade")
        return Health(engine=engine, version=version, reachable=True, revision=revision, head=head, notes=tuple(notes))

    def close(self) -> None:
        """Gives every connection back; whoever calls afterwards gets StoreUnavailable."""
        self._database.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def version_notes(engine: str, version: str) -> tuple[str, ...]:
    """What a person should know about this version of `engine` (`sqlite`, `postgresql`)."""
    number = tuple(int(part) for part in version.split(".") if part.isdigit())
    if engine == "postgresql":
        if number < _OLDEST_POSTGRES:
            return (f"PostgreSQL {version} is too old: 15 or newer is needed",)
        return ()
    if number < _OLDEST_SQLITE:
        return (f"SQLite {version} is too old: 3.35 or newer is needed",)
    if number >= _MENDED_SQLITE[0] or any(number[:2] == branch[:2] and number >= branch for branch in _MENDED_SQLITE):
        return ()
    return (
        f"SQLite {version} can damage a file that two connections write to at the same instant (WAL reset, mended in "
        "3.51.3). zhidu writes through one connection at a time, under a lock; while it runs, let no other program "
        "write to the file, and prefer a newer SQLite",
    )


def open_store(
    url: str,
    *,
    now: Callable[[], datetime],
    jitter: Callable[[], float],
    new_id: Callable[[], str],
    inbox_backoff: Backoff = _INBOX_BACKOFF,
    outbox_backoff: Backoff = _OUTBOX_BACKOFF,
    pool_size: int = 10,
) -> Store:
    """Opens the store at `url`: `sqlite:////var/lib/zhidu/zhidu.db` or `postgresql+psycopg://user@host/name`.

    The SQLite file is made where there is none, readable by its owner only, in a folder that exists. Nothing is
    migrated: see `Store.migrate`.

    now, jitter, new_id   aware UTC · in [0, 1) · a name nobody else has
    pool_size             PostgreSQL: connections kept; as many again are opened under load
    raises                UnusableUrl · StoreUnavailable – SQLite only; PostgreSQL is reached at the first use
    """
    return Store(
        _database(url, pool_size),
        Outside(now=now, jitter=jitter, new_id=new_id),
        inbox_backoff=inbox_backoff,
        outbox_backoff=outbox_backoff,
    )


def _database(url: str, pool_size: int) -> Database:
    try:
        parsed = make_url(url)
    except ArgumentError:
        # The text may hold a password: it is not repeated.
        raise UnusableUrl("the store's URL cannot be read; write sqlite:///path or postgresql+psycopg://…") from None
    backend = parsed.get_backend_name()
    if backend == "sqlite":
        if not parsed.database or parsed.database == ":memory:":
            raise UnusableUrl("sqlite: a file is needed (sqlite:///path): what is only in memory is not kept")
        return SqliteDatabase(Path(parsed.database))
    if backend == "postgresql":
        return PostgresDatabase(_with_psycopg(parsed), pool_size=pool_size)
    raise UnusableUrl(f"{backend}: the store works on sqlite or postgresql")


def _with_psycopg(url: URL) -> URL:
    return url.set(drivername="postgresql+psycopg")
