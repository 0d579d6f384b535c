"""Pauses of a clock in arithmetic: when a paused period ends, and how much of it has run. All in POSIX seconds."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TypeAlias

from policies.kernel.calendar import WorkingCalendar
from policies.kernel.calendar_table import SAME
from policies.kernel.spec import Spec, Unit

Stretch: TypeAlias = tuple[float, float]
"""From and until; a stretch that lasts still ends at infinity."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Pause:
    """A stretch in which a clock does not run; `until_at` is None while it lasts."""

    from_at: datetime
    until_at: datetime | None = None


def stretches(pauses: Sequence[Pause], start: float) -> tuple[Stretch, ...]:
    """The pauses after `start` in order, joined where they touch or overlap; empty ones are left out."""
    joined: list[Stretch] = []
    for begins, ends in sorted(
        (pause.from_at.timestamp(), math.inf if pause.until_at is None else pause.until_at.timestamp())
        for pause in pauses
    ):
        low = max(begins, start)
        if ends <= low:
            continue
        if joined and low <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(joined[-1][1], ends))
        else:
            joined.append((low, ends))
    return tuple(joined)


def end_of(calendar: WorkingCalendar, start: float, spec: Spec, paused: Sequence[Stretch]) -> float | None:
    """When `spec` from `start` ends; None while a pause lasts that began before the end.

    Time goes on where it stopped. For day units the days that close (`wd`) or end (`d`) during a pause do not count.
    """
    if spec.unit == "wd" or spec.unit == "d":
        amount, end = spec.amount, calendar.end_of(start, spec)
        for low, high in paused:
            if end <= low:
                break
            if high == math.inf:
                return None
            amount += calendar.days_ended(low, high, spec.unit)
            end = calendar.end_of(start, Spec(amount, spec.unit))
        return end
    left, at = float(spec.seconds), start
    for low, high in paused:
        ran = elapsed(calendar, spec.unit, at, low)
        if ran >= left - SAME:
            break
        if high == math.inf:
            return None
        left, at = left - ran, high
    return after(calendar, spec.unit, at, left)


def elapsed(calendar: WorkingCalendar, unit: Unit | None, start: float, end: float) -> float:
    """Seconds from `start` to `end` (0 when that is earlier): open ones for `wm`, `wh` and `wd`, all of them else."""
    if end <= start:
        return 0.0
    return calendar.open_seconds(start, end) if unit in ("wm", "wh", "wd") else end - start


def after(calendar: WorkingCalendar, unit: Unit | None, at: float, seconds: float) -> float:
    """The instant by which `seconds`, open or all as in `elapsed`, have passed since `at`."""
    return calendar.after_open(at, seconds) if unit in ("wm", "wh", "wd") else at + seconds


def ran_until(
    calendar: WorkingCalendar, unit: Unit | None, start: float, end: float, paused: Sequence[Stretch]
) -> float:
    """Seconds run from `start` to `end`, as in `elapsed`, without those of the pauses."""
    total = elapsed(calendar, unit, start, end)
    for low, high in paused:
        total -= elapsed(calendar, unit, low, min(high, end))
    return total


def instant_after(
    calendar: WorkingCalendar, unit: Unit | None, start: float, seconds: float, paused: Sequence[Stretch]
) -> float:
    """The instant by which `seconds` have run since `start`, as in `ran_until`; all pauses before it have ended."""
    at, left = start, seconds
    for low, high in paused:
        ran = elapsed(calendar, unit, at, low)
        if ran >= left - SAME:
            break
        left, at = left - ran, high
    return after(calendar, unit, at, left)
