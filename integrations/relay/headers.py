"""The head of a mail or of a part, masked: every field of it, but for addresses and boundaries between parts.

What holds nothing stays byte for byte.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from email.message import Message
from email.utils import collapse_rfc2231_value, getaddresses
from textwrap import wrap
from typing import Final

from integrations.relay.encodings import encoded, text_of, words
from integrations.relay.fields import ADDRESSES, IDS, NAMES, SIGNATURES, TEXTS, WAY, addresses, gives_away, kinds_in
from integrations.relay.masker import Masker, Tally
from integrations.relay.parts import Field, Part

_DISPLAY_ONLY_OTHERS: Final = "email"
_LINE: Final = 76
_ID: Final = re.compile(r"<[^<>]*>|[^\s<>]+")
_NEEDED: Final = frozenset({"boundary", "charset", "format", "delsp"})
"""Parameters without which a part is not read as it was meant."""


def masked_head(part: Part, masker: Masker, tally: Tally) -> tuple[Field, ...]:
    """The fields, those masked that have to be, without those in which something could be read nevertheless."""
    made = []
    for one in part.fields:
        field = _masked(one, masker, tally)
        if gives_away(field.name, field.value, masker):
            tally.kinds.update(kinds_in(field.name, field.value, masker))
            field = _bare(field)
            if gives_away(field.name, field.value, masker):
                continue
        made.append(field)
    return tuple(made)


def _masked(one: Field, masker: Masker, tally: Tally) -> Field:
    if not one.name:
        return one
    if one.name in ADDRESSES:
        return _addresses(one, masker, tally)
    if one.name in NAMES:
        return _file_name(one, masker, tally)
    if one.name in IDS:
        return _ids(one, masker, tally)
    return _words(one, masker, tally)


def _words(one: Field, masker: Masker, tally: Tally) -> Field:
    """A field that is no text is masked only where it moves the policy: some programs repeat the subject there."""
    text = words(one.value)
    whole = one.name not in WAY and one.name not in SIGNATURES
    found = [masker.text(piece) for piece in ([text] if whole else text.split("@"))]
    kinds: dict[str, int] = {}
    for piece in found:
        kinds = _sum(kinds, piece.kinds)
    if not kinds or (one.name not in TEXTS and not masker.moves(kinds)):
        return one
    tally.kinds.update(kinds)
    hidden = "@".join(piece.text for piece in found)
    return _field(one, encoded(_shown(one), hidden) if whole else _folded(hidden))


def _folded(text: str) -> str:
    """A field that programs read is no encoded word."""
    return "\r\n ".join(wrap(text, _LINE, break_long_words=False, break_on_hyphens=False))


def _ids(one: Field, masker: Masker, tally: Tally) -> Field:
    """An id that holds anything becomes a name for it, the same in every mail: who answers it is still found."""
    if not gives_away(one.name, one.value, masker):
        return one
    tally.kinds.update(kinds_in(one.name, one.value, masker))
    given = text_of(one.value, None)
    made = _ID.sub(lambda id: _other_id(id[0], one.name, masker), given)
    if gives_away(one.name, made.encode("utf-8", "replace"), masker):
        made = _renamed(given, masker)
    return _field(one, made.replace("> <", ">\r\n <"))


def _other_id(id: str, name: str, masker: Masker) -> str:
    return _renamed(id, masker) if gives_away(name, id.encode("utf-8", "replace"), masker) else id


def _renamed(id: str, masker: Masker) -> str:
    return f"<{masker.pseudonym(id.strip('<> '))}@zhidu.invalid>"


def _bare(one: Field) -> Field:
    """What cannot be missed of a field; nothing of most."""
    if one.name in ADDRESSES:
        return _field(one, ",\r\n ".join(addresses(one.value)))
    if one.name in NAMES:
        changed = Message()
        changed[one.name] = text_of(one.value, None)
        for parameter, _ in changed.get_params([], header=one.name)[1:]:
            if parameter.lower() not in _NEEDED:
                changed.del_param(parameter, header=one.name)
        return _field(one, _flat(changed[one.name]))
    return one


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
    parameter = NAMES[one.name]
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
    return _field(one, _flat(changed[one.name]))


def _flat(value: str) -> str:
    return " ".join(str(value).split())


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
