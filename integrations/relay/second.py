"""A second pair of eyes: the standard library's own parser reads what would go on, and nothing must be readable there.

Mails that are not well formed are read differently by different programs. What this module's parser and the standard
library's both find clean, the helpdesk's will hardly find readable.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterator
from email import message_from_bytes
from email.message import Message

from integrations.relay.encodings import read, readings, text_of
from integrations.relay.fields import gives_away
from integrations.relay.masker import Masker


def still_readable(content: bytes, masker: Masker, known: Collection[bytes]) -> bool:
    """Whether anything that moves the policy can be read.

    known   digests of what was looked at before, as it came out of its transfer encoding
    """
    message = message_from_bytes(content)
    return any(gives_away(name, value, masker) for part in message.walk() for name, value in _head(part)) or any(
        _readable(part, masker, known) for part in message.walk() if not part.is_multipart()
    )


def _head(message: Message[str, str]) -> Iterator[tuple[str, bytes]]:
    """Every field, and the name of the file as programs put it together."""
    for name, value in message.raw_items():
        raw = str(value).encode("utf-8", "surrogateescape")
        yield name.lower(), b"".join(line.strip(b"\r\n") for line in raw.splitlines())
    file = message.get_filename()
    if file is not None:
        yield "content-description", file.encode("utf-8", "replace")


def _readable(part: Message[str, str], masker: Masker, known: Collection[bytes]) -> bool:
    content = part.get_payload(decode=True)
    if not isinstance(content, bytes) or not content:
        return False
    if part.get_content_maintype() == "text":
        html = part.get_content_subtype() == "html"
        charset = part.get_content_charset()
        texts = (read(content, name) for name in readings(content, charset))
        return any(masker.moves(masker.text(text, html=html).kinds) for text in texts)
    if hashlib.sha256(content).digest() in known:
        return False
    name = part.get_filename()
    given = "" if name is None else text_of(name.encode("utf-8", "replace"), None)
    return bool(masker.moves(masker.file(given, part.get_content_type(), content).kinds))
