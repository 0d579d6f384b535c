"""What a calendar file holds, validated: zone, weekly hours, years of holidays and make-up days, corrections.

The files themselves are read elsewhere; these models take the parsed mapping.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Annotated, Final, Self, TypeAlias
from zoneinfo import ZoneInfo

from pydantic import BeforeValidator, Field, model_validator

from policies.kernel.config import StrictModel

FIRST_YEAR: Final = 1970
LAST_YEAR: Final = 2199
WEEKDAYS: Final = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")

Hours: TypeAlias = tuple[tuple[int, int], ...]
"""Open spans of one day, minutes since local midnight, ascending, apart from one another; closing may be 1440."""

_SPAN: Final = re.compile(r"([01][0-9]|2[0-3]):([0-5][0-9])-([01][0-9]|2[0-4]):([0-5][0-9])")


def parse_hours(spans: object) -> Hours:
    """Reads `["09:00-12:00", "13:00-18:00"]`; touching spans become one. Raises ValueError for anything else."""
    if not isinstance(spans, Sequence) or isinstance(spans, str):
        raise ValueError('hours are a list such as ["09:00-12:00", "13:00-18:00"]')
    merged: list[tuple[int, int]] = []
    for opens, closes in sorted(_parse_span(span) for span in spans):
        if merged and opens < merged[-1][1]:
            raise ValueError("hours overlap")
        if merged and opens == merged[-1][1]:
            merged[-1] = (merged[-1][0], closes)
        else:
            merged.append((opens, closes))
    return tuple(merged)


def _parse_span(span: object) -> tuple[int, int]:
    if isinstance(span, tuple):
        return span[0], span[1]
    match = _SPAN.fullmatch(span.replace("–", "-")) if isinstance(span, str) else None
    if match is None:
        raise ValueError(f"hours are written 09:00-12:00, got {span!r}")
    opens, closes = int(match[1]) * 60 + int(match[2]), int(match[3]) * 60 + int(match[4])
    if closes > 1440:
        raise ValueError(f"a day ends at 24:00, got {span!r}")
    if closes <= opens:
        raise ValueError(f"closes before it opens: {span!r} (hours past midnight belong to the next day)")
    return opens, closes


def parse_week(value: object) -> tuple[Hours, ...]:
    """Reads `{mon-fri: [...], sat: [...]}` into seven days, Monday first; a day not named is closed."""
    if isinstance(value, tuple):
        return value
    if not isinstance(value, Mapping):
        raise ValueError("hours are given per weekday, such as mon-fri: [09:00-12:00, 13:00-18:00]")
    week: dict[int, Hours] = {}
    for key, spans in value.items():
        for weekday in _parse_weekdays(key):
            if weekday in week:
                raise ValueError(f"{WEEKDAYS[weekday]} is set twice")
            try:
                week[weekday] = parse_hours(spans)
            except ValueError as error:
                raise ValueError(f"{key}: {error}") from None
    if not any(week.values()):
        raise ValueError("no weekday has hours")
    return tuple(week.get(weekday, ()) for weekday in range(7))


def _parse_weekdays(key: object) -> Iterable[int]:
    first, _, last = str(key).partition("-")
    last = last or first
    if first not in WEEKDAYS or last not in WEEKDAYS:
        raise ValueError(f"unknown weekday {key!r}; the weekdays are {', '.join(WEEKDAYS)}, or a range such as mon-fri")
    low, high = WEEKDAYS.index(first), WEEKDAYS.index(last)
    if high < low:
        raise ValueError(f"the range {key!r} runs backwards; the week begins on mon")
    return range(low, high + 1)


def _zone_name(value: object) -> object:
    """A zone must be known before the calendar is built, so that the message points at its line."""
    try:
        ZoneInfo(str(value))
    except (ValueError, OSError, KeyError):  # ZoneInfoNotFoundError is a KeyError
        raise ValueError(f"unknown time zone {value!r}; an IANA name such as Asia/Shanghai is expected") from None
    return value


DayHours = Annotated[Hours, BeforeValidator(parse_hours)]
Week = Annotated[tuple[Hours, ...], BeforeValidator(parse_week)]
Zone = Annotated[str, BeforeValidator(_zone_name)]


class NamedDay(StrictModel):
    """One public holiday, or one make-up day and the holiday it makes up for."""

    date: date
    name: str = Field(min_length=1)


class YearData(StrictModel):
    """The public holidays and make-up working days (调休) of one year, complete, with where they were published."""

    source: str = ""
    holidays: tuple[NamedDay, ...] = ()
    makeup_workdays: tuple[NamedDay, ...] = ()

    @model_validator(mode="after")
    def _each_day_once(self) -> Self:
        seen: set[date] = set()
        for day in (*self.holidays, *self.makeup_workdays):
            if day.date in seen:
                raise ValueError(f"{day.date} is given twice")
            seen.add(day.date)
        return self


class Correction(StrictModel):
    """One day that differs from the shipped data: `closed`, `open` with a make-up day's hours, or with own `hours`."""

    date: date
    name: str = Field(min_length=1)
    closed: bool = False
    open: bool = False
    hours: DayHours | None = None

    @model_validator(mode="after")
    def _one_way(self) -> Self:
        if [self.closed, self.open, self.hours is not None].count(True) != 1:
            raise ValueError("exactly one of closed: true, open: true and hours is expected")
        if self.hours == ():
            raise ValueError("hours is empty; closed: true says that the day is not worked")
        return self


class CalendarFile(StrictModel):
    """One calendar file. All of it may be left out by a file that `extends` another and only corrects it.

    extends            name of the calendar this one is laid over
    zone               IANA time zone
    hours              weekly hours with breaks, per weekday or range of weekdays
    makeup_hours       hours of a make-up day; without it those of the first weekday that is worked
    observes_holidays  false for a desk that works through holidays: no year is ever provisional then
    years              complete holiday data per year; a year not listed is provisional
    corrections        single days, laid over the years
    """

    extends: str | None = None
    title: str = ""
    zone: Zone | None = None
    hours: Week | None = None
    makeup_hours: DayHours | None = None
    observes_holidays: bool | None = None
    years: dict[int, YearData] = Field(default_factory=dict)
    corrections: tuple[Correction, ...] = ()

    @model_validator(mode="after")
    def _dates_in_place(self) -> Self:
        for year, data in self.years.items():
            if not FIRST_YEAR <= year <= LAST_YEAR:
                raise ValueError(f"years.{year}: calendars reach from {FIRST_YEAR} through {LAST_YEAR}")
            for day in (*data.holidays, *data.makeup_workdays):
                if day.date.year != year:
                    raise ValueError(f"years.{year}: {day.date} is not in {year}")
        dates = [correction.date for correction in self.corrections]
        for day_date in dates:
            if dates.count(day_date) > 1:
                raise ValueError(f"corrections: {day_date} is corrected twice")
        return self
