"""Tables: the head of a column is said again before each of its cells, so that it counts as their label."""

import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain
from operator import itemgetter
from typing import Final, TypeAlias

from policies.kernel.masking.grids import MOST_CELLS
from policies.kernel.masking.labels import is_label
from policies.kernel.masking.openers import openers
from policies.kernel.masking.views import Marks, Row, TableCell, View
from policies.kernel.masking.words import Words

# Heads that say nothing about confidential data, but that the row they stand in is one of heads.
_OTHERS: Final = Words(
    {
        True: "备注 说明 状态 类型 币种 部门 网点 开户行 客户 用户 银行 性别 年龄 国籍 职业 邮箱 用途 渠道 名称"
        "| remark, remarks, note, status, type, currency, department, branch, customer, user, bank, gender, age, "
        "nationality, date, time, email, e-mail, mail, channel, description, no, id"
    }
)
_LONGEST_HEAD: Final = 28
_NO_HEAD: Final = re.compile("[0-9]{2}|[。！？!?:：*@]")
# What sentences have, and heads have not.
_SENTENCE: Final = re.compile(
    r"[。！？!?:：*@了吗嗎呢吧请請谢謝您]|已经|已經|没有|沒有|一直|\b(?:please|thanks?|have|has|i|you|we|is|are|the|dear|hello|hi)\b"
)
_END: Final = "\n"
# What makes a label of a head, ends a cell, and what no label reaches across.
_LABELS: Final = "\v"
_PARTS: Final = "。"
_RULE: Final = frozenset("-=: |+")
_MOST_COLUMNS: Final = 400
_SEPARATORS: Final = "\t|;,，\v"
# A line whose first cell is short and that has no digits; the one before it ends.
_LINE: Final = re.compile(
    rf"\n(?P<line>[ \t]*+[^\n0-9{_SEPARATORS}]{{0,{_LONGEST_HEAD}}}[{_SEPARATORS}][^\n0-9]{{1,400}})(?=\n)"
)


Said: TypeAlias = tuple[int, str]
"""What is said before a character of the view."""


def headed(view: View, tables: Iterable[Sequence[Row]]) -> View:
    """The view with each column's head before its cells; they take no place in the source."""
    said = sorted(chain.from_iterable(_repeated(view.text, rows) for rows in tables), key=itemgetter(0))
    return _inserted(view, said) if said else view


def written(text: str) -> Iterator[Sequence[Row]]:
    """The tables that a plain text has as lines with tabs, commas, semicolons or bars between the cells."""
    if "\n" not in text:
        return
    until, left = 0, MOST_CELLS
    for start, end in _lines(text):
        if start < until or left <= 0 or _SENTENCE.search(text, start, end):
            continue
        separator = max(_SEPARATORS, key=text[start:end].count)
        head = _split(text, start, end, separator, _MOST_COLUMNS)
        if _is_head(head, [value for cell in head if (value := text[cell.start : cell.end].strip())]):
            rows = [head]
            for row in _following(text, end, separator, len(head)):
                rows.append(row)
                left -= len(row)
                if left <= 0:
                    break
            until = rows[-1][-1].end
            yield rows


def _lines(text: str) -> Iterator[tuple[int, int]]:
    """Where lines stand that may be heads."""
    first = _LINE.match(f"\n{text[: text.index(_END) + 1]}")
    if first is not None:
        yield 0, first.end("line") - 1
    yield from (line.span("line") for line in _LINE.finditer(text))


def _following(text: str, at: int, separator: str, columns: int) -> Iterator[Row]:
    """The lines behind the line that ends at `at`, up to one without the separator."""
    while True:
        start = at + 1
        at = text.find("\n", start)
        at = len(text) if at < 0 else at
        if start >= len(text) or text.find(separator, start, at) < 0:
            return
        yield _split(text, start, at, separator, columns)


def _split(text: str, start: int, end: int, separator: str, columns: int) -> Row:
    """The first `columns` cells of a line; a separator within quotation marks is none."""
    cells: list[TableCell] = []
    while True:
        close = _closing(text, start + 1, end) if text.startswith('"', start) else -1
        stop = text.find(separator, max(start, close), end)
        stop = end if stop < 0 else stop
        begin, until = (start, stop) if close < 0 else (start + 1, close)
        cells.append(TableCell(column=len(cells), start=begin, end=until))
        if stop >= end or len(cells) >= columns:
            return tuple(cells)
        start = stop + 1


def _closing(text: str, start: int, end: int) -> int:
    at = text.find('"', start, end)
    while at >= 0 and text.startswith('""', at):
        at = text.find('"', at + 2, end)
    return at


def _repeated(text: str, rows: Iterable[Row]) -> Iterator[Said]:
    heads: dict[int, str] = {}
    for row in rows:
        shown = [(cell, value) for cell in row if (value := text[cell.start : cell.end].strip())]
        if not shown:
            continue
        if _is_head(row, [value for _, value in shown]):
            heads = {cell.column: f"{value}{_LABELS}" for cell, value in shown}
            # One head is no label of the next one.
            yield from ((_begin(text, cell), _PARTS) for cell, _ in shown)
        elif heads and not all(_RULE.issuperset(value) for _, value in shown):
            yield (row[0].start, _PARTS)
            for cell, _ in shown:
                yield (_begin(text, cell), heads.get(cell.column, ""))
                yield (cell.end, _LABELS)


def _begin(text: str, cell: TableCell) -> int:
    value = text[cell.start : cell.end]
    return cell.start + len(value) - len(value.lstrip())


def _is_head(row: Row, shown: Sequence[str]) -> bool:
    """Whether the row's cells are words that tell what stands below, and no values themselves."""
    if any(len(value) > _LONGEST_HEAD or _NO_HEAD.search(value) for value in shown):
        return False
    known = sum(map(_is_known, shown))
    if all(cell.head for cell in row):
        return known > 0
    return known > 1 and 2 * known > len(shown)


def _is_known(value: str) -> bool:
    return is_label(value) or next(openers(value), None) is not None or _OTHERS.last(value) is not None


def _inserted(view: View, said: Sequence[Said]) -> View:
    made = _Made()
    if view.marks is None:
        at = 0
        for stop, text in (*said, (len(view.text), "")):
            if at < stop:
                made.put(view.text[at:stop], at, 0)
                at = stop
            if text:
                made.put(text, stop, stop)
        return made.view()
    marks = view.marks
    bounds = [*marks.starts, len(view.text)]
    at = run = 0
    for stop, text in (*said, (len(view.text), "")):
        while at < stop:
            if bounds[run + 1] <= at:
                run += 1
                continue
            until = min(stop, bounds[run + 1])
            end = marks.ends[run]
            made.put(view.text[at:until], marks.sources[run] if end else marks.sources[run] + at - bounds[run], end)
            at = until
        if text:
            place = view.cell(max(stop - 1, 0))[1]
            made.put(text, place, place)
    return made.view()


class _Made:
    """A view that is put together from pieces of another one and what is said between them."""

    __slots__ = ("_ends", "_pieces", "_size", "_sources", "_starts")

    def __init__(self) -> None:
        self._pieces: list[str] = []
        self._starts: list[int] = []
        self._sources: list[int] = []
        self._ends: list[int] = []
        self._size = 0

    def put(self, piece: str, source: int, end: int) -> None:
        self._pieces.append(piece)
        self._starts.append(self._size)
        self._sources.append(source)
        self._ends.append(end)
        self._size += len(piece)

    def view(self) -> View:
        marks = Marks(starts=self._starts, sources=self._sources, ends=self._ends)
        return View(text="".join(self._pieces), marks=marks)
