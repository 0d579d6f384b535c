"""What is kept of one ticket's replay: what was decided how often, how its clocks ended, whom it kept busy."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Literal, NamedTuple
from zoneinfo import ZoneInfo

from policies.kernel.deadlines import Clock
from policies.kernel.decisions import Assign, Decision, Find, Note, Reply, RunClock, SetField, Tag, Tell, Untag
from policies.kernel.describe import describe
from zhidu.simulating.effects import Written
from zhidu.simulating.replay import Moment

Ending = Literal["met", "met late", "breached", "running", "paused"]
Load = Literal["given", "told", "due", "late", "answered"]
LOADS: tuple[Load, ...] = ("given", "told", "due", "late", "answered")
"""given: the case became hers; told: mails and mentions to her; due and late: duties that were to end on the day, and
those of them that nobody had done; answered: replies to customers that she really wrote."""


class What(NamedTuple):
    """What was decided: a row of the report. `what` is `note`, `mail`, `set severity`, `finding no_time` …"""

    clause: str
    rule: str
    what: str


class Run(NamedTuple):
    """How one run of a clock stands at the end."""

    clause: str
    name: str
    module: str
    ending: Ending


class Day(NamedTuple):
    """A person's day."""

    day: date
    person: int
    load: Load


@dataclass(slots=True, kw_only=True)
class Tally:
    """One ticket under one policy, counted within the period."""

    moments: int = 0
    decided: Counter[What] = field(default_factory=Counter)
    runs: tuple[Run, ...] = ()
    days: Counter[Day] = field(default_factory=Counter)
    failures: dict[str, str] = field(default_factory=dict)


@dataclass(slots=True)
class _Seen:
    """A run of a clock as last looked at, `at` that instant.

    decision   the one that runs it
    over_at    when it no longer asked for anything
    ending     how it ended; None while somebody runs it
    """

    decision: Decision
    clock: Clock
    at: datetime
    whose: int | None = None
    over_at: datetime | None = None
    ending: Ending | None = None

    def is_of(self, clock: Clock) -> bool:
        """Whether `clock` is the same run; see `Clock.run`."""
        mine = self.clock
        return mine.name == clock.name and mine.started_at == clock.started_at and mine.restarts == clock.restarts

    def run(self) -> Run:
        ending = self.ending or self.clock.status(self.at)
        return Run(self.decision.clauses[0], self.clock.name, self.decision.module, ending)


class Teller:
    """Counts the moments of one ticket.

    begins   what was over before it is not counted
    zone     whose days are counted
    """

    def __init__(self, begins: datetime, zone: ZoneInfo) -> None:
        self._begins, self._zone = begins, zone
        self._seen: list[_Seen] = []
        self._running: dict[str, _Seen] = {}
        self._decided: Counter[tuple[str, str, str]] = Counter()
        self._tally = Tally()

    def take(self, moment: Moment) -> None:
        """The next moment of the ticket."""
        self._clocks(moment)
        if moment.at < self._begins:
            return
        tally, done, decided = self._tally, moment.written, self._decided
        tally.moments += 1
        for failure in moment.verdict.failures:
            tally.failures[failure.rule] = failure.error
        for decision in done.decisions:
            action, clause, rule = decision.action, decision.clauses[0], decision.rule
            for what in _what(decision, done):
                decided[clause, rule, what] += 1
            if isinstance(action, Tell):
                tally.days[Day(self._day(moment.at), action.person, "told")] += 1
            elif isinstance(action, Assign) and action.owner is not None:
                tally.days[Day(self._day(moment.at), action.owner, "given")] += 1

    def _day(self, at: datetime) -> date:
        return at.astimezone(self._zone).date()

    def _clocks(self, moment: Moment) -> None:
        now, verdict = moment.at, moment.verdict
        ticket = verdict.facts.ticket
        whose = ticket.case_owner or ticket.owner
        before, self._running = self._running, {}
        running = {id(action) for action in verdict.running}
        for decision in moment.written.clocks:
            action = decision.action
            if isinstance(action, RunClock) and id(action) in running:
                clock = action.clock
                seen = before.get(clock.name)
                if seen is None or not seen.is_of(clock):
                    seen = self._begun(decision, clock, now)
                seen.decision, seen.clock, seen.at = decision, clock, now
                seen.whose, seen.over_at, seen.ending = whose or seen.whose, clock.met_at, None
                self._running[clock.name] = seen
        for name, gone in before.items():
            if self._running.get(name) is not gone and gone.over_at is None:
                gone.ending, gone.over_at = _ended(gone, now), now

    def _begun(self, decision: Decision, clock: Clock, now: datetime) -> _Seen:
        """A run that did not run at the last look; one that ran before goes on."""
        known = next((seen for seen in self._seen if seen.is_of(clock)), None)
        if known is None:
            known = _Seen(decision, clock, now)
            self._seen.append(known)
        return known

    def tell(self) -> Tally:
        """All that was counted."""
        tally = self._tally
        tally.decided = Counter({What(*key): times for key, times in self._decided.items()})
        counted = [seen for seen in self._seen if seen.over_at is None or seen.over_at >= self._begins]
        tally.runs = tuple(seen.run() for seen in counted)
        for seen, run in zip(counted, tally.runs, strict=True):
            due_at = seen.clock.due_at
            if due_at is None or seen.whose is None or due_at < self._begins:
                continue
            day = self._day(due_at)
            if run.ending in ("met", "met late", "breached"):
                tally.days[Day(day, seen.whose, "due")] += 1
            if run.ending in ("met late", "breached"):
                tally.days[Day(day, seen.whose, "late")] += 1
        return tally


def _ended(seen: _Seen, now: datetime) -> Ending:
    """How a clock ended that nobody runs any more: what it asked for was done, or nothing asks for it now."""
    due_at = seen.clock.due_at
    return "met late" if due_at is not None and due_at < now else "met"


def _what(decision: Decision, done: Written) -> Iterable[str]:
    match decision.action:
        case SetField(field=field):
            return (f"set {field}",)
        case RunClock(clock=clock, reached=reached):
            return [f"rung {clock.name} {rung}" for rung in reached]
        case Tell(how=how):
            return (how,)
        case Note():
            return ("note",)
        case Find(code=code):
            return (f"finding {code}",)
        case Reply(key=key):
            return (f"{'reply' if decision in done.sent else 'draft'} {key.partition(':')[0]}",)
        case Tag(name=name):
            return (f"tag {name}",)
        case Untag(name=name):
            return (f"untag {name}",)
        case action:
            return (describe(action)[0],)
