"""Calendar files: what they may hold, how they are laid over one another, and what their errors say."""

from datetime import UTC, date, datetime

import pytest

from policies.kernel.calendar import CalendarFile, Due, Spec, WorkingCalendar
from policies.kernel.calendar_data import parse_hours, parse_week
from policies.kernel.config import load_text
from policies.kernel.problems import ConfigErrors

OFFICE = """
title: Office
zone: Asia/Shanghai
hours:
  mon-thu: ["09:00-12:00", "13:00-18:00"]
  fri: ["09:00-12:00"]
years:
  2026:
    source: the notice
    holidays: [{date: 2026-05-01, name: Labour Day}, {date: 2026-05-04, name: Labour Day}]
    makeup_workdays: [{date: 2026-05-09, name: Labour Day}]
"""


def file(text: str) -> CalendarFile:
    return load_text(text, "cn.yaml", CalendarFile).config


def office(*above: str) -> WorkingCalendar:
    return WorkingCalendar.build("office", file(OFFICE), *map(file, above))


DAYS = {
    # the file above, date → kind, name, opening and closing minutes
    "a weekday": ("", "2026-05-06", "open", "", (540, 1080)),
    "a short weekday": ("", "2026-05-08", "open", "", (540, 720)),
    "a weekend": ("", "2026-05-10", "weekend", "", None),
    "a holiday": ("", "2026-05-01", "holiday", "Labour Day", None),
    "a make-up day": ("", "2026-05-09", "makeup", "Labour Day", (540, 1080)),
    "own hours of make-up days": ('makeup_hours: ["10:00-16:00"]', "2026-05-09", "makeup", "Labour Day", (600, 960)),
    "closed by correction": (
        "corrections: [{date: 2026-05-06, name: typhoon, closed: true}]", "2026-05-06", "holiday", "typhoon", None,
    ),
    "opened by correction": (
        "corrections: [{date: 2026-05-10, name: backlog, open: true}]", "2026-05-10", "makeup", "backlog", (540, 1080),
    ),
    "special hours": (
        'corrections: [{date: 2026-05-01, name: half day, hours: ["09:00–11:00"]}]',
        "2026-05-01", "special", "half day", (540, 660),
    ),
    "a correction of a make-up day": (
        "corrections: [{date: 2026-05-09, name: not us, closed: true}]", "2026-05-09", "holiday", "not us", None,
    ),
    "other hours": ('hours: {sun: ["10:00-12:00"]}', "2026-05-10", "open", "", (600, 720)),
    "a year replaced": ("years: {2026: {}}", "2026-05-01", "open", "", (540, 720)),
    "a year added leaves the others": ("years: {2027: {}}", "2026-05-01", "holiday", "Labour Day", None),
}  # fmt: skip


@pytest.mark.parametrize(("above", "day", "kind", "name", "hours"), DAYS.values(), ids=DAYS)
def test_days(above: str, day: str, kind: str, name: str, hours: tuple[int, int] | None) -> None:
    """1.3.1 shipped data is corrected and extended in configuration, without a release."""
    it = office(above).day(date.fromisoformat(day))

    assert (it.kind, it.name) == (kind, name)
    assert (it.hours[0][0], it.hours[-1][1]) == hours if hours else it.hours == ()


def test_corrections_of_several_files_add_up_and_the_last_wins() -> None:
    it = office(
        "corrections: [{date: 2026-05-06, name: storm, closed: true}, {date: 2026-05-07, name: storm, closed: true}]",
        "corrections: [{date: 2026-05-07, name: over, open: true}]",
    )
    assert [it.day(date(2026, 5, day)).name for day in (6, 7, 8)] == ["storm", "over", ""]
    assert it.title == "Office"
    assert WorkingCalendar.build("n", file("zone: UTC\nhours: {mon: [09:00-10:00]}")).title == "n"


def test_a_period_is_counted_again_when_the_year_is_added() -> None:
    """1.3.1 provisional by weekly hours alone, then by the year's holidays."""
    start, spec = datetime(2026, 12, 31, 9, tzinfo=UTC), Spec.parse("1wd")
    added = "years: {2027: {holidays: [{date: 2027-01-01, name: New Year}]}}"

    assert office().add(start, spec) == Due(datetime(2027, 1, 1, 4, tzinfo=UTC), True)
    assert office(added).add(start, spec) == Due(datetime(2027, 1, 4, 10, tzinfo=UTC), False)


def test_a_gap_in_the_years_is_provisional() -> None:
    it = office("years: {2028: {}}")
    assert not it.add(datetime(2026, 3, 2, tzinfo=UTC), Spec.parse("5wd")).provisional
    assert it.add(datetime(2026, 12, 31, 9, tzinfo=UTC), Spec.parse("300wd")).provisional
    assert not it.add(datetime(2028, 3, 2, tzinfo=UTC), Spec.parse("5wd")).provisional


def test_a_desk_that_works_through_holidays_is_never_provisional() -> None:
    it = WorkingCalendar.build("all", file('zone: UTC\nobserves_holidays: false\nhours: {mon-sun: ["00:00-24:00"]}'))
    assert it.add(datetime(2050, 1, 1, tzinfo=UTC), Spec.parse("48wh")) == (datetime(2050, 1, 3, tzinfo=UTC), False)
    assert it.day(date(2050, 1, 1)).known


def test_whether_it_knows_any_holidays() -> None:
    """A profile that counts working days needs a calendar that does."""
    assert office().knows_holidays
    assert not WorkingCalendar.build("x", file("zone: UTC\nhours: {mon: [09:00-10:00]}")).knows_holidays


def test_a_correction_makes_no_year_known() -> None:
    it = office("corrections: [{date: 2027-01-01, name: New Year, closed: true}]")
    assert not it.day(date(2027, 1, 1)).known
    assert it.add(datetime(2026, 12, 31, 9, tzinfo=UTC), Spec.parse("1wd")).provisional


WRONG = {
    "unknown zone": ("zone: Asia/Shanghi", r"cn\.yaml:1: zone: .*unknown time zone 'Asia/Shanghi'"),
    "a zone that is a path": ("zone: ../etc/passwd", "unknown time zone"),
    "a zone that is a folder": ("zone: Asia", "unknown time zone"),
    "hours for no weekday": ('hours: ["09:00-12:00"]', "hours are given per weekday"),
    "hours in one text": ("hours: {mon: 09:00-12:00}", "hours are a list"),
    "no hours at all": ("hours: {mon: []}", "no weekday has hours"),
    "unknown weekday": ("hours: {monday: [09:00-12:00]}", "unknown weekday 'monday'"),
    "backwards": ("hours: {fri-mon: [09:00-12:00]}", "runs backwards"),
    "weekday twice": ("hours: {mon-wed: [09:00-12:00], tue: [09:00-12:00]}", "tue is set twice"),
    "no span": ("hours: {mon: [nine to five]}", "mon: hours are written 09:00-12:00, got 'nine to five'"),
    "a span that is no text": ("hours: {mon: [9]}", "hours are written 09:00-12:00"),
    "no such hour": ("hours: {mon: [09:00-24:30]}", "a day ends at 24:00"),
    "closes first": ("hours: {mon: [22:00-06:00]}", "hours past midnight belong to the next day"),
    "overlap": ("hours: {mon: [09:00-12:00, 11:00-13:00]}", "hours overlap"),
    "a year out of reach": ("years: {1950: {}}", r"years\.1950: calendars reach from 1970 through 2199"),
    "a day in another year": (
        "years: {2026: {holidays: [{date: 2025-01-01, name: x}]}}", "2025-01-01 is not in 2026",
    ),
    "a day twice": (
        "years: {2026: {holidays: [{date: 2026-01-01, name: x}], makeup_workdays: [{date: 2026-01-01, name: y}]}}",
        "2026-01-01 is given twice",
    ),
    "a correction that does nothing": ("corrections: [{date: 2026-01-01, name: x}]", "exactly one of closed"),
    "a correction that does two things": (
        "corrections: [{date: 2026-01-01, name: x, closed: true, open: true}]", "exactly one of closed",
    ),
    "special hours that are none": (
        "corrections: [{date: 2026-01-01, name: x, hours: []}]", "hours is empty; closed: true says",
    ),
    "corrected twice": (
        "corrections: [{date: 2026-01-01, name: x, closed: true}, {date: 2026-01-01, name: y, open: true}]",
        "2026-01-01 is corrected twice",
    ),
    "unknown setting": ("zonne: UTC", "zonne"),
}  # fmt: skip


@pytest.mark.parametrize(("text", "message"), WRONG.values(), ids=WRONG)
def test_wrong(text: str, message: str) -> None:
    with pytest.raises(ConfigErrors, match=message):
        file(text)


def test_neither_zone_nor_hours() -> None:
    for text in ("zone: UTC", "hours: {mon: [09:00-10:00]}"):
        with pytest.raises(ValueError, match="needs a zone and hours"):
            WorkingCalendar.build("x", file(text))


def test_touching_spans_become_one_and_parsed_values_stay() -> None:
    assert parse_hours(["12:00-13:00", "09:00-12:00"]) == ((540, 780),)
    week = parse_week({"mon": ["09:00-10:00"]})
    assert parse_week(week) == week
    assert parse_hours(week[0]) == week[0]
    again = CalendarFile.model_validate(file(OFFICE).model_dump())
    assert again == file(OFFICE)
