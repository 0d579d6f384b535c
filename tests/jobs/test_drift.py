"""Drift is counted and mailed once, at most once a day, and nothing is written to the helpdesk."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from prometheus_client import CollectorRegistry, generate_latest

from integrations.store.records import MessageStatus
from integrations.store.store import Store, open_store
from integrations.zammad.provision.changes import Create, Difference, Plan, Update
from integrations.zammad.provision.wanted import Key, Wanted
from jobs.drift import Drift
from tests.prepared import migrated
from zhidu.config import Config
from zhidu.metrics import Metrics
from zhidu.provision_text import drift_mail

NOW = datetime(2026, 5, 6, 3, 0, tzinfo=UTC)
MACRO = Wanted(key=Key(kind="macros", name="take"), name="接手", fields={})


def by(person: str | None) -> Plan:
    one = Difference(field="name", old="拿走", new="接手", by=person)
    change = Update(wanted=MACRO, id=1, data={}, differences=(one,))
    return Plan(changes=(change, Create(wanted=MACRO)), obstacles=(), known=3)


class Desk:
    def __init__(self, store: Store) -> None:
        self.store, self.at, self.found, self.looks = store, NOW, by("ada"), 0
        self.registry = CollectorRegistry()
        self.metrics = Metrics(self.registry)

    def plan(self) -> Plan:
        self.looks += 1
        return self.found

    def run(self, config: Config | None = None) -> int:
        config = config or Config(admin="ada@example.com")
        job = Drift(
            plan=self.plan,
            mail=lambda plan: drift_mail(plan, config),
            store=self.store,
            meter=self.metrics,
            now=lambda: self.at,
        )
        return job.run()

    def gauge(self) -> list[str]:
        text = generate_latest(self.registry).decode()
        return [line for line in text.splitlines() if line.startswith("zhidu_provision_differing{")]

    def mails(self) -> list[str]:
        return [record.message.body for record in self.store.outbox.list(MessageStatus.WAITING)]


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    with open_store(migrated(tmp_path / "zhidu.db"), now=lambda: NOW, jitter=lambda: 0.5, new_id=lambda: "x") as store:
        yield Desk(store)


def test_drift_is_counted_and_mailed(desk: Desk) -> None:
    assert desk.run() == 1
    assert desk.gauge() == [
        'zhidu_provision_differing{why="drift"} 1.0',
        'zhidu_provision_differing{why="configuration"} 1.0',
    ]
    (body,) = desk.mails()
    assert "changed in Zammad by ada" in body
    assert "zhidu apply --adopt" in body


Later = Callable[[Desk], object]
SECOND: dict[str, tuple[timedelta, Plan, int, int]] = {
    # row                      after               finds        looks  mails
    "an hour later nobody looks": (timedelta(hours=1), by("bo"), 1, 1),
    "the same drift is mailed once": (timedelta(days=1), by("ada"), 2, 1),
    "another drift is mailed": (timedelta(days=1), by("bo"), 2, 2),
    "the same again": (timedelta(days=2), by("ada"), 2, 1),
    "nothing any more": (timedelta(days=1), Plan(changes=(), obstacles=(), known=3), 2, 1),
    "the policy needs something else": (timedelta(days=1), by(None), 2, 2),
}


@pytest.mark.parametrize(("after", "found", "looks", "mails"), SECOND.values(), ids=SECOND)
def test_the_second_time(desk: Desk, after: timedelta, found: Plan, looks: int, mails: int) -> None:
    desk.run()
    desk.at, desk.found = NOW + after, found
    desk.run()
    assert (desk.looks, len(desk.mails())) == (looks, mails)


def test_a_policy_that_came_into_force_makes_an_apply_due(desk: Desk) -> None:
    desk.found = by(None)
    assert desk.run() == 0
    (body,) = desk.mails()
    assert body.startswith("The policy in force needs this of Zammad, and it is not so yet:\n\n~ macro 接手\n")
    assert "`zhidu apply` is due" in body
    assert "changed in Zammad" not in body


def test_nobody_to_be_told(desk: Desk) -> None:
    assert desk.run(Config()) == 1
    assert desk.mails() == []


def test_a_look_that_failed_is_made_again(desk: Desk) -> None:
    def away() -> Plan:
        raise OSError("away")

    desk.plan = away  # type: ignore[method-assign]
    with pytest.raises(OSError, match="away"):
        desk.run()
    assert desk.store.cursors.time("drift") is None
