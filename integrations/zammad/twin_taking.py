"""Takes a ticket out of Zammad whole: the originals to be sealed, and the masked copy from which it is made anew."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Final, Protocol

from integrations.zammad.client import Client
from integrations.zammad.errors import NotFound
from integrations.zammad.names import Names
from integrations.zammad.origins import was
from integrations.zammad.twin_copy import (
    ArticleCopy,
    FileCopy,
    ItemCopy,
    LinkCopy,
    Mark,
    TicketCopy,
    closed_at,
    mark_of,
)
from integrations.zammad.wire import PREFIX, Article, ChecklistItem, OneRead
from policies.kernel.masking import Kind

WHOLE: Final = "whole"
"""The kind of an original that is kept whole, whatever it holds."""

_HTML: Final = "text/html"
_ALTERNATIVE: Final = "original-format"


class Masker(Protocol):
    """Masks texts and files; `kinds` names what a text holds that is masked."""

    def text(self, text: str, *, html: bool = False) -> str: ...
    def kinds(self, text: str, *, html: bool = False) -> frozenset[Kind]: ...

    def file(self, name: str, mime_type: str, content: bytes) -> bytes | None:
        """Masked; `content` itself where nothing is to be masked; None where it cannot be without loss."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """An original that is to be sealed; `article` 0: of the ticket itself."""

    article: int
    place: str
    kind: str
    content: bytes = field(repr=False)
    name: str = field(default="", repr=False)
    text: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """seen     by what the original is known as it was read: another text once anything has changed
    originals   what is sealed before anything is changed
    """

    copy: TicketCopy
    originals: tuple[Kept, ...] = field(repr=False)
    seen: str


def seen(read: OneRead) -> str:
    """Names the state of a ticket: time of its last change, number of its articles, the last of them."""
    last = read.articles[-1].id if read.articles else 0
    return f"{read.ticket.updated_at.isoformat()} {len(read.articles)} {last}"


class Taker:
    """Reads and masks. All calls raise ZammadError.

    fields       names of the tickets' fields that are copied
    sealed_text  what stands in a file's place that could not be masked
    """

    def __init__(self, client: Client, names: Names, masker: Masker, fields: frozenset[str], sealed_text: str) -> None:
        self._client, self._names, self._masker = client, names, masker
        self._fields, self._sealed_text = fields, sealed_text
        self._kept: list[Kept] = []

    def take(self, id: int) -> Taken:
        """raises NotFound"""
        self._kept = []
        read = self._client.ticket(id)
        history = self._client.call("GET", f"ticket_history/{id}").body
        whole = self._client.call("GET", f"tickets/{id}", params={"all": "true"}).body
        self._keep(0, "ticket", WHOLE, whole, "ticket.json")
        self._keep(0, "history", WHOLE, history, "history.json")
        ticket, before = read.ticket, mark_of(read.ticket.preferences)
        copy = TicketCopy(
            id=id,
            number=ticket.number,
            title=self._text(0, "title", ticket.title),
            group_id=ticket.group_id,
            owner_id=ticket.owner_id,
            customer_id=ticket.customer_id,
            priority_id=ticket.priority_id,
            state_id=ticket.state_id,
            state_type=self._names.state_type(ticket.state_id),
            pending_time=ticket.pending_time,
            created_at=ticket.created_at,
            closed_at=self._closed(read, before),
            memory=dict(ticket.memory),
            fields=dict(self._copied(read)),
            tags=tuple(dict.fromkeys(self._text(0, f"tag:{at}", tag) for at, tag in enumerate(read.tags))),
            links=tuple(self._links(read)),
            subscribers=read.subscribers,
            items=tuple(map(self._item, read.items)),
            articles=tuple(self._article(read, article) for article in read.articles),
        )
        return Taken(copy=copy, originals=tuple(self._kept), seen=seen(read))

    def _closed(self, read: OneRead, before: Mark | None) -> Any:
        if (
            before is not None
            and before.closed_at is not None
            and self._names.state_type(read.ticket.state_id) == "closed"
        ):
            return closed_at(before)
        return read.ticket.last_close_at or read.ticket.close_at

    def _keep(self, article: int, place: str, kind: str, content: bytes, name: str = "", *, text: bool = False) -> None:
        self._kept.append(Kept(article=article, place=place, kind=kind, content=content, name=name, text=text))

    def _text(self, article: int, place: str, text: str, *, html: bool = False) -> str:
        """Masked; the original is to be sealed where that makes a difference."""
        masked = self._masker.text(text, html=html)
        if masked != text:
            kinds = ",".join(sorted(self._masker.kinds(text, html=html)))
            self._keep(article, place, kinds, text.encode("utf-8", "surrogatepass"), text=True)
        return masked

    def _item(self, item: ChecklistItem) -> ItemCopy:
        text = self._text(0, f"item:{item.id}", item.text)
        return ItemCopy(id=item.id, text=text, checked=item.checked, masked=text != item.text)

    def _copied(self, read: OneRead) -> Iterator[tuple[str, Any]]:
        received = f"{PREFIX}received_at"
        for name in sorted(self._fields):
            value = read.ticket.custom(name)
            if name == received and not value:
                yield name, read.ticket.created_at.isoformat()
            elif value not in (None, "", []):
                yield name, self._text(0, f"field:{name}", value) if isinstance(value, str) else value

    def _links(self, read: OneRead) -> Iterator[LinkCopy]:
        for link in read.links:
            if link.object != "Ticket":
                continue
            try:
                yield LinkCopy(kind=link.type, number=self._client.ticket(link.object_id).ticket.number)
            except NotFound:
                continue

    def _article(self, read: OneRead, article: Article) -> ArticleCopy:
        before = was(article)
        html = article.content_type == _HTML
        type_name = self._names.type_of(article)
        body = self._text(article.id, "body", article.body, html=html)
        if type_name == "email":
            self._raw(article)
        return ArticleCopy(
            id=article.id if before is None else before.id,
            at=article.created_at if before is None else before.at,
            by=(article.origin_by_id or article.created_by_id) if before is None else before.by,
            type=type_name if before is None else before.channel,
            sender=self._names.sender_of(article),
            internal=article.internal,
            content_type=article.content_type,
            subject=None if article.subject is None else self._text(article.id, "subject", article.subject),
            body=body,
            from_=article.from_,
            to=article.to,
            cc=article.cc,
            message_id=article.message_id,
            in_reply_to=article.in_reply_to,
            memory=dict(article.memory),
            files=tuple(self._files(read, article)),
        )

    def _raw(self, article: Article) -> None:
        try:
            self._keep(article.id, "raw", WHOLE, self._client.raw_mail(article.id), f"{article.id}.eml")
        except NotFound:
            return  # it was not a mail that came in

    def _files(self, read: OneRead, article: Article) -> Iterator[FileCopy]:
        for file in article.attachments:
            content = self._client.attachment(read.ticket.id, article.id, file.id)
            if file.preferences.get(_ALTERNATIVE):
                self._keep(article.id, f"file:{file.id}", WHOLE, content, file.filename)
                continue  # the mail's own HTML: its text is the article's body
            made = self._masker.file(file.filename, file.mime_type, content)
            name = self._text(article.id, f"name:{file.id}", file.filename)
            if made != content:
                self._keep(article.id, f"file:{file.id}", WHOLE, content, file.filename)
            inline = f"/{article.id}/{file.id}?" in article.body or f'/{article.id}/{file.id}"' in article.body
            if made is None:
                text = self._sealed_text.encode()
                yield FileCopy(id=file.id, name=f"{name}.txt", mime_type="text/plain", content=text)
            else:
                yield FileCopy(id=file.id, name=name, mime_type=file.mime_type, content=made, inline=inline)
