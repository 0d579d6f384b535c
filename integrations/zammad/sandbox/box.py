"""The sandbox as its users hold it: state, clock, worker, faults, figures."""

from collections import deque
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from threading import Event, RLock, Thread

from flask import Flask

from integrations.zammad.sandbox import http, mail, people, privacy, sla, triggers
from integrations.zammad.sandbox.counters import Counters
from integrations.zammad.sandbox.deliveries import Post, Sent, Worker, post_by_http
from integrations.zammad.sandbox.faults import Dice, Faults
from integrations.zammad.sandbox.jobs import Queue
from integrations.zammad.sandbox.notifications import Told
from integrations.zammad.sandbox.seed import plant
from integrations.zammad.sandbox.state import Change, Desk, Row
from integrations.zammad.sandbox.tickets import create, save

__all__ = ["Sandbox"]


class Sandbox:
    """A Zammad-compatible helpdesk in memory.

    now            its clock, aware: real, scaled or virtual. Everything dated comes from it.
    token          the administrator's token (user 3, all permissions).
    seed           of everything random: delivery ids, mail ids, the chance of faults.
    deliver_after  how long a webhook delivery waits before its first attempt.
    inline         True: notifications, customers' figures and mails are done with the request (a quiet installation);
                   False: they wait in the worker's queue with the deliveries, first in, first out (a busy one).
    absence        how long the installation is gone after a migration that changed columns (Zammad: about 10 s),
                   beginning `restart_after` after the answer (Zammad: 3 s).

    Thread-safe: requests, worker and these methods take `lock` in turn. The lock is free while a delivery is under way.
    """

    def __init__(
        self,
        *,
        now: Callable[[], datetime],
        token: str = "sandbox",  # noqa: S107 - the documented token of a trial server
        seed: int = 1,
        deliver_after: timedelta = timedelta(seconds=1),
        inline: bool = True,
        absence: timedelta = timedelta(),
        restart_after: timedelta = timedelta(seconds=3),
        fqdn: str = "127.0.0.1:3000",
    ) -> None:
        self.lock = RLock()
        self.token = token
        self.inline = inline
        self.absence, self.restart_after = absence, restart_after
        self.gone_from: datetime | None = None
        dice = Dice(seed)
        self.faults = Faults(self.clock, dice)
        self._now = now
        self.desk = Desk(now=self.clock, new_id=dice.new_id, fqdn=fqdn)
        plant(self.desk, token=token)
        self.counters = Counters()
        self.queue = Queue(self.desk, after=deliver_after)
        self.worker = Worker(self.desk, self.queue, self.faults, self.lock)
        self._thread: Thread | None = None
        self._stopping = Event()
        self.app: Flask = http.build(self)

    def clock(self) -> datetime:
        """Now, as this installation believes (`faults.skew` is added)."""
        return self._now() + self.faults.skew

    @property
    def notifications(self) -> list[Told]:
        """Everybody told of anything so far, in order."""
        return self.worker.told

    @property
    def sent(self) -> list[Sent]:
        """Every attempt at a delivery so far, in order."""
        return self.worker.sent

    @property
    def gone(self) -> bool:
        """Whether the installation is restarting after a migration."""
        if self.gone_from is None:
            return False
        now = self.clock()
        if now >= self.gone_from + self.absence:
            self.gone_from = None
            return False
        return now >= self.gone_from

    def commit(self) -> None:
        """End of a request that was not refused: set off triggers, queue or do what follows."""
        desk = self.desk
        if desk.options.pop("restarting", False) and self.absence:
            self.gone_from = self.clock() + self.restart_after
        changes = list(desk.changes.values())
        desk.changes.clear()
        self._flush("mail")
        self._flush("recount")
        for change in changes:
            if self.desk.table("slas").rows and change.ticket_id in desk.tickets.rows:
                sla.escalate(desk, desk.tickets.rows[change.ticket_id])
            triggers.run(desk, change, self.queue)
            self._flush("mail")
            self._job("notify", change)
        desk.changes.clear()
        self._flush("count")

    def _flush(self, kind: str) -> None:
        """Do, or queue, what the request left of one kind."""
        jobs = [payload for waiting, payload in self.desk.outbox if waiting == kind]
        self.desk.outbox = deque(job for job in self.desk.outbox if job[0] != kind)
        for payload in jobs:
            self._job(kind, payload)

    def rollback(self) -> None:
        """End of a refused request: nothing follows from it."""
        self.desk.changes.clear()
        self.desk.outbox.clear()

    def _job(self, kind: str, payload: Change | tuple[int, int] | int) -> None:
        kind = kind.removeprefix("re")
        if self.inline:
            self.worker.do(kind, payload)
        else:
            self.queue.put(kind, payload)

    def pump(self, post: Post, until: datetime | None = None) -> int:
        """Do all jobs that are due at `until` (None: all there are, retries included); returns how many.

        post  sends one delivery: ``(url, headers, body) -> status``; 0 or an `OSError` for no answer.
        """
        done = 0
        while self.worker.step(post, until):
            done += 1
        return done

    def deliver_due(self, now: datetime | None = None, post: Post = post_by_http) -> int:
        """Do the jobs due at `now` (default: the sandbox's own), deliveries by real HTTP."""
        return self.pump(post, now or self.clock())

    def start(self, *, poll_seconds: float = 0.02, post: Post = post_by_http) -> None:
        """Deliver in a background thread until `stop`, by the sandbox's clock."""
        if self._thread is not None:
            return
        self._stopping.clear()

        def work() -> None:
            while not self._stopping.wait(poll_seconds):
                self.deliver_due(post=post)

        self._thread = Thread(target=work, name="sandbox-worker", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """End the background thread; what is queued stays queued."""
        self._stopping.set()
        if self._thread is not None:
            self._thread.join(timeout=30)
            self._thread = None

    def receive_mail(self, raw: bytes, *, group_id: int = 1) -> Row:
        """A mail comes in by the parser. Returns the article."""

        def new_ticket(desk: Desk, body: Row, by: int) -> Row:
            return create(desk, desk.users.get(by), body, screen=None)

        with self.lock:
            article = mail.receive(self.desk, raw, group_id=group_id, create_ticket=new_ticket, save=save)
            self.commit()
            return article

    def carry_out_privacy_tasks(self) -> int:
        """Erase what data privacy tasks name, as Zammad does minutes after they were asked for. Returns how many."""
        with self.lock:
            return privacy.carry_out(self.desk)

    def give_group_address(self, group_id: int = 1) -> None:
        """Give the group a mailbox (`Desk <desk@example.com>`), so that articles of type email can be sent."""
        with self.lock:
            table = self.desk.table("email_addresses")
            if not table.rows:
                table.load([dict(row) for row in self.desk.fixed["mailbox"]])
            self.desk.groups.get(group_id)["email_address_id"] = 1

    def add_person(self, **fields: object) -> Row:
        """A user made beforehand, outside the interface, from the fields that POST /users takes."""
        with self.lock:
            user = people.create(self.desk, dict(fields), 3)
            self.rollback()
            return user

    def request(self, method: str, path: str, *, headers: Mapping[str, str] | None = None,
                json: object = None) -> tuple[int, object]:  # fmt: skip
        """One request without a socket, by the administrator unless `headers` differ: (status, JSON or bytes)."""
        sent = {"Authorization": f"Token token={self.token}", **(headers or {})}
        answer = self.app.test_client().open(path, method=method, headers=sent, json=json)
        return answer.status_code, answer.get_json() if answer.is_json else answer.data
