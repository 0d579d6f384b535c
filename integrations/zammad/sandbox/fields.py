"""Ticket fields as requests name them, by id or by name, turned into the columns they mean."""

from typing import Any

from integrations.zammad.sandbox.errors import unprocessable
from integrations.zammad.sandbox.objects import coerce, custom_fields
from integrations.zammad.sandbox.people import create as create_user
from integrations.zammad.sandbox.people import customer_by_email
from integrations.zammad.sandbox.state import Desk, Row, parse_time

NAMED = {"group": "groups", "state": "ticket_states", "priority": "ticket_priorities",
         "organization": "organizations"}  # fmt: skip
IDS = {f"{name}_id": table for name, table in NAMED.items()} | {"owner_id": "users"}
PLAIN = ("title", "number", "note", "type", "time_unit", "preferences")


def resolve(desk: Desk, body: Row, by: int, *, creating: bool = False) -> Row:
    """The columns that `body` means; unknown fields are left out silently.

    Raises `Refused` 422 for names and ids of groups, states, priorities, people that do not exist.
    """
    new: Row = {name: body[name] for name in PLAIN if name in body}
    for name, table in NAMED.items():
        if name in body:
            new[f"{name}_id"] = _by_name(desk, name, table, body[name])
    if "owner" in body:
        new["owner_id"] = _person(desk, "owner", body["owner"])
    for name, table in IDS.items():
        if name in body:
            new[name] = _by_id(desk, name, table, body[name])
    customer = _customer(desk, body, by)
    if customer is not None:
        new["customer_id"] = customer
    if "pending_time" in body:
        new["pending_time"] = parse_time(body["pending_time"])
    for name, attribute in custom_fields(desk, "Ticket").items():
        if name in body:
            value = coerce(attribute, body[name])
            if creating and value is None:
                continue
            new[name] = value
    if new.get("preferences") is not None and not isinstance(new["preferences"], dict):
        del new["preferences"]
    return new


def lookup_error(name: str, value: Any) -> Exception:
    return unprocessable(f"No lookup value found for '{name}': \"{value}\"")


def _by_name(desk: Desk, name: str, table: str, value: Any) -> int | None:
    if value in (None, ""):
        return None
    row = desk.table(table).named(value)
    if row is None:
        raise lookup_error(name, value)
    return int(row["id"])


def _person(desk: Desk, name: str, value: Any) -> int:
    if value in (None, "", "-"):
        return 1
    key = desk.logins.get(str(value).lower()) or desk.emails.get(str(value).lower())
    if key is None:
        raise lookup_error(name, value)
    return key


def _by_id(desk: Desk, name: str, table: str, value: Any) -> int | None:
    if value in (None, ""):
        return 1 if name == "owner_id" else None
    row = desk.table(table).find(value)
    if row is None:
        raise unprocessable(f"Invalid value for param '{name}': {value}")
    return int(row["id"])


def _customer(desk: Desk, body: Row, by: int) -> int | None:
    """`customer` by login, address or as an object (created if unknown); `customer_id` by id or `guess:<address>`."""
    given = body.get("customer")
    if isinstance(given, dict):
        email = str(given.get("email") or "").lower()
        known = desk.emails.get(email) or desk.logins.get(str(given.get("login") or email).lower())
        return known or int(create_user(desk, given, by)["id"])
    if given:
        return _person(desk, "customer", given)
    key = body.get("customer_id")
    if key is None:
        return None
    if isinstance(key, str) and key.startswith("guess:"):
        return int(customer_by_email(desk, key.removeprefix("guess:").strip(), by)["id"])
    row = desk.users.find(key)
    if row is None:
        raise unprocessable(f"Invalid value for param 'customer_id': {key}")
    return int(row["id"])
