"""Conditions of searches, triggers and workflows: plain and expert, with Zammad's operators."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from integrations.zammad.sandbox.errors import unprocessable
from integrations.zammad.sandbox.seed import sender_name, type_name
from integrations.zammad.sandbox.state import Desk, Row, iso, parse_time


@dataclass(slots=True)
class Context:
    """What a condition is asked about: a ticket, and where it is known, the write and who acts."""

    desk: Desk
    ticket: Row
    user: Row | None = None
    action: str | None = None
    article: Row | None = None
    changed: dict[str, tuple[Any, Any]] = field(default_factory=dict)


def matches(condition: Row, context: Context) -> bool:
    """Whether all parts hold. An empty condition holds. Raises `Refused` 422 for unknown fields."""
    if "conditions" in condition:
        parts = (matches(part, context) for part in condition["conditions"])
        kind = condition.get("operator", "AND")
        if kind == "OR":
            return any(parts)
        return not any(parts) if kind == "NOT" else all(parts)
    if "name" in condition:
        return _holds(condition["name"], condition, context)
    return all(_holds(name, part, context) for name, part in condition.items())


def _holds(name: str, part: Row, context: Context) -> bool:
    scope, _, column = name.partition(".")
    operator = part.get("operator", "is")
    value = _value(part, context)
    if scope == "ticket" and operator in ("has changed", "has not changed", "changed to"):
        return _changed(column, operator, part.get("value"), context)
    actual = _actual(scope, column, context)
    if isinstance(actual, _Articles):
        return any(_compare(one, operator, value, part, context) for one in actual.values)
    return _compare(actual, operator, value, part, context)


@dataclass(frozen=True, slots=True)
class _Articles:
    """One value for each article of the ticket: the condition holds where it holds for one of them."""

    values: tuple[Any, ...]


def _value(part: Row, context: Context) -> Any:
    pre = part.get("pre_condition")
    if pre == "not_set":
        return [None, 1, ""]
    if pre == "current_user.id":
        return [context.user["id"]] if context.user else []
    return part.get("value")


def _actual(scope: str, column: str, context: Context) -> Any:
    desk, ticket = context.desk, context.ticket
    if scope == "ticket":
        if column == "action":
            return context.action
        if column == "tags":
            return list(desk.tags_of.get(ticket["id"], ()))
        if column == "mention_user_ids":
            return [row["user_id"] for row in desk.table("mentions") if row["mentionable_id"] == ticket["id"]]
        if column not in ticket:
            raise _unknown(column)
        return ticket[column]
    if scope == "article":
        return _article(column, context)
    if scope == "session":
        return context.user.get(column) if context.user else None
    if scope in ("customer", "owner", "group", "organization"):
        table = {"customer": "users", "owner": "users", "group": "groups", "organization": "organizations"}[scope]
        row = desk.table(table).find(ticket[f"{scope}_id"]) or {}
        return row.get(column)
    if scope == "execution_time":
        return True
    raise _unknown(column)


def _article(column: str, context: Context) -> Any:
    if column == "action":
        return context.action if context.article else None
    if context.article is not None:
        return _article_column(context.article, column)
    if context.action is not None:
        return None
    rows = (context.desk.articles.rows[key] for key in context.desk.articles_of.get(context.ticket["id"], ()))
    return _Articles(tuple(_article_column(row, column) for row in rows))


def _article_column(row: Row, column: str) -> Any:
    if column == "type":
        return type_name(row["type_id"])
    if column == "sender":
        return sender_name(row["sender_id"])
    if column not in row:
        raise _unknown(column)
    return row[column]


def _unknown(column: str) -> Exception:
    text = (
        f"PG::UndefinedColumn: ERROR:  column tickets.{column} does not exist\n"
        f'LINE 1: ...d" FROM "tickets" WHERE (group_id IN ($1)) AND ((("tickets"....\n{" " * 61}^\n'
    )
    return unprocessable(text, human=False)


def _changed(column: str, operator: str, value: Any, context: Context) -> bool:
    change = context.changed.get(column)
    if operator == "changed to":
        return change is not None and _same(change[1], value)
    return (change is not None) == (operator == "has changed")


def _texts(value: Any) -> list[str]:
    return [_text(one) for one in (value if isinstance(value, list) else [value])]


def _text(value: Any) -> str:
    if value is None:
        return ""
    return str(value).lower() if isinstance(value, bool) else str(value)


def _same(actual: Any, value: Any) -> bool:
    wanted = _texts(value)
    return any(one in wanted for one in _texts(actual))


def _compare(actual: Any, operator: str, value: Any, part: Row, context: Context) -> bool:
    if operator in TIME_OPERATORS:
        return _time(actual, operator, value, part, context.desk.now())
    if operator in ("contains one", "contains one not", "contains all", "contains all not"):
        return _list(actual, operator, value)
    found = _text(actual).lower()
    wanted = [text.lower() for text in _texts(value)]
    match operator:
        case "is" | "is any of":
            return _same(actual, value) or (not wanted and not found)
        case "is not" | "is none of":
            return not _same(actual, value)
        case "contains":
            return any(text in found for text in wanted)
        case "contains not":
            return not any(text in found for text in wanted)
        case "starts with" | "starts with one of":
            return any(found.startswith(text) for text in wanted)
        case "ends with" | "ends with one of":
            return any(found.endswith(text) for text in wanted)
        case "is set":
            return actual not in (None, "", [])
        case "not set" | "is not set":
            return actual in (None, "", [])
    raise unprocessable(f"Invalid operator '{operator}' for '{value}'", human=True)


def _list(actual: Any, operator: str, value: Any) -> bool:
    have = set(actual) if isinstance(actual, list) else {_text(actual)}
    asked = value if isinstance(value, list) else str(value or "").split(",")
    wanted = {str(one).strip() for one in asked}
    holds = bool(have & wanted) if "one" in operator else wanted <= have
    return holds != operator.endswith(" not")


TIME_OPERATORS = frozenset({
    "before (absolute)", "after (absolute)", "before (relative)", "after (relative)", "within next (relative)",
    "within last (relative)", "till (relative)", "from (relative)", "today",
})  # fmt: skip
UNITS = {"minute": timedelta(minutes=1), "hour": timedelta(hours=1), "day": timedelta(days=1),
         "week": timedelta(weeks=1), "month": timedelta(days=30), "year": timedelta(days=365)}  # fmt: skip


def _time(actual: Any, operator: str, value: Any, part: Row, now: datetime) -> bool:
    """Absolute bounds hold at the bound itself; nothing compares with a time that is not set."""
    if not isinstance(actual, str) or not actual:
        return False
    if operator.endswith("(absolute)"):
        bound = parse_time(value)
        if bound is None:
            raise unprocessable(f"Invalid value '{value}'", human=False)
        return actual <= bound if operator.startswith("before") else actual >= bound
    if operator == "today":
        return actual[:10] == iso(now)[:10]
    span = UNITS.get(str(part.get("range", "minute")), UNITS["minute"]) * int(value or 0)
    past, ahead, at = iso(now - span), iso(now + span), iso(now)
    match operator:
        case "before (relative)":
            return actual <= past
        case "after (relative)":
            return actual >= ahead
        case "within last (relative)":
            return past <= actual <= at
        case "within next (relative)":
            return at <= actual <= ahead
        case "from (relative)":
            return actual >= past
    return actual <= ahead
