"""Which object of the helpdesk is which of ours, and which is somebody else's in its place."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from integrations.zammad.provision.actual import Actual, There
from integrations.zammad.provision.record import Applied
from integrations.zammad.provision.wanted import NOTED, OWN_NAME, Key, Wanted, mark_of
from integrations.zammad.wire import PREFIX


@dataclass(frozen=True, slots=True, kw_only=True)
class Match:
    """`thing` stands where ours should; `ours`: it is."""

    thing: There
    ours: bool


def match(wanted: Wanted, actual: Actual, applied: Mapping[Key, Applied], *, taken: bool = False) -> Match | None:
    """Ours is what we recorded, what bears our mark, or what has a name that only ours has; something else of the same
    name is somebody else's, unless it is `taken` over. None: there is nothing."""
    things = actual.things.get(wanted.key.kind, ())
    known = applied.get(wanted.key)
    recorded = next((thing for thing in things if known is not None and thing.id == known.id), None)
    if recorded is not None:
        return Match(thing=recorded, ours=True)
    marked = next((thing for thing in things if _bears_mark(thing, wanted)), None)
    if marked is not None:
        return Match(thing=marked, ours=True)
    named = next((thing for thing in things if thing.name == _name(wanted)), None)
    if named is None:
        return None
    return Match(thing=named, ours=taken or _has_own_name(wanted) or _made_by_us(named, actual))


def _name(wanted: Wanted) -> str:
    return wanted.key.name if wanted.key.kind == "object_manager_attributes" else wanted.name


def _bears_mark(thing: There, wanted: Wanted) -> bool:
    kind = wanted.key.kind
    if kind == "overviews":
        return thing.data.get("link") == wanted.fields["link"]
    return kind in NOTED and thing.data.get("note") == mark_of(wanted.key)


def _has_own_name(wanted: Wanted) -> bool:
    kind = wanted.key.kind
    if kind in ("groups", "roles", "users"):
        return kind == "users"
    return wanted.name == OWN_NAME or wanted.name.startswith((f"{OWN_NAME}: ", PREFIX))


def _made_by_us(thing: There, actual: Actual) -> bool:
    """Kinds that keep no mark: made by the service user, and interrupted before it was recorded."""
    bearer = thing.kind in ("templates", "checklist_templates")
    return bearer and thing.data.get("created_by_id") == actual.lists.me.id
