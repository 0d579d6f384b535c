"""Whether what Zammad has is what is wanted, field by field, in spite of the forms in which it answers."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator, Mapping
from typing import Final

from integrations.zammad.provision.markup import same_markup
from integrations.zammad.provision.wanted import ByRef, Kind, Ref, Term, Wanted

IdOf = Callable[[Ref], int | None]
"""The id that a reference means; None: there is no such object yet."""

SECRET: Final = frozenset({"signature_token"})
_SETS: Final = frozenset({"role_ids", "group_ids", "permission_ids", "permissions"})
_PARTIAL: Final = frozenset({"data_option"})
"""Mappings in which Zammad keeps more than what is written: only our part is compared."""

_JSON_TEXT: Final = frozenset({"custom_payload"})


class Unresolved(LookupError):
    """An object that a field refers to is not there."""

    def __init__(self, ref: Ref) -> None:
        super().__init__(f"{ref.kind}: {ref.name}")
        self.ref = ref


def refs(term: Term) -> Iterator[Ref]:
    """Every reference in a value."""
    match term:
        case Ref():
            yield term
        case ByRef(entries=entries):
            for ref, value in entries:
                yield ref
                yield from refs(value)
        case tuple():
            for item in term:
                yield from refs(item)
        case Mapping():
            for item in term.values():
                yield from refs(item)
        case _:
            pass


def resolved(term: Term, id_of: IdOf) -> object:
    """The value as JSON has it, with ids. raises Unresolved"""
    match term:
        case Ref(text=text):
            found = _found(term, id_of)
            return str(found) if text else found
        case ByRef(entries=entries):
            return {str(_found(ref, id_of)): resolved(value, id_of) for ref, value in entries}
        case tuple():
            return [resolved(item, id_of) for item in term]
        case Mapping():
            return {name: resolved(item, id_of) for name, item in term.items()}
        case _:
            return term


def _found(ref: Ref, id_of: IdOf) -> int:
    found = id_of(ref)
    if found is None:
        raise Unresolved(ref)
    return found


def shown(term: Term, id_of: IdOf) -> object:
    """As `resolved`, with names for what is not there yet."""

    def named(ref: Ref) -> int | None:
        return id_of(ref) or None

    match term:
        case Ref(text=text):
            found = named(term)
            if found is None:
                return f"({term.name})"
            return str(found) if text else found
        case ByRef(entries=entries):
            return {str(named(ref) or f"({ref.name})"): shown(value, id_of) for ref, value in entries}
        case tuple():
            return [shown(item, id_of) for item in term]
        case Mapping():
            return {name: shown(item, id_of) for name, item in term.items()}
        case _:
            return term


def present(kind: Kind, data: Mapping[str, object], field: str) -> object:
    """What Zammad has in a field. Of a field that waits for its migration what it will have."""
    if kind == "object_manager_attributes" and field == "data_option":
        waiting = data.get("data_option_new")
        return waiting or data.get("data_option")
    return data.get(field)


def differing(
    wanted: Wanted, data: Mapping[str, object], id_of: IdOf, written: Mapping[str, object]
) -> Iterator[tuple[str, object, object]]:
    """Fields that differ: name, what Zammad has, what is wanted.

    written   what was written last; stands for what Zammad has where it does not tell a field at all
    """
    for field, term in wanted.fields.items():
        want = shown(term, id_of)
        if field in data:
            have = present(wanted.key.kind, data, field)
        elif field in written:
            have = written[field]
        else:
            continue
        if not same(field, have, want):
            yield field, ours_of(field, have, want), want


def same(field: str, have: object, want: object) -> bool:
    """Whether two values of a field mean the same to Zammad."""
    return normal(field, ours_of(field, have, want)) == normal(field, want)


def ours_of(field: str, have: object, want: object) -> object:
    """Of a mapping in which Zammad keeps more than ours, our part."""
    if field in _PARTIAL and isinstance(have, Mapping) and isinstance(want, Mapping):
        return {name: have.get(name) for name in want}
    return have


def normal(field: str, value: object) -> object:
    """One form for all in which Zammad may answer the same."""
    if field in _JSON_TEXT and isinstance(value, str):
        try:
            return json.loads(value)
        except ValueError:
            return value
    if field in _SETS and isinstance(value, list | tuple):
        return sorted(str(item) for item in value) or None
    return _normal(value)


def _normal(value: object) -> object:
    """Empty texts, lists and mappings are nothing; numbers and flags are as good as their text."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, int | float):
        return str(value)
    if isinstance(value, Mapping):
        inner = {str(name): _normal(item) for name, item in value.items() if name != "customsort"}
        return {name: item for name, item in inner.items() if item is not None} or None
    if isinstance(value, list | tuple):
        return _options(value) or [_normal(item) for item in value] or None
    if isinstance(value, str):
        return same_markup(value) if value else None
    return value


def _options(value: list[object] | tuple[object, ...]) -> object:
    """A select's options in the order that an administrator gave them are a list of names and values."""
    if value and all(
        isinstance(one, Mapping) and {"name", "value"} <= set(one) and "children" not in one for one in value
    ):
        return {str(one["value"]): one["name"] for one in value if isinstance(one, Mapping)}
    return None


def option_values(option: object) -> frozenset[str]:
    """The values of a select, from its `data_option`: a map, or a list where their order matters."""
    options = option.get("options") if isinstance(option, Mapping) else None
    if isinstance(options, Mapping):
        return frozenset(map(str, options))
    if isinstance(options, list):
        return frozenset(str(one.get("value")) for one in options if isinstance(one, Mapping))
    return frozenset()


def kept(field: str, value: object) -> object:
    """A value as it may be kept outside of the helpdesk: a secret only as its digest."""
    if field not in SECRET or value is None:
        return value
    return f"sha256:{hashlib.sha256(str(value).encode()).hexdigest()[:16]}"
