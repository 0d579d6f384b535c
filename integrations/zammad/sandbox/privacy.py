"""Data privacy tasks: asked for, listed with masked names, carried out by the worker when the sandbox is told to."""

import re

from integrations.zammad.sandbox import tickets
from integrations.zammad.sandbox.call import Answer, Call, Route
from integrations.zammad.sandbox.errors import unprocessable
from integrations.zammad.sandbox.state import Desk, Row

WORD = re.compile(r"\S+")


def masked(text: str) -> str:
    """Each word by its first and last sign: ``W*e t*o Z*!``; of an address the last part stays: ``l*i@e*e.com``."""
    return WORD.sub(lambda found: _star(found[0]), text)


def masked_address(text: str) -> str:
    name, _, domain = text.partition("@")
    host, _, rest = domain.partition(".")
    return f"{_star(name)}@{_star(host)}.{rest}" if domain else _star(text)


def _star(word: str) -> str:
    return word if len(word) < 2 else f"{word[0]}*{word[-1]}"


def post(call: Call) -> Answer:
    call.need("admin.data_privacy")
    desk, kind = call.desk, call.body.get("deletable_type")
    preferences = dict(call.body.get("preferences") or {})
    if preferences.get("sure") != "DELETE":
        raise unprocessable("Deletable is not allowed to delete itself.")
    if kind == "User":
        user = desk.users.get(call.body["deletable_id"])
        owned = [row["number"] for row in desk.tickets if row["owner_id"] == user["id"]]
        own = sorted(row["number"] for row in desk.tickets if row["customer_id"] == user["id"])
        preferences |= {
            "owner_tickets": owned, "owner_tickets_count": len(owned), "customer_tickets": own,
            "customer_tickets_count": len(own),
            "user": {"firstname": masked(user["firstname"] or ""), "lastname": masked(user["lastname"] or ""),
                     "email": masked_address(user["email"] or "")},
        }  # fmt: skip
    elif kind == "Ticket":
        ticket = desk.tickets.get(call.body["deletable_id"])
        preferences |= {"ticket": {"title": masked(ticket["title"])}, "customer_tickets": [ticket["number"]],
                        "customer_tickets_count": 1}  # fmt: skip
    else:
        raise unprocessable("Data privacy task allows to delete a user or a ticket only.")
    at = desk.stamp()
    row: Row = {
        "id": 0, "state": "in process", "deletable_type": kind, "deletable_id": call.body["deletable_id"],
        "preferences": preferences, "updated_by_id": call.user_id, "created_by_id": call.user_id, "created_at": at,
        "updated_at": at,
    }  # fmt: skip
    return 201, desk.table("data_privacy_tasks").add(row)


def index(call: Call) -> Answer:
    call.need("admin.data_privacy")
    return 200, list(call.desk.table("data_privacy_tasks"))


def carry_out(desk: Desk) -> int:
    """What Zammad does minutes later: erase what the tasks name. Returns how many were carried out."""
    waiting = [row for row in desk.table("data_privacy_tasks") if row["state"] == "in process"]
    for task in waiting:
        key = int(task["deletable_id"])
        doomed = [row for row in desk.tickets if (row["id"] if task["deletable_type"] == "Ticket"
                                                  else row["customer_id"]) == key]  # fmt: skip
        for ticket in doomed:
            tickets.erase(desk, ticket)
        if task["deletable_type"] == "User":
            user = desk.users.rows.pop(key)
            desk.emails.pop(user["email"], None)
            desk.logins.pop(user["login"], None)
            desk.user_groups.pop(key, None)
        task["state"], task["updated_at"] = "completed", desk.stamp()
    return len(waiting)


ROUTES: tuple[Route, ...] = (
    ("POST", "/data_privacy_tasks", post), ("GET", "/data_privacy_tasks", index),
)  # fmt: skip
