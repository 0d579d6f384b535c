"""One round: the rules of all modules are asked once, and it is settled who wins each slot."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, TypeAlias

from policies.kernel.decisions import KEYED, Decision
from policies.kernel.eras import Era
from policies.kernel.facts import Facts
from policies.kernel.once import once_key, was_done
from policies.kernel.overlay import overlay
from policies.kernel.rules import NO_KIND, Phase, Rule

MOST_DECISIONS = 200
"""A rule that wants more than this for one ticket is taken to be looping."""


Asked: TypeAlias = tuple[tuple[int, Rule[Any]], ...]


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
    _asked: dict[tuple[Phase, str | None], Asked] = field(init=False, repr=False, compare=False, default_factory=dict)

    def asked(self, phase: Phase, kind: str | None) -> Asked:
        """The rules that are asked in this phase about a ticket of this kind, each with its place among `rules`."""
        known = self._asked.get((phase, kind))
        if known is None:
            known = self._asked[phase, kind] = tuple(
                (place, rule)
                for place, rule in enumerate(self.rules)
                if rule.phase == phase and (rule.kind is None or rule.kind == (kind or NO_KIND))
            )
        return known

    def config_for(self, since: datetime) -> Any:
        """The settings for a case that began at `since`."""
        if not self.eras:
            return self.config
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


@dataclass(slots=True)
class _Contender:
    module: str
    decision: Decision


class Round:
    """All rules asked once.

    out       modules that do not decide, because they failed or need one that did
    barred    slots about which nothing is decided: their actions count neither here nor in what later rules see
    """

    def __init__(self, facts: Facts, out: frozenset[str], barred: frozenset[str], phase: Phase = "decide") -> None:
        self.facts = facts
        self.phase = phase
        self.out = out
        self.barred = barred
        self.additive: list[Decision] = []
        self.slots: dict[str, list[_Contender]] = {}
        self.overruled: list[Decision] = []
        self.failures: dict[str, RuleFailure] = {}
        self._memory = facts.memory
        self._keys: set[str] = set()

    def ask(self, unit: Unit) -> None:
        if unit.name in self.out or not unit.above.isdisjoint(self.failures):
            return
        before = self.facts
        if not unit.asked(self.phase, before.ticket.kind):
            return
        taken: list[Decision] = []
        config = unit.config_for(before.ticket.since)
        for rule in self._rules(unit):
            failure = self._judge(rule, config, taken)
            if failure is not None:
                self.failures[unit.name] = failure
                self.facts = before
                return
        for decision in taken:
            self._contend(unit, decision)

    def _rules(self, unit: Unit) -> Iterator[Rule[Any]]:
        """Those that are asked, in order: a rule that says what kind of ticket it is changes which ones follow."""
        last, resting = -1, False
        while not resting:
            resting, kind = True, self.facts.ticket.kind
            for place, rule in unit.asked(self.phase, kind):
                if place <= last:
                    continue
                last = place
                yield rule
                if self.facts.ticket.kind != kind:
                    resting = False
                    break

    def _judge(self, rule: Rule[Any], config: object, taken: list[Decision]) -> RuleFailure | None:
        wanted: list[Decision] = []
        try:
            for action, because in rule.judge(self.facts, config):
                wanted.append(Decision(action=action, clauses=rule.clauses, rule=rule.name, because=because))
                if len(wanted) > MOST_DECISIONS:
                    break
        except (Exception, RuleTimeout) as error:
            what = "stopped, it took too long" if isinstance(error, RuleTimeout) else _one_line(error)
            return RuleFailure(rule=rule.name, clauses=rule.clauses, error=what)
        if not wanted:
            return None
        if len(wanted) > MOST_DECISIONS:
            what = f"wanted more than {MOST_DECISIONS} things of one ticket; does it loop?"
            return RuleFailure(rule=rule.name, clauses=rule.clauses, error=what)
        if self.barred:
            wanted = [decision for decision in wanted if decision.action.slot not in self.barred]
        taken.extend(wanted)
        self.facts = overlay(self.facts, wanted)
        return None

    def _contend(self, unit: Unit, decision: Decision) -> None:
        action = decision.action
        if isinstance(action, KEYED):
            key = once_key(unit.name, action)
            if key in self._keys or was_done(self._memory, unit.name, action):
                return
            self._keys.add(key)
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
            if len(sides) == 1 or all(side.action == sides[0].action for side in sides[1:]):
                winners[slot] = sides
            else:
                conflicts.append(Conflict(slot=slot, sides=tuple(sides)))
        return winners, conflicts


def _one_line(error: BaseException) -> str:
    words = " ".join(str(error).split())
    return f"{type(error).__name__}: {words}" if words else type(error).__name__
