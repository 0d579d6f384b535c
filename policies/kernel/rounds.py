"""One round: the rules of all modules are asked once, and it is settled who wins each slot."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from policies.kernel.decisions import KEYED, Decision
from policies.kernel.eras import Era
from policies.kernel.facts import Facts
from policies.kernel.once import once_key, was_done
from policies.kernel.overlay import overlay
from policies.kernel.rules import Phase, Rule

MOST_DECISIONS = 200
"""A rule that wants more than this for one ticket is taken to be looping."""


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
        taken: list[Decision] = []
        before = self.facts
        config = unit.config_for(self.facts.ticket.since)
        for rule in unit.rules:
            if rule.phase != self.phase or (rule.kind is not None and rule.kind != self.facts.ticket.kind):
                continue
            failure = self._judge(rule, config, taken)
            if failure is not None:
                self.failures[unit.name] = failure
                self.facts = before
                return
        for decision in taken:
            self._contend(unit, decision)

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
        if len(wanted) > MOST_DECISIONS:
            what = f"wanted more than {MOST_DECISIONS} things of one ticket; does it loop?"
            return RuleFailure(rule=rule.name, clauses=rule.clauses, error=what)
        wanted = [decision for decision in wanted if decision.action.slot not in self.barred]
        if wanted:
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
            if all(side.action == sides[0].action for side in sides[1:]):
                winners[slot] = sides
            else:
                conflicts.append(Conflict(slot=slot, sides=tuple(sides)))
        return winners, conflicts


def _one_line(error: BaseException) -> str:
    words = " ".join(str(error).split())
    return f"{type(error).__name__}: {words}" if words else type(error).__name__
