"""One ticket from a delivery to a note: what is written, how often, and at which price."""

from dataclasses import replace
from typing import Any

import pytest

from integrations.store.records import MessageStatus
from integrations.zammad.sandbox import Fault
from jobs.outcomes import Outcome
from tests.jobs.conftest import Desk


def test_a_complaint_becomes_fields_and_one_note(desk: Desk) -> None:
    """2.1.3 the kind, 4.3.2 the deadline and the draft, in one write."""
    ticket = desk.complain()
    desk.settle()

    shown = desk.ticket(ticket)
    assert (shown["zhidu_kind"], shown["zhidu_severity"], shown["zhidu_stage"]) == ("complaint", "ordinary", "received")
    assert shown["preferences"]["zhidu"]["case"]
    (note,) = desk.notes(ticket)
    assert note["internal"] is True
    assert "We are sorry" in note["body"] or "歉" in note["body"]
    assert "Li Si" not in note["body"]


def test_our_own_write_comes_back_and_costs_no_read(desk: Desk) -> None:
    desk.complain()
    desk.settle()

    assert [outcome for _, outcome in desk.seen] == [Outcome.WRITTEN, Outcome.ECHO]
    calls = desk.box.counters.by_path
    assert calls["GET /api/v1/tickets/:id"] == 1
    assert calls["PUT /api/v1/tickets/:id"] == 1


def test_a_look_that_finds_nothing_new_writes_nothing(desk: Desk) -> None:
    ticket = desk.complain()
    desk.settle()
    before = desk.ticket(ticket)["updated_at"]

    for _ in range(3):
        desk.store.inbox.enqueue(ticket, "manual")
        desk.settle()

    assert [outcome for _, outcome in desk.seen[2:]] == [Outcome.SAME] * 3
    assert desk.ticket(ticket)["updated_at"] == before


@pytest.mark.parametrize("kind", ["lost_answer", "reset", "error", "rate_limit", "slow"])
def test_a_write_that_goes_wrong_is_made_once(desk: Desk, kind: str) -> None:
    """An answer that is lost may hide a write: it is looked for before it is repeated."""
    ticket = desk.complain()
    desk.box.faults.add(Fault(kind=kind, method="PUT", path=r"/tickets/\d+$", times=1, seconds=0.1))
    desk.settle()
    desk.clock.forward(minutes=5)
    desk.settle()

    assert len(desk.notes(ticket)) == 1
    assert len({article["body"] for article in desk.articles(ticket)}) == len(desk.articles(ticket))
    assert desk.store.inbox.depth().waiting == 0


def test_each_rung_takes_effect_once_however_often_the_case_is_looked_at(desk: Desk) -> None:
    """4.3.2: reminded at half of the time, once."""
    ticket = desk.complain(owner="agnes@example.com")
    desk.settle()
    desk.clock.forward(hours=1, minutes=5)

    for _ in range(4):
        desk.store.inbox.enqueue(ticket, "manual")
        desk.sweep()

    remembered = desk.ticket(ticket)["preferences"]["zhidu"]["fired"]["acknowledge"]["rungs"]
    assert remembered == ["50%"]
    waiting = desk.store.outbox.list(MessageStatus.WAITING)
    assert [message.message.to for message in waiting] == ["agnes@example.com"]


def test_after_a_long_silence_all_missed_rungs_are_one_write_and_one_message(desk: Desk) -> None:
    """Settled: effects of all missed rungs in one write; only the highest tells people."""
    ticket = desk.complain(owner="agnes@example.com")
    desk.settle()
    notes, puts = len(desk.notes(ticket)), desk.box.counters.by_path["PUT /api/v1/tickets/:id"]
    desk.clock.forward(hours=3)
    desk.sweep()

    shown = desk.ticket(ticket)
    assert desk.box.counters.by_path["PUT /api/v1/tickets/:id"] == puts + 1
    assert len(desk.notes(ticket)) == notes + 1
    assert (shown["owner_id"], shown["priority_id"]) == (desk.people["sup"], 3)
    assert desk.store.outbox.list(MessageStatus.WAITING) == ()
    codes = [record.finding.code for record in desk.store.findings.list()]
    assert codes.count("acknowledge_late") == 1


def test_a_persons_correction_wins(desk: Desk) -> None:
    """2.2.5: flags and severity set by an agent stay."""
    ticket = desk.complain("你们偷偷扣费，我要找记者曝光！")
    desk.settle()
    assert desk.ticket(ticket)["zhidu_severity"] == "major"
    desk.call(
        "PUT",
        f"tickets/{ticket}",
        {"zhidu_severity": "ordinary", "zhidu_flags": []},
        **{"X-On-Behalf-Of": "sup@example.com"},
    )
    desk.settle()

    assert desk.ticket(ticket)["zhidu_severity"] == "ordinary"
    assert desk.ticket(ticket)["zhidu_flags"] == []


def test_closing_without_cause_is_undone_and_named(desk: Desk) -> None:
    """4.3.6 cause, responsibility and remedy at close."""
    ticket = desk.complain(owner="agnes@example.com")
    desk.settle()
    desk.answer(ticket, "非常抱歉，我们将在3个工作日内答复您。", state="closed")
    desk.settle()

    assert desk.ticket(ticket)["state_id"] == 2
    assert desk.ticket(ticket)["zhidu_missing"]
    filled = {"zhidu_cause": "fees", "zhidu_responsible": "desk", "zhidu_remedy": "refunded", "state": "closed"}
    desk.call("PUT", f"tickets/{ticket}", filled, **{"X-On-Behalf-Of": "agnes@example.com"})
    desk.settle()

    shown = desk.ticket(ticket)
    assert (shown["state_id"], shown["zhidu_stage"]) == (4, "awaiting_satisfaction")


def test_an_older_ticket_is_observed_in_silence_until_somebody_touches_it(desk: Desk) -> None:
    """First start: nothing old is ever notified."""
    desk.clock.at = desk.clock.at.replace(day=4)
    old = desk.complain()
    desk.deliveries()
    desk.clock.at = desk.clock.at.replace(day=6)
    told = len(desk.box.notifications)
    desk.store.inbox.enqueue(old, "manual")
    desk.settle()

    assert desk.ticket(old)["zhidu_kind"] is None or desk.ticket(old)["zhidu_kind"] == ""
    assert (desk.notes(old), len(desk.box.notifications)) == ([], told)
    desk.answer(old, "您好，抱歉，明天下午五点前答复您。")
    desk.settle()
    assert desk.ticket(old)["zhidu_kind"] == "complaint"


def observed(desk: Desk, text: str = "你们偷偷扣费，我要找记者曝光！") -> int:
    """A ticket of weeks before the service began, looked at."""
    began = desk.clock.at
    desk.clock.at = began.replace(month=4, day=20)
    old = desk.complain(text)
    desk.deliveries()
    desk.clock.at = began
    desk.store.inbox.enqueue(old, "manual")
    desk.settle()
    assert desk.ticket(old)["preferences"]["zhidu"]["observed"] is True
    return old


def test_what_was_only_thought_in_silence_is_said_once_the_ticket_is_taken_in(desk: Desk) -> None:
    """First start: no rung that was missed is made up for, but who takes the ticket up is told what it is about."""
    old = observed(desk)
    fired = desk.ticket(old)["preferences"]["zhidu"]["fired"]
    assert fired["acknowledge"]["rungs"]
    assert "done" not in desk.ticket(old)["preferences"]["zhidu"]
    desk.call("PUT", f"tickets/{old}", {"owner_id": desk.people["agnes"]}, **{"X-On-Behalf-Of": "agnes@example.com"})
    desk.settle()

    (note,) = desk.notes(old)
    assert "blockquote" in note["body"]
    assert f'data-mention-user-id="{desk.people["sup"]}"' in note["body"] or "Su Chen" in note["body"]
    assert desk.ticket(old)["preferences"]["zhidu"]["fired"] == fired
    assert desk.store.outbox.list(MessageStatus.WAITING) == ()
    assert desk.store.findings.list() == ()


@pytest.mark.parametrize(
    "effect",
    [
        {"article.note": {"body": "seen", "internal": "true", "subject": "s"}},
        {"ticket.priority_id": {"value": "3"}},
    ],
    ids=["a note", "a field"],
)
def test_a_trigger_of_the_helpdesk_does_not_take_an_older_ticket_in(desk: Desk, effect: dict[str, Any]) -> None:
    old = observed(desk)
    condition = {"ticket.action": {"operator": "is", "value": "update"}}
    made = {"name": "a", "condition": condition, "perform": effect, "execution_condition_mode": "always"}
    desk.call("POST", "triggers", made | {"activator": "action", "active": True})
    desk.call("PUT", f"tickets/{old}", {"preferences": {"other": 1}})
    desk.settle()
    count = len(desk.articles(old)) + desk.ticket(old)["priority_id"]
    assert count == 4

    desk.store.inbox.enqueue(old, "manual")
    desk.settle()

    assert desk.notes(old) == []
    assert desk.ticket(old)["preferences"]["zhidu"]["observed"] is True


def test_a_customers_message_takes_an_older_ticket_in(desk: Desk) -> None:
    old = observed(desk)
    article = {"body": "还没有结果吗？", "type": "web", "sender": "Customer", "internal": False}
    desk.call("PUT", f"tickets/{old}", {"article": article}, **{"X-On-Behalf-Of": "agnes@example.com"})
    desk.settle()

    assert len(desk.notes(old)) == 1


def test_a_delivery_that_never_came_is_made_up_by_reconciling(desk: Desk) -> None:
    assert desk.reconcile() == 0
    ticket = desk.complain()
    desk.deliveries()
    desk.clock.forward(minutes=2)

    assert desk.reconcile() == 1
    desk.settle()
    assert desk.ticket(ticket)["zhidu_kind"] == "complaint"
    desk.clock.forward(minutes=2)
    assert desk.reconcile() == 0


def test_three_customers_with_one_cause_are_a_group(desk: Desk) -> None:
    """4.3.6: found for all three, whoever came last."""
    tickets = []
    for number in range(3):
        ticket = desk.complain(customer=None, customer_id=f"guess:customer{number}@example.com")
        desk.settle()
        desk.call("PUT", f"tickets/{ticket}", {"zhidu_cause": "double fee"}, **{"X-On-Behalf-Of": "agnes@example.com"})
        tickets.append(ticket)
        desk.settle()

    assert all("group" in desk.ticket(ticket)["zhidu_flags"] for ticket in tickets)
    assert {desk.ticket(ticket)["zhidu_severity"] for ticket in tickets} == {"major"}


def test_a_customer_who_complains_again_is_a_repeat(desk: Desk) -> None:
    """2.2.5: within 90 days."""
    first = desk.complain()
    desk.settle()
    desk.clock.forward(days=20)
    second = desk.complain()
    desk.settle()

    assert desk.ticket(first)["zhidu_flags"] == []
    assert desk.ticket(second)["zhidu_flags"] == ["repeat"]


def test_merged_tickets_are_one_case_from_the_first_receipt_on(desk: Desk) -> None:
    """Settled: the target is looked at, the earliest start wins, findings move."""
    first = desk.complain()
    desk.settle()
    desk.clock.forward(hours=1)
    second = desk.complain()
    desk.settle()
    received = desk.ticket(first)["zhidu_received_at"]
    number = desk.ticket(second)["number"]
    desk.call("PUT", f"ticket_merge/{first}/{number}")
    desk.settle()

    assert (first, Outcome.OVER) in desk.seen
    assert desk.store.clocks.of(first) == ()
    assert desk.store.cases.of(first) == desk.store.cases.of(second)
    assert desk.ticket(second)["zhidu_received_at"] == received


def test_a_dry_run_says_what_it_would_do_and_does_nothing(desk: Desk, capsys: pytest.CaptureFixture[str]) -> None:
    ticket = desk.complain()
    before = desk.ticket(ticket)["updated_at"]
    desk.processor = replace(desk.processor, dry_run=True)
    desk.settle()

    assert desk.ticket(ticket)["updated_at"] == before
    assert desk.store.decisions.list() == ()
    assert desk.store.clocks.of(ticket) == ()
    assert "set kind=complaint" in capsys.readouterr().out


def test_a_change_of_policy_changes_fields_and_tells_nobody(desk: Desk) -> None:
    """What the new policy makes late in hindsight is no departure; who works on the case hears when they touch it."""
    ticket = desk.complain()
    desk.settle()
    told, notes = len(desk.store.outbox.list(MessageStatus.WAITING)), len(desk.notes(ticket))
    desk.clock.forward(hours=30)
    desk.store.inbox.enqueue(ticket, "policy")
    desk.settle()

    shown = desk.ticket(ticket)
    assert "acknowledge" in shown["preferences"]["zhidu"]["fired"]
    assert "100%" in shown["preferences"]["zhidu"]["fired"]["acknowledge"]["rungs"]
    assert (len(desk.store.outbox.list(MessageStatus.WAITING)), len(desk.notes(ticket))) == (told, notes)
    assert desk.store.findings.list() == ()

    desk.sweep()
    assert desk.store.findings.list() == ()


def test_an_adopted_ticket_gets_its_fields_without_a_word(desk: Desk) -> None:
    old = observed(desk)
    desk.store.inbox.enqueue(old, "adopt")
    desk.settle()

    shown = desk.ticket(old)
    assert (shown["zhidu_kind"], shown["zhidu_severity"]) == ("complaint", "major")
    assert shown["zhidu_next_due_at"]
    assert "observed" not in shown["preferences"]["zhidu"]
    assert (desk.notes(old), desk.store.outbox.list(MessageStatus.WAITING), desk.store.findings.list()) == ([], (), ())

    desk.call("PUT", f"tickets/{old}", {"owner_id": desk.people["agnes"]}, **{"X-On-Behalf-Of": "agnes@example.com"})
    desk.settle()
    assert len(desk.notes(old)) == 1


def test_a_person_s_change_with_a_change_of_policy_is_answered_aloud(desk: Desk) -> None:
    ticket = desk.complain()
    desk.store.inbox.enqueue(ticket, "policy")
    desk.settle()

    assert len(desk.notes(ticket)) == 1
