"""The working calendar's arithmetic: properties against a count by local time, changes of the clocks, limits."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from policies.kernel.calendar import CalendarFile, Spec, Unit, WorkingCalendar
from policies.kernel.day_count import amount_text

OFFICE = {"mon-fri": ["09:00-12:00", "13:00-18:00"]}
NIGHT = {"mon": ["22:00-24:00"], "tue-sat": ["00:00-06:00", "22:00-24:00"], "sun": ["00:00-06:00"]}
ODD = {"sun": ["00:30-02:30", "02:45-03:15"], "wed": ["00:00-24:00"], "sat": ["23:00-24:00"]}
# Several spans in an hour, and openings in the middle of one.
RAGGED = {"mon-sun": ["09:05-09:10", "09:15-09:20", "09:50-10:10", "13:30-14:30", "14:31-14:32", "23:59-24:00"]}


def calendar(zone: str, hours: dict[str, list[str]], **more: object) -> WorkingCalendar:
    return WorkingCalendar.build(zone, CalendarFile.model_validate({"zone": zone, "hours": hours, **more}))


CALENDARS = [
    calendar("Asia/Shanghai", OFFICE, years={2026: {"holidays": [{"date": "2026-05-01", "name": "Labour Day"}]}}),
    calendar("Europe/London", OFFICE),
    calendar("Europe/London", ODD),
    calendar("Europe/London", NIGHT),
    calendar("America/New_York", NIGHT),
    calendar("America/Santiago", ODD),  # the clocks change at midnight
    calendar("Australia/Lord_Howe", ODD),  # by half an hour
    calendar("Asia/Kathmandu", OFFICE),  # 5:45 from UTC
    calendar("Europe/London", RAGGED),
]
UNITS: tuple[Unit, ...] = ("wm", "wh", "wd", "m", "h", "d")
calendars = st.sampled_from(CALENDARS)
units = st.sampled_from(UNITS)
AROUND = datetime(2025, 7, 1, tzinfo=UTC)
instants = st.integers(-900 * 86_400_000_000, 900 * 86_400_000_000).map(lambda us: AROUND + timedelta(microseconds=us))
# Changes of the clocks, where mistakes live: London, Santiago, Lord Howe, New York.
CHANGES = [
    datetime.fromisoformat(text)
    for text in (
        "2026-03-29T01:00Z",
        "2026-10-25T01:00Z",
        "2026-04-05T03:00Z",
        "2026-09-06T04:00Z",
        "2026-04-04T15:00Z",
        "2026-10-03T15:30Z",
        "2026-03-08T07:00Z",
        "2026-11-01T06:00Z",
    )
]
changes = st.builds(
    lambda at, seconds: at + timedelta(seconds=seconds), st.sampled_from(CHANGES), st.integers(-100_000, 100_000)
)
starts = st.one_of(instants, changes)
amounts = st.integers(1, 400)


def open_by_local_time(cal: WorkingCalendar, at: datetime) -> bool:
    local = at.astimezone(cal.zone)
    minute = local.hour * 60 + local.minute
    return any(opens <= minute < closes for opens, closes in cal.day(local.date()).hours)


@given(calendars, starts)
@settings(max_examples=300, deadline=None)
def test_open_exactly_when_the_local_time_is_in_hours(cal: WorkingCalendar, at: datetime) -> None:
    assert cal.is_open(at) == open_by_local_time(cal, at)


@given(calendars, starts, amounts)
@settings(max_examples=100, deadline=None)
def test_open_minutes_as_counted_one_by_one(cal: WorkingCalendar, start: datetime, amount: int) -> None:
    start = start.replace(second=0, microsecond=0)
    at, left = start, amount
    while left:
        left -= open_by_local_time(cal, at)
        at += timedelta(minutes=1)
    assert cal.add(start, Spec(amount, "wm")).at == at


@given(calendars, starts, amounts, units)
@settings(max_examples=120, deadline=None)
def test_add_and_between_are_inverse(cal: WorkingCalendar, start: datetime, amount: int, unit: Unit) -> None:
    end = cal.add(start, Spec(amount, unit)).at
    assert end > start
    assert cal.between(start, end, unit) == amount
    assert cal.between(start, end - timedelta(microseconds=1), unit) == amount - 1
    assert cal.between(end, start, unit) == -amount


@given(calendars, starts, starts, amounts, units)
@settings(max_examples=120, deadline=None)
def test_monotone(cal: WorkingCalendar, one: datetime, two: datetime, amount: int, unit: Unit) -> None:
    earlier, later = sorted((one, two))
    assert cal.add(earlier, Spec(amount, unit)).at <= cal.add(later, Spec(amount, unit)).at
    assert cal.add(one, Spec(amount, unit)).at < cal.add(one, Spec(amount + 1, unit)).at or unit == "wd"
    assert cal.between(earlier, later, unit) >= 0


@given(calendars, starts, amounts, st.sampled_from(("wm", "wh", "wd")))
@settings(max_examples=120, deadline=None)
def test_never_ends_outside_hours(cal: WorkingCalendar, start: datetime, amount: int, unit: Unit) -> None:
    end = cal.add(start, Spec(amount, unit)).at
    assert open_by_local_time(cal, end - timedelta(microseconds=1))


@given(calendars, starts, amounts, st.sampled_from(("wm", "wh")))
@settings(max_examples=120, deadline=None)
def test_open_time_is_what_was_added(cal: WorkingCalendar, start: datetime, amount: int, unit: Unit) -> None:
    spec = Spec(amount, unit)
    end = cal.add(start, spec).at
    assert cal.open_time(start, end) == spec.length
    assert cal.after_open(start, spec.length) == end
    assert cal.open_time(end, start) == timedelta(0)


@given(calendars, starts, amounts, units)
@settings(max_examples=120, deadline=None)
def test_explained_days_add_up(cal: WorkingCalendar, start: datetime, amount: int, unit: Unit) -> None:
    spec = Spec(min(amount, 40), unit)
    days = cal.explain(start, spec)
    assert days[-1].total == (spec.amount if unit in ("wd", "d") else spec.length.total_seconds())
    assert days[0].date == start.astimezone(cal.zone).date()
    assert [day.date for day in days] == [days[0].date + timedelta(days=index) for index in range(len(days))]
    assert sum(day.counted for day in days) == pytest.approx(days[-1].total)


EXPLAINED = {
    "open time": ("4wh", [("open", "1:00"), *[("holiday", "0:00")] * 5, ("open", "3:00")]),
    "working days": ("1wd", [("open", "0"), *[("holiday", "0")] * 5, ("open", "1")]),
    "calendar days": ("2d", [("open", "0"), ("holiday", "1"), ("holiday", "1")]),
    "the wall": ("8h", [("open", "7:00"), ("holiday", "1:00")]),
}


@pytest.mark.parametrize(("text", "rows"), EXPLAINED.values(), ids=EXPLAINED)
def test_explain(text: str, rows: list[tuple[str, str]]) -> None:
    """1.3.1 a period is told day by day, with the holiday's name."""
    holidays = [{"date": f"2026-05-0{day}", "name": "Labour Day"} for day in range(1, 6)]
    cal = calendar("Asia/Shanghai", OFFICE, years={2026: {"holidays": holidays}})
    spec = Spec.parse(text)

    days = cal.explain(datetime(2026, 4, 30, 9, tzinfo=UTC), spec)

    assert [(day.kind, amount_text(day.counted, spec)) for day in days] == rows
    assert {day.name for day in days} == {"", "Labour Day"}
    assert days[0].weekday == 3
    assert all(day.known for day in days)


def test_seconds_are_told_only_where_there_are_any() -> None:
    assert amount_text(5400, Spec.parse("2wh")) == "1:30"
    assert amount_text(5401, Spec.parse("2wh")) == "1:30:01"


def test_a_day_that_the_zone_skipped() -> None:
    """Samoa had no 30 December 2011: it passes in no time, and a period over it ends a real day sooner."""
    cal = calendar("Pacific/Apia", {"mon-sun": ["08:00-16:00"]})
    start = datetime(2011, 12, 29, 9, tzinfo=cal.zone)
    assert cal.add(start, Spec.parse("2d")).at == datetime(2012, 1, 1, 0, tzinfo=cal.zone)
    assert cal.add(start, Spec.parse("8wh")).at == datetime(2011, 12, 31, 9, tzinfo=cal.zone)


LIMITS = {
    "no zone": (datetime(2026, 5, 1, tzinfo=UTC).replace(tzinfo=None), "1wh", "needs a zone"),
    "before the first year": (datetime(1969, 12, 30, tzinfo=UTC), "1wh", "1970 through 2199"),
    "after the last year": (datetime(2200, 1, 2, tzinfo=UTC), "1wd", "1970 through 2199"),
    "far off": (datetime(9999, 12, 31, 23, tzinfo=UTC), "1wh", "1970 through 2199"),
    "out of Python's years": (datetime.max.replace(tzinfo=CALENDARS[4].zone), "1wh", "1970 through 2199"),
    "far off, on the wall": (datetime(9999, 12, 31, 23, tzinfo=UTC), "2h", "1970 through 2199"),
    "ends too late, by hours": (datetime(2199, 12, 31, tzinfo=UTC), "99wh", "ends after 2199"),
    "ends too late, by days": (datetime(2199, 12, 20, tzinfo=UTC), "30wd", "ends after 2199"),
    "ends too late, by calendar days": (datetime(2199, 12, 20, tzinfo=UTC), "30d", "ends after 2199"),
    "ends far too late": (datetime(2199, 1, 1, tzinfo=UTC), "999999wd", "ends after 2199"),
}


@pytest.mark.parametrize(("start", "spec", "message"), LIMITS.values(), ids=LIMITS)
def test_limits(start: datetime, spec: str, message: str) -> None:
    cal = calendar("Asia/Shanghai", OFFICE)
    with pytest.raises(ValueError, match=message):
        cal.add(start, Spec.parse(spec))


def test_open_time_beyond_the_table() -> None:
    cal = calendar("Asia/Shanghai", {"sat": ["09:00-10:00"]})
    assert cal.after_open(datetime(2025, 1, 1, tzinfo=UTC), timedelta(hours=200)).year == 2028
    with pytest.raises(ValueError, match="ends after 2199"):
        calendar("Asia/Shanghai", OFFICE).after_open(datetime(2199, 12, 1, tzinfo=UTC), timedelta(hours=999))


RAGGED_ENDS = {
    "in the second span of an hour": ("2026-05-06T09:16", "2wm", "2026-05-06T09:18"),
    "over three spans": ("2026-05-06T09:06", "10wm", "2026-05-06T09:51"),
    "from between them": ("2026-05-06T09:12", "6wm", "2026-05-06T09:51"),
    "exactly used up in the second": ("2026-05-06T09:05", "10wm", "2026-05-06T09:20"),
    "over the hour": ("2026-05-06T09:55", "15wm", "2026-05-06T10:10"),
    "over midnight": ("2026-05-06T23:59:30", "1wm", "2026-05-07T09:05:30"),
}


@pytest.mark.parametrize(("start", "spec", "end"), RAGGED_ENDS.values(), ids=RAGGED_ENDS)
def test_several_spans_in_an_hour(start: str, spec: str, end: str) -> None:
    cal = calendar("Asia/Shanghai", RAGGED)
    begin, until = (datetime.fromisoformat(text).replace(tzinfo=cal.zone) for text in (start, end))
    assert cal.add(begin, Spec.parse(spec)).at == until


@pytest.mark.parametrize(("start", "end", "unit", "days"), [
    ("2026-05-06T19:00", "2026-05-07T08:00", "wd", 0),
    ("2026-05-06T10:00", "2026-05-08T18:00", "wd", 3),
    ("2026-05-06T18:00", "2026-05-07T18:00", "wd", 1),
    ("2026-05-06T10:00", "2026-05-08T00:00", "d", 2),
])  # fmt: skip
def test_days_ended(start: str, end: str, unit: Unit, days: int) -> None:
    cal = CALENDARS[0]
    begin, until = (datetime.fromisoformat(text).replace(tzinfo=cal.zone) for text in (start, end))
    assert cal.days_ended(begin, until, unit) == days


def test_the_order_of_questions_does_not_matter() -> None:
    """A calendar unrolls years as it is asked; earlier and later ones join those that are there."""
    asked, fresh = calendar("Europe/London", OFFICE), calendar("Europe/London", OFFICE)
    for year in (2026, 2028, 2022, 2024):
        asked.add(datetime(year, 6, 1, tzinfo=UTC), Spec.parse("300wd"))
    for year in range(2021, 2030):
        start = datetime(year, 3, 1, tzinfo=UTC)
        for text in ("7wh", "20wd", "20d"):
            assert asked.add(start, Spec.parse(text)) == fresh.add(start, Spec.parse(text))
    assert asked.day(date(2026, 12, 25)).kind == "open"


STARTS = {
    # row: (starts while the desk is closed over new year, whether each is provisional); 2025 has no holidays on file
    "from the year without data first": (("2025-12-31T23:00+08:00", "2026-01-01T03:00+08:00"), [True, False]),
    "from the year with data first": (("2026-01-01T03:00+08:00", "2025-12-31T23:00+08:00"), [False, True]),
    "each twice": (("2025-12-31T23:00+08:00", "2026-01-01T03:00+08:00") * 2, [True, False] * 2),
}


@pytest.mark.parametrize(("starts", "provisional"), STARTS.values(), ids=STARTS)
def test_starts_while_closed_end_together_and_each_is_as_sure_as_its_own_year(
    starts: tuple[str, ...], provisional: list[bool]
) -> None:
    cal = calendar("Asia/Shanghai", OFFICE, years={2026: {"holidays": [{"date": "2026-05-01", "name": "Labour Day"}]}})

    dues = [cal.add(datetime.fromisoformat(start), Spec.parse("2wh")) for start in starts]

    assert {due.at for due in dues} == {datetime.fromisoformat("2026-01-01T11:00+08:00")}
    assert [due.provisional for due in dues] == provisional
