"""What the rungs of a ladder do: each effect, once per run, whom it reaches when people are away."""

from datetime import UTC, datetime, timedelta

import pytest

from policies.kernel.calendar import CalendarFile, WorkingCalendar
from policies.kernel.deadlines import Clock, Ladder, Pause, Rung
from policies.kernel.decisions import Action, Assign, Find, Note, Prioritise, RunClock, Tell
from policies.kernel.duties import duties
from policies.kernel.evaluate import Unit, evaluate
from policies.kernel.facts import Desk, Facts, Fired, Memory, Person, Post, Ticket
from policies.kernel.ladders import EFFECTS, run_clock
from policies.kernel.rules import Wants, rule
from policies.kernel.spec import Spec

START = datetime(2026, 5, 6, 1, 0, tzinfo=UTC)
OFFICE = WorkingCalendar.build(
    "default", CalendarFile.model_validate({"zone": "Asia/Shanghai", "hours": {"mon-fri": ["09:00-18:00"]}})
)
PEOPLE = {
    1: Person(id=11, name="agent", post=Post.SPECIALIST),
    2: Person(id=21, name="supervisor", post=Post.SUPERVISOR),
    3: Person(id=31, name="manager", post=Post.MANAGER),
}


def clock(*rungs: tuple[str, str], pauses: tuple[Pause, ...] = ()) -> Clock:
    ladder = Ladder(tuple(Rung.parse(at, [effect]) for at, effect in rungs))
    return Clock(
        name="c",
        clauses=("4.3.2",),
        started_at=START,
        within=Spec(2, "h"),
        calendar=OFFICE,
        ladder=ladder,
        pauses=pauses,
    )


def facts(
    minutes: int, *, owner: int | None = 11, away: tuple[int, ...] = (), fired: tuple[str, ...] = (), priority: int = 2
) -> Facts:
    people = {p.id: Person(id=p.id, name=p.name, post=p.post, away=p.id in away) for p in PEOPLE.values()}
    run = clock().run
    return Facts(
        now=START + timedelta(minutes=minutes),
        ticket=Ticket(
            id=1, group="G", owner=owner, case_owner=11, priority=priority, created_at=START, updated_at=START
        ),
        people=people,
        desks={"G": Desk(group="G", supervisor=21, manager=31)},
        calendars={"default": OFFICE},
        memory=Memory(fired={"c": Fired(run=run, rungs=frozenset(fired))} if fired else {}),
    )


def effects(given: Facts, *rungs: tuple[str, str], whose: int | None = None) -> list[Action]:
    wanted = [action for action, _ in run_clock(clock(*rungs), given, "m", whose=whose)]
    assert isinstance(wanted[0], RunClock)
    return wanted[1:]


def kinds(actions: list[Action]) -> list[tuple[object, ...]]:
    shown: list[tuple[object, ...]] = []
    for action in actions:
        match action:
            case Tell(person=person, how=how):
                shown.append(("tell", person, how))
            case Assign(owner=owner):
                shown.append(("assign", owner))
            case Prioritise(priority=priority):
                shown.append(("priority", priority))
            case Find(code=code, person=person, grave=grave):
                shown.append(("find", code, person, grave))
            case Note():
                shown.append(("note",))
    return shown


EACH = {
    "remind": [("tell", 11, "mail")],
    "warn": [("tell", 21, "mail")],
    "raise": [("priority", 3)],
    "hand_up": [("note",), ("assign", 21), ("tell", 21, "mention")],
    "manager": [("tell", 31, "mention")],
    "finding": [("find", "c_late", 11, False)],
    "grave_finding": [("find", "c_late", 11, True)],
}


def test_every_effect_is_known() -> None:
    assert set(EACH) == set(EFFECTS)


@pytest.mark.parametrize(("effect", "expected"), EACH.items(), ids=EACH)
def test_effect(effect: str, expected: list[tuple[object, ...]]) -> None:
    assert kinds(effects(facts(120), ("100%", effect))) == expected


@pytest.mark.parametrize("effect", EFFECTS)
def test_nothing_takes_effect_a_minute_before_nor_twice(effect: str) -> None:
    assert effects(facts(119), ("100%", effect)) == []
    assert effects(facts(121, fired=("100%",)), ("100%", effect)) == []


AWAY = {
    "a reminder of whoever is away goes to the supervisor": ("remind", (11,), [("tell", 21, "mail")]),
    "with the supervisor away the manager is warned": ("warn", (21,), [("tell", 31, "mail")]),
    "with the manager away the supervisor is mentioned": ("manager", (31,), [("tell", 21, "mention")]),
    "with the supervisor away the manager gets the case": (
        "hand_up",
        (21,),
        [("note",), ("assign", 31), ("tell", 31, "mention")],
    ),
    "with everybody away nobody is told": ("remind", (11, 21, 31), []),
    "with everybody away nobody gets the case": ("hand_up", (11, 21, 31), []),
}


@pytest.mark.parametrize(("effect", "away", "expected"), AWAY.values(), ids=AWAY)
def test_people_away(effect: str, away: tuple[int, ...], expected: list[tuple[object, ...]]) -> None:
    assert kinds(effects(facts(120, away=away), ("100%", effect))) == expected


def test_a_case_is_handed_up_and_never_down() -> None:
    assert kinds(effects(facts(120, owner=31), ("100%", "hand_up"))) == [("note",), ("tell", 31, "mention")]
    assert kinds(effects(facts(120, owner=31, away=(31,)), ("100%", "hand_up")))[1] == ("assign", 21)


def test_high_priority_is_not_raised_again() -> None:
    assert effects(facts(120, priority=3), ("100%", "raise")) == []


def test_a_duty_may_be_somebody_elses_than_the_owners() -> None:
    given = facts(120)
    assert kinds(effects(given, ("100%", "remind"), whose=31)) == [("tell", 31, "mail")]
    assert kinds(effects(given, ("100%", "finding"), whose=31)) == [("find", "c_late", 31, False)]


def test_a_case_nobody_owns_reminds_whoever_has_it() -> None:
    assert kinds(effects(facts(120, owner=None), ("100%", "remind"))) == [("tell", 11, "mail")]


def test_of_missed_rungs_only_the_highest_tells_people_and_the_rest_takes_effect() -> None:
    rungs = (("50%", "remind"), ("80%", "raise"), ("100%", "raise"), ("+1h", "hand_up"), ("+2h", "manager"))
    missed = kinds(effects(facts(300), *rungs))

    assert missed == [("priority", 3), ("note",), ("assign", 21), ("tell", 31, "mention")]


def test_a_clock_that_stands_still_says_so() -> None:
    paused = clock(pauses=(Pause(from_at=START + timedelta(minutes=5)),))
    [(action, why)] = list(run_clock(paused, facts(30), "m"))

    assert (why.key, isinstance(action, RunClock)) == ("clock.stands", True)


@rule("4.3.2")
def runs_two(facts: Facts, config: object) -> Wants:
    """Two clocks, and a third that stands still."""
    for name, hours in (("late", 1), ("early", 3)):
        yield from run_clock(
            Clock(name=name, clauses=("4.3.2",), started_at=START, within=Spec(hours, "h"), calendar=OFFICE), facts, "m"
        )
    yield from run_clock(clock(pauses=(Pause(from_at=START),)), facts, "m")


def test_duties_are_the_open_clocks_the_one_due_first_in_front() -> None:
    given = facts(90)
    verdict = evaluate((Unit(name="m", config=None, rules=(runs_two,)),), given)
    found = duties((*verdict.decisions, *verdict.decisions), given.now)

    assert [(duty.clock.name, duty.status, duty.clause, duty.text.key) for duty in found] == [
        ("late", "breached", "4.3.2", "duty.late"),
        ("early", "running", "4.3.2", "duty.early"),
    ]
    assert not found[0].provisional
    assert found[0].module == runs_two.name.partition(".")[0]
