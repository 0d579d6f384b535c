"""The text in a file, whatever its format: what a person who opens it reads."""

from __future__ import annotations

import io
import logging
import re
import time
from collections.abc import Callable, Iterator
from html import unescape
from typing import Final

import pypdf
from pypdf.errors import PyPdfError

from integrations.files.formats import Format, Limits, format_of
from integrations.files.packed import Unreadable, decoded, is_text, parts, pieces
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

    raises  Unreadable – encrypted, broken, beyond the limits
    """
    if len(content) > limits.content:
        raise Unreadable("larger than what is read")
    match format_of(name, mime_type, content):
        case Format.TEXT:
            return (plain(content),)
        case Format.HTML:
            return (_read(plain(content)),)
        case Format.WORD | Format.SHEET:
            return tuple(_packed(content, limits))
        case Format.PDF:
            return tuple(_pages(content, limits, monotonic))
        case _:
            return ()


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


def _packed(content: bytes, limits: Limits) -> Iterator[str]:
    """A paragraph, a table, a cell or a shared text a piece; a row's label beside its value; sheets as tables."""
    sheets: list[str] = []
    shared = ""
    for info, data in parts(content, limits):
        if not is_text(info.filename):
            continue
        text = decoded(data)
        if info.filename == SHARED:
            shared = text
        elif is_sheet(info.filename):
            sheets.append(text)
        else:
            lines = [line for piece in pieces(text) if (line := _words(piece))]
            yield from lines
            if len(lines) > 1:
                yield "\n".join(lines)
    yield from sheet_texts(sheets, shared)


def _words(piece: str) -> str:
    if piece.startswith(_TABLE):
        piece = _LINE_IN_CELL.sub("\r", _ROW_END.sub("\n", _CELL_END.sub("\t", piece)))
    return unescape(_TAG.sub("", _BREAK.sub("\n", _FORMULA.sub("", piece)))).strip()


def _pages(content: bytes, limits: Limits, monotonic: Callable[[], float]) -> Iterator[str]:
    began = monotonic()
    try:
        reader = pypdf.PdfReader(io.BytesIO(content))
        if reader.is_encrypted and not reader.decrypt(""):
            raise Unreadable("encrypted")
        if len(reader.pages) > limits.parts:
            raise Unreadable("too many pages")
        for page in reader.pages:
            if monotonic() - began > limits.seconds:
                raise Unreadable("takes too long to read")
            yield page.extract_text()
        for value in (reader.metadata or {}).values():
            yield str(value)
    except (PyPdfError, ValueError, KeyError, TypeError, IndexError, AttributeError, RecursionError, OSError) as error:
        if isinstance(error, Unreadable):
            raise
        raise Unreadable(f"no whole PDF ({type(error).__name__})") from None
