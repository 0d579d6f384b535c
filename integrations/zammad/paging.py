"""Reading lists to their end although rows move and pages are cut.

Zammad cuts a page silently at a limit of its own, so a short page is the last one only when it is shorter than any
limit Zammad has (measured: 50 by default, 100 for `/tickets`, 200 for a search).
"""

from collections.abc import Callable, Iterator
from datetime import datetime
from typing import TypeVar

from integrations.zammad.wire import Ticket, Wire

SMALLEST_LIMIT = 50

W = TypeVar("W", bound=Wire)


def all_pages(page: Callable[[int], list[W]]) -> Iterator[W]:
    """Every row once, from `page(1)`, `page(2)` … An endpoint that does not page is read twice at most."""
    seen: set[int] = set()
    number = 1
    while True:
        rows = page(number)
        fresh = [row for row in rows if row.id not in seen]
        seen.update(row.id for row in fresh)
        yield from fresh
        if not fresh or len(rows) < SMALLEST_LIMIT:
            return
        number += 1


def by_time(
    page: Callable[[datetime, int], list[Ticket]], time_of: Callable[[Ticket], datetime], since: datetime
) -> Iterator[Ticket]:
    """Every ticket at or after `since`, oldest first, although tickets change while they are being read.

    page     `page(at, number)`: the tickets at or after `at`, sorted by that time and id.
    time_of  the time they are sorted by.

    Numbered pages would skip a row whenever an earlier one changes and moves to the end. So each page begins at the
    time of the last row seen. Only when a whole page shares one instant the next number is asked for, and then, as
    rows may have moved in between, that instant is read again until it shows nothing new. A ticket that changes
    meanwhile is given again with its new time.
    """
    seen: dict[int, datetime] = {}
    at, number, news = since, 1, False
    while True:
        rows = page(at, number)
        fresh = [row for row in rows if seen.get(row.id) != time_of(row)]
        seen.update((row.id, time_of(row)) for row in fresh)
        yield from fresh
        news = news or bool(fresh)
        ended = len(rows) < SMALLEST_LIMIT
        last = max(map(time_of, rows), default=at)
        if not ended and last <= at:
            number += 1
        elif number > 1 and news:
            number, news = 1, False
        elif ended:
            return
        else:
            at, number, news = last, 1, False
