"""The text of a part, masked in its own character set, transfer encoding and flow."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from email.message import Message
from typing import Final

from integrations.relay.encodings import is_uu, packed, read, readings, written
from integrations.relay.flowed import flowing, joined
from integrations.relay.masker import Masker, Tally
from integrations.relay.parts import Part

_HTML: Final = ("text/html", "application/xhtml+xml")


def masked_body(part: Part, content: bytes, kind: str, masker: Masker, tally: Tally, *, hides: bool) -> Part:
    """`part` itself where nothing is to be masked, or `hides` is False.

    content   what its body holds, out of its transfer encoding
    """
    head = part.head
    charset = head.get_content_charset()
    encoding = head.get("content-transfer-encoding", "")
    made, changed_to = content, None
    for turn, name in enumerate(readings(content, charset)):
        text = read(made, name) if changed_to is None else made.decode()
        hidden, kinds = _hidden(text, kind, head, masker)
        # Where it can be read in more than one way, the less likely ones count for what moves the policy alone.
        if hidden == text or not kinds or (turn and not masker.moves(kinds)):
            continue
        tally.kinds.update(kinds)
        try:
            made = written(hidden, name)
        except UnicodeError:
            made, changed_to = hidden.encode("utf-8", "replace"), "utf-8"
        if changed_to is not None:
            break
    if made == content or not hides:
        return part
    fields: dict[str, str] = {}
    if changed_to is not None:
        fields["Content-Type"] = f"{kind}; charset={changed_to}"
    if changed_to is not None or is_uu(encoding):
        encoding = fields["Content-Transfer-Encoding"] = "base64"
    body = packed(made, encoding)
    if part.body.endswith(b"\n") and not body.endswith(b"\n"):
        body += b"\r\n"
    return replace(part, body=body).with_fields(fields) if fields else replace(part, body=body)


def _hidden(text: str, kind: str, head: Message[str, str], masker: Masker) -> tuple[str, Mapping[str, int]]:
    flowed = str(head.get_param("format", "")).lower() == "flowed"
    if flowed and kind == "text/plain":
        return _flowed(text, str(head.get_param("delsp", "")).lower() == "yes", masker)
    found = masker.text(text, html=kind in _HTML)
    return found.text, found.kinds


def _flowed(text: str, delete_space: bool, masker: Masker) -> tuple[str, Mapping[str, int]]:
    """Masked as a reader sees it; only the lines that are changed are broken anew."""
    lines = joined(text, delete_space=delete_space)
    found = masker.text("\n".join(words for _, words, _ in lines))
    if not found.kinds:
        return text, {}
    hidden = found.text.split("\n")
    ending = "\r\n" if re.search("\r\n", text) else "\n"
    if len(hidden) != len(lines):
        return "".join(flowing("", line, delete_space=delete_space, ending=ending) for line in hidden), found.kinds
    return "".join(
        raw if line == words else flowing(quotes, line, delete_space=delete_space, ending=ending)
        for (quotes, words, raw), line in zip(lines, hidden, strict=True)
    ), found.kinds
