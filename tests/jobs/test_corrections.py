"""What our own write undid unseen, as the history tells it."""

from datetime import UTC, datetime, timedelta

import pytest

from jobs.corrections import corrections, written_over
from jobs.looks import Known
from policies.kernel.decisions import Action, Assign, Prioritise, Route, SetField, SetState
from policies.kernel.facts import NOBODY, Change, Ticket

ME, ANN, BEN = 9, 4, 5
AT = datetime(2026, 5, 6, 1, 2, 3, tzinfo=UTC)


def change(seconds: float, by: int, new: str, field: str = "severity") -> Change:
    return Change(at=AT + timedelta(seconds=seconds), by=by, field=field, new=new)


OURS = change(1, ME, "major")
TOLD = change(0.9, ME, "major")

HISTORIES: dict[str, tuple[tuple[Change, ...], tuple[Change, ...], dict[str, str]]] = {
    # row                known                             told                                    written over
    "nothing between": ((OURS,), (TOLD,), {}),
    "a person between": ((OURS,), (change(0.5, ANN, "serious"), TOLD), {"severity": "serious"}),
    "the last of two": (
        (OURS,),
        (change(0.4, ANN, "ordinary"), change(0.5, BEN, "serious"), TOLD),
        {"severity": "serious"},
    ),
    "known when we wrote": ((change(0.5, ANN, "serious"), OURS), (change(0.5, ANN, "serious"), TOLD), {}),
    "a person after us": ((OURS,), (TOLD, change(2, ANN, "serious")), {}),
    "before and after us": ((OURS,), (change(0.5, ANN, "serious"), TOLD, change(2, ANN, "ordinary")), {}),
    "another field": ((OURS,), (change(0.5, ANN, "fees", "cause"), TOLD), {}),
    "a trigger": ((OURS,), (change(0.5, NOBODY, "serious"), TOLD), {}),
    "a write of ours that nobody knows": ((), (change(0.5, ANN, "serious"), TOLD), {}),
    "ours twice": (
        (OURS, change(60, ME, "ordinary")),
        (change(0.5, ANN, "serious"), TOLD, change(60, ME, "ordinary")),
        {"severity": "serious"},
    ),
}


@pytest.mark.parametrize(("known", "told", "expected"), HISTORIES.values(), ids=HISTORIES)
def test_what_was_written_over(known: tuple[Change, ...], told: tuple[Change, ...], expected: dict[str, str]) -> None:
    assert written_over(Known(changes=known), told, ME) == expected


WORDS: dict[str, tuple[dict[str, str], Action]] = {
    "an option": ({"severity": "serious"}, SetField(field="severity", value="serious")),
    "nothing": ({"severity": ""}, SetField(field="severity", value=None)),
    "a list": ({"flags": '["legal", "media"]'}, SetField(field="flags", value=frozenset({"legal", "media"}))),
    "a field of another module": ({"sum": "12"}, SetField(field="sum", value="12")),
    "a group": ({"group": "Users"}, Route(group="Users")),
    "an owner": ({"owner": "5"}, Assign(owner=BEN)),
    "nobody": ({"owner": "1"}, Assign(owner=None)),
    "a priority": ({"priority": "3 high"}, Prioritise(priority=3)),
    "a state": ({"state": "closed"}, SetState(state="closed")),
}


@pytest.mark.parametrize(("words", "action"), WORDS.values(), ids=WORDS)
def test_what_is_put_back(words: dict[str, str], action: Action) -> None:
    (decision,) = corrections(Ticket(id=1, created_at=AT, updated_at=AT), words)
    assert decision.action == action
    assert decision.clauses
