"""Checklists of tickets, their items, and templates for them."""

from typing import Any

from integrations.zammad.sandbox import views
from integrations.zammad.sandbox.call import Answer, Call, Route
from integrations.zammad.sandbox.changes import touch
from integrations.zammad.sandbox.errors import unprocessable
from integrations.zammad.sandbox.state import Desk, Row, Table
from integrations.zammad.sandbox.ticket_routes import visible


def _stamped(call: Call, fields: Row) -> Row:
    at = call.desk.stamp()
    return {"id": 0, **fields, "created_by_id": call.user_id, "updated_by_id": call.user_id, "created_at": at,
            "updated_at": at}  # fmt: skip


def show(desk: Desk, row: Row) -> Row:
    items = [item["id"] for item in desk.table("checklist_items") if item["checklist_id"] == row["id"]]
    return {**row, "item_ids": items}


def _add_item(call: Call, checklist: Row, text: str, *, checked: bool = False) -> Row:
    item = call.desk.table("checklist_items").add(_stamped(call, {
        "text": text, "checked": checked, "checklist_id": checklist["id"], "ticket_id": None,
    }))  # fmt: skip
    checklist["sorted_item_ids"] = [*checklist["sorted_item_ids"], str(item["id"])]
    checklist["updated_at"] = call.desk.stamp()
    return item


def _ticket_of(call: Call, checklist: Row) -> Row:
    return next(row for row in call.desk.tickets if row["checklist_id"] == checklist["id"])


def post(call: Call) -> Answer:
    """A checklist on a ticket, empty (with one blank item) or after a template."""
    ticket = visible(call, str(call.body.get("ticket_id")), "change")
    texts = [""]
    if call.body.get("template_id") is not None:
        template = call.desk.table("checklist_templates").get(call.body["template_id"])
        items = call.desk.table("checklist_template_items")
        texts = [items.get(key)["text"] for key in template["sorted_item_ids"]]
    if ticket["checklist_id"]:
        raise unprocessable("Checklist has already been taken")
    checklist = call.desk.table("checklists").add(_stamped(call, {"name": "", "sorted_item_ids": []}))
    for text in texts:
        _add_item(call, checklist, text)
    ticket["checklist_id"] = checklist["id"]
    touch(call.desk, ticket, call.user_id)
    return 201, {"id": checklist["id"], "assets": views.assets(call.desk, [ticket], checklists=True)}


def read(call: Call, key: str) -> Answer:
    return 200, show(call.desk, call.desk.table("checklists").get(key))


def put(call: Call, key: str) -> Answer:
    row = call.desk.table("checklists").get(key)
    for name in ("name", "sorted_item_ids"):
        if name in call.body:
            row[name] = call.body[name]
    row["updated_by_id"], row["updated_at"] = call.user_id, call.desk.stamp()
    touch(call.desk, _ticket_of(call, row))
    return 200, show(call.desk, row)


def delete(call: Call, key: str) -> Answer:
    row = call.desk.table("checklists").get(key)
    ticket = _ticket_of(call, row)
    ticket["checklist_id"] = None
    touch(call.desk, ticket)
    items = call.desk.table("checklist_items").rows
    for item in [item for item in items.values() if item["checklist_id"] == row["id"]]:
        del items[item["id"]]
    del call.desk.table("checklists").rows[row["id"]]
    return 200, {}


def post_item(call: Call) -> Answer:
    checklist = call.desk.table("checklists").get(call.body.get("checklist_id"))
    item = _add_item(call, checklist, str(call.body.get("text") or ""), checked=bool(call.body.get("checked")))
    touch(call.desk, _ticket_of(call, checklist))
    return 201, item


def put_item(call: Call, key: str) -> Answer:
    item = call.desk.table("checklist_items").get(key)
    for name in ("text", "checked", "ticket_id"):
        if name in call.body:
            item[name] = call.body[name]
    item["updated_by_id"], item["updated_at"] = call.user_id, call.desk.stamp()
    touch(call.desk, _ticket_of(call, call.desk.table("checklists").get(item["checklist_id"])))
    return 200, item


def delete_item(call: Call, key: str) -> Answer:
    items: Table = call.desk.table("checklist_items")
    item = items.get(key)
    checklist = call.desk.table("checklists").get(item["checklist_id"])
    checklist["sorted_item_ids"] = [one for one in checklist["sorted_item_ids"] if one != str(item["id"])]
    del items.rows[item["id"]]
    touch(call.desk, _ticket_of(call, checklist))
    return 200, {}


def _show_template(desk: Desk, row: Row) -> Row:
    return {**row, "item_ids": [int(key) for key in row["sorted_item_ids"]]}


def _template_items(call: Call, texts: list[Any]) -> list[str]:
    table = call.desk.table("checklist_template_items")
    return [str(table.add(_stamped(call, {"text": str(text)}))["id"]) for text in texts]


def templates(call: Call) -> Answer:
    return 200, [_show_template(call.desk, row) for row in call.desk.table("checklist_templates")]


def post_template(call: Call) -> Answer:
    call.need("admin.checklist")
    fields = {"name": call.body.get("name"), "active": call.body.get("active", True),
              "sorted_item_ids": _template_items(call, call.body.get("items") or [])}  # fmt: skip
    row = call.desk.table("checklist_templates").add(_stamped(call, fields))
    return 201, _show_template(call.desk, row)


def put_template(call: Call, key: str) -> Answer:
    call.need("admin.checklist")
    row = call.desk.table("checklist_templates").get(key)
    for name in ("name", "active"):
        if name in call.body:
            row[name] = call.body[name]
    if "items" in call.body:
        row["sorted_item_ids"] = _template_items(call, call.body["items"])
    row["updated_by_id"], row["updated_at"] = call.user_id, call.desk.stamp()
    return 200, _show_template(call.desk, row)


def delete_template(call: Call, key: str) -> Answer:
    call.need("admin.checklist")
    table = call.desk.table("checklist_templates")
    del table.rows[table.get(key)["id"]]
    return 200, {}


ROUTES: tuple[Route, ...] = (
    ("POST", "/checklists", post), ("GET", "/checklists/<key>", read), ("PUT", "/checklists/<key>", put),
    ("DELETE", "/checklists/<key>", delete), ("POST", "/checklist_items", post_item),
    ("PUT", "/checklist_items/<key>", put_item), ("DELETE", "/checklist_items/<key>", delete_item),
    ("GET", "/checklist_templates", templates), ("POST", "/checklist_templates", post_template),
    ("PUT", "/checklist_templates/<key>", put_template), ("DELETE", "/checklist_templates/<key>", delete_template),
)  # fmt: skip
