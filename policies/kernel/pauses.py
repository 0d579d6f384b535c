"""Pauses of a clock in arithmetic: when a paused period ends, and how much of it has run."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final, TypeAlias

from policies.kernel.calendar import WorkingCalendar
from policies.kernel.spec import Spec, Unit

Stretch: TypeAlias = tuple[datetime, datetime]
"""From and until; a stretch that lasts still ends at ENDLESS."""

ENDLESS: Final = datetime.max.replace(tzinfo=UTC)
_NONE: Final = timedelta(0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Pause:
    """A stretch in which a clock does not run; `until_at` is None while it lasts."""

    from_at: datetime
    until_at: datetime | None = None


def stretches(pauses: Sequence[Pause], start: datetime) -> tuple[Stretch, ...]:
    """The pauses after `start` in order, joined where they touch or overlap; empty ones are left out."""
    joined: list[Stretch] = []
    for begins, ends in sorted((pause.from_at, pause.until_at or ENDLESS) for pause in pauses):
        low = max(begins, start)
        if ends <= low:
            continue
        if joined and low <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(joined[-1][1], ends))
        else:
            joined.append((low, ends))
    return tuple(joined)


def end_of(calendar: WorkingCalendar, start: datetime, spec: Spec, paused: Sequence[Stretch]) -> datetime | None:
    """When `spec` from `start` ends; None while a pause lasts that began before the end.

    Time goes on where it stopped. For day units the days that close (`wd`) or end (`d`) during a pause do not count.
    """
    if spec.unit == "wd" or spec.unit == "d":
        amount, end = spec.amount, calendar.add(start, spec).at
        for low, high in paused:
            if end <= low:
                break
            if high is ENDLESS:
                return None
            amount += calendar.days_ended(low, high, spec.unit)
            end = calendar.add(start, Spec(amount, spec.unit)).at
        return end
    left, at = spec.length, start
    for low, high in paused:
        ran = elapsed(calendar, spec.unit, at, low)
        if ran >= left:
            break
        if high is ENDLESS:
            return None
        left, at = left - ran, high
    return after(calendar, spec.unit, at, left)


def elapsed(calendar: WorkingCalendar, unit: Unit | None, start: datetime, end: datetime) -> timedelta:
    """Time from `start` to `end` (none when that is earlier): open time for `wm`, `wh` and `wd`, all of it else."""
    if end <= start:
        return _NONE
    return calendar.open_time(start, end) if unit in ("wm", "wh", "wd") else end.astimezone(UTC) - start.astimezone(UTC)


def after(calendar: WorkingCalendar, unit: Unit | None, at: datetime, length: timedelta) -> datetime:
    """The instant by which `length`, of open time or of all as in `elapsed`, has passed since `at`; UTC."""
    return calendar.after_open(at, length) if unit in ("wm", "wh", "wd") else at.astimezone(UTC) + length


def ran_until(
    calendar: WorkingCalendar, unit: Unit | None, start: datetime, end: datetime, paused: Sequence[Stretch]
) -> timedelta:
    """How much has run from `start` to `end`, as in `elapsed`, without the pauses."""
    total = elapsed(calendar, unit, start, end)
    for low, high in paused:
        total -= elapsed(calendar, unit, low, min(high, end))
    return total


def instant_after(
    calendar: WorkingCalendar, unit: Unit | None, start: datetime, length: timedelta, paused: Sequence[Stretch]
) -> datetime:
    """The instant by which `length` has run since `start`, as in `ran_until`; all pauses before it have ended."""
    at, left = start, length
    for low, high in paused:
        ran = elapsed(calendar, unit, at, low)
        if ran >= left:
            break
        left, at = left - ran, high
    return after(calendar, unit, at, left)
