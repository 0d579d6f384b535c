"""One round: the rules of all modules are asked once, and it is settled who wins each slot."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import islice
from typing import Any, Final, TypeAlias

from policies.kernel.decisions import KEYED, Decision
from policies.kernel.eras import Era
from policies.kernel.facts import Facts
from policies.kernel.glance import bits
from policies.kernel.once import once_key
from policies.kernel.overlay import LAYS_NOTHING, overlay
from policies.kernel.rules import NO_KIND, Phase, Rule

MOST_DECISIONS = 200
"""A rule that wants more than this for one ticket is taken to be looping."""


Asked: TypeAlias = tuple[tuple[int, Rule[Any]], ...]
"""Rules, each with its place among those of its module."""

_MOST_SORTED: Final = 4096
"""Different tickets for which rules are kept sorted out; real ones come in some dozens, of all modules in hundreds."""
_MOST_PLANS: Final = 16
"""Policies whose rules are kept sorted out; more than are in force, compared and tried at a time."""
_TOO_MANY: Final = MOST_DECISIONS + 1


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
    phases: frozenset[Phase] = field(init=False, repr=False, compare=False)
    _looked_at: int = field(init=False, repr=False, compare=False)
    _sorted: dict[tuple[Phase, str | None, int], Asked] = field(
        init=False, repr=False, compare=False, default_factory=dict
    )

    def __post_init__(self) -> None:
        looked_at = 0
        for rule in self.rules:
            looked_at |= rule.when.looked_at
        object.__setattr__(self, "_looked_at", looked_at)
        object.__setattr__(self, "phases", frozenset(rule.phase for rule in self.rules))

    def asked(self, phase: Phase, kind: str | None, shows: int) -> Asked:
        """The rules that are asked in this phase about a ticket of this kind on which this shows."""
        shown = shows & self._looked_at
        known = self._sorted.get((phase, kind, shown))
        if known is None:
            if len(self._sorted) >= _MOST_SORTED:
                self._sorted.clear()
            known = self._sorted[phase, kind, shown] = tuple(
                (place, rule)
                for place, rule in enumerate(self.rules)
                if rule.phase == phase
                and (rule.kind is None or rule.kind == (kind or NO_KIND))
                and rule.when.holds(shown)
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


Stop: TypeAlias = tuple[int, Unit, Asked]
"""A module, its place among all, and the rules of it that are asked."""

_Contender: TypeAlias = tuple[str, Decision]
"""A module and what it wants."""


class Plan:
    """The rules of all modules, sorted out beforehand for tickets that show the same."""

    __slots__ = ("_known", "units")

    def __init__(self, units: Sequence[Unit]) -> None:
        self.units = units
        self._known: dict[tuple[Phase, str | None, int], tuple[Stop, ...]] = {}

    def stops(self, phase: Phase, kind: str | None, shows: int) -> tuple[Stop, ...]:
        """The modules that have anything to ask about such a ticket, in order."""
        key = (phase, kind, shows)
        known = self._known.get(key)
        if known is None:
            if len(self._known) >= _MOST_SORTED:
                self._known.clear()
            each = ((at, unit, unit.asked(phase, kind, shows)) for at, unit in enumerate(self.units))
            known = self._known[key] = tuple(stop for stop in each if stop[2])
        return known


_plans: dict[int, Plan] = {}


def plan_of(units: Sequence[Unit]) -> Plan:
    """The plan of these modules; kept for as long as they may be asked again."""
    plan = _plans.get(id(units))
    if plan is None or plan.units is not units:
        plan = Plan(units)
        if type(units) is tuple:  # what can change is sorted out each time
            if len(_plans) >= _MOST_PLANS:
                _plans.clear()
            _plans[id(units)] = plan
    return plan


class Round:
    """All rules asked once.

    out       modules that do not decide, because they failed or need one that did
    barred    slots about which nothing is decided: their actions count neither here nor in what later rules see
    """

    __slots__ = (
        "_done",
        "_keys",
        "_shows",
        "additive",
        "barred",
        "facts",
        "failures",
        "out",
        "overruled",
        "phase",
        "slots",
    )

    def __init__(self, facts: Facts, out: frozenset[str], barred: frozenset[str], phase: Phase = "decide") -> None:
        self.facts = facts
        self.phase: Phase = phase
        self.out = out
        self.barred = barred
        self.additive: list[Decision] = []
        self.slots: dict[str, list[_Contender]] = {}
        self.overruled: list[Decision] = []
        self.failures: dict[str, RuleFailure] = {}
        self._shows = bits(facts)
        self._done = facts.memory.done
        self._keys: set[str] = set()

    def ask(self, plan: Plan) -> None:
        """Every module in turn but those that failed, need one that did, or have nothing to ask of this ticket."""
        phase, out, failures = self.phase, self.out, self.failures
        asked_until = -1
        while True:
            facts = self.facts
            for at, unit, asked in plan.stops(phase, facts.ticket.kind, self._shows):
                if at <= asked_until or unit.name in out or (failures and not unit.above.isdisjoint(failures)):
                    continue
                self._ask(unit, asked)
                if self.facts is not facts:  # what shows may be another, and so who has something to ask
                    asked_until = at
                    break
            else:
                return

    def _ask(self, unit: Unit, asked: Asked) -> None:
        before, shown = self.facts, self._shows
        taken: list[Decision] = []
        config = unit.config_for(before.ticket.since) if unit.eras else unit.config
        while asked:
            asked = self._go_through(unit, asked, config, taken)
        if self.failures and unit.name in self.failures:
            self.facts, self._shows = before, shown
            return
        for decision in taken:
            self._contend(unit, decision)

    def _go_through(self, unit: Unit, asked: Asked, config: Any, taken: list[Decision]) -> Asked:
        """Ask one rule after the other. Returns those left to ask: one that changes the ticket changes which follow."""
        facts = self.facts
        for place, rule in asked:
            try:
                pairs = list(islice(rule.judge(facts, config), _TOO_MANY))
            except (Exception, RuleTimeout) as error:
                self._fail(unit, rule, _one_line(error))
                return ()
            if not pairs:
                continue
            if len(pairs) == _TOO_MANY:
                self._fail(unit, rule, f"wanted more than {MOST_DECISIONS} things of one ticket; does it loop?")
                return ()
            clauses, name, barred, lays = rule.clauses, rule.name, self.barred, False
            wanted = []
            for action, because in pairs:
                if not barred or action.slot not in barred:
                    wanted.append(Decision(action=action, clauses=clauses, rule=name, because=because))
                    lays = lays or type(action) not in LAYS_NOTHING
            taken += wanted
            if lays:
                laid = overlay(facts, wanted)
                if laid is not facts:
                    self.facts, self._shows = laid, bits(laid)
                    return tuple(one for one in unit.asked(self.phase, laid.ticket.kind, self._shows) if one[0] > place)
        return ()

    def _fail(self, unit: Unit, rule: Rule[Any], error: str) -> None:
        self.failures[unit.name] = RuleFailure(rule=rule.name, clauses=rule.clauses, error=error)

    def _contend(self, unit: Unit, decision: Decision) -> None:
        action = decision.action
        if isinstance(action, KEYED):
            key = once_key(unit.name, action)
            if key not in self._keys and key not in self._done and action.key not in self._done:
                self._keys.add(key)
                self.additive.append(decision)
            return
        slot = action.slot
        if not slot:
            self.additive.append(decision)
            return
        others = self.slots.get(slot)
        if others is None:
            self.slots[slot] = [(unit.name, decision)]
            return
        staying = []
        for other in others:
            module, beaten = other
            if (module == unit.name or module in unit.above) and beaten.action != action:
                self.overruled.append(beaten)
            else:
                staying.append(other)
        staying.append((unit.name, decision))
        self.slots[slot] = staying

    def settle(self) -> tuple[dict[str, list[Decision]], list[Conflict]]:
        """slot → its winner, with those that agree; and the slots on which unrelated modules disagree."""
        winners: dict[str, list[Decision]] = {}
        conflicts = []
        for slot, contenders in self.slots.items():
            sides = [decision for _, decision in contenders]
            if len(sides) == 1 or all(side.action == sides[0].action for side in sides[1:]):
                winners[slot] = sides
            else:
                conflicts.append(Conflict(slot=slot, sides=tuple(sides)))
        return winners, conflicts


def _one_line(error: BaseException) -> str:
    if isinstance(error, RuleTimeout):
        return "stopped, it took too long"
    words = " ".join(str(error).split())
    return f"{type(error).__name__}: {words}" if words else type(error).__name__
