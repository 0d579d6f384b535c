"""What each ticket is about: enough to find a customer's earlier matters and causes that several customers share."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import delete, distinct, func, select

from integrations.store.database import Session, insert_into
from integrations.store.records import Matter
from integrations.store.tables import MATTERS

_COLUMNS = tuple(column.name for column in MATTERS.columns)


class Matters:
    """One matter per ticket, as last seen."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def put(self, matter: Matter) -> bool:
        """Replaces what is known of the ticket. Returns whether it differs from what was known."""
        values = {name: getattr(matter, name) for name in _COLUMNS}
        with self._session.write() as connection:
            row = connection.execute(select(MATTERS).where(MATTERS.c.ticket_id == matter.ticket_id)).first()
            if row is not None and Matter(**row._mapping) == matter:
                return False
            statement = insert_into(connection, MATTERS).values(values)
            changes = {name: statement.excluded[name] for name in values if name != "ticket_id"}
            connection.execute(statement.on_conflict_do_update(index_elements=[MATTERS.c.ticket_id], set_=changes))
        return True

    def forget(self, ticket_id: int) -> None:
        """The ticket is no more; another may have taken its place."""
        with self._session.write() as connection:
            connection.execute(delete(MATTERS).where(MATTERS.c.ticket_id == ticket_id))

    def of_customer(
        self, customer_id: int, kind: str, *, since: datetime, before: datetime
    ) -> tuple[tuple[int, str | None], ...]:
        """The customer's tickets of this kind received in [`since`, `before`), oldest first, each with its cause."""
        statement = (
            select(MATTERS.c.ticket_id, MATTERS.c.cause)
            .where(
                MATTERS.c.customer_id == customer_id,
                MATTERS.c.kind == kind,
                MATTERS.c.received_at >= since,
                MATTERS.c.received_at < before,
            )
            .order_by(MATTERS.c.received_at, MATTERS.c.ticket_id)
        )
        with self._session.read() as connection:
            return tuple((ticket_id, cause) for ticket_id, cause in connection.execute(statement))

    def first_at(self, ticket_ids: Sequence[int]) -> datetime | None:
        """When the first of these tickets was received; None where nothing is known of any."""
        statement = select(func.min(MATTERS.c.received_at)).where(MATTERS.c.ticket_id.in_(ticket_ids))
        with self._session.read() as connection:
            found: datetime | None = connection.scalar(statement)
        return found

    def of_cause(self, cause: str, kind: str, *, since: datetime, before: datetime, limit: int) -> tuple[int, ...]:
        """Up to `limit` tickets of this cause and kind received in [`since`, `before`), the oldest first."""
        statement = (
            select(MATTERS.c.ticket_id)
            .where(
                MATTERS.c.cause == cause,
                MATTERS.c.kind == kind,
                MATTERS.c.received_at >= since,
                MATTERS.c.received_at < before,
            )
            .order_by(MATTERS.c.received_at, MATTERS.c.ticket_id)
            .limit(limit)
        )
        with self._session.read() as connection:
            return tuple(connection.scalars(statement))

    def customers(self, cause: str, kind: str, *, since: datetime, before: datetime, but: int) -> int:
        """How many customers have a matter of this cause and kind received in [`since`, `before`), `but` aside."""
        statement = select(func.count(distinct(MATTERS.c.customer_id))).where(
            MATTERS.c.cause == cause,
            MATTERS.c.kind == kind,
            MATTERS.c.received_at >= since,
            MATTERS.c.received_at < before,
            MATTERS.c.customer_id != but,
        )
        with self._session.read() as connection:
            return int(connection.scalar(statement) or 0)
