"""Groups, roles, and what the service user may do."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from integrations.zammad.provision.wanted import (
    OWN_NAME,
    PERMISSION,
    ByRef,
    Key,
    Lists,
    Ref,
    Site,
    Term,
    Wanted,
    mark_of,
)
from policies.kernel.provisioning import Needs

SERVICE: Final = "service"
"""Key of the service user, and of its role."""

_SEPARATOR: Final = "::"

SERVICE_PERMISSIONS: Final = ("ticket.agent", *sorted(set(PERMISSION.values())))
"""What zhidu's own role permits."""


def groups(needs: Needs, site: Site, lists: Lists) -> Iterator[Wanted]:
    """Every group that people lead or a module names, with those above it; those above first."""
    names: dict[str, None] = {}
    for name in (*site.groups, *(group.name for group in needs.groups)):
        parts = name.split(_SEPARATOR)
        for depth in range(1, len(parts) + 1):
            names[_SEPARATOR.join(parts[:depth])] = None
    for name in sorted(names, key=lambda one: (one.count(_SEPARATOR), one)):
        yield _group(name, nested=lists.nested)


def _group(name: str, *, nested: bool) -> Wanted:
    above, _, last = name.rpartition(_SEPARATOR)
    key = Key(kind="groups", name=name)
    place: dict[str, Term] = {"parent_id": Ref(kind="groups", name=above) if above else None, "name_last": last}
    if not nested:
        place = {"name": name}
    return Wanted(
        key=key,
        name=name,
        fields={**place, "active": True, "note": mark_of(key)},
        first={"name": last} if nested else {},
        needs=frozenset({Key(kind="groups", name=above)} if above else ()),
    )


def roles(needs: Needs, site: Site, lists: Lists) -> Iterator[Wanted]:
    """The modules' roles, and that of the service user."""
    for need in needs.roles:
        access = tuple((Ref(kind="groups", name=group), (kind,)) for group, kind in need.groups.items())
        yield _role(need.name, site.word(need.display), need.permissions, lists, access)
    known = [name for name in SERVICE_PERMISSIONS if name in lists.permissions or not lists.permissions]
    yield _role(SERVICE, OWN_NAME, tuple(known), lists, ())


def _role(
    name: str, display: str, permissions: tuple[str, ...], lists: Lists, access: tuple[tuple[Ref, Term], ...]
) -> Wanted:
    key = Key(kind="roles", name=name)
    permitted: dict[str, Term] = {"permissions": permissions}
    if lists.permissions:
        permitted = {"permission_ids": tuple(Ref(kind="permissions", name=one) for one in permissions)}
    return Wanted(
        key=key,
        name=display,
        fields={
            "name": display,
            "active": True,
            "note": mark_of(key),
            **permitted,
            **({"group_ids": ByRef(entries=access)} if access else {}),
        },
        first={"default_at_signup": False},
    )


def service_user(wanted: tuple[Wanted, ...], lists: Lists) -> Wanted:
    """Full access to every group, those that are only wanted too; what it has beside stays."""
    made = [one.name for one in wanted if one.key.kind == "groups"]
    full: dict[str, tuple[str, ...]] = {**lists.access, **dict.fromkeys((*lists.groups, *made), ("full",))}
    names = (*lists.roles, *(() if OWN_NAME in lists.roles else (SERVICE,)))
    return Wanted(
        key=Key(kind="users", name=SERVICE),
        name=lists.me.login,
        fields={
            "group_ids": ByRef(entries=tuple((Ref(kind="groups", name=name), kinds) for name, kinds in full.items())),
            "role_ids": tuple(Ref(kind="roles", name=name) for name in names),
        },
    )
