"""What can be read of the vault without a key: what lies in it, who asks, what was asked."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection
from datetime import datetime
from types import MappingProxyType
from typing import Any

from sqlalchemy import Row, Select, func, select

from integrations.store.database import Session
from integrations.store.errors import NotFound
from integrations.store.vault import log
from integrations.store.vault.records import Holdings, LogEntry, Origin, Record, Request
from integrations.store.vault.tables import VAULT_KEYS, VAULT_RECORDS, VAULT_REQUESTS


class VaultRows:
    """Reads only."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def holdings(self, at: datetime) -> Holdings:
        """What lies there, counted."""
        records, requests = VAULT_RECORDS.c, VAULT_REQUESTS.c
        alive = records.shredded_at.is_(None)
        undecided = (requests.refused_at.is_(None), requests.revealed_at.is_(None), requests.expires_at > at)
        with self._session.read() as connection:
            by_key = connection.execute(
                select(records.key_id, func.count()).where(alive).group_by(records.key_id).order_by(records.key_id)
            ).all()
            shredded = connection.scalar(select(func.count()).select_from(VAULT_RECORDS).where(~alive))
            found = select(records.id, records.fault, records.key_id).where(records.fault.is_not(None))
            faults = connection.execute(found).all()
            open_ = connection.execute(
                select(
                    func.count().filter(requests.approval_mark.is_(None)),
                    func.count().filter(requests.approval_mark.is_not(None)),
                ).where(*undecided)
            ).one()
        return Holdings(
            by_key=MappingProxyType({row.key_id: row[1] for row in by_key}),
            shredded=shredded or 0,
            faults=MappingProxyType({row.id: row.fault for row in faults}),
            faulty=MappingProxyType(Counter(row.key_id for row in faults)),
            waiting=open_[0],
            approved=open_[1],
        )

    def marks(self) -> dict[str, tuple[str, datetime]]:
        """Key → its mark, and when it was first used. The id "" is the secret's."""
        with self._session.read() as connection:
            return {row.id: (row.mark, row.first_used_at) for row in connection.execute(select(VAULT_KEYS))}

    def record(self, id: int) -> Record:
        """raises NotFound"""
        with self._session.read() as connection:
            row = connection.execute(select(VAULT_RECORDS).where(VAULT_RECORDS.c.id == id)).first()
        if row is None:
            raise NotFound(f"the vault has no original {id}")
        return record_of(row)

    def records(
        self,
        *,
        ticket_id: int | None = None,
        ticket_ids: Collection[int] | None = None,
        token: str | None = None,
        limit: int = 1000,
    ) -> tuple[Record, ...]:
        """Those of a ticket, or of several, or of the same value, in the order of sealing."""
        statement: Select[Any] = select(VAULT_RECORDS).order_by(VAULT_RECORDS.c.id).limit(limit)
        if ticket_id is not None:
            statement = statement.where(VAULT_RECORDS.c.ticket_id == ticket_id)
        if ticket_ids is not None:
            statement = statement.where(VAULT_RECORDS.c.ticket_id.in_(ticket_ids))
        if token is not None:
            statement = statement.where(VAULT_RECORDS.c.token == token)
        with self._session.read() as connection:
            return tuple(map(record_of, connection.execute(statement)))

    def unreadable(self, key_id: str, limit: int = 1000) -> tuple[Record, ...]:
        """The originals that only `key_id` opens."""
        where = (VAULT_RECORDS.c.key_id == key_id, VAULT_RECORDS.c.shredded_at.is_(None))
        statement = select(VAULT_RECORDS).where(*where).order_by(VAULT_RECORDS.c.id).limit(limit)
        with self._session.read() as connection:
            return tuple(map(record_of, connection.execute(statement)))

    def request(self, id: int) -> Request:
        """raises NotFound"""
        with self._session.read() as connection:
            row = connection.execute(select(VAULT_REQUESTS).where(VAULT_REQUESTS.c.id == id)).first()
        if row is None:
            raise NotFound(f"there is no request {id}")
        return request_of(row)

    def requests(self, *, undecided_at: datetime | None = None, limit: int = 1000) -> tuple[Request, ...]:
        """The newest `limit`, the oldest of them first.

        undecided_at   only those that wait, or can be shown, at this instant
        """
        table = VAULT_REQUESTS.c
        statement = select(VAULT_REQUESTS).order_by(table.id.desc()).limit(limit)
        if undecided_at is not None:
            undecided = (table.refused_at.is_(None), table.revealed_at.is_(None), table.expires_at > undecided_at)
            statement = statement.where(*undecided)
        with self._session.read() as connection:
            return tuple(reversed([request_of(row) for row in connection.execute(statement)]))

    def log(self, *, ticket_id: int | None = None, limit: int = 1000) -> tuple[LogEntry, ...]:
        """The newest `limit` rows of the query log, the oldest of them first."""
        return log.entries(self._session, ticket_id=ticket_id, limit=limit)

    def last_mark(self) -> tuple[int, str]:
        """The query log's last row and its mark."""
        return log.last_mark(self._session)


def record_of(row: Row[Any]) -> Record:
    """A row of `vault_records`."""
    origin = Origin(ticket_id=row.ticket_id, article_id=row.article_id, place=row.place, kind=row.kind)
    return Record(
        id=row.id,
        origin=origin,
        token=row.token,
        key_id=row.key_id,
        text=bool(row.text),
        size=row.size,
        sealed_at=row.sealed_at,
        shredded_at=row.shredded_at,
        fault=row.fault,
    )


def request_of(row: Row[Any]) -> Request:
    """A row of `vault_requests`."""
    return Request(**row._mapping)
