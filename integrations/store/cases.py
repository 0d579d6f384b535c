"""Cases and the tickets they are known by: a case keeps its id when tickets merge or are made anew."""

from sqlalchemy import select, update

from integrations.store.database import Session, insert_into
from integrations.store.tables import ALIASES, FINDINGS, LOOKS


class Cases:
    """The aliases: each ticket belongs to one case, a case has any number of tickets."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def put(self, ticket_id: int, case_id: str) -> None:
        """`ticket_id` belongs to `case_id` from now on."""
        with self._session.write() as connection:
            statement = insert_into(connection, ALIASES).values(ticket_id=ticket_id, case_id=case_id)
            connection.execute(
                statement.on_conflict_do_update(
                    index_elements=[ALIASES.c.ticket_id],
                    set_={"case_id": case_id},
                    where=ALIASES.c.case_id != case_id,
                )
            )

    def of(self, ticket_id: int) -> str | None:
        """The case `ticket_id` belongs to."""
        with self._session.read() as connection:
            return connection.scalar(select(ALIASES.c.case_id).where(ALIASES.c.ticket_id == ticket_id))

    def tickets(self, case_id: str) -> tuple[int, ...]:
        """The tickets of `case_id`, ascending."""
        with self._session.read() as connection:
            statement = select(ALIASES.c.ticket_id).where(ALIASES.c.case_id == case_id).order_by(ALIASES.c.ticket_id)
            return tuple(connection.scalars(statement))

    def merge(self, case_id: str, into: str) -> None:
        """The tickets, looks and findings of `case_id` become those of `into`. Decisions stay as they were taken."""
        with self._session.write() as connection:
            for table in (ALIASES, LOOKS, FINDINGS):
                connection.execute(update(table).where(table.c.case_id == case_id).values(case_id=into))
