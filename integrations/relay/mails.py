"""A mail on its way, what is answered for it, and by what it is known again."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Final, Protocol

from integrations.relay.parts import head_of

MOST_HOPS: Final = 50
"""A mail that has come through more servers goes in circles."""

_OF_THE_WAY: Final = frozenset(
    {"received", "x-received", "return-path", "delivered-to", "x-original-to", "envelope-to", "received-spf",
     "authentication-results", "arc-authentication-results", "arc-seal", "arc-message-signature", "x-spam-status",
     "x-spam-level", "x-spam-score", "x-spam-report", "x-virus-scanned"}
)  # fmt: skip
"""Fields that servers on the way add: the same mail by another way has others."""
_ID: Final = re.compile(r"<[^<>\s]+>")


@dataclass(frozen=True, slots=True, kw_only=True)
class Received:
    """sender       of the envelope; empty for a notice of failure
    recipients   of the envelope
    """

    sender: str = field(repr=False)
    recipients: tuple[str, ...] = field(repr=False)
    content: bytes = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """An answer of SMTP: 2xx taken, 4xx not now, 5xx never.

    text     the enhanced code and words of our own
    unsure   the next server may have taken it nevertheless: it broke off without a word
    """

    code: int
    text: str
    unsure: bool = False

    def __str__(self) -> str:
        return f"{self.code} {self.text}"

    @property
    def taken(self) -> bool:
        return 200 <= self.code < 300

    @property
    def transient(self) -> bool:
        return 400 <= self.code < 500


OWN_FAILURE: Final = Reply(code=451, text="4.3.0 not now: it cannot be masked and sealed; keep it and try again")
UNREADABLE: Final = Reply(code=550, text="5.7.1 a part of it cannot be looked into, which is not accepted here")
IN_CIRCLES: Final = Reply(code=554, text="5.4.6 it goes in circles")
LATE: Final = Reply(code=451, text="4.4.2 the next server does not answer in time; keep it and try again", unsure=True)
TAKEN: Final = Reply(code=250, text="2.0.0 taken")


class Upstream(Protocol):
    """The SMTP server of the helpdesk's mailbox."""

    def hand_over(self, mail: Received) -> Reply:
        """What it says. Raises nothing: one that cannot be reached is a 451."""
        ...

    def accepts(self, sender: str, recipient: str) -> Reply:
        """What it says of a recipient; LATE where it says nothing in time. Raises nothing."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """By what a mail is known again.

    message_id   as its article will have it; None: it has none
    content      digest of it without what servers on the way added
    hops         servers it came through
    """

    message_id: str | None = field(repr=False)
    content: str
    hops: int


def known(content: bytes) -> Known:
    """Reads the head alone."""
    head, at = head_of(content)
    digest = sha256(b"".join(one.raw for one in head if one.name not in _OF_THE_WAY))
    digest.update(content[at:])
    given = next((one.value.decode("utf-8", "replace") for one in head if one.name == "message-id"), "")
    found = _ID.search(given)
    hops = sum(one.name == "received" for one in head)
    return Known(message_id=found[0] if found else given.strip() or None, content=digest.hexdigest(), hops=hops)
