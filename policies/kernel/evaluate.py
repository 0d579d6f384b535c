"""The policy as one pure function: facts in, decisions with their grounds out.

Modules decide in the order of their manifests; each rule sees the ticket as the earlier decisions want it. For one slot
the module that depends on the other wins; unrelated modules that disagree are a conflict and nothing of that slot is
decided; within one module the later rule wins. A rule that fails takes its module, and what depends on it, out of this
one evaluation and nothing else. Whatever is taken out, module or slot, is out from the start: all rules are asked again
about the ticket as it was given, so that nothing stands that rests on it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import Final

from policies.kernel.decisions import Decision, RunClock, Tag, Untag
from policies.kernel.facts import Facts, Memory
from policies.kernel.overlay import overlay, recalled, remember, summed_up
from policies.kernel.quick import quick
from policies.kernel.rounds import MOST_DECISIONS, Conflict, Round, RuleFailure, RuleTimeout, Unit, plan_of

__all__ = [
    "MOST_DECISIONS",
    "MOST_ROUNDS",
    "Conflict",
    "RuleFailure",
    "RuleTimeout",
    "Unit",
    "Verdict",
    "evaluate",
]

MOST_ROUNDS = 5
"""Decisions that call for further decisions this often are taken never to come to rest."""

_TAGS: Final = (Tag, Untag)

_MOST_STARTS = 20
"""As often a module or a slot is taken out and all is asked anew; after that nothing at all is decided."""


@quick
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
    out = _Out(units)
    for _ in range(_MOST_STARTS):
        settled = _Settled(facts, units, out)
        if settled.whole():
            return settled.verdict()
    out.everything()
    return _Settled(facts, units, out).verdict()


class _Out:
    """What takes no part in this evaluation, and why."""

    def __init__(self, units: Sequence[Unit]) -> None:
        self.units = units
        self.modules: frozenset[str] = frozenset()
        self.slots: frozenset[str] = frozenset()
        self.failures: list[RuleFailure] = []
        self.conflicts: list[Conflict] = []
        self._failed: set[str] = set()

    @property
    def skipped(self) -> tuple[str, ...]:
        left_out = self.modules - self._failed
        return tuple(unit.name for unit in self.units if unit.name in left_out)

    def fail(self, module: str) -> None:
        self._failed.add(module)
        self.modules |= {unit.name for unit in self.units if unit.name == module or module in unit.above}

    def broken(self, asked: Round, conflicts: Iterable[Conflict]) -> bool:
        """Take out what this round has shown to be wrong. Returns whether there was anything."""
        fresh = [conflict for conflict in conflicts if conflict.slot not in self.slots]
        self.conflicts += fresh
        self.slots |= {conflict.slot for conflict in fresh}
        for module, failure in asked.failures.items():
            self.failures.append(failure)
            self.fail(module)
        return bool(fresh or asked.failures)

    def restless(self, moving: Sequence[Decision]) -> None:
        """What never rests: its slots are left as they are; tags have no slot, so the modules that set them are out."""
        slots = sorted({decision.action.slot for decision in moving} - {""})
        if slots:
            moving = [decision for decision in moving if decision.action.slot]
        rules = sorted({decision.rule for decision in moving})
        clauses = tuple(sorted({clause for decision in moving for clause in decision.clauses}))
        left = f" (left as it is: {', '.join(slots)})" if slots else ""
        error = f"the decisions never come to rest: {', '.join(rules)}{left}"
        self.failures.append(RuleFailure(rule=rules[0] if rules else "", clauses=clauses, error=error))
        self.slots |= set(slots)
        if not slots:
            for decision in moving:
                self.fail(decision.module)

    def everything(self) -> None:
        """Nothing is decided at all."""
        for unit in self.units:
            self.fail(unit.name)


class _Settled:
    """What the rounds lead to, begun from the facts as given."""

    def __init__(self, facts: Facts, units: Sequence[Unit], out: _Out) -> None:
        self.facts = facts
        self.plan = plan_of(units)
        self.out = out
        self.additive: list[Decision] = []
        self.slots: dict[str, list[Decision]] = {}
        self.clocks: dict[str, list[Decision]] = {}
        self.ended: list[Decision] = []
        self.overruled: list[Decision] = []
        self.broken = False

    def whole(self) -> bool:
        """Ask until the ticket rests, then sum up. Returns whether nothing had to be taken out; else begin again."""
        for _ in range(MOST_ROUNDS):
            before = self.facts.ticket
            self._ask()
            if self.broken:
                return False
            if self.facts.ticket is before or self.facts.ticket == before:
                self.facts = summed_up(self.facts, self.decided())
                self._ask(sum_up=True)
                return not self.broken
        self._never_rests()
        return False

    def _never_rests(self) -> None:
        """What still changes in as many rounds again is what does not rest."""
        moving: list[Decision] = []
        for _ in range(MOST_ROUNDS):
            before = self.facts
            self._ask()
            if self.broken:
                return
            moving += [d for d in self.decided() if overlay(before, (d,)) is not before]
        self.out.restless(moving)

    def _ask(self, *, sum_up: bool = False) -> None:
        """One round, and keep what was decided."""
        asked = Round(self.facts, self.out.modules, self.out.slots, phase="sum_up" if sum_up else "decide")
        asked.ask(self.plan)
        winners, conflicts = asked.settle()
        self.broken = bool(conflicts or asked.failures) and self.out.broken(asked, conflicts)
        if self.broken:
            return
        tags = [d for d in asked.additive if isinstance(d.action, _TAGS)]
        standing = [d.action for d in self.additive if isinstance(d.action, _TAGS)]
        self.additive += [d for d in asked.additive if d.action not in standing] if standing else asked.additive
        if asked.overruled:
            self.overruled += [d for d in asked.overruled if d not in self.overruled]
        clocks = self._sort_in(winners)
        if not sum_up:
            self._run(clocks)
        chosen = [sides[0] for sides in self.slots.values()]
        laid = self._laid(asked.facts, chosen + tags)
        memory = remember(laid.memory, [*asked.additive, *(sides[0] for sides in clocks.values())])
        self.facts = laid if memory is laid.memory else recalled(laid, memory)

    def _laid(self, seen: Facts, stands: list[Decision]) -> Facts:
        """The facts as they stand: what the rules saw in the end, unless somebody was overruled or took it back."""
        if overlay(seen, stands) is seen and (seen is self.facts or seen.ticket != self.facts.ticket):
            return seen
        return overlay(self.facts, stands)

    def _sort_in(self, winners: dict[str, list[Decision]]) -> dict[str, list[Decision]]:
        """Keep what was decided anew of each slot; returns the clocks, which each round decides anew."""
        clocks: dict[str, list[Decision]] = {}
        for slot, sides in winners.items():
            action = sides[0].action
            if isinstance(action, RunClock):
                clocks[slot] = sides
                continue
            known = self.slots.get(slot)
            if known is None or known[0].action != action:
                self.slots[slot] = sides
        return clocks

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
        found = list(self.additive)
        for sides in self.slots.values():
            found += sides
        for sides in self.clocks.values():
            found += sides
        return tuple(found)

    def verdict(self) -> Verdict:
        running = (sides[0].action for sides in self.clocks.values())
        return Verdict(
            decisions=(*self.decided(), *self.ended),
            running=tuple(action for action in running if isinstance(action, RunClock)),
            overruled=tuple(self.overruled),
            conflicts=tuple(self.out.conflicts),
            failures=tuple(self.out.failures),
            skipped=self.out.skipped,
            facts=self.facts,
            memory=self.facts.memory,
        )
