"""Overviews: the tickets that an agent finds in each, in its order and with its columns."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from integrations.zammad.sandbox.access import is_agent, may
from integrations.zammad.sandbox.conditions import Context, matches
from integrations.zammad.sandbox.errors import Refused
from integrations.zammad.sandbox.history import full_name
from integrations.zammad.sandbox.objects import custom_fields
from integrations.zammad.sandbox.state import Desk, Row

if TYPE_CHECKING:
    from integrations.zammad.sandbox.pages import Shown

AT_MOST = 200
"""Tickets of one overview that the page shows."""


def agents(desk: Desk) -> list[Row]:
    """Who works there, by name; those who use the interface as well."""
    return sorted((user for user in desk.users if is_agent(desk, user)), key=lambda user: str(user["login"]))


def overviews_of(desk: Desk, user: Row) -> list[Row]:
    """The person's overviews in their order; those of people who are away are left out."""
    roles = set(user["role_ids"])
    found = [row for row in desk.table("overviews") if row["active"] and roles & set(row["role_ids"] or ())]
    return sorted((row for row in found if not _is_of_the_absent(row)), key=lambda row: (row["prio"], row["id"]))


def _is_of_the_absent(overview: Row) -> bool:
    return "ticket.out_of_office_replacement_id" in (overview["condition"] or {})


def tickets_of(desk: Desk, user: Row, overview: Row) -> list[Row]:
    """The tickets that the person may read and that the overview holds, in its order; none where Zammad could not
    compare."""
    context = Context(desk=desk, ticket={}, user=user)
    found = []
    for context.ticket in desk.tickets:
        try:
            if may(desk, user, context.ticket["group_id"], "read") and matches(overview["condition"] or {}, context):
                found.append(context.ticket)
        except Refused:
            return []
    order = overview["order"] or {"by": "created_at", "direction": "ASC"}
    found.sort(key=lambda row: _key(row.get(order["by"])), reverse=order["direction"] == "DESC")
    return found


def _key(value: Any) -> tuple[bool, str]:
    return value is None, str(value)


def listed(desk: Desk, user: Row) -> list[Row]:
    """Each overview with its number of tickets."""
    return [
        {"id": row["id"], "name": row["name"], "count": len(tickets_of(desk, user, row))}
        for row in overviews_of(desk, user)
    ]


def seen_by(desk: Desk, asked: int | None) -> Row:
    """Who looks at the overviews, who else could, and what there is to see: the person asked for, else who has most
    tickets; empty where nobody works."""
    people = agents(desk)
    if not people:
        return {}
    who = next((one for one in people if one["id"] == asked), None)
    who = who or max(people, key=lambda one: sum(row["owner_id"] == one["id"] for row in desk.tickets))
    named = [{"id": one["id"], "name": full_name(one)} for one in people]
    return {"who": who, "people": named, "overviews": listed(desk, who)}


def shown(page: "Shown", user: Row, overview: Row, words: Row) -> Row:
    """What the template shows of one overview: the heads of its columns, and the cells of its tickets."""
    columns = (overview["view"] or {}).get("s") or ["number", "title"]
    fields = custom_fields(page.desk, "Ticket")
    found = tickets_of(page.desk, user, overview)
    heads = [fields[name]["display"] if name in fields else words.get(name, name) for name in columns]
    rows = [
        {"id": row["id"], "cells": list(zip(columns, heads, _cells(page, row, columns, fields), strict=True))}
        for row in found[:AT_MOST]
    ]
    return {"overview": overview, "heads": heads, "rows": rows, "total": len(found)}


def _cells(page: "Shown", ticket: Row, columns: list[str], fields: dict[str, Row]) -> Iterator[str]:
    plain = page.row(ticket)
    for name in columns:
        if name in fields:
            yield page.value(fields[name], ticket[name])
        elif name in plain:
            yield str(plain[name])
        else:
            value = ticket.get(name)
            yield page.time(value) or "–" if name.endswith(("_at", "_time")) else str(value or "–")
