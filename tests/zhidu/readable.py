"""What of a value is readable anywhere, in whatever spelling: the measure of what masking leaves behind."""

import gc
import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from email import message_from_bytes, policy
from email.message import EmailMessage
from html import unescape
from typing import Any

_NUMERALS = str.maketrans("零〇一幺二两三四五六七八九壹贰叁肆伍陆柒捌玖", "0011223456789123456789")
_DROPPED = re.compile(r"[\s\u00ad\u200b-\u200f\u2060\ufeff.\-–—_/·•,'\"()]+")
_ESCAPED = re.compile(r"\\u([0-9a-fA-F]{4})")
_TAGS = re.compile(r"<[^<>]*>")


def joined(text: str) -> str:
    """Without markup, disguises and separators: digits in one row, letters small."""
    text = _ESCAPED.sub(lambda found: chr(int(found[1], 16)), text)
    text = _TAGS.sub("", unescape(text))
    return _DROPPED.sub("", unicodedata.normalize("NFKC", text)).translate(_NUMERALS).casefold()


def found_in(texts: Mapping[str, Iterable[str]], values: Mapping[str, str]) -> list[tuple[str, str]]:
    """(place, value's name) for each value that is readable in a place."""
    wanted = {name: joined(value) for name, value in values.items()}
    found = []
    for place, parts in texts.items():
        whole = "\n".join(map(joined, parts))
        found += [(place, name) for name, value in wanted.items() if value in whole]
    return found


def everything(root: object) -> Iterator[str]:
    """Every text that can be reached from an object of this program, bytes read as mails where they are such."""
    seen: set[int] = set()
    waiting = [root]
    while waiting:
        one = waiting.pop()
        if id(one) in seen or callable(one) or type(one).__module__ in ("threading", "_thread", "flask.app", "socket"):
            continue
        seen.add(id(one))
        if isinstance(one, str):
            yield one
        elif isinstance(one, bytes | bytearray):
            yield from texts_of(bytes(one))
        elif isinstance(one, Mapping):
            waiting += [*one.keys(), *one.values()]
        elif isinstance(one, list | tuple | set | frozenset):
            waiting += one
        elif type(one).__module__.startswith(("integrations.", "collections")):
            waiting += gc.get_referents(one)


def texts_of(content: bytes) -> Iterator[str]:
    """The bytes as they are, and the parts of the mail that they may be, decoded."""
    yield content.decode("utf-8", "replace")
    if b"MIME-Version" in content:
        message = message_from_bytes(content, policy=policy.default)
        assert isinstance(message, EmailMessage)
        yield str(message["Subject"])
        for part in message.walk():
            yield part.get_filename() or ""
            yield from _payload(part)


def _payload(part: Any) -> Iterator[str]:
    payload = part.get_payload(decode=True)
    if payload is not None:
        yield payload.decode("utf-8", "replace")
