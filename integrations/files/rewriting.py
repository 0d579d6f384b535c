"""A file with what is confidential masked in it, where its format allows that without any other loss."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Final, Protocol

from integrations.files.formats import Format, Limits, format_of
from integrations.files.packed import PIECE, Unreadable, budget_of, decoded, is_links, parts, rebuilt, repacked
from integrations.files.reading import plain, texts
from integrations.files.sheets import SHARED, is_sheet, masked_sheets

_LIMITS: Final = Limits()
_CELL: Final = ("<c ", "<c>")
_IS_TEXT: Final = re.compile(r'^<c [^>]*t="(?:str|inlineStr)"')


class Mask(Protocol):
    """Masks a text; `html`: with tags, which stay."""

    def __call__(self, text: str, *, html: bool = False) -> str: ...


def rewritten(
    name: str, mime_type: str, content: bytes, mask: Mask, holds: Callable[[str], bool], limits: Limits = _LIMITS
) -> bytes | None:
    """The same file, masked; `content` itself where there is nothing to mask.

    holds    whether a text holds anything that is masked
    returns  None where it cannot be rewritten without loss, or something would still be readable: it is sealed then
    """
    try:
        if not any(map(holds, texts(name, mime_type, content, limits))):
            return content
        made = _made(format_of(name, mime_type, content), content, mask, holds, limits)
        if made is None or any(map(holds, texts(name, mime_type, made, limits))):
            return None
        return made
    except Unreadable:
        return None


def _made(kind: Format, content: bytes, mask: Mask, holds: Callable[[str], bool], limits: Limits) -> bytes | None:
    def inner(name: str, data: bytes) -> bytes:
        made = rewritten(name, "", data, mask, holds, limits)
        if made is None:
            raise Unreadable("a file in it would have to be sealed")
        return made

    match kind:
        case Format.TEXT | Format.HTML:
            for encoding in ("utf-8", "gb18030", "big5"):
                try:
                    text = content.decode(encoding)
                except UnicodeDecodeError:
                    continue
                return mask(text, html=kind is Format.HTML).encode(encoding)
            return mask(plain(content), html=kind is Format.HTML).encode()
        case Format.WORD | Format.SLIDES:
            return repacked(content, limits, lambda name, text: _part(name, text, mask), inner)
        case Format.SHEET:
            changed = _sheets(content, mask, limits)
            return repacked(content, limits, lambda name, text: changed.get(name) or _part(name, text, mask), inner)
        case Format.ARCHIVE:
            return rebuilt(content, limits, mask, inner)
        case _:
            return None


def _sheets(content: bytes, mask: Mask, limits: Limits) -> Mapping[str, str]:
    """Every sheet of a workbook and the texts that they share, masked as tables. raises Unreadable"""
    known = {info.filename: data for info, data in parts(content, budget_of(limits))}
    sheets = {name: decoded(data) for name, data in known.items() if is_sheet(name)}
    return masked_sheets(sheets, decoded(known.get(SHARED, b"")), mask)


def _part(name: str, text: str, mask: Mask) -> str:
    """What links lead to stands in attributes; all else in pieces."""
    return mask(text, html=True) if is_links(name) else PIECE.sub(lambda found: _line(found[0], mask), text)


def _line(piece: str, mask: Mask) -> str:
    """A paragraph or a cell, masked. raises Unreadable – stars are no number, and no part of a formula"""
    masked = mask(piece, html=True)
    if masked != piece and piece.startswith(_CELL) and ("<f" in piece or not _IS_TEXT.search(piece)):
        raise Unreadable("a number or a formula would have to be masked")
    return masked
