"""A text as detection reads it, folded, with the way back to the source.

Folded: small letters, ASCII digits for every decimal digit of Unicode, half-width letters and signs, plain spaces and
dashes; characters that do not show are gone. Chinese numerals stay: 一 is a word far more often than a digit.
"""

import re
import unicodedata
from bisect import bisect_right
from dataclasses import dataclass, field
from typing import Final, TypeAlias
from urllib.parse import unquote

from policies.kernel.masking.kinds import Cell

_INVISIBLE: Final = (
    "\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u206f\u20e3\u3164"
    "\ufe00-\ufe0f\ufeff\uffa0\U000e0000-\U000e0fff"
)
_CIRCLED: Final = dict(zip("⓪①②③④⑤⑥⑦⑧⑨⓿❶❷❸❹❺❻❼❽❾", "01234567890123456789", strict=True))


def _table() -> dict[str, str]:
    table = {chr(code): chr(code - 0xFEE0).lower() for code in range(0xFF01, 0xFF5F)}
    # Full-width punctuation of Chinese prose needs no folding, and is not worth finding.
    for mark in "！，：；？（）":
        del table[mark]
    table.update(dict.fromkeys("\u00a0\u1680\u202f\u205f\u3000", " "))
    table.update({chr(code): " " for code in range(0x2000, 0x200B)})
    table.update(dict.fromkeys("\u2010\u2011\u2012\u2013\u2015\u2212\ufe58\ufe63", "-"))
    table.update(dict.fromkeys("\u2024\uff65\u2219\u30fb\ufe52", "."))
    # No digit stands beyond: ideographs, tags and private use.
    for code in range(0x80, 0x20000):
        value = unicodedata.decimal(chr(code), None)
        if value is not None:
            table[chr(code)] = str(value)
    return table


FOLDS: Final = _table()
_INVISIBLES: Final = re.compile(f"[{_INVISIBLE}]+")
_UNUSUAL: Final = re.compile(f"[{re.escape(''.join(FOLDS))}]")
# What most texts are made of, and needs no folding; one set of the basic plane, so that the test is quick.
_STRANGE: Final = re.compile(
    "[^\x00-\x9f\xa1-\xac\xae-\u02ff\u2014\u2016-\u2023\u2025-\u2027\u3001-\u303f\u4e00-\u9fff，：；！？（）￥]"
)
# One circled digit numbers a list; three in a row spell a number.
_CIRCLES: Final = re.compile(f"[{''.join(_CIRCLED)}](?:[ .-]?[{''.join(_CIRCLED)}]){{2,}}")
# What parts a number in an address that somebody wrote into a text: 4111%2D1111.
_PARTING: Final = re.compile(r"%(?:20|2[DdEe]|5[Ff])(?<=[0-9]{3}%[0-9A-Fa-f]{2})(?=[0-9]{3})")
# In an address a plus sign is a blank.
_PERCENTS: Final = re.compile(r"(?P<percent>(?:%[0-9a-fA-F]{2})+)|(?<=[0-9])\+(?=[0-9])")


@dataclass(frozen=True, slots=True, kw_only=True)
class TableCell:
    """A cell of a table: `text[start:end]` of the view.

    column   counted from 0
    head     the source says that it is a head
    """

    column: int
    start: int
    end: int
    head: bool = False


Row: TypeAlias = tuple[TableCell, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Marks:
    """Where runs of a view's characters stand in the source.

    starts    the view's offset at which each run begins, ascending
    sources   the source's offset of the run's first character
    ends      0: each character stands behind the one before; else the source's offset at which the run's only
              character ends; the run's own source where the source has none of its characters
    """

    starts: list[int]
    sources: list[int]
    ends: list[int]


@dataclass(frozen=True, slots=True, kw_only=True)
class View:
    """Folded text.

    marks    None where every character stands in the source at its own offset
    tables   the rows of each table that the source marks as one
    """

    text: str
    marks: Marks | None = None
    tables: tuple[tuple[Row, ...], ...] = ()

    def cell(self, at: int) -> Cell:
        """Where the source has the character `text[at]`."""
        marks = self.marks
        if marks is None:
            return at, at + 1
        run = bisect_right(marks.starts, at) - 1
        source = marks.sources[run]
        if marks.ends[run]:
            return source, marks.ends[run]
        source += at - marks.starts[run]
        return source, source + 1

    def shift(self, start: int, end: int) -> int | None:
        """By how much `text[start:end]` stands elsewhere in the source; None where it is not in one piece there."""
        marks = self.marks
        if marks is None:
            return 0
        run = bisect_right(marks.starts, start) - 1
        ends_run = run + 1 == len(marks.starts) or marks.starts[run + 1] >= end
        return marks.sources[run] - marks.starts[run] if ends_run and not marks.ends[run] else None


@dataclass(slots=True)
class Builder:
    """Puts a view together from pieces of the source."""

    pieces: list[str] = field(default_factory=list)
    starts: list[int] = field(default_factory=list)
    sources: list[int] = field(default_factory=list)
    ends: list[int] = field(default_factory=list)
    size: int = 0
    hides: bool = True

    def run(self, piece: str, source: int) -> None:
        """Characters as they stand in the source from `source` on; invisible ones are left out if `hides`."""
        if "%" in piece:
            begin = 0
            for parting in _PARTING.finditer(piece):
                self._run(piece[begin : parting.start()], source + begin)
                self.atom(unquote(parting[0]), source + parting.start(), source + parting.end())
                begin = parting.end()
            piece, source = piece[begin:], source + begin
        self._run(piece, source)

    def address(self, piece: str, source: int) -> None:
        """A web address, whose `%40` is a character too; what is no UTF-8 stays as it is written."""
        begin = 0
        for coded in _PERCENTS.finditer(piece):
            self._run(piece[begin : coded.start()], source + begin)
            if coded["percent"] is None:
                self.atom(" ", source + coded.start(), source + coded.end())
            else:
                self._percents(coded[0], source + coded.start())
            begin = coded.end()
        self._run(piece[begin:], source + begin)

    def _percents(self, coded: str, start: int) -> None:
        """A character may take several of them."""
        octets, position = bytes.fromhex(coded.replace("%", "")), 0
        while position < len(octets):
            size = next((n for n in range(1, 5) if _decodes(octets[position : position + n])), 0)
            if not size:
                self._run(coded[3 * position : 3 * position + 3], start + 3 * position)
            else:
                shown = octets[position : position + size].decode()
                self.atom(shown, start + 3 * position, start + 3 * (position + size))
            position += size or 1

    def _run(self, piece: str, source: int) -> None:
        if self.hides:
            begin = 0
            for hidden in _INVISIBLES.finditer(piece):
                self._put(piece[begin : hidden.start()], source + begin, 0)
                begin = hidden.end()
            piece, source = piece[begin:], source + begin
        self._put(piece, source, 0)

    def atom(self, shown: str, source: int, end: int) -> None:
        """What shows as `shown`, one or more characters, and is `[source, end)` in the source."""
        for char in shown:
            if not _INVISIBLES.match(char):
                self._put(char, source, end)

    def mark(self, shown: str, source: int) -> None:
        """What parts lines or cells, once however many tags do it; it is no character of the source."""
        if not self.pieces or self.pieces[-1] != shown:
            self._put(shown, source, source + 1)

    def _put(self, piece: str, source: int, end: int) -> None:
        if piece:
            self.pieces.append(piece)
            self.starts.append(self.size)
            self.sources.append(source)
            self.ends.append(end)
            self.size += len(piece)

    def view(self, tables: tuple[tuple[Row, ...], ...] = ()) -> View:
        marks = Marks(starts=self.starts, sources=self.sources, ends=self.ends)
        return View(text=_folded("".join(self.pieces)), marks=marks, tables=tables)


def _decodes(octets: bytes) -> bool:
    try:
        octets.decode()
    except UnicodeDecodeError:
        return False
    return True


def has_invisible(text: str) -> bool:
    return _is_strange(text) and _INVISIBLES.search(text) is not None


def _is_strange(text: str) -> bool:
    """Whether something in it may need folding other than to small letters, or does not show."""
    return not text.isascii() and _STRANGE.search(text) is not None


def plain_view(text: str) -> View:
    """The view of a plain text."""
    strange = _is_strange(text)
    if not (strange and _INVISIBLES.search(text)) and ("%" not in text or _PARTING.search(text) is None):
        return View(text=_folded(text) if strange else _small(text))
    builder = Builder()
    builder.run(text, 0)
    return builder.view()


def _folded(text: str) -> str:
    """Character for character."""
    small = _small(text)
    if _is_strange(small):
        small = _UNUSUAL.sub(lambda found: FOLDS[found[0]], small)
        small = _CIRCLES.sub(lambda found: "".join(_CIRCLED.get(char, char) for char in found[0]), small)
    return small


def _small(text: str) -> str:
    """Character for character: a capital letter stays whose small one is two of them."""
    small = text.lower()
    if len(small) != len(text):
        small = "".join(char if len(char.lower()) != 1 else char.lower() for char in text)
    return small
