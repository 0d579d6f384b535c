"""The objects that `provision.yaml` names, one model each. What they become in the helpdesk is the adapter's."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BeforeValidator, Field

from policies.kernel.config import StrictModel
from policies.kernel.manifest import LocalText
from policies.kernel.provision_parts import Condition, Name, Names, Put, listed
from policies.kernel.spec import Spec

Screen = Literal["create", "edit"]
Access = Literal["full", "read", "create", "change", "overview"]
Act = Literal["show", "hide", "remove", "require", "optional", "lock", "unlock"]
Acts = Annotated[tuple[Act, ...], BeforeValidator(listed)]
Screens = Annotated[tuple[Screen, ...], BeforeValidator(listed)]


class FieldNeed(StrictModel):
    """A custom field of tickets, users or groups."""

    name: str
    """Without `zhidu_`."""
    type: Literal["text", "long_text", "select", "multiselect", "datetime", "date", "integer", "boolean"]
    """As people fill it in."""
    display: LocalText
    """Its name in the sidebar."""
    options: dict[str, LocalText] = Field(default_factory=dict)
    """Stored value → what people see; for selects."""
    set_by: Literal["people", "zhidu"] = "people"
    """Whether people fill it in, or only read it."""
    screens: Screens = ("edit",)
    """Where agents see it: when a ticket is created, when it is worked on; `[]` hides it."""
    customers: bool = False
    """Whether customers see it on these screens, too."""


class GroupNeed(StrictModel):
    """A group. Every group that `people.yaml` leads is needed without being named here."""

    name: Annotated[str, Field(min_length=1)]
    """In full: `Complaints::Major` stands below `Complaints`."""


class RoleNeed(StrictModel):
    """A role. Nobody is given it; who holds it is the administrator's."""

    name: Name
    display: LocalText
    """What it is called."""
    permissions: Names
    """By their names in the helpdesk: `ticket.agent`, `report`."""
    groups: dict[str, Access] = Field(default_factory=dict)
    """Group → access."""


class OverviewNeed(StrictModel):
    """A list of tickets in the sidebar."""

    name: Name
    display: LocalText
    """What it is called."""
    position: int = 100
    """Among the overviews of the modules; the smallest is on top."""
    when: tuple[Condition, ...]
    """All of them hold for a ticket on the list."""
    roles: Names = ("Agent",)
    """Who has it: names of roles needed here, or of the helpdesk's own."""
    columns: Names = ("number", "title", "customer", "group", "next_due_at")
    """Fields as in a condition."""
    order: str = "next_due_at"
    """The field that it is sorted by."""
    descending: bool = False
    """The largest first."""
    group_by: str | None = None
    """The field by which it is cut into parts."""


class MacroNeed(StrictModel):
    """A step of the work, done by one click."""

    name: Name
    display: LocalText
    """What it is called."""
    groups: Names = ()
    """Where it can be used; none: everywhere."""
    put: tuple[Put, ...] = ()
    """What it sets."""
    note: LocalText | None = None
    """An internal note it leaves; HTML."""
    then: Literal["stay", "next", "close"] = "stay"
    """Afterwards the ticket stays open, gives way to the next one of the overview, or its tab is closed."""


class TextModuleNeed(StrictModel):
    """A text that agents put into a reply by its keyword."""

    name: Name
    display: LocalText
    """What it is called."""
    keywords: str = ""
    """What one types after `::`."""
    content: LocalText
    """HTML; `#{ticket.number}` and the like are filled in by the helpdesk."""
    groups: Names = ()
    """Where it is offered; none: everywhere."""


class Effect(StrictModel):
    """What a core workflow does with fields of the form."""

    fields: Names
    """As in a condition."""
    do: Acts = ()
    """`require` implies `show`."""
    only: Names | None = None
    """The values left to choose from."""
    fill: str | None = None
    """What an empty field is filled with."""


class CoreWorkflowNeed(StrictModel):
    """What a form shows, asks for and offers at which moment. It never binds zhidu itself."""

    name: Name
    display: LocalText
    """What administrators read."""
    screens: Screens = ("edit",)
    """On which forms."""
    when: tuple[Condition, ...] = ()
    """What stands in the form; none: always."""
    saved: tuple[Condition, ...] = ()
    """What is saved already."""
    effects: tuple[Effect, ...]
    position: int = 100
    """Order among the core workflows of the modules; later ones have the last word."""
    stop: bool = False
    """No workflow after it is looked at."""


class SlaNeed(StrictModel):
    """Escalation times that mirror a clock. The due field leads; these colour the helpdesk's own lists.

    Periods are working minutes or hours (`wm`, `wh`); one in another unit is left out: the helpdesk cannot count it.
    """

    name: Name
    display: LocalText
    calendar: str = "default"
    """Which working calendar."""
    when: tuple[Condition, ...]
    first_response: Spec | None = None
    """From creation to the first answer."""
    response: Spec | None = None
    """From the customer's last message to the next answer."""
    update: Spec | None = None
    """From one answer to the next."""
    solution: Spec | None = None
    """From creation to the close."""


class TemplateNeed(StrictModel):
    """A form for a new ticket, partly filled in."""

    name: Name
    display: LocalText
    put: tuple[Put, ...]
    """What it fills in; `title` is a field too."""
    title: LocalText | None = None
    body: LocalText | None = None
    """Of the first article; HTML."""


class ChecklistNeed(StrictModel):
    """A checklist that agents put on a ticket."""

    name: Name
    display: LocalText
    items: Annotated[tuple[LocalText, ...], Field(min_length=1)]
