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
from typing import Any, Final

from integrations.zammad.wire import PREFIX
from integrations.zammad.writes import Value
from policies.kernel.calendar_data import FIRST_YEAR, LAST_YEAR
from policies.kernel.facts import FieldValue
from policies.kernel.vocabulary import FIELDS, LISTS, OPTIONS, PEOPLE, TEXTS, TIMES

UNSET = ("", "none", "-")

_FIRST: Final = FIRST_YEAR + 1
_LAST: Final = LAST_YEAR - 10
"""Years of times that fields may hold: the longest deadline from there still ends within the calendars."""

_ID = re.compile(r"(?:^|#)([0-9]{1,18})$")


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
        return _person(raw)
    if field in OPTIONS:
        return _option(field, raw)
    if field in TEXTS:
        return _text(raw)
    return _any(raw)


def _option(field: str, raw: object) -> str:
    if raw not in OPTIONS[field]:
        raise ValueError(field)
    return str(raw)


def _text(raw: object) -> str | None:
    """A line of text or a number; blanks are nothing, lists and objects are no text."""
    if isinstance(raw, bool) or not isinstance(raw, str | int | float):
        raise ValueError(raw)
    return str(raw).strip() or None


def _any(raw: object) -> FieldValue:
    """A field of another module, of whatever type: its rules know what they expect."""
    if isinstance(raw, str | int):
        return raw
    if isinstance(raw, list) and all(isinstance(item, str | int) for item in raw):
        return frozenset(str(item) for item in raw) or None
    raise ValueError(raw)


def _person(raw: object) -> int:
    """The id at the end of `Agnes Chen #11`; a bare id is understood too."""
    found = None if isinstance(raw, bool) else _ID.search(str(raw).strip())
    if found is None:
        raise ValueError(raw)
    return int(found[1])


def _list(field: str, raw: object) -> frozenset[str]:
    """A list, or a single option; empty items do not count."""
    items = raw if isinstance(raw, list) else [raw]
    found = frozenset(str(item) for item in items if item is not None and item not in UNSET)
    if not found <= set(OPTIONS[field]):
        raise ValueError(field)
    return found


def _time(raw: object) -> datetime:
    at = countable(as_instant(raw))
    if at is None:
        raise ValueError(raw)
    return at


def countable(at: datetime | None) -> datetime | None:
    """An instant from which a deadline can be counted; None for any other, which is a slip of somebody's."""
    return at if at is not None and _FIRST <= at.year <= _LAST else None


def as_instant(raw: object) -> datetime | None:
    """`2026-11-24T05:58:22.000Z`, or `2026-11-24 05:58:22 UTC` as the history writes it, in UTC; None for what is no
    time, has no zone, or lies so far off that no zone can show it."""
    try:
        at = datetime.fromisoformat(str(raw).replace(" UTC", "+00:00"))
        return None if at.tzinfo is None else at.astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def to_wire(field: str, value: FieldValue, name: Callable[[int], str] = str) -> Value:
    """The value as Zammad takes it: a person by name and id, a set as a sorted list, a time to the second."""
    if isinstance(value, frozenset):
        return tuple(sorted(value))
    if isinstance(value, datetime):
        return value.astimezone(UTC).replace(microsecond=0)
    if field in PEOPLE:
        return f"{name(value)} #{value}" if isinstance(value, int) else None
    return value
