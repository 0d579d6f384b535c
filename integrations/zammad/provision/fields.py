"""The fields of tickets, users and groups."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

from integrations.zammad.provision.wanted import Key, Site, Term, Wanted
from integrations.zammad.wire import PREFIX
from policies.kernel.provisioning import FieldNeed, Needs

_FIRST_POSITION: Final = 1500
TEXT_LENGTH: Final = 250
"""Characters that a text field must hold."""
LONG_TEXT_LENGTH: Final = 5000

_TYPES: Final = {"text": "input", "long_text": "textarea"}
_SCREENS: Final = {"create": "create_middle", "edit": "edit"}
_FORMS: Final = ("create", "edit", "view")
"""Where users and groups are made, changed and looked at."""
_ADMINISTRATOR: Final = {"User": "admin.user", "Group": "admin.group"}
"""Who sees the fields of users and groups: what is said of colleagues there is no agent's to read."""


def data_type(need: FieldNeed) -> str:
    """Zammad's name for the type of a field."""
    return _TYPES.get(need.type, need.type)


def fields(needs: Needs, site: Site) -> Iterator[Wanted]:
    """Tickets' first, in the order in which the modules name them."""
    for kind, found in (("Ticket", needs.ticket_fields), ("User", needs.user_fields), ("Group", needs.group_fields)):
        for position, need in enumerate(found):
            yield _field(kind, need, position, site)


def _field(kind: str, need: FieldNeed, position: int, site: Site) -> Wanted:
    name = f"{PREFIX}{need.name}"
    return Wanted(
        key=Key(kind="object_manager_attributes", name=f"{kind}.{name}"),
        name=name,
        fields={
            "name": name,
            "object": kind,
            "display": site.word(need.display),
            "data_type": data_type(need),
            "data_option": _option(need, site),
            "screens": _screens(need) if kind == "Ticket" else _forms(need, _ADMINISTRATOR[kind]),
            "active": True,
        },
        first={"position": _FIRST_POSITION + position},
    )


def _screens(need: FieldNeed) -> Mapping[str, Term]:
    found: dict[str, Term] = {}
    for screen in need.screens:
        shown: dict[str, Term] = {"ticket.agent": {"shown": True, "required": False}}
        if need.customers:
            shown["ticket.customer"] = {"shown": True, "required": False}
        found[_SCREENS[screen]] = shown
    return found


def _forms(need: FieldNeed, permission: str) -> Mapping[str, Term]:
    """Shown to those who keep users and groups; of the screens only whether there are any counts."""
    if not need.screens:
        return {}
    return {form: {permission: {"shown": True, "required": False}} for form in _FORMS}


def _option(need: FieldNeed, site: Site) -> Mapping[str, Term]:
    match need.type:
        case "text":
            return {"type": "text", "maxlength": TEXT_LENGTH, "default": "", "null": True, "linktemplate": ""}
        case "long_text":
            return {"maxlength": LONG_TEXT_LENGTH, "rows": 4, "null": True}
        case "datetime":
            return {"future": True, "past": True, "diff": None, "null": True}
        case "date":
            return {"diff": None, "null": True}
        case "integer":
            return {"min": 0, "max": 999_999_999, "default": None, "null": True}
        case "boolean":
            labels = {"zh-CN": ("是", "否"), "zh-TW": ("是", "否"), "en": ("yes", "no")}[site.tongue]
            return {"options": {"true": labels[0], "false": labels[1]}, "default": False, "null": True}
        case _:
            many = need.type == "multiselect"
            return {
                "options": {value: site.word(text) for value, text in need.options.items()},
                "default": () if many else "",
                "null": True,
                "nulloption": True,
                "multiple": many,
                "maxlength": 255,
            }
