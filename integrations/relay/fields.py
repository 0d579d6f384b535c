"""Which fields of a head are read how, and all that can be read in one: the same for who masks and for who looks again.

Two things are not looked into, because a mail does not arrive without them: addresses, and boundaries between parts.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from typing import Final

from integrations.relay.encodings import text_of, words
from integrations.relay.masker import Masker

TEXTS: Final = frozenset(
    {"subject", "thread-topic", "comments", "keywords", "content-description", "organization", "x-original-subject"}
)
"""Masked like a body."""
ADDRESSES: Final = frozenset(
    {"from", "sender", "reply-to", "to", "cc", "bcc", "resent-from", "resent-sender", "resent-to", "resent-cc",
     "resent-bcc", "disposition-notification-to", "mail-followup-to", "return-path", "delivered-to", "x-original-to",
     "envelope-to", "errors-to"}
)  # fmt: skip
"""The names beside the addresses are masked."""
IDS: Final = frozenset(
    {"message-id", "references", "in-reply-to", "resent-message-id", "original-message-id", "content-id"}
)
"""By them mails find one another: an id that has to go becomes another one, always the same."""
SIGNATURES: Final = frozenset(
    {"dkim-signature", "domainkey-signature", "x-google-dkim-signature", "arc-seal", "arc-message-signature",
     "arc-authentication-results", "content-md5", "content-length", "lines"}
)  # fmt: skip
"""They tell of the bytes that were signed, and go where these are changed."""
WAY: Final = frozenset(
    {"date", "received", "mime-version", "content-transfer-encoding", "content-location", "authentication-results",
     "received-spf", "list-id", "list-unsubscribe", "list-unsubscribe-post", "list-post", "list-help", "list-archive",
     "thread-index", "resent-date", "auto-submitted", "precedence", "x-priority", "content-language"}
)  # fmt: skip
"""They tell programs what to do with a mail; addresses in them stay."""
NAMES: Final = {"content-type": "name", "content-disposition": "filename"}
"""Fields that may hold the name of a file, and their parameter for it."""

_ADDRESS: Final = re.compile(r"""<?[^\s<>,;:"()]+@[^\s<>,;:"()]+>?""")
_BOUNDARY: Final = re.compile(r"""\bboundary(?:\*[0-9*]*)?\s*=\s*(?:"[^"]*"|[^\s;]+)""", re.IGNORECASE)


def readable(name: str, value: bytes) -> Iterator[str]:
    """All that somebody reads in a field: each a text by itself.

    name    in lower case; empty for a line that is no field
    value   unfolded
    """
    yield name
    text = words(value)
    if name in ADDRESSES:
        yield _ADDRESS.sub(" ", text)
    elif name in NAMES:
        yield _BOUNDARY.sub(" ", text_of(value, None))
        yield _BOUNDARY.sub(" ", text)
    elif name in TEXTS:
        yield text
    else:
        yield from text.split("@")


def addresses(value: bytes) -> list[str]:
    """The addresses in a field, without anything beside them."""
    return [one.strip("<>") for one in _ADDRESS.findall(words(value))]


def gives_away(name: str, value: bytes, masker: Masker) -> bool:
    """Whether anything that moves the policy can be read in a field."""
    return masker.moves(kinds_in(name, value, masker))


def kinds_in(name: str, value: bytes, masker: Masker) -> Counter[str]:
    """What is found in a field → how many."""
    kinds: Counter[str] = Counter()
    for text in dict.fromkeys(readable(name, value)):
        kinds.update(masker.text(text).kinds if text else {})
    return kinds
