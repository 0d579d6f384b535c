"""The inbox: which tickets to look at, one worker per ticket, until it worked or a person must see it."""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Connection, and_, delete, func, select, update

from integrations.store import inbox_rows
from integrations.store.accepting import DELIVERY, insert_deliveries, verify
from integrations.store.backoff import Backoff
from integrations.store.database import Session, delete_in_parts, insert_into
from integrations.store.errors import NotFound, Refused, StoreError
from integrations.store.outside import Outside
from integrations.store.records import Accepted, Delivery, Depth, Entry, EntryStatus, Work
from integrations.store.tables import INBOX, TURNS, has_status
from policies.kernel.scrub import scrub_text

_LONGEST_ERROR = 500
_LOST = "the worker stopped without a word"


def _refusal(delivery: Delivery) -> Refused | None:
    try:
        verify(delivery)
    except Refused as refused:
        return refused
    return None


class Inbox:
    """Entries wait per ticket; a claim takes a ticket with all that is due for it.

    accept    what makes deliveries durable: the store's group commit, or, in a unit, the unit's own transaction
    """

    def __init__(
        self,
        session: Session,
        outside: Outside,
        *,
        backoff: Backoff,
        accept: Callable[[Sequence[Delivery]], Sequence[Accepted | StoreError]] | None = None,
    ) -> None:
        self._session = session
        self._outside = outside
        self._backoff = backoff
        self._accept = accept or self._accept_here

    def accept(self, delivery: Delivery) -> Accepted:
        """Keeps `delivery`; durable when this returns. An id seen before, finished or not, is a DUPLICATE.

        raises   Refused – an id, count or text no database could hold · StoreUnavailable – answer 503, it comes again
        """
        [answer] = self.accept_all((delivery,))
        if isinstance(answer, StoreError):
            raise answer
        return answer

    def accept_all(self, deliveries: Sequence[Delivery]) -> list[Accepted | StoreError]:
        """`accept` for deliveries that arrived together: one commit, and for each what `accept` returns or raises.

        In a unit, whose transaction is lost with it, an error of the store is raised.
        """
        refusals = [_refusal(delivery) for delivery in deliveries]
        sound = [delivery for delivery, refused in zip(deliveries, refusals, strict=True) if refused is None]
        kept = iter(self._accept(sound) if sound else ())
        return [next(kept) if refused is None else refused for refused in refusals]

    def _accept_here(self, deliveries: Sequence[Delivery]) -> Sequence[Accepted]:
        with self._session.write() as connection:
            return insert_deliveries(connection, deliveries)

    def enqueue(self, ticket_id: int, reason: str, *, not_before: datetime | None = None) -> None:
        """Wants `ticket_id` looked at for `reason`, not before `not_before` (now).

        While one for the same ticket and reason waits unclaimed there is no second: the earlier time counts.
        """
        self.enqueue_all((ticket_id,), reason, not_before=not_before)

    def enqueue_all(self, ticket_ids: tuple[int, ...], reason: str, *, not_before: datetime | None = None) -> None:
        """`enqueue` for many tickets in one transaction."""
        if reason == DELIVERY:
            raise ValueError("deliveries come in by accept()")
        now = self._outside.now()
        rows = [
            {
                "ticket_id": ticket_id,
                "reason": reason,
                "status": EntryStatus.WAITING,
                "attempts": 0,
                "received_at": now,
                "due_at": not_before or now,
                "wait_key": f"{ticket_id} {reason}",
            }
            # One order for everybody, so that two callers cannot wait for each other.
            for ticket_id in sorted(set(ticket_ids))
        ]
        if not rows:
            return
        with self._session.write() as connection:
            statement = insert_into(connection, INBOX)
            statement = statement.on_conflict_do_update(
                index_elements=[INBOX.c.wait_key],
                index_where=INBOX.c.wait_key.is_not(None),
                set_={"due_at": statement.excluded.due_at},
                where=statement.excluded.due_at < INBOX.c.due_at,
            )
            connection.execute(statement, rows)

    def claim(self, worker: str, limit: int, lease_for: timedelta) -> list[Work]:
        """Up to `limit` tickets that wait, those first that wait longest, each with all that is due for it.

        They are the caller's for `lease_for`: until then, or `done`, `retry`, `fail` or `release`, nobody else gets
        them, and what arrives for them meanwhile waits. Claims whose lease ran out are taken back first; that counts
        as a failed attempt.
        """
        now = self._outside.now()
        with self._session.write() as connection:
            self._take_back(connection, now)
            tickets = inbox_rows.waiting_tickets(connection, now, limit)
            if not tickets:
                return []
            token = self._outside.new_id()
            lease_until = now + lease_for
            won = inbox_rows.take_turns(connection, tickets, token=token, worker=worker, now=now, until=lease_until)
            entries = inbox_rows.mark_working(connection, list(won), token=token, now=now)
            inbox_rows.give_back_turns(connection, [ticket for ticket in won if ticket not in entries], token=token)
        return [
            Work(
                ticket_id=ticket,
                token=token,
                attempt=won[ticket],
                lease_until=lease_until,
                entries=tuple(entries[ticket]),
            )
            for ticket in tickets
            if ticket in entries
        ]

    def _take_back(self, connection: Connection, now: datetime) -> None:
        """Frees the tickets whose lease ran out; those that used up their attempts go to the dead letters."""
        lost = connection.execute(
            select(TURNS.c.ticket_id, TURNS.c.token, TURNS.c.attempts)
            .where(TURNS.c.token.is_not(None), TURNS.c.busy_until <= now)
            .with_for_update(skip_locked=True)
        ).all()
        for ticket_id, token, attempts in sorted(lost):
            self._fail_turn(connection, ticket_id, token, attempts, _LOST, dead=self._backoff.is_last(attempts), at=now)

    def renew(self, work: Work, lease_for: timedelta) -> bool:
        """Keeps `work` for `lease_for` from now. False: it is somebody else's by now."""
        with self._session.write() as connection:
            statement = update(TURNS).where(*_held(work)).values(busy_until=self._outside.now() + lease_for)
            return connection.execute(statement).rowcount == 1

    def done(self, work: Work) -> bool:
        """`work` is finished. False, and no effect: the lease ran out and the ticket is somebody else's."""
        with self._session.write() as connection:
            if connection.execute(delete(TURNS).where(*_held(work))).rowcount == 0:
                return False
            connection.execute(
                update(INBOX)
                .where(*_entries_of(work.ticket_id, work.token))
                .values(status=EntryStatus.DONE, finished_at=self._outside.now(), token=None, attempts=work.attempt)
            )
        return True

    def retry(self, work: Work, error: str) -> bool:
        """`work` failed and may succeed later: back-off, or the dead letters after the last attempt.

        error     for people to read; kept without personal data and secrets, cut to 500 characters
        returns   False, and no effect: the ticket is somebody else's
        """
        return self._give_back(work, error, dead=self._backoff.is_last(work.attempt))

    def fail(self, work: Work, error: str) -> bool:
        """`work` failed for good: to the dead letters at once. Otherwise as `retry`."""
        return self._give_back(work, error, dead=True)

    def _give_back(self, work: Work, error: str, *, dead: bool) -> bool:
        now = self._outside.now()
        wait = self._backoff.after(work.attempt, self._outside.jitter())
        with self._session.write() as connection:
            return self._fail_turn(
                connection, work.ticket_id, work.token, work.attempt, error, dead=dead, at=now if dead else now + wait
            )

    def _fail_turn(
        self, connection: Connection, ticket_id: int, token: str, attempt: int, error: str, *, dead: bool, at: datetime
    ) -> bool:
        """Ends a claim that failed. `at`: free again then, or dead then."""
        held = (TURNS.c.ticket_id == ticket_id, TURNS.c.token == token)
        if dead:
            ended = connection.execute(delete(TURNS).where(*held))
        else:
            ended = connection.execute(update(TURNS).where(*held).values(token=None, worker=None, busy_until=at))
        if ended.rowcount == 0:
            return False
        connection.execute(
            update(INBOX)
            .where(*_entries_of(ticket_id, token))
            .values(
                status=EntryStatus.DEAD if dead else EntryStatus.WAITING,
                finished_at=at if dead else None,
                token=None,
                attempts=attempt,
                error=scrub_text(error)[:_LONGEST_ERROR],
            )
        )
        return True

    def make_good(self, ticket_id: int) -> int:
        """A later look worked: dead entries that only used up their attempts are done, error kept. Returns how many."""
        spent = (INBOX.c.ticket_id == ticket_id, INBOX.c.attempts >= self._backoff.attempts)
        with self._session.write() as connection:
            return connection.execute(
                update(INBOX)
                .where(has_status(INBOX, EntryStatus.DEAD), *spent)
                .values(status=EntryStatus.DONE, finished_at=self._outside.now())
            ).rowcount

    def release(self, work: Work) -> bool:
        """Gives `work` back untried: free at once, and this attempt does not count. False: it was not ours."""
        now = self._outside.now()
        with self._session.write() as connection:
            statement = update(TURNS).where(*_held(work))
            values = {"token": None, "worker": None, "busy_until": now, "attempts": TURNS.c.attempts - 1}
            if connection.execute(statement.values(values)).rowcount == 0:
                return False
            connection.execute(
                update(INBOX)
                .where(*_entries_of(work.ticket_id, work.token))
                .values(status=EntryStatus.WAITING, token=None)
            )
        return True

    def list(self, status: EntryStatus, *, limit: int = 100) -> tuple[Entry, ...]:
        """Entries of one status: those that wait or are worked on by due time, finished ones newest first."""
        order = (
            (INBOX.c.due_at, INBOX.c.id)
            if status in (EntryStatus.WAITING, EntryStatus.WORKING)
            else (INBOX.c.finished_at.desc(), INBOX.c.id.desc())
        )
        with self._session.read() as connection:
            rows = connection.execute(select(INBOX).where(has_status(INBOX, status)).order_by(*order).limit(limit))
            return tuple(map(inbox_rows.entry, rows))

    def show(self, entry_id: int) -> Entry:
        """One entry. Raises NotFound."""
        with self._session.read() as connection:
            row = connection.execute(select(INBOX).where(INBOX.c.id == entry_id)).first()
        if row is None:
            raise NotFound(f"inbox: no entry {entry_id}")
        return inbox_rows.entry(row)

    def replay(self, entry_id: int | None = None) -> int:
        """Makes the dead entry, or all dead ones (None), wait again, with all their attempts. Returns how many.

        raises   NotFound – `entry_id` is no dead entry
        """
        which = [has_status(INBOX, EntryStatus.DEAD)]
        if entry_id is not None:
            which.append(INBOX.c.id == entry_id)
        with self._session.write() as connection:
            count = connection.execute(
                update(INBOX)
                .where(*which)
                .values(status=EntryStatus.WAITING, finished_at=None, attempts=0, due_at=self._outside.now())
            ).rowcount
        if entry_id is not None and count == 0:
            raise NotFound(f"inbox: no dead entry {entry_id}")
        return count

    def depth(self) -> Depth:
        """How many wait, fail, are worked on and are dead, and since when the oldest waits."""
        waiting = has_status(INBOX, EntryStatus.WAITING)
        with self._session.read() as connection:
            open_ = connection.execute(
                select(
                    func.count().filter(waiting),
                    func.count().filter(and_(waiting, INBOX.c.attempts > 0)),
                    func.count().filter(has_status(INBOX, EntryStatus.WORKING)),
                    func.min(INBOX.c.due_at).filter(waiting),
                ).where(INBOX.c.finished_at.is_(None))
            ).one()
            dead = connection.scalar(select(func.count()).where(has_status(INBOX, EntryStatus.DEAD)))
        return Depth(waiting=open_[0], failing=open_[1], working=open_[2], dead=dead or 0, oldest_at=open_[3])

    def purge(self, older_than: datetime) -> int:
        """Deletes done entries finished before `older_than`; their delivery ids are forgotten. Returns how many."""
        done = has_status(INBOX, EntryStatus.DONE)
        return delete_in_parts(self._session, INBOX, done, INBOX.c.finished_at < older_than)


def _held(work: Work) -> tuple[ColumnElement[bool], ...]:
    return TURNS.c.ticket_id == work.ticket_id, TURNS.c.token == work.token


def _entries_of(ticket_id: int, token: str) -> tuple[ColumnElement[bool], ...]:
    return INBOX.c.ticket_id == ticket_id, INBOX.c.finished_at.is_(None), INBOX.c.token == token
