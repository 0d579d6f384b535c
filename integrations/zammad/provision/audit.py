"""Who deleted what, from the audit log of a Zammad that has one (7 and newer) and lets the token read it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Final

from integrations.zammad.client import Client
from integrations.zammad.errors import NotFound, Refused
from integrations.zammad.provision.changes import Change, Create
from integrations.zammad.provision.record import Applied
from integrations.zammad.provision.wanted import Key, Kind
from integrations.zammad.records import Instant, Wire
from integrations.zammad.wire import Shape

_TYPES: Final[Mapping[str, Kind]] = {
    "Calendar": "calendars",
    "ChecklistTemplate": "checklist_templates",
    "CoreWorkflow": "core_workflows",
    "Group": "groups",
    "Macro": "macros",
    "ObjectManager::Attribute": "object_manager_attributes",
    "Overview": "overviews",
    "Role": "roles",
    "Sla": "slas",
    "Template": "templates",
    "TextModule": "text_modules",
    "Trigger": "triggers",
    "Webhook": "webhooks",
}
_NEWEST_FIRST: Final = {"sort_by": "id", "order_by": "DESC", "per_page": "500"}


class _Entry(Wire):
    action_type: str
    auditable_type: str | None = None
    auditable_id: int | None = None
    user_fullname: str | None = None
    created_at: Instant


_ENTRY: Final = Shape(_Entry)


def with_deleters(changes: Iterable[Change], applied: Mapping[Key, Applied], client: Client) -> tuple[Change, ...]:
    """The changes, those that make a deleted object anew with who deleted it, where the newest 500 entries say it.

    The log is read only where something was deleted. raises ZammadError
    """
    listed = tuple(changes)
    if not any(isinstance(change, Create) and change.again for change in listed):
        return listed
    deleters = _deleters(client)
    return tuple(_with(change, applied, deleters) for change in listed)


def _with(
    change: Change, applied: Mapping[Key, Applied], deleters: Mapping[tuple[Kind, int], tuple[str, datetime]]
) -> Change:
    if not isinstance(change, Create) or not change.again:
        return change
    found = deleters.get((change.key.kind, applied[change.key].id))
    return change if found is None else replace(change, by=found[0], at=found[1])


def _deleters(client: Client) -> Mapping[tuple[Kind, int], tuple[str, datetime]]:
    """Empty for a Zammad without the log, or a token that may not read it (`admin.audit_log`)."""
    try:
        entries = client.get(_ENTRY.many, "audit_logs", dict(_NEWEST_FIRST))
    except (NotFound, Refused):
        return {}
    found: dict[tuple[Kind, int], tuple[str, datetime]] = {}
    for entry in reversed(entries):
        kind = _TYPES.get(entry.auditable_type or "")
        if kind is not None and entry.auditable_id is not None and entry.action_type in ("destroy", "delete"):
            found[kind, entry.auditable_id] = (entry.user_fullname or "somebody", entry.created_at)
    return found
