"""Recorded deliveries, an inbox that can fail, and the application over both."""

import io
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from prometheus_client import CollectorRegistry

from integrations.store.errors import StoreError
from integrations.store.records import Accepted, Delivery
from webhooks.app import create_app
from webhooks.ports import Check, Outcome

PAYLOADS = Path(__file__).parent.parent / "payloads"
NOW = datetime(2026, 11, 24, 7, 0, tzinfo=UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class Recorded:
    """One delivery as it came over the wire."""

    name: str
    path: str
    headers: dict[str, str]
    body: bytes
    secret: str


def recorded(name: str) -> list[Recorded]:
    """All deliveries of one recording."""
    lines = (PAYLOADS / f"{name}.jsonl").read_text(encoding="utf-8").splitlines()
    return [
        Recorded(
            name=f"{name}-{line['n']}",
            path=line["path"],
            headers=line["headers"],
            body=line["body"].encode(),
            secret="x" if name == "slim" else "demo-secret",
        )
        for line in map(json.loads, lines)
    ]


@dataclass(slots=True)
class MemoryInbox:
    """Keeps deliveries by id, or raises `failure`."""

    kept: dict[str, Delivery] = field(default_factory=dict)
    failure: Exception | None = None

    def accept_all(self, deliveries: Sequence[Delivery]) -> list[Accepted | StoreError]:
        return [self.accept(delivery) for delivery in deliveries]

    def accept(self, delivery: Delivery) -> Accepted | StoreError:
        if isinstance(self.failure, StoreError):
            return self.failure
        if self.failure is not None:
            raise self.failure
        if self.kept.setdefault(delivery.delivery_id, delivery) is delivery:
            return Accepted.NEW
        return Accepted.DUPLICATE


@dataclass(slots=True)
class CountingMeter:
    """Remembers the outcomes in order."""

    outcomes: list[Outcome] = field(default_factory=list)

    def delivered(self, outcome: Outcome, seconds: float) -> None:
        assert seconds >= 0
        self.outcomes.append(outcome)


@dataclass(slots=True)
class Conditions:
    """A readiness that says what it is told."""

    answer: Callable[[], list[Check]] = list

    def checks(self) -> list[Check]:
        return self.answer()


class CountedBytes(io.BytesIO):
    """A body that counts how much of it was read."""

    taken = 0

    def read(self, size: int | None = -1, /) -> bytes:
        got = super().read(size)
        self.taken += len(got)
        return got


@dataclass(slots=True, kw_only=True)
class House:
    """The application with everything behind it within reach."""

    inbox: MemoryInbox
    meter: CountingMeter
    conditions: Conditions
    registry: CollectorRegistry
    wakes: list[int]
    app: Flask


@pytest.fixture
def build() -> Callable[..., House]:
    """Builds applications; keywords go to `create_app`."""

    def make(**changes: Any) -> House:
        wakes: list[int] = []
        house_inbox, meter, conditions = MemoryInbox(), CountingMeter(), Conditions()
        registry = CollectorRegistry()
        settings: dict[str, Any] = {
            "inbox": house_inbox,
            "secret": "demo-secret",
            "readiness": conditions,
            "registry": registry,
            "meter": meter,
            "now": lambda: NOW,
            "wake": lambda: wakes.append(1),
        } | changes
        return House(
            inbox=house_inbox,
            meter=meter,
            conditions=conditions,
            registry=registry,
            wakes=wakes,
            app=create_app(**settings),
        )

    return make


@pytest.fixture
def house(build: Callable[..., House]) -> House:
    return build()


@pytest.fixture
def week() -> list[Recorded]:
    """A desk's week: 249 deliveries of the payload with ids only."""
    return recorded("week")


@pytest.fixture
def automation() -> list[Recorded]:
    """Zammad's standard payload and a cut-down one, with texts and names."""
    return recorded("automation")


@pytest.fixture
def slim() -> list[Recorded]:
    """A payload of somebody's own that names no ticket."""
    return recorded("slim")


@pytest.fixture
def counted_bytes() -> type[CountedBytes]:
    return CountedBytes
