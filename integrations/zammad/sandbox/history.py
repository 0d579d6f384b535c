"""The history of tickets, shaped exactly as `GET /ticket_history/:id` tells it."""

import json
from typing import Any

from integrations.zammad.sandbox.state import Desk, Row, seconds

IGNORED = frozenset({
    "id", "created_at", "updated_at", "created_by_id", "updated_by_id", "create_article_type_id",
    "create_article_sender_id", "article_count", "preferences", "checklist_id",
})  # fmt: skip
RELATIONS = {
    "group_id": "groups", "state_id": "ticket_states", "priority_id": "ticket_priorities", "owner_id": "users",
    "customer_id": "users", "organization_id": "organizations",
    "out_of_office_replacement_id": "users",
}  # fmt: skip


def _entry(desk: Desk, kind: str, user_id: int, obj: str, o_id: int, at: str | None = None, **more: Any) -> Row:
    desk.history_id += 1
    return {
        "id": desk.history_id, "sourceable_type": None, "sourceable_id": None, "sourceable_name": None, "o_id": o_id,
        "created_by_id": user_id, "created_at": at or desk.stamp(), "object": obj, "type": kind, **more,
    }  # fmt: skip


def _keep(desk: Desk, obj: str, o_id: int, entry: Row) -> Row:
    desk.history_of.setdefault((obj, o_id), []).append(entry)
    return entry


def created(desk: Desk, user_id: int, obj: str, o_id: int, source: Row | None = None) -> None:
    entry = _entry(desk, "created", user_id, obj, o_id, history_attribute_id=None, related_history_object_id=None)
    _keep(desk, obj, o_id, entry | (source or {}))


def article_created(desk: Desk, user_id: int, article: Row, source: Row | None = None) -> None:
    entry = _entry(desk, "created", user_id, "Ticket::Article", article["id"], history_attribute_id=None,
                   related_o_id=article["ticket_id"], related_object="Ticket")  # fmt: skip
    _keep(desk, "Ticket", article["ticket_id"], entry | (source or {}))


def article_visibility(desk: Desk, user_id: int, article: Row, before: bool, after: bool) -> None:
    entry = _entry(desk, "updated", user_id, "Ticket::Article", article["id"], value_from=text(before),
                   value_to=text(after), attribute="internal", related_o_id=article["ticket_id"],
                   related_object="Ticket")  # fmt: skip
    _keep(desk, "Ticket", article["ticket_id"], entry)


def mail_sent(desk: Desk, article: Row) -> None:
    entry = _entry(desk, "email", article["created_by_id"], "Ticket::Article", article["id"],
                   history_attribute_id=None, related_o_id=article["ticket_id"], related_object="Ticket",
                   value_from=article["subject"], value_to=article["to"])  # fmt: skip
    _keep(desk, "Ticket", article["ticket_id"], entry)


def tag(desk: Desk, user_id: int, ticket_id: int, kind: str, name: str) -> None:
    _keep(desk, "Ticket", ticket_id, _entry(desk, kind, user_id, "Ticket", ticket_id, value_from=None, value_to=name,
                                            attribute="tag", related_history_object_id=None))  # fmt: skip


def notification(desk: Desk, user_id: int, ticket_id: int, value: str) -> None:
    entry = _entry(desk, "notification", user_id, "Ticket", ticket_id, history_attribute_id=None,
                   related_history_object_id=None, value_from=None, value_to=value)  # fmt: skip
    _keep(desk, "Ticket", ticket_id, entry)


def updated(
    desk: Desk, user_id: int, obj: str, o_id: int, changes: dict[str, tuple[Any, Any]], at: str | None = None
) -> None:
    """One entry a changed field, in the order of `changes`; fields of no interest to people are left out."""
    for name, (before, after) in changes.items():
        if name in IGNORED:
            continue
        more: Row = {"related_history_object_id": None}
        if name in RELATIONS:
            more |= {"id_from": before, "id_to": after, "value_from": _label(desk, name, before),
                     "value_to": _label(desk, name, after), "attribute": name.removesuffix("_id")}  # fmt: skip
        else:
            more |= {"value_from": text(before), "value_to": text(after), "attribute": name}
        _keep(desk, obj, o_id, _entry(desk, "updated", user_id, obj, o_id, at, **more))


def _label(desk: Desk, name: str, key: int | None) -> str:
    row = desk.table(RELATIONS[name]).rows.get(key or 0)
    if row is None:
        return ""
    return full_name(row) if RELATIONS[name] == "users" else str(row["name"])


def full_name(user: Row) -> str:
    """As Zammad names people: first and last name, else the e-mail address, else the login."""
    name = f"{user['firstname'] or ''} {user['lastname'] or ''}".strip()
    return name or user["email"] or user["login"]


def text(value: object) -> str:
    """A value as history shows it: times in whole seconds, lists as JSON, nothing as the empty text."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list | dict):
        return json.dumps(value, ensure_ascii=False)
    if isinstance(value, str) and len(value) == 24 and value[10] == "T" and value.endswith("Z"):
        return seconds(value)
    return str(value)
