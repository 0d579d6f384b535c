"""Looks for personal data in what one read brought: texts, names of attachments, text in attachments (6.1.1).

Values stay here: what leaves are kinds, places and counts, and keyed digests that are compared in memory alone.
"""

from __future__ import annotations

import hmac
import threading
from collections import OrderedDict
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final, Protocol

from integrations.zammad.errors import AnswerLost, Permanent, Transient
from integrations.zammad.rows import ArticleRow, Read
from integrations.zammad.wire import Attachment, User
from policies.kernel.confidential import (
    BODY,
    SUBJECT,
    TITLE,
    Confidential,
    Inspected,
    Mark,
    inspect,
    together,
)
from policies.kernel.masking import Masking
from policies.kernel.text import own_words, plain_text

_MOST: Final = 20_000
_ERASED: Final = 500  # what Zammad answers for a file that is gone
_HTML: Final = "text/html"


class Texts(Protocol):
    """The text in a file, as one or more pieces; nothing for a file without text, or one that cannot be read."""

    def __call__(self, name: str, mime_type: str, content: bytes) -> tuple[str, ...]: ...


@dataclass(slots=True, kw_only=True)
class Inspector:
    """Reads a ticket for personal data; what an article holds is found once and remembered. Safe to share.

    secret     keys the digests of values; another in every process
    fetch      an attachment's bytes, by ticket, article and attachment; None: attachments' text is not read
    texts      the text in a file
    largest    bytes of the largest attachment that is fetched
    """

    masking: Masking
    secret: bytes = field(repr=False)
    fetch: Callable[[int, int, int], bytes] | None = None
    texts: Texts = lambda name, mime_type, content: ()
    largest: int = 20 * 1024 * 1024
    _known: OrderedDict[int, tuple[Inspected, ...]] = field(default_factory=OrderedDict, repr=False)
    _lock: threading.Lock = field(default_factory=threading.Lock, repr=False)

    def ticket(self, read: Read, custom: Mapping[str, object]) -> tuple[Confidential, ...]:
        """Title and fields. `custom`: Zammad's names → values."""
        texts = [(TITLE, read.ticket.title)]
        texts += [(f"field:{name}", value) for name, value in custom.items() if isinstance(value, str)]
        return tuple(one for place, text in texts for one in self._inspect(place, text).found)

    def article(self, article: ArticleRow, known: frozenset[Mark] | None = None) -> tuple[Confidential, ...]:
        """What an article holds. `known`: of a reply to the customer, what was given before it.

        raises  ZammadError – an attachment cannot be fetched
        """
        return together(self.parts(article), known)

    def given(self, customer: User | None) -> frozenset[Mark]:
        """The customer's own contact data."""
        if customer is None:
            return frozenset()
        contacts = [text for text in (customer.email, customer.phone, customer.mobile) if text]
        texts = (text for contact in contacts for text in (contact, f"电话：{contact}"))
        return frozenset().union(*(self._inspect(BODY, text).marks for text in texts))

    def marks(self, article: ArticleRow) -> frozenset[Mark]:
        """What an article's texts and files hold, for comparison."""
        return frozenset().union(*(part.marks for part in self.parts(article)))

    def parts(self, article: ArticleRow) -> tuple[Inspected, ...]:
        with self._lock:
            known = self._known.get(article.id)
            if known is not None:
                self._known.move_to_end(article.id)
                return known
        found = tuple(part for part in self._parts(article) if part.found)
        with self._lock:
            self._known[article.id] = found
            if len(self._known) > _MOST:
                self._known.popitem(last=False)
        return found

    def _parts(self, article: ArticleRow) -> Iterator[Inspected]:
        html = article.content_type == _HTML
        if article.subject:
            yield self._inspect(SUBJECT, article.subject)
        fresh = own_words(plain_text(article.body, article.content_type))
        yield inspect(BODY, article.body, html=html, own=fresh, config=self.masking, seal=self._seal)
        for attachment in article.attachments:
            yield self._inspect(f"name:{attachment.id}", attachment.filename)
            yield from self._file(article, attachment)

    def _file(self, article: ArticleRow, attachment: Attachment) -> Iterator[Inspected]:
        if self.fetch is None or attachment.size > self.largest or attachment.mime_type.startswith("image/"):
            return
        try:
            content = self.fetch(article.ticket_id, article.id, attachment.id)
        except (Permanent, AnswerLost):
            return
        except Transient as error:
            if error.status == _ERASED:
                return
            raise
        for text in self.texts(attachment.filename, attachment.mime_type, content):
            yield self._inspect(f"file:{attachment.id}", text)

    def _inspect(self, place: str, text: str) -> Inspected:
        return inspect(place, text, config=self.masking, seal=self._seal)

    def _seal(self, value: str) -> bytes:
        return hmac.digest(self.secret, value.encode("utf-8", "surrogatepass"), "sha256")
