"""Decisions laid over the ticket, and what is remembered of them."""

from datetime import UTC, datetime

import pytest

from policies.kernel.decisions import (
    Action,
    Assign,
    Decision,
    Find,
    Mask,
    Note,
    Prioritise,
    Reply,
    Route,
    SetField,
    SetState,
    Tag,
    Tell,
    Untag,
    say,
)
from policies.kernel.facts import Facts, Memory, Ticket
from policies.kernel.overlay import overlay, remember

NOW = datetime(2026, 5, 6, 1, 0, tzinfo=UTC)
WHY = say("why")
FACTS = Facts(now=NOW, ticket=Ticket(id=1, created_at=NOW, updated_at=NOW, tags=frozenset({"old"})))


def decision(action: Action) -> Decision:
    return Decision(action=action, clauses=("4.3.3",), rule="a.b", because=WHY)


LAID: dict[str, tuple[Action, str, object]] = {
    "a field": (SetField(field="severity", value="major"), "severity", "major"),
    "a group": (Route(group="Cards"), "group", "Cards"),
    "an owner": (Assign(owner=7), "owner", 7),
    "a state": (SetState(state="closed"), "state_type", "closed"),
    "a pending state has its time": (SetState(state="pending reminder", until=NOW), "pending_until", NOW),
    "a priority": (Prioritise(priority=3), "priority", 3),
    "a tag": (Tag(name="new"), "tags", frozenset({"old", "new"})),
    "a tag that goes": (Untag(name="old"), "tags", frozenset()),
    "a field of another module": (SetField(field="extra", value="x"), "custom", {"extra": "x"}),
    "words for people are not seen by rules": (SetField(field="missing", value=WHY), "missing", None),
}


@pytest.mark.parametrize(("action", "field", "value"), LAID.values(), ids=LAID)
def test_laid_over(action: Action, field: str, value: object) -> None:
    assert getattr(overlay(FACTS, [decision(action)]).ticket, field) == value


NOTHING = (
    Note(key="n", text=WHY),
    Reply(key="r", text=WHY),
    Tell(key="t", person=1, text=WHY),
    Find(key="f", code="c", text=WHY),
    Mask(article=1, place="body", kind="card"),
    Prioritise(priority=2),
    Tag(name="old"),
)


@pytest.mark.parametrize("action", NOTHING, ids=lambda action: type(action).__name__)
def test_what_changes_nothing_gives_the_same_object(action: Action) -> None:
    assert overlay(FACTS, [decision(action)]) is FACTS


def test_the_ticket_as_it_was_read_is_kept_through_several_overlays() -> None:
    once = overlay(FACTS, [decision(Assign(owner=7))])
    twice = overlay(once, [decision(Assign(owner=8))])

    assert (twice.ticket.owner, twice.read) == (8, FACTS.ticket)


def test_the_keys_of_a_rung_are_covered_by_the_memory_of_its_clock() -> None:
    memory = Memory()

    assert remember(memory, [decision(Note(key="c@1/100%/hand_up/note", text=WHY))]) is memory


def test_only_the_last_situation_is_remembered() -> None:
    memory = remember(Memory(situation="a"), [decision(Note(key="situation:b", text=WHY))])

    assert (memory.situation, memory.done) == ("b", frozenset())


def test_a_mask_has_a_slot_of_its_own_for_each_place_and_kind() -> None:
    assert Mask(article=1, place="body", kind="card").slot == "mask.1.body.card"
