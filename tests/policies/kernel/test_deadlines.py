"""Clocks and ladders. Times are those of Shanghai; 2026-05-06 is a Wednesday, Saturday 9 May a make-up day."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from policies.kernel.calendar import Spec
from policies.kernel.deadlines import Clock, Ladder, Pause, Rung, Status, fire, look, next_at
from zhidu.calendars import load_calendars

CN = load_calendars()["cn"]
START = "2026-05-06T09:00"
LADDER = Ladder(
    (
        Rung.parse("+1wd", ["reassign"]),
        Rung.parse("100%", ["raise priority", "hand up"]),
        Rung.parse("50%", ["remind"]),
        Rung.parse("+24h", ["hand up"]),
        Rung.parse("80%", ["remind"]),
    )
)


def t(text: str) -> datetime:
    """`06T10:00` in May 2026, or a whole time."""
    return datetime.fromisoformat(text if len(text) > 12 else f"2026-05-{text}").replace(tzinfo=CN.zone)


def pauses(*spans: str) -> tuple[Pause, ...]:
    """`06T10:00/06T11:00`; without an end, one that lasts."""
    parts = [span.partition("/") for span in spans]
    return tuple(Pause(from_at=t(begin), until_at=t(end) if end else None) for begin, _, end in parts)


def clock(
    within: str = "4wh",
    *,
    start: str = START,
    paused: tuple[str, ...] = (),
    met: str | None = None,
    pausable: bool = True,
    ladder: Ladder = LADDER,
    restarts: int = 0,
) -> Clock:
    return Clock(
        name="acknowledge",
        clauses=(),
        started_at=t(start),
        calendar=CN,
        within=Spec.parse(within),
        pauses=pauses(*paused),
        pausable=pausable,
        met_at=None if met is None else t(met),
        ladder=ladder,
        restarts=restarts,
    )


DUE = {
    "no pause": ("4wh", (), "06T14:00"),
    "open time goes on where it stopped": ("4wh", ("06T10:00/06T11:30",), "06T15:30"),
    "a pause over the night": ("4wh", ("06T10:00/07T10:00",), "07T14:00"),
    "a pause outside hours costs nothing": ("4wh", ("06T12:10/06T12:50",), "06T14:00"),
    "two pauses": ("4wh", ("06T10:00/06T11:00", "06T14:00/06T15:00"), "06T16:00"),
    "pauses in any order": ("4wh", ("06T14:00/06T15:00", "06T10:00/06T11:00"), "06T16:00"),
    "overlapping pauses count once": ("4wh", ("06T10:00/06T11:00", "06T10:30/06T11:30"), "06T15:30"),
    "a pause before the start": ("4wh", ("05T09:00/06T08:00",), "06T14:00"),
    "a pause that began before the start": ("4wh", ("05T09:00/06T10:00",), "06T15:00"),
    "a pause after the end": ("4wh", ("06T14:00/06T15:00",), "06T14:00"),
    "a pause that lasts, begun after the end": ("4wh", ("06T15:00",), "06T14:00"),
    "a pause that lasts": ("4wh", ("06T10:00",), None),
    "an hour on the wall": ("4h", ("06T10:00/06T22:00",), "07T01:00"),
    "an hour on the wall, a pause that lasts": ("4h", ("06T10:00",), None),
    "working days: the day that closed does not count": ("2wd", ("06T15:00/07T11:00",), "09T18:00"),
    "working days: a pause within the day": ("2wd", ("07T10:00/07T17:00",), "08T18:00"),
    "working days: an evening": ("2wd", ("06T18:30/07T08:00",), "08T18:00"),
    "working days: after the end": ("1wd", ("08T10:00/11T10:00",), "07T18:00"),
    "working days: two pauses": ("1wd", ("06T10:00/07T10:00", "07T11:00/08T11:00"), "09T18:00"),
    "working days: a pause that lasts": ("2wd", ("07T10:00",), None),
    "calendar days: the midnights": ("3d", ("06T10:00/08T10:00",), "12T00:00"),
    "calendar days: a pause within the day": ("3d", ("07T10:00/07T17:00",), "10T00:00"),
}


@pytest.mark.parametrize(("within", "paused", "due"), DUE.values(), ids=DUE)
def test_due(within: str, paused: tuple[str, ...], due: str | None) -> None:
    """4.1.3, 4.3.2 company clocks pause while an agent waits for the customer, by whole days for day units."""
    assert clock(within, paused=paused).due_at == (None if due is None else t(due))
    assert clock(within, paused=paused, pausable=False).due_at == clock(within).due_at, "regulatory clocks never pause"


STATUS: dict[str, tuple[tuple[str, ...], str | None, str, Status]] = {
    "running": ((), None, "06T10:00", "running"),
    "a moment before it is due": ((), None, "06T13:59:59", "running"),
    "due and not met": ((), None, "06T14:00", "breached"),
    "paused": (("06T10:00",), None, "06T10:00", "paused"),
    "paused with an end": (("06T10:00/06T11:00",), None, "06T10:30", "paused"),
    "resumed": (("06T10:00/06T11:00",), None, "06T11:00", "running"),
    "before its pause": (("06T10:00",), None, "06T09:30", "running"),
    "a pause after the end heals nothing": (("06T15:00",), None, "06T16:00", "breached"),
    "met": ((), "06T10:00", "06T16:00", "met"),
    "met at the last instant": ((), "06T14:00", "06T14:00", "met"),
    "met while paused": (("06T10:00",), "06T11:00", "06T16:00", "met"),
    "met late": ((), "06T15:00", "06T16:00", "met late"),
    "not met yet": ((), "06T11:00", "06T10:00", "running"),
}


@pytest.mark.parametrize(("paused", "met", "now", "status"), STATUS.values(), ids=STATUS)
def test_status(paused: tuple[str, ...], met: str | None, now: str, status: Status) -> None:
    it = clock(paused=paused, met=met)

    assert it.status(t(now)) == status
    assert look(it, t(now)).status == status


RUNGS = {
    # within, pauses, met, now, fired → reached, next
    "nothing yet": ("4wh", (), None, "06T10:00", "", "", "06T11:00"),
    "half of the open time": ("4wh", (), None, "06T11:00", "", "50%", "06T13:12"),
    "each once": ("4wh", (), None, "06T11:00", "50%", "", "06T13:12"),
    "the end is next": ("4wh", (), None, "06T13:30", "50% 80%", "", "06T14:00"),
    "80% late": ("4wh", (), None, "06T13:30", "50%", "80%", "06T14:00"),
    "the end": ("4wh", (), None, "06T14:00", "50% 80%", "100%", "07T14:00"),
    "a day after": ("4wh", (), None, "07T14:00", "50% 80% 100%", "+24h", "07T18:00"),
    "a working day after": ("4wh", (), None, "07T18:00", "50% 80% 100% +24h", "+1wd", None),
    "all done": ("4wh", (), None, "30T18:00", "50% 80% 100% +24h +1wd", "", None),
    "all missed, at once and in order": ("4wh", (), None, "30T18:00", "", "50% 80% 100% +24h +1wd", None),
    "missed in part": ("4wh", (), None, "07T15:00", "50%", "80% 100% +24h", "07T18:00"),
    "met": ("4wh", (), "06T10:00", "30T18:00", "", "", None),
    "met late, nothing more": ("4wh", (), "06T15:00", "30T18:00", "", "", None),
    "paused": ("4wh", ("06T10:00",), None, "30T18:00", "", "", None),
    "paused with a known end": ("4wh", ("06T10:00/06T15:00",), None, "06T11:30", "", "", "06T15:00"),
    "before a pause that lasts": ("4wh", ("06T10:00",), None, "06T09:30", "", "", None),
    "resumed": ("4wh", ("06T10:00/06T11:00",), None, "06T11:30", "", "", "06T12:00"),
    "resumed at half": ("4wh", ("06T10:00/06T11:00",), None, "06T12:00", "", "50%", "06T14:12"),
    "paused after its half, and looked at later": (
        "4wh",
        ("06T11:30/06T13:30",),
        None,
        "06T14:00",
        "",
        "50%",
        "06T14:12",
    ),
    "rungs below one that fired are done": ("4wh", (), None, "06T13:30", "80%", "", "06T14:00"),
    "rungs of an older ladder": ("4wh", (), None, "06T13:30", "60%", "80%", "06T14:00"),
    "all shares are done once a later rung fired": ("4wh", (), None, "07T18:00", "+20h", "+24h +1wd", None),
    "a later rung below one that fired": ("4wh", (), None, "07T18:00", "+1wd", "", None),
    "memory of another program": ("4wh", (), None, "06T11:00", "half", "50%", "06T13:12"),
    "of wall time for calendar days": ("1d", (), None, "07T04:30", "", "50%", "07T16:12"),
    "of wall time for hours": ("4h", (), None, "06T11:00", "", "50%", "06T12:12"),
    "of open time for working days": ("1wd", (), None, "06T18:00", "", "50%", "07T14:48"),
    "of open time for working days, before": ("1wd", (), None, "06T17:59", "", "", "06T18:00"),
}


@pytest.mark.parametrize(("within", "paused", "met", "now", "fired", "reached", "following"), RUNGS.values(), ids=RUNGS)
def test_rungs(
    within: str, paused: tuple[str, ...], met: str | None, now: str, fired: str, reached: str, following: str | None
) -> None:
    """4.3.2 each rung once per run of the clock; after an outage all missed rungs together."""
    it = clock(within, paused=paused, met=met)
    done = frozenset(fired.split())

    assert fire(it, t(now), done).names == tuple(reached.split())
    assert next_at(it, t(now), done) == (None if following is None else t(following))
    assert fire(it, t(now), done | set(reached.split())).names == (), "not again"


def test_missed_rungs_take_effect_together_and_the_highest_tells() -> None:
    reached = fire(clock(), t("30T18:00"))

    assert reached.effects == ("remind", "raise priority", "hand up", "reassign")
    assert reached.highest is not None
    assert reached.highest.name == "+1wd"
    assert fire(clock(), t(START)).highest is None


def test_without_a_ladder_the_end_is_next() -> None:
    it = clock(ladder=Ladder())
    assert next_at(it, t("06T10:00")) == t("06T14:00")
    assert look(it, t("06T14:00")).next_at is None


def test_a_run_stays_when_the_end_moves_and_changes_with_the_start() -> None:
    """4.3.2 an extension keeps what has fired."""
    assert clock("4wh").run == "acknowledge@2026-05-06T01:00:00Z" == clock("8wh").run
    assert clock(start="06T09:01").run != clock().run
    assert clock(restarts=1).run == "acknowledge@2026-05-06T01:00:00Z#1"
    extended = clock("3wd")
    assert fire(extended, t("06T17:00"), frozenset({"50%", "80%", "100%"})).names == ()
    assert next_at(extended, t("06T17:00"), frozenset({"50%", "80%", "100%"})) == extended.due_at


def test_a_promise_is_due_when_it_says_and_does_not_pause() -> None:
    """3.3.3 nothing moves what was promised; shares are of the time on the wall."""
    promise = Clock(
        name="promise", clauses=(), started_at=t(START), calendar=CN, until_at=t("07T09:00"), ladder=LADDER,
        pauses=pauses("06T10:00"),
    )  # fmt: skip
    assert promise.due == (t("07T09:00"), False)
    assert promise.status(t("06T12:00")) == "running"
    assert fire(promise, t("06T21:00")).names == ("50%",)
    assert next_at(promise, t("06T12:00")) == t("06T21:00")


def test_provisional() -> None:
    """1.3.1 a clock that reaches into a year without data says so, paused or not."""
    for paused in ((), ("2026-12-30T10:00/2026-12-30T11:00",)):
        due = clock("3wd", start="2026-12-30T09:00", paused=paused).due
        assert due is not None
        assert due.provisional
    due = clock("3wd", paused=("06T10:00/06T11:00",)).due
    assert due is not None
    assert not due.provisional


WRONG = {
    "neither": {},
    "both": {"within": Spec.parse("1wh"), "until_at": t("07T09:00")},
    "no zone": {"until_at": t("07T09:00").replace(tzinfo=None)},
}


@pytest.mark.parametrize("ends", WRONG.values(), ids=WRONG)
def test_a_clock_ends_in_one_way(ends: dict[str, datetime | Spec]) -> None:
    with pytest.raises(ValueError, match="clock x: "):
        Clock(name="x", clauses=(), started_at=t(START), calendar=CN, **ends)  # type: ignore[arg-type]


spans = st.tuples(st.integers(0, 30_000), st.integers(0, 3_000))
units = st.sampled_from(["240wm", "7wh", "3wd", "2d", "30h", "90m"])


@given(units, st.lists(spans, max_size=4), st.integers(0, 60_000))
@settings(max_examples=100, deadline=None)
def test_looked_at_whenever_each_rung_takes_effect_once_and_never_early(
    within: str, minutes: list[tuple[int, int]], step: int
) -> None:
    """However often and whenever the clock is looked at, the same rungs take effect in the same order."""
    begin = t(START)
    paused = tuple(
        Pause(from_at=begin + timedelta(minutes=at), until_at=begin + timedelta(minutes=at + long))
        for at, long in minutes
    )
    it = Clock(
        name="x", clauses=(), started_at=begin, calendar=CN, within=Spec.parse(within), pauses=paused, ladder=LADDER
    )
    assert it.due is not None
    fired: list[str] = []
    now, looks = begin + timedelta(minutes=step % 5_000), 0
    while True:
        seen = look(it, now, frozenset(fired))
        fired += seen.reached.names
        assert seen.status != "paused" or not seen.reached.rungs
        if seen.next_at is None:
            break
        assert seen.next_at > now
        now, looks = seen.next_at, looks + 1
    assert looks < 30
    assert sorted(fired) == sorted(rung.name for rung in LADDER.rungs)
    assert now >= it.due.at.astimezone(UTC)
    assert fire(it, it.due.at - timedelta(microseconds=1)).names[-1:] != ("100%",)
