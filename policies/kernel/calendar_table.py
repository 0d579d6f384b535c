"""A calendar unrolled into sorted instants with running totals, year by year, for arithmetic by bisection.

Instants are POSIX seconds as floats: exact to the microsecond for every year a calendar reaches, and much faster to
compare than datetimes.
"""

import math
from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final, Self
from zoneinfo import ZoneInfo

from policies.kernel.calendar_days import Days

# Half a microsecond: instants are whole microseconds, so anything nearer than this is the same instant.
SAME: Final = 5e-7
_DAY: Final = 86_400.0
_EPOCH_ORDINAL: Final = date(1970, 1, 1).toordinal()


def midnight(day: date, zone: ZoneInfo) -> float:
    """The first instant whose local time is not before midnight of `day`, also where clocks skip or repeat it."""
    local = datetime(day.year, day.month, day.day, tzinfo=zone)
    earlier, later = local.replace(fold=1).timestamp(), local.timestamp()
    if earlier >= later:  # equal: the usual case; greater: midnight comes twice, and the first one begins the day
        return later
    return _change(earlier, later, zone)


def _offset(at: float, zone: ZoneInfo) -> float:
    offset = datetime.fromtimestamp(at, zone).utcoffset()
    return offset.total_seconds() if offset is not None else 0.0


def _change(before: float, after: float, zone: ZoneInfo) -> float:
    """The whole second in (before, after] at which the zone's offset changes."""
    low, high = int(before), int(after)
    old = _offset(low, zone)
    while high - low > 1:
        middle = (low + high) // 2
        if _offset(middle, zone) == old:
            low = middle
        else:
            high = middle
    return float(high)


@dataclass(frozen=True, slots=True, kw_only=True)
class YearSpan:
    """One local year: where its days begin, and its open spans, with the index of the day each belongs to."""

    starts_at: tuple[float, ...]
    ends_at: float
    opens: tuple[float, ...]
    closes: tuple[float, ...]
    day_of: tuple[int, ...]


def unroll(days: Days, year: int) -> YearSpan:
    """The year's days and open spans as instants. An instant is open exactly when its local time is in hours."""
    zone = days.zone
    first = date(year, 1, 1).toordinal()
    dates = [date.fromordinal(first + index) for index in range(date(year, 12, 31).toordinal() - first + 1)]
    begins = [midnight(day, zone) for day in dates]
    end = midnight(date(year + 1, 1, 1), zone)
    spans: list[tuple[float, float, int]] = []
    for piece_start, piece_end, offset in _pieces(begins[0] - _DAY, end + _DAY, zone):
        for index, day in enumerate(dates):
            base = (day.toordinal() - _EPOCH_ORDINAL) * _DAY - offset
            if base + _DAY <= piece_start or base >= piece_end:
                continue
            for opens, closes in days.on(day).hours:
                low, high = max(base + opens * 60, piece_start), min(base + closes * 60, piece_end)
                if low < high:
                    spans.append((low, high, index))
    return YearSpan(
        starts_at=tuple(begins),
        ends_at=end,
        opens=tuple(span[0] for span in spans),
        closes=tuple(span[1] for span in spans),
        day_of=tuple(span[2] for span in spans),
    )


def _pieces(start: float, end: float, zone: ZoneInfo) -> Iterator[tuple[float, float, float]]:
    """(from, to, offset) of the stretches without a change of the clocks."""
    begun, at, offset = start, start, _offset(start, zone)
    while at < end:
        following = min(at + _DAY, end)
        new = _offset(following, zone)
        if new != offset:
            change = _change(at, following, zone)
            yield begun, change, offset
            begun, offset = change, new
        at = following
    yield begun, end, offset


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """Consecutive years joined.

    starts     instant each day begins; worked[i] = worked days among the first i days
    opens, closes   of each open span; totals = open seconds up to its closing; shifts = total - closing.
               The first span is empty and ends where the table begins, so that every instant has a span before it.
    closings   last closing of each worked day
    """

    first_year: int
    last_year: int
    low: float
    high: float
    starts: list[float]
    worked: list[int]
    opens: list[float]
    closes: list[float]
    totals: list[float]
    shifts: list[float]
    closings: list[float]

    @classmethod
    def joined(cls, first_year: int, spans: tuple[YearSpan, ...]) -> Self:
        """The table of the years from `first_year` on."""
        starts: list[float] = []
        worked: list[int] = [0]
        opens: list[float] = [-math.inf]
        closes: list[float] = [spans[0].starts_at[0]]
        totals: list[float] = [0.0]
        closings: list[float] = []
        total = 0.0
        for span in spans:
            by_day: list[float | None] = [None] * len(span.starts_at)
            for low, high, day in zip(span.opens, span.closes, span.day_of, strict=True):
                total += high - low
                totals.append(total)
                by_day[day] = high
            opens.extend(span.opens)
            closes.extend(span.closes)
            starts.extend(span.starts_at)
            for closing in by_day:
                if closing is not None:
                    closings.append(closing)
                worked.append(len(closings))
        return cls(
            first_year=first_year,
            last_year=first_year + len(spans) - 1,
            low=spans[0].starts_at[0],
            high=spans[-1].ends_at,
            starts=starts,
            worked=worked,
            opens=opens,
            closes=closes,
            totals=totals,
            shifts=[total - closing for total, closing in zip(totals, closes, strict=True)],
            closings=closings,
        )

    def open_until(self, at: float) -> float:
        """Open seconds from the beginning of the table until `at`."""
        index = bisect_right(self.opens, at) - 1
        closing = self.closes[index]
        return (at if at < closing else closing) + self.shifts[index]

    def instant_of(self, total: float) -> float | None:
        """The earliest instant by which `total` open seconds have passed; None when the table ends before."""
        index = bisect_left(self.totals, total - SAME)
        return None if index == len(self.totals) else total - self.shifts[index]

    def day_index(self, at: float) -> int:
        """Index of the day that `at` falls on."""
        return bisect_right(self.starts, at) - 1

    def closings_until(self, at: float) -> int:
        """How many worked days have closed by `at`, a closing at `at` itself included."""
        return bisect_right(self.closings, at + SAME)
