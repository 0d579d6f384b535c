"""The documents of a request stand on the ticket's own checklist, a line each, put there once. 4.2.3."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any, NoReturn

import pytest

from integrations.zammad.client import Client
from integrations.zammad.errors import Refused
from integrations.zammad.sandbox.faults import Fault
from tests.jobs.conftest import Desk, make_desk
from zhidu.policy import Policy
from zhidu.provisioning import needs_of

AGENT = {"X-On-Behalf-Of": "agnes@example.com"}
CERTIFICATE = ["Valid identity document", "Application form"]


@pytest.fixture
def desk(tmp_path: Path, policy: Policy) -> Iterator[Desk]:
    needs = needs_of(policy.modules[name] for name in ("core", "intake", "business"))
    yield from make_desk(tmp_path, policy, needs)


def ask(desk: Desk, text: str = "I need a bank certificate for my visa, please.", **fields: Any) -> int:
    wanted: dict[str, Any] = {"title": "a request", "group": "Users", "zhidu_kind": "business"}
    return desk.complain(text, **(wanted | fields))


def items(desk: Desk, ticket: int) -> list[dict[str, Any]]:
    assets = desk.call("GET", f"tickets/{ticket}?all=true")["assets"]
    lists = assets.get("Checklist") or {}
    return [assets["ChecklistItem"][str(id)] for one in lists.values() for id in one["sorted_item_ids"]]


def lines(desk: Desk, ticket: int) -> list[tuple[str, bool]]:
    return [(item["text"], item["checked"]) for item in items(desk, ticket)]


def tick(desk: Desk, ticket: int, *texts: str) -> None:
    for item in items(desk, ticket):
        if item["text"] in texts:
            desk.call("PUT", f"checklist_items/{item['id']}", {"checked": True}, **AGENT)


def begun(desk: Desk) -> int:
    return desk.box.counters.by_path.get("POST /api/v1/checklists", 0)


def said(desk: Desk, ticket: int, words: str) -> int:
    return sum(words in note["body"] for note in desk.notes(ticket))


def test_the_first_look_lists_the_documents(desk: Desk) -> None:
    ticket = ask(desk)
    desk.settle()

    assert desk.ticket(ticket)["zhidu_business_type"] == "certificate"
    assert lines(desk, ticket) == [(text, False) for text in CERTIFICATE]
    assert said(desk, ticket, "tick each that is complete, accurate and valid") == 1
    rows = [row for row in desk.store.decisions.list(ticket_id=ticket) if row.action.startswith("checklist")]
    assert [(row.rule, row.clauses) for row in rows] == [("business.begin_checklist", ("4.2.3",))]


def test_it_rests_then(desk: Desk) -> None:
    """A checklist moves the time of its ticket without a delivery: reconciliation looks once more, if at all."""
    desk.reconcile()
    ticket = ask(desk)
    desk.settle()
    before = desk.ticket(ticket)["updated_at"]

    for _ in range(3):
        desk.clock.forward(minutes=1)
        desk.reconcile()
        desk.settle()

    assert desk.ticket(ticket)["updated_at"] == before
    assert begun(desk) == 1


def test_a_tick_alone_is_noticed(desk: Desk) -> None:
    """No delivery tells of it; the ticket's time does."""
    desk.reconcile()
    ticket = ask(desk, zhidu_language="en")
    desk.settle()
    desk.call("PUT", f"tickets/{ticket}", {"zhidu_identity_method": "app", "zhidu_identity_of": "holder"}, **AGENT)
    desk.call("PUT", f"tickets/{ticket}", {"zhidu_stage": "identity_verified"}, **AGENT)
    desk.settle()
    desk.clock.forward(minutes=2)
    desk.reconcile()
    desk.settle()
    assert desk.ticket(ticket)["zhidu_missing"] == "Valid identity document, Application form"
    desk.clock.forward(minutes=1)
    tick(desk, ticket, "Application form")

    desk.clock.forward(minutes=1)
    assert desk.reconcile() == 1
    desk.settle()

    assert desk.ticket(ticket)["zhidu_missing"] == "Valid identity document"
    assert said(desk, ticket, "still need, or need corrected: Valid identity document.") == 1


def test_a_line_that_a_person_takes_away_stays_away(desk: Desk) -> None:
    ticket = ask(desk)
    desk.settle()
    last = items(desk, ticket)[-1]
    desk.call("DELETE", f"checklist_items/{last['id']}", **AGENT)
    desk.answer(ticket, "Thank you, we look at it today.")
    desk.settle()

    assert lines(desk, ticket) == [("Valid identity document", False)]


def test_another_type_has_other_lines_and_keeps_what_was_ticked(desk: Desk) -> None:
    ticket = ask(desk)
    desk.settle()
    tick(desk, ticket, "Valid identity document")
    desk.call("PUT", f"tickets/{ticket}", {"zhidu_business_type": "change_of_details"}, **AGENT)
    desk.settle()

    assert lines(desk, ticket) == [("Valid identity document", True), ("Proof of the change", False)]


def test_a_list_that_somebody_began_is_completed(desk: Desk) -> None:
    ticket = ask(desk)
    checklist = desk.call("POST", "checklists", {"ticket_id": ticket}, **AGENT)["id"]
    first = items(desk, ticket)[0]
    desk.call("PUT", f"checklist_items/{first['id']}", {"text": "Application form: unsigned"}, **AGENT)
    desk.settle()

    assert lines(desk, ticket) == [("Application form: unsigned", False), ("Valid identity document", False)]
    assert checklist == desk.ticket(ticket)["checklist_id"]


def test_the_verdicts_of_its_lines_let_the_request_on(desk: Desk) -> None:
    """A move with a line unticked comes back; with all of them ticked it stands."""
    ticket = ask(desk)
    desk.settle()
    tick(desk, ticket, "Application form")
    identity = {"zhidu_identity_method": "app", "zhidu_identity_of": "holder", "zhidu_stage": "documents_complete"}
    desk.call("PUT", f"tickets/{ticket}", identity, **AGENT)
    desk.settle()
    assert desk.ticket(ticket)["zhidu_stage"] == "identity_verified"
    assert said(desk, ticket, "still missing: Valid identity document") == 1

    tick(desk, ticket, "Valid identity document")
    desk.call("PUT", f"tickets/{ticket}", {"zhidu_stage": "documents_complete"}, **AGENT)
    desk.settle()

    assert desk.ticket(ticket)["zhidu_stage"] == "documents_complete"


CALLS = {
    "the beginning": ("POST", r"/checklists$"),
    "the first line": ("PUT", r"/checklist_items/\d+$"),
    "another line": ("POST", r"/checklist_items$"),
    "the write that remembers it": ("PUT", r"/tickets/\d+$"),
}


@pytest.mark.parametrize("kind", ["lost_answer", "error", "reset"])
@pytest.mark.parametrize(("method", "path"), CALLS.values(), ids=CALLS)
def test_whatever_call_fails_each_document_has_one_line(desk: Desk, method: str, path: str, kind: Any) -> None:
    """The next look reads what stands there, and goes on from that."""
    fault = desk.box.faults.add(Fault(kind=kind, method=method, path=path, times=1))
    ticket = ask(desk)
    desk.settle()
    desk.clock.forward(minutes=5)
    desk.settle()

    assert fault.hits == 1
    assert lines(desk, ticket) == [(text, False) for text in CERTIFICATE]
    assert said(desk, ticket, "tick each that is complete, accurate and valid") == 1
    assert desk.store.inbox.depth().dead == 0


def test_where_checklists_are_switched_off_the_verdict_on_all_documents_counts(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(client: Client, ticket_id: int) -> NoReturn:
        raise Refused("Not authorized", status=403, method="POST", path="checklists", kind="rights")

    monkeypatch.setattr(Client, "begin_checklist", refuse)
    ticket = ask(desk)
    desk.settle()
    fields = {"zhidu_identity_method": "app", "zhidu_identity_of": "holder", "zhidu_documents_verdict": "complete"}
    desk.call("PUT", f"tickets/{ticket}", fields | {"zhidu_stage": "documents_complete"}, **AGENT)
    desk.settle()

    assert lines(desk, ticket) == []
    assert desk.ticket(ticket)["zhidu_stage"] == "documents_complete"
    assert desk.store.inbox.depth().dead == 0
