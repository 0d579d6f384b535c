"""The runs of one ticket's clocks, as they stand from moment to moment, and how each ended."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Literal, NamedTuple

from policies.kernel.deadlines import Clock
from policies.kernel.decisions import Decision, RunClock
from policies.kernel.evaluate import Unit, Verdict
from policies.kernel.facts import Facts, Ticket
from policies.kernel.rules import NO_KIND

Ending = Literal["met", "met late", "breached", "running", "paused", "ended"]
"""`ended`: nothing asks for it any more, though nobody did it, and it had not run out."""

_GRAVITY: Final = ("severity", "flags", "extension")
"""Fields that decide, for tickets of one kind, which clocks run."""


class Run(NamedTuple):
    """How one run of a clock stands at the end. began, due: seconds since 1970; due is None while it stands still."""

    clause: str
    name: str
    module: str
    ending: Ending
    began: float
    due: float | None


@dataclass(slots=True)
class Seen:
    """A run of a clock as last looked at.

    decision   the one that runs it
    at         that instant
    ticket     as it was then
    whose      whoever had the case
    over_at    when it no longer asked for anything
    ending     how it ended; None while somebody runs it
    """

    decision: Decision
    clock: Clock
    at: datetime
    ticket: Ticket
    whose: int | None = None
    over_at: datetime | None = None
    ending: Ending | None = None

    def is_of(self, clock: Clock) -> bool:
        """Whether `clock` is the same run; see `Clock.run`."""
        mine = self.clock
        return mine.name == clock.name and mine.started_at == clock.started_at and mine.restarts == clock.restarts

    def run(self) -> Run:
        clock, decision = self.clock, self.decision
        ending = self.ending or clock.status(self.at)
        due = None if clock.due_at is None else clock.due_at.timestamp()
        return Run(decision.clauses[0], clock.name, decision.module, ending, clock.started_at.timestamp(), due)


def kinds_of(units: Iterable[Unit]) -> Mapping[str, str | None]:
    """Rule → the kind of ticket that it is for; None: for every one."""
    return {rule.name: rule.kind for unit in units for rule in unit.rules}


class Runs:
    """The runs of one ticket's clocks.

    kinds   rule → the kind of ticket that it is for; None: for every one
    """

    def __init__(self, kinds: Mapping[str, str | None]) -> None:
        self._kinds = kinds
        self._seen: list[Seen] = []
        self._running: dict[str, Seen] = {}

    def __iter__(self) -> Iterator[Seen]:
        """In the order in which they began."""
        return iter(self._seen)

    def take(self, now: datetime, verdict: Verdict, clocks: Iterable[Decision]) -> None:
        """The next look at the ticket; `clocks` are the decisions that run one."""
        facts = verdict.facts
        ticket = facts.ticket
        whose = ticket.case_owner or ticket.owner
        before, self._running = self._running, {}
        running = {id(action) for action in verdict.running}
        for decision in clocks:
            action = decision.action
            if isinstance(action, RunClock) and id(action) in running:
                clock = action.clock
                seen = before.get(clock.name)
                if seen is None or not seen.is_of(clock):
                    seen = self._begun(decision, clock, now, ticket)
                seen.decision, seen.clock, seen.at, seen.ticket = decision, clock, now, ticket
                seen.whose, seen.over_at, seen.ending = whose or seen.whose, clock.met_at, None
                self._running[clock.name] = seen
        for name, gone in before.items():
            if self._running.get(name) is not gone and gone.over_at is None:
                gone.ending, gone.over_at = self._ended(gone, facts), now

    def _begun(self, decision: Decision, clock: Clock, now: datetime, ticket: Ticket) -> Seen:
        """A run that did not run at the last look; one that ran before goes on."""
        known = next((seen for seen in self._seen if seen.is_of(clock)), None)
        if known is None:
            known = Seen(decision, clock, now, ticket)
            self._seen.append(known)
        return known

    def _ended(self, gone: Seen, facts: Facts) -> Ending:
        """How a clock ended that nobody runs any more: what it asked for was done, or nothing asks for it now.

        One without a rung that ended as its time came only measured how long is waited for the customer.
        """
        due_at = gone.clock.due_at
        late = due_at is not None and due_at < facts.now
        if late and not gone.clock.ladder.rungs and gone.clock.status(gone.at) != "breached":
            return "ended"
        if self._is_pointless(gone, facts):
            return "breached" if late else "ended"
        return "met late" if late else "met"

    def _is_pointless(self, gone: Seen, facts: Facts) -> bool:
        """Whether the ticket is no longer one of which this is asked: merged, closed with it open, of another kind or
        gravity than before; or the customer wrote, and it is asked for anew."""
        before, after = gone.ticket, facts.ticket
        if after.over or (after.closed and not before.closed):
            return True
        kind = self._kinds.get(gone.decision.rule)
        if kind is not None and kind != (after.kind or NO_KIND):
            return True
        successor = self._running.get(gone.clock.name)
        if successor is not None:
            return any(article.at == successor.clock.started_at for article in facts.from_customer)
        return kind is not None and any(getattr(before, name) != getattr(after, name) for name in _GRAVITY)
