"""What is kept of one ticket's replay: what was decided how often, how its clocks ended, whom it kept busy."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Literal, NamedTuple
from zoneinfo import ZoneInfo

from policies.kernel.decisions import Assign, Decision, Find, Note, Reply, RunClock, SetField, Tag, Tell, Untag
from policies.kernel.describe import describe
from zhidu.clock_runs import Run, Runs
from zhidu.simulating.effects import Written
from zhidu.simulating.replay import Moment

Load = Literal["given", "told", "due", "late", "answered"]
LOADS: tuple[Load, ...] = ("given", "told", "due", "late", "answered")
"""given: the case became hers; told: mails and mentions to her; due and late: duties that were to end on the day, and
those of them that nobody had done; answered: replies to customers that she really wrote."""


class What(NamedTuple):
    """What was decided: a row of the report. `what` is `note`, `mail`, `set severity`, `finding no_time` …"""

    clause: str
    rule: str
    what: str


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


class Teller:
    """Counts the moments of one ticket.

    begins   what was over before it is not counted
    zone     whose days are counted
    kinds    rule → the kind of ticket that it is for; None: for every one
    """

    def __init__(self, begins: datetime, zone: ZoneInfo, kinds: Mapping[str, str | None]) -> None:
        self._begins, self._zone = begins, zone
        self._runs = Runs(kinds)
        self._decided: Counter[tuple[str, str, str]] = Counter()
        self._tally = Tally()

    def take(self, moment: Moment) -> None:
        """The next moment of the ticket."""
        self._runs.take(moment.at, moment.verdict, moment.written.clocks)
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

    def tell(self) -> Tally:
        """All that was counted."""
        tally = self._tally
        tally.decided = Counter({What(*key): times for key, times in self._decided.items()})
        counted = [seen for seen in self._runs if seen.over_at is None or seen.over_at >= self._begins]
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
