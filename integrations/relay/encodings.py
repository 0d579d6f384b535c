"""Bytes of a mail as text and back: transfer encodings, character sets that are declared wrongly, encoded words."""

from __future__ import annotations

import base64
import binascii
import codecs
import quopri
import re
from collections.abc import Iterator
from email.header import Header, decode_header
from typing import Final

_WIDER: Final = {
    "gb2312": "gb18030", "gbk": "gb18030", "x-gbk": "gb18030", "cp936": "gb18030", "x-cp20936": "gb18030",
    "gb_2312-80": "gb18030", "euc-cn": "gb18030", "hz-gb-2312": "hz", "big5": "big5hkscs", "x-x-big5": "big5hkscs",
    "us-ascii": "utf-8", "ascii": "utf-8", "ansi_x3.4-1968": "utf-8", "unicode-1-1-utf-7": "utf-7", "utf8": "utf-8",
    "ks_c_5601-1987": "cp949", "euc-kr": "cp949", "iso-8859-1": "latin-1", "shift_jis": "cp932",
}  # fmt: skip
"""Declared → what programs that declare it really write: the wider set of the same family."""
_SNIFFED: Final = ("utf-8", "gb18030", "big5hkscs", "cp950")
_LAST: Final = "latin-1"
_NOT_BASE64: Final = re.compile(rb"[^A-Za-z0-9+/]")
_LINE: Final = 76
_ESCAPED: Final = "surrogateescape"


def codec(declared: str | None) -> str | None:
    """The codec for a declared character set; None for none, or one that nobody knows."""
    name = (declared or "").strip().strip("'\"").lower()
    name = _WIDER.get(name, name)
    try:
        info = codecs.lookup(name) if name else None
    except (LookupError, ValueError):
        return None
    return None if info is None or not getattr(info, "_is_text_encoding", True) else info.name


def readings(data: bytes, declared: str | None) -> Iterator[str]:
    """The codecs in which `data` can be `read` and `written` again as it was, the likeliest first; at least one.

    Text that is valid UTF-8 beyond ASCII is that, whatever it is declared as; it is read as declared as well. A few
    broken bytes do not change what a text is.
    """
    known = codec(declared)
    if data.isascii() and (known is None or _like_ascii(known)):
        yield "utf-8"
        return
    order = (*_SNIFFED[:1], known, *_SNIFFED[1:]) if known is None or _like_ascii(known) else (known, *_SNIFFED)
    given: list[str] = []
    for name in order:
        if name is None or name in given or not _faithful(data, name):
            continue
        yield name
        given.append(name)
        if name == "utf-8" and known in (None, "utf-8", "iso8859-1"):
            return
    hurt = [name for name in dict.fromkeys((known, *_SNIFFED[:1])) if name is not None and name not in given]
    hurt = [name for name in hurt if _strangers(data, name) * 10 < len(data)]
    yield from hurt
    if not given and not hurt:
        yield min((*_SNIFFED[:3], _LAST), key=lambda name: _strangers(data, name))


def _like_ascii(name: str) -> bool:
    """Whether ASCII stands for itself."""
    try:
        return bytes(range(32, 127)).decode(name) == bytes(range(32, 127)).decode("ascii") and name not in _SHIFTING
    except UnicodeError:
        return False


_SHIFTING: Final = frozenset({"utf-7", "hz", "iso2022_jp", "iso2022_kr", "iso2022_jp_2"})


def _faithful(data: bytes, name: str, errors: str = "strict") -> bool:
    try:
        return data.decode(name, errors).encode(name, errors) == data
    except (UnicodeError, ValueError):
        return False


def _strangers(data: bytes, name: str) -> int:
    """How badly a codec fits data that fits none: bytes that it does not know. The last resort knows all, and tells
    nothing: it is taken where a tenth of them is unknown to every other."""
    if name == _LAST:
        return len(data) // 10
    if not _faithful(data, name, _ESCAPED):
        return len(data)
    return sum("\udc80" <= letter <= "\udcff" for letter in data.decode(name, _ESCAPED))


def read(data: bytes, name: str) -> str:
    """`data` in one of its `readings`; bytes that are no text there become single surrogates."""
    return data.decode(name, _ESCAPED)


def written(text: str, name: str) -> bytes:
    """What `read` was given. raises UnicodeError – there is a character that the codec has not"""
    return text.encode(name, _ESCAPED)


def text_of(data: bytes, declared: str | None) -> str:
    """The likeliest text; never fails."""
    return read(data, next(readings(data, declared))).encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def unpacked(body: bytes, encoding: str) -> bytes:
    """The content of a body in a transfer encoding; never fails, as mail programs never do."""
    match encoding.strip().lower():
        case "base64":
            letters = _NOT_BASE64.sub(b"", body)
            letters = letters[: len(letters) - 1] if len(letters) % 4 == 1 else letters
            return base64.b64decode(letters + b"=" * (-len(letters) % 4))
        case "quoted-printable":
            return quopri.decodestring(body)
        case "x-uuencode" | "uuencode" | "uue" | "x-uue":
            return _uudecoded(body)
        case _:
            return body


def packed(content: bytes, encoding: str) -> bytes:
    """The body for `content`, with lines ended by CR LF."""
    match encoding.strip().lower():
        case "base64" | "x-uuencode" | "uuencode" | "uue" | "x-uue":
            letters = base64.b64encode(content)
            return b"".join(letters[at : at + _LINE] + b"\r\n" for at in range(0, len(letters), _LINE))
        case "quoted-printable":
            lines = content.replace(b"\r\n", b"\n").split(b"\n")
            quoted = (binascii.b2a_qp(line, istext=True).replace(b"=\n", b"=\r\n") for line in lines)
            return b"\r\n".join(quoted)
        case _:
            return content


def is_uu(encoding: str) -> bool:
    """Whether it is the old encoding, which is written as base64 again."""
    return encoding.strip().lower() in ("x-uuencode", "uuencode", "uue", "x-uue")


def _uudecoded(body: bytes) -> bytes:
    found = b""
    for line in body.splitlines()[1:]:
        if line.strip() in (b"end", b"`", b""):
            continue
        try:
            found += binascii.a2b_uu(line)
        except binascii.Error:
            size = (((line[0] - 32) & 63) * 4 + 5) // 3
            try:
                found += binascii.a2b_uu(line[:size])
            except binascii.Error:
                continue
    return found


def words(value: bytes) -> str:
    """An unstructured header's value, with its encoded words read; never fails."""
    if b"=?" not in value:
        return text_of(value, None)
    found = []
    try:
        chunks = decode_header(text_of(value, None))
    except (ValueError, binascii.Error):
        return text_of(value, None)
    for chunk, charset in chunks:
        if isinstance(chunk, str):
            found.append(chunk)
        elif charset is None:
            found.append(chunk.decode("raw-unicode-escape", "replace"))
        else:
            found.append(text_of(chunk, charset))
    return "".join(found)


def encoded(name: str, text: str) -> str:
    """An unstructured header's value: ASCII as it is where that fits a line, else encoded words, folded."""
    flat = re.sub(r"[\x00-\x1f\x7f]+", " ", text).strip()
    if flat.isascii() and "=?" not in flat and len(name) + len(flat) < _LINE:
        return flat
    return Header(flat, "utf-8", header_name=name, maxlinelen=_LINE).encode(linesep="\r\n")
