"""The text in a file, whatever its format: what a person who opens it reads."""

from __future__ import annotations

import io
import logging
import re
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from html import unescape
from typing import Final
from urllib.parse import unquote

import pypdf
from pypdf.errors import PyPdfError

from integrations.files.formats import Format, Limits, format_of
from integrations.files.packed import (
    Budget,
    Unreadable,
    budget_of,
    decoded,
    is_links,
    is_text,
    parts,
    pieces,
    shown_name,
)
from integrations.files.sheets import SHARED, is_sheet, sheet_texts

__all__ = ["Unreadable", "plain", "texts"]

_LIMITS: Final = Limits()
_TAG: Final = re.compile(r"<[^>]*>")
_BLOCK: Final = re.compile(r"<(?:br|p|div|tr|li|td|th|h[1-6])\b[^>]*>", re.IGNORECASE)
_HTML_CELL: Final = re.compile(
    r"<t[dh]\b[^>]*>(?P<content>(?:(?!</?t[dhr]\b|</?table\b).)*+)</t[dh]\s*>\s*", re.IGNORECASE | re.DOTALL
)
_ROWS: Final = re.compile(r"(?:</?(?:tr|thead|tbody|tfoot)\b[^>]*+>\s*+)++", re.IGNORECASE)
_BREAK: Final = re.compile(r"<(?:w:br|w:tab|w:cr)\s*/>|</w:p>")
_TABLE: Final = ("<w:tbl>", "<w:tbl ")
_CELL_END: Final = re.compile(r"(?:</w:p>\s*)?</w:tc>")
_ROW_END: Final = re.compile(r"\s*</w:tr>")
_LINE_IN_CELL: Final = re.compile(r"</w:p>|<w:(?:br|cr)\s*/>")
_TARGET: Final = re.compile(r'\bTarget\s*=\s*"([^"]*)"')
_FORMULA: Final = re.compile(r"<f\b[^>]*>.*?</f>", re.DOTALL)

logging.getLogger("pypdf").setLevel(logging.CRITICAL)  # it quotes what it stumbles over


def texts(
    name: str,
    mime_type: str,
    content: bytes,
    limits: Limits = _LIMITS,
    monotonic: Callable[[], float] = time.monotonic,
) -> tuple[str, ...]:
    """The text in pieces that a reader sees apart (paragraphs, cells, pages); empty for a format without text.

    Of an archive the names of its files and the text in each, at every depth; of a document also the files in it.

    raises  Unreadable – encrypted, broken, beyond the limits
    """
    if len(content) > limits.content:
        raise Unreadable("larger than what is read")
    reader = _Reader(limits=limits, budget=budget_of(limits, monotonic()), monotonic=monotonic)
    return tuple(reader.texts(name, mime_type, content))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Reader:
    """Reads one file and what is packed in it, within what is left of the limits."""

    limits: Limits
    budget: Budget
    monotonic: Callable[[], float]

    def texts(self, name: str, mime_type: str, content: bytes) -> Iterator[str]:
        match format_of(name, mime_type, content):
            case Format.TEXT:
                yield plain(content)
            case Format.HTML:
                yield _read(plain(content))
            case Format.WORD | Format.SHEET | Format.SLIDES:
                yield from self._deeper(self._document(content))
            case Format.PDF:
                yield from _pages(content, self.limits, self.budget.until, self.monotonic)
            case Format.ARCHIVE:
                yield from self._deeper(self._archive(content))
            case _:
                return

    def _inner(self, name: str, content: bytes) -> Iterator[str]:
        if self.monotonic() > self.budget.until:
            raise Unreadable("takes too long to read")
        yield from self.texts(name, "", content)

    def _deeper(self, texts: Iterator[str]) -> Iterator[str]:
        if self.budget.depth <= 0:
            raise Unreadable("archives within archives")
        self.budget.depth -= 1
        yield from texts
        self.budget.depth += 1

    def _archive(self, content: bytes) -> Iterator[str]:
        """Each file's name, what its packer said of it, and its text."""
        for info, data in parts(content, self.budget):
            name = shown_name(info)
            yield name
            if info.comment:
                yield plain(info.comment)
            if not info.is_dir():
                yield from self._inner(name, data)

    def _document(self, content: bytes) -> Iterator[str]:
        """A paragraph, a table, a cell or a shared text a piece; a row's label beside its value; sheets as tables."""
        sheets: list[str] = []
        shared = ""
        for info, data in parts(content, self.budget):
            if is_links(info.filename):
                yield "\n".join(unquote(unescape(link)) for link in _TARGET.findall(decoded(data)))
            elif not is_text(info.filename):
                yield from self._inner(info.filename, data)
            elif info.filename == SHARED:
                shared = decoded(data)
            elif is_sheet(info.filename):
                sheets.append(decoded(data))
            else:
                lines = [line for piece in pieces(decoded(data)) if (line := _words(piece))]
                yield from lines
                if len(lines) > 1:
                    yield "\n".join(lines)
        yield from sheet_texts(sheets, shared)


def _read(html: str) -> str:
    """HTML as text: a line a paragraph or a row, with marks between cells."""
    cells = _HTML_CELL.sub(lambda cell: "\v" + _BLOCK.sub("\r", cell["content"]).strip(), html)
    return unescape(_TAG.sub("", _BLOCK.sub("\n", _ROWS.sub("\n", cells))))


def plain(content: bytes) -> str:
    """Text in UTF-8, UTF-16 with its mark, or what Chinese programs write; never fails."""
    if content[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return content.decode("utf-16", "replace")
    for encoding in ("utf-8-sig", "gb18030", "big5"):
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    return content.decode("latin-1")


def _words(piece: str) -> str:
    if piece.startswith(_TABLE):
        piece = _LINE_IN_CELL.sub("\r", _ROW_END.sub("\n", _CELL_END.sub("\t", piece)))
    return unescape(_TAG.sub("", _BREAK.sub("\n", _FORMULA.sub("", piece)))).strip()


def _pages(content: bytes, limits: Limits, until: float, monotonic: Callable[[], float]) -> Iterator[str]:
    try:
        reader = pypdf.PdfReader(io.BytesIO(content))
        if reader.is_encrypted and not reader.decrypt(""):
            raise Unreadable("encrypted")
        if len(reader.pages) > limits.parts:
            raise Unreadable("too many pages")
        for page in reader.pages:
            if monotonic() > until:
                raise Unreadable("takes too long to read")
            yield page.extract_text()
        for value in (reader.metadata or {}).values():
            yield str(value)
    except (PyPdfError, ValueError, KeyError, TypeError, IndexError, AttributeError, RecursionError, OSError) as error:
        if isinstance(error, Unreadable):
            raise
        raise Unreadable(f"no whole PDF ({type(error).__name__})") from None
