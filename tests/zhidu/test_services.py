"""The service as a whole: it takes deliveries in while the helpdesk is away, works when it is back, stops in every
phase."""

import json
import socket
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import requests

from integrations.store.errors import StoreUnavailable
from integrations.store.store import Store, open_store
from integrations.zammad.errors import ZammadError
from integrations.zammad.sandbox import Sandbox, serve
from jobs.schedule import Schedule
from policies.kernel.config import load_text
from policies.kernel.problems import ConfigErrors
from webhooks.signature import sign
from zhidu.chores import purge
from zhidu.compose import Outside, Secrets, real_outside
from zhidu.config import Config
from zhidu.people_file import People
from zhidu.policy import Policy, load_policy
from zhidu.services import Service
from zhidu.timetable import timetable_of

SECRET = "s3"
TOKEN = "t"
PEOPLE = "desks: {Users: {supervisor: sup@example.com, kind: complaint}}"
PATIENCE = 20.0


def until(met: Callable[[], bool]) -> None:
    end = time.monotonic() + PATIENCE
    while not met():
        assert time.monotonic() < end, "it never came"
        time.sleep(0.01)


@pytest.fixture(scope="module")
def policy() -> Policy:
    return load_policy(None)


@pytest.fixture
def outside() -> Outside:
    return replace(real_outside(), sleep=lambda seconds: None)


@pytest.fixture
def box() -> Sandbox:
    made = Sandbox(now=lambda: datetime.now(UTC), token=TOKEN)
    made.add_person(login="sup@example.com", password="pw", roles=["Agent"], groups={"Users": ["full"]})
    return made


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


Make = Callable[..., Service]


@pytest.fixture
def make(tmp_path: Path, policy: Policy, outside: Outside) -> Iterator[Make]:
    made: list[Service] = []

    def build(url: str, settings: str = "", token: str = TOKEN, store_url: str = "", **more: Any) -> Service:
        place = store_url or f"sqlite:///{tmp_path}/z.db"
        store = open_store(place, now=outside.now, jitter=outside.jitter, new_id=outside.new_id)
        store.migrate()
        text = f'helpdesk: {{url: "{url}"}}\nhttp: {{port: 0}}\n{settings}'
        service = Service(
            config=load_text(text, "zhidu.yaml", Config).config,
            policy=policy,
            people=load_text(PEOPLE, "people.yaml", People),
            secrets=Secrets(token=token, webhook=SECRET),
            store=store,
            outside=outside,
            **more,
        )
        made.append(service)
        return service

    yield build
    for service in made:
        service.stop()


def deliver(service: Service, ticket: int = 1) -> int:
    body = json.dumps({"ticket_id": ticket, "updated_at": "2026-05-06 01:00:00 UTC"}).encode()
    headers = {
        "Content-Type": "application/json", "X-Hub-Signature": sign(body, SECRET.encode()),
        "X-Zammad-Delivery": f"d-{ticket}", "X-Zammad-Trigger": "zhidu: update",
    }  # fmt: skip
    answer = requests.post(
        f"http://127.0.0.1:{service.server.port}/hooks/zammad", data=body, headers=headers, timeout=10
    )
    return answer.status_code


def ready(service: Service) -> int:
    return requests.get(f"http://127.0.0.1:{service.server.port}/readyz", timeout=10).status_code


def test_a_delivery_is_worked_on(make: Make, box: Sandbox) -> None:
    with serve(box, deliver=False) as url:
        service = make(url, timetable=())
        service.start()
        until(service.connected.is_set)
        assert (deliver(service), ready(service)) == (202, 200)
        until(lambda: service.store.inbox.depth().waiting == 0 and service.store.looks.get(1) is not None)


def test_what_arrives_while_the_helpdesk_is_away_is_kept_and_done_later(make: Make, box: Sandbox) -> None:
    port = free_port()
    service = make(f"http://127.0.0.1:{port}", timetable=())
    service.start()
    assert (deliver(service), ready(service)) == (202, 200)
    assert (service.connected.is_set(), service.workers) == (False, None)
    service.wake()
    with serve(box, port=port, deliver=False):
        until(service.connected.is_set)
        until(lambda: service.store.looks.get(1) is not None)
        service.stop()


def test_a_wrong_token_is_no_end(make: Make, box: Sandbox) -> None:
    with serve(box, deliver=False) as url:
        service = make(url, token="wrong", timetable=())
        service.start()
        assert deliver(service) == 202
        until(lambda: service.access.shut)
        answer = requests.get(f"http://127.0.0.1:{service.server.port}/readyz", timeout=10)
        assert (answer.status_code, answer.json()["checks"][-1]) == (200, {"name": "helpdesk_token", "ok": False})
        assert service.registry.get_sample_value("zhidu_helpdesk_admits") == 0
        service.stop()
        assert not service.connected.is_set()


def test_a_timetable_that_cannot_start_leaves_nothing_running(
    make: Make, box: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    with serve(box, deliver=False) as url:
        service = make(url, timetable=())

        def no(self: Schedule) -> None:
            raise RuntimeError("no more threads")

        before = set(threading.enumerate())
        with monkeypatch.context() as patched:
            patched.setattr(Schedule, "start", no)
            with pytest.raises(RuntimeError, match="no more threads"):
                service._begin()
        assert set(threading.enumerate()) == before
        assert not service.connected.is_set()


def test_two_services_over_one_postgresql_run_each_job_once(make: Make, box: Sandbox, postgres_url: str) -> None:
    with serve(box, deliver=False) as url:
        ran: list[str] = []
        services = [make(url, store_url=postgres_url) for _ in range(2)]
        for service in services:
            service.connect()
        first, second = (service.duty for service in services)
        assert first is not None
        assert second is not None
        jobs = [duty.job(lambda: ran.append("ran")) for duty in (first, second)]
        both = [first.job(lambda: second.job(lambda: ran.append("overlap"))())]
        first.beat()
        second.beat()
        for job in (*jobs, *jobs, *both):
            job()
        assert ran == ["ran", "ran"]
        services[0].stop()
        second.beat()
        jobs[1]()
        assert ran == ["ran"] * 3


def test_a_refused_token_is_asked_no_more_by_the_timetable(make: Make, box: Sandbox) -> None:
    """Not one request while the door is shut, and each job that needs the helpdesk waits; the others go on."""
    with serve(box, deliver=False) as url:
        service = make(url)
        service.connect()
        assert service.duty is not None
        service.duty.beat()
        jobs = service._scheduled(service.duty)
        jobs["reconcile"]()
        box.desk.tokens.pop(TOKEN)

        jobs["reconcile"]()
        asked = box.counters.reads
        for job in jobs.values():
            job()

        assert service.access.shut
        assert box.counters.reads == asked


def test_a_policy_that_comes_while_the_helpdesk_is_away_is_taken_up_when_it_is_back(
    make: Make, box: Sandbox, policy: Policy, tmp_path: Path
) -> None:
    folder = tmp_path / "config"
    (folder / "policies").mkdir(parents=True)
    (folder / "policies" / "core.yaml").write_text("owner_within: 45wm\n", encoding="utf-8")
    came = [load_policy(folder)]
    other = came[0]
    with serve(box, deliver=False) as url:
        service = make(url, timetable=(), published=lambda: came.pop() if came else None)
        service.connect()
        revoked = box.desk.tokens.pop(TOKEN)
        with pytest.raises(ZammadError):
            service.follow()
        assert service.policy is policy
        box.desk.tokens[TOKEN] = revoked

        service.follow()

        assert service.policy is other


def test_what_nobody_foresaw_is_tried_again(make: Make, box: Sandbox, monkeypatch: pytest.MonkeyPatch) -> None:
    with serve(box, deliver=False) as url:
        service = make(url, timetable=())
        tried: list[int] = []
        begin = service.connect

        def stumble() -> None:
            tried.append(1)
            if len(tried) == 1:
                raise LookupError("unforeseen")
            begin()

        monkeypatch.setattr(service, "connect", stumble)
        service.start()
        until(service.connected.is_set)
        assert len(tried) == 2


def test_it_stops_in_every_phase(make: Make, box: Sandbox) -> None:
    """Not begun; begun with the helpdesk away; built to be stepped; at work, with its timetable running."""
    make("http://127.0.0.1:1").stop()
    waiting = make("http://127.0.0.1:1")
    waiting.start()
    waiting.stop()
    with serve(box, deliver=False) as url:
        stepped = make(url)
        stepped.connect()
        stepped.stop()
        working = make(url)
        working.start()
        until(working.connected.is_set)
        working.stop()
        working.stop()


def test_jobs_can_be_run_by_anybody(make: Make, box: Sandbox) -> None:
    with serve(box, deliver=False) as url:
        service = make(url)
        service.connect()
        jobs = service.jobs()
        assert set(jobs) == {tick.name for tick in service.timetable}
        for job in jobs.values():
            job()


ADOPT = datetime(2026, 1, 1, tzinfo=UTC)


def test_from_when_on_tickets_are_taken_in(make: Make, box: Sandbox) -> None:
    with serve(box, deliver=False) as url:
        first = make(url)
        first.connect()
        assert first.processor is not None
        begun = first.processor.adopt_from()
        assert begun is not None
        assert abs(begun - datetime.now(UTC)) < timedelta(minutes=1)
        again = make(url)
        again.connect()
        assert again.processor is not None
        assert again.processor.adopt_from() == begun
        told = make(url, f"adopt_from: {ADOPT.isoformat()}")
        told.connect()
        assert told.processor is not None
        assert told.processor.adopt_from() == ADOPT


def test_a_dry_run_writes_nothing(make: Make, box: Sandbox) -> None:
    with serve(box, deliver=False) as url:
        service = make(url, f"adopt_from: {ADOPT.isoformat()}", dry_run=True, mailer=object())
        service.connect()
        assert service.processor is not None
        assert service.workers is not None
        assert (service.processor.dry_run, service.post.mailer) == (True, None)
        service.store.inbox.enqueue(1, "manual")
        assert service.workers.drain() == 1
        assert {path for path in box.counters.by_path if not path.startswith("GET")} == set()


def test_it_is_not_ready_without_its_store(make: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    service = make("http://127.0.0.1:1")
    service.server.start()
    assert ready(service) == 200
    monkeypatch.setattr(service.store.inbox, "depth", _gone)
    assert ready(service) == 503


def _gone() -> None:
    raise StoreUnavailable("the store is away")


def test_what_is_done_is_purged(make: Make, outside: Outside) -> None:
    store: Store = make("http://127.0.0.1:1").store
    store.inbox.enqueue(1, "manual")
    (work,) = store.inbox.claim("w", 1, timedelta(minutes=1))
    store.inbox.done(work)
    assert purge(store, outside.now() - timedelta(days=1)) == 0
    assert purge(store, outside.now() + timedelta(days=1)) == 1


def test_the_timetable_is_that_of_the_configuration() -> None:
    config = load_text("schedule: {sweep_every_seconds: 7}", "zhidu.yaml", Config).config
    assert {tick.name: tick.every for tick in timetable_of(config)}["sweep"] == 7


def test_another_policy_is_taken_up_while_it_runs(make: Make, box: Sandbox, tmp_path: Path, policy: Policy) -> None:
    folder = tmp_path / "config"
    (folder / "policies").mkdir(parents=True)
    (folder / "policies" / "core.yaml").write_text("owner_within: 45wm\n", encoding="utf-8")
    other = load_policy(folder)
    came: list[Policy] = []
    with serve(box, deliver=False) as url:
        old = 'adopt_from: "2000-01-01T00:00:00Z"'
        service = make(url, old, timetable=(), published=lambda: came.pop() if came else None)
        service.start()
        until(service.connected.is_set)
        service.follow()
        assert service.policy.digest == policy.digest
        came.append(other)

        service.follow()

        assert service.policy.digest == other.digest
        assert deliver(service) == 202
        until(lambda: service.store.inbox.depth().waiting == 0 and service.store.looks.get(1) is not None)
        rows = service.store.decisions.list()
        assert rows
        assert {row.policy for row in rows} == {other.digest}


def test_a_policy_that_cannot_be_taken_up_leaves_the_one_at_work(make: Make, box: Sandbox, policy: Policy) -> None:
    def published() -> Policy:
        raise ConfigErrors([])

    with serve(box, deliver=False) as url:
        service = make(url, timetable=(), published=published)
        service.connect()
        with pytest.raises(ConfigErrors):
            service.follow()
        assert service.policy is policy
