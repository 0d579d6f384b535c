"""Bringing a database to the shape this program works with. Forward only, in one transaction."""

from pathlib import Path

from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.runtime.environment import EnvironmentContext
from alembic.script import ScriptDirectory
from alembic.util import CommandError
from sqlalchemy import Connection

from integrations.store.errors import SchemaMismatch

VERSION_TABLE = "zhidu_revision"

# Any number will do that no other program on the same server locks.
_POSTGRES_LOCK = 0x7A68_6964_75


def scripts() -> ScriptDirectory:
    """The revisions shipped with this program."""
    return ScriptDirectory(str(Path(__file__).with_name("migrations")))


def head() -> str:
    """The revision this program works with."""
    revision = scripts().get_current_head()
    if revision is None:
        raise SchemaMismatch("this program carries no revisions: it is not wholly installed")
    return revision


def revisions() -> tuple[str, ...]:
    """Every revision, the oldest first."""
    return tuple(reversed([script.revision for script in scripts().walk_revisions()]))


def current(connection: Connection) -> str | None:
    """The database's revision. None: it is empty."""
    context = MigrationContext.configure(connection, opts={"version_table": VERSION_TABLE})
    return context.get_current_revision()


def upgrade(connection: Connection, to: str) -> None:
    """Brings the database to revision `to` inside the connection's transaction; nothing to do is no error.

    raises   SchemaMismatch – the database is of a newer program
    """
    if connection.dialect.name == "postgresql":
        connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({_POSTGRES_LOCK})")
    present = current(connection)
    if present is not None and present not in revisions():
        raise SchemaMismatch(
            f"the store is at revision {present}, which this program does not know: it is of a newer one"
        )
    script = scripts()
    with EnvironmentContext(
        Config(), script, fn=lambda revision, context: script._upgrade_revs(to, revision), destination_rev=to
    ) as environment:
        # On both engines a CREATE TABLE is part of the transaction: all of it or nothing.
        environment.configure(connection=connection, version_table=VERSION_TABLE, transactional_ddl=True)
        try:
            environment.run_migrations()
        except CommandError as error:
            raise SchemaMismatch(f"revision {to}: {error}") from error
