"""How the figures of the summary are counted: from the store, the helpdesk and the service's own counters."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, Final

from prometheus_client import CollectorRegistry

from integrations.store.records import MessageRecord, MessageStatus
from integrations.store.store import Store
from integrations.zammad.sandbox import Sandbox
from jobs.gathering import GATHERED
from zhidu.clock_runs import Seen
from zhidu.demo.company import MEMBERS, login
from zhidu.demo.player import Player
from zhidu.demo.stage import SERVICE_USER
from zhidu.endings import Clocks
from zhidu.services import Service

_ALL: Final = 1_000_000


def reopenings(history: tuple[Any, ...]) -> int:
    """How often a closed ticket was opened again."""
    return sum(1 for change in history if change.field == "state" and change.old == "closed" != change.new)


def clocks(player: Player) -> Mapping[str, Clocks]:
    """By clause."""
    found: dict[str, Counter[str]] = {}
    for runs in player.tally.runs.values():
        for run in map(Seen.run, runs):
            found.setdefault(run.clause, Counter())[run.ending] += 1
    return MappingProxyType({clause: Clocks.of(endings) for clause, endings in sorted(found.items())})


def samples(registry: CollectorRegistry, name: str, label: str) -> dict[str, float]:
    """The values of a metric by one of its labels."""
    return {
        sample.labels[label]: sample.value
        for metric in registry.collect()
        for sample in metric.samples
        if sample.name == name
    }


def rungs(registry: CollectorRegistry) -> Mapping[str, int]:
    """Clause and rung → how often it took effect."""
    rows = {
        f"{sample.labels['clause']} {sample.labels['rung']}": int(sample.value)
        for metric in registry.collect()
        for sample in metric.samples
        if sample.name == "zhidu_rungs_total"
    }
    return MappingProxyType(dict(sorted(rows.items())))


def articles_of_ours(box: Sandbox, *, internal: bool) -> int:
    """Those that zhidu wrote: notes, or mails to customers."""
    return sum(1 for row in box.desk.articles if row["internal"] == internal and "zhidu" in (row["preferences"] or {}))


def mails(service: Service) -> Mapping[str, int]:
    """Status → mails; a mail of the day is one, however much was gathered for it."""
    counts = {status.value: len(service.store.outbox.list(status, limit=_ALL)) for status in MessageStatus}
    counts |= {"sent": int(samples(service.registry, "zhidu_messages_total", "outcome").get("sent", 0))}
    return MappingProxyType({name: count for name, count in counts.items() if count})


def gathered(store: Store) -> list[MessageRecord]:
    """The entries of mails of the day, whatever became of them."""
    found = (one for status in MessageStatus for one in store.outbox.list(status, limit=_ALL))
    return [one for one in found if one.message.kind == GATHERED]


def told(box: Sandbox) -> Mapping[str, int]:
    """Login → how often the helpdesk told that member of something."""
    own = {login(member) for member in MEMBERS}
    return by_name(Counter(told.login for told in box.notifications if told.login in own))


def told_by_zhidu(box: Sandbox) -> int:
    """How often it told anybody of what zhidu did."""
    me = box.desk.logins[SERVICE_USER]
    return sum(told.by_id == me for told in box.notifications)


def whole(counts: Mapping[str, float]) -> Mapping[str, int]:
    """Those that are not zero."""
    return MappingProxyType({name: int(count) for name, count in counts.items() if count})


def by_name(counts: Mapping[Any, int]) -> Mapping[str, int]:
    """In the order of their names."""
    return MappingProxyType({str(name): count for name, count in sorted(counts.items(), key=lambda item: str(item[0]))})
