"""What the articles say, computed once each: an article's text never changes in Zammad."""

from __future__ import annotations

import threading
from collections import OrderedDict

from integrations.zammad.rows import ArticleRow
from policies.kernel.text import Extractor, TextFeatures, Wording


class FeatureCache:
    """Features by article id, the least recently used forgotten first. Safe to share between threads.

    most   articles kept; a busy desk's month is some ten thousand
    """

    def __init__(self, extractor: Extractor, most: int = 20_000) -> None:
        self._extractor = extractor
        self._most = most
        self._known: OrderedDict[int, TextFeatures] = OrderedDict()
        self._worded: OrderedDict[tuple[int, tuple[str, ...]], Wording] = OrderedDict()
        self._lock = threading.Lock()

    def of(self, article: ArticleRow) -> TextFeatures:
        """The features of subject and body; our own articles say nothing that rules should hear."""
        with self._lock:
            known = self._known.get(article.id)
            if known is not None:
                self._known.move_to_end(article.id)
                return known
        body = "" if article.key is not None else article.body
        found = self._extractor.features(article.subject or "", body, article.content_type)
        with self._lock:
            self._known[article.id] = found
            if len(self._known) > self._most:
                self._known.popitem(last=False)
        return found

    def wording(self, article: ArticleRow, staff: tuple[str, ...]) -> Wording:
        """How a reply is worded; `staff`: number and department of its writer."""
        key = (article.id, staff)
        with self._lock:
            known = self._worded.get(key)
            if known is not None:
                self._worded.move_to_end(key)
                return known
        found = self._extractor.wording(article.body, article.content_type, staff=staff)
        with self._lock:
            self._worded[key] = found
            if len(self._worded) > self._most:
                self._worded.popitem(last=False)
        return found

    def grams(self, article: ArticleRow) -> tuple[int, ...]:
        """Hashed runs of what the article's writer wrote, as far as corrections are learnt from."""
        return self._extractor.grams(article.subject or "", article.body, article.content_type)
