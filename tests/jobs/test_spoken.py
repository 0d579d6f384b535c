"""4.3.5, 1.3.1 What a customer says between a closing and the first look at it is heard by that very look."""

from typing import Any

import pytest

from tests.jobs.conftest import Desk

COMPLETE = {"zhidu_cause": "重复扣费", "zhidu_responsible": "客服", "zhidu_remedy": "退还年费"}
AGENT = {"X-On-Behalf-Of": "agnes@example.com"}
CUSTOMER = {"X-On-Behalf-Of": "li.si@example.com"}

SAID = {
    # row                             text                          channel   state     stage       satisfaction  graver
    "satisfied, the ticket lies": ("已收到退款，满意，谢谢。", "web", "closed", "ended", "satisfied", False),
    "satisfied, the mail opened it": ("已收到退款，满意，谢谢。", "email", "closed", "ended", "satisfied", False),
    "not satisfied, the ticket lies": ("不满意，问题没有解决。", "web", "open", "handling", None, True),
    "not satisfied, the mail opened it": ("不满意，问题没有解决。", "email", "open", "handling", None, True),
}


@pytest.mark.parametrize(("text", "channel", "state", "stage", "satisfaction", "graver"), SAID.values(), ids=SAID)
def test_it_is_heard_at_once(
    text: str, channel: str, state: str, stage: str, satisfaction: str | None, graver: bool, desk: Desk
) -> None:
    """One look; the customer is not asked what they have said, and the next look finds nothing to do."""
    ticket = desk.complain()
    desk.settle()
    desk.answer(ticket, "非常抱歉给您带来不便，我们将在5月8日17点前答复您。", state="open")
    desk.settle()
    before = desk.ticket(ticket)
    written = {note["preferences"]["zhidu"]["key"] for note in desk.notes(ticket)}
    desk.clock.forward(hours=1)
    desk.call("PUT", f"tickets/{ticket}", COMPLETE | {"state": "closed"}, **AGENT)
    desk.clock.forward(seconds=40)
    article = {"ticket_id": ticket, "body": text, "type": channel, "sender": "Customer", "internal": False}
    desk.call("POST", "ticket_articles", article | {"from": "li.si@example.com", "to": "desk@example.com"})
    if channel == "email":
        desk.call("PUT", f"tickets/{ticket}", {"state": "open"}, **CUSTOMER)

    desk.settle()

    after = desk.ticket(ticket)
    assert name_of(desk, after) == state
    assert (after["zhidu_stage"], after["zhidu_satisfaction"] or None) == (stage, satisfaction)
    assert (after["zhidu_severity"] != before["zhidu_severity"]) is graver
    keys = [note["preferences"]["zhidu"]["key"] for note in desk.notes(ticket)]
    assert not any("completion" in key for key in set(keys) - written)
    assert len(keys) == len(set(keys))
    looks = len(desk.seen)
    desk.store.inbox.enqueue(ticket, "by hand")
    desk.settle()
    assert [outcome.name for _, outcome in desk.seen[looks:]] == ["SAME"]


def name_of(desk: Desk, ticket: dict[str, Any]) -> str:
    return next(str(one["name"]) for one in desk.call("GET", "ticket_states") if one["id"] == ticket["state_id"])
