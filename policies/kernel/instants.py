"""The instant that a phrase of time means, on a working calendar. 3.3.3.

A day without a time of day ends when that day's work does; a day off, when a usual day's does.
"""

from calendar import monthrange
from datetime import UTC, date, datetime, time, timedelta
from typing import Final, assert_never

from policies.kernel.calendar import WorkingCalendar
from policies.kernel.spec import Spec
from policies.kernel.text.times import (
    AfterHoliday,
    At,
    Date,
    Day,
    Holiday,
    InDays,
    MonthDay,
    NextWorkingDay,
    Span,
    Weekday,
    WeekEnd,
    When,
)

_ONE: Final = timedelta(days=1)
_WEEK: Final = 7
_LONGEST_SEARCH: Final = 370


def instant(when: When, sent_at: datetime, calendar: WorkingCalendar) -> datetime:
    """When what was promised at `sent_at` is due; aware, UTC.

    raises   ValueError – an instant without a zone, or one that the calendar does not reach
    """
    if isinstance(when, Span):
        return _after(when, sent_at, calendar)
    local = sent_at.astimezone(calendar.zone)
    day = _day(when.day, local, calendar)
    if when.minute is None:
        return _closing(day, calendar)
    due = _at(day, when.minute, calendar)
    return _at(day + _ONE, when.minute, calendar) if when.bare and due <= sent_at else due


def _after(span: Span, sent_at: datetime, calendar: WorkingCalendar) -> datetime:
    local = sent_at.astimezone(calendar.zone).date()
    match span.unit:
        case "m" | "h" | "wm" | "wd":
            return calendar.add(sent_at, Spec(span.amount, span.unit)).at
        case "d":
            return _closing(local + timedelta(days=span.amount), calendar)
        case "months":
            return _closing(_month_day(local, span.amount, local.day), calendar)
        case _:
            assert_never(span.unit)


def _day(day: Day, sent: datetime, calendar: WorkingCalendar) -> date:
    today = sent.date()
    match day:
        case InDays():
            return today + timedelta(days=day.days)
        case Weekday():
            return _weekday(day, today)
        case WeekEnd():
            return _last_worked(today + timedelta(days=_WEEK * day.weeks - today.weekday()), calendar)
        case Date():
            return _date(day, sent, calendar)
        case MonthDay(months=None):
            this = _month_day(today, 0, day.day)
            return this if _closing(this, calendar) > sent else _month_day(today, 1, day.day)
        case MonthDay():
            return _month_day(today, day.months or 0, day.day)
        case NextWorkingDay():
            return _worked(today, 1, calendar)
        case AfterHoliday():
            return _worked(_last_day_off(today, calendar, day.name), day.count, calendar)
        case _:
            assert_never(day)


def _weekday(day: Weekday, today: date) -> date:
    if day.weeks is None:
        return today + timedelta(days=(day.day - today.isoweekday() - 1) % _WEEK + 1)
    return today + timedelta(days=_WEEK * day.weeks + day.day - today.isoweekday())


def _date(day: Date, sent: datetime, calendar: WorkingCalendar) -> date:
    if day.year is not None:
        return _in_month(day.year, day.month, day.day)
    if day.next_year:
        return _in_month(sent.year + 1, day.month, day.day)
    this = _in_month(sent.year, day.month, day.day)
    return this if _closing(this, calendar) > sent else _in_month(sent.year + 1, day.month, day.day)


def _month_day(today: date, months: int, day: int) -> date:
    month = today.month - 1 + months
    return _in_month(today.year + month // 12, month % 12 + 1, day)


def _in_month(year: int, month: int, day: int) -> date:
    return date(year, month, min(day, monthrange(year, month)[1]))


def _last_worked(monday: date, calendar: WorkingCalendar) -> date:
    """The last working day of a week; its Friday when none is worked."""
    week = [monday + timedelta(days=days) for days in range(_WEEK)]
    return next((day for day in reversed(week) if calendar.day(day).hours), week[4])


def _worked(after: date, count: int, calendar: WorkingCalendar) -> date:
    """The `count`-th working day after a date; a calendar that is never worked has none, and each day counts."""
    day = after
    for _ in range(_LONGEST_SEARCH):
        day += _ONE
        count -= bool(calendar.day(day).hours)
        if count <= 0:
            return day
    return after + _ONE


def _last_day_off(today: date, calendar: WorkingCalendar, name: Holiday | None) -> date:
    """The last day of the holiday in progress or next to come; today when no holiday is known.

    name   the holiday meant; one that the calendar does not know is whichever comes next
    """
    day, seen, some = today, False, False
    for _ in range(_WEEK * 2):  # from before the holiday in progress: today may be the weekend that it ends with
        if calendar.day(day).hours:
            break
        day -= _ONE
    for _ in range(_LONGEST_SEARCH):
        kind = calendar.day(day)
        if kind.hours and seen and day > today:
            return day - _ONE
        if kind.hours:
            seen = False
        elif kind.kind == "holiday":
            some = True
            seen = seen or name is None or kind.name.lower().startswith(name)
        day += _ONE
    return _last_day_off(today, calendar, None) if some and name is not None else today


def _closing(day: date, calendar: WorkingCalendar) -> datetime:
    hours = calendar.day(day).hours
    return _at(day, hours[-1][1] if hours else _usual_closing(day, calendar), calendar)


def _usual_closing(day: date, calendar: WorkingCalendar) -> int:
    """The end of work on the nearest usual working day before."""
    for days in range(1, 3 * _WEEK):
        known = calendar.day(day - timedelta(days=days))
        if known.kind == "open" and known.hours:
            return known.hours[-1][1]
    return 18 * 60


def _at(day: date, minute: int, calendar: WorkingCalendar) -> datetime:
    whole, minute = divmod(minute, 24 * 60)
    local = datetime.combine(day + timedelta(days=whole), time(minute // 60, minute % 60), tzinfo=calendar.zone)
    return local.astimezone(UTC)


__all__ = ["At", "instant"]
