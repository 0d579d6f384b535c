"""No stage of a request is skipped, whatever an agent writes: each skip is tried in the helpdesk. 2.1.2, 4.2.1–5."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.jobs.conftest import Desk, make_desk
from zhidu.policy import Policy
from zhidu.provisioning import needs_of

AGENT = {"X-On-Behalf-Of": "agnes@example.com"}
PEOPLE = """
posts:
  specialist: [agnes@example.com, bo@example.com]
  supervisor: [sup@example.com]
  manager: [mgr@example.com]
desks:
  Users: {supervisor: sup@example.com, manager: mgr@example.com, kind: business, language: en}
  Complaints: {supervisor: sup@example.com, manager: mgr@example.com, department: accounts, language: en}
"""
STAGES = ("received", "identity_verified", "documents_complete", "with_department", "done", "customer_told")
IDENTITY = {"zhidu_identity_method": "counter", "zhidu_identity_of": "holder"}
RESULT = {"zhidu_answer_summary": "closed"}


@pytest.fixture
def desk(tmp_path: Path, policy: Policy) -> Iterator[Desk]:
    """Without the forms that ask for what a stage needs: they bind no interface, and a company may switch them off."""
    needs = needs_of(policy.modules[name] for name in ("core", "intake", "business"))
    yield from make_desk(tmp_path, policy, needs.model_copy(update={"core_workflows": ()}), people=PEOPLE)


def put(desk: Desk, ticket: int, **fields: Any) -> None:
    desk.call("PUT", f"tickets/{ticket}", fields, **AGENT)
    desk.settle()


def tick(desk: Desk, ticket: int) -> None:
    for item in desk.call("GET", f"tickets/{ticket}?all=true")["assets"]["ChecklistItem"]:
        desk.call("PUT", f"checklist_items/{item}", {"checked": True}, **AGENT)


def asked(desk: Desk, stage: str) -> int:
    """An account to be closed, by a department, that has come as far as the stage in the right way."""
    ticket = desk.complain("Please close my account.", title="a request", group="Users", owner="agnes@example.com")
    desk.settle()
    assert desk.ticket(ticket)["zhidu_business_type"] == "account_closing"
    steps: tuple[dict[str, str], ...] = (IDENTITY, {}, {}, RESULT, {})
    for name, evidence in zip(STAGES[1:], steps, strict=True):
        if STAGES.index(name) > STAGES.index(stage):
            break
        if name == "documents_complete":
            tick(desk, ticket)
        put(desk, ticket, zhidu_stage=name, **evidence)
        assert desk.ticket(ticket)["zhidu_stage"] == ("customer_told" if name == "done" else name)
    return ticket


SKIPS = {
    f"{have} to {to}": (have, to)
    for place, have in enumerate(STAGES[:4])
    for to in STAGES[place + (1 if have == "received" else 2) :]
    if (have, to) != ("identity_verified", "documents_complete")
}


@pytest.mark.parametrize(("have", "to"), SKIPS.values(), ids=SKIPS)
def test_a_stage_that_is_skipped_comes_back_with_what_is_missing(desk: Desk, have: str, to: str) -> None:
    ticket = asked(desk, have)
    notes = len(desk.notes(ticket))

    put(desk, ticket, zhidu_stage=to)

    assert desk.ticket(ticket)["zhidu_stage"] == have
    assert desk.ticket(ticket)["group_id"] == (2 if have == "with_department" else 1)
    fresh = [note["body"] for note in desk.notes(ticket)[notes:]]
    assert sum("still missing" in body for body in fresh) == 1


@pytest.mark.parametrize("have", STAGES[:4])
def test_a_request_that_is_closed_too_early_is_open_again(desk: Desk, have: str) -> None:
    ticket = asked(desk, have)

    put(desk, ticket, state="closed")

    assert desk.ticket(ticket)["zhidu_stage"] == have
    assert desk.call("GET", f"tickets/{ticket}?expand=true")["state"] == "open"
    assert sum("It can be closed once this is there" in note["body"] for note in desk.notes(ticket)) == 1


@pytest.mark.parametrize("have", STAGES[:2])
def test_moving_the_group_skips_nothing(desk: Desk, have: str) -> None:
    ticket = asked(desk, have)

    put(desk, ticket, group="Complaints")

    assert (desk.ticket(ticket)["group_id"], desk.ticket(ticket)["zhidu_stage"]) == (1, have)


def test_moving_the_group_of_a_complete_request_hands_it_over(desk: Desk) -> None:
    ticket = asked(desk, "documents_complete")

    put(desk, ticket, group="Complaints")

    assert desk.ticket(ticket)["zhidu_stage"] == "with_department"
    assert [clock.clause for clock in desk.store.clocks.of(ticket) if clock.name == "department"] == ["4.2.4"]


def test_all_at_once_with_its_evidence_is_no_skip(desk: Desk) -> None:
    """What counts is that the evidence is there, not by how many clicks it came."""
    ticket = asked(desk, "received")
    tick(desk, ticket)

    put(desk, ticket, zhidu_stage="with_department", **IDENTITY)

    assert desk.ticket(ticket)["zhidu_stage"] == "with_department"
