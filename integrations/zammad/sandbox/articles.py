"""Articles: how they are taken in, and what they do to their ticket."""

import base64
import binascii
import hashlib
import re
from collections.abc import Callable
from typing import Any

from integrations.zammad.sandbox import history
from integrations.zammad.sandbox.access import is_agent
from integrations.zammad.sandbox.changes import change_of
from integrations.zammad.sandbox.errors import Refused, unprocessable
from integrations.zammad.sandbox.history import full_name
from integrations.zammad.sandbox.sanitise import Clean, clean
from integrations.zammad.sandbox.seed import (
    ARTICLE_SENDERS,
    ARTICLE_TYPES,
    NOT_COMMUNICATION,
    sender_id,
    sender_name,
    type_id,
    type_name,
)
from integrations.zammad.sandbox.state import SYSTEM_USER, Desk, Row

Save = Callable[[Desk, Row, Row, int], None]
ADDRESS = re.compile(r"[^\s@<>,;]+@[^\s@<>,;]+\.[^\s@<>,;]+")
ORIGIN_TYPES = ("phone", "note", "web")


def _kind(desk: Desk, body: Row, user: Row) -> tuple[int, int]:
    """The type and sender that `body` names; a note by default, the sender after who writes."""
    kind, sender = body.get("type"), body.get("sender")
    if kind is not None and kind not in ARTICLE_TYPES:
        raise unprocessable(f"No lookup value found for 'type': \"{kind}\"")
    if sender is not None and sender not in ARTICLE_SENDERS:
        raise unprocessable(f"No lookup value found for 'sender': \"{sender}\"")
    type_key = type_id(kind) if kind else int(body.get("type_id") or type_id("note"))
    if sender or body.get("sender_id"):
        sender_key = sender_id(sender) if sender else int(body["sender_id"])
    else:
        sender_key = sender_id("Agent" if is_agent(desk, user) else "Customer")
    free = is_agent(desk, user) or user["id"] == SYSTEM_USER
    return type_key, sender_key if free else sender_id("Customer")


def check_article(desk: Desk, ticket: Row, body: Row, user: Row) -> None:
    """Refuse what would fail, before anything is written. Raises `Refused`."""
    type_key, sender_key = _kind(desk, body, user)
    if body.get("body") is None and not body.get("attachments"):
        raise unprocessable("Need at least an 'article body' field.")
    for index, upload in enumerate(body.get("attachments") or []):
        try:
            base64.b64decode(str(upload.get("data") or ""), validate=True)
        except binascii.Error:
            raise unprocessable(f"Invalid base64 for attachment with index '{index}'") from None
    if type_name(type_key) != "email" or sender_name(sender_key) != "Agent":
        return
    if not ADDRESS.search(str(body.get("to") or "")):
        raise unprocessable("Sending an email without a valid recipient is not possible.")
    if _mailbox(desk, ticket["group_id"]) is None:
        raise Refused(500, f"Error ID {desk.new_id()[:8]}: Please contact your administrator.", human=False)


def _mailbox(desk: Desk, group_id: int) -> Row | None:
    return desk.table("email_addresses").find(desk.groups.get(group_id)["email_address_id"])


def _from(desk: Desk, ticket: Row, row: Row, user: Row) -> None:
    """Fill `from` and `origin_by_id`: a customer's name and address, an agent's name, a mailbox for mails."""
    kind, sender = type_name(row["type_id"]), sender_name(row["sender_id"])
    if kind == "email":
        if sender == "Agent":
            mailbox = _mailbox(desk, ticket["group_id"]) or {}
            row["from"] = f"{full_name(user)} via {mailbox['name']} <{mailbox['email']}>"
            row["message_id"] = mail_id(desk)
            row["preferences"] = {**row["preferences"], "email_address_id": mailbox["id"]}
        return
    author = user
    if sender == "Customer" and kind in ORIGIN_TYPES:
        row["origin_by_id"] = row["origin_by_id"] or ticket["customer_id"]
        author = desk.users.get(row["origin_by_id"])
    name, email = full_name(author), author["email"]
    row["from"] = f"{name} <{email}>" if sender == "Customer" and email and name != email else name


def _origin(desk: Desk, body: Row, user: Row) -> int | None:
    """In whose name an agent writes; Zammad keeps it for every type (its source; not recorded)."""
    given = body.get("origin_by_id")
    return int(given) if given is not None and is_agent(desk, user) and desk.users.find(int(given)) else None


def mail_id(desk: Desk) -> str:
    return f"<{desk.now():%Y%m%d%H%M%S}.2.{desk.new_id()}@{desk.fqdn}>"


def add_article(
    desk: Desk, ticket: Row, body: Row, user: Row, save: Save, *, source: Row | None = None, at: str | None = None
) -> Row:
    """Append an article (`check_article` has passed); `save` stores what follows for the ticket."""
    at = at or desk.stamp()
    by = user["id"]
    type_key, sender_key = _kind(desk, body, user)
    kind = "text/html" if body.get("content_type") == "text/html" else "text/plain"
    kept = clean(str(body.get("body") or ""), own_address=f"http://{desk.fqdn}") if kind == "text/html" else None
    row: Row = {
        "id": 0, "ticket_id": ticket["id"], "type_id": type_key, "sender_id": sender_key, "detected_language": None,
        "from": body.get("from"), "to": body.get("to"), "cc": body.get("cc"), "subject": body.get("subject"),
        "reply_to": body.get("reply_to"), "message_id": body.get("message_id"), "message_id_md5": None,
        "in_reply_to": body.get("in_reply_to"), "content_type": kind,
        "body": kept.body if kept else str(body.get("body") or ""), "internal": body.get("internal") in (True, "true"),
        "preferences": body.get("preferences") or {}, "updated_by_id": by, "created_by_id": by,
        "origin_by_id": _origin(desk, body, user), "created_at": at, "updated_at": at,
    }  # fmt: skip
    _from(desk, ticket, row, user)
    if row["message_id"]:
        row["message_id_md5"] = hashlib.md5(row["message_id"].encode(), usedforsecurity=False).hexdigest()
    insert(desk, row, source)
    for attachment in body.get("attachments") or []:
        _attach_upload(desk, row, attachment)
    if kept:
        _attach_images(desk, row, kept)
        for person in kept.mentioned:
            subscribe(desk, ticket, person, by)
    if type_name(type_key) == "email" and sender_name(sender_key) != "Customer":
        desk.outbox.append(("mail", row["id"]))
    affect(desk, ticket, row, by, save)
    return row


def insert(desk: Desk, row: Row, source: Row | None = None) -> None:
    desk.articles.add(row)
    desk.articles_of[row["ticket_id"]].append(row["id"])
    desk.attachments_of[row["id"]] = []
    history.article_created(desk, row["created_by_id"], row, source)


def affect(desk: Desk, ticket: Row, row: Row, by: int, save: Save) -> None:
    """What an article changes in its ticket: counts, contact times, first response, `new` becoming `open`."""
    agent, customer = row["sender_id"] == sender_id("Agent"), row["sender_id"] == sender_id("Customer")
    if sender_name(row["sender_id"]) != "System":
        ticket["article_count"] = (ticket["article_count"] or 0) + 1
    if ticket["create_article_type_id"] is None:
        ticket["create_article_type_id"], ticket["create_article_sender_id"] = row["type_id"], row["sender_id"]
    spoken = not row["internal"] and type_name(row["type_id"]) not in NOT_COMMUNICATION
    new: Row = {}
    at = row["created_at"]
    if spoken and customer and not _waiting(ticket):
        new |= {"last_contact_at": at, "last_contact_customer_at": at}
    if spoken and agent:
        if ticket["first_response_at"] is None:
            new["first_response_at"] = at
        new |= {"last_contact_at": at, "last_contact_agent_at": at}
    ticket["updated_at"] = desk.stamp()
    save(desk, ticket, new, by)
    note_article(desk, ticket, row, by)
    state = desk.states.rows[ticket["state_id"]]
    if spoken and agent and state["default_create"]:
        follow_up = next(one["id"] for one in desk.states if one["default_follow_up"])
        save(desk, ticket, {"state_id": follow_up}, by)


def note_article(desk: Desk, ticket: Row, row: Row, by: int) -> None:
    change = change_of(desk, ticket["id"], by)
    change.user_id = by
    if sender_name(row["sender_id"]) != "System":
        change.article_id = row["id"]
    if change.kind == "update":
        desk.outbox.append(("recount", (ticket["customer_id"], by)))


def _waiting(ticket: Row) -> bool:
    """Whether the customer's last word still waits for an agent: then the next one changes no contact time."""
    customer, agent = ticket["last_contact_customer_at"], ticket["last_contact_agent_at"]
    return customer is not None and (agent is None or agent < customer)


def subscribe(desk: Desk, ticket: Row, user_id: int, by: int) -> None:
    mentions = desk.table("mentions")
    if desk.users.find(user_id) is None or any(
        row["user_id"] == user_id and row["mentionable_id"] == ticket["id"] for row in mentions
    ):
        return
    at = desk.stamp()
    mentions.add({"id": 0, "mentionable_type": "Ticket", "mentionable_id": ticket["id"], "user_id": user_id,
                  "updated_by_id": by, "created_by_id": by, "created_at": at, "updated_at": at})  # fmt: skip


def attach(desk: Desk, article: Row, filename: str, content: bytes, preferences: Row) -> Row:
    store = desk.table("attachments").add({"id": 0, "filename": filename, "size": str(len(content)),
                                           "preferences": preferences})  # fmt: skip
    desk.files[store["id"]] = content
    desk.attachments_of[article["id"]].append(store["id"])
    return store


def _attach_upload(desk: Desk, article: Row, upload: Any) -> None:
    content = base64.b64decode(str(upload.get("data") or ""))
    attach(desk, article, str(upload.get("filename")), content, {"Mime-Type": upload.get("mime-type")})


def _attach_images(desk: Desk, article: Row, kept: Clean) -> None:
    for index, image in enumerate(kept.images, start=1):
        kind = image.mime_type.partition("/")[2]
        store = attach(desk, article, f"image{index}.{kind}", image.content, {
            "Content-Type": image.mime_type, "Mime-Type": image.mime_type,
            "Content-ID": f"{article['ticket_id']}.{desk.new_id()}@{desk.fqdn}", "Content-Disposition": "inline",
        })  # fmt: skip
        address = f"/api/v1/ticket_attachment/{article['ticket_id']}/{article['id']}/{store['id']}?view=inline"
        article["body"] = article["body"].replace(f'"{image.marker}"', f'"{address}"')
