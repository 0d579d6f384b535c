"""How a case went so far: closings that stood, runs of the work, waits for the customer, who answered when.

Derived from the facts, once for all rules; the ticket's state and its history tell it, whatever kind of case it is.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from policies.kernel.copies import twin
from policies.kernel.deadlines import Clock, Ladder, Pause, same_clock
from policies.kernel.derived import derived
from policies.kernel.facts import Article, Change, Facts
from policies.kernel.moments import moment_name
from policies.kernel.spec import Spec

RESOLVED: Final = ("awaiting_satisfaction", "ended")
"""Stages that only a closing which stood leads to."""

_COURSE: Final = "_course"
_PENDING_UNTIL: Final = "%Y-%m-%d %H:%M:%S UTC"


@dataclass(frozen=True, slots=True, kw_only=True)
class Closing:
    """A closing that stood: no gate undid it, and nobody of the company took it back before it took effect.

    reopened_at   when there was reason to go on: the customer's message, or whatever opened it again; None: closed
    """

    at: datetime
    reopened_at: datetime | None = None


def course(facts: Facts) -> Course:
    """The course of the case of these facts; the same object for the same facts, so that nothing is derived twice."""
    known = facts.__dict__.get(_COURSE)
    if known is None:
        known = facts.__dict__[_COURSE] = Course(looked_at(facts))
    return known


def looked_at(facts: Facts) -> Facts:
    """The facts as what is kept on them looks at them. What it will derive of them first is derived here, for both."""
    _ = facts.from_customer, facts.to_customer, facts.latest, facts.calendar
    return twin(facts)


def share(facts: Facts, more: Course) -> None:
    """From now on `more`, which says more of one kind of case, is the course of the facts, and knows what was known."""
    kept = facts.__dict__
    before = kept.get(_COURSE)
    if before is not None:
        more.__dict__.update({**before.__dict__, "facts": more.facts})
    kept[_COURSE] = more


@dataclass(frozen=True)
class Course:
    """What rules of several modules ask about how one case went."""

    facts: Facts

    @derived
    def states(self) -> tuple[Change, ...]:
        facts = self.facts
        return tuple(change for change in facts.history if change.field == "state") if "state" in facts.latest else ()

    @derived
    def _closing_now(self) -> bool:
        """Whether the decisions taken so far close it: the history does not tell of that yet."""
        read = self.facts.read
        return read is not None and self.facts.ticket.closed and not read.closed

    @derived
    def closed_since(self) -> datetime:
        """When the present closing began; of a ticket opened again, when the last one did."""
        ticket = self.facts.ticket
        if self._closing_now:
            return self.facts.now
        times = [change.at for change in self.states if change.new == "closed"]
        return times[-1] if times else ticket.closed_at or ticket.updated_at

    @derived
    def occasion(self) -> str:
        """Names the present closing in keys."""
        closings = () if self._closing_now else reversed(self.states)
        closing = next((change for change in closings if change.new == "closed"), None)
        return f"{self.closed_since:%Y%m%dT%H%M%S}" if closing is None else moment(self.facts, closing)

    @derived
    def closings(self) -> tuple[Closing, ...]:
        """The closings that stood, oldest first."""
        ticket, states = self.facts.ticket, self.states
        shown = self.facts.read or ticket
        if not states and not ticket.closed and not shown.closed:
            return ()
        if (states[0].old == "closed") if states else shown.closed:
            began = ticket.closed_at or ticket.created_at
            began = min(began, states[0].at) if states else began
            states = (Change(at=began, by=ticket.customer, field="state", new="closed"), *states)
        if self._closing_now:
            states = (*states, Change(at=self.facts.now, by=self.facts.me, field="state", new="closed"))
        found = []
        for index, change in enumerate(states):
            if change.new != "closed":
                continue
            after = states[index + 1] if index + 1 < len(states) else None
            if after is None and ticket.closed:
                found.append(Closing(at=change.at))
            elif self._stood(change, after):
                found.append(Closing(at=change.at, reopened_at=self._reason_to_go_on(change, after)))
        return tuple(found)

    def _stood(self, closing: Change, after: Change | None) -> bool:
        facts = self.facts
        if after is not None and after.by != facts.me and after.by not in facts.people:
            return True
        heard = f"dissatisfied:{moment(facts, closing)}"
        if any(key == heard or key.endswith(f".{heard}") for key in facts.memory.done):
            return True
        end = facts.now if after is None else after.at
        for change in facts.history:
            if closing.at <= change.at <= end and (
                (change.field == "stage" and change.new in RESOLVED)
                or (change.field == "satisfaction" and change.new == "dissatisfied")
            ):
                return True
        return False

    def _reason_to_go_on(self, closing: Change, after: Change | None) -> datetime:
        """What zhidu opens again counts from what it was opened for, however late the service saw it."""
        facts = self.facts
        if after is not None and after.by != facts.me:
            return after.at
        end = facts.now if after is None else after.at
        said = [article.at for article in facts.from_customer if closing.at < article.at <= end]
        # That zhidu took the answer back when it opened the case is no answer.
        answers = (c for c in facts.history if c.field == "satisfaction" and (c.new or c.by != facts.me))
        said += [c.at for c in answers if closing.at <= c.at <= end]
        return max(said, default=end)

    @derived
    def solved_at(self) -> datetime | None:
        """When it was first closed for good reason: what the law asks for was done then, whatever follows."""
        return self.closings[0].at if self.closings else None

    @derived
    def reopened(self) -> tuple[datetime, ...]:
        """When it had to be gone on with, each time."""
        return tuple(closing.reopened_at for closing in self.closings if closing.reopened_at is not None)

    @derived
    def run_started_at(self) -> datetime:
        """When the present run of the work began: with the first receipt, or when it was last opened again."""
        return self.reopened[-1] if self.reopened else self.facts.ticket.since

    @derived
    def closed_at(self) -> datetime | None:
        """The present closing; None while the case is open."""
        last = self.closings[-1] if self.closings else None
        return last.at if last is not None and last.reopened_at is None and self.facts.ticket.closed else None

    @derived
    def pauses(self) -> tuple[Pause, ...]:
        """When an agent waited for the customer: pending, with that reason, after something was asked of them.

        A wait ends with the customer's message, with another state or reason, or when the time of the reminder comes.
        """
        return tuple(self._waits()) if "waiting_for" in self.facts.latest else ()

    def _waits(self) -> Iterator[Pause]:
        facts = self.facts
        asked_at = facts.to_customer[0].at if facts.to_customer else None
        for since, until, reminder_at in _pending_for_customer(facts):
            ends = [at for at in (until, reminder_at) if at is not None]
            begins = since if asked_at is None else max(since, asked_at)
            ends += [article.at for article in facts.from_customer if article.at > begins][:1]
            end = min(ends, default=None)
            if asked_at is not None and (end is None or end > begins) and begins <= facts.now:
                yield Pause(from_at=begins, until_at=end)

    @derived
    def first_reply(self) -> Article | None:
        """The first answer that a person of the company gave."""
        since = self.facts.ticket.since
        for article in self.facts.to_customer:
            if article.at >= since:
                return article
        return None

    def reply_after(self, at: datetime) -> Article | None:
        """The first answer of a person after an instant."""
        return next((article for article in self.facts.to_customer if article.at > at), None)

    def sent_at(self, key: str) -> datetime | None:
        """When zhidu itself sent the text with this key to the customer."""
        whole = f"{self.facts.ticket.id}:{key}"
        for article in self.facts.articles:
            if article.key == whole and not article.internal:
                return article.at
        return None

    @derived
    def override(self) -> Change | None:
        """The override of a gate: a person gave a reason, for this run of the case."""
        if not (self.facts.ticket.override_reason or "").strip():
            return None
        given = self.facts.set_by_person("override_reason")
        return given if given is not None and given.new and given.at >= self.run_started_at else None


def _pending_for_customer(facts: Facts) -> Iterator[tuple[datetime, datetime | None, datetime | None]]:
    """Since, until, and the time of the reminder, of each stretch in that state with that reason."""
    since: datetime | None = None
    waiting, state = "", ""
    reminder_at: datetime | None = None
    for change in facts.history:
        if change.field == "waiting_for":
            waiting = change.new
        elif change.field == "state":
            state = change.new
        elif change.field == "pending_time":
            reminder_at = _instant(change.new)
        else:
            continue
        held = state == "pending reminder" and waiting == "customer"
        if held and since is None:
            since = change.at
        elif not held and since is not None:
            yield since, change.at, reminder_at
            since = None
    if since is not None:
        yield since, None, facts.ticket.pending_until or reminder_at


def _instant(word: str) -> datetime | None:
    """A time as the history writes it; None for anything else."""
    try:
        return datetime.strptime(word, _PENDING_UNTIL).replace(tzinfo=UTC)
    except ValueError:
        return None


def own_clock(
    facts: Facts,
    name: str,
    clause: str,
    started_at: datetime,
    within: Spec,
    ladder: Ladder,
    met_at: datetime | None = None,
    restarts: int = 0,
) -> Clock:
    """A clock of the company's own: it stands still while the customer is waited for."""
    pauses = course(facts).pauses
    return same_clock(name, clause, started_at, facts.calendar, within, None, met_at, ladder, pauses, restarts)


def became(facts: Facts, field: str, value: str) -> Change | None:
    """The latest change that gave the field this value."""
    return next((c for c in reversed(facts.history) if c.field == field and c.new == value), None)


def moment(facts: Facts, change: Change) -> str:
    """Names a change in keys that may be zhidu's own: by the same name, whether the answer or the history dates it."""
    if change.by != facts.me:
        return f"{change.at:%Y%m%dT%H%M%S}"
    written = (article.key for article in facts.articles if article.key is not None)
    return moment_name(change.at, (*facts.memory.done, *written))


def stamp(change: Change | None) -> int:
    """Names a person's change in keys."""
    return 0 if change is None else int(change.at.timestamp())
