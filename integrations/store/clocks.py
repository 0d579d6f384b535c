"""The clocks that run, so that a sweep finds the tickets whose time has come without looking at the others."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Row, delete, func, insert, literal_column, select

from integrations.store.database import Session
from integrations.store.records import ClockCounts, ClockRow, ClockStatus, TicketClock
from integrations.store.tables import CLOCK_IS_OPEN, CLOCKS

_IS_OPEN: ColumnElement[bool] = literal_column(CLOCK_IS_OPEN)
_IS_PROVISIONAL: ColumnElement[bool] = literal_column("provisional")
_ROWS_PER_TICKET = 8


class Clocks:
    """The clocks of each ticket, as its last evaluation derived them."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def replace(self, ticket_id: int, clocks: Iterable[ClockRow]) -> bool:
        """`clocks` are the ticket's clocks now, all of them. No difference, no write. Returns whether one was made."""
        wanted = {(clock.name, clock.run): clock for clock in clocks}
        with self._session.write() as connection:
            rows = connection.execute(select(CLOCKS).where(CLOCKS.c.ticket_id == ticket_id))
            kept = {(row.name, row.run): _clock(row) for row in rows}
            if kept == wanted:
                return False
            if kept:
                connection.execute(delete(CLOCKS).where(CLOCKS.c.ticket_id == ticket_id))
            if wanted:
                connection.execute(insert(CLOCKS), [_values(ticket_id, clock) for clock in wanted.values()])
        return True

    def of(self, ticket_id: int) -> tuple[ClockRow, ...]:
        """The clocks of `ticket_id`, by due time."""
        statement = select(CLOCKS).where(CLOCKS.c.ticket_id == ticket_id).order_by(CLOCKS.c.due_at, CLOCKS.c.name)
        with self._session.read() as connection:
            return tuple(map(_clock, connection.execute(statement)))

    def due(self, now: datetime, limit: int) -> tuple[int, ...]:
        """Up to `limit` tickets with a clock that wants a look by `now`, those first that have wanted it longest.

        Costs what the due clocks cost, however many others there are.
        """
        # The inner query walks the index in its order and stops; the outer one folds a ticket's clocks together.
        first = (
            select(CLOCKS.c.ticket_id, CLOCKS.c.next_at)
            .where(CLOCKS.c.next_at <= now)
            .order_by(CLOCKS.c.next_at, CLOCKS.c.ticket_id)
            .limit(limit * _ROWS_PER_TICKET)
            .subquery()
        )
        statement = (
            select(first.c.ticket_id)
            .group_by(first.c.ticket_id)
            .order_by(func.min(first.c.next_at), first.c.ticket_id)
            .limit(limit)
        )
        with self._session.read() as connection:
            return tuple(connection.scalars(statement))

    def next_at(self) -> datetime | None:
        """When the next clock wants a look."""
        with self._session.read() as connection:
            return connection.scalar(
                select(CLOCKS.c.next_at).where(CLOCKS.c.next_at.is_not(None)).order_by(CLOCKS.c.next_at).limit(1)
            )

    def open_tickets(self, *, after: int, limit: int) -> tuple[int, ...]:
        """Up to `limit` tickets with an open clock and an id above `after`, in order of their ids."""
        statement = select(CLOCKS.c.ticket_id).where(_IS_OPEN, CLOCKS.c.ticket_id > after).distinct()
        with self._session.read() as connection:
            return tuple(connection.scalars(statement.order_by(CLOCKS.c.ticket_id).limit(limit)))

    def provisional(self) -> tuple[int, ...]:
        """The tickets with a clock whose due time may change with calendar data to come, ascending."""
        statement = select(CLOCKS.c.ticket_id).where(_IS_PROVISIONAL).distinct().order_by(CLOCKS.c.ticket_id)
        with self._session.read() as connection:
            return tuple(connection.scalars(statement))

    def open(
        self,
        *,
        name: str | None = None,
        clause: str | None = None,
        due_before: datetime | None = None,
        status: ClockStatus | None = None,
        limit: int = 1000,
    ) -> tuple[TicketClock, ...]:
        """Open clocks (running, paused, breached), by due time; every condition given must hold."""
        statement = select(CLOCKS).where(_IS_OPEN)
        for column, value in ((CLOCKS.c.name, name), (CLOCKS.c.clause, clause), (CLOCKS.c.status, status)):
            if value is not None:
                statement = statement.where(column == value)
        if due_before is not None:
            statement = statement.where(CLOCKS.c.due_at < due_before)
        statement = statement.order_by(CLOCKS.c.due_at, CLOCKS.c.ticket_id).limit(limit)
        with self._session.read() as connection:
            rows = connection.execute(statement).all()
        return tuple(TicketClock(ticket_id=row.ticket_id, clock=_clock(row)) for row in rows)

    def counts(self, now: datetime, *, due_from: datetime, due_before: datetime) -> ClockCounts:
        """How many clocks are open, paused, late at `now`, and due in [`due_from`, `due_before`)."""
        running = CLOCKS.c.status != ClockStatus.PAUSED
        statement = select(
            func.count(),
            func.count().filter(~running),
            func.count().filter(running, CLOCKS.c.due_at <= now),
            func.count().filter(CLOCKS.c.due_at >= due_from, CLOCKS.c.due_at < due_before),
        ).where(_IS_OPEN)
        with self._session.read() as connection:
            row = connection.execute(statement).one()
        return ClockCounts(open=row[0], paused=row[1], late=row[2], due=row[3])


def _values(ticket_id: int, clock: ClockRow) -> dict[str, Any]:
    return {
        "ticket_id": ticket_id,
        "name": clock.name,
        "run": clock.run,
        "clause": clock.clause,
        "started_at": clock.started_at,
        "due_at": clock.due_at,
        "next_at": clock.next_at,
        "status": clock.status,
        "provisional": clock.provisional,
    }


def _clock(row: Row[Any]) -> ClockRow:
    return ClockRow(
        name=row.name,
        run=row.run,
        clause=row.clause,
        started_at=row.started_at,
        due_at=row.due_at,
        next_at=row.next_at,
        status=ClockStatus(row.status),
        provisional=row.provisional,
    )
