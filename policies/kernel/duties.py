"""What must be done next on a case: the open clock that is due first."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from policies.kernel.deadlines import Clock, Status
from policies.kernel.decisions import Decision, RunClock, Say, say
from policies.kernel.quick import quick


@quick
@dataclass(frozen=True, slots=True, kw_only=True)
class Duty:
    """An open clock with the decision that runs it; `status` is running or breached."""

    clock: Clock
    decision: Decision
    due_at: datetime
    status: Status

    @property
    def text(self) -> Say:
        return say(f"duty.{self.clock.name}")

    @property
    def module(self) -> str:
        return self.decision.module

    @property
    def provisional(self) -> bool:
        """Whether the time rests on a year whose holidays are not known yet."""
        return self.clock.due is not None and self.clock.due.provisional

    @property
    def clause(self) -> str:
        return self.clock.clauses[0]


def duties(decisions: Iterable[Decision], now: datetime) -> tuple[Duty, ...]:
    """The open duties, the one due first in front; paused and met clocks ask for nothing."""
    found: dict[str, Duty] = {}
    for decision in decisions:
        action = decision.action
        if not isinstance(action, RunClock):
            continue
        clock = action.clock
        due = clock.due
        if due is None or clock.name in found:
            continue
        if clock.met_at is not None and clock.met_at <= now:
            continue
        status = clock.status(now) if clock.pauses else "breached" if due.at <= now else "running"
        if status == "running" or status == "breached":
            found[clock.name] = Duty(clock=clock, decision=decision, due_at=due.at, status=status)
    if len(found) < 2:
        return tuple(found.values())
    return tuple(sorted(found.values(), key=_first))


def _first(duty: Duty) -> tuple[datetime, str]:
    return duty.due_at, duty.clock.name
