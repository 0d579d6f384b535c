"""zhidu's own ticket fields, from what Zammad stores to what rules read, and back.

Zammad takes any value for a select, any text for a date (which then is null): what is none of the options reads as
unset and is named, never trusted.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from types import MappingProxyType
from typing import Any

from integrations.zammad.wire import PREFIX
from integrations.zammad.writes import Value
from policies.kernel.facts import FieldValue
from policies.kernel.vocabulary import FIELDS, LISTS, OPTIONS, PEOPLE, TIMES

UNSET = ("", "none", "-")

_ID = re.compile(r"(?:^|#)(\d+)$")


@dataclass(frozen=True, slots=True, kw_only=True)
class Fields:
    """core: field → value of the core set; custom: other modules' fields; nonsense: fields that could not be read."""

    core: Mapping[str, Any]
    custom: Mapping[str, FieldValue]
    nonsense: frozenset[str]


def read_fields(stored: Mapping[str, object]) -> Fields:
    """`stored` by Zammad's names (`zhidu_kind`)."""
    core: dict[str, Any] = {}
    custom: dict[str, FieldValue] = {}
    nonsense = set()
    for name, raw in stored.items():
        field = name.removeprefix(PREFIX)
        try:
            value = _read(field, raw)
        except ValueError:
            nonsense.add(field)
            continue
        if field in FIELDS:
            core[field] = value
        elif value is not None:
            custom[field] = value
    return Fields(core=core, custom=MappingProxyType(custom), nonsense=frozenset(nonsense))


def _read(field: str, raw: object) -> FieldValue:
    if field in LISTS:
        return _list(field, raw)
    if raw is None or raw in UNSET:
        return None
    if field in TIMES:
        return _time(raw)
    if field in PEOPLE:
        return _person(str(raw))
    if field in OPTIONS:
        if raw not in OPTIONS[field]:
            raise ValueError(field)
        return str(raw)
    if isinstance(raw, str | int):
        return raw
    if isinstance(raw, list):
        return frozenset(str(item) for item in raw)
    raise ValueError(field)


def _person(text: str) -> int:
    """The id at the end of `Agnes Chen #11`; a bare id is understood too."""
    found = _ID.search(text)
    if found is None:
        raise ValueError(text)
    return int(found[1])


def _list(field: str, raw: object) -> frozenset[str]:
    items = raw if isinstance(raw, list) else [] if raw in (None, *UNSET) else [raw]
    if not set(map(str, items)) <= set(OPTIONS[field]):
        raise ValueError(field)
    return frozenset(map(str, items))


def _time(raw: object) -> datetime:
    at = datetime.fromisoformat(str(raw))
    if at.tzinfo is None:
        raise ValueError(raw)
    return at.astimezone(UTC)


def to_wire(field: str, value: FieldValue, name: Callable[[int], str] = str) -> Value:
    """The value as Zammad takes it: a person by name and id, a set as a sorted list, a time to the second."""
    if isinstance(value, frozenset):
        return tuple(sorted(value))
    if isinstance(value, datetime):
        return value.astimezone(UTC).replace(microsecond=0)
    if field in PEOPLE:
        return f"{name(value)} #{value}" if isinstance(value, int) else None
    return value
