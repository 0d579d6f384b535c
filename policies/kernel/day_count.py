"""A period counted out day by day, for people: which days counted, which did not, and why."""

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from policies.kernel.calendar_data import Hours
from policies.kernel.calendar_days import DayKind, Days
from policies.kernel.calendar_table import Table, seconds_of
from policies.kernel.spec import Spec


@dataclass(frozen=True, slots=True, kw_only=True)
class DayCount:
    """One date of a period.

    date, kind, name, hours, known   what the day is on the calendar (see `calendar_days.Day`)
    counted   what the day adds: days (0 or 1) for `wd` and `d`, seconds for the other units
    total     the running total, in the same measure; that of the last day is the whole period
    """

    date: date
    kind: DayKind
    name: str
    hours: Hours
    known: bool
    counted: float
    total: float

    @property
    def weekday(self) -> int:
        """0 for Monday to 6 for Sunday."""
        return self.date.weekday()


def count_days(
    days: Days,
    table: Table,
    open_time: Callable[[datetime, datetime], timedelta],
    start: datetime,
    end: datetime,
    spec: Spec,
) -> Iterator[DayCount]:
    """The days from that of `start` to that of `end`; a period that ends at midnight ends on the day before it.

    `table` holds both instants (UTC); `open_time` is the calendar's own.
    """
    first = bisect_right(table.starts, seconds_of(start)) - 1
    last = max(first, bisect_left(table.starts, seconds_of(end) + (end.microsecond > 0)) - 1)
    base = date(table.first_year, 1, 1).toordinal()
    total = 0.0
    for index in range(first, last + 1):
        day = days.on(date.fromordinal(base + index))
        low, high = max(start, table.midnights[index].at), min(end, table.midnights[index + 1].at)
        counted: float
        if spec.unit == "wd":
            counted = table.worked[index + 1] - table.worked[index] if index > first else 0
        elif spec.unit == "d":
            counted = int(index > first)
        elif spec.is_open_time:
            counted = open_time(low, high).total_seconds()
        else:
            counted = (high - low).total_seconds()
        total = round(total + counted, 6)
        yield DayCount(
            date=day.date, kind=day.kind, name=day.name, hours=day.hours, known=day.known, counted=counted, total=total
        )


def amount_text(amount: float, spec: Spec) -> str:
    """What a `DayCount` counts, for people: `3` days, or hours, minutes and, where there are any, seconds: `1:30`."""
    if spec.unit in ("wd", "d"):
        return str(int(amount))
    minutes, seconds = divmod(int(amount), 60)
    text = f"{minutes // 60}:{minutes % 60:02}"
    return f"{text}:{seconds:02}" if seconds else text
