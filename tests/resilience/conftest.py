"""Desks that things go wrong at: the virtual one of the jobs' tests, and a real service that can be killed."""

import http.client
import json
import os
import queue
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
import structlog
from prometheus_client import CollectorRegistry

from integrations.store.records import EntryStatus
from integrations.store.store import Store, open_store
from integrations.zammad.provision.wanted import Hook
from integrations.zammad.sandbox import Sandbox, serve
from jobs.outcomes import Judged
from jobs.process import Processor
from policies.kernel.config import load_text
from policies.kernel.provisioning import Needs
from tests.jobs.conftest import PEOPLE, START, TOKEN, Desk, _staff, desk, make_desk, needs, policy
from tests.provisioned import made_ready
from zhidu.compose import Outside, helpdesk_of, processor_of
from zhidu.config import Config
from zhidu.metrics import Metrics
from zhidu.people_file import People
from zhidu.policy import Policy

__all__ = ["Desk", "desk", "make_desk", "needs", "policy"]

SECRET = "demo-secret"
SCALE = 30.0
"""A second of the test is half a minute of the desk."""


def wait_until(true: Callable[[], object], what: str, seconds: float = 60.0) -> None:
    """Returns when it holds; fails when it does not come to hold."""
    until = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < until, f"waited {seconds:g} s in vain: {what}"
        time.sleep(0.002)


class Lives:
    """Services that are born, killed and born again; see lives.py."""

    def __init__(self, folder: Path, log: Any, beginning: datetime, zero: float) -> None:
        script = Path(__file__).with_name("lives.py")
        command = [sys.executable, str(script), str(folder), beginning.isoformat(), repr(zero), repr(SCALE)]
        root = str(Path(__file__).parents[2])
        self._parent = subprocess.Popen(  # noqa: S603 - this very interpreter
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=log, text=True, bufsize=1, cwd=root,
            env={"PYTHONPATH": root, "PATH": "/usr/bin:/bin"},
        )  # fmt: skip
        self.pid = 0
        self.ahead = 0.0

    def _ask(self, word: str) -> int:
        assert self._parent.stdin is not None
        assert self._parent.stdout is not None
        self._parent.stdin.write(f"{word}\n")
        return int(self._parent.stdout.readline())

    def start(self) -> None:
        self.pid = self._ask(f"start {self.ahead}")

    def jump(self, **span: float) -> None:
        """Time passes at once, while no service lives."""
        assert self.pid == 0
        self.ahead += timedelta(**span).total_seconds()

    def end(self, number: signal.Signals) -> int:
        """Send a signal to the service; returns its exit status once it is gone."""
        os.kill(self.pid, number)
        status = self._ask("wait")
        self.pid = 0
        return status

    def close(self) -> None:
        if self.pid:
            self.end(signal.SIGKILL)
        assert self._parent.stdin is not None
        assert self._parent.stdout is not None
        self._parent.stdin.close()
        self._parent.wait(timeout=30)
        self._parent.stdout.close()


@dataclass
class Town:
    """A helpdesk over HTTP, and a real service process on the same, hurried time."""

    box: Sandbox
    store: Store
    processor: Processor
    lives: Lives
    port: int
    people: dict[str, int]
    now: Callable[[], datetime]
    log: Path
    rested_at: datetime | None = None
    accepted: set[str] = field(default_factory=set)
    closing: threading.Event = field(default_factory=threading.Event)
    on_the_way: queue.Queue[tuple[str, dict[str, str], bytes]] = field(default_factory=queue.Queue)
    posters: list[threading.Thread] = field(default_factory=list)

    def __post_init__(self) -> None:
        for _ in range(4):
            self.posters.append(threading.Thread(target=self._post_all, daemon=True))
            self.posters[-1].start()

    def close(self) -> None:
        self.closing.set()
        for poster in self.posters:
            poster.join()

    def call(self, method: str, path: str, json: Any = None, by: str = "") -> Any:
        headers = {"X-On-Behalf-Of": f"{by}@example.com"} if by else {}
        status, answer = self.box.request(method, f"/api/v1/{path}", headers=headers, json=json)
        assert status < 300, (method, path, status, answer)
        return answer

    def post(self, url: str, headers: dict[str, str], body: bytes) -> int:
        """Hands a delivery to those who bring it, several at a time and therefore in any order."""
        self.on_the_way.put((urlsplit(url).path, headers, body))
        return 202

    def _post_all(self) -> None:
        while not self.closing.is_set():
            try:
                path, headers, body = self.on_the_way.get(timeout=0.1)
            except queue.Empty:
                continue
            self._post(path, headers, body)
            self.on_the_way.task_done()

    def _post(self, path: str, headers: dict[str, str], body: bytes) -> None:
        """One delivery, sent again until it is accepted, by a service that may die while it reads it."""
        while not self.closing.is_set():
            connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=10)
            try:
                connection.request("POST", path, body, headers)
                status = connection.getresponse().status
            except (OSError, http.client.HTTPException):
                time.sleep(0.005)
                continue
            finally:
                connection.close()
            assert status in (202, 503), status
            if status == 202:
                self.accepted.add(headers["X-Zammad-Delivery"])
                return

    @property
    def requests(self) -> int:
        """Requests that the helpdesk has had."""
        return self.box.counters.reads + self.box.counters.writes

    def at_rest(self) -> bool:
        depth = self.store.inbox.depth()
        return depth.waiting == 0 and depth.working == 0 and self.delivered()

    def delivered(self) -> bool:
        """Whether the helpdesk has nothing more to deliver, and nothing is on the way."""
        if not self.box.worker.turn.acquire(blocking=False):
            return False
        try:
            return self.box.queue.next_at() is None and self.on_the_way.unfinished_tasks == 0
        finally:
            self.box.worker.turn.release()

    def judged(self, ticket: int) -> Judged:
        """The ticket as it is, at the time when everything was done."""
        at = self.rested_at
        found = (self.processor if at is None else replace(self.processor, now=lambda: at)).judge(ticket)
        assert isinstance(found, Judged), found
        return found

    def ticket(self, ticket: int) -> dict[str, Any]:
        found: dict[str, Any] = self.call("GET", f"tickets/{ticket}")
        return found

    def articles(self, ticket: int) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self.call("GET", f"ticket_articles/by_ticket/{ticket}")
        return found

    def done(self) -> set[str]:
        """Deliveries that were worked on."""
        entries = self.store.inbox.list(EntryStatus.DONE, limit=100_000)
        return {entry.delivery.delivery_id for entry in entries if entry.delivery is not None}


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


@contextmanager
def make_town(folder: Path, policy: Policy, needs: Needs, url: str, workers: int = 2) -> Iterator[Town]:
    """`url` of the store."""
    zero, first, alive = time.monotonic(), START, list[Lives]()

    def now() -> datetime:
        ahead = alive[0].ahead if alive else 0.0
        return first + timedelta(seconds=(time.monotonic() - zero) * SCALE + ahead)

    outside = Outside(now=now, jitter=lambda: 0.5, new_id=lambda: f"test-{time.monotonic_ns()}")
    box = Sandbox(now=now, token=TOKEN, deliver_after=timedelta())
    store = open_store(url, now=outside.now, jitter=outside.jitter, new_id=outside.new_id)
    store.migrate()
    port = free_port()
    with serve(box, deliver=False) as address, (folder / "service.log").open("w") as log:
        _configure(folder, address, url, port, workers)
        people = _staff(box)
        config = load_text((folder / "zhidu.yaml").read_text(), "zhidu.yaml", Config).config
        loaded = load_text(PEOPLE, "people.yaml", People)
        helpdesk = helpdesk_of(config, TOKEN, loaded, outside)
        hook = Hook(endpoint=f"http://127.0.0.1:{port}/hooks/zammad", secret=SECRET)
        made_ready(helpdesk.pool.client(), hook, needs)
        metrics = Metrics(CollectorRegistry())
        processor = processor_of(policy, helpdesk, loaded, store, outside, metrics, lambda: None)
        lives = Lives(folder, log, first, zero)
        alive.append(lives)
        town = Town(
            box=box, store=store, processor=processor, lives=lives, port=port, people=people, now=now,
            log=folder / "service.log",
        )  # fmt: skip
        box.start(poll_seconds=0.002, post=town.post)
        try:
            yield town
        finally:
            town.close()
            lives.close()
            box.stop()
            helpdesk.pool.close()
            store.close()


def _configure(folder: Path, address: str, url: str, port: int, workers: int) -> None:
    (folder / "token").write_text(TOKEN)
    (folder / "secret").write_text(SECRET)
    (folder / "people.yaml").write_text(PEOPLE)
    settings = {
        "helpdesk": {"url": address, "token_file": "token"},
        "store": {"url": url},
        "http": {"port": port, "webhook_secret_file": "secret", "threads": 4},
        "schedule": {
            "sweep_every_seconds": 0.2, "post_every_seconds": 60, "reconcile_every_seconds": 0.5,
            "purge_every_seconds": 3600, "people_every_seconds": 3600,
        },
        "workers": {"count": workers},
        "log": {"format": "json", "level": "info"},
        "adopt_from": "2026-01-01T00:00:00Z",
    }  # fmt: skip
    (folder / "zhidu.yaml").write_text(json.dumps(settings))


@pytest.fixture(autouse=True)
def _plain_log() -> None:
    """No log of an earlier test's, which may be closed by now; and tracebacks without every value of a whole desk."""
    structlog.reset_defaults()
    renderer = structlog.dev.ConsoleRenderer(colors=False, exception_formatter=structlog.dev.plain_traceback)
    structlog.configure(processors=[structlog.contextvars.merge_contextvars, renderer])


@pytest.fixture
def town(tmp_path: Path, policy: Policy, needs: Needs) -> Iterator[Town]:
    """A town over SQLite."""
    with make_town(tmp_path, policy, needs, f"sqlite:///{tmp_path}/zhidu.db") as made:
        yield made


def make_module(folder: Path, name: str, rules: str, *, depends: str = "core, complaints") -> Path:
    """A module of the company's own with these rules; returns the folder that modules_path names."""
    place = folder / "modules" / name
    (place / "i18n").mkdir(parents=True)
    (place / "manifest.yaml").write_text(
        f"name: {name}\nversion: 1.0.0\nsummary: a try\ndepends: [{depends}]\nclauses: ['4.3.2', '2.2.1']\n"
    )
    (place / "config.py").write_text(
        'from zhidu.api import StrictModel\n\n\nclass Config(StrictModel):\n    """None."""\n'
    )
    (place / "defaults.yaml").write_text("{}\n")
    (place / "rules.py").write_text(rules)
    for tongue in ("zh-CN", "zh-TW", "en"):
        (place / "i18n" / f"{tongue}.yaml").write_text('why: "because"\nthanks: "thank you"\n')
    return folder / "modules"
