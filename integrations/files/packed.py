"""The parts of a docx or xlsx: zip and XML, unpacked within limits, and packed again unchanged but for what changed."""

from __future__ import annotations

import io
import re
import zipfile
import zlib
from collections.abc import Callable, Iterator
from typing import Final

from integrations.files.formats import Limits

PIECE: Final = re.compile(r"<(w:tbl|w:p|si|is|c|comment|a:p|dc:\w+|cp:\w+)(?=[\s>])[^>]*>.*?</\1\s*>", re.DOTALL)
"""What a reader takes for one: a table of a document, a paragraph, a cell, a text shared by cells. What nests in
itself, paragraphs within text boxes and tables within tables, is read with what is around it up to its end."""


_CHUNK: Final = 64 * 1024


class Unreadable(ValueError):
    """A file that cannot be read: encrypted, broken, or beyond the limits. The text never quotes any of it."""


def parts(content: bytes, limits: Limits) -> Iterator[tuple[zipfile.ZipInfo, bytes]]:
    """Every part, whole. raises Unreadable"""
    left = limits.unpacked
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            infos = archive.infolist()
            if len(infos) > limits.parts:
                raise Unreadable("too many parts")
            for info in infos:
                if info.flag_bits & 1:
                    raise Unreadable("encrypted")
                data = bytearray()
                with archive.open(info) as part:
                    while chunk := part.read(_CHUNK):
                        data += chunk
                        left -= len(chunk)
                        if left < 0:
                            raise Unreadable("larger than it may be once unpacked")
                yield info, bytes(data)
    except (zipfile.BadZipFile, zlib.error, NotImplementedError, EOFError, OSError) as error:
        raise Unreadable(f"no whole archive ({type(error).__name__})") from None


def is_text(name: str) -> bool:
    """Whether a part holds words of people."""
    return name.endswith(".xml") and name.startswith(("word/", "xl/", "docProps/"))


def decoded(data: bytes) -> str:
    """XML as text. raises Unreadable – none of the two encodings that office programs write"""
    try:
        return data.decode("utf-16" if data[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig")
    except UnicodeDecodeError:
        raise Unreadable("in an unknown encoding") from None


def pieces(text: str) -> Iterator[str]:
    """The lines of a part, as XML; a cell with a number as the number alone."""
    for found in PIECE.finditer(text):
        yield found[0]


def repacked(content: bytes, limits: Limits, change: Callable[[str, str], str]) -> bytes:
    """The same archive, other parts byte for byte.

    change  gives the new XML of a part with text, of its name and XML
    raises  Unreadable
    """
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for info, data in parts(content, limits):
            if is_text(info.filename):
                text = decoded(data)
                changed = change(info.filename, text)
                data = data if changed == text else changed.encode()
            archive.writestr(info, data)
    return target.getvalue()
