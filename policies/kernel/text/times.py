"""What a phrase of time means, before a calendar makes an instant of it."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal, TypeAlias

SpanUnit = Literal["m", "h", "wm", "d", "wd", "months"]


@dataclass(frozen=True, slots=True)
class Span:
    """A period from the sending on: 3个工作日内, within 24 hours. `wm` is minutes of open time."""

    amount: int
    unit: SpanUnit


@dataclass(frozen=True, slots=True)
class InDays:
    """So many calendar days on: 今天 is 0, 后天 is 2."""

    days: int


@dataclass(frozen=True, slots=True)
class Weekday:
    """A day of the week, 1 Monday to 7 Sunday, of the ISO week so many on; `weeks` None: the next such day."""

    weeks: int | None
    day: int


@dataclass(frozen=True, slots=True)
class WeekEnd:
    """The last working day of the ISO week so many on: 本周内 is 0, 下周内 is 1."""

    weeks: int


@dataclass(frozen=True, slots=True)
class Date:
    """A date; without its year the nearest in the future, or that of the year after the sending."""

    month: int
    day: int
    year: int | None = None
    next_year: bool = False


@dataclass(frozen=True, slots=True)
class MonthDay:
    """A day of the month so many on; `months` None: the nearest in the future. Day 31 may be the 30th."""

    months: int | None
    day: int


Holiday = Literal["national", "spring", "labour", "new year", "dragon boat", "mid-autumn", "tomb-sweeping"]
"""Holidays that have names in promises; calendars call them so."""


@dataclass(frozen=True, slots=True)
class AfterHoliday:
    """The n-th working day after the holiday in progress or next to come; with a name, after that one."""

    count: int = 1
    name: Holiday | None = None


@dataclass(frozen=True, slots=True)
class NextWorkingDay:
    """The first working day after the day of sending."""


Day: TypeAlias = InDays | Weekday | WeekEnd | Date | MonthDay | AfterHoliday | NextWorkingDay


@dataclass(frozen=True, slots=True)
class At:
    """A day, at a minute of it; None: at closing time. A bare time of day that is past means the next day's."""

    day: Day
    minute: int | None = None
    bare: bool = False


When: TypeAlias = Span | At


def begun(begins: re.Pattern[str], pattern: re.Pattern[str], text: str) -> Iterator[re.Match[str]]:
    """What `pattern.finditer` finds, faster: it is only tried where `begins`, a simple pattern, finds a beginning."""
    end = 0
    for begin in begins.finditer(text):
        if begin.start() >= end:
            found = pattern.match(text, begin.start())
            if found is not None:
                end = found.end()
                yield found


@dataclass(frozen=True, slots=True)
class Phrase:
    """A phrase of time in folded text.

    bound   it names an end (内, 前, by, within), which only a deadline has
    """

    start: int
    end: int
    when: When
    bound: bool
