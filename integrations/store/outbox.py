"""What must be sent: each key once, tried again with back-off, until it went or a person must see it."""

import json
from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, and_, func, literal_column, select, update

from integrations.store.backoff import Backoff
from integrations.store.database import Session, delete_in_parts, insert_into
from integrations.store.errors import NotFound
from integrations.store.outside import Outside
from integrations.store.records import Depth, Message, MessageRecord, MessageStatus, Parcel
from integrations.store.tables import OUTBOX, has_status
from policies.kernel.scrub import scrub_text

_LONGEST_ERROR = 500
# Literal, so that the planner sees that the partial index applies.
_UNSENT: ColumnElement[bool] = literal_column("status IN ('waiting', 'sending')")


class Outbox:
    """Messages of ours. A sender that dies after sending and before `sent` makes the message go a second time: the
    sender therefore derives the Message-ID from the key, so that the receiving side can tell."""

    def __init__(self, session: Session, outside: Outside, *, backoff: Backoff) -> None:
        self._session = session
        self._outside = outside
        self._backoff = backoff

    def put(self, message: Message, *, not_before: datetime | None = None) -> bool:
        """Wants `message` sent, not before `not_before` (now). False, and no change, where its key is known."""
        now = self._outside.now()
        with self._session.write() as connection:
            statement = insert_into(connection, OUTBOX).values(
                key=message.key,
                kind=message.kind,
                recipient=message.to,
                subject=message.subject,
                body=message.body,
                headers=json.dumps(dict(message.headers), ensure_ascii=False),
                status=MessageStatus.WAITING,
                attempts=0,
                created_at=now,
                due_at=not_before or now,
            )
            statement = statement.on_conflict_do_nothing(index_elements=[OUTBOX.c.key])
            return connection.scalar(statement.returning(OUTBOX.c.id)) is not None

    def claim(
        self, worker: str, limit: int, lease_for: timedelta, *, kinds: Collection[str] | None = None
    ) -> list[Parcel]:
        """Up to `limit` due messages, the oldest first, the caller's to send for `lease_for`. One whose earlier
        sender let its lease run out is given again.

        kinds   those that the caller can send; None: all
        """
        now = self._outside.now()
        lease_until = now + lease_for
        token = self._outside.new_id()
        with self._session.write() as connection:
            self._bury(connection, now)
            which = () if kinds is None else (OUTBOX.c.kind.in_(sorted(kinds)),)
            due = (
                select(OUTBOX.c.id)
                .where(_UNSENT, OUTBOX.c.due_at <= now, *which)
                .order_by(OUTBOX.c.due_at, OUTBOX.c.id)
                .limit(limit)
                .with_for_update(skip_locked=True)
            )
            ids = list(connection.scalars(due))
            rows = connection.execute(
                update(OUTBOX)
                .where(OUTBOX.c.id.in_(ids))
                .values(
                    status=MessageStatus.SENDING,
                    attempts=OUTBOX.c.attempts + 1,
                    due_at=lease_until,
                    token=token,
                    worker=worker,
                )
                .returning(OUTBOX)
            ).all()
        by_id = {row.id: row for row in rows}
        return [
            Parcel(id=id_, token=token, attempt=row.attempts, lease_until=lease_until, message=_message(row))
            for id_ in ids
            if (row := by_id.get(id_)) is not None
        ]

    def _bury(self, connection: Connection, now: datetime) -> None:
        """Senders that died without a word, at the last attempt: dead letters."""
        connection.execute(
            update(OUTBOX)
            .where(
                _UNSENT,
                OUTBOX.c.due_at <= now,
                has_status(OUTBOX, MessageStatus.SENDING),
                OUTBOX.c.attempts >= self._backoff.attempts,
            )
            .values(status=MessageStatus.DEAD, finished_at=now, token=None, error="the sender stopped without a word")
        )

    def sent(self, parcel: Parcel) -> bool:
        """It went. False, and no effect: the lease ran out and the message is somebody else's."""
        return self._settle(parcel, status=MessageStatus.SENT, finished_at=self._outside.now(), error=None)

    def retry(self, parcel: Parcel, error: str, *, together: bool = False) -> bool:
        """It did not go and may later: back-off, or dead after the last attempt. `error` as for the inbox.

        together   of the same wait as others of the same attempt, so that they go in one mail again
        """
        if self._backoff.is_last(parcel.attempt):
            return self.fail(parcel, error)
        wait = self._backoff.after(parcel.attempt, 0.5 if together else self._outside.jitter())
        return self._settle(
            parcel,
            status=MessageStatus.WAITING,
            due_at=self._outside.now() + wait,
            error=scrub_text(error)[:_LONGEST_ERROR],
        )

    def fail(self, parcel: Parcel, error: str) -> bool:
        """It will never go: dead at once."""
        return self._settle(
            parcel, status=MessageStatus.DEAD, finished_at=self._outside.now(), error=scrub_text(error)[:_LONGEST_ERROR]
        )

    def release(self, parcel: Parcel) -> bool:
        """Gives the message back untried: this attempt does not count."""
        return self._settle(
            parcel, status=MessageStatus.WAITING, due_at=self._outside.now(), attempts=parcel.attempt - 1
        )

    def _settle(self, parcel: Parcel, **values: object) -> bool:
        held = (OUTBOX.c.id == parcel.id, OUTBOX.c.token == parcel.token)
        with self._session.write() as connection:
            return (
                connection.execute(update(OUTBOX).where(*held).values(token=None, worker=None, **values)).rowcount == 1
            )

    def list(self, status: MessageStatus, *, limit: int = 100) -> tuple[MessageRecord, ...]:
        """Messages of one status, the oldest first; sent and dead ones newest first."""
        unsent = status in (MessageStatus.WAITING, MessageStatus.SENDING)
        order = (OUTBOX.c.due_at, OUTBOX.c.id) if unsent else (OUTBOX.c.finished_at.desc(), OUTBOX.c.id.desc())
        statement = select(OUTBOX).where(has_status(OUTBOX, status)).order_by(*order).limit(limit)
        with self._session.read() as connection:
            return tuple(map(_record, connection.execute(statement)))

    def show(self, key: str) -> MessageRecord:
        """One message. Raises NotFound."""
        with self._session.read() as connection:
            row = connection.execute(select(OUTBOX).where(OUTBOX.c.key == key)).first()
        if row is None:
            raise NotFound(f"outbox: no message {key}")
        return _record(row)

    def given_up(self, prefix: str) -> frozenset[str]:
        """Keys of dead messages that begin with `prefix`, without it."""
        dead = select(OUTBOX.c.key).where(
            has_status(OUTBOX, MessageStatus.DEAD), OUTBOX.c.key.startswith(prefix, autoescape=True)
        )
        with self._session.read() as connection:
            return frozenset(key.removeprefix(prefix) for key in connection.scalars(dead))

    def replay(self, key: str | None = None) -> int:
        """Makes the dead message, or all dead ones (None), wait again. Returns how many.

        raises   NotFound – `key` is no dead message
        """
        which: list[ColumnElement[bool]] = [has_status(OUTBOX, MessageStatus.DEAD)]
        if key is not None:
            which.append(OUTBOX.c.key == key)
        values = {"status": MessageStatus.WAITING, "finished_at": None, "attempts": 0, "due_at": self._outside.now()}
        with self._session.write() as connection:
            count = connection.execute(update(OUTBOX).where(*which).values(values)).rowcount
        if key is not None and count == 0:
            raise NotFound(f"outbox: no dead message {key}")
        return count

    def depth(self) -> Depth:
        """How many wait, fail, are being sent and are dead, and since when the oldest waits."""
        waiting = has_status(OUTBOX, MessageStatus.WAITING)
        statement = select(
            func.count().filter(waiting),
            func.count().filter(and_(waiting, OUTBOX.c.attempts > 0)),
            func.count().filter(has_status(OUTBOX, MessageStatus.SENDING)),
            func.min(OUTBOX.c.due_at).filter(waiting),
        ).where(_UNSENT)
        with self._session.read() as connection:
            open_ = connection.execute(statement).one()
            dead = connection.scalar(select(func.count()).where(has_status(OUTBOX, MessageStatus.DEAD)))
        return Depth(waiting=open_[0], failing=open_[1], working=open_[2], dead=dead or 0, oldest_at=open_[3])

    def purge(self, older_than: datetime) -> int:
        """Deletes what was sent before `older_than`; its keys are forgotten. Returns how many."""
        sent = has_status(OUTBOX, MessageStatus.SENT)
        return delete_in_parts(self._session, OUTBOX, sent, OUTBOX.c.finished_at < older_than)


def _message(row: Row[Any]) -> Message:
    return Message(
        key=row.key,
        kind=row.kind,
        to=row.recipient,
        subject=row.subject,
        body=row.body,
        headers=json.loads(row.headers),
    )


def _record(row: Row[Any]) -> MessageRecord:
    return MessageRecord(
        id=row.id,
        message=_message(row),
        status=MessageStatus(row.status),
        attempts=row.attempts,
        error=row.error,
        created_at=row.created_at,
        due_at=row.due_at,
        sent_at=row.finished_at if row.status == MessageStatus.SENT else None,
    )
