"""What came in through the gate, and which ticket it became: marks and numbers, no word of it."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from sqlalchemy import BigInteger, Column, Index, Row, Table, Text, func, select, text, update

from integrations.store.database import Session, insert_into
from integrations.store.outside import Outside
from integrations.store.tables import METADATA
from integrations.store.types import BIG_ID, Instant

Way = Literal["mail", "intake"]

_UNBOUND = text("bound_at IS NULL")

# `identity`, `message_mark`, `content_mark` and marks in `forwarded` and `attempted` are keyed with the vault's secret.
GATE = Table(
    "gate",
    METADATA,
    Column("id", BIG_ID, primary_key=True),
    Column("identity", Text, nullable=False),
    Column("message_mark", Text, nullable=False),
    Column("content_mark", Text, nullable=False),
    Column("way", Text, nullable=False),
    Column("record_id", BigInteger),
    Column("forwarded", Text, nullable=False),
    Column("taken_at", Instant, nullable=False),
    Column("forwarded_at", Instant),
    Column("ticket_id", BigInteger),
    Column("article_id", BigInteger),
    Column("number", Text),
    Column("bound_at", Instant),
    Column("attempted", Text, nullable=False, server_default=""),
    Index("ux_gate_identity", "identity", unique=True),
    Index("ix_gate_message_mark", "message_mark"),
    Index("ix_gate_unbound", "id", sqlite_where=_UNBOUND, postgresql_where=_UNBOUND),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Passage:
    """One mail or message that came in through the gate and held something confidential, or was posted.

    identity       by which the very same one is known again
    message_mark   of its Message-ID, by which its article is found
    content_mark   of its content
    record_id      of its original in the vault; None: not sealed yet, or there was nothing to seal
    forwarded      marks of the recipients that the helpdesk's mailbox has taken it for
    attempted      marks of those that it was last handed over for, where nobody knows whether it was taken
    shared         another one has the same Message-ID
    ticket_id, article_id, number   what it became, once that is known
    new            False: it was there before
    """

    id: int
    identity: str
    message_mark: str
    content_mark: str
    way: Way
    taken_at: datetime
    record_id: int | None = None
    forwarded: frozenset[str] = frozenset()
    attempted: frozenset[str] = frozenset()
    shared: bool = False
    forwarded_at: datetime | None = None
    ticket_id: int | None = None
    article_id: int | None = None
    number: str | None = None
    bound_at: datetime | None = None
    new: bool = False

    @property
    def taken(self) -> frozenset[str]:
        """Marks of the recipients whose mailbox has it: as was noted, or since its article was seen in the helpdesk."""
        seen = self.bound_at is not None and not self.shared
        return self.forwarded | self.attempted if seen else self.forwarded


@dataclass(frozen=True, slots=True, kw_only=True)
class GateCounts:
    """How many came in by which way; how many of them wait for their ticket, the oldest since when."""

    mails: int = 0
    messages: int = 0
    unbound: int = 0
    oldest_at: datetime | None = None


class Gate:
    """One row a mail or message."""

    def __init__(self, session: Session, outside: Outside) -> None:
        self._session, self._outside = session, outside

    def take(self, *, identity: str, message_mark: str, content_mark: str, way: Way) -> Passage:
        """The passage of that identity, made where there is none."""
        values = {
            "identity": identity, "message_mark": message_mark, "content_mark": content_mark, "way": way,
            "forwarded": "", "taken_at": self._outside.now(),
        }  # fmt: skip
        with self._session.write() as connection:
            fresh = insert_into(connection, GATE).values(**values).on_conflict_do_nothing(index_elements=["identity"])
            made = connection.execute(fresh.returning(GATE.c.id)).first() is not None
            row = connection.execute(select(GATE).where(GATE.c.identity == identity)).one()
            same = (GATE.c.message_mark == row.message_mark, GATE.c.id != row.id)
            shared = not made and connection.execute(select(GATE.c.id).where(*same).limit(1)).first() is not None
        return _passage(row, new=made, shared=shared)

    def sealed(self, id: int, record_id: int) -> None:
        """Its original lies in the vault."""
        self._put(id, record_id=record_id)

    def attempting(self, id: int, recipients: Collection[str]) -> None:
        """It is handed over for these, by their marks; none: what was tried before has failed for certain."""
        self._put(id, attempted=" ".join(sorted(recipients)))

    def forwarded(self, id: int, recipients: Collection[str]) -> None:
        """The helpdesk's mailbox has taken it for these recipients, by their marks, too."""
        with self._session.write() as connection:
            row = connection.execute(select(GATE.c.forwarded).where(GATE.c.id == id).with_for_update()).one()
            known = " ".join(sorted({*row.forwarded.split(), *recipients}))
            values = {"forwarded": known, "attempted": "", "forwarded_at": self._outside.now()}
            connection.execute(update(GATE).where(GATE.c.id == id).values(**values))

    def bound(self, id: int, *, ticket_id: int, article_id: int, number: str) -> None:
        """It is this article of this ticket."""
        now = self._outside.now()
        self._put(id, ticket_id=ticket_id, article_id=article_id, number=number, bound_at=now)

    def unbound(self, message_marks: Sequence[str]) -> tuple[Passage, ...]:
        """Those that wait for their ticket, by the marks of their Message-IDs; oldest first."""
        if not message_marks:
            return ()
        where = (GATE.c.message_mark.in_(message_marks), GATE.c.bound_at.is_(None))
        with self._session.read() as connection:
            return tuple(_passage(row) for row in connection.execute(select(GATE).where(*where).order_by(GATE.c.id)))

    def of_article(self, article_ids: Sequence[int]) -> frozenset[int]:
        """Which of the articles are known to have come in here."""
        statement = select(GATE.c.article_id).where(GATE.c.article_id.in_(article_ids))
        with self._session.read() as connection:
            return frozenset(connection.scalars(statement))

    def counts(self) -> GateCounts:
        """All there are."""
        unbound = GATE.c.bound_at.is_(None)
        statement = select(
            func.count().filter(GATE.c.way == "mail"),
            func.count().filter(GATE.c.way == "intake"),
            func.count().filter(unbound),
            func.min(GATE.c.taken_at).filter(unbound),
        )
        with self._session.read() as connection:
            row = connection.execute(statement).one()
        return GateCounts(mails=row[0], messages=row[1], unbound=row[2], oldest_at=row[3])

    def _put(self, id: int, **values: Any) -> None:
        with self._session.write() as connection:
            connection.execute(update(GATE).where(GATE.c.id == id).values(**values))


def _passage(row: Row[Any], *, new: bool = False, shared: bool = False) -> Passage:
    marks = {name: frozenset(getattr(row, name).split()) for name in ("forwarded", "attempted")}
    return Passage(**{**row._mapping, **marks, "new": new, "shared": shared})
