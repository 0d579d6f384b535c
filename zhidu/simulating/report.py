"""The results of a run as figures, each with the tickets behind it; read from the workbook as they are asked for."""

from __future__ import annotations

import heapq
import sqlite3
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from itertools import islice

from zhidu.endings import Clocks
from zhidu.simulating.figures import Behind, ClockMoved, ClockRow, DayRow, Figure, MovedRun, Really, Tickets
from zhidu.simulating.moving import moved_of, moved_runs
from zhidu.simulating.replaying import PROPOSED, REALLY, TODAY
from zhidu.simulating.tally import LOADS, What
from zhidu.simulating.workbook import Workbook

_DECIDED = """
SELECT w.clause, w.rule, w.what, sum(a), sum(b), sum(a > 0), sum(b > 0),
    sum(a > 0 AND b = 0), sum(a = 0 AND b > 0), sum(a > 0 AND b > 0 AND a != b)
FROM (SELECT what, ticket, sum(CASE policy WHEN 0 THEN times ELSE 0 END) a,
        sum(CASE policy WHEN 1 THEN times ELSE 0 END) b
    FROM hits GROUP BY what, ticket) h
JOIN whats w ON w.id = h.what GROUP BY w.id
"""
_BEHIND = """
SELECT t.number, h.ticket, sum(CASE policy WHEN 0 THEN times ELSE 0 END),
    sum(CASE policy WHEN 1 THEN times ELSE 0 END)
FROM hits h JOIN whats w ON w.id = h.what JOIN tickets t ON t.ticket = h.ticket
WHERE w.clause = ? AND w.rule = ? AND w.what = ? GROUP BY h.ticket
"""
_ENDINGS = "SELECT clause, name, module, policy, ending, count(*) FROM runs GROUP BY 1, 2, 3, 4, 5"
_MOVED = """
SELECT clause, name, sum(a AND NOT b), sum(b AND NOT a)
FROM (SELECT clause, name, ticket, max(policy = 0) a, max(policy = 1) b
    FROM runs WHERE ending IN ('breached', 'met late') GROUP BY 1, 2, 3)
GROUP BY 1, 2
"""
_LATE = """
SELECT t.number, r.ticket, sum(policy = 0), sum(policy = 1) FROM runs r JOIN tickets t ON t.ticket = r.ticket
WHERE r.clause = ? AND r.name = ? AND ending IN ('breached', 'met late') GROUP BY r.ticket
"""
_TIMES = {
    "first_reply": "SELECT first_reply FROM tickets WHERE counted AND first_reply IS NOT NULL ORDER BY 1",
    "solved": "SELECT solved FROM tickets WHERE counted AND solved IS NOT NULL ORDER BY 1",
}
_COUNTS = {
    "first_reply": "SELECT count(first_reply) FROM tickets WHERE counted",
    "solved": "SELECT count(solved) FROM tickets WHERE counted",
}


@dataclass(frozen=True)
class Report:
    """Figures of a finished run; `compared` says whether there is a proposed policy."""

    book: Workbook
    compared: bool

    def _rows(self, query: str, *values: object) -> Iterator[tuple[int | str | float, ...]]:
        for db in self._shards:
            yield from db.execute(query, values)

    @cached_property
    def _shards(self) -> tuple[sqlite3.Connection, ...]:
        """Opened once: there are some hundred questions."""
        found = tuple(sqlite3.connect(self.book.shard(number)) for number in self.book.shards())
        for db in found:
            db.execute("PRAGMA cache_size = -256")  # KB: there are many of them, however large they are
            db.execute("CREATE INDEX IF NOT EXISTS runs_by_clock ON runs (clause, name)")
            db.commit()
        return found

    def close(self) -> None:
        for db in self._shards:
            db.close()

    @cached_property
    def moments(self) -> tuple[int, int]:
        """Looks under each policy."""
        found = [0, 0]
        for policy, moments in self._rows("SELECT policy, moments FROM totals WHERE policy < 2"):
            found[int(policy)] += int(moments)
        return found[0], found[1]

    @cached_property
    def failures(self) -> Mapping[str, tuple[int, str]]:
        """rule → how many tickets it failed on, and one of the errors."""
        found: dict[str, tuple[int, str]] = {}
        for rule, error in self._rows("SELECT rule, error FROM failures"):
            count = found.get(str(rule), (0, ""))[0]
            found[str(rule)] = count + 1, str(error)
        return found

    @cached_property
    def decisions(self) -> Mapping[What, Figure]:
        """Every decision that has an effect, by clause."""
        found: dict[What, list[int]] = {}
        for clause, rule, what, *counts in self._rows(_DECIDED):
            sums = found.setdefault(What(str(clause), str(rule), str(what)), [0] * 7)
            for index, count in enumerate(counts):
                sums[index] += int(count)
        return {
            what: Figure(
                times=(n[0], n[1]),
                tickets=(n[2], n[3]),
                only_today=n[4] if self.compared else 0,
                only_proposed=n[5],
                other=n[6],
            )
            for what, n in sorted(found.items(), key=lambda item: (clause_key(item[0].clause), item[0]))
        }

    def behind(self, what: What) -> Tickets:
        """The tickets behind a row of `decisions`."""
        return _sorted_out(self._rows(_BEHIND, *what))

    @cached_property
    def clocks(self) -> tuple[ClockRow, ...]:
        """Every clock that ran in the period, by clause."""
        counts: dict[tuple[str, str, str], tuple[dict[str, int], dict[str, int]]] = {}
        moved: dict[tuple[str, str], list[int]] = {}
        for clause, name, module, policy, ending, times in self._rows(_ENDINGS):
            sides = counts.setdefault((str(clause), str(name), str(module)), ({}, {}))
            side = sides[int(policy)]
            side[str(ending)] = side.get(str(ending), 0) + int(times)
        for clause, name, gone, new in self._rows(_MOVED):
            sums = moved.setdefault((str(clause), str(name)), [0, 0])
            sums[0] += int(gone)
            sums[1] += int(new)
        rows = []
        for (clause_, name_, module_), (today, proposed) in counts.items():
            gone_, new_ = moved.get((clause_, name_), (0, 0))
            rows.append(
                ClockRow(
                    clause=clause_, name=name_, module=module_, today=Clocks.of(today), proposed=Clocks.of(proposed),
                    no_longer_late=gone_ if self.compared else 0, newly_late=new_,
                )
            )  # fmt: skip
        return tuple(sorted(rows, key=lambda row: (clause_key(row.clause), row.name)))

    def late(self, row: ClockRow) -> Tickets:
        """The tickets on which the clock ran out."""
        return _sorted_out(self._rows(_LATE, row.clause, row.name))

    @cached_property
    def moved(self) -> tuple[ClockMoved, ...]:
        """The clocks with runs that end at another time under the proposed policy, by clause."""
        if not self.compared:
            return ()
        rows = (moved_of(row, self.moved_runs(row)) for row in self.clocks)
        return tuple(row for row in rows if row is not None)

    def moved_runs(self, row: ClockRow | ClockMoved) -> Iterator[MovedRun]:
        """The runs of the clock that end at another time, ticket by ticket."""
        for db in self._shards:
            yield from moved_runs(db, row.clause, row.name)

    @cached_property
    def days(self) -> tuple[DayRow, ...]:
        """Per day and person."""
        found: dict[tuple[str, int], tuple[dict[str, int], ...]] = {}
        for policy, day, person, load, times in self._rows("SELECT policy, day, person, load, times FROM days"):
            side = found.setdefault((str(day), int(person)), ({}, {}, {}))[int(policy)]
            side[str(load)] = side.get(str(load), 0) + int(times)
        return tuple(
            DayRow(
                day=date.fromisoformat(day),
                person=person,
                today=sides[TODAY],
                proposed=sides[PROPOSED],
                really=sides[REALLY],
            )
            for (day, person), sides in sorted(found.items())
        )

    @cached_property
    def load(self) -> Mapping[int, tuple[Mapping[str, int], Mapping[str, int], Mapping[str, int]]]:
        """Per person over the whole period, whoever has most first."""
        found: dict[int, tuple[dict[str, int], dict[str, int], dict[str, int]]] = {}
        for row in self.days:
            sides = found.setdefault(row.person, ({}, {}, {}))
            for side, day in zip(sides, (row.today, row.proposed, row.really), strict=True):
                for load in LOADS:
                    if load in day:
                        side[load] = side.get(load, 0) + day[load]
        return dict(sorted(found.items(), key=lambda item: (-sum(item[1][0].values()), item[0])))

    @cached_property
    def really(self) -> Really:
        query = (
            "SELECT sum(counted), sum(came), count(first_reply), sum(closings), sum(reopened), sum(handed), "
            "sum(by_zhidu) FROM tickets"
        )
        sums = [0] * 7
        for row in self._rows(query):
            sums = [have + int(more or 0) for have, more in zip(sums, row, strict=True)]
        tickets, came, answered, closings, reopened, handed, by_zhidu = sums
        return Really(
            tickets=tickets,
            came=came,
            answered=answered,
            first_reply_median=self._at("first_reply", 0.5),
            first_reply_most=self._at("first_reply", 0.9),
            closings=closings,
            solved_median=self._at("solved", 0.5),
            reopened=reopened,
            handed=handed,
            by_zhidu=by_zhidu,
        )

    def _at(self, column: str, share: float) -> float | None:
        """The value below which that share of the counted tickets lies; sorted on disk, not in memory."""
        count = sum(db.execute(_COUNTS[column]).fetchone()[0] for db in self._shards)
        if count == 0:
            return None
        merged = heapq.merge(*(db.execute(_TIMES[column]) for db in self._shards))
        return float(next(islice(merged, int((count - 1) * share), None))[0])


def clause_key(clause: str) -> tuple[int, ...]:
    """Sorts clauses by their numbers."""
    return tuple(int(part) if part.isdigit() else 0 for part in clause.split("."))


def _sorted_out(rows: Iterable[tuple[int | str | float, ...]]) -> Tickets:
    found: dict[str, list[Behind]] = {"only_today": [], "only_proposed": [], "other": [], "alike": []}
    for number, ticket, today, proposed in rows:
        if today and proposed:
            name = "alike" if today == proposed else "other"
        else:
            name = "only_today" if today else "only_proposed"
        found[name].append(Behind(str(number), int(ticket)))
    return Tickets(**{name: tuple(sorted(tickets)) for name, tickets in found.items()})
