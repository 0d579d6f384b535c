"""The query log (6.1.4): every request, consent, refusal, look and vain attempt; only added to, each row chained."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any, Final

from sqlalchemy import Connection, Row, insert, select

from integrations.store.database import Session
from integrations.store.types import instant_text
from integrations.store.vault import known
from integrations.store.vault.keys import KeyRing
from integrations.store.vault.records import About, Event, LogEntry, Way
from integrations.store.vault.tables import VAULT_LOG
from policies.kernel.scrub import scrub_text

_POSTGRES_LOCK: Final = 0x7A68_6964_7601
_LONGEST_WHY: Final = 500
_PAGE: Final = 1000
_FIELDS: Final = ("at", "event", "who", "account", "post", "way", "why", "what", "address")
_LATER: Final = ("address",)
"""Not part of a row's mark where they are not set: rows from before there were any keep theirs."""
_ABOUT: Final = ("request_id", "record_id", "ticket_id")


def append(connection: Connection, ring: KeyRing, entry: LogEntry) -> None:
    """Adds `entry` in the transaction of `connection`, chained to the last row; its `id` is given here.

    In `why` whatever looks like a number of somebody's, an address or a secret is hidden.

    raises   WrongKey – by another secret than the rows before: a row of that would break the chain for good
    """
    if connection.dialect.name == "postgresql":
        connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({_POSTGRES_LOCK})")
    known.remember(connection, ring, known.SECRET, entry.at)
    last = connection.execute(select(VAULT_LOG.c.id, VAULT_LOG.c.mark).order_by(VAULT_LOG.c.id.desc()).limit(1)).first()
    values: dict[str, Any] = {name: getattr(entry, name) for name in _FIELDS}
    values |= {name: getattr(entry.about, name) for name in _ABOUT}
    values["why"] = scrub_text(entry.why)[:_LONGEST_WHY]
    values["id"] = 1 if last is None else last.id + 1
    mark = ring.chained("" if last is None else last.mark, _text(values))
    connection.execute(insert(VAULT_LOG).values(**values, mark=mark))


def entries(session: Session, *, ticket_id: int | None = None, limit: int = 1000) -> tuple[LogEntry, ...]:
    """The newest `limit` rows, of one ticket where it is given; the oldest of them first."""
    statement = select(VAULT_LOG).order_by(VAULT_LOG.c.id.desc()).limit(limit)
    if ticket_id is not None:
        statement = statement.where(VAULT_LOG.c.ticket_id == ticket_id)
    with session.read() as connection:
        return tuple(reversed([_entry(row) for row in connection.execute(statement)]))


def holds(connection: Connection, request_id: int, events: Sequence[Event]) -> bool:
    """Whether one of `events` befell the request."""
    where = (VAULT_LOG.c.request_id == request_id, VAULT_LOG.c.event.in_(events))
    return connection.execute(select(VAULT_LOG.c.id).where(*where).limit(1)).first() is not None


def broken_at(session: Session, ring: KeyRing) -> int | None:
    """The first row that is not as it was written, or before which one is missing, or that is one too many; None: the
    chain holds.

    That rows at the end were taken away is not seen: keep the last row's mark elsewhere (`zhidu vault log --verify`).
    """
    before, following = "", 1
    page = select(VAULT_LOG).order_by(VAULT_LOG.c.id).limit(_PAGE)
    while True:
        with session.read() as connection:
            rows = connection.execute(page).all()
        for row in rows:
            values = dict(row._mapping)
            mark = values.pop("mark")
            if row.id != following or mark != ring.chained(before, _text(values)):
                return min(int(row.id), following)
            before, following = mark, following + 1
        if len(rows) < _PAGE:
            return None
        page = page.where(VAULT_LOG.c.id >= following)


def last_mark(session: Session) -> tuple[int, str]:
    """The last row's number and mark, to be kept elsewhere; (0, "") before the first."""
    with session.read() as connection:
        row = connection.execute(select(VAULT_LOG.c.id, VAULT_LOG.c.mark).order_by(VAULT_LOG.c.id.desc())).first()
    return (0, "") if row is None else (row.id, row.mark)


def _text(values: dict[str, Any]) -> bytes:
    kept = {name: value for name, value in values.items() if name not in _LATER or value is not None}
    shown = {**kept, "at": instant_text(values["at"])}
    return json.dumps(shown, ensure_ascii=True, sort_keys=True, separators=(",", ":")).encode()


def _entry(row: Row[Any]) -> LogEntry:
    values = {name: getattr(row, name) for name in _FIELDS}
    about = About(**{name: getattr(row, name) for name in _ABOUT})
    return LogEntry(**{**values, "id": row.id, "event": Event(row.event), "way": Way(row.way), "about": about})
