"""Once only: the history dates our own changes otherwise than the answers to our writes did; nothing comes twice."""

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from integrations.store.records import MessageStatus
from jobs.outcomes import Outcome
from policies.kernel.provisioning import Needs
from tests.jobs.conftest import PEOPLE, Desk, make_desk
from zhidu.policy import Policy, load_policy

CARDS = "  Cards: {supervisor: sup@example.com, manager: mgr@example.com, department: cards, language: en}\n"


@pytest.fixture(scope="module")
def departments(tmp_path_factory: pytest.TempPathFactory) -> Policy:
    """The shipped policy of a company whose card department has a group of its own."""
    folder = tmp_path_factory.mktemp("company")
    (folder / "policies").mkdir()
    (folder / "policies" / "complaints.yaml").write_text("departments: {cards: Cards}\n")
    return load_policy(folder)


@pytest.fixture
def bank(tmp_path: Path, departments: Policy, needs: Needs) -> Iterator[Desk]:
    for desk in make_desk(tmp_path, departments, needs, PEOPLE + CARDS):
        group = desk.call("POST", "groups", {"name": "Cards", "active": True})["id"]
        for person in (3, desk.people["bo"], desk.people["sup"]):
            desk.call("PUT", f"users/{person}", {"group_ids": {"1": ["full"], "2": ["full"], str(group): ["full"]}})
        desk.clock.forward(minutes=10)
        yield desk


def put(desk: Desk, ticket: int, by: str, **fields: object) -> None:
    desk.call("PUT", f"tickets/{ticket}", fields, **{"X-On-Behalf-Of": f"{by}@example.com"})
    desk.settle()


def rungs(desk: Desk) -> Counter[str]:
    """Rungs by the log of decisions, each with how often it took effect."""
    rows = [row for row in desk.store.decisions.list(limit=1000) if row.slot.startswith("clock.")]
    return Counter(f"{row.rule} {row.action}" for row in rows)


def effects(desk: Desk, ticket: int) -> dict[str, object]:
    """All that people notice."""
    return {
        "mails": sorted(record.message.key for record in desk.store.outbox.list(MessageStatus.WAITING)),
        "findings": sorted(record.finding.key for record in desk.store.findings.list()),
        "notes": [note["body"] for note in desk.notes(ticket)],
        "rungs": rungs(desk),
    }


def sent_to_cards(desk: Desk) -> int:
    """A complaint that zhidu has sent to the card department, where nobody owns it."""
    ticket = desk.complain(owner="agnes@example.com")
    desk.settle()
    desk.answer(ticket, "非常抱歉，我们将在2026年5月8日17点前答复您。")
    desk.settle()
    put(desk, ticket, "agnes", zhidu_responsible="cards")
    assert desk.ticket(ticket)["group_id"] != 2
    return ticket


def test_the_departments_clock_runs_from_the_move_on(bank: Desk) -> None:
    """2.2.4: our own move starts it, at once."""
    ticket = sent_to_cards(bank)

    clock = next(row for row in bank.store.clocks.of(ticket) if row.name == "department")
    assert clock.started_at <= bank.clock.now()
    history = bank.call("GET", f"ticket_history/{ticket}")["history"]
    (moved,) = (datetime.fromisoformat(e["created_at"]) for e in history if e.get("attribute") == "group")
    assert abs(clock.started_at - moved) < timedelta(seconds=1)


def kept(desk: Desk, ticket: int) -> None:
    """The store is there."""


def lost(desk: Desk, ticket: int) -> None:
    """The store's knowledge of the ticket is gone: what is on the ticket is all there is."""
    with desk.store.unit() as unit:
        unit.looks.forget(ticket)
        unit.clocks.replace(ticket, ())


@pytest.mark.parametrize("store", [kept, lost])
def test_a_rung_of_a_clock_that_our_own_move_started_fires_once(bank: Desk, store: Callable[[Desk, int], None]) -> None:
    """2.2.4: reminded at 80%, and not again because somebody writes and the history is read anew."""
    ticket = sent_to_cards(bank)
    due = next(row for row in bank.store.clocks.of(ticket) if row.name == "department")
    assert due.next_at is not None
    bank.clock.at = due.next_at
    bank.clock.forward(seconds=1)
    bank.sweep()
    before = effects(bank, ticket)
    fired = bank.ticket(ticket)["preferences"]["zhidu"]["fired"]["department"]
    assert fired["rungs"] == ["80%"]

    store(bank, ticket)
    for minute in range(3):
        bank.clock.forward(minutes=1)
        article = {"body": f"a word {minute}", "internal": True}
        put(bank, ticket, "bo", article=article)

    assert effects(bank, ticket) == before
    assert bank.ticket(ticket)["preferences"]["zhidu"]["fired"]["department"] == fired


def test_a_change_at_the_instant_of_our_own_write_is_not_taken_for_it(desk: Desk) -> None:
    """Its delivery is lost; reconciling finds it, for the ticket was last changed by somebody else."""
    desk.reconcile()
    ticket = desk.complain(owner="agnes@example.com")
    desk.settle()
    behalf = {"X-On-Behalf-Of": "agnes@example.com"}
    desk.clock.at = datetime.fromisoformat(desk.ticket(ticket)["updated_at"])
    desk.call("PUT", f"tickets/{ticket}", {"owner_id": desk.people["bo"]}, **behalf)
    desk.clock.forward(seconds=7)
    desk.deliveries()
    desk.clock.forward(minutes=3)

    assert desk.reconcile() == 1
    desk.settle()
    assert desk.ticket(ticket)["zhidu_case_owner"] == f"Bo Chen #{desk.people['bo']}"


class Meanwhile:
    """A client of the helpdesk; once, just before its write, a person changes the ticket."""

    def __init__(self, client: Any, person: Callable[[], None]) -> None:
        self._client, self._person = client, [person]

    def __getattr__(self, name: str) -> Any:
        return getattr(self._client, name)

    def update_ticket(self, *arguments: Any) -> Any:
        if self._person:
            self._person.pop()()
        return self._client.update_ticket(*arguments)


CORRECTED: dict[str, tuple[str, dict[str, Any]]] = {
    # row            the text, by which zhidu writes the same field            what the supervisor writes meanwhile
    "a grading": ("你们偷偷扣费，我要找记者曝光！", {"zhidu_severity": "serious"}),
    "a list": ("你们偷偷扣费，我要找记者曝光！", {"zhidu_flags": ["legal"]}),
    "a priority": ("你们偷偷扣费，我要找记者曝光！", {"priority_id": 1, "zhidu_severity": "ordinary"}),
}


@pytest.mark.parametrize("sent", ["each by its own", "both after our write"])
@pytest.mark.parametrize(("text", "correction"), CORRECTED.values(), ids=CORRECTED)
def test_a_correction_between_our_read_and_our_write_wins(
    desk: Desk, text: str, correction: dict[str, Any], sent: str
) -> None:
    """2.2.5: what a person writes into a field stays, even if our own write came over it unseen."""
    ticket = desk.complain(text)
    whole, client = desk.processor, desk.processor.helpdesk()

    def correct() -> None:
        if sent == "each by its own":
            desk.clock.forward(seconds=2)
        desk.call("PUT", f"tickets/{ticket}", correction, **{"X-On-Behalf-Of": "sup@example.com"})
        if sent == "each by its own":
            desk.clock.forward(seconds=3)
            for delivery in desk.deliveries():
                desk.store.inbox.accept(delivery)
        desk.clock.forward(milliseconds=200)

    meanwhile = Meanwhile(client, correct)
    desk.processor = replace(whole, helpdesk=lambda: meanwhile)
    desk.settle()

    shown = desk.ticket(ticket)
    assert {name: shown[name] for name in correction} == correction
    desk.store.inbox.enqueue(ticket, "manual")
    desk.settle()
    assert desk.seen[-1] == (ticket, Outcome.SAME)
