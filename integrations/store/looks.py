"""What each ticket was like when it was last looked at: a cache, which may be forgotten at any time."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, select

from integrations.store.database import Session, batched, insert_into
from integrations.store.records import Look
from integrations.store.tables import LOOKS

_COLUMNS = tuple(column.name for column in LOOKS.columns)


@dataclass(frozen=True, slots=True, kw_only=True)
class LastLook:
    """What a look says of a change without its history; the fields are those of `Look`."""

    updated_at: datetime
    by_user_id: int
    clean: bool

    def saw(self, updated_at: datetime, by_user_id: int) -> bool:
        """Whether the look was at the ticket with its change at `updated_at` by `by_user_id`."""
        if not self.clean or self.updated_at < updated_at:
            return False
        return self.updated_at > updated_at or self.by_user_id == by_user_id


class Looks:
    """One look per ticket, the last."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def get(self, ticket_id: int) -> Look | None:
        """The last look at `ticket_id`."""
        with self._session.read() as connection:
            row = connection.execute(select(LOOKS).where(LOOKS.c.ticket_id == ticket_id)).first()
        return None if row is None else Look(**row._mapping)

    def put(self, look: Look) -> None:
        """Replaces the last look at the ticket."""
        values = {name: getattr(look, name) for name in _COLUMNS}
        with self._session.write() as connection:
            statement = insert_into(connection, LOOKS).values(values)
            changes = {name: statement.excluded[name] for name in values if name != "ticket_id"}
            connection.execute(statement.on_conflict_do_update(index_elements=[LOOKS.c.ticket_id], set_=changes))

    def known(self, ticket_ids: Sequence[int]) -> dict[int, LastLook]:
        """The last look at each of `ticket_ids` that there was one at, in one query for up to some hundreds: what a
        list of the helpdesk's is compared with, to find the tickets whose delivery was missed."""
        known: dict[int, LastLook] = {}
        columns = (LOOKS.c.ticket_id, LOOKS.c.updated_at, LOOKS.c.by_user_id, LOOKS.c.clean)
        with self._session.read() as connection:
            for some in batched(ticket_ids):
                for row in connection.execute(select(*columns).where(LOOKS.c.ticket_id.in_(some))):
                    known[row.ticket_id] = LastLook(
                        updated_at=row.updated_at, by_user_id=row.by_user_id, clean=row.clean
                    )
        return known

    def forget(self, ticket_id: int) -> None:
        """Drops the look: the ticket will be read wholly next time."""
        with self._session.write() as connection:
            connection.execute(delete(LOOKS).where(LOOKS.c.ticket_id == ticket_id))
