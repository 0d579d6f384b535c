"""What a plan consists of: typed changes in the order in which they are made, and what stands in the way."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final, assert_never

from integrations.zammad.provision.compare import SECRET
from integrations.zammad.provision.wanted import SINGULAR, Key, Wanted

_SHOWN: Final = 160
_MOST_LEAVES: Final = 8
"""Parts of one field that are told one by one."""
_ABSENT: Final = object()


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """One field of an object: what Zammad has, what it should have, both as JSON has them.

    named    both again as people read them: with names in place of ids; None: as they are
    by, at   who changed it in Zammad since we wrote it last, and when; None: nobody did, what we want has changed
    """

    field: str
    old: object
    new: object
    named: tuple[object, object] | None = None
    by: str | None = None
    at: datetime | None = None

    @property
    def drift(self) -> bool:
        """Whether it was changed in Zammad."""
        return self.by is not None

    def shown(self) -> Iterator[str]:
        """`name: "Grab" → "Take"`; of two mappings each part that differs, by its path; a secret is not shown."""
        if self.field in SECRET:
            yield f"{self.field}: (secret) → (another secret)"
            return
        old, new = self.named or (self.old, self.new)
        leaves = list(_leaves(self.field, old, new))
        for path, was, will in leaves[:_MOST_LEAVES]:
            yield f"{path}: {_text(was)} → {_text(will)}"
        if len(leaves) > _MOST_LEAVES:
            yield f"{self.field}: and {len(leaves) - _MOST_LEAVES} more"


def _leaves(path: str, old: object, new: object) -> Iterator[tuple[str, object, object]]:
    if isinstance(old, Mapping) and isinstance(new, Mapping) and old and new:
        for name in {**old, **new}:
            was, will = old.get(name, _ABSENT), new.get(name, _ABSENT)
            if was != will:
                yield from _leaves(f"{path}.{name}", was, will)
    else:
        yield path, old, new


def _text(value: object) -> str:
    if value is _ABSENT:
        return "–"
    text = json.dumps(value, ensure_ascii=False, default=str)
    return text if len(text) <= _SHOWN else f"{text[: _SHOWN - 1]}…"


@dataclass(frozen=True, slots=True, kw_only=True)
class Create:
    """The object is missing.

    again    it was there once, and somebody deleted it
    by, at   who and when, where the helpdesk tells
    fields   what it will hold, with names in place of ids; secrets as `(secret)`
    """

    wanted: Wanted
    fields: Mapping[str, object] = field(default_factory=dict)
    again: bool = False
    by: str | None = None
    at: datetime | None = None

    @property
    def key(self) -> Key:
        return self.wanted.key


@dataclass(frozen=True, slots=True, kw_only=True)
class Update:
    """The object is there and differs; `id` and `data` are Zammad's."""

    wanted: Wanted
    id: int
    data: Mapping[str, object]
    differences: tuple[Difference, ...]

    @property
    def key(self) -> Key:
        return self.wanted.key


@dataclass(frozen=True, slots=True, kw_only=True)
class Retire:
    """Nothing needs the object any more: it becomes inactive, or, where it has no such switch, goes."""

    key: Key
    id: int
    name: str
    data: Mapping[str, object]


@dataclass(frozen=True, slots=True, kw_only=True)
class Migrate:
    """Fields become columns of Zammad's database, all at once.

    away   whether Zammad restarts itself for it; it is then gone for some ten seconds
    """

    fields: tuple[str, ...]
    away: bool


Change = Create | Update | Retire | Migrate


@dataclass(frozen=True, slots=True, kw_only=True)
class Obstacle:
    """Something in Zammad that is not ours and stands in the way, or a name that it does not know.

    key    what cannot be because of it; None: it hinders nothing that is provisioned, and should be known
    what   what it is
    do     what a person does about it
    grave  whether the helpdesk is not as it must be because of it
    """

    key: Key | None
    what: str
    do: str
    grave: bool = True

    @property
    def hinders(self) -> bool:
        """Whether something that must be cannot be."""
        return self.grave and self.key is not None


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """Everything that differs, in the order in which it is made.

    known      how many objects of ours there are in Zammad
    settled    what is as it should be
    obstacles  what is left out, or should be known
    """

    changes: tuple[Change, ...]
    obstacles: tuple[Obstacle, ...]
    known: int
    settled: tuple[Wanted, ...] = ()

    @property
    def drifted(self) -> tuple[Change, ...]:
        """The changes that undo what somebody did in Zammad."""
        return tuple(change for change in self.changes if is_drift(change))

    @property
    def due(self) -> tuple[Change, ...]:
        """The changes that the modules or the settings ask for, nobody having changed anything in Zammad; a migration
        that is needed for undoing what somebody did is none of them."""
        undone = {change.key.name for change in self.drifted if not isinstance(change, Migrate)}
        return tuple(
            change
            for change in self.changes
            if not is_drift(change) and not (isinstance(change, Migrate) and set(change.fields) <= undone)
        )


def counted(count: int, noun: str) -> str:
    """`1 object`, `2 objects`."""
    return f"{count} {noun}{'' if count == 1 else 's'}"


def is_drift(change: Change) -> bool:
    """Whether the change undoes what somebody did in Zammad."""
    if isinstance(change, Update):
        return any(one.drift for one in change.differences)
    return isinstance(change, Create) and change.again


def lines(change: Change, *, details: bool = False) -> Iterator[str]:
    """The change as people read it: a line, and one for each field that differs; with `details` one for each field of
    what is made."""
    match change:
        case Create(wanted=wanted, again=again, by=by, at=at, fields=fields):
            deleted = f"   [deleted in Zammad{_by(by, at)}]" if again else ""
            yield f"+ {_called(wanted)}{deleted}"
            if details:
                yield from (f"    {name}: {_whole(value)}" for name, value in fields.items())
        case Update(wanted=wanted, differences=differences):
            yield f"~ {_called(wanted)}"
            for one in differences:
                changed = f"   [changed in Zammad{_by(one.by, one.at)}]" if one.drift else ""
                yield from (f"    {text}{changed}" for text in one.shown())
        case Retire(key=key, name=name):
            yield f"- {SINGULAR[key.kind]} {name}"
        case Migrate(fields=fields, away=away):
            gone = ": Zammad restarts itself and is gone for some ten seconds" if away else ""
            yield f"! database migration for {counted(len(fields), 'field')}{gone}"
        case _:
            assert_never(change)


def _whole(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, default=str)


def _called(wanted: Wanted) -> str:
    """A field by its name and by what people see."""
    display = wanted.fields.get("display")
    label = f" “{display}”" if wanted.key.kind == "object_manager_attributes" and display else ""
    return f"{SINGULAR[wanted.key.kind]} {wanted.name}{label}"


def _by(person: str | None, at: datetime | None) -> str:
    return f"{f' by {person}' if person else ''}{f', {at:%Y-%m-%d %H:%M} UTC' if at else ''}"


def as_json(change: Change) -> dict[str, object]:
    """The change for machines."""
    match change:
        case Create(wanted=wanted, again=again, by=by, fields=content):
            made = {"change": "create", "object": str(wanted.key), "name": wanted.name, "drift": again, "by": by}
            return {**made, "fields": dict(content)}
        case Update(wanted=wanted, id=id, differences=differences):
            fields = [_field(one) for one in differences]
            return {"change": "update", "object": str(wanted.key), "name": wanted.name, "id": id, "fields": fields}
        case Retire(key=key, id=id, name=name):
            return {"change": "retire", "object": str(key), "name": name, "id": id}
        case Migrate(fields=fields, away=away):
            return {"change": "migrate", "fields": list(fields), "restarts": away}
        case _:
            assert_never(change)


def _field(one: Difference) -> dict[str, object]:
    secret = one.field in SECRET
    return {
        "field": one.field,
        "old": None if secret else one.old,
        "new": None if secret else one.new,
        "by": one.by,
        "at": one.at.isoformat() if one.at else None,
    }
