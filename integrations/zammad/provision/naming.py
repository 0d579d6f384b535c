"""Values of Zammad's fields with names in place of ids, for people to read."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final

from integrations.zammad.provision.actual import Actual
from integrations.zammad.provision.wanted import Kind, Wanted

_OF: Final[Mapping[str, Kind]] = {
    "role_ids": "roles",
    "group_ids": "groups",
    "parent_id": "groups",
    "calendar_id": "calendars",
    "webhook_id": "webhooks",
    "ticket.group_id": "groups",
}
"""Fields that hold ids, and of what; in conditions the ids are under `value`."""


class Names:
    """What ids mean in one helpdesk; an id that nobody knows stays as it is.

    wanted   what will be there: it has names before it has ids
    """

    def __init__(self, actual: Actual, wanted: Iterable[Wanted]) -> None:
        self._known: dict[str, dict[str, str]] = {
            field: {str(thing.id): thing.name for thing in actual.things.get(kind, ())} for field, kind in _OF.items()
        }
        lists = actual.lists
        self._known["permission_ids"] = {str(id): name for name, id in lists.permissions.items()}
        self._known["ticket.priority_id"] = {str(id): name for name, id in lists.priorities.items()}
        single = {ids[0]: name for name, ids in lists.states.items() if len(ids) == 1}
        self._known["ticket.state_id"] = {str(id): name for id, name in single.items()}
        for one in wanted:
            for field, kind in _OF.items():
                if kind == one.key.kind:
                    self._known[field][f"({one.key.name})"] = one.name

    def readable(self, field: str, value: object) -> object:
        """The value of that field with names in place of the ids in it."""
        known = self._known.get(field)
        if known is not None:
            return _named(known, value)
        if isinstance(value, Mapping):
            return {name: self.readable(str(name), item) for name, item in value.items()}
        return value


def _named(known: Mapping[str, str], value: object) -> object:
    """Ids in a list, as the keys of a mapping, alone, or under `value` of a condition."""
    match value:
        case Mapping() if "value" in value or "operator" in value or "pre_condition" in value:
            return {name: _named(known, item) if name == "value" else item for name, item in value.items()}
        case Mapping():
            return {known.get(str(id), id): item for id, item in value.items()}
        case list() | tuple():
            return [known.get(str(id), id) for id in value]
        case _:
            return known.get(str(value), value)
