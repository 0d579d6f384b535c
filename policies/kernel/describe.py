"""Actions as plain words: the one form that golden rows, `explain`, golden plans and the decision log share."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, assert_never

from policies.kernel.decisions import (
    Action,
    Assign,
    Checklist,
    Find,
    Link,
    Mask,
    Note,
    Notify,
    Prioritise,
    Reply,
    Route,
    RunClock,
    Say,
    SetField,
    SetState,
    Tag,
    Tell,
    Untag,
)
from policies.kernel.facts import FieldValue

Namer = Callable[[int | None], str | int | None]


def as_is(person: int | None) -> str | int | None:
    """Name a person by the user id."""
    return person


def describe(action: Action, name: Namer = as_is) -> tuple[str, Mapping[str, Any]]:
    """`action` as a verb and its plain values; people as `name` calls them, instants as aware datetimes."""
    match action:
        case SetField(field=field, value=value):
            return "set", {field: _field_value(value)}
        case Route(group=group):
            return "route", {"group": group}
        case Assign(owner=owner):
            return "assign", {"owner": name(owner)}
        case SetState(state=state, until=until):
            return "state", {"state": state} | ({} if until is None else {"until": until})
        case Prioritise(priority=priority):
            return "priority", {"priority": priority}
        case RunClock():
            return "clock", _clock(action)
        case Tag(name=tag):
            return "tag", {"tag": tag}
        case Untag(name=tag):
            return "untag", {"tag": tag}
        case Link(ticket=ticket):
            return "link", {"ticket": ticket}
        case Checklist(key=key, lines=lines, gone=gone):
            return "checklist", {"key": key, "lines": list(lines)} | ({"gone": list(gone)} if gone else {})
        case Mask(article=article, place=place, kind=kind, way=way):
            return "mask", {"article": article, "place": place, "kind": kind, "way": way}
        case Note() | Reply() | Notify() | Tell() | Find():
            return _additive(action, name)
        case _:  # pragma: no cover - the union is closed
            assert_never(action)


def _field_value(value: FieldValue | Say) -> Any:
    if isinstance(value, Say):
        filled = (", ".join(map(str, word)) if isinstance(word, tuple) else str(word) for _, word in value.values)
        return f"{value.key}({', '.join(filled)})"
    return sorted(value) if isinstance(value, frozenset) else value


def _clock(action: RunClock) -> dict[str, Any]:
    clock = action.clock
    words: dict[str, Any] = {"name": clock.name, "due": clock.due_at, "started": clock.started_at}
    words["within"] = str(clock.within)
    if clock.met_at is not None:
        words["met"] = clock.met_at
    if action.reached:
        words["reached"] = list(action.reached)
    return words


def _additive(action: Note | Reply | Notify | Tell | Find, name: Namer) -> tuple[str, dict[str, Any]]:
    words: dict[str, Any] = {"text": action.text.key, "key": action.key} | plain_values(action.text)
    match action:
        case Note():
            return "note", words
        case Reply(send=send):
            return "reply", words | {"send": send}
        case Notify(way=way):
            return "notify", words | {"way": way}
        case Tell(person=person, how=how, gathered=gathered):
            told = words | {"person": name(person), "how": how}
            return "tell", told | {"gathered": True} if gathered else told
    return "find", words | {"code": action.code, "person": name(action.person), "grave": action.grave}


def plain_values(text: Say) -> dict[str, Any]:
    return {f"${key}": list(value) if isinstance(value, tuple) else value for key, value in text.values}


def in_words(action: Action, name: Namer = as_is, when: Callable[[datetime], str] = datetime.isoformat) -> str:
    """One line such as `route group=Complaints::Major`, for logs, tables and golden files."""
    verb, words = describe(action, name)
    shown = (f"{key}={_plain(value, when)}" for key, value in words.items() if not key.startswith("$"))
    return " ".join((verb, *shown))


def _plain(value: object, when: Callable[[datetime], str]) -> str:
    if isinstance(value, datetime):
        return when(value)
    if isinstance(value, list):
        return "[" + ", ".join(_plain(item, when) for item in value) + "]"
    return "-" if value is None else str(value)
