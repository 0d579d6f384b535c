"""Two `zhidu serve` over one PostgreSQL: one keeps the timetable, and after its violent death the other does."""

import re
import time
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import requests

from integrations.zammad.sandbox import Sandbox, serve
from tests.zhidu.commands.conftest import free_port
from zhidu.compose import real_outside

TAKE_OVER_AFTER = 2.0
EVERY = 0.2
SETTINGS = """
helpdesk: {{url: '{url}'}}
store: {{url: '{store}'}}
http: {{port: {port}}}
schedule:
  sweep_every_seconds: {every}
  post_every_seconds: {every}
  reconcile_every_seconds: {every}
  take_over_after_seconds: {take_over}
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Two:
    """One of two services. Each has a way of its own to the helpdesk, so that one sees whose jobs ask it."""

    box: Sandbox
    process: Any
    address: str

    @property
    def keeps(self) -> bool:
        answer = requests.get(f"{self.address}/metrics", timeout=10).text
        return re.search(r"^zhidu_timetable_kept (\S+)$", answer, re.MULTILINE)[1] == "1.0"  # type: ignore[index]

    @property
    def searches(self) -> int:
        """Rounds of reconciling, as the helpdesk counts them."""
        return self.box.counters.by_path["POST /api/v1/tickets/search"]


@pytest.fixture
def two(tmp_path: Path, postgres_url: str, opened_store, start) -> Iterator[list[Two]]:
    store = opened_store(postgres_url)
    store.migrate()
    with ExitStack() as stack:
        services = []
        for name in ("one", "other"):
            box = Sandbox(now=real_outside().now, token="a-token-of-tests")
            url, port, config = stack.enter_context(serve(box)), free_port(), tmp_path / name
            config.mkdir()
            text = SETTINGS.format(url=url, store=postgres_url, port=port, every=EVERY, take_over=TAKE_OVER_AFTER)
            (config / "zhidu.yaml").write_text(text, encoding="utf-8")
            process = start("--config", config, "serve")
            services.append(Two(box=box, process=process, address=f"http://127.0.0.1:{port}"))
        for service in services:
            service.process.answers(f"{service.address}/readyz")
        yield services
        for one in services:
            one.process.end()


@pytest.mark.postgres
def test_the_timetable_runs_in_one_and_is_taken_over_from_the_dead(two: list[Two]) -> None:
    for service in two:
        service.process.until(lambda service=service: service.box.counters.by_path["GET /api/v1/users/me"])
    two[0].process.until(lambda: any(service.keeps for service in two))
    one, other = sorted(two, key=lambda service: not service.keeps)

    before = one.searches
    one.process.until(lambda: one.searches > before + 3)
    for _ in range(20):
        assert (one.keeps, other.keeps) == (True, False)
    assert other.searches == 0

    one.process.process.kill()
    one.process.process.wait(30)
    died = time.monotonic()
    other.process.until(lambda: other.keeps)

    assert time.monotonic() - died < TAKE_OVER_AFTER * 1.25 + 1
    other.process.until(lambda: other.searches > 3)
    assert other.process.stop()[0] == 0
