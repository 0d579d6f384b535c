"""Recorded answers → the story of a ticket, for one policy. What articles say is worked out when a rule first asks."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from integrations.zammad.facts import Reader
from integrations.zammad.features import FeatureCache
from integrations.zammad.people import Directory
from integrations.zammad.wire import Article, History, OneRead, User
from policies.kernel.facts import Person
from policies.kernel.text import Extractor, TextFeatures
from policies.kernel.text.features import EMPTY
from zhidu.simulating.story import Story, story_of

_FIELDS = tuple(TextFeatures.__dataclass_fields__)


class LazyFeatures(TextFeatures):
    """The features of an article that nobody has asked for yet; the same object for every policy of equal words."""

    __slots__ = ("_article", "_extractor")

    def __init__(self, extractor: Extractor, article: Article) -> None:
        object.__setattr__(self, "_extractor", extractor)
        object.__setattr__(self, "_article", article)

    def __getattr__(self, name: str) -> Any:
        """Called for a field that is not there yet, which then all are."""
        if name not in _FIELDS:
            raise AttributeError(name)
        article = self._article
        found = self._extractor.features(article.subject or "", article.body, article.content_type)
        for field in _FIELDS:
            object.__setattr__(self, field, getattr(found, field))
        object.__setattr__(self, "_article", None)
        return getattr(found, name)


class LazyCache(FeatureCache):
    """Features of the articles of one ticket at a time; `forget` before the next one."""

    def __init__(self, extractor: Extractor) -> None:
        super().__init__(extractor)
        self._here: dict[int, TextFeatures] = {}

    def of(self, article: Article) -> TextFeatures:
        known = self._here.get(article.id)
        if known is None:
            known = self._here[article.id] = (
                EMPTY if article.key is not None else LazyFeatures(self._extractor, article)
            )
        return known

    def forget(self) -> None:
        self._here.clear()


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


def story(reader: Reader, read: OneRead, history: History) -> Story:
    """The ticket's story. raises ZammadError"""
    changes = reader.full_changes(history)
    facts = reader.facts(read, changes, read.ticket.updated_at)
    return story_of(facts, history)
