"""What the helpdesk has, read once before a plan."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from integrations.zammad.client import Client
from integrations.zammad.errors import NotFound, Refused, ZammadError
from integrations.zammad.objects import Kind as ListKind
from integrations.zammad.provision.rights import TokenRights, token_rights
from integrations.zammad.provision.wanted import ORDER, Kind, Lists
from integrations.zammad.wire import THING, State, Thing, User

_STATE_TYPES: Final = ("new", "open", "pending reminder", "pending action", "closed", "merged")
_MAY_LACK: Final = frozenset({"checklist_templates", "core_workflows", "templates", "text_modules", "webhooks"})
"""Lists that not every Zammad has; their absence is told by a 404."""


@dataclass(frozen=True, slots=True, kw_only=True)
class There:
    """One object of the helpdesk's.

    data   all its fields as they came
    """

    kind: Kind
    id: int
    name: str
    active: bool
    data: Mapping[str, object]

    @property
    def updated_by_id(self) -> int:
        found = self.data.get("updated_by_id")
        return found if isinstance(found, int) else 0

    @property
    def updated_at(self) -> datetime | None:
        try:
            return datetime.fromisoformat(str(self.data.get("updated_at")))
        except ValueError:
            return None


@dataclass(frozen=True, slots=True, kw_only=True)
class Actual:
    """Everything that was read.

    things    by kind; a kind that this Zammad does not have is missing
    hidden    kinds that the token may not list, with the reason
    foreign   what else may write tickets: schedulers; triggers are among the things
    names     id → login, of whom a change may have been made by
    """

    things: Mapping[Kind, tuple[There, ...]]
    hidden: Mapping[Kind, str]
    jobs: tuple[Thing, ...]
    lists: Lists
    rights: TokenRights
    names: Mapping[int, str]

    def named(self, kind: Kind, name: str) -> There | None:
        """The object of that exact name."""
        return next((thing for thing in self.things.get(kind, ()) if thing.name == name), None)


def read(client: Client) -> Actual:
    """One read of every list. raises ZammadError – the helpdesk cannot be reached, or takes no call of ours"""
    me = client.me()
    rights = token_rights(client, me)
    things: dict[Kind, tuple[There, ...]] = {}
    hidden: dict[Kind, str] = {}
    for kind in ORDER:
        if kind == "users":
            continue
        try:
            things[kind] = tuple(_there(kind, thing) for thing in _listed(client, kind))
        except NotFound:
            if kind not in _MAY_LACK:
                raise
        except Refused as error:
            if error.kind == "credentials":
                raise
            hidden[kind] = str(error)
    things["users"] = (_user(me),)
    lists = _lists(client, me, things, rights)
    return Actual(
        things=things, hidden=hidden, jobs=_jobs(client), lists=lists, rights=rights, names=_names(client, things)
    )


def _listed(client: Client, kind: Kind) -> Sequence[Thing]:
    if kind == "object_manager_attributes":
        return client.get(THING.many, kind)
    list_kind: ListKind = kind
    return client.objects(list_kind).list()


def _there(kind: Kind, thing: Thing) -> There:
    name = thing.name or ""
    if kind == "object_manager_attributes":
        name = f"{thing.data.get('object')}.{name}"
    return There(kind=kind, id=thing.id, name=name, active=thing.active is not False, data=thing.data)


def _user(me: User) -> There:
    data = {
        "group_ids": {str(id): list(kinds) for id, kinds in me.group_ids.items()},
        "role_ids": list(me.role_ids),
        "updated_by_id": me.custom("updated_by_id"),
        "updated_at": me.custom("updated_at"),
    }
    return There(kind="users", id=me.id, name=me.login, active=True, data=data)


def _lists(client: Client, me: User, things: Mapping[Kind, tuple[There, ...]], rights: TokenRights) -> Lists:
    groups = things.get("groups", ())
    by_id = {group.id: group.name for group in groups}
    roles = {role.id: role.name for role in things.get("roles", ())}
    return Lists(
        me=me,
        access={by_id[id]: tuple(kinds) for id, kinds in me.group_ids.items() if id in by_id},
        states=_states(client.states()),
        priorities={priority.name: priority.id for priority in client.priorities() if priority.active},
        permissions=rights.known,
        groups=tuple(group.name for group in groups if group.active),
        roles=tuple(roles[id] for id in me.role_ids if id in roles),
        nested=not groups or "parent_id" in groups[0].data,
    )


def _states(states: Iterable[State]) -> Mapping[str, tuple[int, ...]]:
    """By name; a type is the state of its name or, where none is called so, all of the type."""
    active = [state for state in states if state.active]
    found: dict[str, tuple[int, ...]] = {}
    for kind in _STATE_TYPES:
        ids = tuple(state.id for state in active if state.state_type == kind)
        if ids:
            found[kind] = ids
    return {**found, **{state.name: (state.id,) for state in active}}


def _jobs(client: Client) -> tuple[Thing, ...]:
    """Schedulers write tickets as triggers do; where the token may not list them, nothing is said of them."""
    try:
        return tuple(client.objects("jobs").list())
    except Refused:
        return ()


def _names(client: Client, things: Mapping[Kind, tuple[There, ...]]) -> Mapping[int, str]:
    ids = {thing.updated_by_id for found in things.values() for thing in found} - {0}
    try:
        return {id: user.login for id, user in client.users(sorted(ids)).items()}
    except ZammadError:
        return {}
