"""The shipped calendars against two public packages, on every day, and the worked examples of the unit's meanings."""

from datetime import UTC, date, datetime, timedelta

import chinese_calendar
import holidays
import pytest

from policies.kernel.calendar import Spec, WorkingCalendar
from zhidu.calendars import load_calendars

CALENDARS = load_calendars()
CN = CALENDARS["cn"]


def days_of(year: int) -> list[date]:
    return [date(year, 1, 1) + timedelta(days=index) for index in range(366 if year == 2024 else 365)]


@pytest.mark.parametrize("year", [2024, 2025, 2026])
def test_every_day_as_two_packages_have_it(year: int) -> None:
    """1.3.1 working days of mainland China, public holidays and make-up days (调休)."""
    china = holidays.country_holidays("CN", years=year)
    for day in days_of(year):
        worked = bool(CN.day(day).hours)
        assert worked == chinese_calendar.is_workday(day), day
        assert worked == china.is_working_day(day), day
        assert CN.day(day).known
        assert CN.is_open(datetime(day.year, day.month, day.day, 2, tzinfo=UTC)) == worked, day
        if CN.day(day).kind == "holiday":
            assert CN.day(day).name == str(chinese_calendar.get_holiday_detail(day)[1])


def test_no_year_beyond_the_data() -> None:
    assert not CN.day(date(2023, 10, 1)).known
    assert not CN.day(date(2027, 1, 1)).known


# Times are those of Shanghai. 1 to 5 May 2026 is a holiday, Saturday 9 May a make-up day; 2026-09-28 is a Monday,
# 1 to 7 October a holiday, Saturday 10 October a make-up day.
ENDS = {
    "style's worked check": ("2026-04-30T17:00", "4wh", "2026-05-06T12:00"),
    "used up exactly at the break": ("2026-05-06T10:00", "2wh", "2026-05-06T12:00"),
    "used up exactly at closing": ("2026-04-30T17:30", "30wm", "2026-04-30T18:00"),
    "one minute more": ("2026-04-30T17:30", "31wm", "2026-05-06T09:01"),
    "over the break": ("2026-05-06T11:30", "1wh", "2026-05-06T13:30"),
    "from within the break": ("2026-05-06T12:20", "1wh", "2026-05-06T14:00"),
    "from closing itself": ("2026-05-06T18:00", "1wh", "2026-05-07T10:00"),
    "from a holiday": ("2026-05-02T10:00", "30wm", "2026-05-06T09:30"),
    "a microsecond late": ("2026-05-06T10:00:00.000001", "2wh", "2026-05-06T13:00:00.000001"),
    "a make-up Saturday has a weekday's hours": ("2026-05-08T17:00", "2wh", "2026-05-09T10:00"),
    "15 working days over National Day": ("2026-09-28T16:00", "15wd", "2026-10-23T18:00"),
    "a working day from a holiday": ("2026-05-02T10:00", "1wd", "2026-05-06T18:00"),
    "a working day from late in the evening": ("2026-05-06T23:59:59", "1wd", "2026-05-07T18:00"),
    "a working day from midnight": ("2026-05-07T00:00", "1wd", "2026-05-08T18:00"),
    "working days end on a make-up day": ("2026-05-07T08:00", "2wd", "2026-05-09T18:00"),
    "15 calendar days": ("2026-04-30T17:00", "15d", "2026-05-16T00:00"),
    "a calendar day from midnight": ("2026-04-30T00:00", "1d", "2026-05-02T00:00"),
    "hours on the wall": ("2026-04-30T17:00", "24h", "2026-05-01T17:00"),
    "minutes on the wall": ("2026-04-30T17:50", "30m", "2026-04-30T18:20"),
}


def shanghai(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=CN.zone)


@pytest.mark.parametrize(("start", "spec", "end"), ENDS.values(), ids=ENDS)
def test_ends(start: str, spec: str, end: str) -> None:
    """1.3.1, 4.1.3, 4.3.2: what the units mean, whatever the zone a start is written in."""
    due = CN.add(shanghai(start), Spec.parse(spec))

    assert due.at == shanghai(end)
    assert due.at.tzinfo is UTC
    assert not due.provisional
    assert CN.add(shanghai(start).astimezone(UTC), Spec.parse(spec)) == due


PROVISIONAL = {
    "within the data": ("2026-12-30T10:00", "1wd", False),
    "closes the last year": ("2026-12-31T17:00", "1wh", False),
    "into a year without data": ("2026-12-31T17:00", "61wm", True),
    "working days into a year without data": ("2026-12-31T10:00", "1wd", True),
    "from a year without data": ("2023-12-29T10:00", "1wd", True),
    "from a year without data, by hours": ("2023-12-29T17:00", "2wh", True),
    "holidays do not change calendar days": ("2026-12-31T10:00", "15d", False),
    "holidays do not change hours on the wall": ("2026-12-31T10:00", "72h", False),
}


@pytest.mark.parametrize(("start", "spec", "provisional"), PROVISIONAL.values(), ids=PROVISIONAL)
def test_provisional(start: str, spec: str, provisional: bool) -> None:
    """1.3.1 a period that reaches into a year without data says so."""
    due = CN.add(shanghai(start), Spec.parse(spec))

    assert due.provisional == provisional
    assert CN.is_provisional(shanghai(start), due.at, Spec.parse(spec).unit) == provisional


def test_the_default_calendar_is_chinas() -> None:
    assert CALENDARS["default"].zone.key == "Asia/Shanghai"
    assert CALENDARS["default"].title == CN.title
    assert repr(CN) == "WorkingCalendar('cn', Asia/Shanghai)"


def test_london_is_provisional_until_it_has_years() -> None:
    uk: WorkingCalendar = CALENDARS["uk"]
    # The clocks go back on 25 October 2026: Friday 16:30 BST is 15:30 UTC, Monday 10:00 GMT is 10:00 UTC.
    due = uk.add(datetime(2026, 10, 23, 15, 30, tzinfo=UTC), Spec.parse("2wh"))
    assert due == (datetime(2026, 10, 26, 10, 0, tzinfo=UTC), True)
