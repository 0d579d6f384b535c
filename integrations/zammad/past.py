"""A ticket as it was: what the history says changed since an instant is put back."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import datetime
from types import MappingProxyType
from typing import Any

from integrations.zammad.choices import priority_number
from integrations.zammad.fields import as_instant, read_fields
from policies.kernel.copies import varied
from policies.kernel.facts import NOBODY, Change, Facts, Memory, Ticket
from policies.kernel.history import ZAMMADS_OWN
from policies.kernel.vocabulary import FIELDS, LISTS


def facts_at(facts: Facts, at: datetime) -> Facts:
    """The facts of the same ticket at an earlier instant, as far as its history tells.

    Articles and changes of later are left out, and the memory where the ticket has changed since; people, desks and
    tags are as they are now, for the history that rules may know does not tell them. Raises ValueError when the ticket
    did not exist yet.
    """
    if at < facts.ticket.created_at:
        raise ValueError(f"the ticket was made at {facts.ticket.created_at.isoformat()}, after {at.isoformat()}")
    return replace(
        facts,
        now=at,
        ticket=_ticket_at(facts, at),
        articles=tuple(article for article in facts.articles if article.at <= at),
        history=tuple(change for change in facts.history if change.at <= at),
        memory=facts.memory if facts.ticket.updated_at <= at else Memory(case_id=facts.memory.case_id),
    )


def _ticket_at(facts: Facts, at: datetime) -> Ticket:
    before = {change.field: change.old for change in reversed(facts.history) if change.at > at}
    was = with_words(facts.ticket, before)
    return replace(was, updated_at=min(at, facts.ticket.updated_at), closed_at=_closed_at(facts, at))


def as_it_came(ticket: Ticket, history: Iterable[Change]) -> Ticket:
    """The ticket as it was made: every change of its history, oldest first, put back. Tags are as they are now."""
    first: dict[str, str] = {}
    for change in history:
        first.setdefault(change.field, change.old)
    return varied(with_words(ticket, first), updated_at=ticket.created_at, closed_at=None)


def with_words(ticket: Ticket, words: Mapping[str, str]) -> Ticket:
    """The ticket with fields as the history writes them: field → the word for its value."""
    if ZAMMADS_OWN.issuperset(words) and not ticket.custom and ticket.nonsense.isdisjoint(words):
        return varied(ticket, **{key: value for name, word in words.items() for key, value in _own(name, word)})
    ours = read_fields({name: _stored(word) for name, word in words.items() if name not in ZAMMADS_OWN})
    unset: dict[str, Any] = {name: frozenset() if name in LISTS else None for name in words if name in FIELDS}
    own = {key: value for name, word in words.items() if name in ZAMMADS_OWN for key, value in _own(name, word)}
    custom = {name: value for name, value in ticket.custom.items() if name not in words} | dict(ours.custom)
    return varied(
        ticket,
        custom=MappingProxyType(custom),
        nonsense=ticket.nonsense.difference(words) | ours.nonsense,
        **(unset | dict(ours.core) | own),
    )


def _closed_at(facts: Facts, at: datetime) -> datetime | None:
    """When it was last closed before `at`; a closing that the history does not show counts as the ticket has it."""
    shown = [change.at for change in facts.history if change.field == "state" and change.new == "closed"]
    now = facts.ticket.closed_at
    return max((time for time in (*shown, *([now] if now is not None else [])) if time <= at), default=None)


def _own(name: str, old: str) -> Iterator[tuple[str, Any]]:
    """What a field of Zammad's own was, from the words of the history."""
    match name:
        case "state":
            yield from (("state", old), ("state_type", old))
        case "owner":
            yield "owner", int(old) if old.isdecimal() and int(old) != NOBODY else None
        case "priority":
            yield "priority", priority_number(old)
        case "pending_time":
            yield "pending_until", as_instant(old)
        case _:
            yield name, old


def _stored(old: str) -> object:
    """The value behind the text of the history, which writes lists as JSON."""
    try:
        return json.loads(old) if old.startswith("[") else old
    except ValueError:
        return old
