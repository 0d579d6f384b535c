"""What Prometheus sees."""

from datetime import UTC, datetime, timedelta

import pytest
from prometheus_client import CollectorRegistry, generate_latest

from integrations.store.errors import StoreUnavailable
from integrations.store.records import Depth
from webhooks.ports import Outcome
from zhidu.metrics import Metrics, QueueDepths

NOW = datetime(2026, 11, 24, 7, 0, tzinfo=UTC)


@pytest.fixture
def registry():
    return CollectorRegistry()


COUNTED = {
    "delivery": (
        lambda m: m.delivered(Outcome.FORGED, 0.002),
        {("zhidu_deliveries_total", "forged"): 1, ("zhidu_delivery_seconds_count", ""): 1},
    ),
    "look": (
        lambda m: m.processed("applied", 0.4, reads=1, writes=2),
        {
            ("zhidu_processed_total", "applied"): 1,
            ("zhidu_process_seconds_count", ""): 1,
            ("zhidu_event_reads_sum", ""): 1,
            ("zhidu_event_writes_sum", ""): 2,
        },
    ),
    "decision": (
        lambda m: m.decided(["4.3.2", "2.2.5"]),
        {("zhidu_decisions_total", "4.3.2"): 1, ("zhidu_decisions_total", "2.2.5"): 1},
    ),
    "finding": (lambda m: m.found("3.2.1"), {("zhidu_findings_total", "3.2.1", "no"): 1}),
    "grave finding": (lambda m: m.found("6.1.1", grave=True), {("zhidu_findings_total", "6.1.1", "yes"): 1}),
    "rung": (lambda m: m.rung_fired("4.3.2", "80%"), {("zhidu_rungs_total", "4.3.2", "80%"): 1}),
    "breach": (lambda m: m.breached("4.3.2"), {("zhidu_breaches_total", "4.3.2"): 1}),
    "dead letter": (lambda m: m.died("outbox"), {("zhidu_dead_letters_total", "outbox"): 1}),
    "mail": (lambda m: m.mailed("sent"), {("zhidu_messages_total", "sent"): 1}),
}


def samples(registry):
    return {
        (sample.name, *(sample.labels.values() or [""])): sample.value
        for family in registry.collect()
        for sample in family.samples
    }


@pytest.mark.parametrize(("call", "expected"), COUNTED.values(), ids=COUNTED)
def test_counted(registry, call, expected):
    call(Metrics(registry))

    seen = samples(registry)
    assert {key: seen.get(key) for key in expected} == expected


def test_every_outcome_is_there_from_the_start(registry):
    """An alert on the rate of an outcome needs its zero."""
    Metrics(registry)

    seen = samples(registry)
    assert [seen["zhidu_deliveries_total", outcome.value] for outcome in Outcome] == [0.0] * len(Outcome)


def test_two_services_in_one_process_do_not_meet():
    one, other = CollectorRegistry(), CollectorRegistry()
    Metrics(one).breached("4.3.2")
    Metrics(other)

    assert ("zhidu_breaches_total", "4.3.2") not in samples(other)


def depth(*, waiting=0, failing=0, working=0, dead=0, oldest_at=None):
    return Depth(waiting=waiting, failing=failing, working=working, dead=dead, oldest_at=oldest_at)


def test_depths_are_read_when_asked(registry):
    depths = [depth(waiting=5, failing=1, working=2, dead=3, oldest_at=NOW - timedelta(seconds=90)), depth()]
    asked = iter([*depths, *depths])
    registry.register(QueueDepths({"inbox": lambda: next(asked), "outbox": lambda: next(asked)}, now=lambda: NOW))

    seen = samples(registry)

    assert seen["zhidu_store_up", ""] == 1
    assert seen["zhidu_queue_entries", "inbox", "waiting"] == 5
    assert seen["zhidu_queue_entries", "inbox", "failing"] == 1
    assert seen["zhidu_queue_entries", "inbox", "working"] == 2
    assert seen["zhidu_queue_entries", "inbox", "dead"] == 3
    assert seen["zhidu_queue_oldest_seconds", "inbox"] == 90
    assert seen["zhidu_queue_oldest_seconds", "outbox"] == 0


def test_a_store_that_cannot_be_read(registry):
    def fail():
        raise StoreUnavailable("gone")

    registry.register(QueueDepths({"inbox": fail}, now=lambda: NOW))

    assert samples(registry) == {("zhidu_store_up", ""): 0.0}
    assert b"zhidu_store_up 0.0" in generate_latest(registry)
