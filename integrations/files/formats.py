"""Which format a file has, by what it begins with and what it is called, and how much of one is read."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Format(StrEnum):
    TEXT = "text"
    HTML = "html"
    WORD = "docx"
    SHEET = "xlsx"
    PDF = "pdf"
    OTHER = "other"


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """How much of a file is read; what is larger is unreadable.

    content    bytes as sent
    unpacked   bytes of all parts of an archive together, counted while unpacking
    parts      parts of an archive, pages of a PDF
    seconds    for a PDF, looked at between pages
    """

    content: int = 20 * 1024 * 1024
    unpacked: int = 100 * 1024 * 1024
    parts: int = 2_000
    seconds: float = 10.0


_TEXT = ("txt", "csv", "tsv", "log", "md", "json", "xml", "eml", "yaml", "yml", "ini", "vcf", "ics")
_HTML = ("html", "htm", "xhtml")
_BY_TYPE = {"text/html": Format.HTML, "application/xhtml+xml": Format.HTML, "application/pdf": Format.PDF}


def format_of(name: str, mime_type: str, content: bytes) -> Format:
    """By content first: names and types are what the sender says."""
    if content[:1024].lstrip().startswith(b"%PDF-"):
        return Format.PDF
    ending = name.rpartition(".")[2].lower()
    if content.startswith(b"PK\x03\x04"):
        if b"word/" in content and ending != "xlsx":
            return Format.WORD
        return Format.SHEET if b"xl/" in content else Format.OTHER
    if ending in _HTML or mime_type in _BY_TYPE:
        return Format.HTML if ending in _HTML else _BY_TYPE[mime_type]
    if ending in _TEXT or mime_type.startswith("text/") or mime_type in ("application/json", "message/rfc822"):
        return Format.TEXT
    return Format.OTHER
