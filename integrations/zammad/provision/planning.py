"""Desired, actual and what was written last, compared: the plan."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Final

from integrations.zammad.provision.actual import Actual, There
from integrations.zammad.provision.changes import Change, Create, Difference, Migrate, Obstacle, Plan, Retire, Update
from integrations.zammad.provision.compare import SECRET, IdOf, differing, kept, normal, present, refs, same, shown
from integrations.zammad.provision.foreign import foreign
from integrations.zammad.provision.matching import Match, match
from integrations.zammad.provision.naming import Names
from integrations.zammad.provision.record import Applied
from integrations.zammad.provision.wanted import (
    NEVER_RETIRED,
    ORDER,
    PERMISSION,
    SINGULAR,
    WITHOUT_SWITCH,
    ByRef,
    Key,
    Ref,
    Site,
    Wanted,
)

OWN_ACCOUNT: Final = "zhidu's own account"
"""Whoever has the service user's token or password acts as it: that it was this account makes no change ours."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Matched:
    """What stands for each wanted object, and how references are resolved by it."""

    matches: Mapping[Key, Match]
    actual: Actual

    def id_of(self, ref: Ref) -> int | None:
        """The id of ours by key, else of the helpdesk's own by name; None: there is none yet."""
        if ref.kind == "permissions":
            return self.actual.lists.permissions.get(ref.name)
        found = self.matches.get(Key(kind=ref.kind, name=ref.name))
        if found is not None:
            return found.thing.id
        named = self.actual.named(ref.kind, ref.name)
        return named.id if named is not None else None


def matched(
    wanted: Iterable[Wanted], actual: Actual, applied: Mapping[Key, Applied], taken: Collection[Key] = ()
) -> Matched:
    """Each wanted object with what stands in its place.

    taken   those for which somebody else's object of the same name becomes ours
    """
    found = {one.key: match(one, actual, applied, taken=one.key in taken) for one in wanted}
    return Matched(matches={key: one for key, one in found.items() if one is not None}, actual=actual)


def plan(
    wanted: tuple[Wanted, ...],
    there: Matched,
    applied: Mapping[Key, Applied],
    site: Site,
    obstacles: tuple[Obstacle, ...] = (),
) -> Plan:
    """What differs.

    applied     what was written last, by key
    obstacles   those known already
    """
    actual = there.actual
    blocked, found = _blocked(wanted, there)
    free = [_reachable(one, there, blocked) for one in wanted if one.key not in blocked]
    names = Names(actual, wanted)
    changes = [change for one in free if (change := _change(one, there, applied, names)) is not None]
    changing = {change.key for change in changes}
    left_out = {one.key for one in obstacles if one.key is not None}
    retired = _retired({one.key for one in wanted} | left_out, actual, applied)
    ours = [one.thing for one in there.matches.values() if one.ours]
    identified = frozenset((thing.kind, thing.id) for thing in ours)
    return Plan(
        changes=tuple(_ordered(changes, retired, actual)),
        obstacles=(*obstacles, *found, *foreign(actual, site, identified)),
        known=len(ours),
        settled=tuple(one for one in free if one.key not in changing),
    )


def _reachable(one: Wanted, there: Matched, blocked: frozenset[Key]) -> Wanted:
    """The service user has access to all groups that there are or will be, whatever becomes of the others."""
    access = one.fields.get("group_ids")
    if one.key.kind != "users" or not isinstance(access, ByRef):
        return one

    def reached(ref: Ref) -> bool:
        return there.id_of(ref) is not None or Key(kind="groups", name=ref.name) not in blocked

    entries = tuple((ref, kinds) for ref, kinds in access.entries if reached(ref))
    return replace(one, fields={**one.fields, "group_ids": ByRef(entries=entries)})


def _change(one: Wanted, there: Matched, applied: Mapping[Key, Applied], names: Names) -> Create | Update | None:
    found = there.matches.get(one.key)
    known = applied.get(one.key)
    if found is None:
        fields = {name: names.readable(name, shown(term, there.id_of)) for name, term in one.fields.items()}
        hidden = dict.fromkeys(SECRET & fields.keys(), "(secret)")
        return Create(wanted=one, fields={**fields, **hidden}, again=known is not None and not known.retired)
    if not found.ours:
        return None  # a group of the company's own: it serves
    last = known if known is not None and not known.retired else Applied(key=one.key, id=found.thing.id)
    differences = tuple(
        replace(
            _difference(field, old, new, found.thing, last, there.actual),
            named=(names.readable(field, old), names.readable(field, new)),
        )
        for field, old, new in differing(one, found.thing.data, there.id_of, last.fields)
    )
    if not differences:
        return None
    return Update(wanted=one, id=found.thing.id, data=found.thing.data, differences=differences)


def _difference(field: str, old: object, new: object, thing: There, last: Applied, actual: Actual) -> Difference:
    """With who changed it, where Zammad has something else than what was written last, or was about to be."""
    have = kept(field, present(thing.kind, thing.data, field))
    written = last.fields
    changed = field in written and field in thing.data and normal(field, have) != normal(field, written[field])
    if not changed or (field in last.intended and same(field, have, last.intended[field])):
        return Difference(field=field, old=old, new=new)
    own = thing.updated_by_id == actual.lists.me.id
    by = OWN_ACCOUNT if own else actual.names.get(thing.updated_by_id, "somebody")
    return Difference(field=field, old=old, new=new, by=by, at=thing.updated_at)


def _retired(wanted: set[Key], actual: Actual, applied: Mapping[Key, Applied]) -> Iterator[Retire]:
    for key, known in applied.items():
        if key in wanted or known.retired or key.kind in NEVER_RETIRED:
            continue
        thing = next((one for one in actual.things.get(key.kind, ()) if one.id == known.id), None)
        if thing is not None and (thing.active or key.kind in WITHOUT_SWITCH):
            yield Retire(key=key, id=thing.id, name=thing.name, data=thing.data)


def _ordered(changes: list[Create | Update], retired: Iterable[Retire], actual: Actual) -> Iterator[Change]:
    """Fields, their migration, everything that uses them; at the end what goes, users of a thing before the thing."""
    first = [change for change in changes if change.key.kind == "object_manager_attributes"]
    yield from first
    yield from _migration(first, actual)
    rest = [change for change in changes if change.key.kind != "object_manager_attributes"]
    yield from sorted(rest, key=lambda change: _rank(change.key))
    yield from sorted(retired, key=lambda one: (-_rank(one.key), one.key))


def _rank(key: Key) -> int:
    return ORDER.index(key.kind)


def _migration(changes: list[Create | Update], actual: Actual) -> Iterator[Migrate]:
    """One for all, those fields too that an interrupted attempt left waiting."""
    waiting = [
        thing
        for thing in actual.things.get("object_manager_attributes", ())
        if ".zhidu_" in thing.name and any(thing.data.get(flag) for flag in ("to_create", "to_migrate", "to_config"))
    ]
    made = [change.key.name for change in changes if isinstance(change, Create)]
    grown = [
        change.key.name
        for change in changes
        if isinstance(change, Update) and any(one.field == "data_option" for one in change.differences)
    ]
    names = [thing.name for thing in waiting] + made + grown
    if names:
        away = bool(made) or any(thing.data.get("to_create") or thing.data.get("to_migrate") for thing in waiting)
        yield Migrate(fields=tuple(dict.fromkeys(names)), away=away)


def _blocked(wanted: tuple[Wanted, ...], there: Matched) -> tuple[frozenset[Key], list[Obstacle]]:
    """What cannot be made, and why: something of somebody else's in its place, or in that of what it needs."""
    keys = {one.key for one in wanted}
    blocked: set[Key] = set()
    obstacles: list[Obstacle] = []
    closed = {obstacle.key.kind: obstacle for obstacle in _closed(wanted, there.actual) if obstacle.key is not None}
    for one in sorted(wanted, key=lambda each: _rank(each.key)):
        if one.key.kind in closed:
            blocked.add(one.key)
            continue
        obstacle = _in_the_way(one, there)
        if obstacle is None and one.key.kind != "users":
            obstacle = _lacking(one, there, keys, blocked)
        if obstacle is not None:
            blocked.add(one.key)
            obstacles.append(obstacle)
    return frozenset(blocked), [*closed.values(), *obstacles]


def _closed(wanted: tuple[Wanted, ...], actual: Actual) -> Iterator[Obstacle]:
    """Whole kinds: those that the token may not look at, and those that this Zammad does not have."""
    for kind in dict.fromkeys(one.key.kind for one in wanted):
        names = ", ".join(one.name for one in wanted if one.key.kind == kind)
        key = Key(kind=kind, name="*")
        if kind in actual.hidden:
            what = f"the token may not look at any {SINGULAR[kind]} ({actual.hidden[kind]})"
            yield Obstacle(key=key, what=what, do=f"give it the permission {PERMISSION[kind]}")
        elif kind not in actual.things:
            what = f"this Zammad has no {SINGULAR[kind]}s: {names}"
            yield Obstacle(key=key, what=what, do="upgrade Zammad, or do without them", grave=False)


def _in_the_way(one: Wanted, there: Matched) -> Obstacle | None:
    kind = one.key.kind
    noun = SINGULAR[kind]
    found = there.matches.get(one.key)
    if found is None:
        return None
    if kind == "object_manager_attributes" and found.thing.data.get("data_type") != one.fields["data_type"]:
        what = f"field {one.key.name} is of type {found.thing.data.get('data_type')}, not {one.fields['data_type']}"
        do = "delete it in Zammad, update the database, and apply again; its values are lost"
        return Obstacle(key=one.key, what=what, do=do)
    if found.ours:
        return None
    if kind == "groups":
        if found.thing.active:
            return None
        return Obstacle(key=one.key, what=f"group {one.name} is there and is inactive", do="activate it in Zammad")
    what = f"there is a {noun} {one.name!r} already, which zhidu did not make"
    return Obstacle(key=one.key, what=what, do=f"rename it in Zammad, or let zhidu have it: --take-over {one.key}")


def _lacking(one: Wanted, there: Matched, keys: set[Key], blocked: set[Key]) -> Obstacle | None:
    """An object that it needs and that neither is there nor will be."""
    named = {Key(kind=ref.kind, name=ref.name) for ref in refs(one.fields) if ref.kind != "permissions"}
    for key in sorted(named | one.needs):
        if key in blocked:
            return Obstacle(key=one.key, what=f"{one.key} waits for {key}", do="see there")
        exists = there.id_of(Ref(kind=key.kind, name=key.name)) is not None
        if key not in keys and not exists:
            what = f"{one.key} needs the {SINGULAR[key.kind]} {key.name!r}, which is not there"
            return Obstacle(key=one.key, what=what, do="make it in Zammad, or correct the name in the configuration")
    return None


def resolver(there: Matched, made: Mapping[Key, int]) -> IdOf:
    """Ids of what is there, and of what was made since."""

    def id_of(ref: Ref) -> int | None:
        if ref.kind != "permissions":
            new = made.get(Key(kind=ref.kind, name=ref.name))
            if new is not None:
                return new
        return there.id_of(ref)

    return id_of
