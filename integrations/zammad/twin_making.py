"""A ticket made anew in Zammad from its masked copy, call by call; each looks first whether it was made already."""

from __future__ import annotations

import base64
import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any, Final

from integrations.zammad.choices import state_of_type
from integrations.zammad.client import Client
from integrations.zammad.errors import NotFound, Refused
from integrations.zammad.names import Names
from integrations.zammad.origins import WAS, Was, was
from integrations.zammad.twin_copy import MARK, ArticleCopy, Mark, TicketCopy, mark_of
from integrations.zammad.wire import Article, OneRead, Ticket
from integrations.zammad.writes import ArticleWrite, AttachmentWrite, TicketWrite, Where

_SENT: Final = "phone"
"""What an agent's mail or message becomes: a type that Zammad keeps and does not send."""

_KEPT: Final = frozenset({"note", "phone", "web"})
_SYSTEM: Final = 1
"""The user that Zammad itself acts as."""
_INLINE: Final = re.compile(r'"/api/v1/ticket_attachment/\d+/\d+/(\d+)(?:\?[^"]*)?"')
_BEGINNING: Final = datetime(2000, 1, 1, tzinfo=UTC)


def article_write(copy: ArticleCopy) -> ArticleWrite:
    """An article as it is written anew: nothing of it is sent, and what it once was stands in its memory."""
    before = Was(id=copy.id, at=copy.at, by=copy.by, channel=copy.type)
    inline = {file.id: file for file in copy.files if file.inline}

    def data(found: re.Match[str]) -> str:
        file = inline.get(int(found[1]))
        if file is None:
            return found[0]
        return f'"data:{file.mime_type};base64,{base64.b64encode(file.content).decode()}"'

    memory = {name: value for name, value in copy.memory.items() if name != "key"}
    key = copy.memory.get("key")
    return ArticleWrite(
        body=_INLINE.sub(data, copy.body),
        internal=copy.internal,
        key=key if isinstance(key, str) else None,
        type=_type(copy),
        content_type=copy.content_type,
        subject=copy.subject,
        to=copy.to,
        cc=copy.cc,
        sender=copy.sender,
        from_=copy.from_,
        message_id=copy.message_id,
        in_reply_to=copy.in_reply_to,
        origin_by_id=copy.by if copy.sender == "Customer" and copy.by != _SYSTEM else None,
        memory={**memory, WAS: before.stored()},
        attachments=tuple(
            AttachmentWrite(filename=file.name, mime_type=file.mime_type, data=base64.b64encode(file.content).decode())
            for file in copy.files
            if not file.inline
        ),
    )


def _type(copy: ArticleCopy) -> str:
    """A customer's mail stays a mail, for Zammad does not send it; an automatic reply becomes a note."""
    if copy.sender == "Customer":
        return copy.type if copy.type in _KEPT or copy.type == "email" else "web"
    if copy.sender == "System":
        return "note"
    return copy.type if copy.type in _KEPT else _SENT


def numbered(client: Client, number: str) -> Ticket | None:
    """The ticket that has this number now."""
    where = Where(field="ticket.number", operator="is", value=number)
    return next(iter(client.search(where, created_since=_BEGINNING)), None)


class Maker:
    """Makes one ticket anew. All calls raise ZammadError.

    authors   ids of active staff in whose name their articles are written
    """

    def __init__(self, client: Client, names: Names, copy: TicketCopy, authors: frozenset[int]) -> None:
        self._client, self._names, self._copy, self._authors = client, names, copy, authors

    def make(self) -> int:
        """The ticket under its own number with its first article, closed, so that nobody is written to. Its id."""
        there = numbered(self._client, self._copy.number)
        if there is not None:
            mark = mark_of(there.preferences)
            if mark is None or mark.of != self._copy.id:
                raise Refused(
                    "the number was taken by another ticket", status=None, method="POST", path="tickets", kind="value"
                )
            return there.id
        copy = self._copy
        fields: dict[str, Any] = {
            **copy.fields,
            "number": copy.number,
            "title": copy.title,
            "group_id": copy.group_id,
            "owner_id": copy.owner_id,
            "customer_id": copy.customer_id,
            "priority_id": copy.priority_id,
            "state_id": state_of_type(self._names, "closed").id,
            "tags": ",".join(copy.tags),
        }
        write = TicketWrite(
            fields=fields,
            article=self._first(),
            preferences={"zhidu": copy.memory, MARK: self._mark(making=True).model_dump()},
        )
        return self._client.create_ticket(write).id

    def _first(self) -> ArticleWrite | None:
        """In the customer's name alone, whom the ticket has: another writer may be a user no more."""
        if not self._copy.articles:
            return None
        write = article_write(self._copy.articles[0])
        return write if write.origin_by_id == self._copy.customer_id else replace(write, origin_by_id=None)

    def _mark(self, *, making: bool) -> Mark:
        closed = self._copy.closed_at
        return Mark(
            of=self._copy.id,
            making=making,
            closed_at=None if closed is None else closed.isoformat(),
            reopened=self._copy.state_type != "closed",
        )

    def hide_items(self) -> None:
        """Masks the original's checklist where it stands: whether it goes with its ticket was not measured."""
        for item in self._copy.items:
            if item.masked:
                self._client.call("PUT", f"checklist_items/{item.id}", json={"text": item.text})

    def fill(self, id: int, note: ArticleWrite) -> OneRead:
        """Every article that is not there yet, in order, then links, subscribers, checklist and the note."""
        read = self._client.ticket(id)
        self._articles(id, read)
        self._bonds(id, read)
        if all(article.key != note.key for article in read.articles):
            self._client.add_article(id, note)
        return self._client.ticket(id)

    def _articles(self, id: int, read: OneRead) -> None:
        there = {before.id for article in read.articles if (before := was(article)) is not None}
        for copy in self._copy.articles:
            if copy.id not in there:
                self._article(id, copy)

    def _article(self, id: int, copy: ArticleCopy) -> None:
        write = article_write(copy)
        if copy.sender == "Agent" and copy.by in self._authors:
            try:
                self._client.add_article(id, write, on_behalf_of=copy.by)
                return
            except Refused:
                pass  # without access by now: in our own name, the true author stands in its memory
        try:
            self._client.add_article(id, write)
        except Refused:
            if write.origin_by_id is None:
                raise
            self._client.add_article(id, replace(write, origin_by_id=None))  # a user no more

    def _bonds(self, id: int, read: OneRead) -> None:
        linked = {self._number(link.object_id) for link in read.links if link.object == "Ticket"}
        for link in self._copy.links:
            if link.number not in linked and numbered(self._client, link.number) is not None:
                self._client.add_link(id, link.number, link.kind)
        for person in self._copy.subscribers:
            if person not in read.subscribers and person in self._authors:
                json = {"mentionable_type": "Ticket", "mentionable_id": id}
                self._client.call("POST", "mentions", json=json, on_behalf_of=person)
        if self._copy.items:
            self._checklist(id, read)

    def _number(self, id: int) -> str | None:
        try:
            return self._client.ticket(id).ticket.number
        except NotFound:
            return None

    def _checklist(self, id: int, read: OneRead) -> None:
        """A checklist begins with one blank item, which is taken for the first."""
        if read.ticket.checklist_id is None:
            self._client.call("POST", "checklists", json={"ticket_id": id})
            read = self._client.ticket(id)
        checklist, wanted = read.ticket.checklist_id, self._copy.items
        for index, item in enumerate(wanted):
            json: Mapping[str, object] = {"text": item.text, "checked": item.checked}
            if index >= len(read.items):
                self._client.call("POST", "checklist_items", json={"checklist_id": checklist, **json})
            elif (read.items[index].text, read.items[index].checked) != (item.text, item.checked):
                self._client.call("PUT", f"checklist_items/{read.items[index].id}", json=json)

    def gap(self, id: int, since: datetime) -> Iterator[Ticket]:
        """The tickets that mails have opened which found the number free, each merged into the twin by now."""
        where = Where(field="ticket.customer_id", operator="is", value=str(self._copy.customer_id))
        sign = f"#{self._copy.number}]"
        for ticket in list(self._client.search(where, created_since=since)):
            if ticket.id != id and sign in ticket.title:
                if self._names.state_type(ticket.state_id) != "merged":
                    self._client.call("PUT", f"ticket_merge/{ticket.id}/{self._copy.number}")
                yield ticket

    def finish(self, id: int, read: OneRead) -> Ticket:
        """The state it had, and the mark that it is whole; what a customer wrote meanwhile keeps it open."""
        copy = self._copy
        fields: dict[str, Any] = {"owner_id": copy.owner_id}
        spoke = any(self._is_new(article) for article in read.articles)
        if spoke and copy.state_type not in ("new", "open"):
            fields["state_id"] = state_of_type(self._names, "open").id
        else:
            fields["state_id"] = copy.state_id
            if copy.pending_time is not None:
                fields["pending_time"] = copy.pending_time
        mark = self._mark(making=False)
        return self._client.update_ticket(id, TicketWrite(fields=fields, preferences={MARK: mark.model_dump()}))

    def _is_new(self, article: Article) -> bool:
        return was(article) is None and article.key is None and self._names.sender_of(article) == "Customer"
