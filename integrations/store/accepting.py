"""Taking deliveries in: many at a time, durable, each id once."""

import sqlite3
from collections.abc import Sequence
from datetime import datetime
from functools import cache
from itertools import chain

from sqlalchemy import Connection
from sqlalchemy.engine.interfaces import DBAPICursor

from integrations.store.database import Database, SqliteDatabase, insert_into
from integrations.store.errors import Refused
from integrations.store.records import Accepted, Delivery, EntryStatus
from integrations.store.tables import INBOX
from integrations.store.types import instant_text

DELIVERY = "delivery"

_LONGEST_TEXT = 500
_LARGEST_ID = 2**63 - 1
_ROWS_PER_STATEMENT = 50


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


def _texts(delivery: Delivery) -> tuple[object, ...]:
    updated_at = None if delivery.updated_at is None else instant_text(delivery.updated_at)
    return _values(delivery, instant_text(delivery.received_at), updated_at)


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


@cache
def _sqlite_insert(rows: int, *, known_too: bool) -> str:
    """An INSERT of so many rows. `known_too`: ids stored before are passed over; without, they are an error."""
    marks = f"({', '.join('?' * len(_COLUMNS))})"
    conflict = " ON CONFLICT DO NOTHING" if known_too else ""
    every = ", ".join([marks] * rows)
    return f"INSERT INTO {INBOX.name} ({', '.join(_COLUMNS)}) VALUES {every}{conflict}"  # noqa: S608 - names and marks


def _insert_by_driver(cursor: DBAPICursor | sqlite3.Cursor, deliveries: Sequence[Delivery]) -> list[Accepted]:
    """The same past SQLAlchemy, and many rows a statement.

    Python's driver lets go of the interpreter's lock several times in each statement, and each time may queue for it
    behind every thread that handles a request: with a statement a row, a busy server spends its time on that.
    """
    answers: list[Accepted] = []
    for start in range(0, len(deliveries), _ROWS_PER_STATEMENT):
        part = deliveries[start : start + _ROWS_PER_STATEMENT]
        rows = [_texts(delivery) for delivery in part]
        try:
            cursor.execute(_sqlite_insert(len(rows), known_too=False), list(chain.from_iterable(rows)))
        except sqlite3.IntegrityError:
            # It undid itself and left the transaction: one of the rows is no news. Which one, each alone will say.
            for row in rows:
                cursor.execute(_sqlite_insert(1, known_too=True), row)
                answers.append(Accepted.NEW if cursor.rowcount == 1 else Accepted.DUPLICATE)
        else:
            answers.extend([Accepted.NEW] * len(rows))
    cursor.close()
    return answers


def flush_to(database: Database, deliveries: Sequence[Delivery]) -> list[Accepted]:
    """One transaction for all of `deliveries`."""
    if isinstance(database, SqliteDatabase):
        with database.write_by_driver() as driver:
            return _insert_by_driver(driver.cursor(), deliveries)
    with database.write() as connection:
        return insert_deliveries(connection, deliveries)
