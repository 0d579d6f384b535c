"""Taking deliveries in: many at a time, durable, each id once."""

import sqlite3
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Connection
from sqlalchemy.dialects.sqlite import dialect as sqlite_dialect
from sqlalchemy.dialects.sqlite import insert as sqlite_insert
from sqlalchemy.engine.interfaces import DBAPICursor

from integrations.store.database import Database, SqliteDatabase, insert_into
from integrations.store.errors import Refused
from integrations.store.records import Accepted, Delivery, EntryStatus
from integrations.store.tables import INBOX
from integrations.store.types import instant_text

DELIVERY = "delivery"

_LONGEST_TEXT = 500
_LARGEST_ID = 2**63 - 1


def verify(delivery: Delivery) -> None:
    """Raises Refused for what a database could not hold, so that it is refused alone and not with its batch."""
    texts = {"delivery_id": delivery.delivery_id, "trigger": delivery.trigger, "digest": delivery.digest}
    for name, text in texts.items():
        if len(text) > _LONGEST_TEXT or not text.isprintable():
            raise Refused(f"{name}: more than {_LONGEST_TEXT} characters, or some that cannot be printed")
    if not delivery.delivery_id:
        raise Refused("delivery_id: empty")
    numbers = (
        delivery.ticket_id,
        delivery.updated_by_id,
        delivery.article_count,
        delivery.article_id,
        delivery.article_by_id,
    )
    if any(number is not None and not 0 <= number <= _LARGEST_ID for number in numbers):
        raise Refused("an id or a count is negative or beyond 64 bits")
    for at in (delivery.received_at, delivery.updated_at):
        if at is not None and at.tzinfo is None:
            raise Refused("a time without a zone")


# The columns an accepted delivery fills; the order is that of `_values`.
_COLUMNS = (
    "ticket_id",
    "reason",
    "status",
    "attempts",
    "received_at",
    "due_at",
    "delivery_id",
    "trigger_name",
    "updated_at",
    "updated_by_id",
    "article_count",
    "article_id",
    "article_by_id",
    "digest",
)

_SQLITE_INSERT = str(
    sqlite_insert(INBOX)
    .values(dict.fromkeys(_COLUMNS))
    .on_conflict_do_nothing()
    .compile(dialect=sqlite_dialect(paramstyle="qmark"))
)


def _values(delivery: Delivery, received_at: str | datetime, updated_at: str | datetime | None) -> tuple[object, ...]:
    return (
        delivery.ticket_id,
        DELIVERY,
        EntryStatus.WAITING.value,
        0,
        received_at,
        received_at,
        delivery.delivery_id,
        delivery.trigger,
        updated_at,
        delivery.updated_by_id,
        delivery.article_count,
        delivery.article_id,
        delivery.article_by_id,
        delivery.digest,
    )


def insert_deliveries(connection: Connection, deliveries: Sequence[Delivery]) -> list[Accepted]:
    """Stores `deliveries` (verified) and says of each whether it was new."""
    if connection.dialect.name == "sqlite":
        return _insert_by_driver(connection.connection.cursor(), deliveries)
    statement = insert_into(connection, INBOX).on_conflict_do_nothing().returning(INBOX.c.delivery_id)
    rows = [
        dict(zip(_COLUMNS, _values(delivery, delivery.received_at, delivery.updated_at), strict=True))
        # One order for everybody, so that two processes given the same deliveries cannot wait for each other.
        for delivery in sorted(deliveries, key=lambda delivery: delivery.delivery_id)
    ]
    new = set(connection.scalars(statement, rows))
    answers = []
    for delivery in deliveries:
        answers.append(Accepted.NEW if delivery.delivery_id in new else Accepted.DUPLICATE)
        # The same id a second time in one batch is a duplicate of the first.
        new.discard(delivery.delivery_id)
    return answers


def _insert_by_driver(cursor: DBAPICursor | sqlite3.Cursor, deliveries: Sequence[Delivery]) -> list[Accepted]:
    """The same past SQLAlchemy, one statement for each: cheaper in SQLite than one statement made for the batch."""
    answers = []
    for delivery in deliveries:
        updated_at = None if delivery.updated_at is None else instant_text(delivery.updated_at)
        cursor.execute(_SQLITE_INSERT, _values(delivery, instant_text(delivery.received_at), updated_at))
        answers.append(Accepted.NEW if cursor.rowcount == 1 else Accepted.DUPLICATE)
    cursor.close()
    return answers


def flush_to(database: Database, deliveries: Sequence[Delivery]) -> list[Accepted]:
    """One transaction for all of `deliveries`."""
    if isinstance(database, SqliteDatabase):
        with database.write_by_driver() as driver:
            return _insert_by_driver(driver.cursor(), deliveries)
    with database.write() as connection:
        return insert_deliveries(connection, deliveries)
