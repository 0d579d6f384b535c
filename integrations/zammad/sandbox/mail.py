"""Mails: automatic replies, sending (nothing leaves the machine), and the parser for mails that come in."""

import hashlib
import re
from collections.abc import Callable
from datetime import timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage
from email.utils import getaddresses, parseaddr

from integrations.zammad.sandbox import history, people
from integrations.zammad.sandbox.articles import affect, attach, insert, mail_id
from integrations.zammad.sandbox.payloads import render
from integrations.zammad.sandbox.sanitise import clean
from integrations.zammad.sandbox.seed import sender_id, type_id
from integrations.zammad.sandbox.state import SYSTEM_USER, Desk, Row

CreateTicket = Callable[[Desk, Row, int], Row]
Save = Callable[[Desk, Row, Row, int], None]
SEND_ATTEMPTS = 4
SEND_STEP = timedelta(seconds=25)
"""After the n-th failure the next attempt waits n times this: 25, 50, 75 s."""
_NO_HOST = "Domain of the recipient not found"
FOLLOW_UP = re.compile(r"\[Ticket#(\d+)\]")


def automatic_reply(desk: Desk, ticket: Row, article: Row | None, effect: Row, source: Row) -> None:
    """A trigger's mail to the customer, where the group has an address; else nothing is written."""
    mailbox = desk.table("email_addresses").find(desk.groups.get(ticket["group_id"])["email_address_id"])
    recipient = desk.users.get(ticket["customer_id"])["email"]
    if mailbox is None or not recipient:
        return
    at = desk.stamp()
    body = clean(render(desk, str(effect.get("body") or ""), ticket), own_address=f"http://{desk.fqdn}").body
    row = _article(ticket, type_id("email"), sender_id("System"), SYSTEM_USER, at) | {
        "from": f"{mailbox['name']} <{mailbox['email']}>", "to": recipient, "content_type": "text/html", "body": body,
        "subject": render(desk, str(effect.get("subject") or ""), ticket), "message_id": mail_id(desk),
        "preferences": {"perform_origin": "trigger", "email_address_id": mailbox["id"]},
    }  # fmt: skip
    _stamp_id(row)
    insert(desk, row, source)
    desk.outbox.append(("mail", row["id"]))


def _article(ticket: Row, kind: int, sender: int, by: int, at: str) -> Row:
    return {
        "id": 0, "ticket_id": ticket["id"], "type_id": kind, "sender_id": sender, "detected_language": None,
        "from": None, "to": None, "cc": None, "subject": None, "reply_to": None, "message_id": None,
        "message_id_md5": None, "in_reply_to": None, "content_type": "text/plain", "body": "", "internal": False,
        "preferences": {}, "updated_by_id": by, "created_by_id": by, "origin_by_id": None, "created_at": at,
        "updated_at": at,
    }  # fmt: skip


def _stamp_id(row: Row) -> None:
    row["message_id_md5"] = hashlib.md5(str(row["message_id"]).encode(), usedforsecurity=False).hexdigest()


def send(desk: Desk, article_id: int, save: Save) -> timedelta | None:
    """What the worker leaves behind when it has tried to send a mail: its delivery status, and once it has gone a line
    of history. The last failure leaves a note and opens the ticket.

    Mail to an address below `.invalid`, a domain that nobody has, goes nowhere.

    returns  how long until it is tried again; None: it went, or was given up
    """
    article = desk.articles.rows.get(article_id)
    if article is None:
        return None
    tried = int(article["preferences"].get("delivery_retry") or 0) + 1
    gone = not str(article["to"] or "").rpartition("@")[2].endswith(".invalid")
    article["preferences"] = {
        **article["preferences"], "delivery_retry": tried, "delivery_channel_id": 3,
        "delivery_status_message": None if gone else _NO_HOST, "delivery_status": "success" if gone else "fail",
        "delivery_status_date": desk.stamp(),
    }  # fmt: skip
    if gone:
        history.mail_sent(desk, article)
    elif tried < SEND_ATTEMPTS:
        return SEND_STEP * tried
    else:
        _give_up(desk, article, save)
    return None


def _give_up(desk: Desk, article: Row, save: Save) -> None:
    ticket = desk.tickets.get(article["ticket_id"])
    row = _article(ticket, type_id("note"), sender_id("System"), SYSTEM_USER, desk.stamp()) | {
        "body": f"Unable to send email to '{article['to']}': {_NO_HOST}", "internal": True,
        "preferences": {"delivery_article_id_related": article["id"], "delivery_message": True, "notification": True},
    }  # fmt: skip
    insert(desk, row)
    affect(desk, ticket, row, SYSTEM_USER, save)
    follow_up = next(state["id"] for state in desk.states if state["default_follow_up"])
    save(desk, ticket, {"state_id": follow_up}, SYSTEM_USER)


def receive(desk: Desk, raw: bytes, *, group_id: int, create_ticket: CreateTicket, save: Save) -> Row:
    """Take a mail in as the parser does: a new ticket, or a follow-up of ``[Ticket#…]`` that reopens a closed one.

    Returns the article. The raw mail is kept under `ticket_article_plain`.
    """
    message = message_from_bytes(raw, policy=policy.default)
    assert isinstance(message, EmailMessage)  # noqa: S101 - the policy above makes it one
    name, address = parseaddr(str(message["From"] or ""))
    subject = str(message["Subject"] or "")
    customer = _person(desk, address, name)
    if not customer["firstname"] and not customer["lastname"]:
        customer["firstname"], _, customer["lastname"] = name.partition(" ")
    _know_recipients(desk, message)
    found = FOLLOW_UP.search(subject)
    ticket = desk.tickets.find(desk.numbers.get(found[1])) if found else None
    fresh = ticket is None
    if ticket is None:
        ticket = create_ticket(desk, {"title": subject or "-", "group_id": group_id, "customer_id": customer["id"],
                                      "state_id": 1, "priority_id": 2}, customer["id"])  # fmt: skip
    elif desk.name_of("ticket_states", ticket["state_id"]) not in ("new", "open"):
        follow_up = next(row["id"] for row in desk.states if row["default_follow_up"])
        save(desk, ticket, {"state_id": follow_up}, customer["id"])
    row = _mail_article(desk, ticket, message, customer["id"])
    insert(desk, row)
    raw_id = desk.table("attachments").take_id()
    desk.raw_mails[row["id"]] = raw
    desk.files[raw_id] = raw
    _keep_parts(desk, row, message)
    affect(desk, ticket, row, customer["id"], save)
    if fresh:
        customer["updated_at"] = desk.stamp()
    return row


def _person(desk: Desk, address: str, name: str) -> Row:
    """The user with the address; who is made by a mail is made by nobody else."""
    known = len(desk.users)
    user = people.customer_by_email(desk, address, SYSTEM_USER, name)
    if len(desk.users) > known:
        user |= {"created_by_id": user["id"], "updated_by_id": user["id"], "preferences": {}}
    return user


def _know_recipients(desk: Desk, message: EmailMessage) -> None:
    """Everybody a mail is addressed to becomes a customer, but for addresses of one's own."""
    own = {row["email"] for row in desk.table("email_addresses")}
    for name, address in getaddresses([str(message[field]) for field in ("To", "Cc") if message[field]]):
        if "@" in address and address not in own:
            _person(desk, address, name)


def _mail_article(desk: Desk, ticket: Row, message: EmailMessage, by: int) -> Row:
    part = message.get_body(("html", "plain"))
    text = str(part.get_content()) if part is not None else ""
    is_html = part is not None and part.get_content_type() == "text/html"
    preferences: Row = {"send-auto-response": True, "is-auto-response": False}
    if is_html:
        text = clean(text.strip(), own_address=f"http://{desk.fqdn}").body
        preferences["remote_content_removed"] = False
    row = _article(ticket, type_id("email"), sender_id("Customer"), by, desk.stamp()) | {
        "from": str(message["From"] or ""), "to": str(message["To"] or "") or None,
        "cc": message["Cc"] and str(message["Cc"]),
        "subject": str(message["Subject"] or ""), "message_id": str(message["Message-ID"] or "") or None,
        "in_reply_to": message["In-Reply-To"] and str(message["In-Reply-To"]), "body": text,
        "content_type": "text/html" if is_html else "text/plain", "preferences": preferences,
    }  # fmt: skip
    if row["message_id"]:
        _stamp_id(row)
    return row


def _keep_parts(desk: Desk, article: Row, message: EmailMessage) -> None:
    html = message.get_body(("html",))
    if html is not None:
        attach(desk, article, "message.html", str(html.get_content()).strip().encode(), {
            "content-alternative": True, "original-format": True, "Mime-Type": "text/html", "Charset": "utf-8",
        })  # fmt: skip
    for part in message.iter_attachments():
        content = part.get_content()
        data = content.encode() if isinstance(content, str) else bytes(content)
        mime = part.get_content_type()
        charset = part.get_content_charset()
        attach(desk, article, part.get_filename() or "attachment", data, {
            "Content-Type": f"{mime}; charset={charset}" if charset else mime, "Mime-Type": mime,
            "Charset": (charset or "").upper() or None,
        })  # fmt: skip
