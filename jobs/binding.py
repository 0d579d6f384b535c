"""Ties what came in through the gate to its ticket, once there is one: by the Message-ID of its article (6.1.4)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import structlog

from integrations.store.gate import Passage
from integrations.store.vault.errors import KeyGone, Tampered, WrongKey
from integrations.store.vault.records import Origin
from integrations.zammad.wire import Article, OneRead
from jobs.gate import KIND, message_mark

log = structlog.get_logger()


class MovingSafe(Protocol):
    """The vault, where an original can be given another place."""

    def token(self, value: str) -> str: ...
    def move(self, id: int, origin: Origin) -> None: ...


class WaitingPassages(Protocol):
    """What came in through the gate and waits for its ticket."""

    def unbound(self, message_marks: Sequence[str]) -> Sequence[Passage]: ...
    def of_article(self, article_ids: Sequence[int]) -> frozenset[int]: ...
    def bound(self, id: int, *, ticket_id: int, article_id: int, number: str) -> None: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Binding:
    """Called with each ticket that is looked at."""

    safe: MovingSafe
    passages: WaitingPassages

    def __call__(self, read: OneRead) -> None:
        """One passage an article, in the order in which they came. raises StoreError – the store is away"""
        named = [article for article in reversed(read.articles) if article.message_id]
        marked = {message_mark(self.safe, article.message_id or ""): article for article in named}
        waiting = self.passages.unbound(tuple(marked)) if marked else ()
        if not waiting:
            return
        taken = set(self.passages.of_article([article.id for article in read.articles]))
        for passage in waiting:
            article = marked[passage.message_mark]
            if article.id not in taken and self._moved(passage, read, article):
                taken.add(article.id)

    def _moved(self, passage: Passage, read: OneRead, article: Article) -> bool:
        ticket = read.ticket
        place = Origin(ticket_id=ticket.id, article_id=article.id, place=f"gate:{passage.id}", kind=KIND)
        try:
            if passage.record_id is not None:
                self.safe.move(passage.record_id, place)
        except (Tampered, KeyGone, WrongKey) as error:
            log.error("an original could not be tied to its ticket", passage=passage.id, error=str(error))
            return False
        self.passages.bound(passage.id, ticket_id=ticket.id, article_id=article.id, number=ticket.number)
        log.info("tied to its ticket", passage=passage.id, article_id=article.id)
        return True
