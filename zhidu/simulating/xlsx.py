"""A report as a workbook: a sheet for each table, and one with the tickets behind every figure."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

import xlsxwriter

from zhidu.simulating.report import Report
from zhidu.simulating.showing import Head, columns
from zhidu.simulating.tables import Table, Tables
from zhidu.simulating.words import Words

_MOST_ROWS: Final = 1_048_576
"""Rows that a sheet can have."""
_WIDEST: Final = 60
_OPTIONS: Final = {
    "constant_memory": True,
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "strings_to_numbers": False,
}
_MADE_AT: Final = datetime(2000, 1, 1, tzinfo=UTC)
"""Equal reports are equal files."""


def write_xlsx(path: Path, head: Head, report: Report, words: Words) -> None:
    """Write the workbook, a row at a time, however many tickets there are. raises OSError"""
    with xlsxwriter.Workbook(str(path), _OPTIONS) as book:
        book.set_properties({"title": words.of("title"), "created": _MADE_AT.replace(tzinfo=None)})
        pen = _Pen(book)
        sheet = book.add_worksheet(words.of("summary"))
        sheet.set_column(0, 0, _WIDEST)
        for number, line in enumerate((*head.lines(report, words), words.of("note"))):
            sheet.write_string(number, 0, line, pen.bold if number == 0 else None)
        for table in Tables(report=report, words=words).all():
            pen.table(book.add_worksheet(_sheet_name(table.title)), table)
        pen.tickets(book.add_worksheet(words.of("tickets_behind")), report, words)


def _sheet_name(title: str) -> str:
    """What a sheet may be called: 31 letters, none of []:*?/\\."""
    return "".join(letter for letter in title if letter not in "[]:*?/\\")[:31]


class _Pen:
    """Writes into one workbook."""

    def __init__(self, book: Any) -> None:
        self.bold = book.add_format({"bold": True, "text_wrap": True, "valign": "top", "bottom": 1})
        self._differs = book.add_format({"bg_color": "#fff2cc"})

    def table(self, sheet: Any, table: Table) -> None:
        """One table, its head frozen and with filters; rows that differ are coloured."""
        width = len(table.columns)
        self._head(sheet, table.columns, table.texts)
        count = 0
        for count, row in enumerate(table.rows(), start=1):
            ink = self._differs if row.differs and table.name != "differences" else None
            for column, cell in enumerate(row.cells):
                write = sheet.write_number if isinstance(cell, int) else sheet.write_string
                write(count, column, cell, ink)
        if count and any(table.columns):
            sheet.autofilter(0, 0, count, width - 1)

    def _head(self, sheet: Any, heads: tuple[str, ...], texts: int) -> None:
        for column, name in enumerate(heads):
            wide = min(_WIDEST, max(40 if 0 < column < texts else 12, columns(name) // 2 + 4))
            sheet.set_column(column, column, wide)
            sheet.write_string(0, column, name, self.bold)
        sheet.freeze_panes(1, texts)

    def tickets(self, sheet: Any, report: Report, words: Words) -> None:
        """Every figure's tickets, one a row; a sheet's end is said where it comes first."""
        heads = ("decisions.clause", "decisions.rule", "decisions.what", "where", "ticket")
        self._head(sheet, tuple(words.of(name) for name in heads), 3)
        last = 0
        for last, cells in enumerate(_behind(report, words), start=1):
            if last == _MOST_ROWS - 1:
                sheet.write_string(last, 0, words.of("cut"))
                break
            for column, cell in enumerate(cells):
                sheet.write_string(last, column, cell)
        if last:
            sheet.autofilter(0, 0, last, len(heads) - 1)


def _behind(report: Report, words: Words) -> Iterator[tuple[str, str, str, str, str]]:
    for row in report.clocks:
        late = words.of("verbs.late", clock=words.clock(row.module, row.name))
        for name, numbers in report.late(row).everywhere(compared=report.compared):
            yield from ((row.clause, f"{row.module}.{row.name}", late, words.of(name), number) for number in numbers)
    for what in report.decisions:
        for name, numbers in report.behind(what).everywhere(compared=report.compared):
            shown = words.what(what)
            yield from ((what.clause, what.rule, shown, words.of(name), number) for number in numbers)
