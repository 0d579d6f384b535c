"""The helpdesk away for an hour: everything catches up, in order per ticket, and nobody is stormed with messages."""

import itertools
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from integrations.store.records import EntryStatus, MessageStatus
from jobs.outcomes import Outcome
from policies.kernel.provisioning import Needs
from tests.resilience.conftest import Desk, make_desk
from zhidu.policy import Policy

TICKETS = 12


def _day(desk: Desk, *, away: bool) -> dict[str, Any]:
    """A morning: complaints at nine, an hour without the helpdesk's answers or with them, another hour."""
    tickets = [desk.complain(owner="agnes@example.com") for _ in range(TICKETS)]
    if away:
        desk.box.faults.outage(3600)
    for minute in range(0, 180, 5):
        desk.clock.forward(minutes=5)
        if not away or minute >= 60:
            # People can work at the desk again as well.
            if minute == 60:
                for ticket in tickets[:4]:
                    desk.answer(ticket, "您好，非常抱歉，我们将在今天下午五点前答复您。")
            _deliver(desk)
        else:
            _deliver(desk)
        desk.workers.drain()
        _sweep(desk)
    desk.settle()
    return {
        "fields": [_fields(desk, ticket) for ticket in tickets],
        "notes": sum(len(desk.notes(ticket)) for ticket in tickets),
        "puts": Counter(desk.box.counters.by_path)["PUT /api/v1/tickets/:id"],
        "told": len(desk.box.notifications),
        "mails": len(desk.store.outbox.list(MessageStatus.WAITING)),
        "dead": desk.store.inbox.depth().dead,
        "clocks": [sorted((row.name, row.due_at) for row in desk.store.clocks.of(ticket)) for ticket in tickets],
        "lives": [[outcome for number, outcome in desk.seen if number == ticket] for ticket in tickets],
    }


def _deliver(desk: Desk) -> None:
    for delivery in desk.deliveries():
        desk.store.inbox.accept(delivery)


def _sweep(desk: Desk) -> None:
    due = desk.store.clocks.due(desk.clock.now(), 500)
    if due:
        desk.store.inbox.enqueue_all(due, "due")
    desk.workers.drain()


def _fields(desk: Desk, ticket: int) -> dict[str, Any]:
    kept = desk.ticket(ticket)
    return {name: kept[name] for name in kept if name.startswith("zhidu_") or name in ("owner_id", "priority_id")}


def test_an_hour_without_the_helpdesk(tmp_path: Path, policy: Policy, needs: Needs) -> None:
    days = []
    for away in (False, True):
        folder = tmp_path / str(away)
        folder.mkdir()
        for desk in make_desk(folder, policy, needs):
            days.append(_day(desk, away=away))
    calm, away = days

    assert away["dead"] == 0
    assert away["fields"] == calm["fields"]
    assert away["clocks"] == calm["clocks"]
    # What was missed is made up in fewer writes and messages, never in more.
    assert TICKETS <= away["puts"] <= calm["puts"]
    assert away["notes"] <= calm["notes"]
    assert away["told"] <= calm["told"]
    assert away["mails"] <= calm["mails"]
    assert all(Outcome.RETRIED in life and Outcome.WRITTEN in life for life in away["lives"])


def test_while_the_helpdesk_is_away_it_is_not_hammered(desk: Desk) -> None:
    """Each ticket waits longer after each failure; the attempts of an hour are few."""
    ticket = desk.complain()
    _deliver(desk)
    desk.box.faults.outage(3600)
    for _ in itertools.repeat(None, 3600 // 5 + 200):
        desk.clock.forward(seconds=5)
        desk.workers.drain()

    outcomes = Counter(outcome for number, outcome in desk.seen if number == ticket)
    assert outcomes[Outcome.WRITTEN] == 1
    assert 1 <= outcomes[Outcome.RETRIED] <= 15


@pytest.mark.parametrize("hours", [3, 12])
def test_a_longer_outage_leaves_no_ticket_behind(desk: Desk, hours: int) -> None:
    """When the attempts are used up, the ticket is among the dead letters and can be replayed; reconciling finds it
    as well."""
    desk.reconcile()
    tickets = [desk.complain() for _ in range(3)]
    _deliver(desk)
    desk.box.faults.outage(3600 * hours)
    for _ in range(hours * 12 + 2):
        desk.clock.forward(minutes=5)
        desk.workers.drain()
    if desk.store.inbox.depth().dead:
        assert desk.reconcile() == len(tickets)
    desk.settle()

    assert desk.store.inbox.depth().dead == 0
    if hours > 4:
        assert all(entry.error for entry in desk.store.inbox.list(EntryStatus.DONE) if entry.attempts == 30)
        assert any(entry.attempts == 30 for entry in desk.store.inbox.list(EntryStatus.DONE))

    assert [desk.ticket(ticket)["zhidu_kind"] for ticket in tickets] == ["complaint"] * 3
