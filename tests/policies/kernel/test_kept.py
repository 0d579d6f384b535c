"""What is worked out once: by what a thing is, not by what it is equal to."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pytest

from policies.kernel import kept as keeping
from policies.kernel.deadlines import Clock, Ladder, Rung, look
from policies.kernel.derived import derived
from policies.kernel.kept import kept
from policies.kernel.spec import Spec
from zhidu.calendars import load_calendars

AT = datetime(2026, 5, 6, 1, 0, tzinfo=UTC)
CN = load_calendars()["cn"]


@dataclass(frozen=True)
class Thing:
    name: str


def test_one_thing_is_worked_out_once_for_each_setting_and_each_value() -> None:
    made: list[tuple[str, str, int]] = []

    @kept
    def worked_out(thing: Thing, setting: Thing, number: int) -> str:
        made.append((thing.name, setting.name, number))
        return f"{thing.name}{setting.name}{number}"

    one, equal, setting, other = Thing("a"), Thing("a"), Thing("s"), Thing("t")
    asked = [(one, setting, 1), (one, setting, 1), (equal, setting, 1), (one, other, 1), (one, setting, 2)]

    assert [worked_out(*each) for each in asked] == ["as1", "as1", "as1", "at1", "as2"]
    assert made == [("a", "s", 1), ("a", "s", 1), ("a", "t", 1), ("a", "s", 2)]


def test_no_more_is_kept_than_the_most(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(keeping, "_MOST", 3)
    made: list[str] = []

    @kept
    def worked_out(thing: Thing, setting: Thing) -> str:
        made.append(thing.name)
        return thing.name

    setting, things = Thing("s"), [Thing(name) for name in "abcd"]

    assert [worked_out(thing, setting) for thing in (*things, things[0], things[3])] == ["a", "b", "c", "d", "a", "d"]
    assert made == ["a", "b", "c", "d", "a"]


def test_what_fails_is_tried_again() -> None:
    tries: list[int] = []

    @kept
    def fails_once(thing: Thing, setting: Thing) -> str:
        tries.append(1)
        if len(tries) == 1:
            raise ValueError("not yet")
        return thing.name

    one, setting = Thing("a"), Thing("s")
    with pytest.raises(ValueError, match="not yet"):
        fails_once(one, setting)

    assert fails_once(one, setting) == "a"


def test_a_thing_derives_once() -> None:
    made: list[str] = []

    @dataclass(frozen=True)
    class Derives:
        name: str

        @derived
        def upper(self) -> str:
            """In capitals."""
            made.append(self.name)
            return self.name.upper()

    one = Derives("a")

    assert (one.upper, one.upper, Derives("b").upper) == ("A", "A", "B")
    assert made == ["a", "b"]
    assert Derives.upper.__doc__ == "In capitals."


LADDER = Ladder((Rung(percent=50, do=("remind",)), Rung(percent=100, do=("raise",))))


def clock(met_at: datetime | None = None) -> Clock:
    return Clock.of("answer", "4.1.3", AT, CN, within=Spec(2, "wh"), ladder=LADDER, met_at=met_at)


def test_the_same_deadline_is_the_same_clock() -> None:
    assert clock() is clock()
    assert clock() is not clock(AT)
    assert clock() == Clock(
        name="answer", clauses=("4.1.3",), started_at=AT, calendar=CN, within=Spec(2, "wh"), ladder=LADDER
    )


@pytest.mark.parametrize("minutes", [0, 59, 60, 61, 119, 120, 500])
def test_a_clock_that_is_known_says_what_a_new_one_says(minutes: int) -> None:
    known, now = clock(), AT + timedelta(minutes=minutes)
    look(known, AT)
    new = Clock(name="answer", clauses=("4.1.3",), started_at=AT, calendar=CN, within=Spec(2, "wh"), ladder=LADDER)

    assert look(known, now) == look(new, now)
    assert look(known, now, frozenset({"50%"})) == look(new, now, frozenset({"50%"}))
    assert known.run == new.run
