"""A report as tables of one shape, which a terminal, a workbook and a page show each in its own way."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import TypeAlias

from zhidu.endings import Clocks
from zhidu.simulating.figures import ClockRow, Figure, Moved, Tickets
from zhidu.simulating.moving import behind_moved
from zhidu.simulating.report import Report
from zhidu.simulating.tally import LOADS
from zhidu.simulating.words import Words

Cell: TypeAlias = str | int | date


class Change(int):
    """A difference of two figures, shown with its sign."""

    def __str__(self) -> str:
        return f"{int(self):+,}" if self else "0"


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """`behind` tells the tickets behind the row; `differs` marks what the two policies do not agree about."""

    cells: tuple[Cell, ...]
    differs: bool = False
    behind: Callable[[], Tickets | Moved] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """`name` is the key of its title; `texts` how many columns at the left hold words, not figures."""

    name: str
    title: str
    columns: tuple[str, ...]
    texts: int
    rows: Callable[[], Iterator[Row]]

    @property
    def of_differences(self) -> bool:
        """Whether its rows are differences and nothing else, so that none need be marked."""
        return self.name in ("differences", "moved")


@dataclass(frozen=True, slots=True, kw_only=True)
class Tables:
    """The tables of one report in one language."""

    report: Report
    words: Words

    def all(self) -> Iterator[Table]:
        """In the order in which they are read."""
        if self.report.compared:
            yield self.differences()
            yield self.moved()
        yield self.clocks()
        yield self.really()
        yield self.decisions()
        yield self.load()
        yield self.days()

    def really(self) -> Table:
        return Table(name="really", title=self._of("really.title"), columns=("", ""), texts=2, rows=self._really)

    def _really(self) -> Iterator[Row]:
        really, words = self.report.really, self.words
        shown: Mapping[str, Cell] = {
            "tickets": really.tickets,
            "came": really.came,
            "answered": really.answered,
            "first_reply": words.duration(really.first_reply_median),
            "first_reply_most": words.duration(really.first_reply_most),
            "closings": really.closings,
            "solved": words.duration(really.solved_median),
            "reopened": really.reopened,
            "handed": really.handed,
            "by_zhidu": really.by_zhidu,
        }
        for name, value in shown.items():
            yield Row(cells=(self._of(f"really.{name}"), value))

    def differences(self) -> Table:
        """What the two policies do not agree about: clocks that run out, then decisions."""
        columns = ("decisions.clause", "decisions.what", "today", "proposed", "change", "decisions.tickets")
        return self._table("differences", columns, 2, self._differences)

    def _differences(self) -> Iterator[Row]:
        for row in self.report.clocks:
            if row.today.late != row.proposed.late or row.no_longer_late or row.newly_late:
                name = self._of("verbs.late", clock=self.words.clock(row.module, row.name))
                yield self._difference(
                    row.clause, name, row.today.late, row.proposed.late, row.no_longer_late + row.newly_late,
                    lambda row=row: self.report.late(row),  # type: ignore[misc]
                )  # fmt: skip
        for what, figure in self.report.decisions.items():
            if figure.differs:
                yield self._difference(
                    what.clause, self.words.what(what), *figure.times,
                    figure.only_today + figure.only_proposed + figure.other,
                    lambda what=what: self.report.behind(what),  # type: ignore[misc]
                )  # fmt: skip

    @staticmethod
    def _difference(
        clause: str, name: str, today: int, proposed: int, tickets: int, behind: Callable[[], Tickets]
    ) -> Row:
        return Row(
            cells=(clause, name, today, proposed, Change(proposed - today), tickets), differs=True, behind=behind
        )

    def moved(self) -> Table:
        """Clocks that end at another time, whether somebody was late or not."""
        columns = ("decisions.clause", "clocks.clock", "moved.earlier", "moved.later", "moved.open", "moved.middle")
        return self._table("moved", (*columns, "decisions.tickets"), 2, self._moved)

    def _moved(self) -> Iterator[Row]:
        for row in self.report.moved:
            yield Row(
                cells=(
                    row.clause, self.words.clock(row.module, row.name), row.earlier, row.later, row.open,
                    self.words.shift(row.middle), row.tickets,
                ),
                differs=True,
                behind=lambda row=row: behind_moved(self.report.moved_runs(row), self.words.moved),  # type: ignore[misc]
            )  # fmt: skip

    def clocks(self) -> Table:
        """How the runs of each clock ended."""
        endings = ("clocks.met", "clocks.met_late", "clocks.breached", "clocks.open", "clocks.ended")
        columns: tuple[str, ...] = ("decisions.clause", "clocks.clock", *endings)
        if self.report.compared:
            columns = (*columns, *endings, "clocks.no_longer_late", "clocks.newly_late")
        return self._table("clocks", columns, 2, self._clocks, twice=(2, 7, 12))

    def _clocks(self) -> Iterator[Row]:
        for row in self.report.clocks:
            yield Row(
                cells=(row.clause, self.words.clock(row.module, row.name), *self._endings(row)),
                differs=self.report.compared and row.differs,
                behind=lambda row=row: self.report.late(row),  # type: ignore[misc]
            )

    def _endings(self, row: ClockRow) -> Iterator[Cell]:
        yield from _cells(row.today)
        if self.report.compared:
            yield from _cells(row.proposed)
            yield from (row.no_longer_late, row.newly_late)

    def decisions(self) -> Table:
        """How often each rule had an effect."""
        columns: tuple[str, ...] = ("decisions.clause", "decisions.rule", "decisions.what")
        if self.report.compared:
            counts = ("decisions.times", "decisions.tickets")
            more = ("decisions.only_today", "decisions.only_proposed", "decisions.other")
            columns = (*columns, *counts, *counts, *more)
            return self._table("decisions", columns, 3, self._decisions, twice=(3, 5, 7))
        return self._table("decisions", (*columns, "decisions.times", "decisions.tickets"), 3, self._decisions)

    def _decisions(self) -> Iterator[Row]:
        for what, figure in self.report.decisions.items():
            yield Row(
                cells=(what.clause, what.rule, self.words.what(what), *self._counts(figure)),
                differs=self.report.compared and figure.differs,
                behind=lambda what=what: self.report.behind(what),  # type: ignore[misc]
            )

    def _counts(self, figure: Figure) -> Iterator[Cell]:
        yield from (figure.times[0], figure.tickets[0])
        if self.report.compared:
            yield from (figure.times[1], figure.tickets[1])
            yield from (figure.only_today, figure.only_proposed, figure.other)

    def load(self) -> Table:
        """Each person's load over the whole period."""
        return self._load_table("load", ("load.person",), self._load)

    def _load(self) -> Iterator[Row]:
        for person, sides in self.report.load.items():
            yield Row(cells=(self.words.person(person), *self._loads(*sides)))

    def load_in_short(self) -> Table:
        """As `load`, today's and the proposed policy in one column, `2 → 5` where they differ: for a terminal."""
        if not self.report.compared:
            return self.load()
        columns = ("load.person", *(f"load.{load}" for load in LOADS[:-1]), "load.given", "load.answered")
        return self._table("load", columns, 1, self._load_in_short, title="load.title", twice=(5, 5, 5))

    def _load_in_short(self) -> Iterator[Row]:
        for person, (today, proposed, really) in self.report.load.items():
            pairs = ((today.get(load, 0), proposed.get(load, 0)) for load in LOADS[:-1])
            sides = (one if one == other else f"{one} → {other}" for one, other in pairs)
            yield Row(
                cells=(self.words.person(person), *sides, really.get("given", 0), really.get("answered", 0))
            )  # fmt: skip

    def days(self) -> Table:
        """Each person's load day by day."""
        return self._load_table("days", ("load.day", "load.person"), self._days)

    def _days(self) -> Iterator[Row]:
        for row in self.report.days:
            yield Row(
                cells=(
                    row.day, self.words.person(row.person), *self._loads(row.today, row.proposed, row.really),
                )
            )  # fmt: skip

    def _load_table(self, name: str, left: tuple[str, ...], rows: Callable[[], Iterator[Row]]) -> Table:
        loads = tuple(f"load.{load}" for load in LOADS[:-1])
        at = len(left)
        columns = (*left, *loads, *(loads if self.report.compared else ()), "load.given", "load.answered")
        starts = (at, at + 4, at + 8) if self.report.compared else (at, -1, at + 4)
        title = "load.title" if name == "load" else "load.days"
        return self._table(name, columns, at, rows, title=title, twice=starts)

    def _loads(
        self, today: Mapping[str, int], proposed: Mapping[str, int], really: Mapping[str, int]
    ) -> Iterator[Cell]:
        for side in (today, proposed)[: 2 if self.report.compared else 1]:
            yield from (side.get(load, 0) for load in LOADS[:-1])
        yield from (really.get("given", 0), really.get("answered", 0))

    def _table(
        self,
        name: str,
        columns: tuple[str, ...],
        texts: int,
        rows: Callable[[], Iterator[Row]],
        *,
        title: str = "",
        twice: tuple[int, int, int] | None = None,
    ) -> Table:
        """`twice`: where today's, the proposed and the last columns begin, when their heads say whose they are."""
        heads = [self._of(column) for column in columns]
        if twice is not None and (self.report.compared or name in ("load", "days")):
            last = "actual" if name in ("load", "days") else ""
            for index, head in enumerate(heads):
                whose = "" if index < twice[0] else self._whose(index, twice, last)
                heads[index] = f"{whose} {head}" if whose else head
        return Table(
            name=name, title=self._of(title or f"{name}.title"), columns=tuple(heads), texts=texts, rows=rows
        )  # fmt: skip

    def _whose(self, index: int, starts: tuple[int, int, int], last: str) -> str:
        if index >= starts[2]:
            return self._of(last) if last else ""
        if not self.report.compared:
            return ""
        return self._of("proposed" if index >= starts[1] else "today")

    def _of(self, key: str, **values: object) -> str:
        return self.words.of(key, **values)


def _cells(clocks: Clocks) -> tuple[Cell, ...]:
    return clocks.met, clocks.met_late, clocks.breached, clocks.open, clocks.ended
