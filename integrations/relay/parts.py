"""A mail in its parts, down to the byte: what is not changed leaves as it came.

The standard library's parser gives meanings, not bytes: a message that it writes again is folded and quoted anew. Here
every byte belongs to exactly one field, seam or body, so that `bytes(parsed(raw)) == raw` for whatever `raw` is.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from email.message import Message
from email.parser import HeaderParser
from typing import Final

from integrations.relay.encodings import text_of

MOST_PARTS: Final = 1000
DEEPEST: Final = 20
LONGEST_HEAD: Final = 1 << 20
MOST_FIELDS: Final = 5000

_LINE: Final = re.compile(rb"[^\n]*\n|[^\n]+$")
_NAME: Final = re.compile(rb"([!-9;-~]+)[ \t]*:")
_BARE: Final = re.compile(rb"\r\n|\r|\n")


class TooDeep(ValueError):
    """More parts, or more parts within parts, than any mail has that a person wrote."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """A header field, folded as it came. `name` in lower case; empty for a line that is none."""

    name: str
    raw: bytes = field(repr=False)

    @property
    def value(self) -> bytes:
        """Unfolded, without the name and the line's end."""
        value = self.raw.partition(b":")[2] if self.name else self.raw
        return re.sub(rb"\r?\n(?=[ \t])", b"", value).strip(b" \t\r\n")


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """A head, and a body or parts.

    gap      the empty line after the head; nothing where there is neither it nor a body
    pieces   the parts of a multipart; none: `body` is all
    seams    what stands before, between and after `pieces`: one more than these
    """

    fields: tuple[Field, ...]
    gap: bytes = b""
    body: bytes = field(default=b"", repr=False)
    pieces: tuple[Part, ...] = ()
    seams: tuple[bytes, ...] = field(default=(), repr=False)

    def __bytes__(self) -> bytes:
        return b"".join(self._chunks())

    def _chunks(self) -> Iterator[bytes]:
        for one in self.fields:
            yield one.raw
        yield self.gap
        yield self.body
        for seam, piece in zip(self.seams, self.pieces, strict=False):
            yield seam
            yield from piece._chunks()
        if self.seams:
            yield self.seams[-1]

    @property
    def head(self) -> Message[str, str]:
        """The head as the standard library understands it."""
        return HeaderParser().parsestr(text_of(b"".join(one.raw for one in self.fields if one.name), None))

    def without(self, unwanted: Callable[[str], bool]) -> Part:
        """Without the fields whose names are unwanted."""
        return replace(self, fields=tuple(one for one in self.fields if not unwanted(one.name)))

    def with_fields(self, values: dict[str, str]) -> Part:
        """With these fields, ASCII, at the end of the head, instead of those of the same names."""
        names = {name.lower() for name in values}
        added = tuple(Field(name=name.lower(), raw=f"{name}: {value}\r\n".encode()) for name, value in values.items())
        kept = self.without(lambda name: name in names)
        if kept.fields and not kept.fields[-1].raw.endswith(b"\n"):
            last = replace(kept.fields[-1], raw=kept.fields[-1].raw + b"\r\n")
            kept = replace(kept, fields=(*kept.fields[:-1], last))
        return replace(kept, fields=(*kept.fields, *added), gap=self.gap or b"\r\n")


def parsed(raw: bytes) -> Part:
    """The parts of a mail. raises TooDeep"""
    return _part(raw, [MOST_PARTS], 0)


def normal(raw: bytes) -> bytes:
    """With every line ended by CR LF: a lone CR or LF is one end of a line to some programs and none to others."""
    return _BARE.sub(b"\r\n", raw)


def _part(raw: bytes, left: list[int], depth: int) -> Part:
    left[0] -= 1
    if left[0] < 0 or depth > DEEPEST:
        raise TooDeep("more parts than are looked at")
    fields, at = _fields(raw)
    gap = re.compile(rb"\r?\n").match(raw, at)
    start = at if gap is None else gap.end()
    part = Part(fields=fields, gap=raw[at:start])
    head = part.head
    if head.get_content_maintype() == "multipart":
        boundary = head.get_boundary()
        if boundary:
            split = _split(raw[start:], boundary)
            if split is not None:
                seams, pieces = split
                return replace(part, seams=seams, pieces=tuple(_part(one, left, depth + 1) for one in pieces))
    return replace(part, body=raw[start:])


def head_of(raw: bytes, most: int = LONGEST_HEAD) -> tuple[tuple[Field, ...], int]:
    """The head, of at most so many bytes, and where it ends. A line that is no field stays in it, as a field without a
    name."""
    found: list[list[bytes]] = []
    at = 0
    for line in _LINE.finditer(raw, 0, most):
        text = line[0]
        if text in (b"\r\n", b"\n"):
            break
        if text[:1] in b" \t" and found:
            found[-1].append(text)
        else:
            found.append([text])
        at = line.end()
    return tuple(_field(b"".join(lines)) for lines in found), at


def _field(raw: bytes) -> Field:
    name = _NAME.match(raw)
    return Field(name="" if name is None else name[1].decode().lower(), raw=raw)


def _fields(raw: bytes) -> tuple[tuple[Field, ...], int]:
    """raises TooDeep – the head is longer than is looked at"""
    fields, at = head_of(raw)
    if at >= LONGEST_HEAD or len(fields) > MOST_FIELDS:
        raise TooDeep("a longer head than is looked at")
    return fields, at


def _split(body: bytes, boundary: str) -> tuple[tuple[bytes, ...], tuple[bytes, ...]] | None:
    """Seams and parts; None: no part begins. The end of the line before a delimiter belongs to the delimiter."""
    mark = re.escape(boundary.encode())
    pattern = re.compile(rb"(?:^|(?<=\n))--" + mark + rb"(--)?[ \t]*(?:\r\n|\n|\Z)")
    seams: list[bytes] = []
    pieces: list[bytes] = []
    begin, seam = None, 0
    for found in pattern.finditer(body):
        if begin is not None:
            end = max(begin, found.start() - len(_ending(body, found.start())))
            pieces.append(body[begin:end])
            seam = end
        if found[1] is not None:
            if begin is None:
                return None
            seams.append(body[seam:])
            return tuple(seams), tuple(pieces)
        seams.append(body[seam : found.end()])
        begin = found.end()
    if begin is None:
        return None
    pieces.append(body[begin:])
    return (*seams, b""), tuple(pieces)


def _ending(body: bytes, at: int) -> bytes:
    """The end of line right before a place."""
    if body[max(0, at - 2) : at] == b"\r\n":
        return b"\r\n"
    return b"\n" if body[at - 1 : at] == b"\n" else b""
