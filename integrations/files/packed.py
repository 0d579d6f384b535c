"""The parts of a docx, xlsx, pptx or zip, unpacked within limits, and packed again unchanged but for what changed."""

from __future__ import annotations

import io
import lzma
import math
import re
import zipfile
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Final

from integrations.files.formats import Limits

PIECE: Final = re.compile(r"<(w:tbl|w:p|si|is|c|comment|a:p|dc:\w+|cp:\w+)(?=[\s>])[^>]*>.*?</\1\s*>", re.DOTALL)
"""What a reader takes for one: a table of a document, a paragraph, a cell, a text shared by cells. What nests in
itself, paragraphs within text boxes and tables within tables, is read with what is around it up to its end."""


_CHUNK: Final = 64 * 1024
_UTF_8: Final = 0x800


class Unreadable(ValueError):
    """A file that cannot be read: encrypted, broken, or beyond the limits. The text never quotes any of it."""


@dataclass(slots=True, kw_only=True)
class Budget:
    """What is left of the limits, for a file and all that is packed in it together. `until`: of the monotonic clock."""

    unpacked: int
    parts: int
    depth: int
    until: float = math.inf


def budget_of(limits: Limits, now: float | None = None) -> Budget:
    """All of it. `now`: None where time does not count."""
    until = math.inf if now is None else now + limits.seconds
    return Budget(unpacked=limits.unpacked, parts=limits.parts, depth=limits.depth, until=until)


def parts(content: bytes, budget: Budget) -> Iterator[tuple[zipfile.ZipInfo, bytes]]:
    """Every part, whole. raises Unreadable"""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            infos = archive.infolist()
            budget.parts -= len(infos)
            if budget.parts < 0:
                raise Unreadable("too many parts")
            for info in infos:
                if info.flag_bits & 1:
                    raise Unreadable("encrypted")
                data = bytearray()
                with archive.open(info) as part:
                    while chunk := part.read(_CHUNK):
                        data += chunk
                        budget.unpacked -= len(chunk)
                        if budget.unpacked < 0:
                            raise Unreadable("larger than it may be once unpacked")
                yield info, bytes(data)
    except (zipfile.BadZipFile, zlib.error, lzma.LZMAError, NotImplementedError, EOFError, OSError) as error:
        raise Unreadable(f"no whole archive ({type(error).__name__})") from None


def is_text(name: str) -> bool:
    """Whether a part holds words of people."""
    return name.endswith(".xml") and name.startswith(("word/", "xl/", "ppt/", "docProps/"))


def is_links(name: str) -> bool:
    """Whether a part holds what a document's links lead to: mailto:, tel:."""
    return name.endswith(".rels")


def shown_name(info: zipfile.ZipInfo) -> str:
    """As its sender wrote it: Chinese programs use their own characters without saying so."""
    if info.flag_bits & _UTF_8:
        return info.filename
    try:
        return info.filename.encode("cp437").decode("gb18030")
    except UnicodeError:
        return info.filename


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


def repacked(
    content: bytes, limits: Limits, change: Callable[[str, str], str], inner: Callable[[str, bytes], bytes]
) -> bytes:
    """The same archive, other parts byte for byte.

    change  gives the new XML of a part with text or links, of its name and XML
    inner   gives what stands in the place of a file within it, of its name and bytes
    raises  Unreadable
    """
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for info, data in parts(content, budget_of(limits)):
            if is_text(info.filename) or is_links(info.filename):
                text = decoded(data)
                changed = change(info.filename, text)
                data = data if changed == text else changed.encode()
            else:
                data = inner(info.filename, data)
            archive.writestr(info, data)
    return target.getvalue()


def rebuilt(
    content: bytes, limits: Limits, rename: Callable[[str], str], inner: Callable[[str, bytes], bytes]
) -> bytes:
    """An archive of files, in order, with their times; each name and each file as it is given. raises Unreadable"""
    target = io.BytesIO()
    names: set[str] = set()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for info, data in parts(content, budget_of(limits)):
            name = shown_name(info)
            if (new := rename(name)) in names:
                raise Unreadable("two files of one name")
            names.add(new)
            fresh = info if new == name else zipfile.ZipInfo(new, info.date_time)
            fresh.compress_type, fresh.external_attr = info.compress_type, info.external_attr
            archive.writestr(fresh, data if info.is_dir() else inner(name, data))
    return target.getvalue()
