"""The ticket as decisions want it, and what must be remembered once they have taken effect."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from types import MappingProxyType
from typing import Any, Final

from policies.kernel.copies import varied
from policies.kernel.decisions import (
    KEYED,
    Action,
    Assign,
    Decision,
    Note,
    Prioritise,
    Route,
    RunClock,
    Say,
    SetField,
    SetState,
    Tag,
    Untag,
)
from policies.kernel.facts import Facts, Fired, Memory, Ticket
from policies.kernel.glance import SAID, SHOWN
from policies.kernel.moments import same_run
from policies.kernel.once import once_key

SITUATION = "situation:"
"""A note whose key begins so describes the situation; only the last one is remembered."""


LAYS_NOTHING: Final = frozenset((RunClock, *KEYED))
"""Most of what is decided changes nothing about the ticket."""


def overlay(facts: Facts, decisions: Iterable[Decision]) -> Facts:
    """`facts` with the ticket as the decisions want it, and as it was read; the same object where nothing differs."""
    wanted: dict[str, Any] = {}
    ticket = facts.ticket
    for decision in decisions:
        if type(decision.action) not in LAYS_NOTHING:
            _lay(decision, ticket, wanted)
    if not wanted:
        return facts
    changed = {name: value for name, value in wanted.items() if getattr(ticket, name) != value}
    if not changed:
        return facts
    laid = varied(facts, ticket=varied(ticket, **changed), read=facts.read or ticket)
    _hand_on(facts, laid, _OF_THE_PAST if "group" in changed else _OF_PAST_AND_GROUP)
    return laid


def recalled(facts: Facts, memory: Memory) -> Facts:
    """`facts` with another memory; the ticket is the same, and what was derived from it stays."""
    made = varied(facts, memory=memory)
    _hand_on(facts, made, _OF_TICKET)
    return made


def summed_up(facts: Facts, decided: tuple[Decision, ...]) -> Facts:
    """`facts` for the rules that sum up. Whatever was derived stays, and what it keeps of the facts is as before."""
    made = object.__new__(type(facts))
    made.__dict__.update(facts.__dict__, decided=decided)
    return made


_OF_THE_PAST: Final = ("from_customer", "to_customer", "latest", "latest_by_person", SAID)
_OF_PAST_AND_GROUP: Final = (*_OF_THE_PAST, "desk", "calendar", "supervisor", "manager")
"""What facts derive from articles and history, and from group, people and desks: the same as long as these are."""
_OF_TICKET: Final = (*_OF_PAST_AND_GROUP, "owner", SHOWN)
"""What they derive from the whole ticket."""


def _hand_on(facts: Facts, to: Facts, names: Iterable[str]) -> None:
    """What was derived already need not be derived again."""
    known, there = facts.__dict__, to.__dict__
    for name in names:
        if name in known:
            there[name] = known[name]


def _lay(decision: Decision, ticket: Ticket, wanted: dict[str, Any]) -> None:
    match decision.action:
        case SetField(value=Say()):
            pass
        case SetField(field=name, value=value):
            if name in _CORE_FIELDS:
                wanted[name] = value
            else:
                custom: Mapping[str, Any] = wanted.get("custom", ticket.custom)
                wanted["custom"] = MappingProxyType({**custom, name: value})
        case Route(group=group):
            wanted["group"] = group
        case Assign(owner=owner):
            wanted["owner"] = owner
        case SetState(state=state, until=until):
            wanted["state_type"] = wanted["state"] = state
            wanted["pending_until"] = until
        case Prioritise(priority=priority):
            wanted["priority"] = priority
        case Tag(name=name):
            wanted["tags"] = wanted.get("tags", ticket.tags) | {name}
        case Untag(name=name):
            wanted["tags"] = wanted.get("tags", ticket.tags) - {name}
        case _:
            pass


_CORE_FIELDS = frozenset(Ticket.__dataclass_fields__) - {"custom", "nonsense", "absent"}


def _is_kept(action: Action) -> bool:
    return bool(action.reached) if isinstance(action, RunClock) else isinstance(action, KEYED)


def remember(memory: Memory, decisions: Iterable[Decision]) -> Memory:
    """The memory once `decisions` have taken effect; equal to `memory` when nothing new must be kept.

    A key with a slash belongs to a rung, which the clock's own memory covers; a clock in a new run starts afresh.
    """
    decisions = [decision for decision in decisions if _is_kept(decision.action)]
    if not decisions:
        return memory
    fired = dict(memory.fired)
    done = set(memory.done)
    situation = memory.situation
    for decision in decisions:
        action = decision.action
        if isinstance(action, RunClock):
            if action.reached:
                known = fired.get(action.clock.name)
                if known is None or not same_run(known.run, action.clock.run):
                    known = Fired(run=action.clock.run)
                fired[action.clock.name] = replace(known, rungs=known.rungs | set(action.reached))
        elif isinstance(action, Note) and action.key.startswith(SITUATION):
            situation = action.key.removeprefix(SITUATION)
        elif isinstance(action, KEYED) and "/" not in action.key:
            done.add(once_key(decision.module, action))
    if fired == dict(memory.fired) and done == memory.done and situation == memory.situation:
        return memory
    return replace(memory, fired=MappingProxyType(fired), done=frozenset(done), situation=situation)
