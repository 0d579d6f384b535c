"""The statements behind a claim, and rows turned into entries."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, Connection, Integer, Row, cast, delete, func, select, update
from sqlalchemy.dialects.postgresql import ARRAY

from integrations.store.database import insert_into
from integrations.store.records import Delivery, Entry, EntryStatus
from integrations.store.tables import INBOX, TURNS, has_status

_WAITING = has_status(INBOX, EntryStatus.WAITING)


# Advisory locks take two 32-bit numbers: ours, and one for the ticket. Two tickets that share one pass each other over.
_LOCK_CLASS = 0x7A64
_LOCK_KEYS = 2**31 - 1


def waiting_tickets(connection: Connection, now: datetime, limit: int) -> list[int]:
    """Up to `limit` tickets with an entry that is due and that nobody works on, in order of their oldest entry.

    On PostgreSQL they are locked until the end of the transaction, and those that another claim has just locked are
    passed over. The lock is the ticket's, not its entries': two claims that each held some entries of one ticket would
    wait for each other.
    """
    seen: set[int] = set()
    found: list[int] = []
    while len(found) < limit:
        busy = select(TURNS.c.ticket_id).where(TURNS.c.ticket_id == INBOX.c.ticket_id, TURNS.c.busy_until > now)
        page = 2 * (limit - len(found))
        rows = connection.scalars(
            select(INBOX.c.ticket_id)
            .where(_WAITING, INBOX.c.due_at <= now, INBOX.c.ticket_id.not_in(list(seen)), ~busy.exists())
            .order_by(INBOX.c.due_at, INBOX.c.id)
            .limit(page)
        ).all()
        waiting = list(dict.fromkeys(rows))
        candidates = waiting[: limit - len(found)]
        free = _lock(connection, candidates)
        found.extend(ticket for ticket in candidates if ticket in free)
        seen.update(candidates)
        if len(rows) < page and len(candidates) == len(waiting):
            break
    return found


def _lock(connection: Connection, tickets: Sequence[int]) -> set[int]:
    """Those of `tickets` that no other claim has locked, now locked by this one. SQLite has one writer anyway."""
    if connection.dialect.name != "postgresql" or not tickets:
        return set(tickets)
    ticket = func.unnest(cast(list(tickets), ARRAY(BigInteger))).column_valued("ticket")
    free = func.pg_try_advisory_xact_lock(_LOCK_CLASS, cast(ticket % _LOCK_KEYS, Integer))
    return {number for number, locked in connection.execute(select(ticket, free)) if locked}


def take_turns(
    connection: Connection, tickets: Sequence[int], *, token: str, worker: str, now: datetime, until: datetime
) -> dict[int, int]:
    """Claims `tickets` one by one where nobody was faster; gives the attempt's number for each that was won."""
    statement = insert_into(connection, TURNS)
    statement = statement.on_conflict_do_update(
        index_elements=[TURNS.c.ticket_id],
        set_={
            "token": statement.excluded.token,
            "worker": statement.excluded.worker,
            "attempts": TURNS.c.attempts + 1,
            "busy_until": statement.excluded.busy_until,
        },
        where=TURNS.c.busy_until <= now,
    )
    rows = [
        {"ticket_id": ticket, "token": token, "worker": worker, "attempts": 1, "busy_until": until}
        # One order for everybody, so that two claims cannot wait for each other.
        for ticket in sorted(tickets)
    ]
    won = connection.execute(statement.returning(TURNS.c.ticket_id, TURNS.c.attempts), rows)
    return {ticket_id: attempts for ticket_id, attempts in won}


def mark_working(
    connection: Connection, tickets: Sequence[int], *, token: str, now: datetime
) -> dict[int, list[Entry]]:
    """Puts all due entries of `tickets` under `token`; gives them by ticket, oldest first."""
    if not tickets:
        return {}
    rows = connection.execute(
        update(INBOX)
        .where(_WAITING, INBOX.c.finished_at.is_(None), INBOX.c.ticket_id.in_(list(tickets)), INBOX.c.due_at <= now)
        .values(status=EntryStatus.WORKING, token=token, wait_key=None)
        .returning(INBOX)
    )
    entries: dict[int, list[Entry]] = {}
    for row in sorted(rows, key=lambda row: (row.due_at, row.id)):
        entries.setdefault(row.ticket_id, []).append(entry(row))
    return entries


def give_back_turns(connection: Connection, tickets: Sequence[int], *, token: str) -> None:
    """Drops the turns of `tickets` that turned out to have nothing waiting."""
    if tickets:
        connection.execute(delete(TURNS).where(TURNS.c.ticket_id.in_(list(tickets)), TURNS.c.token == token))


def entry(row: Row[Any]) -> Entry:
    """A row of the inbox as a record."""
    delivery = None
    if row.delivery_id is not None:
        delivery = Delivery(
            delivery_id=row.delivery_id,
            ticket_id=row.ticket_id,
            trigger=row.trigger_name,
            updated_at=row.updated_at,
            updated_by_id=row.updated_by_id,
            article_count=row.article_count,
            article_id=row.article_id,
            article_by_id=row.article_by_id,
            digest=row.digest,
            received_at=row.received_at,
        )
    return Entry(
        id=row.id,
        ticket_id=row.ticket_id,
        reason=row.reason,
        status=EntryStatus(row.status),
        attempts=row.attempts,
        error=row.error,
        received_at=row.received_at,
        due_at=row.due_at,
        finished_at=row.finished_at,
        delivery=delivery,
    )
