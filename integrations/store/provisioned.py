"""What was made in the helpdesk, as it was last written."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, select

from integrations.store.database import Session, insert_into
from integrations.store.outside import Outside
from integrations.store.tables import PROVISIONED


@dataclass(frozen=True, slots=True, kw_only=True)
class ProvisionedRow:
    """One object.

    kind, key  what it is to us; `object_id` is the helpdesk's
    retired    it was switched off because nothing needs it any more
    fields     what was written last, as JSON has it
    at         when; set by the store
    """

    kind: str
    key: str
    object_id: int
    retired: bool
    fields: Mapping[str, object]
    at: datetime | None = None


class Provisioned:
    """One row per object."""

    def __init__(self, session: Session, outside: Outside) -> None:
        self._session = session
        self._outside = outside

    def all(self) -> tuple[ProvisionedRow, ...]:
        """Everything, by kind and key."""
        statement = select(PROVISIONED).order_by(PROVISIONED.c.kind, PROVISIONED.c.key)
        with self._session.read() as connection:
            rows = connection.execute(statement).all()
        return tuple(ProvisionedRow(**{**row._mapping, "fields": json.loads(row.fields)}) for row in rows)

    def put(self, row: ProvisionedRow) -> None:
        """Replaces what is known of the object."""
        key = {"kind": row.kind, "key": row.key}
        fields = json.dumps(row.fields, ensure_ascii=False, sort_keys=True)
        values = {"object_id": row.object_id, "retired": row.retired, "fields": fields, "at": self._outside.now()}
        with self._session.write() as connection:
            statement = insert_into(connection, PROVISIONED).values(**key, **values)
            connection.execute(statement.on_conflict_do_update(index_elements=[*key], set_=values))

    def forget(self, kind: str, key: str) -> None:
        """Drops the object."""
        where = (PROVISIONED.c.kind == kind, PROVISIONED.c.key == key)
        with self._session.write() as connection:
            connection.execute(delete(PROVISIONED).where(*where))
