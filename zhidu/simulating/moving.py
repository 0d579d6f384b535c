"""Runs of clocks that end at another time under another policy, whether anybody was late or not."""

from __future__ import annotations

import sqlite3
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from itertools import groupby
from operator import itemgetter
from typing import Final

from zhidu.simulating.figures import Behind, ClockMoved, ClockRow, Moved, MovedRun
from zhidu.simulating.replaying import PROPOSED, TODAY

_RUNS: Final = """
SELECT t.number, r.ticket, r.policy, r.began, r.due, r.ending FROM runs r JOIN tickets t ON t.ticket = r.ticket
WHERE r.clause = ? AND r.name = ? AND r.due IS NOT NULL ORDER BY r.ticket, r.policy, r.began
"""
_OPEN: Final = ("running", "paused")

_Side = list[tuple[float, float, str]]
"""began, due, ending of each run, in the order in which they began."""


def moved_runs(db: sqlite3.Connection, clause: str, name: str) -> Iterator[MovedRun]:
    """The clock's runs that both policies have and that end at another time, ticket by ticket."""
    for (number, ticket), rows in groupby(db.execute(_RUNS, (clause, name)), key=itemgetter(0, 1)):
        sides: tuple[_Side, _Side] = ([], [])
        for _, _, policy, began, due, ending in rows:
            sides[policy].append((began, due, ending))
        for (_, today, ending), (_, proposed, other) in _pairs(sides[TODAY], sides[PROPOSED]):
            if today != proposed:
                open_ = ending in _OPEN and other in _OPEN
                yield MovedRun(Behind(str(number), int(ticket)), today, proposed, open_)


def _pairs(today: _Side, proposed: _Side) -> Iterator[tuple[tuple[float, float, str], tuple[float, float, str]]]:
    """Those that began together; where each policy has one run alone, these two whenever they began."""
    if len(today) == len(proposed) == 1:
        yield today[0], proposed[0]
        return
    began = {run[0]: run for run in proposed}
    for run in today:
        if run[0] in began:
            yield run, began[run[0]]


def moved_of(row: ClockRow, runs: Iterable[MovedRun]) -> ClockMoved | None:
    """The runs counted, by minutes: so much is kept, however many there are. None: none of them moved."""
    shifts: Counter[int] = Counter()
    earlier, open_, tickets, last = 0, 0, 0, -1
    for run in runs:
        earlier += run.proposed < run.today
        shifts[round((run.proposed - run.today) / 60)] += 1
        open_ += run.open
        tickets += run.behind.ticket != last
        last = run.behind.ticket
    if not shifts:
        return None
    return ClockMoved(
        clause=row.clause,
        name=row.name,
        module=row.module,
        earlier=earlier,
        later=shifts.total() - earlier,
        open=open_,
        tickets=tickets,
        middle=_middle(shifts) * 60.0,
    )


def _middle(shifts: Counter[int]) -> int:
    left = (shifts.total() + 1) // 2
    for minutes, count in sorted(shifts.items()):
        left -= count
        if left <= 0:
            return minutes
    raise AssertionError("no shifts")  # pragma: no cover - there is one


def behind_moved(runs: Iterable[MovedRun], note: Callable[[MovedRun], str]) -> Moved:
    """The tickets of the runs, with what there is to say of each run."""
    earlier: list[Behind] = []
    later: list[Behind] = []
    for run in runs:
        side = earlier if run.proposed < run.today else later
        side.append(run.behind._replace(note=note(run)))
    return Moved(earlier=tuple(sorted(earlier)), later=tuple(sorted(later)))
