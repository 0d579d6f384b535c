"""A desk to work at: the sandbox over real HTTP, a store, and everything the service is made of, on a virtual clock."""

import itertools
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from prometheus_client import CollectorRegistry

from integrations.store.records import Delivery, Work
from integrations.store.store import Store, open_store
from integrations.zammad.provision.wanted import Hook
from integrations.zammad.sandbox import Sandbox, serve
from jobs.drain import Workers
from jobs.outcomes import Outcome
from jobs.process import Processor
from jobs.reconcile import Reconcile
from jobs.sweep import Sweep
from policies.kernel.config import load_text, read
from policies.kernel.provisioning import Needs, load_needs, united
from tests.prepared import furnish, migrated
from tests.provisioned import made_ready
from webhooks.payloads import read as read_hint
from zhidu.compose import Outside, helpdesk_of, processor_of
from zhidu.config import Config
from zhidu.metrics import Metrics
from zhidu.people_file import People
from zhidu.policy import Policy, load_policy

START = datetime(2026, 5, 6, 1, 0, tzinfo=UTC)
"""Wednesday after the Labour Day holidays, 09:00 in Shanghai."""
TOKEN = "sandbox"
STAFF = {"agnes": "Agnes", "bo": "Bo", "sup": "Su", "mgr": "Ma"}
PEOPLE = """
posts:
  specialist: [agnes@example.com, bo@example.com]
  supervisor: [sup@example.com]
  manager: [mgr@example.com]
desks:
  Users: {supervisor: sup@example.com, manager: mgr@example.com, kind: inquiry, language: en}
  Complaints: {supervisor: sup@example.com, manager: mgr@example.com, kind: complaint, language: en}
"""


@dataclass
class VirtualClock:
    at: datetime = START

    def now(self) -> datetime:
        return self.at

    def forward(self, **span: float) -> None:
        self.at += timedelta(**span)


@dataclass
class Desk:
    """The helpdesk, the service's parts, and the time; nothing runs by itself."""

    clock: VirtualClock
    box: Sandbox
    url: str
    store: Store
    policy: Policy
    outside: Outside
    processor: Processor
    people: dict[str, int]
    registry: CollectorRegistry
    seen: list[tuple[int, Outcome]] = field(default_factory=list)
    hook: str = "http://127.0.0.1:9/hooks/zammad"

    def call(self, method: str, path: str, json: Any = None, **headers: str) -> Any:
        status, answer = self.box.request(method, f"/api/v1/{path}", headers=headers, json=json)
        assert status < 300, (method, path, status, answer)
        return answer

    def complain(self, text: str = "你们多扣了我三十元年费，请退回并说明原因。", **fields: Any) -> int:
        article = {"body": text, "type": "web", "sender": "Customer", "internal": False}
        ticket = {"title": "a complaint", "group": "Complaints", "customer": "li.si@example.com", "article": article}
        wanted = {name: value for name, value in (ticket | fields).items() if value is not None}
        return int(self.call("POST", "tickets", wanted)["id"])

    def answer(self, ticket: int, text: str, by: str = "agnes@example.com", **fields: Any) -> None:
        article = {"body": text, "type": "phone", "internal": False, "sender": "Agent"}
        self.call("PUT", f"tickets/{ticket}", {"article": article} | fields, **{"X-On-Behalf-Of": by})

    def ticket(self, ticket: int) -> dict[str, Any]:
        found: dict[str, Any] = self.call("GET", f"tickets/{ticket}")
        return found

    def articles(self, ticket: int) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self.call("GET", f"ticket_articles/by_ticket/{ticket}")
        return found

    def notes(self, ticket: int) -> list[dict[str, Any]]:
        """Our own notes."""
        return [a for a in self.articles(ticket) if "zhidu" in (a["preferences"] or {})]

    def deliveries(self) -> list[Delivery]:
        """What the sandbox would deliver by now, taken out of its queue in order."""
        found: list[Delivery] = []

        def take(url: str, headers: Any, body: bytes) -> int:
            found.append(_delivery(body, headers, self.clock.now()))
            return 202

        self.box.pump(take)
        return found

    def settle(self, most: int = 30) -> int:
        """Deliver and process until nothing is left; returns how many looks that took."""
        looks = 0
        for _ in range(most):
            self.clock.forward(seconds=7)
            for delivery in self.deliveries():
                self.store.inbox.accept(delivery)
            done = self.workers.drain()
            looks += done
            if not done and self.box.queue.next_at() is None:
                return looks
        raise AssertionError(f"still not at rest after {most} rounds: {self.seen[-10:]}")

    def process(self, work: Work) -> Outcome:
        outcome = self.processor.process(work)
        self.seen.append((work.ticket_id, outcome))
        return outcome

    @property
    def workers(self) -> Workers:
        return Workers(store=self.store, process=self.process, name="test")

    def sweep(self) -> int:
        """Look at what is due now, and settle."""
        due = Sweep(store=self.store, now=self.clock.now, wake=lambda: None).run()
        self.settle()
        return due

    def reconcile(self) -> int:
        job = Reconcile(helpdesk=self.processor.helpdesk, store=self.store, now=self.clock.now, wake=lambda: None)
        return job.run()


def _delivery(body: bytes, headers: Any, now: datetime) -> Delivery:
    """What the intake would keep of it."""
    hint = read_hint(body)
    return Delivery(
        delivery_id=headers["X-Zammad-Delivery"],
        ticket_id=hint.ticket_id,
        trigger=headers["X-Zammad-Trigger"],
        updated_at=hint.updated_at,
        updated_by_id=hint.updated_by_id,
        article_count=hint.article_count,
        article_id=hint.article_id,
        article_by_id=hint.article_by_id,
        digest="",
        received_at=now,
    )


@pytest.fixture(scope="session")
def policy() -> Policy:
    return load_policy(None)


@pytest.fixture(scope="session")
def needs() -> Needs:
    """What core and intake need of the helpdesk; what other modules need, their own tests make."""
    folder = Path(__file__).parents[2] / "policies"
    return united([load_needs(read(folder / name / "provision.yaml")) for name in ("core", "intake")])


@pytest.fixture
def desk(tmp_path: Path, policy: Policy, needs: Needs) -> Iterator[Desk]:
    yield from make_desk(tmp_path, policy, needs)


def make_desk(
    tmp_path: Path, policy: Policy, needs: Needs, people: str = PEOPLE, store_url: str | None = None
) -> Iterator[Desk]:
    clock, ids = VirtualClock(), itertools.count(1)
    outside = Outside(
        now=clock.now,
        jitter=lambda: 0.5,
        new_id=lambda: f"id-{next(ids):06}",
        sleep=lambda seconds: clock.forward(seconds=seconds),
    )
    box = Sandbox(now=clock.now, token=TOKEN)
    with serve(box, deliver=False) as url:
        where = store_url or migrated(tmp_path / "zhidu.db")
        store = open_store(where, now=outside.now, jitter=outside.jitter, new_id=outside.new_id)
        if store_url:
            store.migrate()
        config = load_text(f'helpdesk: {{url: "{url}"}}', "zhidu.yaml", Config).config
        loaded = load_text(people, "people.yaml", People)
        helpdesk = helpdesk_of(config, TOKEN, loaded, outside)
        hook = Hook(endpoint="http://127.0.0.1:9/hooks/zammad", secret="demo-secret")

        def make() -> None:
            _staff(box)
            made_ready(helpdesk.pool.client(), hook, needs)

        furnish(box, (clock.at, repr(needs)), make)
        box.counters.reset()
        ids_of = {name: box.desk.logins[f"{name}@example.com"] for name in STAFF}
        clock.forward(minutes=1)
        registry = CollectorRegistry()
        metrics = Metrics(registry)
        started = clock.now()
        processor = processor_of(policy, helpdesk, loaded, store, outside, metrics, lambda: started)
        clock.forward(minutes=1)
        try:
            yield Desk(clock, box, url, store, policy, outside, processor, ids_of, registry)
        finally:
            helpdesk.pool.close()
            store.close()


def _staff(box: Sandbox) -> dict[str, int]:
    box.request("POST", "/api/v1/groups", json={"name": "Complaints", "active": True})
    box.request("PUT", "/api/v1/users/3", json={"group_ids": {"1": ["full"], "2": ["full"]}})
    groups = {"Users": ["full"], "Complaints": ["full"]}
    ids = {}
    for login, first in STAFF.items():
        person = box.add_person(
            login=f"{login}@example.com", email=f"{login}@example.com", firstname=first, lastname="Chen",
            password="pw", roles=["Agent"], groups=groups,
        )  # fmt: skip
        ids[login] = int(person["id"])
    box.add_person(
        login="li.si@example.com", email="li.si@example.com", firstname="Si", lastname="Li", roles=["Customer"]
    )
    return ids
