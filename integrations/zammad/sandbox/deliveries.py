"""The worker: takes jobs in order, sends deliveries signed, tries again, keeps the webhook log."""

import base64
import hashlib
import hmac
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from threading import RLock
from typing import Any
from urllib.parse import urlsplit

import requests

from integrations.zammad.sandbox import mail, notifications, payloads, triggers
from integrations.zammad.sandbox.faults import Faults
from integrations.zammad.sandbox.jobs import Delivery, Queue
from integrations.zammad.sandbox.state import Change, Desk, Row, iso
from integrations.zammad.sandbox.tickets import save

Post = Callable[[str, dict[str, str], bytes], int]
TIMEOUT = (5.0, 20.0)
LOG_LENGTH = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """One attempt at a delivery and how it was answered (`status` 0: not at all)."""

    delivery_id: str
    trigger: str
    ticket_id: int
    url: str
    headers: dict[str, str]
    body: bytes
    status: int
    attempt: int
    at: datetime


def post_by_http(url: str, headers: dict[str, str], body: bytes) -> int:
    """Send by real HTTP, following no redirect. Returns the status; 0 where there is no answer."""
    try:
        answer = requests.post(url, data=body, headers=headers, timeout=TIMEOUT, allow_redirects=False)
    except requests.RequestException:
        return 0
    return answer.status_code


def headers_of(webhook: Row, delivery: Delivery, body: bytes) -> dict[str, str]:
    """As Zammad sends them; the signature covers the raw body, and is left out where no token is set."""
    headers = {
        "Accept-Encoding": "gzip;q=1.0,deflate;q=0.6,identity;q=0.3", "Accept": "*/*",
        "User-Agent": "Zammad User Agent", "Host": urlsplit(webhook["endpoint"]).netloc,
        "X-Zammad-Trigger": delivery.trigger, "X-Zammad-Delivery": delivery.id,
        "Content-Type": "application/json; charset=utf-8",
    }  # fmt: skip
    if webhook["signature_token"]:
        digest = hmac.new(str(webhook["signature_token"]).encode(), body, hashlib.sha1).hexdigest()
        headers["X-Hub-Signature"] = f"sha1={digest}"
    if webhook["basic_auth_username"]:
        pair = f"{webhook['basic_auth_username']}:{webhook['basic_auth_password'] or ''}"
        headers["Authorization"] = f"Basic {base64.b64encode(pair.encode()).decode()}"
    headers |= {"Connection": "close", "Content-Length": str(len(body))}
    return headers


@dataclass(frozen=True, slots=True)
class _Ready:
    """A delivery as it is about to be sent."""

    delivery: Delivery
    webhook: Row
    headers: dict[str, str]
    body: bytes


class Worker:
    """Does one job after another. `told` and `sent` keep what came of it."""

    def __init__(self, desk: Desk, queue: Queue, faults: Faults, lock: RLock) -> None:
        self.desk, self.queue, self.faults, self.lock = desk, queue, faults, lock
        self.told: list[notifications.Told] = []
        self.sent: list[Sent] = []
        self.lost: list[Delivery] = []
        self.telling: deque[tuple[Row, Change]] = deque()
        self.ready: _Ready | None = None
        self.turn = RLock()

    def do(self, kind: str, payload: Any) -> None:
        """A job other than a delivery."""
        if kind == "notify":
            self.telling.extend((user, payload) for user in notifications.to_be_told(self.desk, payload))
            while self.telling:
                self._tell_next()
        elif kind == "count":
            notifications.count_tickets(self.desk, *payload)
        elif kind == "mail":
            self._mail(payload)
        else:
            raise ValueError(f"unknown job {kind!r}")

    def _mail(self, article: int) -> None:
        again = mail.send(self.desk, article, save)
        if again is not None:
            self.queue.put("mail", article, again)
        changes = list(self.desk.changes.values())
        self.desk.changes.clear()
        for change in changes:
            triggers.run(self.desk, change, self.queue)

    def _tell_next(self) -> None:
        user, change = self.telling.popleft()
        if change.ticket_id in self.desk.tickets.rows:
            self.told.append(notifications.tell(self.desk, user, change))

    def begin(self, until: datetime | None = None) -> None:
        """Begin with the next job due: choose whom to tell, or spell the delivery; nothing goes out yet."""
        with self.lock:
            while not self.telling and self.ready is None and (job := self.queue.peek(until)) is not None:
                if job.kind not in ("notify", "deliver"):
                    return
                self.queue.take(until)
                if job.kind == "deliver":
                    self.ready = self._prepare(job.payload)
                else:
                    chosen = notifications.to_be_told(self.desk, job.payload)
                    self.telling.extend((user, job.payload) for user in chosen)

    def step(self, post: Post, until: datetime | None) -> bool:
        """One step of work that is due at `until`: a job, or one person told of one change. False where there is none.

        Telling takes a step for each person: in between, others write, as with a worker that sends mails.
        """
        with self.turn:
            with self.lock:
                self.begin(until)
                if self.telling:
                    self._tell_next()
                    return True
                ready, self.ready = self.ready, None
                if ready is None:
                    job = self.queue.take(until)
                    if job is not None:
                        self.do(job.kind, job.payload)
                    return job is not None
            self._send(post, ready)
            return True

    def _prepare(self, delivery: Delivery) -> "_Ready | None":
        """The delivery as it is sent now; None where ticket or webhook are gone, so that it never is."""
        webhook = self.desk.table("webhooks").find(delivery.webhook_id)
        if webhook is None or delivery.ticket_id not in self.desk.tickets.rows:
            return None
        body = payloads.body(self.desk, delivery, webhook)
        return _Ready(delivery, dict(webhook), headers_of(webhook, delivery, body), body)

    def _send(self, post: Post, ready: "_Ready") -> None:
        delivery, webhook, headers, body = ready.delivery, ready.webhook, ready.headers, ready.body
        fault = self.faults.for_delivery(webhook["endpoint"])
        if fault is not None and fault.kind == "drop":
            return
        if fault is not None and fault.kind == "reorder":
            self.queue.put("deliver", delivery, timedelta(seconds=fault.seconds))
            return
        for _ in range(2 if fault is not None else 1):
            try:
                status = post(webhook["endpoint"], headers, body)
            except OSError:
                status = 0
            with self.lock:
                self._record(delivery, webhook, headers, body, status)
        if not 200 <= status < 300:
            with self.lock:
                if not self.queue.retry(delivery):
                    self.lost.append(delivery)

    def _record(self, delivery: Delivery, webhook: Row, headers: dict[str, str], body: bytes, status: int) -> None:
        at = self.desk.now()
        self.sent.append(Sent(
            delivery_id=delivery.id, trigger=delivery.trigger, ticket_id=delivery.ticket_id, url=webhook["endpoint"],
            headers=headers, body=body, status=status, attempt=delivery.attempt, at=at,
        ))  # fmt: skip
        lines = "\n".join(f"{name.lower()}: {value}" for name, value in headers.items())
        logs = self.desk.table("http_logs")
        logs.add({
            "id": 0, "direction": "out", "facility": "webhook", "method": "POST", "url": webhook["endpoint"],
            "status": str(status), "ip": None,
            "request": {"content": f"{lines}\n\n{body.decode()}", "content_type": "application/json; charset=utf-8",
                        "content_encoding": None, "source": "Zammad User Agent"},
            "response": {"code": str(status) if status else 0, "content": "\n\n{}" if status else "",
                         "content_type": None, "content_encoding": None, "source": None},
            "updated_by_id": None, "created_by_id": None, "created_at": iso(at), "updated_at": iso(at),
        })  # fmt: skip
        if len(logs) > LOG_LENGTH:
            logs.rows.pop(min(logs.rows))
