"""Whatever a policy decides has words in every language of a report."""

from datetime import UTC, datetime
from typing import Any, get_args
from zoneinfo import ZoneInfo

import pytest

from policies.kernel.calendar import CalendarFile, WorkingCalendar
from policies.kernel.deadlines import Clock
from policies.kernel.decisions import (
    Action,
    Assign,
    Checklist,
    Decision,
    Find,
    Link,
    Mask,
    Note,
    Notify,
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
from policies.kernel.spec import Spec
from policies.kernel.texts import LANGUAGES, Language
from zhidu.policy import load_policy
from zhidu.simulating.effects import Written
from zhidu.simulating.tally import What, _what
from zhidu.simulating.words import Words

NOW = datetime(2026, 5, 6, 1, 0, tzinfo=UTC)
ZONE = ZoneInfo("Asia/Shanghai")
OFFICE = WorkingCalendar.build(
    "default", CalendarFile.model_validate({"zone": "Asia/Shanghai", "hours": {"mon-fri": ["09:00-18:00"]}})
)
TEXT = say("t")
CLOCK = Clock(name="acknowledge", clauses=("4.3.2",), started_at=NOW, within=Spec(2, "h"), calendar=OFFICE)
ACTIONS: tuple[Action, ...] = (
    SetField(field="severity", value="major"),
    Route(group="Cards"),
    Assign(owner=7),
    SetState(state="open"),
    Prioritise(priority=3),
    RunClock(clock=CLOCK, reached=("50%", "+1wh")),
    Tag(name="vip"),
    Untag(name="vip"),
    Link(ticket=2),
    Checklist(key="c", lines=("a",)),
    Note(key="n", text=TEXT),
    Reply(key="acknowledgement", text=TEXT),
    Reply(key="of_a_module_of_the_company", text=TEXT),
    Notify(key="n", way="sms", text=TEXT),
    Tell(key="t", person=1, how="mail", text=TEXT),
    Tell(key="t", person=1, how="mention", text=TEXT),
    Mask(article=1, place="body", kind="card", way="twin"),
    Find(key="f", code="no_time", text=TEXT, person=1),
    Find(key="f", code="acknowledge_late", text=TEXT, person=1),
    Find(key="f", code="of_a_module_of_the_company", text=TEXT, person=1),
)
POLICY = load_policy(None)


def words(tongue: Language) -> Words:
    return Words(tongue=tongue, policy=POLICY.texts, people={}, zone=ZONE, fields={"severity": "Severity"})


def shown(action: Any, tongue: Language) -> list[str]:
    rule = "complaints.acknowledge"
    decision = Decision(action=action, clauses=("4.3.2",), rule=rule, because=TEXT)
    return [words(tongue).what(What("4.3.2", rule, what)) for what in _what(decision, Written())]


def test_every_kind_of_action_is_tried() -> None:
    assert {type(action) for action in ACTIONS} == set(get_args(Action))


@pytest.mark.parametrize("tongue", LANGUAGES)
@pytest.mark.parametrize("action", ACTIONS, ids=lambda action: type(action).__name__)
def test_it_has_words(action: Action, tongue: Language) -> None:
    found = shown(action, tongue)
    assert found
    assert all(text.strip() for text in found)


def test_in_the_reader_s_words() -> None:
    assert shown(RunClock(clock=CLOCK, reached=("50%", "+1wh")), "en") == [
        "apologise to the customer and name a time: at 50%",
        "apologise to the customer and name a time: at +1 working hour",
    ]
    assert shown(SetField(field="severity", value="major"), "en") == ["field “Severity”"]
    assert shown(SetField(field="of_the_company", value="x"), "en") == ["field “of_the_company”"]
    assert shown(Find(key="f", code="no_time", text=TEXT, person=1), "en") == ["finding: no time named"]
