"""What the helpdesk should have, object by object, before the ids of other objects are known."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Final, Literal

from integrations.zammad.wire import User
from policies.kernel.calendar import WorkingCalendar
from policies.kernel.manifest import LocalText
from policies.kernel.texts import Language

Kind = Literal[
    "object_manager_attributes",
    "groups",
    "roles",
    "users",
    "calendars",
    "slas",
    "webhooks",
    "triggers",
    "text_modules",
    "macros",
    "checklist_templates",
    "templates",
    "core_workflows",
    "overviews",
]

ORDER: Final[tuple[Kind, ...]] = (
    "object_manager_attributes",
    "groups",
    "roles",
    "users",
    "calendars",
    "slas",
    "webhooks",
    "triggers",
    "text_modules",
    "macros",
    "checklist_templates",
    "templates",
    "core_workflows",
    "overviews",
)
"""In which they are made: nothing before what it refers to. Fields are migrated before anything else is made."""

SINGULAR: Final[Mapping[Kind, str]] = {
    "object_manager_attributes": "field",
    "groups": "group",
    "roles": "role",
    "users": "user",
    "calendars": "calendar",
    "slas": "SLA",
    "webhooks": "webhook",
    "triggers": "trigger",
    "text_modules": "text module",
    "macros": "macro",
    "checklist_templates": "checklist template",
    "templates": "ticket template",
    "core_workflows": "core workflow",
    "overviews": "overview",
}
"""What one of them is called in messages."""

PERMISSION: Final[Mapping[Kind, str]] = {
    "object_manager_attributes": "admin.object",
    "groups": "admin.group",
    "roles": "admin.role",
    "users": "admin.user",
    "calendars": "admin.calendar",
    "slas": "admin.sla",
    "webhooks": "admin.webhook",
    "triggers": "admin.trigger",
    "text_modules": "admin.text_module",
    "macros": "admin.macro",
    "checklist_templates": "admin.checklist",
    "templates": "admin.template",
    "core_workflows": "admin.core_workflow",
    "overviews": "admin.overview",
}
"""What the token must permit for the objects of a kind to be changed."""

NOTED: Final[frozenset[Kind]] = frozenset({"groups", "roles", "webhooks", "triggers", "text_modules", "macros"})
"""Kinds with a note, which keeps our mark whatever the object is renamed to."""

WITHOUT_SWITCH: Final[frozenset[Kind]] = frozenset({"calendars", "slas"})
"""Kinds that cannot be inactive. They hold no data of tickets, so that retiring one removes it."""

NEVER_RETIRED: Final[frozenset[Kind]] = frozenset({"users"})

OWN_NAME: Final = "zhidu"
"""Names of things that only administrators see begin so; nobody else's do."""


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class Key:
    """What an object is to us, for good: `macros/take_over`, `object_manager_attributes/Ticket.zhidu_kind`."""

    kind: Kind
    name: str

    def __str__(self) -> str:
        return f"{self.kind}/{self.name}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Ref:
    """The id of another object: one of ours by its key's name, else one of the helpdesk's by its name.

    kind   of ours, or `permissions`
    text   whether it is written as text, as conditions do
    """

    kind: Kind | Literal["permissions"]
    name: str
    text: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ByRef:
    """A mapping whose keys are ids of other objects: a role's access to groups."""

    entries: tuple[tuple[Ref, Term], ...]


Term = str | int | float | bool | None | Ref | ByRef | tuple["Term", ...] | Mapping[str, "Term"]
"""A value of a field, in which ids of other objects are still names."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """One object as it should be.

    name    what it is called in the helpdesk
    fields  Zammad's names to values; only these are compared and written
    first   further fields, given when it is made and left alone afterwards
    needs   objects without which it cannot be, beside those that its fields refer to
    """

    key: Key
    name: str
    fields: Mapping[str, Term]
    first: Mapping[str, Term] = field(default_factory=dict)
    needs: frozenset[Key] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class Hook:
    """Where deliveries go and what they are signed with."""

    endpoint: str
    secret: str = field(repr=False)
    verify: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """What the configuration says of this helpdesk.

    tongue     language in which its objects are named
    groups     those that must be there, in full: `Complaints::Major`
    calendars  the working calendars in use, by name
    today      the day by which a calendar's years are chosen
    """

    tongue: Language
    hook: Hook
    groups: tuple[str, ...]
    calendars: Mapping[str, WorkingCalendar]
    today: date

    def word(self, text: LocalText) -> str:
        """The text in this helpdesk's language."""
        return text.of(self.tongue)


@dataclass(frozen=True, slots=True, kw_only=True)
class Lists:
    """What was read of the helpdesk and is only referred to.

    me           the service user
    access       of the service user by itself, by the groups' names
    states       name of a state, or a state type → ids of the active states meant by it
    priorities   name → id
    permissions  name → id; empty where the token may not read them
    groups       full names of the active groups
    roles        names of the service user's roles
    nested       whether groups may stand below one another
    """

    me: User
    access: Mapping[str, tuple[str, ...]]
    states: Mapping[str, tuple[int, ...]]
    priorities: Mapping[str, int]
    permissions: Mapping[str, int]
    groups: tuple[str, ...]
    roles: tuple[str, ...]
    nested: bool = True


class Unmeant(LookupError):
    """A name in `provision.yaml` that this helpdesk does not know: a state, a priority."""


def mark_of(key: Key) -> str:
    """What stands in the note of an object of ours."""
    return f"zhidu:{key.kind}.{key.name}"
