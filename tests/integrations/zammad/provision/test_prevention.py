"""What the shipped modules ask of an agent's form, and when: tried as an agent's writes, which forms and interface bind
alike. Our own user is bound by none of it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime
from typing import Any

import pytest

from integrations.zammad.client import Client
from integrations.zammad.provision.record import Forgetful
from integrations.zammad.provision.wanted import Hook, Site
from integrations.zammad.provision.whole import provision
from integrations.zammad.sandbox import Sandbox, serve
from integrations.zammad.transport import Connection
from tests.provisioned import at_once
from zhidu.calendars import load_calendars
from zhidu.policy import load_policy
from zhidu.provisioning import needs_of

NOW = datetime(2026, 5, 6, 1, 0, tzinfo=UTC)
AGNES = "agnes@example.com"


def call(box: Sandbox, method: str, path: str, json: object = None, by: str | None = None) -> tuple[int, Any]:
    """As zhidu itself, or in a person's name."""
    return box.request(method, f"/api/v1/{path}", json=json, headers={"X-On-Behalf-Of": by} if by else None)


@pytest.fixture(scope="module")
def box() -> Sandbox:
    """A helpdesk as `zhidu apply` leaves it for the shipped modules."""
    made = Sandbox(now=lambda: NOW, token="t")
    made.add_person(login=AGNES, email=AGNES, password="pw", roles=["Agent"], groups={"Users": ["full"]})
    made.add_person(login="li.si@example.com", email="li.si@example.com", roles=["Customer"])
    hook = Hook(endpoint="http://127.0.0.1:9/hooks/zammad", secret="s")
    site = Site(tongue="zh-CN", hook=hook, groups=(), calendars=load_calendars(), today=date(2026, 5, 6))
    with serve(made, deliver=False) as url:
        client = Client(Connection(url=url, token="t"))
        provision(client, needs_of(load_policy(None).modules.modules), site, Forgetful(), at_once)
    return made


@pytest.fixture
def ticket(box: Sandbox) -> int:
    article = {"body": "扣错了", "type": "web", "sender": "Customer", "internal": False}
    body = {"title": "t", "group": "Users", "customer": "li.si@example.com", "article": article}
    return int(call(box, "POST", "tickets", body)[1]["id"])


FILLED = {"zhidu_cause": "收费争议", "zhidu_responsible": "客服", "zhidu_remedy": "退费"}
COMPLAINT = {"zhidu_kind": "complaint"}
ASKED: Mapping[str, tuple[dict[str, Any], dict[str, Any], str | None]] = {
    # row: the ticket, the write, what is missing
    "4.3.6 a complaint closed bare": (COMPLAINT, {"state": "closed"}, "zhidu_cause"),
    "4.3.6 a complaint closed with all": (COMPLAINT, {"state": "closed", **FILLED}, None),
    "4.3.6 a technical matter needs none of it": ({"zhidu_kind": "support"}, {"state": "closed"}, None),
    "2.2.4 a complaint to nobody's department": (COMPLAINT, {"zhidu_stage": "with_department"}, "zhidu_responsible"),
    "2.2.4 and to a department": (
        COMPLAINT,
        {"zhidu_stage": "with_department", "zhidu_responsible": "cards"},
        None,
    ),
    "1.3.2 an extension without a reason": (COMPLAINT, {"zhidu_extension": "asked"}, "zhidu_extension_reason"),
    "4.3.5 closed against the customer's no": (
        COMPLAINT | {"zhidu_satisfaction": "dissatisfied"},
        {"state": "closed", **FILLED},
        "zhidu_exhausted_remedy",
    ),
    "1.3.2 waiting without saying for whom": (
        {},
        {"state": "pending reminder", "pending_time": "2026-05-09T01:00:00Z"},
        "zhidu_waiting_for",
    ),
    "4.1.6 an inquiry closed without category": ({"zhidu_kind": "inquiry"}, {"state": "closed"}, "zhidu_category"),
    "4.2.1 a request's identity check without whose": (
        {"zhidu_kind": "business", "zhidu_business_type": "loss_report"},
        {"zhidu_stage": "identity_verified", "zhidu_identity_method": "phone"},
        "zhidu_identity_of",
    ),
    "4.2.6 a request done without a result": (
        {"zhidu_kind": "business"},
        {"zhidu_stage": "done"},
        "zhidu_answer_summary",
    ),
    "4.2.3 an identity check without a method": ({}, {"zhidu_stage": "identity_verified"}, "zhidu_identity_method"),
    "4.2.3 a request handed over unchecked": (
        {"zhidu_kind": "business"},
        {"zhidu_stage": "with_department"},
        "zhidu_identity_method",
    ),
}


@pytest.mark.parametrize(("given", "write", "missing"), ASKED.values(), ids=ASKED)
def test_an_agent_is_asked_at_the_moment_it_is_needed(
    given: dict[str, Any], write: dict[str, Any], missing: str | None, box: Sandbox, ticket: int
) -> None:
    assert call(box, "PUT", f"tickets/{ticket}", given)[0] == 200

    status, answer = call(box, "PUT", f"tickets/{ticket}", write, by=AGNES)

    assert (status, missing is None or f"'{missing}'" in str(answer)) == (200 if missing is None else 422, True)


CREATED: Mapping[str, tuple[dict[str, Any], str | None]] = {
    # row: what a new ticket is, what is missing
    "4.3.6 a complaint by telephone, closed at once": (COMPLAINT | {"state": "closed"}, "zhidu_cause"),
    "4.3.6 closed at once with all": (COMPLAINT | {"state": "closed", **FILLED}, None),
    "4.1.5 an inquiry answered at once": ({"zhidu_kind": "inquiry", "state": "closed"}, "zhidu_category"),
    "1.3.2 waiting from the start": (
        {"state": "pending reminder", "pending_time": "2026-05-09T01:00:00Z"},
        "zhidu_waiting_for",
    ),
    "a complaint that stays open": (COMPLAINT, None),
}


@pytest.mark.parametrize(("made", "missing"), CREATED.values(), ids=CREATED)
def test_an_agent_is_asked_when_a_ticket_is_made(made: dict[str, Any], missing: str | None, box: Sandbox) -> None:
    article = {"body": "来电", "type": "phone", "sender": "Customer", "internal": False}
    whole = {"title": "t", "group": "Users", "customer": "li.si@example.com", "article": article, **made}

    status, answer = call(box, "POST", "tickets", whole, by=AGNES)

    assert (status, missing is None or f"'{missing}'" in str(answer)) == (201 if missing is None else 422, True)


def test_what_is_asked_at_creation_can_be_filled_in_there(box: Sandbox) -> None:
    """A field that a form does not show cannot be mandatory in it, nor be put into it by a template."""
    on_create = {row["name"] for row in box.desk.attributes if "create_middle" in (row["screens"] or {})}
    put = {name for row in box.desk.table("templates") for name in row["options"]}
    asked = {
        name
        for row in box.desk.table("core_workflows")
        if "create_middle" in row["preferences"].get("screen", ())
        for name, effect in row["perform"].items()
        if "set_mandatory" in effect["operator"]
    }
    named = {name.removeprefix("ticket.") for name in put | asked if name.startswith("ticket.zhidu_")}
    assert "zhidu_kind" in named
    assert named <= on_create


def test_nobody_is_no_answer_to_whom_one_waits_for(box: Sandbox) -> None:
    (field,) = [row for row in box.desk.attributes if row["name"] == "zhidu_waiting_for"]
    assert set(field["data_option"]["options"]) == {"customer", "department", "appraisal"}


@pytest.mark.parametrize(("given", "write", "missing"), ASKED.values(), ids=ASKED)
def test_zhidu_itself_is_asked_nothing(
    given: dict[str, Any], write: dict[str, Any], missing: str | None, box: Sandbox, ticket: int
) -> None:
    assert call(box, "PUT", f"tickets/{ticket}", given | write)[0] == 200


def test_a_referral_is_left_no_closing_state_to_choose(box: Sandbox) -> None:
    """Which values a list offers is the form's; the rule is the net for what comes by other ways."""
    states = {row["id"]: row["name"] for row in call(box, "GET", "ticket_states")[1]}
    (workflow,) = [row for row in call(box, "GET", "core_workflows")[1] if "监管" in row["name"]]
    left = workflow["perform"]["ticket.state_id"]["set_fixed_to"]
    assert [states[int(one)] for one in left] == ["new", "open", "pending reminder"]
