"""Which cells the tables of an HTML text have, taken from their tags as they come."""

import re
from dataclasses import dataclass, field
from typing import Final

from policies.kernel.masking.views import Row, TableCell

TABLE_TAGS: Final = {
    "table": "table", "tr": "tr", "td": "td", "th": "th", "w:tbl": "table", "w:tr": "tr", "w:tc": "td",
}  # fmt: skip
"""Tags of HTML and of word processors, as HTML calls them."""
MOST_CELLS: Final = 200_000
"""So many tags of tables, or cells of lines, are told apart in a text; what stands behind them is read as text."""
_COLUMNS: Final = 64
"""How many columns of a table a cell that reaches down is followed in."""
_SPAN: Final = re.compile(r"(?P<way>col|row)span\s*=\s*[\"']?(?P<count>[0-9]{1,2})(?![0-9])", re.IGNORECASE)


@dataclass(slots=True)
class _Table:
    """A table that is being read; `taken` says up to which row a cell above reaches into a column."""

    rows: list[list[TableCell]] = field(default_factory=list)
    taken: dict[int, int] = field(default_factory=dict)
    column: int = 0
    cell: tuple[int, bool] | None = None
    wide: int = 1

    def row(self) -> None:
        self.column = 0
        self.rows.append([])

    def begin(self, at: int, *, head: bool, wide: int, high: int) -> None:
        if not self.rows:
            self.row()
        row = len(self.rows)
        while self.taken.get(self.column, 0) > row:
            self.column += 1
        self.cell, self.wide = (at, head), wide
        if high > 1:
            columns = range(self.column, min(self.column + wide, _COLUMNS))
            self.taken.update(dict.fromkeys(columns, row + high))

    def end(self, at: int) -> None:
        if self.cell is not None:
            start, head = self.cell
            self.rows[-1].append(TableCell(column=self.column, start=start, end=at, head=head))
            self.column += self.wide
            self.cell = None


class Grid:
    """The tables of one text."""

    def __init__(self) -> None:
        self._open: list[_Table] = []
        self._done: list[_Table] = []
        self._left = MOST_CELLS

    def tag(self, name: str, at: int, attributes: str, *, closing: bool) -> None:
        """A tag of a table (`TABLE_TAGS`) that stands at the view's offset `at`."""
        self._left -= 1
        if self._left < 0:
            return
        if name == "table":
            if closing:
                self._close(at)
            else:
                self._nest()
                self._open.append(_Table())
            return
        if not self._open:
            self._open.append(_Table())
        table = self._open[-1]
        table.end(at)
        if name == "tr" and not closing:
            table.row()
        elif not closing:
            spans: dict[str, int] = {}
            if "span" in attributes.lower():
                spans = {found["way"].lower(): int(found["count"]) for found in _SPAN.finditer(attributes)}
            table.begin(at, head=name == "th", wide=spans.get("col", 1), high=spans.get("row", 1))

    def tables(self, at: int) -> tuple[tuple[Row, ...], ...]:
        """All of them with two rows and more, the text being `at` characters long."""
        while self._open:
            self._close(at)
        return tuple(tuple(map(tuple, table.rows)) for table in self._done if len(table.rows) > 1)

    def _nest(self) -> None:
        """A cell with a table in it is layout, and no value."""
        if self._open:
            self._open[-1].cell = None

    def _close(self, at: int) -> None:
        if self._open:
            table = self._open.pop()
            table.end(at)
            self._done.append(table)
