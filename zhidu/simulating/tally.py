"""What is kept of one ticket's replay: what was decided how often, how its clocks ended, whom it kept busy."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Literal, NamedTuple
from zoneinfo import ZoneInfo

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


@dataclass(frozen=True, slots=True, kw_only=True)
class _Seen:
    """A run of a clock as last looked at. `over_at`: when it no longer asked for anything."""

    run: Run
    due_at: datetime | None
    whose: int | None
    over_at: datetime | None = None


class Teller:
    """Counts the moments of one ticket.

    begins   what was over before it is not counted
    zone     whose days are counted
    """

    def __init__(self, begins: datetime, zone: ZoneInfo) -> None:
        self._begins, self._zone = begins, zone
        self._seen: dict[str, _Seen] = {}
        self._tally = Tally()

    def take(self, moment: Moment) -> None:
        """The next moment of the ticket."""
        self._clocks(moment)
        if moment.at < self._begins:
            return
        tally = self._tally
        tally.moments += 1
        for failure in moment.verdict.failures:
            tally.failures[failure.rule] = failure.error
        day = moment.at.astimezone(self._zone).date()
        for decision in moment.written.decisions:
            for what in _what(decision, moment.written):
                tally.decided[What(decision.clauses[0], decision.rule, what)] += 1
            action = decision.action
            if isinstance(action, Tell):
                tally.days[Day(day, action.person, "told")] += 1
            elif isinstance(action, Assign) and action.owner is not None:
                tally.days[Day(day, action.owner, "given")] += 1

    def _clocks(self, moment: Moment) -> None:
        now, verdict = moment.at, moment.verdict
        ticket = verdict.facts.ticket
        present = set()
        for decision in verdict.decisions:
            action = decision.action
            if not isinstance(action, RunClock) or action not in verdict.running:
                continue
            clock = action.clock
            present.add(clock.run)
            run = Run(decision.clauses[0], clock.name, decision.module, clock.status(now))
            known = self._seen.get(clock.run)
            whose = ticket.case_owner or ticket.owner or (None if known is None else known.whose)
            self._seen[clock.run] = _Seen(run=run, due_at=clock.due_at, whose=whose, over_at=clock.met_at)
        for name, seen in self._seen.items():
            if name not in present and seen.over_at is None:
                self._seen[name] = replace(seen, run=seen.run._replace(ending=_ended(seen, now)), over_at=now)

    def tell(self) -> Tally:
        """All that was counted."""
        tally = self._tally
        counted = [seen for seen in self._seen.values() if seen.over_at is None or seen.over_at >= self._begins]
        tally.runs = tuple(seen.run for seen in counted)
        for seen in counted:
            if seen.due_at is None or seen.whose is None or seen.due_at < self._begins:
                continue
            day = seen.due_at.astimezone(self._zone).date()
            if seen.run.ending in ("met", "met late", "breached"):
                tally.days[Day(day, seen.whose, "due")] += 1
            if seen.run.ending in ("met late", "breached"):
                tally.days[Day(day, seen.whose, "late")] += 1
        return tally


def _ended(seen: _Seen, now: datetime) -> Ending:
    """How a clock ended that nobody runs any more: what it asked for was done, or nothing asks for it now."""
    late = seen.run.ending in ("breached", "met late") or (seen.due_at is not None and seen.due_at < now)
    return "met late" if late else "met"


def _what(decision: Decision, done: Written) -> Iterator[str]:
    match decision.action:
        case RunClock(clock=clock, reached=reached):
            yield from (f"rung {clock.name} {rung}" for rung in reached)
        case Find(code=code):
            yield f"finding {code}"
        case SetField(field=field):
            yield f"set {field}"
        case Reply(key=key):
            yield f"{'reply' if decision in done.sent else 'draft'} {key.partition(':')[0]}"
        case Tell(how=how):
            yield how
        case Note():
            yield "note"
        case Tag(name=name):
            yield f"tag {name}"
        case Untag(name=name):
            yield f"untag {name}"
        case action:
            yield describe(action)[0]
