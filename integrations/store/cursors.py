"""Named values that say how far something has come."""

from datetime import datetime

from sqlalchemy import delete, select

from integrations.store.database import Session, insert_into
from integrations.store.errors import Refused
from integrations.store.outside import Outside
from integrations.store.tables import CURSORS
from integrations.store.types import instant_text


class Cursors:
    """Texts and times by name: `reconcile`, `adopt_from`, …"""

    def __init__(self, session: Session, outside: Outside) -> None:
        self._session = session
        self._outside = outside

    def text(self, name: str) -> str | None:
        """The value of `name`."""
        with self._session.read() as connection:
            return connection.scalar(select(CURSORS.c.value).where(CURSORS.c.name == name))

    def time(self, name: str) -> datetime | None:
        """The value of `name` as a time (aware, UTC). Raises Refused where it is none."""
        value = self.text(name)
        if value is None:
            return None
        try:
            at = datetime.fromisoformat(value)
        except ValueError:
            at = None
        if at is None or at.tzinfo is None:
            raise Refused(f"cursor {name}: not a time")
        return at

    def put(self, name: str, value: str | datetime) -> None:
        """Sets `name`."""
        text = instant_text(value) if isinstance(value, datetime) else value
        with self._session.write() as connection:
            statement = insert_into(connection, CURSORS).values(name=name, value=text, written_at=self._outside.now())
            connection.execute(
                statement.on_conflict_do_update(
                    index_elements=[CURSORS.c.name],
                    set_={"value": statement.excluded.value, "written_at": statement.excluded.written_at},
                )
            )

    def forget(self, name: str) -> None:
        """Drops `name`."""
        with self._session.write() as connection:
            connection.execute(delete(CURSORS).where(CURSORS.c.name == name))
