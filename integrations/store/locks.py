"""Locks that only one process may hold, each until a time: who dies gives it back by and by."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete, or_, select

from integrations.store.database import Session, insert_into
from integrations.store.outside import Outside
from integrations.store.tables import LOCKS


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """Who holds a lock, and until when unless it is taken on."""

    holder: str
    until: datetime


class Locks:
    """Locks by name."""

    def __init__(self, session: Session, outside: Outside) -> None:
        self._session = session
        self._outside = outside

    def take(self, name: str, holder: str, within: timedelta) -> Held | None:
        """Takes the lock for `within` from now, or, where `holder` has it already, takes it on.

        returns  None: it is ours; else who has it.
        """
        now = self._outside.now()
        values = {"holder": holder, "until": now + within}
        with self._session.write() as connection:
            statement = (
                insert_into(connection, LOCKS)
                .values(name=name, **values)
                .on_conflict_do_update(
                    index_elements=["name"],
                    set_=values,
                    where=or_(LOCKS.c.holder == holder, LOCKS.c.until <= now),
                )
            )
            connection.execute(statement)
            row = connection.execute(select(LOCKS.c.holder, LOCKS.c.until).where(LOCKS.c.name == name)).one()
        return None if row.holder == holder else Held(holder=row.holder, until=row.until)

    def give_back(self, name: str, holder: str) -> None:
        """Frees the lock; nothing where `holder` does not hold it."""
        with self._session.write() as connection:
            connection.execute(delete(LOCKS).where(LOCKS.c.name == name, LOCKS.c.holder == holder))
