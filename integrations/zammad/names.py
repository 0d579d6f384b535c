"""Ids to names and back: states, priorities, groups, article types and senders.

The lists are read once and again when an id or a name is not in them: a group made a minute ago is found without a
restart. Article types and senders have no list in Zammad; their names are learnt from articles. For all threads.
"""

import threading
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Protocol, TypeVar

from integrations.zammad.errors import Transient
from integrations.zammad.rows import ArticleRow
from integrations.zammad.wire import Article, Group, Priority, State

T = TypeVar("T", State, Priority, Group)

_TYPES_BY_STATE = {
    "new": "new",
    "open": "open",
    "pending reminder": "pending reminder",
    "pending close": "pending action",
    "closed": "closed",
    "merged": "merged",
}
"""Which seeded state bears which state type: for a Zammad that does not name the types, found by the shared type id."""


class Source(Protocol):
    """Where the names come from; `Client` is one."""

    def states(self) -> list[State]: ...
    def priorities(self) -> list[Priority]: ...
    def groups(self) -> list[Group]: ...
    def articles(self, ticket_id: int) -> list[Article]: ...


class UnknownName(LookupError):
    """The helpdesk has no such state, priority, group, type or sender, looked up a moment ago."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Tables:
    states: Mapping[int, State]
    priorities: Mapping[int, Priority]
    groups: Mapping[int, Group]
    state_types: Mapping[int, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Learnt:
    types: Mapping[int, str] = field(default_factory=dict)
    senders: Mapping[int, str] = field(default_factory=dict)


class Names:
    """The names of one helpdesk.

    source     gives the client of the calling thread.
    not_again  seconds in which a second miss does not read the lists again: a name that never was must not cost a
               read at every look.
    max_age    seconds after which the lists are read again even so: groups are renamed, states switched off. When the
               helpdesk cannot be read then, what was known goes on serving.
    """

    def __init__(
        self,
        source: Callable[[], Source],
        *,
        not_again: float = 30.0,
        max_age: float = 600.0,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._source = source
        self._not_again = not_again
        self._max_age = max_age
        self._monotonic = monotonic
        self._lock = threading.Lock()
        self._tables: _Tables | None = None
        self._read_at = 0.0
        self._tried_at = 0.0
        self._learnt = _Learnt()

    def state(self, id: int) -> State:
        """raises UnknownName, ZammadError"""
        return self._by_id("state", lambda tables: tables.states, id)

    def state_type(self, state_id: int) -> str:
        """`new`, `open`, `pending reminder`, `pending action`, `closed`, `merged`; a state of the company's own has
        one of these too. raises UnknownName, ZammadError"""
        state = self.state(state_id)
        if state.state_type is not None:
            return state.state_type
        found = self._current().state_types.get(state.state_type_id)
        if found is None:
            raise UnknownName(f"the type of state {state.name!r} is not known")
        return found

    def priority(self, id: int) -> Priority:
        """raises UnknownName, ZammadError"""
        return self._by_id("priority", lambda tables: tables.priorities, id)

    def group(self, id: int) -> Group:
        """raises UnknownName, ZammadError"""
        return self._by_id("group", lambda tables: tables.groups, id)

    def group_named(self, name: str) -> Group:
        """By its full name, `Complaints::Major`. raises UnknownName, ZammadError"""
        return self._by_name("group", lambda tables: tables.groups, name)

    def groups(self) -> tuple[Group, ...]:
        """All groups as last read. raises ZammadError"""
        return tuple(self._current().groups.values())

    def priorities(self) -> tuple[Priority, ...]:
        """All priorities as last read. raises ZammadError"""
        return tuple(self._current().priorities.values())

    def states(self) -> tuple[State, ...]:
        """All states as last read. raises ZammadError"""
        return tuple(self._current().states.values())

    def type_of(self, article: ArticleRow) -> str:
        """`note`, `email`, `phone`, `web` …; reads the ticket's articles once when the type is new to us.

        raises UnknownName, ZammadError
        """
        return article.type or self._learn(article, lambda learnt: learnt.types, article.type_id, "type")

    def sender_of(self, article: ArticleRow) -> str:
        """`Agent`, `Customer` or `System`. raises UnknownName, ZammadError"""
        return article.sender or self._learn(article, lambda learnt: learnt.senders, article.sender_id, "sender")

    def learn(self, articles: Iterable[ArticleRow]) -> None:
        """Takes note of the types and senders of articles that come with their names."""
        self.learn_names(
            {article.type_id: article.type for article in articles if article.type},
            {article.sender_id: article.sender for article in articles if article.sender},
        )

    def learn_names(self, types: Mapping[int, str], senders: Mapping[int, str]) -> None:
        """Takes note of the types and senders of articles by id."""
        with self._lock:
            self._learnt = _Learnt(types={**self._learnt.types, **types}, senders={**self._learnt.senders, **senders})

    def refresh(self) -> None:
        """Reads the lists anew. raises ZammadError; what was known stays known then."""
        self._refresh(after=self._tables)

    def _learn(self, article: ArticleRow, table: Callable[[_Learnt], Mapping[int, str]], id: int, what: str) -> str:
        known = table(self._learnt).get(id)
        if known is None:
            self.learn(tuple(self._source().articles(article.ticket_id)))
            known = table(self._learnt).get(id)
        if known is None:
            raise UnknownName(f"article {what} {id}")
        return known

    def _by_id(self, what: str, table: Callable[[_Tables], Mapping[int, T]], id: int) -> T:
        return self._find(f"{what} {id}", lambda tables: table(tables).get(id))

    def _by_name(self, what: str, table: Callable[[_Tables], Mapping[int, T]], name: str) -> T:
        def find(tables: _Tables) -> T | None:
            return next((each for each in table(tables).values() if each.name == name), None)

        return self._find(f"{what} {name!r}", find)

    def _find(self, what: str, find: Callable[[_Tables], T | None]) -> T:
        tables = self._current()
        found = find(tables)
        if found is None and self._monotonic() - self._read_at >= self._not_again:
            found = find(self._refresh(after=tables))
        if found is None:
            raise UnknownName(what)
        return found

    def _current(self) -> _Tables:
        tables, now = self._tables, self._monotonic()
        if tables is None:
            return self._refresh(after=None)
        if now - self._read_at < self._max_age or now - self._tried_at < self._not_again:
            return tables
        try:
            return self._refresh(after=tables)
        except Transient:
            return tables

    def _refresh(self, after: _Tables | None) -> _Tables:
        """Reads the lists unless another thread has done so since `after` was seen."""
        with self._lock:
            if self._tables is not None and self._tables is not after:
                return self._tables
            self._tried_at = self._monotonic()
            source = self._source()
            states = {state.id: state for state in source.states()}
            tables = _Tables(
                states=states,
                priorities={priority.id: priority for priority in source.priorities()},
                groups={group.id: group for group in source.groups()},
                state_types={
                    state.state_type_id: _TYPES_BY_STATE[state.name]
                    for state in states.values()
                    if state.name in _TYPES_BY_STATE
                },
            )
            self._tables, self._read_at = tables, self._tried_at
            return tables
