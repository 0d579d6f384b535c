"""Recorded answers → the story of a ticket, for one policy. What articles say is worked out when a rule first asks."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Iterable, Mapping
from datetime import date
from functools import partial
from typing import Any, TypeVar

from integrations.zammad.facts import Reader
from integrations.zammad.features import FeatureCache
from integrations.zammad.people import Directory
from integrations.zammad.rows import ArticleRow, Read, Told
from integrations.zammad.wire import User
from policies.kernel.facts import Person
from policies.kernel.text import Extractor, TextFeatures, Wording
from policies.kernel.text.features import EMPTY
from zhidu.simulating.story import Story, story_of

K = TypeVar("K")
V = TypeVar("V")

_MOST_TEXTS = 1_000
"""Texts of which is kept what they say, for tickets to come."""


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
    object.__setattr__(lazy, "_read", None)  # the text itself is not held on to
    return getattr(found, name)


class LazyCache(FeatureCache):
    """What articles say: equal texts have one object, so what staff send over and over is read once, and what rules
    find in it is found once. The least recently used is forgotten first."""

    def __init__(self, extractor: Extractor) -> None:
        super().__init__(extractor)
        self._texts: OrderedDict[tuple[str, str, str], LazyFeatures] = OrderedDict()
        self._wordings: OrderedDict[tuple[str, str, tuple[str, ...]], LazyWording] = OrderedDict()

    def of(self, article: ArticleRow) -> TextFeatures:
        if article.key is not None:
            return EMPTY
        text = (article.subject or "", article.body, article.content_type)
        return _one(self._texts, text, lambda: LazyFeatures(partial(self._extractor.features, *text)))

    def wording(self, article: ArticleRow, staff: tuple[str, ...]) -> Wording:
        body, kind = article.body, article.content_type
        read = partial(self._extractor.wording, body, kind, staff=staff)
        return _one(self._wordings, (body, kind, staff), lambda: LazyWording(read))


def _one(known: OrderedDict[K, V], key: K, make: Callable[[], V]) -> V:
    found = known.get(key)
    if found is None:
        found = known[key] = make()
        if len(known) > _MOST_TEXTS:
            known.popitem(last=False)
    else:
        known.move_to_end(key)
    return found


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
