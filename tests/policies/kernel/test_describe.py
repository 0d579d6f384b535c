"""Every action in plain words."""

from datetime import UTC, datetime
from typing import Any

import pytest

from policies.kernel.calendar import CalendarFile, WorkingCalendar
from policies.kernel.deadlines import Clock
from policies.kernel.decisions import (
    Action,
    Assign,
    Checklist,
    Find,
    Link,
    Mask,
    Note,
    Prioritise,
    Reply,
    Route,
    RunClock,
    SetField,
    SetState,
    Tag,
    Tell,
    Untag,
    say,
)
from policies.kernel.describe import describe, in_words
from policies.kernel.spec import Spec

NOW = datetime(2026, 5, 6, 1, 0, tzinfo=UTC)
OFFICE = WorkingCalendar.build(
    "default", CalendarFile.model_validate({"zone": "Asia/Shanghai", "hours": {"mon-fri": ["09:00-18:00"]}})
)
DUE = datetime(2026, 5, 6, 3, 0, tzinfo=UTC)


def clock(met: datetime | None = None) -> Clock:
    return Clock(name="c", clauses=("4.3.2",), started_at=NOW, within=Spec(2, "h"), calendar=OFFICE, met_at=met)


TEXT = say("t", x=("a", "b"), n=1)
ACTIONS: dict[str, tuple[Action, str, dict[str, Any]]] = {
    "a field": (SetField(field="severity", value="major"), "set", {"severity": "major"}),
    "a list": (SetField(field="flags", value=frozenset({"b", "a"})), "set", {"flags": ["a", "b"]}),
    "words in a field": (SetField(field="missing", value=TEXT), "set", {"missing": "t(a, b, 1)"}),
    "a move": (Route(group="Cards"), "route", {"group": "Cards"}),
    "an owner": (Assign(owner=7), "assign", {"owner": 7}),
    "a state": (SetState(state="open"), "state", {"state": "open"}),
    "a state until": (
        SetState(state="pending reminder", until=NOW),
        "state",
        {"state": "pending reminder", "until": NOW},
    ),
    "a priority": (Prioritise(priority=3), "priority", {"priority": 3}),
    "a clock": (RunClock(clock=clock()), "clock", {"name": "c", "due": DUE, "started": NOW, "within": "2h"}),
    "a clock that was met and reached a rung": (
        RunClock(clock=clock(NOW), reached=("50%",)),
        "clock",
        {"name": "c", "due": DUE, "started": NOW, "within": "2h", "met": NOW, "reached": ["50%"]},
    ),
    "a tag": (Tag(name="x"), "tag", {"tag": "x"}),
    "a link": (Link(ticket=88), "link", {"ticket": 88}),
    "lines of a checklist": (Checklist(key="k", lines=("a", "b")), "checklist", {"key": "k", "lines": ["a", "b"]}),
    "lines that go": (Checklist(key="k", lines=(), gone=("a",)), "checklist", {"key": "k", "lines": [], "gone": ["a"]}),
    "a tag that goes": (Untag(name="x"), "untag", {"tag": "x"}),
    "a mask": (
        Mask(article=1, place="body", kind="card"),
        "mask",
        {"article": 1, "place": "body", "kind": "card", "way": "flag"},
    ),
    "a note": (Note(key="k", text=TEXT), "note", {"text": "t", "key": "k", "$x": ["a", "b"], "$n": 1}),
    "a reply": (Reply(key="k", text=say("t"), send="auto"), "reply", {"text": "t", "key": "k", "send": "auto"}),
    "a message": (
        Tell(key="k", person=7, text=say("t")),
        "tell",
        {"text": "t", "key": "k", "person": 7, "how": "mail"},
    ),
    "a finding": (
        Find(key="k", code="c", text=say("t"), grave=True),
        "find",
        {"text": "t", "key": "k", "code": "c", "person": None, "grave": True},
    ),
}


@pytest.mark.parametrize(("action", "verb", "words"), ACTIONS.values(), ids=ACTIONS)
def test_describe(action: Action, verb: str, words: dict[str, Any]) -> None:
    assert describe(action) == (verb, words)


def test_in_one_line() -> None:
    assert in_words(Assign(owner=7), name=lambda user: f"p{user}") == "assign owner=p7"
    assert in_words(Assign(owner=None)) == "assign owner=-"
    assert in_words(Note(key="k", text=TEXT)) == "note text=t key=k"
    assert in_words(SetField(field="flags", value=frozenset("ab"))) == "set flags=[a, b]"
    assert (
        in_words(RunClock(clock=clock()), when=lambda at: f"{at:%H:%M}")
        == "clock name=c due=03:00 started=01:00 within=2h"
    )
