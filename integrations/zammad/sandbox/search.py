"""`/tickets/search` and `/tickets/selector`: conditions, sorting, paging, counting."""

from typing import Any

from integrations.zammad.sandbox import views
from integrations.zammad.sandbox.call import Answer, Call, Route, page_of
from integrations.zammad.sandbox.columns import refuse_what_no_column_takes
from integrations.zammad.sandbox.conditions import Context, matches
from integrations.zammad.sandbox.errors import unprocessable
from integrations.zammad.sandbox.state import Row
from integrations.zammad.sandbox.ticket_routes import seen

PAGE, PAGE_MOST = 50, 200


def find(call: Call, condition: Row) -> list[Row]:
    """The tickets that the person may read and that the condition holds for, by id."""
    refuse_what_no_column_takes(call.desk, condition)
    context = Context(desk=call.desk, ticket={}, user=call.user)
    found = []
    for context.ticket in seen(call):
        if matches(condition, context):
            found.append(context.ticket)
    return found


def _key(value: Any) -> tuple[bool, Any]:
    return (value is not None, value if value is not None else "")


def _sorted(call: Call, rows: list[Row]) -> list[Row]:
    """By `sort_by` and `order_by`, one key or several; newest first where nothing is asked."""
    columns = call.body.get("sort_by") or ["updated_at", "id"]
    orders = call.body.get("order_by") or ["desc", "desc"]
    names = columns if isinstance(columns, list) else [columns]
    ways = orders if isinstance(orders, list) else [orders]
    for index in range(len(names) - 1, -1, -1):
        name, way = str(names[index]), str(ways[index] if index < len(ways) else "asc")
        if rows and name not in rows[0]:
            raise unprocessable(f"Invalid value '{name}' for parameter 'sort_by'")
        rows = sorted(rows, key=lambda row, name=name: _key(row[name]), reverse=way.lower() == "desc")  # type: ignore[misc]
    return rows


def _show(call: Call, rows: list[Row]) -> Answer:
    if call.body.get("only_total_count") in (True, "true") or call.query.get("only_total_count") == "true":
        return 200, {"total_count": len(rows)}
    rows = page_of(call, _sorted(call, rows), default=PAGE, most=PAGE_MOST)
    return 200, [views.expanded(call.desk, row) if call.expand else views.with_ids(call.desk, row) for row in rows]


def post(call: Call) -> Answer:
    condition = call.body.get("condition")
    return _show(call, find(call, condition) if isinstance(condition, dict) else _by_text(call))


def get(call: Call) -> Answer:
    return _show(call, _by_text(call))


def _by_text(call: Call) -> list[Row]:
    """Plain words are looked for in number, title and bodies; field queries need a search engine and find nothing."""
    query = str(call.query.get("query") or call.body.get("query") or "").strip()
    if not query or ":" in query:
        return []
    if query == "*":
        return seen(call)
    word, desk = query.lower(), call.desk
    return [
        row for row in seen(call)
        if word in row["number"] or word in row["title"].lower()
        or any(word in desk.articles.rows[key]["body"].lower() for key in desk.articles_of[row["id"]])
    ]  # fmt: skip


def selector(call: Call) -> Answer:
    """How many a condition holds for, and the first six."""
    rows = find(call, call.body.get("condition") or {})
    rows = sorted(rows, key=lambda row: int(row["id"]))
    first = rows[:6]
    return 200, {"object_ids": [row["id"] for row in first], "object_count": len(rows),
                 "assets": views.assets(call.desk, first)}  # fmt: skip


ROUTES: tuple[Route, ...] = (
    ("GET", "/tickets/search", get), ("POST", "/tickets/search", post), ("POST", "/tickets/selector", selector),
)  # fmt: skip
