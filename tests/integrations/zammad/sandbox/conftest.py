"""Replaying recorded exchanges against the sandbox, and comparing answers strictly."""

import base64
import hmac
import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest
import yaml

from integrations.zammad.sandbox import Sandbox

HERE = Path(__file__).parent
RECORDINGS = HERE.parents[2] / "recordings"
PAYLOADS = HERE.parents[2] / "payloads"
STARTED_AT = datetime(2026, 11, 24, 6, 4, tzinfo=UTC)
PAUSE = 0.3  # seconds that the recorded worker took for a job that left no trace of its own
COMMIT = 0.03  # seconds from the last write of an exchange to its commit
PASSWORD = "Agent-1234!"
SECRETS = ("signature_token", "token", "basic_auth_password", "message_id_md5")
NOW_TIME = re.compile(r"2026-11-24[T ]\d\d:\d\d:\d\d(\.\d+)?(Z| UTC)")
RANDOM_PARTS = (
    (re.compile(r"<\d{14}\.\d+\.[0-9a-f-]{36}@"), "<mail@"),
    (re.compile(r"\d+\.[0-9a-f-]{36}@"), "content@"),
    (re.compile(r"Error ID \S+:"), "Error ID:"),
)


class Clock:
    """A clock that moves on a millisecond at each look, so that no two times are the same."""

    def __init__(self, at: datetime = STARTED_AT) -> None:
        self.at = at

    def now(self) -> datetime:
        self.at += timedelta(milliseconds=1)
        return self.at

    def forward(self, **span: float) -> None:
        self.at += timedelta(**span)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def box(clock: Clock) -> Sandbox:
    return Sandbox(now=clock.now, token="t")


def comparable(value: Any, key: str | None = None) -> Any:
    """`value` without what no two installations share: times of now, secrets, random ids, ids of history.

    Whether there is a time is still compared, and so is every time that a request named.
    """
    if isinstance(value, dict):
        shown = {name: comparable(part, name) for name, part in value.items()}
        if "sourceable_type" in shown or "type_lookup_id" in shown:
            shown["id"] = "counts up over all objects"
        if "item_ids" in shown:
            shown["item_ids"] = sorted(shown["item_ids"])
        return shown
    if isinstance(value, list):
        parts = [comparable(part, key) for part in value]
        if parts and isinstance(parts[0], dict) and "data_option" in parts[0]:
            return sorted(parts, key=lambda row: (row["position"], row["id"]))  # ties come in the database's order
        if key == "history":  # people are told by another process, in between
            return sorted(parts, key=lambda row: row["type"] == "notification")
        return parts
    if isinstance(value, str):
        if key in SECRETS:
            return "hidden"
        value = NOW_TIME.sub("a time", value)
        for pattern, instead in RANDOM_PARTS:
            value = pattern.sub(instead, value)
    return value


def differences(recorded: Any, answered: Any, path: str = "") -> Iterator[str]:
    """Where two comparable values differ, by path."""
    if isinstance(recorded, dict) and isinstance(answered, dict):
        for name in recorded.keys() | answered.keys():
            if name not in answered or name not in recorded:
                yield f"{path}/{name}: only {'recorded' if name in recorded else 'answered'}"
            else:
                yield from differences(recorded[name], answered[name], f"{path}/{name}")
    elif isinstance(recorded, list) and isinstance(answered, list):
        if len(recorded) != len(answered):
            yield f"{path}: {len(recorded)} recorded, {len(answered)} answered"
        for index, (one, other) in enumerate(zip(recorded, answered, strict=False)):
            yield from differences(one, other, f"{path}/{index}")
    elif recorded != answered or type(recorded) is not type(answered):
        yield f"{path}: recorded {recorded!r}, answered {answered!r}"


@dataclass(slots=True)
class Outcome:
    """How the replay of one file went: by exchange number, where answers differ."""

    box: Sandbox
    count: int = 0
    wrong: dict[int, list[str]] = field(default_factory=dict)


Hook = Callable[[Sandbox, int], None]


class Replay:
    """Replays a recording on a fresh sandbox; between exchanges it does what `between.yaml` says happened outside."""

    def __init__(self) -> None:
        self.between: dict[str, Any] = yaml.safe_load((HERE / "between.yaml").read_text(encoding="utf-8"))

    def rows(self, name: str) -> list[dict[str, Any]]:
        return lines(RECORDINGS / f"{name}.jsonl")

    def deliveries(self, name: str) -> list[dict[str, Any]]:
        return lines(PAYLOADS / f"{name}.jsonl")

    def __call__(self, name: str) -> Outcome:
        clock, done = Clock(), self.between.get(name) or {}
        box = Sandbox(now=clock.now, token="t", inline=False, deliver_after=timedelta())
        if done.get("mailbox"):
            box.give_group_address()
        rows = self.rows(name)
        driver = Deliveries(self.deliveries(name), rows, done["done_before"]) if "done_before" in done else None
        outcome = Outcome(box)
        for row in rows:
            clock.forward(milliseconds=50)
            if driver is not None:
                driver.before(box, row["n"])
            self._meanwhile(box, clock, done, row["n"], rows)
            outcome.count += 1
            wrong = list(self._exchange(box, row))
            if wrong:
                outcome.wrong[row["n"]] = wrong
        return outcome

    def _meanwhile(self, box: Sandbox, clock: Clock, done: dict[str, Any], n: int, rows: list[dict[str, Any]]) -> None:
        if n in (done.get("clock") or {}):
            clock.at = done["clock"][n]
        jobs = (done.get("jobs") or {}).get(n, 0)
        if jobs == "all":
            box.pump(lambda url, headers, body: 200)
        else:
            for _ in range(jobs):
                assert box.worker.step(lambda url, headers, body: 200, None), f"no job left before {n}"
        for raw in (done.get("mails") or {}).get(n, []):
            box.receive_mail(raw.encode())
        if done.get("mails_of_tickets_from") and n == done["mails_before"]:
            for raw in mails_of(rows, done["mails_of_tickets_from"]):
                box.receive_mail(raw)

    def _exchange(self, box: Sandbox, row: dict[str, Any]) -> Iterator[str]:
        asked, recorded = row["request"], row["response"]
        headers = dict(asked["headers"] or {}) | credentials(row["as"])
        body: dict[str, Any] = {"json": asked["json"]} if asked["json"] is not None else {}
        if headers.get("Content-Type") == "application/json":
            body = {"data": "{not json"}
        answer = box.app.test_client().open(asked["path"], method=asked["method"], headers=headers, **body)
        if answer.status_code != recorded["status"]:
            yield f"status: recorded {recorded['status']}, answered {answer.status_code}"
        for name, value in recorded["headers"].items():
            if answer.headers.get(name) != value:
                yield f"{name}: recorded {value!r}, answered {answer.headers.get(name)!r}"
        if "json" in recorded:
            given = answer.get_json(silent=True)
            if isinstance(given, dict):
                given.pop("form_meta", None)
            yield from differences(comparable(recorded["json"]), comparable(given))
        elif "text" in recorded and answer.data.decode("latin-1") != recorded["text"]:
            yield "text differs"
        elif "base64" in recorded and base64.b64encode(answer.data).decode() != recorded["base64"]:
            yield "bytes differ"


def lines(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def credentials(who: str) -> dict[str, str]:
    if who in ("admin", "bad"):
        return {"Authorization": f"Token token={'t' if who == 'admin' else 'wrong'}"}
    if who == "nobody":
        return {}
    login = "agnes@example.com" if who == "agent" else f"{who}@example.com"
    return {"Authorization": f"Basic {base64.b64encode(f'{login}:{PASSWORD}'.encode()).decode()}"}


def mails_of(rows: list[dict[str, Any]], first: int) -> Iterator[bytes]:
    """The mails that opened the tickets from number `first` on, as far as their articles show them."""
    for row in rows:
        if row["request"]["path"].endswith("?all=true") and row["response"]["json"]["ticket_id"] >= first:
            read = row["response"]["json"]
            article = read["assets"]["TicketArticle"][str(read["ticket_article_ids"][0])]
            mail = EmailMessage()
            mail["From"], mail["To"], mail["Subject"] = article["from"], article["to"], article["subject"]
            mail["Message-ID"] = article["message_id"]
            mail.set_content(article["body"])
            yield mail.as_bytes()


def moment(text: str) -> float:
    return datetime.fromisoformat(text).timestamp()


def commits(rows: list[dict[str, Any]]) -> dict[int, float]:
    """When what each exchange wrote could be seen by the worker: just after the last time its answer shows."""
    times: dict[int, float] = {}
    latest = 0.0
    for row in rows:
        answer = row["response"].get("json")
        latest += 0.02
        if row["request"]["method"] != "GET" and isinstance(answer, dict) and "updated_at" in answer:
            latest = moment(answer["updated_at"]) + COMMIT
        times[row["n"]] = latest
    return times


class Deliveries:
    """Drives the worker by recorded deliveries and notifications: it does what it did before the next exchange."""

    def __init__(self, recorded: list[dict[str, Any]], rows: list[dict[str, Any]], done_before: int) -> None:
        self.recorded = recorded
        self.done_before = done_before
        self.next = 0
        told = [(datetime.fromisoformat(entry["created_at"]).timestamp(), "tell") for row in rows
                if "ticket_history" in row["request"]["path"] for entry in row["response"]["json"]["history"]
                if entry["type"] == "notification"]  # fmt: skip
        seen = sorted(told + [(row["at"], "deliver") for row in recorded])
        rests = [(at + PAUSE, "rest") for (at, _), (following, _) in zip(seen, [*seen[1:], (9e9, "")], strict=True)
                 if following > at + PAUSE]  # fmt: skip
        self.events = sorted(seen + rests)
        self.times = commits(rows)

    def before(self, box: Sandbox, n: int) -> None:
        while self.events and (self.events[0][0] < self.times[n] or n == self.done_before):
            _, kind = self.events.pop(0)
            if kind == "rest":
                self.go_on(box)
            elif self.one(box, kind):
                box.worker.begin()
            else:
                break
        if n == self.done_before:
            box.pump(lambda url, headers, body: 200)

    def one(self, box: Sandbox, kind: str) -> bool:
        """Steps up to and with the next delivery, or the next person told; False where there is none."""
        came = box.sent if kind == "deliver" else box.notifications
        before = len(came)
        while len(came) == before:
            if not box.worker.step(self.answer, None):
                return False
        self.next = len(box.sent)
        return True

    def go_on(self, box: Sandbox) -> None:
        """What a worker does between what can be seen: everything but sending and telling."""
        while not box.worker.telling and (job := box.queue.peek(None)) is not None and job.kind in ("count", "mail"):
            box.worker.step(self.answer, None)
            box.worker.begin()

    def answer(self, url: str, headers: dict[str, str], body: bytes) -> int:
        """A failure where the recording shows that the delivery was tried again."""
        self.next = min(self.next, len(self.recorded) - 1)
        key = self.recorded[self.next]["headers"]["X-Zammad-Delivery"]
        return 500 if any(key == row["headers"]["X-Zammad-Delivery"] for row in self.recorded[self.next + 1 :]) else 200


@pytest.fixture(scope="session")
def replay() -> Replay:
    return Replay()


class Comparing:
    """Views of deliveries that two installations share."""

    @staticmethod
    def delivery(headers: dict[str, str], body: str) -> Any:
        own = ("X-Zammad-Delivery", "X-Hub-Signature", "Content-Length")
        shown = {name: value if name not in own else "own" for name, value in headers.items()}
        return shown, comparable(json.loads(body))

    @staticmethod
    def raw(body: str) -> str:
        return NOW_TIME.sub("a time", body)

    @staticmethod
    def desk_of_slim(body: str) -> Sandbox:
        """A desk as that of the recording `slim`: a ticket of Agnes with two articles and a field `zd_seen`, and a
        webhook on updates whose payload asks for what `body` holds, key by key.
        """
        box = Sandbox(now=Clock().now, token="t")
        name = "agnes@example.com"
        box.add_person(login=name, email=name, roles=["Agent"], groups={"Users": ["full"]})
        article = {"body": "x", "type": "web", "sender": "Customer"}
        payload = json.dumps({key: f"#{{{key}}}" for key in json.loads(body)})
        for path, asked in (
            ("object_manager_attributes", {"name": "zd_seen", "object": "Ticket", "data_type": "input",
                                           "data_option": {"type": "text", "maxlength": 9}}),
            ("object_manager_attributes_execute_migrations", {}),
            ("tickets", {"title": "t", "group": "Users", "customer_id": 2, "owner_id": 4, "zd_seen": "z",
                         "article": article}),
            ("ticket_articles", article | {"ticket_id": 2}),
            ("ticket_articles", article | {"ticket_id": 2}),
            ("webhooks", {"name": "s", "endpoint": "http://127.0.0.1:9998/s", "signature_token": "x",
                          "customized_payload": True, "custom_payload": payload}),
            ("triggers", {"name": "s update", "execution_condition_mode": "always",
                          "condition": {"ticket.action": {"operator": "is", "value": "update"}},
                          "perform": {"notification.webhook": {"webhook_id": 1}}}),
        ):  # fmt: skip
            assert box.request("POST", f"/api/v1/{path}", json=asked)[0] in (200, 201), path
        return box

    @staticmethod
    def signature(secret: str, body: bytes) -> str:
        return f"sha1={hmac.new(secret.encode(), body, 'sha1').hexdigest()}"


@pytest.fixture(scope="session")
def comparing() -> type[Comparing]:
    return Comparing
