"""A calendar unrolled into sorted instants with running totals, year by year, for arithmetic by bisection.

Instants are whole POSIX seconds, which compare fast; hours and changes of the clocks fall on whole seconds, so that
what is left below a second can be carried in the datetimes themselves.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Final, NamedTuple, Self, TypeAlias
from zoneinfo import ZoneInfo

from policies.kernel.calendar_days import Days

EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
NEVER: Final = 1 << 62
BLOCK: Final = 3600
MOST_ENDS: Final = 30_000
_DAY: Final = 86_400
_EPOCH_ORDINAL: Final = EPOCH.toordinal()


class Due(NamedTuple):
    """When a period ends. A tuple, because a million of them a second are made.

    at           aware, UTC
    provisional  the period reaches into a year whose holidays are not known, so `at` may move when they are
    """

    at: datetime
    provisional: bool


def seconds_of(at: datetime) -> int:
    """Whole POSIX seconds, rounded down."""
    past = at - EPOCH
    return past.days * _DAY + past.seconds


def instant_of(seconds: int) -> datetime:
    return EPOCH + timedelta(seconds=seconds)


def midnight(day: date, zone: ZoneInfo) -> int:
    """The first instant whose local time is not before midnight of `day`, also where clocks skip or repeat it."""
    local = datetime(day.year, day.month, day.day, tzinfo=zone)
    earlier, later = int(local.replace(fold=1).timestamp()), int(local.timestamp())
    if earlier >= later:  # equal: the usual case; greater: midnight comes twice, and the first one begins the day
        return later
    return _change(earlier, later, zone)


def _offset(at: int, zone: ZoneInfo) -> int:
    local = datetime.fromtimestamp(at, zone)
    return seconds_of(local.replace(tzinfo=UTC)) - at


def _change(before: int, after: int, zone: ZoneInfo) -> int:
    """The second in (before, after] at which the zone's offset changes."""
    low, high = before, after
    old = _offset(low, zone)
    while high - low > 1:
        middle = (low + high) // 2
        if _offset(middle, zone) == old:
            low = middle
        else:
            high = middle
    return high


@dataclass(frozen=True, slots=True, kw_only=True)
class YearSpan:
    """One local year: where its days begin, and its open spans as (opens, closes, index of the day)."""

    starts: tuple[int, ...]
    ends: int
    spans: tuple[tuple[int, int, int], ...]


def unroll(days: Days, year: int) -> YearSpan:
    """The year's days and open spans as instants. An instant is open exactly when its local time is in hours."""
    zone = days.zone
    first = date(year, 1, 1).toordinal()
    dates = [date.fromordinal(first + index) for index in range(date(year, 12, 31).toordinal() - first + 1)]
    starts = tuple(midnight(day, zone) for day in dates)
    ends = midnight(date(year + 1, 1, 1), zone)
    hours = [days.on(day).hours for day in dates]
    spans: list[tuple[int, int, int]] = []
    for piece_start, piece_end, offset in _pieces(starts[0] - _DAY, ends + _DAY, zone):
        for index, open_hours in enumerate(hours):
            base = (first + index - _EPOCH_ORDINAL) * _DAY - offset
            for opens, closes in open_hours:
                low, high = max(base + opens * 60, piece_start), min(base + closes * 60, piece_end)
                if low < high:
                    spans.append((low, high, index))
    return YearSpan(starts=starts, ends=ends, spans=tuple(spans))


def _pieces(start: int, end: int, zone: ZoneInfo) -> Iterator[tuple[int, int, int]]:
    """(from, to, offset) of the stretches without a change of the clocks."""
    begun, offset = start, _offset(start, zone)
    for at in range(start, end, _DAY):
        following = min(at + _DAY, end)
        new = _offset(following, zone)
        if new != offset:
            change = _change(at, following, zone)
            yield begun, change, offset
            begun, offset = change, new
    yield begun, end, offset


Hot: TypeAlias = tuple[
    datetime,
    int,
    list[int],
    list[int],
    list[int],
    list[int],
    list[timedelta],
    list[int],
    list[int],
    list[int],
    list[datetime],
    dict[int, tuple[Due, int]],
]
"""The part of a table that adding open time needs, taken apart in one step, which is faster than by attributes.

When the table begins and how long it is; opens, closes, totals, shifts, shut, settled, spans_at, spans_by, closes_at;
and, filled as they are met, the ends of periods that start while the desk is closed: by the open seconds from `low` to
the end, it and the `settled` of its span. At most MOST_ENDS, far more than the periods of a policy need.
Seconds are those since the table begins, not since 1970: small integers are faster.
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """Consecutive years joined. The lists of days and those of open spans run in parallel.

    low, high        the table holds the instants from low up to high
    starts           when each day begins, and `high`; worked[i] is how many of the first i days are worked
    midnights        the same as results, never provisional
    opens, closes    of each open span. The first is empty and ends at `low`, so that every instant has one before it;
                     one more opens NEVER
    totals           open seconds from `low` to the span's closing; shifts = closes - totals
    closes_at, shut  the span's closing, and the closed time from `low` to it
    settled          instant from which on a period must start to end in the span and not be provisional
    spans_at         for each BLOCK of seconds from `low`, the last span that has opened when the block begins
    spans_by         for each BLOCK of open seconds, the first span by whose closing the block has begun
    closings         last closing of each worked day; closed_at and closed_settled the same as results
    """

    first_year: int
    last_year: int
    low: int
    high: int
    starts: list[int]
    worked: list[int]
    midnights: list[Due]
    opens: list[int]
    closes: list[int]
    totals: list[int]
    shifts: list[int]
    closes_at: list[datetime]
    shut: list[timedelta]
    settled: list[int]
    spans_at: list[int]
    spans_by: list[int]
    closings: list[int]
    closed_at: list[Due]
    closed_settled: list[int]

    @classmethod
    def joined(cls, first_year: int, years: tuple[YearSpan, ...], known: tuple[tuple[int, int], ...]) -> Self:
        """The table of the years from `first_year` on; `known` are the runs of years with data, as instants."""
        low, high = years[0].starts[0], years[-1].ends
        starts = [start for year in years for start in year.starts]
        worked = [0]
        spans = [(low - 1, low, 0)]
        closings: list[int] = []
        for year in years:
            last: dict[int, int] = {day: closes for _, closes, day in year.spans}
            for day in range(len(year.starts)):
                if day in last:
                    closings.append(last[day])
                worked.append(len(closings))
            spans.extend(year.spans)
        totals = [0]
        for begins, closes, _ in spans[1:]:
            totals.append(totals[-1] + closes - begins)
        opens = [span[0] for span in spans]
        shifts = [closes - total for (_, closes, _), total in zip(spans, totals, strict=True)]
        return cls(
            first_year=first_year,
            last_year=first_year + len(years) - 1,
            low=low,
            high=high,
            starts=[*starts, high],
            worked=worked,
            midnights=[Due(instant_of(start), False) for start in (*starts, high)],
            opens=[*opens, NEVER],
            closes=[span[1] for span in spans],
            totals=totals,
            shifts=shifts,
            closes_at=[instant_of(span[1]) for span in spans],
            shut=[timedelta(seconds=shift - low) for shift in shifts],
            settled=[settled_from(span[1], known) for span in spans],
            spans_at=[bisect_right(opens, at) - 1 for at in range(low, high, BLOCK)],
            spans_by=[bisect_left(totals, total) for total in range(0, totals[-1] + 1, BLOCK)],
            closings=closings,
            closed_at=[Due(instant_of(closing), False) for closing in closings],
            closed_settled=[settled_from(closing, known) for closing in closings],
        )

    @property
    def hot(self) -> Hot:
        low = self.low
        return (
            instant_of(low),
            self.high - low,
            [at - low for at in self.opens],
            [at - low for at in self.closes],
            self.totals,
            [shift - low for shift in self.shifts],
            self.shut,
            [at - low for at in self.settled],
            self.spans_at,
            self.spans_by,
            self.closes_at,
            {},
        )


def settled_from(end: int, known: tuple[tuple[int, int], ...]) -> int:
    """Where the run of known years around `end` begins; NEVER when `end` is in a year without data."""
    for known_from, known_until in known:
        if known_from < end <= known_until:
            return known_from
    return NEVER
