"""Messages of web forms, apps and messengers: masked, sealed, and written into the helpdesk exactly once (6.1.1).

Each has a key, which its sender keeps. What the key stands for is kept with the article, in `preferences.zhidu.gate`
and not as `key`, by which articles of zhidu's own are known: the words are the customer's. Before a message whose fate
is not known is written, it is looked for.
"""

from __future__ import annotations

import base64
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

import structlog

from integrations.relay.masking import MailMasker, RefusedMail
from integrations.relay.messages import MaskedMessage, Message, NotTaken, Posted, Why, masked_message
from integrations.store.errors import StoreError
from integrations.store.gate import Passage
from integrations.store.store import Store
from integrations.store.vault.records import Origin, Original
from integrations.store.vault.vault import Vault
from integrations.zammad.choices import state_of_type
from integrations.zammad.client import Client
from integrations.zammad.errors import Stale, Transient, ZammadError
from integrations.zammad.names import Names, UnknownName
from integrations.zammad.twin_making import numbered
from integrations.zammad.wire import Article, OneRead, Ticket
from integrations.zammad.writes import ArticleWrite, AttachmentWrite, TicketWrite, Value
from jobs.gate import KIND, GateMeter, message_mark, origin_of

log = structlog.get_logger()

MARK: Final = "gate"
LONGEST_TITLE: Final = 250
_HELD: Final = timedelta(minutes=3)
"""How long one attempt may take, before another may begin."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageGate:
    """masking   by the policy in force
    client    of the calling thread
    group     of new tickets
    new_id    a name nobody else has
    """

    masking: Callable[[], MailMasker]
    safe: Vault
    store: Store
    client: Callable[[], Client]
    names: Names
    group: str
    meter: GateMeter
    new_id: Callable[[], str]

    def take(self, message: Message) -> Posted:
        """Durable when this returns. raises NotTaken"""
        try:
            posted = self._taken(message)
        except NotTaken as error:
            raise self._refused(error.why) from None
        except RefusedMail:
            raise self._refused(Why.UNREADABLE) from None
        except (StoreError, Transient, Stale) as error:
            log.warning("message waits with its sender", error=type(error).__name__)
            raise self._refused(Why.LATER) from None
        except (ZammadError, UnknownName) as error:
            log.error(
                "message refused by the helpdesk", error=type(error).__name__, status=getattr(error, "status", None)
            )
            raise self._refused(Why.REFUSED) from None
        self.meter.passed("intake", ("masked" if posted.kinds else "clean") if posted.new else "again")
        return posted

    def _refused(self, why: Why) -> NotTaken:
        self.meter.passed("intake", "kept" if why is Why.LATER else "refused")
        return NotTaken(why)

    def _taken(self, message: Message) -> Posted:
        masked = masked_message(self.masking(), message)
        passage = self.store.gate.take(
            identity=self.safe.token(f"gate intake\n{message.key}"),
            message_mark=message_mark(self.safe, self._message_id(message)),
            content_mark=self.safe.token(f"gate content\n{message.digest}"),
            way="intake",
        )
        if passage.content_mark != self.safe.token(f"gate content\n{message.digest}"):
            raise NotTaken(Why.OTHER_CONTENT)
        if passage.number is not None and passage.ticket_id is not None:
            return Posted(number=passage.number, id=passage.ticket_id, kinds=masked.kinds, new=False)
        lock, holder = f"gate:{passage.id}", self.new_id()
        if self.store.locks.take(lock, holder, _HELD) is not None:
            raise NotTaken(Why.LATER)
        try:
            return self._written(message, masked, passage)
        finally:
            with suppress(StoreError):
                self.store.locks.give_back(lock, holder)

    def _written(self, message: Message, masked: MaskedMessage, passage: Passage) -> Posted:
        record = passage.record_id
        if masked.changed and record is None:
            original = Original(content=message.raw, name=f"{passage.id}.json")
            record = self.safe.seal(origin_of(passage), original, comparable=False).id
            self.store.gate.sealed(passage.id, record)
        ticket, article = self._there(message, passage) or self._made(message, masked)
        if record is not None:
            place = Origin(ticket_id=ticket.id, article_id=article.id, place=f"gate:{passage.id}", kind=KIND)
            self.safe.move(record, place)
        self.store.gate.bound(passage.id, ticket_id=ticket.id, article_id=article.id, number=ticket.number)
        log.info("message taken", passage=passage.id, ticket_id=ticket.id, kinds=dict(masked.kinds))
        return Posted(number=ticket.number, id=ticket.id, kinds=masked.kinds, new=True)

    def _there(self, message: Message, passage: Passage) -> tuple[Ticket, Article] | None:
        """What an earlier attempt has written, whose answer was lost; also in a ticket that has since been named, moved
        or merged otherwise."""
        if passage.new:
            return None
        client = self.client()
        for ticket in client.with_message(self._message_id(message)):
            article = self._own(client.ticket(ticket.id).articles, message)
            if article is not None:
                return ticket, article
        return None

    def _own(self, articles: tuple[Article, ...] | list[Article], message: Message) -> Article | None:
        mark = self._mark(message)
        return next((article for article in articles if article.memory.get(MARK) == mark), None)

    def _made(self, message: Message, masked: MaskedMessage) -> tuple[Ticket, Article]:
        client = self.client()
        if message.number is None:
            ticket = self._new(client, masked.message)
        else:
            ticket = self._added(client, message.number, masked.message)
        article = self._own(client.articles(ticket.id), message)
        if article is None:
            raise NotTaken(Why.LATER)  # another look will tell
        return ticket, article

    def _new(self, client: Client, message: Message) -> Ticket:
        if not _title(message):
            raise NotTaken(Why.NO_SUBJECT)
        sender = message.sender
        customer: dict[str, Value] = (
            {"customer": sender.login} if sender.login else {"customer_id": f"guess:{sender.email}"}
        )
        fields: dict[str, Value] = {"title": _title(message), "group": self.group, **customer}
        ticket = client.create_ticket(TicketWrite(fields=fields, article=self._article(message)))
        if sender.name:
            user = client.user(ticket.customer_id)
            if not user.firstname and not user.lastname:
                client.update_user(user.id, {"firstname": sender.name})
        return ticket

    def _added(self, client: Client, number: str, message: Message) -> Ticket:
        """To an open ticket of this very customer; a closed one is opened again, as by a mail."""
        known = numbered(client, number)
        if known is None:
            raise NotTaken(Why.NO_TICKET)
        read = client.ticket(known.id)
        if not _is_the_customers(read, message):
            raise NotTaken(Why.OTHER_CUSTOMER)
        fields: dict[str, Value] = {}
        match self.names.state_type(read.ticket.state_id):
            case "merged":
                raise NotTaken(Why.MERGED)
            case "closed":
                fields["state_id"] = state_of_type(self.names, "open").id
            case _:
                pass
        return client.update_ticket(known.id, TicketWrite(fields=fields, article=self._article(message)))

    def _article(self, message: Message) -> ArticleWrite:
        return ArticleWrite(
            body=message.text,
            internal=False,
            key=None,
            type="phone" if message.channel == "phone" else "web",
            content_type="text/html" if message.html else "text/plain",
            subject=_title(message) or None,
            sender="Customer",
            message_id=self._message_id(message),
            memory={MARK: self._mark(message), "channel": message.channel},
            attachments=tuple(
                AttachmentWrite(
                    filename=file.name, mime_type=file.mime_type, data=base64.b64encode(file.content).decode()
                )
                for file in message.files
            ),
        )

    def _mark(self, message: Message) -> str:
        return self.safe.token(f"gate article\n{message.key}")

    def _message_id(self, message: Message) -> str:
        """By it the article is found as that of a mail is, should we die before its number is noted."""
        return f"<{self._mark(message)}@intake.zhidu.invalid>"


def _title(message: Message) -> str:
    return " ".join(message.subject.split())[:LONGEST_TITLE].strip()


def _is_the_customers(read: OneRead, message: Message) -> bool:
    customer = read.users.get(read.ticket.customer_id)
    if customer is None:
        return False
    known = {(customer.email or "").casefold(), (customer.login or "").casefold()} - {""}
    given = {message.sender.email.casefold(), message.sender.login.casefold()} - {""}
    return bool(known & given)
