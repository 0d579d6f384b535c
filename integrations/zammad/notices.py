"""Texts to the customer outside the ticket: whom, by which way, in which words."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from integrations.zammad.notes import NoteWriter
from integrations.zammad.wire import OneRead
from policies.kernel.decisions import Decision, Notify, Way
from policies.kernel.evaluate import Verdict


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """A text to the customer outside the ticket: where to, and in which words; `key` is the message's identity."""

    decision: Decision
    key: str
    way: Way
    to: str
    subject: str
    text: str


def notices_of(verdict: Verdict, read: OneRead, notes: NoteWriter) -> tuple[Notice, ...]:
    """The texts that the verdict wants sent; one whom the helpdesk knows no address of is not written to: rules see
    which ways there are. Raises KeyError – no such text."""
    return tuple(_notices(verdict, read, notes))


def _notices(verdict: Verdict, read: OneRead, notes: NoteWriter) -> Iterator[Notice]:
    customer = read.users.get(read.ticket.customer_id)
    voice = notes.to_customer(verdict.facts)
    for decision in verdict.decisions:
        action = decision.action
        if not isinstance(action, Notify) or customer is None:
            continue
        to = customer.email if action.way == "mail" else customer.mobile or customer.phone
        if to:
            yield Notice(
                decision=decision,
                key=article_key(read.ticket.id, action.key),
                way=action.way,
                to=to,
                subject=voice.text("core", "mail.to_customer", number=read.ticket.number),
                text=notes.reply_text(decision, verdict.facts),
            )


def article_key(ticket_id: int, key: str) -> str:
    """The idempotency key of an article: what it is about, on which ticket."""
    return f"{ticket_id}:{key}"
