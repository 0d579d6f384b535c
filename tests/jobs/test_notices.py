"""The customer hears of the result by their own channel; what does not reach them is tried again, then seen. 4.2.5."""

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from integrations.notify.smtp import SmtpMailer, SmtpSettings
from integrations.store.records import Finding, MessageStatus
from jobs.post import Post
from tests.integrations.notify.conftest import Running, Script
from tests.jobs.conftest import Desk, make_desk
from tests.jobs.test_post import Counted, gateway
from zhidu.policy import Policy
from zhidu.provisioning import needs_of

AGENT = {"X-On-Behalf-Of": "agnes@example.com"}
DONE = {
    "zhidu_identity_method": "counter",
    "zhidu_identity_of": "holder",
    "zhidu_answer_summary": "changed",
    "zhidu_stage": "done",
}


@pytest.fixture
def desk(tmp_path: Path, policy: Policy) -> Iterator[Desk]:
    needs = needs_of(policy.modules[name] for name in ("core", "intake", "business"))
    yield from make_desk(tmp_path, policy, needs)


def carried_out(desk: Desk, channel: str, **customer: str) -> int:
    """A change of details that came by a channel, checked, made and recorded."""
    article = {"body": "Please update my address, I have moved.", "type": channel, "sender": "Customer"}
    found = desk.call("POST", "users", {"firstname": "Wei", "lastname": "Zhang", "roles": ["Customer"], **customer})
    wanted = {"title": "a request", "group": "Users", "customer_id": found["id"], "zhidu_kind": "business"}
    ticket = int(desk.call("POST", "tickets", {**wanted, "article": article | {"internal": False}})["id"])
    desk.settle()
    assets = desk.call("GET", f"tickets/{ticket}?all=true")["assets"]
    for item in assets["ChecklistItem"]:
        desk.call("PUT", f"checklist_items/{item}", {"checked": True}, **AGENT)
    desk.call("PUT", f"tickets/{ticket}", DONE, **AGENT)
    desk.settle()
    return ticket


def post(desk: Desk, **by: Any) -> Post:
    return Post(store=desk.store, meter=Counted(), **({"mailer": None} | by))


def findings(desk: Desk) -> list[Finding]:
    records = desk.store.findings.list(limit=100)
    return [record.finding for record in records if record.finding.code == "notice_failed"]


def statuses(desk: Desk) -> list[tuple[str, MessageStatus]]:
    kinds = ("sms", "messenger", "mail")
    stored = [parcel for status in MessageStatus for parcel in desk.store.outbox.list(status)]
    told = [one for one in stored if one.message.kind in kinds and "completion" in one.message.key]
    return [(one.message.kind, one.status) for one in told]


def is_seen(desk: Desk, ticket: int) -> None:
    """That it did not reach them is a finding, the stage is back, and a note asks for another way; once."""
    assert desk.ticket(ticket)["zhidu_stage"] == "done"
    assert [(found.clause, found.ticket_id) for found in findings(desk)] == [("4.2.5", ticket)]
    words = "did not reach the customer: please tell them by another way"
    assert sum(words in note["body"] for note in desk.notes(ticket)) == 1


def is_told_by_a_person(desk: Desk, ticket: int) -> None:
    desk.answer(ticket, "Mr Zhang, your address is changed. Thank you for calling.")
    desk.settle()
    assert desk.ticket(ticket)["zhidu_stage"] == "customer_told"


def test_by_telephone_came_by_sms_told(desk: Desk) -> None:
    ticket = carried_out(desk, "phone", mobile="+8613800138000", email="zhang.wei@example.com")
    assert desk.ticket(ticket)["zhidu_stage"] == "customer_told"

    with gateway(desk.clock.now) as (way, taken):
        assert post(desk, gateway=way).run() == 1

    assert [(told["channel"], told["to"]) for told in taken] == [("sms", "+8613800138000")]
    assert "is done: Your details have been changed" in taken[0]["text"]
    assert statuses(desk) == [("sms", MessageStatus.SENT)]


def test_a_gateway_that_is_busy_is_asked_again_with_the_same_message(desk: Desk) -> None:
    ticket = carried_out(desk, "phone", mobile="+8613800138000")

    with gateway(desk.clock.now, 503, 429) as (way, taken):
        for _ in range(3):
            post(desk, gateway=way).run()
            desk.clock.forward(minutes=30)

    assert len(taken) == 3
    assert len({told["id"] for told in taken}) == 1
    assert statuses(desk) == [("sms", MessageStatus.SENT)]
    assert desk.ticket(ticket)["zhidu_stage"] == "customer_told"
    assert findings(desk) == []


@pytest.mark.parametrize("answers", [(422,), (503,) * 99], ids=["refused", "never there"])
def test_what_a_gateway_never_takes_is_seen(desk: Desk, answers: tuple[int, ...]) -> None:
    ticket = carried_out(desk, "phone", mobile="+8613800138000")

    with gateway(desk.clock.now, *answers) as (way, _):
        for _ in range(40):
            post(desk, gateway=way).run()
            desk.clock.forward(hours=6)

    assert statuses(desk) == [("sms", MessageStatus.DEAD)]
    desk.settle()
    is_seen(desk, ticket)
    is_told_by_a_person(desk, ticket)


SERVERS: dict[str, tuple[dict[str, str], MessageStatus]] = {
    "taken": ({}, MessageStatus.SENT),
    "nobody of that name": ({"rcpt": "550 5.1.1 no such user"}, MessageStatus.DEAD),
}


@pytest.mark.parametrize(("script", "status"), SERVERS.values(), ids=SERVERS)
def test_where_the_desk_has_no_address_the_company_s_server_mails(
    desk: Desk, script: dict[str, str], status: MessageStatus
) -> None:
    ticket = carried_out(desk, "web", email="zhang.wei@example.com")
    with ExitStack() as ends:
        server = Running(Script(**script))
        ends.callback(server.stop)
        settings = SmtpSettings(host="127.0.0.1", port=server.port, sender="desk@example.com", security="none")
        post(desk, mailer=SmtpMailer(settings, now=desk.clock.now)).run()

    assert statuses(desk) == [("mail", status)]
    desk.settle()
    if status is MessageStatus.SENT:
        assert [to for _, to in server.script.envelopes if "zhang.wei@example.com" in to] == [["zhang.wei@example.com"]]
        assert desk.ticket(ticket)["zhidu_stage"] == "customer_told"
    else:
        is_seen(desk, ticket)


MAILS = {"an address that is there": "zhang.wei@example.com", "one that is not": "zhang.wei@gone.invalid"}


@pytest.mark.parametrize("address", MAILS.values(), ids=MAILS)
def test_a_mail_from_the_ticket_is_tried_by_the_helpdesk_and_its_failure_seen(desk: Desk, address: str) -> None:
    """Zammad tries four times, then says so on the ticket and opens it: the notice counts as given up."""
    desk.box.give_group_address(1)
    desk.processor.reader.names.refresh()
    ticket = carried_out(desk, "web", email=address)
    desk.settle()

    sent = [article for article in desk.notes(ticket) if article["type"] == "email"]
    assert [article["to"] for article in sent] == [address]
    assert statuses(desk) == []
    if address.endswith(".invalid"):
        assert sent[0]["preferences"]["delivery_retry"] == 4
        is_seen(desk, ticket)
        is_told_by_a_person(desk, ticket)
    else:
        assert desk.ticket(ticket)["zhidu_stage"] == "customer_told"
        assert findings(desk) == []
