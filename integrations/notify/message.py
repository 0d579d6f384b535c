"""From a mail to the message on the wire."""

import hashlib
import re
from datetime import datetime
from email.errors import MessageError
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime

from integrations.notify.mail import Mail, Permanent

_HEADER_NAME = re.compile(r"[A-Za-z][A-Za-z0-9-]{0,75}", re.ASCII)
_OWN_HEADERS = frozenset(
    {"from", "sender", "to", "cc", "bcc", "subject", "date", "message-id", "mime-version", "auto-submitted"}
)
_BREAKS = re.compile(r"[\x00-\x08\x0a-\x1f\x7f\x85\u2028\u2029]")
_ADDRESS = re.compile(r"[^\s@<>()\[\],;:\\\"]+@[^\s@<>()\[\],;:\\\"]+")


def fingerprint(key: str) -> str:
    """What stands for `key` outside: says nothing about it, and is the same each time."""
    return hashlib.sha256(key.encode()).hexdigest()[:40]


def compose(mail: Mail, *, sender: str, sender_name: str, domain: str, at: datetime) -> EmailMessage:
    """The message for `mail`: UTF-8, marked as made by a machine so that no helpdesk answers it.

    sender, sender_name   whom it is from; the name may be empty
    domain                right side of the Message-ID
    at                    aware; the `Date`
    raises                Permanent – an address, a subject or a header that no mail can carry, line breaks above all
    """
    try:
        message = EmailMessage(policy=SMTP)
        message["From"] = Address(display_name=_line("sender_name", sender_name), addr_spec=address("sender", sender))
        message["To"] = Address(addr_spec=address("to", mail.to))
        message["Subject"] = _line("subject", mail.subject)
        message["Date"] = format_datetime(at)
        message["Message-ID"] = f"<{fingerprint(mail.key)}@{domain}>"
        message["Auto-Submitted"] = "auto-generated"
        message["X-Auto-Response-Suppress"] = "All"
        for name, value in mail.headers.items():
            message[_free_header(name)] = _line(name, value)
        message.set_content(mail.text, charset="utf-8", cte="base64")
        if mail.html is not None:
            message.add_alternative(mail.html, subtype="html", charset="utf-8", cte="base64")
            # The library would draw a boundary by lot; of base64 parts none can contain this one.
            message.set_boundary(f"=_{fingerprint(mail.key)}")
        return message
    except (ValueError, MessageError, LookupError):
        # Without `from`: the library's texts quote the value.
        raise Permanent("the mail cannot be put on the wire as it is") from None


def address(name: str, value: str) -> str:
    """`value`, one plain address. Raises Permanent."""
    if not _ADDRESS.fullmatch(value) or not value.isprintable():
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
