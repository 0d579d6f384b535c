"""The state of a fresh installation: users 1 to 3, ticket 21001, group `Users` and what Zammad seeds."""

import json
from datetime import timedelta
from functools import cache
from importlib.resources import files
from typing import Any

from integrations.zammad.sandbox.state import Desk, Row, iso

SEEDED_BEFORE = timedelta(minutes=10)
ARTICLE_TYPES = (
    "email", "sms", "chat", "fax", "phone", "twitter status", "twitter direct-message", "facebook feed post",
    "facebook feed comment", "note", "web", "telegram personal-message", "whatsapp message",
)  # fmt: skip
ARTICLE_SENDERS = ("Agent", "Customer", "System")
NOT_COMMUNICATION = frozenset({"note"})

AGENT_NOTIFICATIONS: Row = {
    "matrix": {
        kind: {
            "criteria": {"owned_by_me": True, "owned_by_nobody": wide, "subscribed": wide, "no": False},
            "channel": {"email": True, "online": True},
        }
        for kind, wide in (("create", True), ("update", True), ("reminder_reached", False), ("escalation", False))
    }
}


@cache
def _text() -> str:
    return files(__package__).joinpath("seed.json").read_text(encoding="utf-8")


def fresh_rows(name: str) -> list[Row]:
    """The rows that a fresh installation has of one kind (`ticket_states`, `groups` …)."""
    rows: list[Row] = json.loads(_text())[name]
    return rows


def type_id(name: str) -> int:
    return ARTICLE_TYPES.index(name) + 1


def type_name(key: int | None) -> str | None:
    return ARTICLE_TYPES[key - 1] if key else None


def sender_id(name: str) -> int:
    return ARTICLE_SENDERS.index(name) + 1


def sender_name(key: int | None) -> str | None:
    return ARTICLE_SENDERS[key - 1] if key else None


def plant(desk: Desk, *, token: str) -> None:
    """Fill an empty `desk` as a fresh installation is; `token` is the administrator's, with every permission."""
    seeded_at = iso(desk.now() - SEEDED_BEFORE)
    seed: dict[str, Any] = json.loads(_text().replace("<seeded>", seeded_at))
    for name in ("users", "organizations", "groups", "roles", "ticket_states", "ticket_priorities", "tickets",
                 "ticket_articles", "object_manager_attributes", "calendars", "overviews", "macros", "signatures",
                 "report_profiles", "triggers", "settings"):  # fmt: skip
        desk.table(name).load(seed[name])
    desk.table("core_workflows").last_id = 9
    desk.table("overviews").last_id = 10
    for user in desk.users:
        desk.logins[user["login"]] = user["id"]
        if user["email"]:
            desk.emails[user["email"]] = user["id"]
        desk.user_groups[user["id"]] = seed["user_groups"].get(str(user["id"]), {})
    desk.articles_of[1] = [1]
    desk.tickets_of[2] = {1}
    desk.numbers["21001"] = 1
    desk.tags_of[1] = []
    desk.next_number = 21002
    desk.history_id = 10
    desk.permissions = seed["permissions"]
    desk.permission_ids = {row["name"]: row["id"] for row in seed["permissions"]}
    for index, name in enumerate(seed["token_permissions"], start=1):
        desk.permission_ids.setdefault(name, index)
    desk.form_meta = json.dumps(seed["form_meta"], ensure_ascii=False, separators=(",", ":"))
    desk.fixed = {"channels_email": seed["channels_email"], "mailbox": seed["mailbox"]}
    row = desk.table("tokens").add({
        "user_id": 3, "name": "recorder", "action": "api", "preferences": {"permission": seed["token_permissions"]},
        "last_used_at": None, "expires_at": None, "created_at": seeded_at, "updated_at": seeded_at,
    })  # fmt: skip
    desk.tokens[token] = row
    desk.passwords[3] = token
