"""The head of a mail or of a part, masked: subjects, names beside addresses, names of files.

What carries a mail, and what threads hang on, stays byte for byte: addresses, Message-ID, References, In-Reply-To,
Date, Received.
"""

from __future__ import annotations

from collections.abc import Mapping
from email.message import Message
from email.utils import collapse_rfc2231_value, getaddresses
from typing import Final

from integrations.relay.encodings import encoded, text_of, words
from integrations.relay.masker import Masker, Tally
from integrations.relay.parts import Field, Part

TEXTS: Final = frozenset(
    {"subject", "thread-topic", "comments", "keywords", "content-description", "organization", "x-original-subject"}
)
"""Masked like a body."""
ADDRESSES: Final = frozenset(
    {"from", "sender", "reply-to", "to", "cc", "bcc", "resent-from", "resent-sender", "resent-to", "resent-cc",
     "disposition-notification-to", "mail-followup-to"}
)  # fmt: skip
"""The names beside the addresses are masked."""
SIGNATURES: Final = frozenset(
    {"dkim-signature", "domainkey-signature", "x-google-dkim-signature", "arc-seal", "arc-message-signature",
     "arc-authentication-results", "content-md5", "content-length", "lines"}
)  # fmt: skip
"""They tell of the bytes that were signed, and go where these are changed."""
STAYS: Final = frozenset(
    {"", "message-id", "references", "in-reply-to", "date", "received", "return-path", "delivered-to", "mime-version",
     "content-type", "content-transfer-encoding", "content-disposition", "content-id", "content-location",
     "authentication-results", "received-spf", "x-original-to", "envelope-to", "list-id", "list-unsubscribe",
     "list-unsubscribe-post", "list-post", "list-help", "list-archive", "errors-to", "thread-index", "resent-date",
     "resent-message-id", "original-message-id", "auto-submitted", "precedence", "x-priority", "content-language"}
)  # fmt: skip
"""All others are masked where they hold what moves the policy: some programs repeat the subject there."""
_NAMES: Final = {"content-type": "name", "content-disposition": "filename"}
_DISPLAY_ONLY_OTHERS: Final = "email"


def masked_head(part: Part, masker: Masker, tally: Tally) -> tuple[Field, ...]:
    """The fields, those masked that have to be."""
    return tuple(_masked(one, masker, tally) for one in part.fields)


def _masked(one: Field, masker: Masker, tally: Tally) -> Field:
    if one.name in ADDRESSES:
        return _addresses(one, masker, tally)
    if one.name in _NAMES:
        return _file_name(one, masker, tally)
    if one.name in STAYS or one.name in SIGNATURES:
        return one
    text = words(one.value)
    found = masker.text(text)
    if not found.kinds or (one.name not in TEXTS and not masker.moves(found.kinds)):
        return one
    tally.kinds.update(found.kinds)
    return _field(one, encoded(_shown(one), found.text))


def _addresses(one: Field, masker: Masker, tally: Tally) -> Field:
    """The names alone; the list is written anew only where one of them has to be masked."""
    pairs = getaddresses([text_of(one.value, None)])
    named = [(words(name.encode()), address) for name, address in pairs if name or address]
    hidden = []
    kinds: dict[str, int] = {}
    for name, address in named:
        found = masker.text(name)
        own = set(found.kinds) <= {_DISPLAY_ONLY_OTHERS} and name.strip(" '\"") == address
        hidden.append((name if own else found.text, address))
        if not own:
            kinds = _sum(kinds, found.kinds)
    if not kinds:
        return one
    tally.kinds.update(kinds)
    return _field(one, ",\r\n ".join(_address(name, address) for name, address in hidden))


def _address(name: str, address: str) -> str:
    if not name:
        return address
    if name.isascii():
        quoted = name.replace("\\", "\\\\").replace('"', '\\"')
        return f'"{quoted}" <{address}>'
    return f"{encoded('', name)} <{address}>"


def _file_name(one: Field, masker: Masker, tally: Tally) -> Field:
    """A part's name, in either field that may hold it."""
    parameter = _NAMES[one.name]
    changed = Message()
    changed[one.name] = text_of(one.value, None)
    given = changed.get_param(parameter, header=one.name)
    if given is None:
        return one
    found = masker.text(words(collapse_rfc2231_value(given).encode("utf-8", "replace")))
    if not found.kinds:
        return one
    tally.kinds.update(found.kinds)
    charset = None if found.text.isascii() else "utf-8"
    changed.set_param(parameter, found.text, header=one.name, charset=charset)
    return _field(one, " ".join(str(changed[one.name]).split()))


def file_name(part: Part) -> str:
    """What a part is called; empty where it has no name."""
    name = part.head.get_filename()
    return "" if name is None else words(name.encode("utf-8", "replace"))


def _field(one: Field, value: str) -> Field:
    raw = f"{_shown(one)}: {value}\r\n".encode("utf-8", "replace")
    return Field(name=one.name, raw=raw)


def _shown(one: Field) -> str:
    """The name as it was written."""
    return one.raw.partition(b":")[0].strip().decode("ascii", "replace")


def _sum(one: Mapping[str, int], other: Mapping[str, int]) -> dict[str, int]:
    return {kind: one.get(kind, 0) + other.get(kind, 0) for kind in {**one, **other}}
