"""A report as a workbook: a sheet for each table, one with the tickets behind every figure, one with every run of a
clock that ends at another time."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Final

from zhidu.simulating.report import Report
from zhidu.simulating.sheets import Cells, Pen, sheet_name, workbook
from zhidu.simulating.showing import Head
from zhidu.simulating.tables import Table, Tables
from zhidu.simulating.words import Words


def write_xlsx(path: Path, head: Head, report: Report, words: Words) -> None:
    """Write the workbook, a row at a time, however many tickets there are. raises OSError"""
    with workbook(path, words.of("title")) as book:
        pen = Pen(book, head.page_of, words.of("cut"))
        pen.lines(book.add_worksheet(words.of("summary")), (*head.lines(report, words), words.of("note")))
        for table in Tables(report=report, words=words).all():
            sheet = book.add_worksheet(sheet_name(table.title))
            pen.table(sheet, table.columns, table.texts, _rows(table))
        if report.moved:
            sheet = book.add_worksheet(sheet_name(words.of("moved.runs")))
            pen.table(sheet, _heads(words, *_RUN), 2, _runs(report, words), figures=False)
        sheet = book.add_worksheet(words.of("tickets_behind"))
        pen.table(sheet, _heads(words, *_TICKET), 3, _tickets(report, words), figures=False)


_TICKET: Final = ("decisions.clause", "decisions.rule", "decisions.what", "where", "ticket")
_RUN: Final = (
    "decisions.clause", "clocks.clock", "ticket", "moved.today", "moved.proposed", "moved.middle_of_one", "moved.still",
)  # fmt: skip


def _heads(words: Words, *names: str) -> tuple[str, ...]:
    return tuple(words.of(name) for name in names)


def _rows(table: Table) -> Iterator[tuple[Cells, bool]]:
    """The cells of each row, and whether it is marked."""
    for row in table.rows():
        yield row.cells, row.differs and not table.of_differences


def _runs(report: Report, words: Words) -> Iterator[tuple[Cells, bool]]:
    for row in report.moved:
        clock = words.clock(row.module, row.name)
        for run in report.moved_runs(row):
            times = (words.local(run.today), words.local(run.proposed))
            moved = words.shift(run.proposed - run.today)
            yield (row.clause, clock, run.behind, *times, moved, words.of("moved.yes") if run.open else ""), False


def _tickets(report: Report, words: Words) -> Iterator[tuple[Cells, bool]]:
    """Every figure's tickets, one a row."""
    for row in report.clocks:
        late = words.of("verbs.late", clock=words.clock(row.module, row.name))
        for name, tickets in report.late(row).everywhere(compared=report.compared):
            where = words.of(name)
            yield from (((row.clause, f"{row.module}.{row.name}", late, where, one), False) for one in tickets)
    for what in report.decisions:
        shown = words.what(what)
        for name, tickets in report.behind(what).everywhere(compared=report.compared):
            where = words.of(name)
            yield from (((what.clause, what.rule, shown, where, one), False) for one in tickets)
