"""Recorded answers read straight into what facts need of them: thousands of old tickets are read fast.

Most of a ticket's answer are people with their settings, most of a history are people and notifications: they are
passed over. An answer that is not as expected in every field used here is given to `wire`, which reads it or says what
is wrong with it, so there is one truth about shapes.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import msgspec

from integrations.zammad import wire
from integrations.zammad.records import PREFIX, Attachment, ChecklistItem, gave_up, ours
from integrations.zammad.registers import User
from integrations.zammad.rows import ArticleRow, EntryRow, Read, TicketRow, Told
from integrations.zammad.wire import WireError

_UNREADABLE = (msgspec.MsgspecError, UnicodeDecodeError, KeyError)


class _Request(msgspec.Struct):
    path: str = ""
    method: str = "GET"


class _Response(msgspec.Struct):
    status: int
    json: msgspec.Raw = msgspec.Raw(b"null")


class _Exchange(msgspec.Struct):
    request: _Request
    response: _Response


class _Ticket(msgspec.Struct):
    id: int
    number: str
    title: str
    group_id: int
    state_id: int
    priority_id: int
    owner_id: int
    customer_id: int
    created_by_id: int
    updated_by_id: int
    created_at: datetime
    updated_at: datetime
    pending_time: datetime | None = None
    close_at: datetime | None = None
    last_close_at: datetime | None = None
    checklist_id: int | msgspec.UnsetType | None = msgspec.UNSET
    preferences: dict[str, Any] = {}
    fields: dict[str, Any] = msgspec.field(name=PREFIX, default_factory=dict)
    """Ours by full name: as many as modules want, so they are read apart."""

    @property
    def memory(self) -> Mapping[str, object]:
        return ours(self.preferences)

    @property
    def has_checklists(self) -> bool:
        return self.checklist_id is not msgspec.UNSET


class _Article(msgspec.Struct):
    id: int
    ticket_id: int
    type_id: int
    sender_id: int
    internal: bool
    created_by_id: int
    updated_by_id: int
    created_at: datetime
    updated_at: datetime
    type: str | None = None
    sender: str | None = None
    subject: str | None = None
    content_type: str = "text/plain"
    body: str = ""
    preferences: dict[str, Any] = {}
    attachments: list[Attachment] = []
    origin_by_id: int | None = None

    @property
    def memory(self) -> Mapping[str, object]:
        return ours(self.preferences)

    @property
    def key(self) -> str | None:
        key = self.memory.get("key")
        return key if isinstance(key, str) else None

    @property
    def given_up(self) -> bool:
        return gave_up(self.preferences)


class _Entry(msgspec.Struct):
    object: str
    type: str
    created_by_id: int
    created_at: datetime
    attribute: str | None = None
    value_from: str | None = None
    value_to: str | None = None
    id_from: int | None = None
    id_to: int | None = None


class _Assets(msgspec.Struct):
    tickets: dict[str, msgspec.Raw] = msgspec.field(name="Ticket", default_factory=dict)
    articles: dict[str, _Article] = msgspec.field(name="TicketArticle", default_factory=dict)
    users: dict[str, msgspec.Raw] = msgspec.field(name="User", default_factory=dict)
    checklists: dict[str, msgspec.Raw] = msgspec.field(name="Checklist", default_factory=dict)
    items: dict[str, msgspec.Raw] = msgspec.field(name="ChecklistItem", default_factory=dict)


class _Read(msgspec.Struct):
    ticket_id: int
    assets: _Assets
    ticket_article_ids: list[int] = []
    tags: list[str] = []


class _History(msgspec.Struct):
    history: list[_Entry]


@dataclass(frozen=True, slots=True, kw_only=True)
class _OneRead:
    """As `wire.OneRead`, of its people only the customer."""

    ticket: TicketRow
    articles: tuple[ArticleRow, ...]
    users: Mapping[int, User]
    tags: tuple[str, ...]
    items: tuple[ChecklistItem, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class _Told:
    entries: tuple[EntryRow, ...]


def _checked(kind: type[Any], found: object) -> object:
    """Reads an attachment as `wire` does."""
    return kind.model_validate(found)


_EXCHANGE = msgspec.json.Decoder(_Exchange)
_READ = msgspec.json.Decoder(_Read, dec_hook=_checked)
_TICKET = msgspec.json.Decoder(_Ticket)
_FIELDS = msgspec.json.Decoder(dict[str, Any])
_HISTORY = msgspec.json.Decoder(_History)

NO_HISTORY: Told = _Told(entries=())


def exchange(line: bytes) -> tuple[str, int, bytes]:
    """Path, status and body of a recorded exchange. Raises WireError: the line is none."""
    try:
        found = _EXCHANGE.decode(line)
    except (msgspec.MsgspecError, UnicodeDecodeError):
        raise WireError("no exchange with request and response") from None
    return found.request.path, found.response.status, bytes(found.response.json)


def one_read(body: bytes) -> Read:
    """The answer of `GET tickets/:id?all=true`, of its people only the customer. raises WireError"""
    try:
        return _one_read(body)
    except _UNREADABLE:
        return wire.one_read(body)


def _one_read(body: bytes) -> Read:
    read = _READ.decode(body)
    assets = read.assets
    raw = assets.tickets[str(read.ticket_id)]
    ticket = _TICKET.decode(raw)
    ticket.fields = {name: value for name, value in _FIELDS.decode(raw).items() if name.startswith(PREFIX)}
    times = (ticket.created_at, ticket.updated_at, ticket.pending_time, ticket.close_at, ticket.last_close_at)
    named = (assets.articles.get(str(id)) for id in read.ticket_article_ids)
    articles = tuple(article for article in named if article is not None)
    _in_utc(*times, *(article.created_at for article in articles))
    customer = assets.users.get(str(ticket.customer_id))
    users = {} if customer is None else {ticket.customer_id: wire.USER.one(bytes(customer))}
    items = tuple(_items(assets, ticket.checklist_id))
    return _OneRead(ticket=ticket, articles=articles, users=users, tags=tuple(read.tags), items=items)


def _items(assets: _Assets, checklist_id: object) -> Iterator[ChecklistItem]:
    """The lines of the checklist, in its order; few tickets have one, so it is read as `wire` reads it."""
    checklist = assets.checklists.get(str(checklist_id))
    for id in () if checklist is None else wire.CHECKLIST.one(bytes(checklist)).sorted_item_ids:
        item = assets.items.get(str(id))
        if item is not None:
            yield wire.CHECKLIST_ITEM.one(bytes(item))


def history(body: bytes) -> Told:
    """The answer of `GET ticket_history/:id`, without its people and without notifications. raises WireError"""
    try:
        entries = _HISTORY.decode(body).history
        _in_utc(*(entry.created_at for entry in entries))
    except _UNREADABLE:
        return wire.history(body)
    return _Told(entries=tuple(entry for entry in entries if entry.type != "notification"))


def _in_utc(*times: datetime | None) -> None:
    """Raises KeyError where a time is not written in UTC, as the helpdesk writes them all."""
    for at in times:
        if at is not None and at.tzinfo is not UTC:
            raise KeyError(at)
