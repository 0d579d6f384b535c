"""One past ticket as a story: how it came, and what people did to it since. What zhidu did is left out.

A replay puts in its place what the policy that is tried would have done; people act as they did.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from operator import attrgetter

from integrations.zammad.past import as_it_came, with_words
from integrations.zammad.rows import EntryRow, Told
from policies.kernel.copies import varied
from policies.kernel.facts import Article, Change, Facts, Ticket
from policies.kernel.history import kept
from policies.kernel.quick import quick

TOGETHER = timedelta(seconds=2)
"""What follows one another so closely is seen in one look: a delivery takes longer."""


@quick
@dataclass(frozen=True, slots=True, kw_only=True)
class TagSet:
    """A tag that came or went."""

    at: datetime
    by: int
    name: str
    there: bool


Deed = Change | Article | TagSet


@quick
@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """What people did at one moment, in order."""

    at: datetime
    deeds: tuple[Deed, ...]

    @property
    def told_only(self) -> bool:
        """Whether something was said and nothing done."""
        return all(isinstance(deed, Article) for deed in self.deeds)


@dataclass(frozen=True, slots=True, kw_only=True)
class Story:
    """`facts` as read, with the whole history; `began` the ticket as it was made."""

    facts: Facts
    began: Ticket
    events: tuple[Event, ...]


def story_of(facts: Facts, history: Told) -> Story:
    """The story of a ticket as it was read.

    facts    with all changes that its history has, their words included (`Reader.full_changes`)
    history  the same, for the tags
    """
    tags = tuple(_tags(history.entries))
    began = as_it_came(facts.ticket, facts.history)
    if tags:
        began = varied(began, tags=_first_tags(facts.ticket.tags, tags))
    deeds: list[Deed] = [change for change in facts.history if change.by != facts.me]
    deeds += [tag for tag in tags if tag.by != facts.me]
    deeds += [article for article in facts.articles if article.key is None]
    events = tuple(_events(began.created_at, deeds))
    return Story(facts=facts, began=began, events=events)


def _events(began_at: datetime, deeds: Sequence[Deed]) -> Iterator[Event]:
    """The first is the making of the ticket, whatever else happened then."""
    first = last = began_at
    now: list[Deed] = []
    for deed in sorted(deeds, key=attrgetter("at")):
        if deed.at > first + TOGETHER:
            yield Event(at=last, deeds=tuple(now))
            first, now = deed.at, []
        last = max(first, deed.at)
        now.append(deed)
    yield Event(at=last, deeds=tuple(now))


def _tags(entries: Iterable[EntryRow]) -> Iterator[TagSet]:
    for entry in entries:
        if entry.attribute == "tag" and entry.type in ("added", "removed"):
            name = (entry.value_to if entry.type == "added" else entry.value_from) or entry.value_to or ""
            yield TagSet(at=entry.created_at, by=entry.created_by_id, name=name, there=entry.type == "added")


def _first_tags(now: frozenset[str], changes: Sequence[TagSet]) -> frozenset[str]:
    tags = set(now)
    for change in reversed(changes):
        if change.there:
            tags.discard(change.name)
        else:
            tags.add(change.name)
    return frozenset(tags)


@dataclass(slots=True, kw_only=True)
class Scene:
    """The ticket as it stands in the replay; changes as the story and the policy go on."""

    ticket: Ticket
    articles: tuple[Article, ...] = ()
    history: tuple[Change, ...] = ()

    def play(self, event: Event) -> None:
        """What people did takes effect. A change to what is there already is none, as in the helpdesk."""
        for deed in event.deeds:
            match deed:
                case Article():
                    self.articles = (*self.articles, deed)
                case TagSet(name=name, there=there):
                    tags = self.ticket.tags
                    self.ticket = varied(self.ticket, tags=tags | {name} if there else tags - {name})
                case Change():
                    self._change(deed)
        self.ticket = varied(self.ticket, updated_at=max(self.ticket.updated_at, event.at))

    def _change(self, change: Change) -> None:
        ticket = with_words(self.ticket, {change.field: change.new})
        if ticket == self.ticket:
            return
        if change.field == "state" and change.new == "closed":
            ticket = varied(ticket, closed_at=change.at)
        before = self._last(change.field)
        told = change if before is None else replace(change, old=before)
        self.history = (*self.history, kept(told))
        self.ticket = ticket

    def _last(self, field: str) -> str | None:
        """The word that the replay last gave the field; None where it never changed."""
        return next((change.new for change in reversed(self.history) if change.field == field), None)
