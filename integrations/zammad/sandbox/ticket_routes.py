"""`/tickets`: reading, listing, writing, merging, mass update, history, related tickets, deletion."""

import json

from integrations.zammad.sandbox import tickets, views
from integrations.zammad.sandbox.access import allows, may, may_see
from integrations.zammad.sandbox.call import Answer, Call, Raw, Route, page_of
from integrations.zammad.sandbox.changes import touch
from integrations.zammad.sandbox.errors import forbidden, not_found
from integrations.zammad.sandbox.state import Row

JSON = "application/json; charset=utf-8"


def visible(call: Call, key: str, kind: str = "read") -> Row:
    """The ticket with this id. Raises `Refused` 404, or 403 where the person has no such access."""
    ticket = call.desk.tickets.get(key)
    if not may_see(call.desk, call.user, call.permissions, ticket, kind):
        raise forbidden()
    return ticket


def seen(call: Call) -> list[Row]:
    """All tickets that the person may read, by id."""
    groups = {row["id"] for row in call.desk.groups if call.agent and may(call.desk, call.user, row["id"], "read")}
    own = call.user_id if "ticket.customer" in call.permissions else None
    return [row for row in call.desk.tickets if row["group_id"] in groups or row["customer_id"] == own]


def index(call: Call) -> Answer:
    rows = page_of(call, sorted(seen(call), key=lambda row: int(row["id"])), default=50, most=100)
    return 200, [views.expanded(call.desk, row) if call.expand else row for row in rows]


def read(call: Call, key: str) -> Answer:
    ticket = visible(call, key)
    if call.expand:
        return 200, views.expanded(call.desk, ticket)
    if call.query.get("all") == "true":
        shown = views.one_read(call.desk, ticket, internal=call.agent)
        text = json.dumps(shown, ensure_ascii=False, separators=(",", ":"))
        return 200, Raw(f'{text[:-1]},"form_meta":{call.desk.form_meta}}}'.encode(), JSON)
    return 200, ticket


def _answer(call: Call, ticket: Row) -> Row:
    return views.expanded(call.desk, ticket) if call.expand else views.with_ids(call.desk, ticket)


def post(call: Call) -> Answer:
    if not call.agent and "ticket.customer" not in call.permissions:
        raise forbidden()
    ticket = tickets.create(call.desk, call.user, call.body)
    return 201, lambda: _answer(call, ticket)


def put(call: Call, key: str) -> Answer:
    ticket = visible(call, key, "change")
    tickets.update(call.desk, call.user, ticket, call.body)
    return 200, lambda: _answer(call, ticket)


def delete(call: Call, key: str) -> Answer:
    ticket = call.desk.tickets.get(key)
    if not allows(call.permissions, "admin"):
        raise forbidden("Not authorized (admin permission required)!")
    tickets.erase(call.desk, ticket)
    return 200, Raw(b"", "text/html")


def ticket_history(call: Call, key: str) -> Answer:
    ticket = visible(call, key)
    entries = call.desk.history_of.get(("Ticket", ticket["id"]), [])
    rows = [call.desk.articles.rows[one] for one in call.desk.articles_of[ticket["id"]]]
    users = [entry["created_by_id"] for entry in entries]
    return 200, {"history": entries, "assets": views.assets(call.desk, [ticket], articles=rows, users=users)}


def merge(call: Call, source_key: str, target_number: str) -> Answer:
    """Move the source's articles into the target and set it to `merged`; the target only moves `updated_at`."""
    desk = call.desk
    source = visible(call, source_key, "change")
    target = desk.tickets.find(desk.numbers.get(target_number))
    if target is None:
        raise not_found("Ticket", target_number)
    moved = desk.articles_of[source["id"]]
    shown = {"source_ticket": None, "target_ticket": dict(target)}
    for article_id in moved:
        desk.articles.rows[article_id]["ticket_id"] = target["id"]
    desk.articles_of[target["id"]] = sorted(desk.articles_of[target["id"]] + moved)
    merged = desk.states.named("merged") or {}
    tickets.save(desk, source, {"state_id": merged["id"], "owner_id": 1}, call.user_id)
    shown["source_ticket"] = {**source, "preferences": dict(source["preferences"])}
    source["preferences"] = {**source["preferences"], "escalation_calculation": {"escalation_disabled": True}}
    target["article_count"] = (target["article_count"] or 0) + len(moved)
    desk.articles_of[source["id"]] = []
    _link(call, target["id"], source["id"], "parent")
    touch(desk, target)
    return 200, {"result": "success", **shown}


def _link(call: Call, source: int, target: int, kind: str) -> None:
    at = call.desk.stamp()
    call.desk.table("links").add({
        "id": 0, "kind": kind, "link_type_id": LINK_TYPES[kind], "link_object_source_id": 1,
        "link_object_source_value": source, "link_object_target_id": 1, "link_object_target_value": target,
        "created_at": at, "updated_at": at,
    })  # fmt: skip


LINK_TYPES = {"normal": 1, "parent": 2, "child": 3}


def mass_update(call: Call) -> Answer:
    rows = [visible(call, key, "change") for key in call.body.get("ticket_ids") or []]
    for ticket in rows:
        tickets.update(call.desk, call.user, ticket, call.body.get("attributes") or {})
    return 200, {"ticket_ids": [row["id"] for row in rows], "assets": views.assets(call.desk, rows)}


def related(call: Call, key: str) -> Answer:
    """Other tickets of the same customer, and those looked at of late."""
    ticket = visible(call, key)
    same = [row for row in seen(call) if row["customer_id"] == ticket["customer_id"] and not _closed(call, row)]
    rows = sorted((row for row in same if row is not ticket), key=lambda row: str(row["created_at"]), reverse=True)
    return 200, {"assets": views.assets(call.desk, [ticket, *rows]), "ticket_ids_by_customer": [r["id"] for r in rows],
                 "ticket_ids_recent_viewed": []}  # fmt: skip


def _closed(call: Call, ticket: Row) -> bool:
    return call.desk.name_of("ticket_states", ticket["state_id"]) in ("closed", "merged")


def of_customer(call: Call) -> Answer:
    key = call.query.get("customer_id", "")
    own = [row for row in seen(call) if str(row["customer_id"]) == key]
    rows = sorted(own, key=lambda row: str(row["created_at"]), reverse=True)
    opened = [row["id"] for row in rows if not _closed(call, row)]
    closed = [row["id"] for row in rows if _closed(call, row)]
    return 200, {"ticket_ids_open": opened, "ticket_ids_closed": closed, "assets": views.assets(call.desk, rows)}


ROUTES: tuple[Route, ...] = (
    ("GET", "/tickets", index), ("POST", "/tickets", post), ("POST", "/tickets/mass_update", mass_update),
    ("GET", "/tickets/<key>", read), ("PUT", "/tickets/<key>", put), ("DELETE", "/tickets/<key>", delete),
    ("GET", "/ticket_history/<key>", ticket_history), ("PUT", "/ticket_merge/<source_key>/<target_number>", merge),
    ("GET", "/ticket_related/<key>", related), ("GET", "/ticket_customer", of_customer),
)  # fmt: skip
