"""What the rungs of a ladder do: the effects that settings may name, the same for every clock of every module.

remind        the person whose duty it is is reminded by mail
warn          the supervisor of the case hears of it by mail
raise         the priority becomes high
hand_up       the supervisor becomes the owner and is mentioned
manager       the manager is mentioned
finding       the breach is a finding
grave_finding the breach is a grave finding
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from policies.kernel.deadlines import Clock, Look, Rung, look
from policies.kernel.decisions import Action, Assign, Find, How, Note, Prioritise, RunClock, Say, Tell, say
from policies.kernel.facts import Facts, Memory, Person, Post
from policies.kernel.moments import same_run

EFFECTS: Final = ("remind", "warn", "raise", "hand_up", "manager", "finding", "grave_finding")

_ONCE: Final = ("raise", "hand_up")
_TEXTS: Final = "core"
_NONE: Final[frozenset[str]] = frozenset()
_RUNS: Final = "runs"
_RESTS: Final = "rests"
"""With which rungs fired, and from when until when, nothing about the clock changes by itself."""
_LEADERS: Final = (Post.SUPERVISOR, Post.MANAGER)


def run_clock(clock: Clock, facts: Facts, module: str, *, whose: int | None = None) -> Iterator[tuple[Action, Say]]:
    """The clock as a decision, with the effects of the rungs it has newly reached.

    module   whose texts name the duty (`duty.<clock name>`)
    whose    who must act: reminded, and named in a finding; None: whoever has the case
    The effects on the ticket of all missed rungs come at once; only the highest rung tells people.
    """
    runs, why = clock.known.get((_RUNS, module)) or _runs(clock, module)
    if clock.met_at is not None and clock.met_at <= facts.now:
        yield runs, why
        return
    fired, rests = facts.memory.fired.get(clock.name), clock.known.get(_RESTS)
    if rests is not None and rests[0] is fired and rests[1] <= facts.now < rests[2]:
        yield runs, why
        return
    seen = look(clock, facts.now, fired_in(facts.memory, clock))
    if not seen.reached.rungs:
        if seen.next_at is not None and seen.status != "paused":
            clock.known[_RESTS] = fired, facts.now, seen.next_at
        yield runs, why
        return
    yield RunClock(clock=clock, reached=seen.reached.names), why
    yield from _Effects(clock, facts, _duty(clock, module), seen, whose).all()


def _runs(clock: Clock, module: str) -> tuple[RunClock, Say]:
    """That it runs and nothing more, and why; the same for as long as it does."""
    duty, due_at = _duty(clock, module), clock.due_at
    why = say("clock.stands", _TEXTS, duty=duty) if due_at is None else say("clock.runs", _TEXTS, duty=duty, due=due_at)
    found = clock.known[_RUNS, module] = RunClock(clock=clock), why
    return found


def _duty(clock: Clock, module: str) -> str:
    return f"@{module}:duty.{clock.name}"


def fired_in(memory: Memory, clock: Clock) -> frozenset[str]:
    """The rungs that took effect in this very run of the clock."""
    known = memory.fired.get(clock.name)
    return known.rungs if known is not None and same_run(known.run, clock.run) else _NONE


@dataclass(frozen=True, slots=True)
class _Effects:
    clock: Clock
    facts: Facts
    duty: str
    seen: Look
    whose: int | None

    def all(self) -> Iterator[tuple[Action, Say]]:
        """Rung by rung; what changes the ticket once, once, with the grounds of the highest rung that wants it."""
        rungs = self.seen.reached.rungs
        last = {effect: rung for rung in rungs for effect in rung.do}
        for rung in rungs:
            for effect in rung.do:
                if effect not in _ONCE or last[effect] is rung:
                    yield from self._one(effect, rung, tells=rung is rungs[-1])

    def _one(self, effect: str, rung: Rung, *, tells: bool) -> Iterator[tuple[Action, Say]]:
        key = f"{self.clock.run}/{rung.name}/{effect}"
        why = self._because(rung)
        ticket = self.facts.ticket
        match effect:
            case "raise" if ticket.priority < 3:
                yield Prioritise(priority=3), why
            case "finding" | "grave_finding":
                whose = self.whose or ticket.case_owner or ticket.owner
                grave = effect == "grave_finding"
                yield Find(key=key, code=f"{self.clock.name}_late", text=why, person=whose, grave=grave), why
            case "hand_up":
                yield from self._hand_up(key, why, tells)
            case "remind" if tells:
                whose = self.whose or ticket.owner or ticket.case_owner
                yield from self._tell(key, self.facts.person(whose), "mail", why)
            case "warn" if tells:
                yield from self._tell(key, self.facts.supervisor, "mail", why)
            case "manager" if tells:
                yield from self._tell(key, self.facts.manager, "mention", why)

    def _hand_up(self, key: str, why: Say, tells: bool) -> Iterator[tuple[Action, Say]]:
        """A case is handed up, never down: a supervisor or manager who has it keeps it, and is mentioned."""
        owner, supervisor = self.facts.owner, self.facts.supervisor
        led = owner is not None and owner.at_work and owner.post in _LEADERS
        leader = owner if led else supervisor
        if leader is None:
            return
        yield Note(key=f"{key}/note", text=why, weight=80), why
        if not led:
            yield Assign(owner=leader.id), why
        if tells:
            yield from self._tell(key, leader, "mention", why)

    def _tell(self, key: str, person: Person | None, how: How, why: Say) -> Iterator[tuple[Action, Say]]:
        """One person hears of it; whoever is away is not written to: the supervisor is."""
        reached = person if person is not None and person.at_work else self.facts.supervisor
        if reached is not None:
            yield Tell(key=key, person=reached.id, text=why, how=how), why

    def _because(self, rung: Rung) -> Say:
        due_at, clause = self.clock.due_at, self.clock.clauses[0]
        if self.seen.status == "breached":
            return say("clock.late", _TEXTS, duty=self.duty, due=due_at, clause=clause)
        return say("clock.soon", _TEXTS, duty=self.duty, due=due_at, rung=rung.name)
