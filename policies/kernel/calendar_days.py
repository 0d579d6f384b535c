"""A calendar's days: what kind each one is and which hours it has, from validated files laid over one another."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Literal, Self, TypeAlias, TypeVar
from zoneinfo import ZoneInfo

from policies.kernel.calendar_data import FIRST_YEAR, LAST_YEAR, CalendarFile, Hours

T = TypeVar("T")
DayKind: TypeAlias = Literal["open", "weekend", "holiday", "makeup", "special"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Day:
    """One date on a calendar.

    kind    open or weekend by the weekly hours; holiday and makeup by name; special by a correction with own hours
    name    of the holiday, of the holiday made up for, or of the correction; empty for open and weekend
    hours   open spans in minutes of local time; none when the day is not worked
    known   whether the year's holidays are known; where not, weekly hours alone decide
    """

    date: date
    kind: DayKind
    name: str
    hours: Hours
    known: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Days:
    """The rules that say what a date is. Exceptions are found by date, everything else by weekday."""

    zone: ZoneInfo
    week: tuple[Hours, ...]
    exceptions: dict[date, Day]
    known_years: frozenset[int]
    observes_holidays: bool

    @classmethod
    def layered(cls, files: tuple[CalendarFile, ...]) -> Self:
        """The files laid over one another, the first at the bottom: a setting or date of a later one wins.

        Raises ValueError when none of them gives a zone or weekly hours.
        """
        zone = _last(file.zone for file in files)
        week = _last(file.hours for file in files)
        if zone is None or week is None:
            raise ValueError("a calendar needs a zone and hours, of its own or of the calendar it extends")
        makeup = _last(file.makeup_hours for file in files) or next(hours for hours in week if hours)
        observes = _last(file.observes_holidays for file in files) is not False
        years = frozenset(year for file in files for year in file.years)
        exceptions: dict[date, Day] = {}
        for file in files:
            for year, data in file.years.items():
                # A year is complete in its file: it replaces what the layers below said about that year.
                exceptions = {day: kept for day, kept in exceptions.items() if day.year != year}
                for holiday in data.holidays:
                    exceptions[holiday.date] = Day(
                        date=holiday.date, kind="holiday", name=holiday.name, hours=(), known=True
                    )
                for workday in data.makeup_workdays:
                    exceptions[workday.date] = Day(
                        date=workday.date, kind="makeup", name=workday.name, hours=makeup, known=True
                    )
        for file in files:
            for fix in file.corrections:
                known = not observes or fix.date.year in years
                kind: DayKind = "holiday" if fix.closed else "makeup" if fix.open else "special"
                hours = () if fix.closed else fix.hours or makeup
                exceptions[fix.date] = Day(date=fix.date, kind=kind, name=fix.name, hours=hours, known=known)
        return cls(zone=ZoneInfo(zone), week=week, exceptions=exceptions, known_years=years, observes_holidays=observes)

    def on(self, day: date) -> Day:
        """What `day` is."""
        exception = self.exceptions.get(day)
        if exception is not None:
            return exception
        hours = self.week[day.weekday()]
        return Day(date=day, kind="open" if hours else "weekend", name="", hours=hours, known=self.knows(day.year))

    def knows(self, year: int) -> bool:
        """Whether the holidays of `year` are known, or do not matter here."""
        return not self.observes_holidays or year in self.known_years

    def known_runs(self) -> Iterator[tuple[int, int]]:
        """Unbroken runs of years with data, as (first, last), ascending."""
        if not self.observes_holidays:
            yield FIRST_YEAR, LAST_YEAR
            return
        years = sorted(self.known_years)
        first = 0
        for index, year in enumerate(years):
            if index + 1 == len(years) or years[index + 1] != year + 1:
                yield years[first], year
                first = index + 1


def _last(values: Iterator[T | None]) -> T | None:
    """The value of the uppermost layer that sets one."""
    found: T | None = None
    for value in values:
        found = found if value is None else value
    return found
