"""Tags, links and subscriptions of tickets: silent towards triggers, though `updated_at` moves."""

from integrations.zammad.sandbox import tickets, views
from integrations.zammad.sandbox.articles import subscribe
from integrations.zammad.sandbox.call import Answer, Call, Route
from integrations.zammad.sandbox.changes import touch
from integrations.zammad.sandbox.errors import not_found
from integrations.zammad.sandbox.state import Row
from integrations.zammad.sandbox.ticket_routes import LINK_TYPES, visible


def _value(call: Call, name: str) -> str:
    found = call.body.get(name)
    return str(call.query.get(name, "") if found is None else found)


def tags(call: Call) -> Answer:
    ticket = visible(call, _value(call, "o_id"))
    return 200, {"tags": list(call.desk.tags_of[ticket["id"]])}


def add_tag(call: Call) -> Answer:
    ticket = visible(call, _value(call, "o_id"), "change")
    tickets.add_tag(call.desk, ticket, _value(call, "item").strip(), call.user_id)
    return 201, True


def remove_tag(call: Call) -> Answer:
    ticket = visible(call, _value(call, "o_id"), "change")
    tickets.remove_tag(call.desk, ticket, _value(call, "item").strip(), call.user_id)
    return 200, True


def tag_list(call: Call) -> Answer:
    counts = [name for held in call.desk.tags_of.values() for name in held]
    rows = call.desk.table("tag_list")
    return 200, [{"id": row["id"], "name": row["name"], "count": counts.count(row["name"])} for row in rows]


def tag_search(call: Call) -> Answer:
    term = call.query.get("term", "").lower()
    rows = call.desk.table("tag_list")
    return 200, [{"id": row["id"], "value": row["name"]} for row in rows if term in row["name"].lower()]


def links(call: Call) -> Answer:
    ticket = visible(call, _value(call, "link_object_value"))
    found = views.links_of(call.desk, ticket["id"])
    others = [call.desk.tickets.rows[row["link_object_value"]] for row in found]
    return 200, {"links": found, "assets": views.assets(call.desk, others) if others else {}}


def _numbered(call: Call, number: str) -> Row:
    found = call.desk.tickets.find(call.desk.numbers.get(number))
    if found is None:
        raise not_found("Ticket", number)
    return visible(call, str(found["id"]), "change")


def add_link(call: Call) -> Answer:
    """Link the target (by id) to the source (by number); both tickets' `updated_at` move."""
    kind = _value(call, "link_type")
    source = _numbered(call, _value(call, "link_object_source_number"))
    target = visible(call, _value(call, "link_object_target_value"), "change")
    at = call.desk.stamp()
    row = call.desk.table("links").add({
        "id": 0, "kind": kind, "link_type_id": LINK_TYPES[kind], "link_object_source_id": 1,
        "link_object_source_value": source["id"], "link_object_target_id": 1,
        "link_object_target_value": target["id"], "created_at": at, "updated_at": at,
    })  # fmt: skip
    for ticket in (source, target):
        touch(call.desk, ticket)
    return 201, {name: value for name, value in row.items() if name != "kind"}


def remove_link(call: Call) -> Answer:
    rows = call.desk.table("links").rows
    source, target = _value(call, "link_object_source_value"), _value(call, "link_object_target_value")
    for row in list(rows.values()):
        ends = {str(row["link_object_source_value"]), str(row["link_object_target_value"])}
        if ends == {source, target}:
            del rows[row["id"]]
    for key in (source, target):
        touch(call.desk, visible(call, key, "change"))
    return 200, True


def mentions(call: Call) -> Answer:
    ticket = visible(call, _value(call, "mentionable_id"))
    return 200, {"mentions": [row for row in call.desk.table("mentions") if row["mentionable_id"] == ticket["id"]]}


def add_mention(call: Call) -> Answer:
    ticket = visible(call, _value(call, "mentionable_id"))
    subscribe(call.desk, ticket, call.user_id, call.user_id)
    touch(call.desk, ticket)
    return 201, True


def remove_mention(call: Call, key: str) -> Answer:
    row = call.desk.table("mentions").get(key)
    touch(call.desk, visible(call, str(row["mentionable_id"])))
    del call.desk.table("mentions").rows[row["id"]]
    return 200, True


ROUTES: tuple[Route, ...] = (
    ("GET", "/tags", tags), ("POST", "/tags/add", add_tag), ("GET", "/tags/add", add_tag),
    ("DELETE", "/tags/remove", remove_tag), ("GET", "/tags/remove", remove_tag), ("GET", "/tag_list", tag_list),
    ("GET", "/tag_search", tag_search), ("GET", "/links", links), ("POST", "/links/add", add_link),
    ("DELETE", "/links/remove", remove_link), ("GET", "/mentions", mentions), ("POST", "/mentions", add_mention),
    ("DELETE", "/mentions/<key>", remove_mention),
)  # fmt: skip
