"""Core workflows, as far as they bind writes: mandatory fields, and which values a person may choose."""

from typing import Any

from integrations.zammad.sandbox.access import may
from integrations.zammad.sandbox.conditions import Context, matches
from integrations.zammad.sandbox.errors import unprocessable
from integrations.zammad.sandbox.state import Desk, Row

_SOMEBODY: Row = {"id": 0, "role_ids": []}
"""An agent whom no workflow names."""
MANDATORY = ("title", "customer_id", "group_id", "state_id", "priority_id")


def missing(name: str) -> Exception:
    return unprocessable(f"Missing required value for field '{name}'!", human=False)


def check(desk: Desk, user: Row, ticket: Row, asked: Row, *, screen: str) -> None:
    """Refuse a write that the forms would refuse. Raises `Refused` 422.

    ticket  as it would become.
    asked   the fields that the request names.
    screen  ``create_middle`` or ``edit``, which workflows choose by.
    """
    if "group_id" in asked and not may(desk, user, ticket["group_id"], "create" if screen != "edit" else "change"):
        raise unprocessable(f"Invalid value '{ticket['group_id']}' for field 'group_id'!", human=False)
    mandatory = {name: True for name in MANDATORY}
    state = desk.states.rows.get(ticket["state_id"])
    if state and state["name"].startswith("pending"):
        mandatory["pending_time"] = True
    for workflow in sorted(desk.table("core_workflows"), key=lambda row: (row["priority"], row["id"])):
        if not _applies(desk, user, ticket, workflow, screen):
            continue
        for name, effect in (workflow["perform"] or {}).items():
            column = name.partition(".")[2]
            operators = effect.get("operator") or []
            if "set_mandatory" in operators:
                mandatory[column] = True
            if {"set_optional", "remove", "hide"} & set(operators):
                mandatory.pop(column, None)
        if workflow["stop_after_match"]:
            break
    for name in mandatory:
        if empty(ticket.get(name)):
            raise missing(name)


def hidden(desk: Desk, ticket: Row) -> frozenset[str]:
    """The fields that are not shown when an agent looks at the ticket."""
    gone: set[str] = set()
    for workflow in sorted(desk.table("core_workflows"), key=lambda row: (row["priority"], row["id"])):
        if not _applies(desk, _SOMEBODY, ticket, workflow, "edit"):
            continue
        for name, effect in (workflow["perform"] or {}).items():
            operators = set(effect.get("operator") or [])
            if operators & {"hide", "remove"}:
                gone.add(name.partition(".")[2])
            elif "show" in operators:
                gone.discard(name.partition(".")[2])
        if workflow["stop_after_match"]:
            break
    return frozenset(gone)


def empty(value: Any) -> bool:
    return value is None or value in ("", [])


def _applies(desk: Desk, user: Row, ticket: Row, workflow: Row, screen: str) -> bool:
    if not workflow["active"] or workflow["object"] != "Ticket":
        return False
    screens = (workflow["preferences"] or {}).get("screen") or []
    if screens and screen not in screens:
        return False
    context = Context(desk=desk, ticket=ticket, user=user)
    return matches(workflow["condition_selected"] or {}, context) and matches(
        workflow["condition_saved"] or {}, context
    )
