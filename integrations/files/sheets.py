"""The cells of a workbook as rows, so that the head of a column speaks for what stands below it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from html import escape, unescape
from typing import Final

from integrations.files.packed import Unreadable

SHARED: Final = "xl/sharedStrings.xml"
_SHEET: Final = re.compile(r"xl/worksheets/[^/]+\.xml")
# Some programs give every tag a prefix.
_AS: Final = r"(?:\w+:)?"
_ROW: Final = re.compile(rf"<{_AS}row\b[^>]*>(.*?)</{_AS}row\s*>", re.DOTALL)
_CELL: Final = re.compile(rf"<{_AS}c\b(?P<attributes>[^>]*?)(?:/>|>(?P<content>.*?)</{_AS}c\s*>)", re.DOTALL)
_ITEM: Final = re.compile(rf"<{_AS}si\b[^>]*?(?:/>|>(?P<content>.*?)</{_AS}si\s*>)", re.DOTALL)
_TEXT: Final = re.compile(rf"<{_AS}t\b[^>]*>(?P<text>[^<]*)</{_AS}t\s*>")
_PHONETIC: Final = re.compile(rf"<{_AS}rPh\b.*?</{_AS}rPh\s*>", re.DOTALL)
_VALUE: Final = re.compile(rf"<{_AS}v\b[^>]*>([^<]*)</{_AS}v\s*>")
_FORMULA: Final = re.compile(rf"<{_AS}f\b")
_PLACE: Final = re.compile(r'\br="([A-Z]{1,3})[0-9]+"')
_TYPE: Final = re.compile(r'\bt="(\w+)"')
_BREAKING: Final = re.compile("[\t\n\v]")
_BREAKS: Final = str.maketrans("\t\n\v", " \r ")
_MOST_EMPTY: Final = 1_000_000
"""So many empty cells between others of a sheet are looked at; a sheet with more is made to wear readers out."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """What a cell shows.

    column   counted from 0
    shared   the number of its text among those that cells share; None: it stands in the cell itself
    place    where its XML is in the sheet's
    """

    column: int
    text: str
    shared: int | None
    place: tuple[int, int]


def is_sheet(name: str) -> bool:
    return _SHEET.fullmatch(name) is not None


def sheet_texts(sheets: Iterable[str], shared: str) -> Iterator[str]:
    """Each sheet, a line a row with tabs between columns; then the shared texts that no cell shows."""
    texts = _shared_texts(shared)
    used: set[int | None] = set()
    for sheet in sheets:
        table = tuple(_rows(sheet, texts))
        used |= {cell.shared for row in table for cell in row}
        if table:
            yield _as_text(table)
    yield from (text for number, text in enumerate(texts) if text and number not in used)


def _shared_texts(xml: str) -> tuple[str, ...]:
    """What cells share, in the order of its numbers."""
    return tuple(_shown(item["content"] or "") for item in _ITEM.finditer(xml))


def _rows(xml: str, shared: tuple[str, ...]) -> Iterator[tuple[Cell, ...]]:
    """The rows of a sheet that hold anything. raises Unreadable"""
    empty = 0
    for row in _ROW.finditer(xml):
        cells = tuple(_cells(row, shared))
        if cells:
            empty += max(cell.column for cell in cells) + 1 - len(cells)
            if empty > _MOST_EMPTY:
                raise Unreadable("hardly anything but empty cells")
            yield cells


def _as_text(table: Iterable[tuple[Cell, ...]]) -> str:
    return "\n".join("\t".join(_columns(row)) for row in table)


def masked_sheets(sheets: Mapping[str, str], shared: str, mask: Callable[[str], str]) -> Mapping[str, str]:
    """Every sheet and the shared texts, by their parts' names, when each sheet is masked as a table.

    sheets    XML of each sheet by its part's name
    shared    XML of the texts that cells share
    raises    Unreadable – a number would change, or a text that another cell shows as it is
    """
    texts = _shared_texts(shared)
    wanted: dict[int, set[str]] = {}
    changed: dict[str, str] = {}
    for name, xml in sheets.items():
        table = tuple(_rows(xml, texts))
        lines = mask(_as_text(table)).split("\n") if table else []
        if len(lines) != len(table):
            raise Unreadable("a table would not keep its rows")
        edits: list[tuple[int, int, str]] = []
        for row, line in zip(table, lines, strict=True):
            edits += _edits(xml, row, line, wanted)
        changed[name] = _edited(xml, edits)
    wanted |= {number: {mask(text)} for number, text in enumerate(texts) if number not in wanted}
    if any(len(ways) > 1 for ways in wanted.values()):
        raise Unreadable("a text that cells share would be masked in one of them")
    replaced = {number: way for number, ways in wanted.items() for way in ways if way != texts[number]}
    return {**changed, SHARED: _with_shared(shared, replaced)}


def _cells(row: re.Match[str], shared: tuple[str, ...]) -> Iterator[Cell]:
    column = -1
    for found in _CELL.finditer(row[1]):
        attributes, content = found["attributes"], found["content"] or ""
        place = _PLACE.search(attributes)
        column = _column(place[1]) if place else column + 1
        kind = _TYPE.search(attributes)
        value = _VALUE.search(content)
        number: int | None = None
        text = _shown(content)
        if kind is not None and kind[1] == "s" and value is not None and value[1].isdigit():
            number = int(value[1])
            text = shared[number] if number < len(shared) else ""
        elif value is not None:
            text = unescape(value[1])
        if text:
            start = row.start(1)
            yield Cell(column=column, text=text, shared=number, place=(start + found.start(), start + found.end()))


def _column(letters: str) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - ord("A") + 1
    return number - 1


def _columns(row: tuple[Cell, ...]) -> list[str]:
    known = {cell.column: _plain(cell.text) for cell in row}
    return [known.get(column, "") for column in range(max(known) + 1)]


def _plain(text: str) -> str:
    """Without what parts rows and columns."""
    return text.translate(_BREAKS)


def _shown(content: str) -> str:
    """The text of a `t` or of several runs, without how it is pronounced."""
    return "".join(unescape(found["text"]) for found in _TEXT.finditer(_PHONETIC.sub("", content)))


def _edits(xml: str, row: tuple[Cell, ...], line: str, wanted: dict[int, set[str]]) -> Iterator[tuple[int, int, str]]:
    """What changes in the sheet itself; what changes of shared texts goes to `wanted`."""
    columns = line.split("\t")
    if len(columns) != max(cell.column for cell in row) + 1:
        raise Unreadable("a table would not keep its columns")
    for cell in row:
        now = _with_breaks(cell.text, columns[cell.column])
        if cell.shared is not None:
            wanted.setdefault(cell.shared, set()).add(now)
        elif now != cell.text:
            start, end = cell.place
            yield start, end, _with_text(xml[start:end], now)


def _with_breaks(text: str, masked: str) -> str:
    """The masked text with the breaks that the text has. raises Unreadable – it is not as long any more"""
    if masked == _plain(text):
        return text
    if not _BREAKING.search(text):
        return masked
    if len(masked) != len(text):
        raise Unreadable("a text of several lines would not keep them")
    return "".join(char if _BREAKING.match(char) else other for char, other in zip(text, masked, strict=True))


def _edited(xml: str, edits: list[tuple[int, int, str]]) -> str:
    pieces: list[str] = []
    position = 0
    for start, end, text in edits:
        pieces += (xml[position:start], text)
        position = end
    return "".join((*pieces, xml[position:]))


def _with_shared(xml: str, replaced: Mapping[int, str]) -> str:
    items = [(found.start(), found.end(), found[0]) for found in _ITEM.finditer(xml)]
    return _edited(
        xml,
        [
            (start, end, _with_text(item, replaced[number]))
            for number, (start, end, item) in enumerate(items)
            if number in replaced
        ],
    )


def _with_text(xml: str, text: str) -> str:
    """The XML with another text in its only `t`. raises Unreadable – it has a number, a formula or several runs"""
    found = list(_TEXT.finditer(xml))
    if len(found) != 1 or _VALUE.search(xml) or _FORMULA.search(xml):
        raise Unreadable("a number, a formula or a text of several runs would have to be masked")
    start, end = found[0].span("text")
    return xml[:start] + escape(text, quote=False) + xml[end:]
