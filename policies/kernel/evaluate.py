"""The policy as one pure function: facts in, decisions with their grounds out.

Modules decide in the order of their manifests; each rule sees the ticket as the earlier decisions want it. For one slot
the module that depends on the other wins; unrelated modules that disagree are a conflict and nothing of that slot is
decided; within one module the later rule wins. A rule that fails takes its module, and what depends on it, out of this
one evaluation and nothing else.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import islice
from types import MappingProxyType
from typing import Any

from policies.kernel.decisions import (
    KEYED,
    Assign,
    Decision,
    Prioritise,
    Route,
    RunClock,
    SetField,
    SetState,
    Tag,
    Untag,
)
from policies.kernel.facts import Facts, Fired, Memory, Ticket
from policies.kernel.rules import Rule

MOST_DECISIONS = 200
"""A rule that wants more than this for one ticket is taken to be looping."""


class RuleTimeout(BaseException):
    """Raised into an evaluation from outside when it takes too long; no rule can swallow it as an `Exception`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Unit:
    """A module as evaluation needs it; `above` names every module it depends on, directly or not."""

    name: str
    config: Any
    rules: tuple[Rule[Any], ...]
    above: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class Conflict:
    """Unrelated modules want different things of one slot; `sides` are their decisions."""

    slot: str
    sides: tuple[Decision, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleFailure:
    """A rule that raised, looped or was stopped; `error` is one line for the administrator."""

    rule: str
    clauses: tuple[str, ...]
    error: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What the policy says of one ticket at one instant.

    decisions   in order of modules and rules, winners only
    overruled   wanted, but a later rule or a depending module wanted otherwise
    skipped     modules that did not decide because one they need failed
    facts       the facts with every decision laid over them
    memory      what must be remembered on the ticket once the decisions have taken effect
    """

    decisions: tuple[Decision, ...]
    overruled: tuple[Decision, ...] = ()
    conflicts: tuple[Conflict, ...] = ()
    failures: tuple[RuleFailure, ...] = ()
    skipped: tuple[str, ...] = ()
    facts: Facts
    memory: Memory = field(default_factory=Memory)

    @property
    def clocks(self) -> tuple[RunClock, ...]:
        return tuple(d.action for d in self.decisions if isinstance(d.action, RunClock))


def evaluate(units: Sequence[Unit], facts: Facts) -> Verdict:
    """All decisions of `units` (in dependency order) about `facts`.

    Pure and total: a rule that raises, loops or is stopped becomes a `RuleFailure`, never an exception.
    """
    run = _Evaluation(facts)
    for unit in units:
        run.ask(unit, "decide")
    run.sum_up()
    for unit in units:
        run.ask(unit, "sum_up")
    return run.verdict()


@dataclass(slots=True)
class _Contender:
    module: str
    decision: Decision


class _Evaluation:
    """The working state of one call of `evaluate`; lives no longer than it."""

    def __init__(self, facts: Facts) -> None:
        self.given = facts
        self.facts = facts
        self.additive: list[Decision] = []
        self.slots: dict[str, list[_Contender]] = {}
        self.overruled: list[Decision] = []
        self.failures: list[RuleFailure] = []
        self.skipped: list[str] = []
        self.failed: set[str] = set()
        self.keys: set[str] = set(facts.memory.done)
        self.order: dict[int, int] = {}

    def ask(self, unit: Unit, phase: str) -> None:
        if unit.name in self.failed:
            return
        if self.failed and not self.failed.isdisjoint(unit.above):
            self.failed.add(unit.name)
            self.skipped.append(unit.name)
            return
        taken: list[Decision] = []
        before = self.facts
        for rule in unit.rules:
            if rule.phase != phase or (rule.kind is not None and rule.kind != self.facts.ticket.kind):
                continue
            failure = self._judge(rule, unit.config, taken)
            if failure is not None:
                self.failures.append(failure)
                self.failed.add(unit.name)
                self.facts = before
                return
        for decision in taken:
            self._contend(unit, decision)

    def _judge(self, rule: Rule[Any], config: object, taken: list[Decision]) -> RuleFailure | None:
        wanted: list[Decision] = []
        try:
            wanted.extend(islice(rule(self.facts, config), MOST_DECISIONS + 1))
        except (Exception, RuleTimeout) as error:
            what = "stopped, it took too long" if isinstance(error, RuleTimeout) else _one_line(error)
            return RuleFailure(rule=rule.name, clauses=rule.clauses, error=what)
        if len(wanted) > MOST_DECISIONS:
            error_text = f"wanted more than {MOST_DECISIONS} things of one ticket; does it loop?"
            return RuleFailure(rule=rule.name, clauses=rule.clauses, error=error_text)
        if wanted:
            taken.extend(wanted)
            self.facts = overlay(self.facts, wanted)
        return None

    def _contend(self, unit: Unit, decision: Decision) -> None:
        self.order[id(decision)] = len(self.order)
        action = decision.action
        if isinstance(action, KEYED):
            if action.key in self.keys:
                return
            self.keys.add(action.key)
        slot = action.slot
        if not slot:
            self.additive.append(decision)
            return
        staying = []
        for other in self.slots.get(slot, ()):
            beaten = other.module == unit.name or other.module in unit.above
            if beaten and other.decision.action != action:
                self.overruled.append(other.decision)
            else:
                staying.append(other)
        self.slots[slot] = [*staying, _Contender(unit.name, decision)]

    def _settle(self) -> tuple[list[Decision], list[Conflict]]:
        winners, conflicts = list(self.additive), []
        for slot, contenders in self.slots.items():
            first = contenders[0].decision.action
            if all(c.decision.action == first for c in contenders[1:]):
                winners.extend(c.decision for c in contenders)
            else:
                conflicts.append(Conflict(slot=slot, sides=tuple(c.decision for c in contenders)))
        winners.sort(key=lambda decision: self.order[id(decision)])
        return winners, conflicts

    def sum_up(self) -> None:
        winners, conflicts = self._settle()
        if conflicts:
            self.facts = overlay(self.given, winners)
        self.facts = replace(self.facts, decided=tuple(winners))

    def verdict(self) -> Verdict:
        winners, conflicts = self._settle()
        return Verdict(
            decisions=tuple(winners),
            overruled=tuple(self.overruled),
            conflicts=tuple(conflicts),
            failures=tuple(self.failures),
            skipped=tuple(self.skipped),
            facts=self.facts,
            memory=remember(self.given.memory, winners),
        )


def _one_line(error: BaseException) -> str:
    words = " ".join(str(error).split())
    return f"{type(error).__name__}: {words}" if words else type(error).__name__


def overlay(facts: Facts, decisions: Iterable[Decision]) -> Facts:
    """`facts` with the ticket as the decisions want it; the same object where nothing differs."""
    wanted: dict[str, Any] = {}
    ticket = facts.ticket
    for decision in decisions:
        _lay(decision, ticket, wanted)
    changed = {name: value for name, value in wanted.items() if getattr(ticket, name) != value}
    return replace(facts, ticket=replace(ticket, **changed)) if changed else facts


def _lay(decision: Decision, ticket: Ticket, wanted: dict[str, Any]) -> None:
    match decision.action:
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


_CORE_FIELDS = frozenset(Ticket.__dataclass_fields__) - {"custom", "nonsense"}


def remember(memory: Memory, decisions: Iterable[Decision]) -> Memory:
    """The memory once `decisions` have taken effect; equal to `memory` when nothing new must be kept.

    A key with a slash belongs to a rung, which the clock's own memory covers; a clock in a new run starts afresh.
    """
    fired = dict(memory.fired)
    done = set(memory.done)
    for decision in decisions:
        action = decision.action
        if isinstance(action, RunClock):
            if action.reached:
                known = fired.get(action.clock.name)
                kept = known.rungs if known is not None and known.run == action.clock.run else frozenset()
                fired[action.clock.name] = Fired(run=action.clock.run, rungs=kept | set(action.reached))
        elif isinstance(action, KEYED) and "/" not in action.key:
            done.add(action.key)
    if fired == dict(memory.fired) and done == memory.done:
        return memory
    return replace(memory, fired=MappingProxyType(fired), done=frozenset(done))
