"""The gate: mails are masked before the helpdesk ever sees them, and their originals sealed first (6.1.1).

Sealed, then handed on, then answered for: whatever fails before the helpdesk's mailbox has taken the mail leaves it
with its sender, whose server keeps it and tries again. The same mail again is known by its Message-ID and content: it
is sealed no second time, and not handed on again to whom it was handed on already. Where nobody knows whether it was,
because all ended between the mailbox's answer and our note, its article tells: once that was seen, nothing is resent.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Final, Protocol

import structlog

from integrations.relay.mails import IN_CIRCLES, MOST_HOPS, TAKEN, UNREADABLE, Known, Received, Reply, Upstream, known
from integrations.relay.masking import MailMasker, MaskedMail, RefusedMail
from integrations.relay.parts import normal
from integrations.store.errors import StoreError
from integrations.store.gate import Passage, Way
from integrations.store.vault.records import Origin, Original, Sealed

log = structlog.get_logger()

KIND: Final = "whole"


class Marker(Protocol):
    """The vault: gives keyed marks that tell nothing."""

    def token(self, value: str) -> str: ...


class Safe(Marker, Protocol):
    """The vault, where originals are sealed."""

    def seal(
        self, origin: Origin, original: Original, *, value: str | None = None, comparable: bool = True
    ) -> Sealed: ...


class Passages(Protocol):
    """What came in through the gate."""

    def take(self, *, identity: str, message_mark: str, content_mark: str, way: Way) -> Passage: ...
    def sealed(self, id: int, record_id: int) -> None: ...
    def attempting(self, id: int, recipients: frozenset[str]) -> None: ...
    def forwarded(self, id: int, recipients: frozenset[str]) -> None: ...


class GateMeter(Protocol):
    """Counts what came in."""

    def passed(self, way: str, outcome: str) -> None:
        """A mail or message ended as `masked`, `clean`, `again`, `refused` or `kept` (by its sender)."""
        ...


def message_mark(safe: Marker, message_id: str) -> str:
    """The mark of a Message-ID, by which the article of a mail is found."""
    return safe.token(f"gate message\n{message_id.strip()}")


def origin_of(passage: Passage) -> Origin:
    """Where an original lies before there is a ticket: under a number that no ticket has."""
    return Origin(ticket_id=-passage.id, article_id=0, place=f"gate:{passage.id}", kind=KIND)


@dataclass(frozen=True, slots=True, kw_only=True)
class MailGate:
    """masking    by the policy in force
    hostname   right side of the Message-ID of a mail that has none
    """

    masking: Callable[[], MailMasker]
    safe: Safe
    passages: Passages
    upstream: Upstream
    meter: GateMeter
    hostname: str

    def take(self, mail: Received) -> Reply:
        """Masks, seals and hands on. raises whatever fails before that: the sender is to keep the mail then"""
        mail = replace(mail, content=normal(mail.content))
        about = known(mail.content)
        if about.hops > MOST_HOPS:
            return self._ended(IN_CIRCLES, "refused")
        try:
            masked = self.masking().masked(mail.content)
        except RefusedMail as error:
            log.warning("mail refused", reason=str(error))
            return self._ended(UNREADABLE, "refused")
        if not masked.changed:
            # Without a stamp from elsewhere that says it were masked; else as it came.
            reply = self.upstream.hand_over(replace(mail, content=masked.content))
            return self._ended(reply, "clean")
        return self._confidential(mail, about, masked)

    def _confidential(self, mail: Received, about: Known, masked: MaskedMail) -> Reply:
        given = known(masked.content).message_id  # not the customer's own, where that had to be masked
        made = f"<{about.content[:40]}@{self.hostname}>"
        message_id = about.message_id or made
        identity = f"gate mail\n{message_id}\n{about.content}"
        passage = self.passages.take(
            identity=self.safe.token(identity),
            message_mark=message_mark(self.safe, given or made),
            content_mark=self.safe.token(f"gate content\n{about.content}"),
            way="mail",
        )
        record_id = passage.record_id
        if record_id is None:
            record_id = self._sealed(passage, mail.content)
        marks = {self.safe.token(f"gate recipient\n{one.lower()}"): one for one in mail.recipients}
        left = tuple(one for mark, one in marks.items() if mark not in passage.taken)
        told = {"passage": passage.id, "original": record_id, "kinds": dict(masked.kinds)}
        if not left:
            log.info("mail came again", **told)
            return self._ended(TAKEN, "again")
        content = masked.stamped(record_id)
        if given is None:
            content = f"Message-ID: {made}\r\n".encode() + content
        self.passages.attempting(passage.id, frozenset(mark for mark, one in marks.items() if one in left))
        reply = self.upstream.hand_over(replace(mail, recipients=left, content=content))
        if not reply.taken and not reply.unsure:
            self.passages.attempting(passage.id, frozenset())
        if reply.taken:
            log.info("mail masked", **told)
            self._note(passage, frozenset(marks))
        return self._ended(reply, "masked")

    def _sealed(self, passage: Passage, content: bytes) -> int:
        original = Original(content=content, name=f"{passage.id}.eml")
        sealed = self.safe.seal(origin_of(passage), original, comparable=False)
        self.passages.sealed(passage.id, sealed.id)
        return sealed.id

    def _note(self, passage: Passage, marks: frozenset[str]) -> None:
        """It is the helpdesk's by now: a store that fails here must not have it sent again."""
        try:
            self.passages.forwarded(passage.id, marks)
        except StoreError as error:
            log.warning("mail was handed on, which could not be noted", passage=passage.id, error=type(error).__name__)

    def _ended(self, reply: Reply, outcome: str) -> Reply:
        if not reply.taken:
            outcome = "kept" if reply.transient else "refused"
            log.warning("mail not taken", reply=str(reply))
        self.meter.passed("mail", outcome)
        return reply
