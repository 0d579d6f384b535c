"""Who is told of a change, online and by mail, and the figures of customers' tickets."""

from dataclasses import dataclass

from integrations.zammad.sandbox import history
from integrations.zammad.sandbox.access import agents_of, is_agent, may
from integrations.zammad.sandbox.history import IGNORED
from integrations.zammad.sandbox.state import SYSTEM_USER, Change, Desk, Row


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """One person told of one change: `kind` is ``create`` or ``update``, `by_id` who made it."""

    user_id: int
    login: str
    ticket_id: int
    kind: str
    by_id: int
    at: str


def to_be_told(desk: Desk, change: Change) -> list[Row]:
    """Owner, subscribers and, of a ticket nobody owns, every agent of the group; never who made the change.

    People and ticket are looked at as they are now, not as they were at the write: a busy worker tells others.
    A change of preferences alone tells nobody.
    """
    ticket = desk.tickets.rows.get(change.ticket_id)
    if ticket is None:
        return []
    article = desk.articles.rows.get(change.article_id or 0)
    if change.kind == "update" and article is None and not (change.fields.keys() - IGNORED):
        return []
    people = _recipients(desk, ticket)
    return [user for user in people if user["id"] != change.user_id and _wants(desk, user, ticket, change.kind)]


def _recipients(desk: Desk, ticket: Row) -> list[Row]:
    found = {user["id"]: user for user in agents_of(desk, ticket["group_id"])}
    for row in desk.table("mentions"):
        person = desk.users.rows[row["user_id"]]
        if row["mentionable_id"] == ticket["id"] and is_agent(desk, person) and may(desk, person, ticket["group_id"],
                                                                                    "read"):  # fmt: skip
            found.setdefault(person["id"], person)
    return list(found.values())


def _wants(desk: Desk, user: Row, ticket: Row, kind: str) -> bool:
    matrix = (user["preferences"].get("notification_config") or {}).get("matrix") or {}
    criteria = (matrix.get(kind) or {}).get("criteria") or {}
    if criteria.get("no"):
        return True
    if criteria.get("owned_by_me") and ticket["owner_id"] == user["id"]:
        return True
    if criteria.get("owned_by_nobody") and ticket["owner_id"] == SYSTEM_USER:
        return True
    subscribed = any(row["user_id"] == user["id"] and row["mentionable_id"] == ticket["id"]
                     for row in desk.table("mentions"))  # fmt: skip
    return bool(criteria.get("subscribed")) and subscribed


def tell(desk: Desk, user: Row, change: Change) -> Told:
    """Tell one person, online and by mail, and write it into the history."""
    at = desk.stamp()
    desk.table("online_notifications").add({
        "id": 0, "o_id": change.ticket_id, "object_lookup_id": 1, "type_lookup_id": 1 if change.kind == "create" else 2,
        "user_id": user["id"], "seen": False, "updated_by_id": change.user_id, "created_by_id": change.user_id,
        "created_at": at, "updated_at": at,
    })  # fmt: skip
    history.notification(desk, change.user_id, change.ticket_id, f"{user['login']}({change.kind}:online,email)")
    return Told(user_id=user["id"], login=user["login"], ticket_id=change.ticket_id, kind=change.kind,
                by_id=change.user_id, at=at)  # fmt: skip


def count_tickets(desk: Desk, customer_id: int, by: int) -> None:
    """Renew the customer's figures of open and closed tickets."""
    customer = desk.users.rows.get(customer_id)
    if customer is None:
        return
    held = desk.tickets_of.get(customer_id, ()) if customer_id != SYSTEM_USER else ()
    own = [desk.tickets.rows[key] for key in held]
    closed = sum(desk.name_of("ticket_states", row["state_id"]) in ("closed", "merged") for row in own)
    figures = {"tickets_closed": closed, "tickets_open": len(own) - closed}
    if not customer["role_ids"]:
        customer["role_ids"] = [3]
    if any(customer["preferences"].get(name) != value for name, value in figures.items()):
        customer["preferences"] = {**customer["preferences"], **figures}
        customer["updated_by_id"], customer["updated_at"] = by, desk.stamp()
