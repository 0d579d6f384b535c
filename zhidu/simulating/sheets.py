"""Sheets of a workbook: what was written decides how wide columns are; numbers are numbers and days are days."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any, Final, TypeAlias

import xlsxwriter

from zhidu.simulating.figures import Behind
from zhidu.simulating.showing import columns
from zhidu.simulating.tables import Change

Cells: TypeAlias = Sequence[str | int | date | Behind]

_MOST_ROWS: Final = 1_048_576
"""Rows that a sheet can have."""
_NARROWEST, _WIDEST = 8, 60
_HEAD: Final = 14
"""Letters of a head that stand in one line, before it is broken."""
_A4: Final = 9
_FORMATS: Final[Mapping[str, Mapping[str, object]]] = {
    "text": {},
    "words": {"align": "right"},
    "count": {"num_format": "#,##0"},
    "change": {"num_format": "+#,##0;-#,##0;0"},
    "day": {"num_format": "yyyy-mm-dd"},
    "moment": {"num_format": "yyyy-mm-dd hh:mm"},
    "link": {"font_color": "#0b5cad", "underline": 1},
}
_OPTIONS: Final = {
    "constant_memory": True,
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "strings_to_numbers": False,
}
_MADE_AT: Final = datetime(2000, 1, 1, tzinfo=UTC)
"""Equal reports are equal files."""


def workbook(path: Path, title: str) -> xlsxwriter.Workbook:
    """A workbook that is written a row at a time and takes texts as texts; to be closed. raises OSError"""
    book = xlsxwriter.Workbook(str(path), _OPTIONS)
    book.set_properties({"title": title, "created": _MADE_AT.replace(tzinfo=None)})
    return book


def sheet_name(title: str) -> str:
    """What a sheet may be called: 31 letters, none of []:*?/\\."""
    return "".join(letter for letter in title if letter not in "[]:*?/\\")[:31]


class Pen:
    """Writes into one workbook, row by row; nothing that was written is kept.

    page   a ticket's page in the helpdesk
    cut    what is said where a sheet ends before its rows do
    """

    def __init__(self, book: Any, page: Callable[[Behind], str | None], cut: str) -> None:
        self._page, self._cut = page, cut
        self._title = book.add_format({"bold": True, "font_size": 14})
        head = {"bold": True, "text_wrap": True, "valign": "top", "bottom": 1}
        self._head, self._head_right = book.add_format(head), book.add_format({**head, "align": "right"})
        self._wrapped = book.add_format({"text_wrap": True, "valign": "top"})
        self._inks = {
            (name, marked): book.add_format({**form, "valign": "top"} | ({"bg_color": "#fff2cc"} if marked else {}))
            for name, form in _FORMATS.items()
            for marked in (False, True)
        }

    def lines(self, sheet: Any, lines: Iterable[str]) -> None:
        """The first is the title."""
        sheet.set_column(0, 0, 100)
        for number, line in enumerate(lines):
            sheet.write_string(number, 0, line, self._wrapped if number else self._title)
        sheet.fit_to_pages(1, 0)
        sheet.set_paper(_A4)

    def table(
        self, sheet: Any, heads: Sequence[str], texts: int, rows: Iterable[tuple[Cells, bool]], *, figures: bool = True
    ) -> None:
        """A table, its head frozen with its first columns, with filters; marked rows are coloured.

        texts    how many columns at the left hold words
        figures  whether those after them hold figures
        """
        headed = any(heads)
        widths = [min(columns(name), _HEAD) for name in heads]
        if headed:
            for column, name in enumerate(heads):
                sheet.write_string(0, column, name, self._head_right if figures and column >= texts else self._head)
            sheet.freeze_panes(1, texts)
            sheet.repeat_rows(0)
        last = -1 + headed
        for last, (cells, marked) in enumerate(rows, start=int(headed)):
            if last == _MOST_ROWS - 1:
                sheet.write_string(last, 0, self._cut)
                break
            for column, cell in enumerate(cells):
                words = "words" if figures and column >= texts else "text"
                widths[column] = max(widths[column], self._write(sheet, last, column, cell, words, marked))
        for column, width in enumerate(widths):
            sheet.set_column(column, column, max(_NARROWEST, min(_WIDEST, width + 2)))
        if headed and last > 0:
            sheet.autofilter(0, 0, last, len(heads) - 1)
        sheet.set_landscape()
        sheet.set_paper(_A4)
        sheet.fit_to_pages(1, 0)

    def _write(
        self, sheet: Any, row: int, column: int, cell: str | int | date | Behind, words: str, marked: bool
    ) -> int:
        """Returns how wide it is shown. words: the form of what is no number."""
        match cell:
            case Behind():
                return self._ticket(sheet, row, column, cell, marked)
            case Change():
                sheet.write_number(row, column, cell, self._inks["change", marked])
            case int():
                sheet.write_number(row, column, cell, self._inks["count", marked])
            case datetime():
                sheet.write_datetime(row, column, cell, self._inks["moment", marked])
                return 16
            case date():
                sheet.write_datetime(row, column, cell, self._inks["day", marked])
                return 10
            case _:
                sheet.write_string(row, column, cell, self._inks[words, marked])
                return columns(cell)
        return len(f"{cell:,}")

    def _ticket(self, sheet: Any, row: int, column: int, one: Behind, marked: bool) -> int:
        """The number leads to the ticket; by a formula, for of other links a sheet can have 65,530 only."""
        page = self._page(one)
        if page is None:
            sheet.write_string(row, column, one.number, self._inks["text", marked])
        else:
            formula = f'=HYPERLINK("{_quoted(page)}","{_quoted(one.number)}")'
            sheet.write_formula(row, column, formula, self._inks["link", marked], one.number)
        return len(one.number)


def _quoted(text: str) -> str:
    return text.replace('"', '""')
