"""Recorded answers cut down to what facts need before they are read: thousands of old tickets are read fast.

Most of a ticket's answer are people with their settings, most of a history are people and notifications. What is left
has the same shape, so `wire` reads both and there is one truth about shapes.
"""

from __future__ import annotations

import msgspec

from integrations.zammad import wire
from integrations.zammad.wire import History, OneRead, WireError

_NOTHING = msgspec.Raw(b"[]")


class _Request(msgspec.Struct):
    path: str = ""
    method: str = "GET"


class _Response(msgspec.Struct):
    status: int
    json: msgspec.Raw = msgspec.Raw(b"null")


class _Exchange(msgspec.Struct):
    request: _Request
    response: _Response


class _Assets(msgspec.Struct):
    tickets: dict[str, msgspec.Raw] = msgspec.field(name="Ticket", default_factory=dict)
    articles: dict[str, msgspec.Raw] = msgspec.field(name="TicketArticle", default_factory=dict)
    users: dict[str, msgspec.Raw] = msgspec.field(name="User", default_factory=dict)


class _Read(msgspec.Struct):
    ticket_id: int
    assets: _Assets
    ticket_article_ids: msgspec.Raw = _NOTHING
    tags: msgspec.Raw = _NOTHING


class _Customer(msgspec.Struct):
    customer_id: int = 0


class _History(msgspec.Struct):
    history: list[msgspec.Raw]


_EXCHANGE = msgspec.json.Decoder(_Exchange)
_READ = msgspec.json.Decoder(_Read)
_CUSTOMER = msgspec.json.Decoder(_Customer)
_HISTORY = msgspec.json.Decoder(_History)


def exchange(line: bytes) -> tuple[str, int, bytes]:
    """Path, status and body of a recorded exchange. Raises WireError: the line is none."""
    try:
        found = _EXCHANGE.decode(line)
    except (msgspec.MsgspecError, UnicodeDecodeError):
        raise WireError("no exchange with request and response") from None
    return found.request.path, found.response.status, bytes(found.response.json)


def one_read(body: bytes) -> OneRead:
    """The answer of `GET tickets/:id?all=true`, of its people only the customer. raises WireError"""
    try:
        read = _READ.decode(body)
        ticket = read.assets.tickets[str(read.ticket_id)]
        customer = str(_CUSTOMER.decode(ticket).customer_id)
    except (msgspec.MsgspecError, KeyError, UnicodeDecodeError):
        return wire.one_read(body)  # says what is wrong
    people = {customer: read.assets.users[customer]} if customer in read.assets.users else {}
    assets = b'{"Ticket":%b,"TicketArticle":%b,"User":%b}' % (
        _object({str(read.ticket_id): ticket}),
        _object(read.assets.articles),
        _object(people),
    )
    slim = b'{"ticket_id":%d,"ticket_article_ids":%b,"tags":%b,"assets":%b}' % (
        read.ticket_id,
        bytes(read.ticket_article_ids),
        bytes(read.tags),
        assets,
    )
    return wire.one_read(slim)


def history(body: bytes) -> History:
    """The answer of `GET ticket_history/:id`, without its people and without notifications. raises WireError"""
    try:
        entries = [bytes(entry) for entry in _HISTORY.decode(body).history]
    except (msgspec.MsgspecError, UnicodeDecodeError):
        return wire.history(body)  # says what is wrong
    told = (entry for entry in entries if b'"notification"' not in entry or b'"attribute"' in entry)
    return wire.history(b'{"history":[%b]}' % b",".join(told))


def _object(items: dict[str, msgspec.Raw]) -> bytes:
    return b"{%b}" % b",".join(b'"%b":%b' % (key.encode(), bytes(value)) for key, value in items.items())
