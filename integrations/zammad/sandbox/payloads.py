"""Bodies of webhook deliveries: Zammad's own with everything in it, and templates with placeholders."""

import json
import re
from typing import Any

from integrations.zammad.sandbox import groups
from integrations.zammad.sandbox.jobs import Delivery
from integrations.zammad.sandbox.objects import custom_fields
from integrations.zammad.sandbox.seed import sender_name, type_name
from integrations.zammad.sandbox.state import Desk, Row, seconds
from integrations.zammad.sandbox.views import attachments, referencing

PLACEHOLDER = re.compile(r"#\{([^}]*)\}")
HIDDEN_OF_USERS = ("preferences", "last_login", "login_failed", "authorization_ids")
RELATIONS = {
    "group": "groups", "state": "ticket_states", "priority": "ticket_priorities", "owner": "users",
    "customer": "users", "organization": "organizations", "created_by": "users", "updated_by": "users",
    "origin_by": "users",
}  # fmt: skip
UNREACHABLE = frozenset({"preferences", "tags"})


def dumps(value: Any) -> bytes:
    """JSON as Rails writes it: compact, UTF-8, with ``<``, ``>`` and ``&`` spelled as escapes."""
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    for sign in "<>&\u2028\u2029":
        text = text.replace(sign, f"\\u{ord(sign):04x}")
    return text.encode()


def body(desk: Desk, delivery: Delivery, webhook: Row) -> bytes:
    ticket = desk.tickets.rows[delivery.ticket_id]
    if webhook["customized_payload"] and webhook["custom_payload"]:
        template = json.loads(webhook["custom_payload"])
        return dumps(_fill(template, _Scope(desk, ticket, delivery)))
    return dumps({"ticket": standard_ticket(desk, ticket), "article": standard_article(desk, delivery.article)})


class _Scope:
    def __init__(self, desk: Desk, ticket: Row, delivery: Delivery) -> None:
        self.desk, self.ticket, self.delivery = desk, ticket, delivery

    def value(self, path: str) -> Any:
        """What a placeholder stands for; what cannot be found comes back as text that says so."""
        first, *rest = path.strip().split(".")
        if first == "config":
            known = {"fqdn": self.desk.fqdn, "http_type": "http", "product_name": "Zammad Helpdesk",
                     "ticket_hook": "Ticket#"}  # fmt: skip
            return known.get(".".join(rest), f"#{{{path} / no such method}}")
        if first == "notification":
            return changes(self.desk, self.delivery.fields) if rest == ["changes"] else ""
        if first not in ("ticket", "article", "user"):
            return f"#{{{first} / no such object}}"
        current: Row | None = {"ticket": self.ticket, "article": self.delivery.article,
                               "user": self.desk.users.rows.get(self.delivery.user_id)}[first]  # fmt: skip
        walked = first
        for index, name in enumerate(rest):
            walked = f"{walked}.{name}"
            found, value = self._step(current, name)
            if not found:
                return f"#{{{walked} / no such method}}"
            if index == len(rest) - 1:
                return _plain(value, walked)
            current = value if isinstance(value, dict) else None
        return f"#{{{path} / no such method}}"

    def _step(self, row: Row | None, name: str) -> tuple[bool, Any]:
        if row is None or name in UNREACHABLE:
            return False, None
        if f"{name}_id" in row and name in RELATIONS:
            return True, self.desk.table(RELATIONS[name]).find(row[f"{name}_id"])
        if name == "type" and "type_id" in row:
            return True, {"name": type_name(row["type_id"])}
        if name == "sender" and "sender_id" in row:
            return True, {"name": sender_name(row["sender_id"])}
        if name == "fullname" and "firstname" in row:
            return True, f"{row['firstname']} {row['lastname']}".strip()
        return (name in row), row.get(name)


def _plain(value: Any, walked: str) -> Any:
    if isinstance(value, dict):
        return value.get("name", f"#{{{walked} / no such method}}")
    if isinstance(value, str) and len(value) == 24 and value[10] == "T" and value.endswith("Z"):
        return seconds(value)
    return "" if value is None else value


def _fill(template: Any, scope: _Scope) -> Any:
    if isinstance(template, dict):
        return {key: _fill(value, scope) for key, value in template.items()}
    if isinstance(template, list):
        return [_fill(value, scope) for value in template]
    if not isinstance(template, str):
        return template
    whole = PLACEHOLDER.fullmatch(template)
    if whole:
        return scope.value(whole[1])
    return PLACEHOLDER.sub(lambda found: str(scope.value(found[1])), template)


def render(desk: Desk, text: str, ticket: Row) -> str:
    """A text of a trigger with its placeholders filled."""
    blank = Delivery(id="", webhook_id=0, trigger="", ticket_id=ticket["id"], article=None, fields={}, user_id=1)
    scope = _Scope(desk, ticket, blank)
    return PLACEHOLDER.sub(lambda found: str(scope.value(found[1])), text)


def changes(desk: Desk, fields: dict[str, tuple[Any, Any]]) -> str:
    """The changes that a person can see in a form, one a line: ``* State: new -> open``."""
    own = custom_fields(desk, "Ticket")
    shown = {row["name"]: row for row in desk.attributes if row["object"] == "Ticket"}
    lines = []
    for name, (before, after) in fields.items():
        attribute = own.get(name) or shown.get(name)
        if attribute is None:
            continue
        relation = RELATIONS.get(name.removesuffix("_id")) if name.endswith("_id") else None
        old, new = (_label(desk, relation, value) for value in (before, after))
        lines.append(f"* {attribute['display']}: {old} -> {new}")
    return "\n".join(lines)


def _label(desk: Desk, relation: str | None, value: Any) -> str:
    if value is None:
        return ""
    if relation is None:
        return str(_plain(value, ""))
    row = desk.table(relation).find(value) or {}
    return f"{row['firstname']} {row['lastname']}".strip() if "firstname" in row else str(row.get("name", ""))


def standard_ticket(desk: Desk, ticket: Row) -> Row:
    organization = desk.table("organizations").find(ticket["organization_id"])
    return {
        **ticket, "article_ids": list(desk.articles_of[ticket["id"]]),
        "referencing_checklist_ids": referencing(desk, ticket["id"]), "referencing_checklists": [],
        "ticket_time_accounting_ids": [], "ticket_time_accounting": [],
        "create_article_type": type_name(ticket["create_article_type_id"]),
        "create_article_sender": sender_name(ticket["create_article_sender_id"]),
        "state": desk.name_of("ticket_states", ticket["state_id"]),
        "priority": _named(desk, desk.priorities.get(ticket["priority_id"])),
        "group": groups.expanded(desk, desk.groups.get(ticket["group_id"])),
        "owner": person(desk, ticket["owner_id"]), "customer": person(desk, ticket["customer_id"]),
        "created_by": person(desk, ticket["created_by_id"]), "updated_by": person(desk, ticket["updated_by_id"]),
        "organization": _named(desk, organization) if organization else {},
    }  # fmt: skip


def standard_article(desk: Desk, article: Row | None) -> Row:
    if article is None:
        return {}
    row = {
        **article, "created_by": person(desk, article["created_by_id"]),
        "updated_by": person(desk, article["updated_by_id"]), "type": type_name(article["type_id"]),
        "sender": sender_name(article["sender_id"]), "time_unit": None, "accounted_time": 0.0,
        "attachments": [
            {**store, "url": f"http://{desk.fqdn}/api/v1/ticket_attachment/{article['ticket_id']}/{article['id']}/"
                             f"{store['id']}"}
            for store in attachments(desk, article)
        ],
    }  # fmt: skip
    if article["origin_by_id"]:
        row["origin_by"] = desk.name_of("users", article["origin_by_id"], "login")
    return row


def _named(desk: Desk, row: Row) -> Row:
    return {**row, "created_by": desk.name_of("users", row["created_by_id"], "login"),
            "updated_by": desk.name_of("users", row["updated_by_id"], "login")}  # fmt: skip


def person(desk: Desk, key: int) -> Row:
    user = desk.users.get(key)
    row = {name: value for name, value in user.items() if name not in HIDDEN_OF_USERS}
    row |= {
        "roles": [desk.name_of("roles", role) for role in user["role_ids"]], "organizations": [],
        "overview_sortings": [], "two_factor_preferences": [],
    }  # fmt: skip
    if user["organization_id"]:
        row["organization"] = desk.name_of("organizations", user["organization_id"])
    return _named(desk, row)
