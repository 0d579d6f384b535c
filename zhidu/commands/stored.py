"""What commands over the store share: opening it, and times as people read them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from integrations.store.store import Store
from zhidu.calendars import DEFAULT, load_calendars
from zhidu.compose import real_outside
from zhidu.habits import Habits
from zhidu.settings import load_settings
from zhidu.stores import at_hand


@dataclass(frozen=True, slots=True, kw_only=True)
class Stored:
    """The store, and now.

    zone   of the default calendar, in which times are shown
    """

    store: Store
    now: datetime
    zone: ZoneInfo

    def shown(self, at: datetime | None) -> str:
        """To the second, with the offset; "-" for never."""
        return "-" if at is None else at.astimezone(self.zone).isoformat(timespec="seconds")


@contextmanager
def stored(habits: Habits) -> Iterator[Stored]:
    """The configured store. raises ConfigErrors, Unreachable, StoreError"""
    outside = real_outside()
    settings = load_settings(habits.directory)
    zone = load_calendars(habits.directory)[DEFAULT].zone
    with at_hand(settings, outside) as store:
        yield Stored(store=store, now=outside.now(), zone=zone)


def age(length: timedelta) -> str:
    """`40 s`, `12 min`, `5 h`, `3 d`: one unit is enough to see whether something is stuck."""
    seconds = max(int(length.total_seconds()), 0)
    for size, unit in ((86_400, "d"), (3_600, "h"), (60, "min")):
        if seconds >= 2 * size:
            return f"{seconds // size} {unit}"
    return f"{seconds} s"


def utc(at: datetime | None) -> str | None:
    """For machines."""
    return None if at is None else at.isoformat()
