"""kill -9 at any moment: what was accepted is processed, nothing is done twice, no clock is lost."""

import itertools
import random
import re
import signal
import time
from collections import Counter, defaultdict
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from integrations.store.records import MessageStatus
from jobs.outcomes import Judged
from jobs.record import clock_rows
from policies.kernel.moments import SAME_MOMENT, same_run
from policies.kernel.provisioning import Needs
from tests.resilience.conftest import SCALE, Town, make_town, wait_until
from zhidu.policy import Policy

WORDS = (
    "你们多扣了我三十元年费，请退回并说明原因。",
    "你们偷偷扣费，我要找记者曝光！",
    "为什么我的卡又被锁了？上次你们说过不会再发生，我要投诉。",
    "The fee was charged twice and I want it back.",
)
ANSWERS = ("您好，非常抱歉，我们将在今天下午五点前答复您。", "您好，已为您转交处理。")

MOMENT = SAME_MOMENT * SCALE
"""How much later than it was decided a change of ours may be dated, at the pace of this desk."""


class Script:
    """What people do at the desk: lives of tickets, mixed with one another, the same for one seed."""

    def __init__(self, town: Town, dice: random.Random) -> None:
        self.town, self.dice = town, dice
        self.tickets: list[int] = []
        self.open: list[Iterator[None]] = []

    def go(self, events: int) -> None:
        for _ in range(events):
            if len(self.open) < 12:
                self.open.append(self._life())
            life = self.dice.choice(self.open)
            if next(life, self) is self:
                self.open.remove(life)

    def _life(self) -> Iterator[None]:
        dice = self.dice
        customer = f"guess:customer{dice.randrange(1000)}@example.com"
        group = dice.choice(("Complaints", "Complaints", "Users"))
        article = {"body": dice.choice(WORDS), "type": "web", "sender": "Customer", "internal": False}
        ticket = self.town.call(
            "POST", "tickets", {"title": "a complaint", "group": group, "customer_id": customer, "article": article}
        )["id"]
        self.tickets.append(ticket)
        yield
        steps: list[tuple[str, dict[str, Any]]] = [
            ("agnes", {"owner_id": self.town.people["agnes"]}),
            ("agnes", {"article": self._article(dice.choice(ANSWERS), "phone", "Agent")}),
            ("", {"article": self._article("还没有结果吗？", "web", "Customer")}),
            ("sup", {"zhidu_severity": dice.choice(("ordinary", "major"))}),
            ("bo", {"owner_id": self.town.people["bo"]}),
            ("bo", {"zhidu_cause": "fees", "zhidu_responsible": "desk", "zhidu_remedy": "refunded"}),
            ("bo", {"state": "closed"}),
        ]
        for by, changes in steps:
            if dice.random() < 0.8:
                self.town.call("PUT", f"tickets/{ticket}", changes, by)
                yield

    def _article(self, text: str, kind: str, sender: str) -> dict[str, Any]:
        return {"body": text, "type": kind, "internal": False, "sender": sender}


def test_kill_fifty_times_during_two_thousand_deliveries(town: Town) -> None:
    script = Script(town, random.Random(91))
    killed = _kill(town, script, times=50, deliveries=2000)

    assert killed == 50
    assert len(town.accepted) >= 2000
    assert _check(town, script) > 20


@pytest.mark.postgres
def test_kill_on_postgresql(tmp_path: Path, policy: Policy, needs: Needs, postgres_url: str) -> None:
    with make_town(tmp_path, policy, needs, postgres_url) as town:
        script = Script(town, random.Random(92))
        killed = _kill(town, script, times=6, deliveries=120)

        assert killed == 6
        _check(town, script)


def _kill(town: Town, script: Script, *, times: int, deliveries: int) -> int:
    """Let people work, and kill the service `times` times: at its start, while it accepts, reads or writes."""
    dice = script.dice
    killed = 0
    for life in range(times):
        share = deliveries * (life + 1) // times
        town.lives.start()
        if dice.random() < 0.2:
            time.sleep(dice.random() * 0.2)
        else:
            before = town.requests
            while len(town.accepted) < share:
                script.go(8)
                wanted = min(share, len(town.accepted) + 12)
                wait_until(lambda wanted=wanted: len(town.accepted) >= wanted or town.delivered(), "accepting")
            wanted, until = before + dice.randrange(1, 60), time.monotonic() + 0.3
            # What an earlier life had claimed is free again only when its lease has run out.
            wait_until(lambda wanted=wanted, until=until: town.requests >= wanted or time.monotonic() > until, "work")
            time.sleep(dice.random() * 0.02)
        killed += town.lives.end(signal.SIGKILL) == -signal.SIGKILL
        # Claims of the dead run out, and rungs of clocks come up.
        town.lives.jump(minutes=6)
    town.lives.start()
    while len(town.accepted) < deliveries:
        script.go(8)
        wait_until(town.delivered, "the last deliveries")
    _stop_at_rest(town)
    return killed


def _stop_at_rest(town: Town) -> None:
    """Stop once everything is processed; what was looked for in the very last moment is left to another life."""
    for _ in range(5):
        wait_until(lambda: town.at_rest() and not town.store.clocks.due(town.now(), 1), "everything is processed")
        town.rested_at = town.now()
        assert town.lives.end(signal.SIGTERM) == 0
        if town.at_rest():
            return
        town.lives.start()


def _check(town: Town, script: Script) -> int:
    """All that must hold of the tickets and the store; returns how many rungs have taken effect."""
    depth = town.store.inbox.depth()
    assert (depth.waiting, depth.working, depth.dead) == (0, 0, 0), town.log.read_text()[-3000:]
    assert town.accepted <= town.done()
    assert _doubled_runs(_effects_of_rungs(town)) == []
    return sum(_check_ticket(town, ticket) for ticket in script.tickets)


def _effects_of_rungs(town: Town) -> list[str]:
    """The mails and findings that rungs have led to, by their keys."""
    mails = town.store.outbox.list(MessageStatus.WAITING, limit=100_000)
    findings = town.store.findings.list(limit=100_000)
    keys = [*(record.message.key for record in mails), *(record.finding.key for record in findings)]
    return [key for key in keys if "/" in key]


def _doubled_runs(keys: list[str]) -> list[tuple[str, str]]:
    """Pairs of effects of the same rung in what is one run of its clock, whichever time it is named by."""
    apart: dict[str, list[str]] = defaultdict(list)
    for key in keys:
        ticket, _, rest = key.partition(":")
        run, _, what = rest.partition("/")
        apart[f"{ticket}:{what}"].append(run)
    return [pair for runs in apart.values() for pair in itertools.combinations(runs, 2) if same_run(*pair)]


def _check_ticket(town: Town, ticket: int) -> int:
    """All that must hold of one ticket; returns how many rungs have taken effect."""
    judged = town.judged(ticket)
    assert judged.verdict.failures == ()
    assert list(_undone(judged)) == [], ticket
    articles = town.articles(ticket)
    keys = Counter(a["preferences"]["zhidu"]["key"] for a in articles if "zhidu" in (a["preferences"] or {}))
    assert all(count == 1 for count in keys.values()), (ticket, keys)
    # A key names the lines of a note; that no line stands in two of them is what a reader sees.
    lines = Counter(line for a in articles if a["internal"] for line in set(_lines(a["body"])))
    assert all(count == 1 for count in lines.values()), (ticket, [line for line in lines if lines[line] > 1])
    assert _doubled(town, ticket) == []
    _check_clocks(town, judged)
    fired = town.ticket(ticket)["preferences"].get("zhidu", {}).get("fired", {})
    return sum(len(entry["rungs"]) for entry in fired.values())


def _undone(judged: Judged) -> Iterator[object]:
    """What a look at the ticket as it is would still write: nothing, but a due time that was dated a moment before."""
    plan = judged.plan
    for change in plan.changes:
        moved = change.desired - change.actual if change.field == "next_due_at" and change.actual else None  # type: ignore[operator]
        if moved is None or abs(moved) > MOMENT:
            yield change
    yield from (
        part for part in (plan.note, plan.memory, *plan.tells, *plan.findings, *plan.rungs, *plan.replies) if part
    )


def _check_clocks(town: Town, judged: Judged) -> None:
    """The clocks that are kept are those that the ticket as it is now has: runs, due times, states."""
    ticket = judged.read.ticket.id
    kept = {row.name: row for row in town.store.clocks.of(ticket)}
    wanted = {row.name: row for row in clock_rows(judged.verdict)}
    assert kept.keys() == wanted.keys(), ticket
    for name, row in wanted.items():
        assert kept[name].status == row.status, (ticket, kept[name], row)
        assert kept[name].run.partition("#")[2] == row.run.partition("#")[2], (ticket, kept[name], row)
        assert abs(kept[name].started_at - row.started_at) <= MOMENT, (ticket, kept[name], row)
        assert _one_due(kept[name].due_at, row.due_at, judged), (ticket, kept[name], row)


def _one_due(one: datetime, other: datetime, judged: Judged) -> bool:
    """Whether two due times are one told twice: a moment apart, or one before a break and one a moment after it."""
    low, high = sorted((one, other))
    return high - low <= MOMENT or judged.verdict.facts.calendar.between(low, high - MOMENT, "wm") < 1


def _lines(body: str) -> Iterator[str]:
    """The grounds of a note."""
    return (re.sub(r"<[^>]+>", " ", row) for row in re.findall(r"<tr><td.*?</tr>", body.partition("<details>")[2]))


def _doubled(town: Town, ticket: int) -> list[tuple[str, str, str]]:
    """Changes of ours that were made twice though nobody else had touched the field in between."""
    seen: set[tuple[str, str, str]] = set()
    doubled = []
    for entry in town.call("GET", f"ticket_history/{ticket}")["history"]:
        name = entry.get("attribute")
        if entry["object"] != "Ticket" or entry["type"] != "updated" or not name:
            continue
        if entry["created_by_id"] != town.processor.reader.me:
            seen = {change for change in seen if change[0] != name}
            continue
        change = (name, str(entry.get("value_from")), str(entry.get("value_to")))
        if change in seen:
            doubled.append(change)
        seen.add(change)
    return doubled
