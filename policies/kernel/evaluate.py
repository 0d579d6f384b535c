"""The policy as one pure function: facts in, decisions with their grounds out.

Modules decide in the order of their manifests; each rule sees the ticket as the earlier decisions want it. For one slot
the module that depends on the other wins; unrelated modules that disagree are a conflict and nothing of that slot is
decided; within one module the later rule wins. A rule that fails takes its module, and what depends on it, out of this
one evaluation and nothing else.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from itertools import islice
from typing import Any

from policies.kernel.decisions import (
    KEYED,
    Decision,
    RunClock,
    Tag,
    Untag,
)
from policies.kernel.eras import Era
from policies.kernel.facts import Facts, Memory
from policies.kernel.overlay import overlay, remember
from policies.kernel.rules import Rule

MOST_DECISIONS = 200
"""A rule that wants more than this for one ticket is taken to be looping."""


MOST_ROUNDS = 5
"""Decisions that call for further decisions this often are taken never to come to rest."""


class RuleTimeout(BaseException):
    """Raised into an evaluation from outside when it takes too long; no rule can swallow it as an `Exception`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Unit:
    """A module as evaluation needs it.

    above   every module it depends on, directly or not
    eras    the settings for cases that began under an earlier version of the policy, the earliest first
    """

    name: str
    config: Any
    rules: tuple[Rule[Any], ...]
    above: frozenset[str] = frozenset()
    eras: tuple[Era, ...] = ()

    def config_for(self, since: datetime) -> Any:
        """The settings for a case that began at `since`."""
        return next((era.config for era in self.eras if since < era.until), self.config)


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

    decisions   in order, winners only; a clock that the decisions themselves end is among them when it reached a rung
    running     the clocks as they stand once the decisions have taken effect
    overruled   wanted, but a later rule or a depending module wanted otherwise
    skipped     modules that did not decide because one they need failed
    facts       the facts with every decision laid over them
    memory      what must be remembered on the ticket once the decisions have taken effect
    """

    decisions: tuple[Decision, ...]
    running: tuple[RunClock, ...] = ()
    overruled: tuple[Decision, ...] = ()
    conflicts: tuple[Conflict, ...] = ()
    failures: tuple[RuleFailure, ...] = ()
    skipped: tuple[str, ...] = ()
    facts: Facts
    memory: Memory = field(default_factory=Memory)


def evaluate(units: Sequence[Unit], facts: Facts) -> Verdict:
    """All decisions of `units` (in dependency order) about `facts`.

    A decision may call for another (a new owner ends the clock that waited for one), so the rules are asked again about
    the ticket as decided until nothing changes: one write brings the ticket to rest.
    Pure and total: a rule that raises, loops, never rests or is stopped becomes a `RuleFailure`, never an exception.
    A ticket that was merged into another, or removed, is over: nothing is decided about it.
    """
    if facts.ticket.over:
        return Verdict(decisions=(), facts=facts, memory=facts.memory)
    settled = _Settled(facts)
    for _ in range(MOST_ROUNDS):
        if not settled.take(_Round(settled.facts, settled.failed), units):
            break
    else:
        settled.give_up()
    settled.facts = replace(settled.facts, decided=settled.decided())
    settled.take(_Round(settled.facts, settled.failed, phase="sum_up"), units)
    return settled.verdict()


@dataclass(slots=True)
class _Contender:
    module: str
    decision: Decision


class _Round:
    """All rules asked once; lives no longer than one call of `evaluate`."""

    def __init__(self, facts: Facts, failed: set[str], phase: str = "decide") -> None:
        self.facts = facts
        self.phase = phase
        self.failed = failed
        self.additive: list[Decision] = []
        self.slots: dict[str, list[_Contender]] = {}
        self.overruled: list[Decision] = []
        self.failures: list[RuleFailure] = []
        self.skipped: list[str] = []
        self.keys: set[str] = set(facts.memory.done)

    def ask(self, unit: Unit) -> None:
        if unit.name in self.failed:
            return
        if self.failed and not self.failed.isdisjoint(unit.above):
            self.failed.add(unit.name)
            self.skipped.append(unit.name)
            return
        taken: list[Decision] = []
        before = self.facts
        config = unit.config_for(self.facts.ticket.since)
        for rule in unit.rules:
            if rule.phase != self.phase or (rule.kind is not None and rule.kind != self.facts.ticket.kind):
                continue
            failure = self._judge(rule, config, taken)
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
            for action, because in islice(rule.judge(self.facts, config), MOST_DECISIONS + 1):
                wanted.append(Decision(action=action, clauses=rule.clauses, rule=rule.name, because=because))
        except (Exception, RuleTimeout) as error:
            what = "stopped, it took too long" if isinstance(error, RuleTimeout) else _one_line(error)
            return RuleFailure(rule=rule.name, clauses=rule.clauses, error=what)
        if len(wanted) > MOST_DECISIONS:
            what = f"wanted more than {MOST_DECISIONS} things of one ticket; does it loop?"
            return RuleFailure(rule=rule.name, clauses=rule.clauses, error=what)
        if wanted:
            taken.extend(wanted)
            self.facts = overlay(self.facts, wanted)
        return None

    def _contend(self, unit: Unit, decision: Decision) -> None:
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

    def settle(self) -> tuple[dict[str, list[Decision]], list[Conflict]]:
        """slot → its winner, with those that agree; and the slots on which unrelated modules disagree."""
        winners: dict[str, list[Decision]] = {}
        conflicts = []
        for slot, contenders in self.slots.items():
            sides = [contender.decision for contender in contenders]
            if all(side.action == sides[0].action for side in sides[1:]):
                winners[slot] = sides
            else:
                conflicts.append(Conflict(slot=slot, sides=tuple(sides)))
        return winners, conflicts


class _Settled:
    """What the rounds have led to so far."""

    def __init__(self, facts: Facts) -> None:
        self.facts = facts
        self.failed: set[str] = set()
        self.additive: list[Decision] = []
        self.slots: dict[str, list[Decision]] = {}
        self.clocks: dict[str, list[Decision]] = {}
        self.ended: list[Decision] = []
        self.overruled: list[Decision] = []
        self.conflicts: dict[str, Conflict] = {}
        self.failures: list[RuleFailure] = []
        self.skipped: list[str] = []

    def take(self, asked: _Round, units: Sequence[Unit]) -> bool:
        """Ask, and keep what was decided. Returns whether the ticket has changed by it, so that rules may see more."""
        for unit in units:
            asked.ask(unit)
        winners, conflicts = asked.settle()
        standing = {d.action for d in self.additive if isinstance(d.action, Tag | Untag)}
        self.additive += [d for d in asked.additive if d.action not in standing]
        self.overruled += asked.overruled
        self.failures += asked.failures
        self.skipped += asked.skipped
        self.conflicts.update((conflict.slot, conflict) for conflict in conflicts)
        clocks = {slot: sides for slot, sides in winners.items() if isinstance(sides[0].action, RunClock)}
        for slot, sides in winners.items():
            if slot not in clocks and slot not in self.conflicts:
                known = self.slots.get(slot)
                if known is None or known[0].action != sides[0].action:
                    self.slots[slot] = sides
        if asked.phase == "decide":
            self._run(clocks)
        before = self.facts.ticket
        chosen = [sides[0] for sides in self.slots.values()]
        laid = overlay(self.facts, [*chosen, *(d for d in asked.additive if isinstance(d.action, Tag | Untag))])
        news = [*asked.additive, *(sides[0] for sides in clocks.values())]
        self.facts = replace(laid, memory=remember(laid.memory, news))
        return laid.ticket != before

    def _run(self, clocks: dict[str, list[Decision]]) -> None:
        """The clocks of the newest round count; rungs reached before stay reached, even of a clock that has ended."""
        for slot, sides in self.clocks.items():
            action = sides[0].action
            if not isinstance(action, RunClock) or not action.reached:
                continue
            newer = clocks.get(slot)
            if newer is not None and isinstance(newer[0].action, RunClock):
                merged = replace(newer[0].action, reached=(*action.reached, *newer[0].action.reached))
                clocks[slot] = [replace(newer[0], action=merged), *newer[1:]]
            else:
                self.ended += sides
        self.clocks = clocks

    def decided(self) -> tuple[Decision, ...]:
        """All that stands, clocks that have ended left out."""
        return tuple(
            decision for group in (self.additive, *self.slots.values(), *self.clocks.values()) for decision in group
        )

    def give_up(self) -> None:
        names = sorted({sides[0].rule for sides in self.slots.values()})
        error = f"the decisions never come to rest: {', '.join(names)}"
        self.failures.append(RuleFailure(rule=names[0] if names else "", clauses=(), error=error))

    def verdict(self) -> Verdict:
        running = (sides[0].action for sides in self.clocks.values())
        return Verdict(
            decisions=(*self.decided(), *self.ended),
            running=tuple(action for action in running if isinstance(action, RunClock)),
            overruled=tuple(self.overruled),
            conflicts=tuple(self.conflicts.values()),
            failures=tuple(self.failures),
            skipped=tuple(self.skipped),
            facts=self.facts,
            memory=self.facts.memory,
        )


def _one_line(error: BaseException) -> str:
    words = " ".join(str(error).split())
    return f"{type(error).__name__}: {words}" if words else type(error).__name__
