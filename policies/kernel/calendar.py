"""The working calendar: when a period ends, how much of it has passed, whether the desk is open, and why.

Units, counted in the calendar's zone, the day of start being day 0 whether it is worked or not: `wd` ends at closing
time of the n-th working day after it, `d` at midnight that ends the n-th calendar day after it; `wm` and `wh` are open
time; `m` and `h` are time on the wall. 1.3.1, 4.1.3, 4.3.2.
"""

from bisect import bisect_left, bisect_right
from datetime import UTC, date, datetime, timedelta
from typing import NamedTuple, Self
from zoneinfo import ZoneInfo

from policies.kernel.calendar_data import FIRST_YEAR, LAST_YEAR, CalendarFile
from policies.kernel.calendar_days import Day, DayKind, Days
from policies.kernel.calendar_table import SAME, Table, YearSpan, midnight, unroll
from policies.kernel.day_count import DayCount, count_days
from policies.kernel.spec import UNIT_SECONDS, Spec, Unit

__all__ = ["CalendarFile", "Day", "DayCount", "DayKind", "Due", "Spec", "Unit", "WorkingCalendar"]


class Due(NamedTuple):
    """When a period ends. A tuple, because a million of them a second are made.

    at           aware, UTC
    provisional  the period reaches into a year whose holidays are not known, so `at` may move when they are
    """

    at: datetime
    provisional: bool


class WorkingCalendar:
    """One calendar, from 1970 through 2199. Safe to share between threads; its years are unrolled when first needed.

    Instants given must be aware, in any zone; instants returned are aware and UTC.
    Every method raises ValueError for an instant without a zone and for one beyond the years above.
    """

    __slots__ = ("_days", "_known", "_spans", "_table", "name", "title", "zone")

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

    @classmethod
    def build(cls, name: str, *files: CalendarFile) -> Self:
        """The files laid over one another, the first at the bottom.

        Weekly hours, zone and a year's holidays of a later file replace those of an earlier one; corrections add up.
        Raises ValueError when no file gives a zone or weekly hours.
        """
        title = next((file.title for file in reversed(files) if file.title), name)
        return cls(name, title, Days.layered(files))

    def __repr__(self) -> str:
        return f"WorkingCalendar({self.name!r}, {self.zone.key})"

    def add(self, start: datetime, spec: Spec) -> Due:
        """When `spec` has passed since `start`.

        `wm`, `wh`: a start outside hours counts from the next opening; a period used up exactly at closing ends there,
        not at the next opening. Raises ValueError, too, when the period ends after 2199.
        """
        at = _seconds(start)
        end = self.end_of(at, spec)
        return Due(datetime.fromtimestamp(end, UTC), self.provisional(at, end, spec.unit))

    def between(self, start: datetime, end: datetime, unit: Unit) -> int:
        """How many whole units have passed from `start` to `end`: the largest n with `add(start, n unit)` <= `end`.

        0 when not even one has; negative, by the same count from `end`, when `end` is before `start`.
        """
        if end < start:
            return -self.between(end, start, unit)
        low, high = _seconds(start), _seconds(end)
        match unit:
            case "wd":
                table = self._over(low, high)
                return max(0, table.closings_until(high) - table.worked[table.day_index(low) + 1])
            case "d":
                table = self._over(low, high)
                return max(0, table.day_index(high + SAME) - table.day_index(low) - 1)
            case "wm" | "wh":
                return int((self.open_seconds(low, high) + SAME) // UNIT_SECONDS[unit])
            case "m" | "h":
                return int((high - low + SAME) // UNIT_SECONDS[unit])

    def open_time(self, start: datetime, end: datetime) -> timedelta:
        """Open time from `start` to `end`, to the microsecond; zero when `end` is not after `start`."""
        low, high = _seconds(start), _seconds(end)
        return timedelta(seconds=round(self.open_seconds(low, high), 6)) if high > low else timedelta(0)

    def is_open(self, at: datetime) -> bool:
        """Whether the desk is open; at opening time it is, at closing time it is not."""
        seconds = _seconds(at)
        table = self._over(seconds, seconds)
        return seconds < table.closes[bisect_right(table.opens, seconds) - 1]

    def next_opening(self, at: datetime) -> datetime:
        """`at` itself when the desk is open, else when it opens next."""
        seconds = _seconds(at)
        table = self._over(seconds, seconds)
        index = bisect_right(table.opens, seconds)
        if seconds < table.closes[index - 1]:
            return at.astimezone(UTC)
        while index >= len(table.opens):
            table = self._longer(table)
            index = bisect_right(table.opens, seconds)
        return datetime.fromtimestamp(table.opens[index], UTC)

    def day(self, day: date) -> Day:
        """What a date of this calendar is."""
        return self._days.on(day)

    def local_date(self, at: datetime) -> date:
        """The date on this calendar at an instant."""
        _seconds(at)
        return at.astimezone(self.zone).date()

    def explain(self, start: datetime, spec: Spec) -> tuple[DayCount, ...]:
        """The period counted out, a row for each day from that of `start` to that on which it ends."""
        low = _seconds(start)
        high = self.end_of(low, spec)
        return tuple(count_days(self._days, self._over(low, high), low, high, spec))

    # The same arithmetic on POSIX seconds, for callers that count many instants: clocks.

    def end_of(self, at: float, spec: Spec) -> float:
        """`add`, in POSIX seconds."""
        unit = spec.unit
        if unit == "m" or unit == "h":
            return at + spec.seconds
        table = self._table
        if table is None or not table.low <= at < table.high:
            table = self._over(at, at)
        if unit == "wd":
            index = table.worked[bisect_right(table.starts, at)] + spec.amount - 1
            while index >= len(table.closings):
                table = self._longer(table)
                index = table.worked[bisect_right(table.starts, at)] + spec.amount - 1
            return table.closings[index]
        if unit == "d":
            index = bisect_right(table.starts, at) + spec.amount
            while index >= len(table.starts):
                table = self._longer(table)
                index = bisect_right(table.starts, at) + spec.amount
            return table.starts[index]
        return self.after_open(at, spec.seconds)

    def provisional(self, at: float, end: float, unit: Unit) -> bool:
        """Whether a period of `unit` from `at` to `end` reaches into a year without data; never by `m`, `h`, `d`."""
        if unit in _WALL:
            return False
        for known_from, known_until in self._known:  # noqa: SIM110 - a generator would cost half of an `add`
            if known_from <= at and end <= known_until:
                return False
        return True

    def after_open(self, at: float, seconds: float) -> float:
        """The instant by which `seconds` of open time, more than none, have passed since `at`."""
        table = self._table
        if table is None or not table.low <= at < table.high:
            table = self._over(at, at)
        while True:
            index = bisect_right(table.opens, at) - 1
            closing = table.closes[index]
            total = (at if at < closing else closing) + table.shifts[index] + seconds
            index = bisect_left(table.totals, total - SAME, index)
            if index < len(table.totals):
                return total - table.shifts[index]
            table = self._longer(table)

    def open_seconds(self, start: float, end: float) -> float:
        """Open seconds from `start` to `end`, which is not before it."""
        table = self._over(start, end)
        return table.open_until(end) - table.open_until(start)

    def days_ended(self, start: float, end: float, unit: Unit) -> int:
        """How many working days have closed (`wd`), or calendar days ended (`d`), after `start` and until `end`."""
        table = self._over(start, end)
        if unit == "wd":
            return table.closings_until(end) - table.closings_until(start)
        return table.day_index(end) - table.day_index(start)

    def _over(self, start: float, end: float) -> Table:
        """A table that holds both instants. Replaced as a whole, so that another thread never sees a part of one."""
        table = self._table
        if table is not None and table.low <= start and end < table.high:
            return table
        first, last = self._year(start), self._year(end)
        if table is None:
            return self._join(first, min(last + 1, LAST_YEAR))
        return self._join(min(first, table.first_year), max(last, table.last_year))

    def _longer(self, table: Table) -> Table:
        """A table that reaches further than `table`. Raises ValueError when that would be after the last year."""
        if table.last_year == LAST_YEAR:
            raise ValueError(f"the period ends after {LAST_YEAR}")
        years = table.last_year - table.first_year + 1
        return self._join(table.first_year, min(table.last_year + years, LAST_YEAR))

    def _join(self, first: int, last: int) -> Table:
        for year in range(first, last + 1):
            if year not in self._spans:
                self._spans[year] = unroll(self._days, year)
        self._table = Table.joined(first, tuple(self._spans[year] for year in range(first, last + 1)))
        return self._table

    def _year(self, at: float) -> int:
        try:
            year = datetime.fromtimestamp(at, self.zone).year
        except (OverflowError, ValueError, OSError):
            year = 0
        if not FIRST_YEAR <= year <= LAST_YEAR:
            raise ValueError(f"calendars reach from {FIRST_YEAR} through {LAST_YEAR}")
        return year


_WALL = frozenset(("m", "h", "d"))


def _seconds(at: datetime) -> float:
    """POSIX seconds. Raises ValueError for an instant without a zone, which would be read in the machine's."""
    if at.tzinfo is None:
        raise ValueError(f"an instant needs a zone, got {at.isoformat()}")
    return at.timestamp()
