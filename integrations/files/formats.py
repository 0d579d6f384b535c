"""Which format a file has, by what it begins with and what it is called, and how much of one is read."""

from __future__ import annotations

import io
import zipfile
from dataclasses import dataclass
from enum import StrEnum


class Format(StrEnum):
    TEXT = "text"
    HTML = "html"
    WORD = "docx"
    SHEET = "xlsx"
    SLIDES = "pptx"
    PDF = "pdf"
    ARCHIVE = "zip"
    OTHER = "other"


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """How much of a file is read; what is larger is unreadable.

    content    bytes as sent
    unpacked   bytes of all parts of an archive together, archives within it too, counted while unpacking
    parts      parts of an archive, those of archives within it too; pages of a PDF
    seconds    for a PDF, looked at between pages; for an archive, looked at between its files
    depth      how many archives and documents within one another
    """

    content: int = 20 * 1024 * 1024
    unpacked: int = 100 * 1024 * 1024
    parts: int = 2_000
    seconds: float = 10.0
    depth: int = 4


_TEXT = ("txt", "csv", "tsv", "log", "md", "json", "xml", "eml", "yaml", "yml", "ini", "vcf", "ics")
_HTML = ("html", "htm", "xhtml")
_BY_TYPE = {"text/html": Format.HTML, "application/xhtml+xml": Format.HTML, "application/pdf": Format.PDF}


def format_of(name: str, mime_type: str, content: bytes) -> Format:
    """By content first: names and types are what the sender says."""
    if content[:1024].lstrip().startswith(b"%PDF-"):
        return Format.PDF
    ending = name.rpartition(".")[2].lower()
    if content.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        return _packed(content, ending)
    if ending in _HTML or mime_type in _BY_TYPE:
        return Format.HTML if ending in _HTML else _BY_TYPE[mime_type]
    if ending in _TEXT or mime_type.startswith("text/") or mime_type in ("application/json", "message/rfc822"):
        return Format.TEXT
    return Format.OTHER


_OFFICE = {"word": Format.WORD, "xl": Format.SHEET, "ppt": Format.SLIDES}


def _packed(content: bytes, ending: str) -> Format:
    """What a zip is, by the parts that it lists: an archive that holds a document is none itself."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            names = archive.namelist()
    except (zipfile.BadZipFile, NotImplementedError, ValueError, OSError):
        return Format.ARCHIVE
    heads = {name.partition("/")[0] for name in names if "/" in name and name.endswith(".xml")}
    known = [kind for head, kind in _OFFICE.items() if head in heads]
    if ending in (Format.WORD, Format.SHEET, Format.SLIDES) and Format(ending) in known:
        return Format(ending)
    return known[0] if known else Format.ARCHIVE
