"""The life of a ticket: creating, changing, and what Zammad sets by itself while doing so."""

import re
from datetime import datetime, timedelta
from typing import Any

from integrations.zammad.sandbox import history, workflows
from integrations.zammad.sandbox.access import is_agent, may
from integrations.zammad.sandbox.articles import add_article, check_article
from integrations.zammad.sandbox.changes import change_of, touch
from integrations.zammad.sandbox.errors import unprocessable
from integrations.zammad.sandbox.fields import resolve
from integrations.zammad.sandbox.objects import defaults
from integrations.zammad.sandbox.state import SYSTEM_USER, Desk, Row

COLUMNS = (
    "id", "group_id", "priority_id", "state_id", "organization_id", "number", "title", "owner_id", "customer_id",
    "note", "first_response_at", "first_response_escalation_at", "first_response_in_min", "first_response_diff_in_min",
    "close_at", "close_escalation_at", "close_in_min", "close_diff_in_min", "update_escalation_at", "update_in_min",
    "update_diff_in_min", "last_close_at", "last_contact_at", "last_contact_agent_at", "last_contact_customer_at",
    "last_owner_update_at", "create_article_type_id", "create_article_sender_id", "article_count", "escalation_at",
    "pending_time", "type", "time_unit", "preferences", "updated_by_id", "created_by_id", "created_at", "updated_at",
    "checklist_id",
)  # fmt: skip
TITLE_LENGTH = 250
CLOSED = "closed"
OPEN_TYPES = (1, 2)
ABORTED = (
    "PG::InFailedSqlTransaction: ERROR:  current transaction is aborted, "
    "commands ignored until end of transaction block\n"
)
SPACES = re.compile(r"\s")
FIELDS_BEFORE, ARTICLE_BEFORE = timedelta(milliseconds=110), timedelta(milliseconds=40)
"""In a write of fields with an article both are older than the `updated_at` it ends with: so much was measured. None is
older than the write before it."""


def save(desk: Desk, ticket: Row, new: Row, by: int) -> None:
    """Store `new` fields: Zammad's own times follow, history is written, the change is noted for triggers.

    By another user than the last, even nothing new is a change; by the same user it is none.
    """
    at = desk.stamp()
    new = {name: value for name, value in new.items() if ticket.get(name) != value}
    if not new and ticket["updated_by_id"] == by:
        return
    _follow(desk, ticket, new, at)
    changes = {name: (ticket.get(name), new[name]) for name in ticket if name in new and ticket[name] != new[name]}
    if "customer_id" in changes:
        desk.tickets_of[ticket["customer_id"]].discard(ticket["id"])
        desk.tickets_of.setdefault(new["customer_id"], set()).add(ticket["id"])
    ticket.update(new, updated_by_id=by, updated_at=at)
    history.updated(desk, by, "Ticket", ticket["id"], changes, at)
    change = change_of(desk, ticket["id"], by)
    change.user_id = by
    for name, (before, after) in changes.items():
        first = change.fields[name][0] if name in change.fields else before
        change.fields[name] = (first, after)
    if change.kind == "update":
        for customer in dict.fromkeys((ticket["customer_id"], changes.get("customer_id", (ticket["customer_id"],))[0])):
            desk.outbox.append(("recount", (customer, by)))


def _follow(desk: Desk, ticket: Row, new: Row, at: str) -> None:
    """Times and fields that follow from a change of state, owner, group or contact."""
    state = desk.states.get(new.get("state_id", ticket["state_id"]))
    if "state_id" in new:
        if not state["name"].startswith("pending"):
            new["pending_time"] = None
        if state["name"] == CLOSED:
            new["last_close_at"] = at
            if ticket["close_at"] is None:
                new["close_at"] = at
    if not {"owner_id", "state_id", "group_id", "last_contact_agent_at"} & new.keys():
        return
    group = desk.groups.get(new.get("group_id", ticket["group_id"]))
    nobody = new.get("owner_id") == SYSTEM_USER
    untimed = "group_id" in new and not group["assignment_timeout"]
    resting = "state_id" in new and state["state_type_id"] not in OPEN_TYPES
    new["last_owner_update_at"] = None if nobody or untimed or resting else at


def _owner(desk: Desk, owner_id: int, group_id: int | None) -> int:
    """The owner, or nobody where that person is no agent with full access to the group: never refused."""
    owner = desk.users.rows.get(owner_id)
    if owner is None or owner_id == SYSTEM_USER or group_id is None:
        return SYSTEM_USER
    return owner_id if is_agent(desk, owner) and may(desk, owner, group_id, "full") else SYSTEM_USER


def _settle(desk: Desk, ticket: Row, new: Row) -> None:
    """Bring `new` into the shape the database takes: titles cut, owner checked, organisation after the customer."""
    if new.get("title") is not None:
        new["title"] = SPACES.sub(" ", str(new["title"]))[:TITLE_LENGTH]
    if {"owner_id", "group_id"} & new.keys():
        group_id = new.get("group_id", ticket.get("group_id"))
        new["owner_id"] = _owner(desk, new.get("owner_id") or ticket.get("owner_id", SYSTEM_USER), group_id)
    if "customer_id" in new and "organization_id" not in new:
        new["organization_id"] = desk.users.get(new["customer_id"])["organization_id"]
    if "preferences" in new:
        new["preferences"] = {**ticket.get("preferences", {}), **(new["preferences"] or {})}


def update(desk: Desk, user: Row, ticket: Row, body: Row, *, screen: str | None = "edit") -> Row | None:
    """One PUT: fields, preferences and at most one article, all or nothing. Returns the article. Raises `Refused`.

    screen  the form whose workflows bind the write; None for triggers, which nothing binds.
    """
    new = resolve(desk, body, user["id"])
    new.pop("number", None)
    _settle(desk, ticket, new)
    if screen is not None:
        workflows.check(desk, user, {**ticket, **new}, new, screen=screen)
    article = body.get("article") if isinstance(body.get("article"), dict) else None
    if article is not None:
        check_article(desk, {**ticket, **new}, article, user)
    if article is None:
        save(desk, ticket, new, user["id"])
        return None
    passed = max(desk.now() - datetime.fromisoformat(ticket["updated_at"]), timedelta())
    with desk.earlier(min(FIELDS_BEFORE, passed * 2 / 3)):
        save(desk, ticket, new, user["id"])
    with desk.earlier(min(ARTICLE_BEFORE, passed / 3)):
        row = add_article(desk, ticket, article, user, save)
    touch(desk, ticket)
    return row


def create(desk: Desk, user: Row, body: Row, *, screen: str | None = "create_middle") -> Row:
    """A new ticket with its first article and tags. The number may be chosen; times may not. Raises `Refused`.

    screen  as for `update`; None for mails that come in.
    """
    by = user["id"]
    new = resolve(desk, body, by, creating=True)
    if new.get("group_id") is None:
        raise unprocessable("The required value 'group_id' is missing.")
    if not is_agent(desk, user):
        new["customer_id"], new["owner_id"] = by, SYSTEM_USER
    _settle(desk, {}, new)
    new.setdefault("owner_id", SYSTEM_USER)
    new.setdefault("state_id", next(row["id"] for row in desk.states if row["default_create"]))
    new.setdefault("priority_id", next(row["id"] for row in desk.priorities if row["default_create"]))
    if screen is not None:
        whole = {**dict.fromkeys(COLUMNS), **defaults(desk, "Ticket"), **new}
        workflows.check(desk, user, whole, new if is_agent(desk, user) else {}, screen=screen)
    article = body.get("article") if isinstance(body.get("article"), dict) else None
    if article is not None:
        check_article(desk, {"customer_id": new.get("customer_id"), **new}, article, user)
    ticket = _insert(desk, new, _number(desk, body.get("number")), by)
    if article is not None:
        add_article(desk, ticket, article, user, save)
    for tag in _tags(body.get("tags")):
        add_tag(desk, ticket, tag, by, quiet=True)
    return ticket


def _number(desk: Desk, chosen: Any) -> str:
    if chosen:
        if str(chosen) in desk.numbers:
            raise unprocessable(ABORTED, human=False)
        return str(chosen)
    while str(desk.next_number) in desk.numbers:
        desk.next_number += 1
    desk.next_number += 1
    return str(desk.next_number - 1)


def _insert(desk: Desk, new: Row, number: str, by: int) -> Row:
    at = desk.stamp()
    ticket: Row = dict.fromkeys(COLUMNS)
    ticket |= {"preferences": {}, **defaults(desk, "Ticket"), **new, "number": number, "updated_by_id": by,
               "created_by_id": by, "created_at": at, "updated_at": at}  # fmt: skip
    if desk.states.rows[ticket["state_id"]]["name"] == CLOSED:
        ticket["close_at"] = ticket["last_close_at"] = at
    desk.tickets.add(ticket)
    desk.articles_of[ticket["id"]] = []
    desk.numbers[number] = ticket["id"]
    desk.tickets_of.setdefault(ticket["customer_id"], set()).add(ticket["id"])
    desk.tags_of[ticket["id"]] = []
    history.created(desk, by, "Ticket", ticket["id"])
    change_of(desk, ticket["id"], by, kind="create")
    desk.outbox.append(("count", (ticket["customer_id"], by)))
    return ticket


def _tags(value: Any) -> list[str]:
    if isinstance(value, list):
        return [str(tag).strip() for tag in value if str(tag).strip()]
    return [tag.strip() for tag in str(value or "").split(",") if tag.strip()]


def add_tag(desk: Desk, ticket: Row, tag: str, by: int, *, quiet: bool = False) -> None:
    """Tag the ticket; moves `updated_at` even where the tag is there already. No trigger sees it."""
    tags = desk.tags_of[ticket["id"]]
    if tag not in tags:
        tags.append(tag)
        history.tag(desk, by, ticket["id"], "added", tag)
        if desk.table("tag_list").named(tag) is None:
            desk.table("tag_list").add({"id": 0, "name": tag})
    if not quiet:
        touch(desk, ticket)


def remove_tag(desk: Desk, ticket: Row, tag: str, by: int) -> None:
    tags = desk.tags_of[ticket["id"]]
    if tag in tags:
        tags.remove(tag)
        history.tag(desk, by, ticket["id"], "removed", tag)
    touch(desk, ticket)


def erase(desk: Desk, ticket: Row) -> None:
    """Remove the ticket with articles, mails, attachments, history, tags, links and mentions."""
    key = ticket["id"]
    desk.numbers.pop(ticket["number"], None)
    desk.tickets_of[ticket["customer_id"]].discard(key)
    for article_id in desk.articles_of.pop(key, []):
        desk.articles.rows.pop(article_id, None)
        raw = desk.raw_mails.pop(article_id, None)
        for file in [id for id, content in desk.files.items() if raw is not None and content is raw]:
            del desk.files[file]
        for attachment in desk.attachments_of.pop(article_id, []):
            desk.table("attachments").rows.pop(attachment, None)
            desk.files.pop(attachment, None)
    desk.history_of.pop(("Ticket", key), None)
    desk.tags_of.pop(key, None)
    desk.changes.pop(key, None)
    for name, columns in (("mentions", ("mentionable_id",)), ("links", ("link_object_source_value",
                          "link_object_target_value")), ("online_notifications", ("o_id",))):  # fmt: skip
        rows = desk.table(name).rows
        for row in [row for row in rows.values() if any(row[column] == key for column in columns)]:
            del rows[row["id"]]
    del desk.tickets.rows[key]
