"""Recorded answers → the story of a ticket, for one policy. What articles say is worked out when a rule first asks."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Iterable, Mapping
from datetime import date
from functools import partial
from typing import Any

from integrations.zammad.facts import Reader
from integrations.zammad.features import FeatureCache
from integrations.zammad.people import Directory
from integrations.zammad.rows import ArticleRow, Read, Told
from integrations.zammad.wire import User
from policies.kernel.facts import Person
from policies.kernel.text import Extractor, TextFeatures, Wording
from policies.kernel.text.features import EMPTY
from zhidu.simulating.story import Story, story_of

_MOST_TEXTS = 1_000
"""Texts whose features are kept for tickets to come."""


class LazyFeatures(TextFeatures):
    """The features of an article that nobody has asked for yet, worked out by `read` when somebody does."""

    __slots__ = ("_read",)

    def __init__(self, read: Callable[[], TextFeatures]) -> None:
        object.__setattr__(self, "_read", read)

    def __getattr__(self, name: str) -> Any:
        return _filled(self, self._read, name)


class LazyWording(Wording):
    """The wording of a reply that nobody has asked for yet, as `LazyFeatures` are."""

    __slots__ = ("_read",)

    def __init__(self, read: Callable[[], Wording]) -> None:
        object.__setattr__(self, "_read", read)

    def __getattr__(self, name: str) -> Any:
        return _filled(self, self._read, name)


def _filled(lazy: TextFeatures | Wording, read: Callable[[], object], name: str) -> Any:
    """Called for a field that is not there yet, which then all are."""
    fields = type(lazy).__dataclass_fields__
    if name not in fields:
        raise AttributeError(name)
    found = read()
    for field in fields:
        object.__setattr__(lazy, field, getattr(found, field))
    return getattr(found, name)


class LazyCache(FeatureCache):
    """What the articles of one ticket say, the same object for every policy of equal words; `forget` before the next
    ticket."""

    def __init__(self, extractor: Extractor) -> None:
        super().__init__(extractor)
        self._texts: OrderedDict[tuple[str, str, str], TextFeatures] = OrderedDict()
        self._features: dict[int, TextFeatures] = {}
        self._wordings: dict[tuple[int, tuple[str, ...]], Wording] = {}

    def of(self, article: ArticleRow) -> TextFeatures:
        known = self._features.get(article.id)
        if known is None:
            known = EMPTY if article.key is not None else LazyFeatures(partial(self._read, article))
            self._features[article.id] = known
        return known

    def wording(self, article: ArticleRow, staff: tuple[str, ...]) -> Wording:
        key = (article.id, staff)
        known = self._wordings.get(key)
        if known is None:
            read = partial(self._extractor.wording, article.body, article.content_type, staff=staff)
            known = self._wordings[key] = LazyWording(read)
        return known

    def _read(self, article: ArticleRow) -> TextFeatures:
        """Equal texts have equal features: what staff send over and over is read once."""
        text = (article.subject or "", article.body, article.content_type)
        known = self._texts.get(text)
        if known is None:
            known = self._texts[text] = self._extractor.features(*text)
            if len(self._texts) > _MOST_TEXTS:
                self._texts.popitem(last=False)
        else:
            self._texts.move_to_end(text)
        return known

    def forget(self) -> None:
        self._features.clear()
        self._wordings.clear()


class Roster(Directory):
    """The people as they were read at the beginning: users who come with a ticket teach it nothing."""

    def learn(self, users: Iterable[User]) -> None:
        pass

    def people(self, today: date) -> Mapping[int, Person]:
        days: dict[date, Mapping[int, Person]] = self.__dict__.setdefault("_days", {})
        found = days.get(today)
        if found is None:
            found = days[today] = super().people(today)
        return found


def story(reader: Reader, read: Read, history: Told) -> Story:
    """The ticket's story. raises ZammadError"""
    changes = reader.full_changes(history)
    facts = reader.facts(read, changes, read.ticket.updated_at)
    return story_of(facts, history)
