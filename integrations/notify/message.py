"""From a mail to the message on the wire."""

import hashlib
import re
from datetime import datetime
from email.header import Header
from email.message import Message
from email.mime.multipart import MIMEMultipart
from email.mime.text import MIMEText
from email.utils import format_datetime, formataddr
from typing import Any

from integrations.notify.mail import Mail, Permanent

_HEADER_NAME = re.compile(r"[A-Za-z][A-Za-z0-9-]{0,75}", re.ASCII)
_OWN_HEADERS = frozenset(
    {"from", "sender", "to", "cc", "bcc", "subject", "date", "message-id", "mime-version", "auto-submitted"}
)
_BREAKS = re.compile(r"[\x00-\x08\x0a-\x1f\x7f\x85\u2028\u2029]")
_ADDRESS = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[A-Za-z0-9.-]{1,253}", re.ASCII)


def fingerprint(key: str) -> str:
    """What stands for `key` outside: says nothing about it, and is the same each time."""
    return hashlib.sha256(key.encode()).hexdigest()[:40]


def compose(mail: Mail, *, sender: str, sender_name: str, domain: str, at: datetime) -> Message:
    """The message for `mail`: UTF-8, marked as made by a machine so that no helpdesk answers it.

    sender, sender_name   whom it is from; the name may be empty
    domain                right side of the Message-ID
    at                    aware; the `Date`
    raises                Permanent – an address, a subject or a header that no mail can carry, line breaks above all
    """
    try:
        # The older classes of the library: the newer ones double spaces where a long header is folded.
        message = _content(mail)
        message["From"] = formataddr((_line("sender_name", sender_name), address("sender", sender)), charset="utf-8")
        message["To"] = address("to", mail.to)
        message["Subject"] = _encoded("Subject", mail.subject)
        message["Date"] = format_datetime(at)
        message["Message-ID"] = f"<{fingerprint(mail.key)}@{domain}>"
        message["Auto-Submitted"] = "auto-generated"
        message["X-Auto-Response-Suppress"] = "All"
        for name, value in mail.headers.items():
            message[_free_header(name)] = _encoded(name, value)
        return message
    except UnicodeError:
        # Half a surrogate. Without `from`: the library's text quotes the value.
        raise Permanent("the mail holds text that no encoding can carry") from None


def _content(mail: Mail) -> "Message[Any, Any]":
    text = MIMEText(mail.text, "plain", "utf-8")
    if mail.html is None:
        return text
    # The library would draw a boundary by lot; of base64 parts none can contain this one.
    both = MIMEMultipart("alternative", boundary=f"=_{fingerprint(mail.key)}")
    both.attach(text)
    both.attach(MIMEText(mail.html, "html", "utf-8"))
    return both


def _encoded(name: str, value: str) -> str | Header:
    """ASCII as it is, else as encoded words."""
    value = _line(name, value)
    return value if value.isascii() and "=?" not in value else Header(value, "utf-8", header_name=name)


def address(name: str, value: str) -> str:
    """`value`, one plain address in ASCII. Raises Permanent."""
    if not _ADDRESS.fullmatch(value):
        raise Permanent(f"{name}: not an address")
    return value


def _line(name: str, value: str) -> str:
    if _BREAKS.search(value):
        raise Permanent(f"{name}: line breaks and control characters are refused")
    return value


def _free_header(name: str) -> str:
    if not _HEADER_NAME.fullmatch(name):
        raise Permanent("headers: not a header's name")
    if name.lower() in _OWN_HEADERS or name.lower().startswith(("content-", "x-auto-response-suppress", "resent-")):
        raise Permanent(f"headers: {name} is set by the mail itself")
    return name
