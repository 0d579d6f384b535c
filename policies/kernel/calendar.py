"""The working calendar: when a period ends, how much of it has passed, whether the desk is open, and why.

Units, counted in the calendar's zone, the day of start being day 0 whether it is worked or not: `wd` ends at closing
time of the n-th working day after it, `d` at midnight that ends the n-th calendar day after it; `wm` and `wh` are open
time; `m` and `h` are time on the wall. 1.3.1, 4.1.3, 4.3.2.
"""

from bisect import bisect_left, bisect_right
from datetime import UTC, date, datetime, timedelta
from typing import Final, Self
from zoneinfo import ZoneInfo

from policies.kernel.calendar_data import FIRST_YEAR, LAST_YEAR, CalendarFile
from policies.kernel.calendar_days import Day, DayKind, Days
from policies.kernel.calendar_table import (
    BLOCK,
    EPOCH,
    MOST_ENDS,
    Due,
    Hot,
    Table,
    YearSpan,
    midnight,
    seconds_of,
    unroll,
)
from policies.kernel.day_count import DayCount, count_days
from policies.kernel.spec import Spec, Unit

__all__ = ["CalendarFile", "Day", "DayCount", "DayKind", "Due", "Spec", "Unit", "WorkingCalendar"]

_UNIT_LENGTH: Final[dict[Unit, timedelta]] = {
    "wm": timedelta(minutes=1),
    "wh": timedelta(hours=1),
    "m": timedelta(minutes=1),
    "h": timedelta(hours=1),
}
_new: Final = tuple.__new__  # a named tuple's own constructor takes twice as long


class WorkingCalendar:
    """One calendar, from 1970 through 2199. Safe to share between threads; its years are unrolled when first needed.

    Instants given must be aware, in any zone; instants returned are aware and UTC.
    Every method raises ValueError for an instant without a zone and for one beyond the years above.
    """

    __slots__ = ("_days", "_hot", "_known", "_spans", "_table", "name", "title", "zone")

    def __init__(self, name: str, title: str, days: Days) -> None:
        self.name = name
        self.title = title
        self.zone: ZoneInfo = days.zone
        self._days = days
        self._known = tuple(
            (midnight(date(first, 1, 1), days.zone), midnight(date(last + 1, 1, 1), days.zone))
            for first, last in days.known_runs()
        )
        self._spans: dict[int, YearSpan] = {}
        self._table: Table | None = None
        self._hot: Hot = (EPOCH, 0, [], [], [], [], [], [], [], [], [], {})  # of no table: holds no instant

    @classmethod
    def build(cls, name: str, *files: CalendarFile) -> Self:
        """The files laid over one another, the first at the bottom.

        Weekly hours, zone and a year's holidays of a later file replace those of an earlier one; corrections add up.
        Raises ValueError when no file gives a zone or weekly hours.
        """
        title = next((file.title for file in reversed(files) if file.title), name)
        return cls(name, title, Days.layered(files))

    @property
    def known_years(self) -> tuple[tuple[int, int], ...]:
        """The years whose holidays it has, as runs: the first and the last of each."""
        return tuple(self._days.known_runs())

    @property
    def knows_holidays(self) -> bool:
        """Whether it has the holidays of any year."""
        return bool(self._known)

    def __repr__(self) -> str:
        return f"WorkingCalendar({self.name!r}, {self.zone.key})"

    def add(self, start: datetime, spec: Spec) -> Due:
        """When `spec` has passed since `start`.

        `wm`, `wh`: a start outside hours counts from the next opening; a period used up exactly at closing ends there,
        not at the next opening. Raises ValueError, too, when a period by the calendar ends after 2199.
        """
        # Written for speed: no calls, and tables of hourly blocks in place of bisection.
        if start.tzinfo is not UTC:
            start = _utc(start)
        seconds = spec.open_seconds
        if not seconds:
            return self._add_days(start, spec)
        begin, long, opens, closes, totals, shifts, shut, settled, spans_at, spans_by, closes_at, ends = self._hot
        past = start - begin
        at = past.days * 86_400 + past.seconds
        if not 0 <= at < long:
            self._both(start, start)
            return self.add(start, spec)
        index = spans_at[at // BLOCK]
        while opens[index + 1] <= at:
            index += 1
        closing = closes[index]
        if at < closing:
            target = at + seconds
            if target < closing:
                return _new(Due, (start + spec.length, at < settled[index]))
            target -= shifts[index]
            if past.microseconds:  # the fraction of a second must fit before closing, too
                target += 1
        else:
            target = totals[index] + seconds  # all that start while the desk is closed end together
            if target in ends:
                due, settled_at = ends[target]
                return due if at >= settled_at else Due(due.at, True)
            start = closes_at[index]
        try:
            found = spans_by[target // BLOCK]
            while totals[found] < target:
                found += 1
        except IndexError:
            return self._later(start, spec)
        end = start + (spec.length + (shut[found] - shut[index]))
        if at >= closing and len(ends) < MOST_ENDS:
            ends[target] = Due(end, False), settled[found]
        return _new(Due, (end, at < settled[found]))

    def _add_days(self, start: datetime, spec: Spec) -> Due:
        """`add` for the units other than `wm` and `wh`; `start` in UTC."""
        unit = spec.unit
        if unit == "m" or unit == "h":
            if not FIRST_YEAR <= start.year <= LAST_YEAR:
                raise _beyond()
            return Due(start + spec.length, False)
        past = start - EPOCH
        at = past.days * 86_400 + past.seconds
        table = self._table
        if table is None or not table.low <= at < table.high:
            table = self._over(at, at)
        if unit == "wd":
            index = table.worked[bisect_right(table.starts, at)] + spec.amount - 1
            if index >= len(table.closings):
                return self._later(start, spec)
            due = table.closed_at[index]
            return due if at >= table.closed_settled[index] else Due(due.at, True)
        index = bisect_right(table.starts, at) + spec.amount
        return table.midnights[index] if index < len(table.starts) else self._later(start, spec)

    def between(self, start: datetime, end: datetime, unit: Unit) -> int:
        """How many whole units have passed from `start` to `end`: the largest n with `add(start, n unit)` <= `end`.

        0 when not even one has; negative, by the same count from `end`, when `end` is before `start`.
        """
        if end < start:
            return -self.between(end, start, unit)
        if unit == "wd":
            table, low, high = self._both(start, end)
            return max(0, bisect_right(table.closings, high) - table.worked[bisect_right(table.starts, low)])
        if unit == "d":
            table, low, high = self._both(start, end)
            return max(0, bisect_right(table.starts, high) - bisect_right(table.starts, low) - 1)
        passed = self.open_time(start, end) if unit in ("wm", "wh") else _utc(end) - _utc(start)
        return passed // _UNIT_LENGTH[unit]

    def open_time(self, start: datetime, end: datetime) -> timedelta:
        """Open time from `start` to `end`; zero when `end` is not after `start`."""
        table, low, high = self._both(start, end)
        if end <= start:
            return timedelta(0)
        first, last = bisect_right(table.opens, low) - 1, bisect_right(table.opens, high) - 1
        begun = start if low < table.closes[first] else table.closes_at[first]
        ended = end if high < table.closes[last] else table.closes_at[last]
        return _utc(ended) - _utc(begun) - (table.shut[last] - table.shut[first])

    def after_open(self, start: datetime, length: timedelta) -> datetime:
        """The earliest instant by which `length` of open time, more than none, has passed since `start`."""
        start = _utc(start)
        at = seconds_of(start)
        table = self._over(at, at)
        index = bisect_right(table.opens, at) - 1
        reach = length + (start if at < table.closes[index] else table.closes_at[index])
        past = reach - EPOCH
        target = past.days * 86_400 + past.seconds + (past.microseconds > 0) - table.shifts[index]
        if target > table.totals[-1]:
            self._longer()
            return self.after_open(start, length)
        return reach + (table.shut[bisect_left(table.totals, target, index)] - table.shut[index])

    def days_ended(self, start: datetime, end: datetime, unit: Unit) -> int:
        """How many working days have closed (`wd`), or calendar days have ended (`d`), after `start` and by `end`."""
        table, low, high = self._both(start, end)
        ends = table.closings if unit == "wd" else table.starts
        return bisect_right(ends, high) - bisect_right(ends, low)

    def is_open(self, at: datetime) -> bool:
        """Whether the desk is open; at opening time it is, at closing time it is not."""
        table, seconds, _ = self._both(at, at)
        return seconds < table.closes[bisect_right(table.opens, seconds) - 1]

    def is_provisional(self, start: datetime, end: datetime, unit: Unit) -> bool:
        """Whether a period of `unit` from `start` to `end` reaches into a year without data.

        Never by `m`, `h` and `d`, which holidays do not change.
        """
        if unit not in ("wm", "wh", "wd"):
            return False
        return not any(low <= seconds_of(start) and end <= EPOCH + timedelta(seconds=high) for low, high in self._known)

    def day(self, day: date) -> Day:
        """What a date of this calendar is."""
        return self._days.on(day)

    def explain(self, start: datetime, spec: Spec) -> tuple[DayCount, ...]:
        """The period counted out, a row for each day from that of `start` to that on which it ends."""
        end = self.add(start, spec).at
        table, _, _ = self._both(start, end)
        return tuple(count_days(self._days, table, self.open_time, _utc(start), end, spec))

    def _both(self, start: datetime, end: datetime) -> tuple[Table, int, int]:
        low, high = seconds_of(_utc(start)), seconds_of(_utc(end))
        return self._over(min(low, high), max(low, high)), low, high

    def _over(self, start: int, end: int) -> Table:
        """A table that holds both instants. Replaced as a whole, so that another thread never sees a part of one."""
        table = self._table
        if table is not None and table.low <= start and end < table.high:
            return table
        first, last = self._year(start), self._year(end)
        if table is None:
            return self._join(first, min(last + 1, LAST_YEAR))
        return self._join(min(first, table.first_year), max(last, table.last_year))

    def _later(self, start: datetime, spec: Spec) -> Due:
        """`add` for a period that ends beyond the table."""
        self._longer()
        return self.add(start, spec)

    def _longer(self) -> Table:
        """A table that reaches further than now. Raises ValueError when that would be after the last year."""
        first, last = (self._table.first_year, self._table.last_year) if self._table else (FIRST_YEAR, FIRST_YEAR)
        if last == LAST_YEAR:
            raise ValueError(f"the period ends after {LAST_YEAR}")
        return self._join(first, min(2 * last - first + 1, LAST_YEAR))

    def _join(self, first: int, last: int) -> Table:
        for year in range(first, last + 1):
            if year not in self._spans:
                self._spans[year] = unroll(self._days, year)
        spans = tuple(self._spans[year] for year in range(first, last + 1))
        table = Table.joined(first, spans, self._known)
        self._table, self._hot = table, table.hot
        return table

    def _year(self, at: int) -> int:
        year = (EPOCH + timedelta(seconds=at)).year
        if FIRST_YEAR - 1 <= year <= LAST_YEAR + 1:  # further off, the local year could not be computed everywhere
            year = datetime.fromtimestamp(at, self.zone).year
        if not FIRST_YEAR <= year <= LAST_YEAR:
            raise _beyond()
        return year


def _utc(at: datetime) -> datetime:
    """The instant in UTC. Raises ValueError for one without a zone, which would be read in the machine's."""
    if at.tzinfo is UTC:
        return at
    if at.utcoffset() is None:
        raise ValueError(f"an instant needs a zone, got {at.isoformat()}")
    try:
        return at.astimezone(UTC)
    except OverflowError:
        raise _beyond() from None


def _beyond() -> ValueError:
    return ValueError(f"calendars reach from {FIRST_YEAR} through {LAST_YEAR}")
