"""The journal of tickets that are made anew, step by step, and what is needed to go on, sealed."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import BigInteger, Column, Connection, Row, Table, Text, delete, func, or_, select, update

from integrations.store.database import Session, insert_into
from integrations.store.outside import Outside
from integrations.store.tables import METADATA
from integrations.store.types import Instant
from integrations.store.vault.keys import KeyRing
from integrations.store.vault.originals import Originals
from integrations.store.vault.records import Origin, Original
from integrations.store.vault.tables import VAULT_PIECES, VAULT_RECORDS

COPY = "twin"
"""The place under which a masked copy lies in the vault."""

TWINS = Table(
    "twins",
    METADATA,
    Column("ticket_id", BigInteger, primary_key=True, autoincrement=False),
    Column("number", Text, nullable=False),
    Column("step", Text, nullable=False),
    Column("record_id", BigInteger),
    Column("new_id", BigInteger),
    Column("seen", Text),
    Column("trouble", Text),
    Column("begun_at", Instant, nullable=False),
    Column("erased_at", Instant),
)


class Step(StrEnum):
    """How far it has come; each is kept only once what it names is done."""

    WANTED = "wanted"
    SEALED = "sealed"
    ERASED = "erased"
    MADE = "made"
    DONE = "done"


@dataclass(frozen=True, slots=True, kw_only=True)
class Twin:
    """One ticket that is made anew.

    record_id   where the masked copy lies sealed, from `sealed` on until `done`
    new_id      of the ticket that takes its place, from `made` on
    seen        by what the original is known as it was sealed
    trouble     why the last attempt did not come to its end
    """

    ticket_id: int
    number: str
    step: Step
    begun_at: datetime
    record_id: int | None = None
    new_id: int | None = None
    seen: str | None = None
    trouble: str | None = None
    erased_at: datetime | None = None


class Twins:
    """One row a ticket; those that are done stay, to say what became of a ticket's id."""

    def __init__(self, session: Session, outside: Outside) -> None:
        self._session, self._outside = session, outside

    def want(self, ticket_id: int, number: str) -> bool:
        """The ticket is to be made anew; False: that is known already."""
        values = {"ticket_id": ticket_id, "number": number, "step": Step.WANTED, "begun_at": self._outside.now()}
        with self._session.write() as connection:
            statement = insert_into(connection, TWINS).values(**values)
            done = connection.execute(statement.on_conflict_do_nothing(index_elements=["ticket_id"]))
            return done.rowcount > 0

    def put(self, twin: Twin) -> None:
        """Keeps how far it has come."""
        values = {name: getattr(twin, name) for name in ("step", "record_id", "new_id", "seen", "trouble", "erased_at")}
        with self._session.write() as connection:
            connection.execute(update(TWINS).where(TWINS.c.ticket_id == twin.ticket_id).values(**values))

    def drop(self, ticket_id: int) -> None:
        """There is nothing to be made anew."""
        with self._session.write() as connection:
            connection.execute(delete(TWINS).where(TWINS.c.ticket_id == ticket_id))

    def of(self, ticket_id: int) -> Twin | None:
        """By the id of the original."""
        with self._session.read() as connection:
            row = connection.execute(select(TWINS).where(TWINS.c.ticket_id == ticket_id)).first()
        return None if row is None else _twin(row)

    def ids(self, ticket_id: int) -> tuple[int, ...]:
        """Every id that the ticket had or has, by any of them."""
        with self._session.read() as connection:
            return ids_of(ticket_id, line(connection, ticket_id))

    def unfinished(self) -> tuple[Twin, ...]:
        """Oldest first."""
        statement = select(TWINS).where(TWINS.c.step != Step.DONE).order_by(TWINS.c.begun_at, TWINS.c.ticket_id)
        with self._session.read() as connection:
            return tuple(map(_twin, connection.execute(statement)))

    def leftovers(self) -> tuple[Twin, ...]:
        """Done, with a copy that is still kept."""
        statement = select(TWINS).where(TWINS.c.step == Step.DONE, TWINS.c.record_id.is_not(None))
        with self._session.read() as connection:
            return tuple(map(_twin, connection.execute(statement)))

    def finished(self) -> tuple[Twin, ...]:
        """Made anew to the end; oldest first."""
        statement = select(TWINS).where(TWINS.c.step == Step.DONE).order_by(TWINS.c.begun_at, TWINS.c.ticket_id)
        with self._session.read() as connection:
            return tuple(map(_twin, connection.execute(statement)))

    def count(self) -> int:
        """How many were made anew to the end."""
        with self._session.read() as connection:
            done = select(func.count()).select_from(TWINS).where(TWINS.c.step == Step.DONE)
            return connection.scalar(done) or 0


def line(connection: Connection, ticket_id: int) -> tuple[Twin, ...]:
    """Each time that the ticket was or is made anew, by any id that it had or has: it keeps its number."""
    numbers = select(TWINS.c.number).where(or_(TWINS.c.ticket_id == ticket_id, TWINS.c.new_id == ticket_id))
    statement = select(TWINS).where(TWINS.c.number.in_(numbers)).order_by(TWINS.c.ticket_id)
    return tuple(map(_twin, connection.execute(statement)))


def ids_of(ticket_id: int, twins: Sequence[Twin]) -> tuple[int, ...]:
    """The ids that `twins` of the ticket name, and its own."""
    named = (id for twin in twins for id in (twin.ticket_id, twin.new_id) if id is not None)
    return tuple(sorted({ticket_id, *named}))


def _twin(row: Row[Any]) -> Twin:
    return Twin(**{**row._mapping, "step": Step(row.step)})


class Copies:
    """The masked copies of tickets that are being made anew: sealed like originals, for they hold customers' words,
    and gone once they are no longer needed."""

    def __init__(self, session: Session, ring: KeyRing, random: Callable[[int], bytes], outside: Outside) -> None:
        self._session, self._outside = session, outside
        self._originals = Originals(session, ring, random)

    def seal(self, ticket_id: int, copy: bytes) -> int:
        """Keeps a copy; durable when this returns. Its record's id. raises TooLarge · WrongKey"""
        origin = Origin(ticket_id=ticket_id, article_id=0, place=COPY, kind="copy")
        return self._originals.seal(origin, Original(content=copy), None, self._outside.now()).id

    def open(self, record_id: int) -> bytes:
        """raises NotFound · Shredded · KeyGone · WrongKey · Tampered"""
        with self._session.read() as connection:
            return self._originals.open(connection, record_id)[1].content

    def drop(self, record_id: int) -> None:
        """Destroys the copy."""
        with self._session.write() as connection:
            connection.execute(delete(VAULT_PIECES).where(VAULT_PIECES.c.record_id == record_id))
            connection.execute(delete(VAULT_RECORDS).where(VAULT_RECORDS.c.id == record_id))
