"""The agent's panel: what is due next in the sidebar, and one note for each real change of situation."""

from datetime import datetime
from typing import Final

from policies.core.config import Config
from policies.core.ownership import HANDOVER_CLOCK, OWNER_CLOCK
from policies.core.satisfaction import RATING_CLOCKS
from policies.kernel.deadlines import Clock
from policies.kernel.decisions import Find, Note, Say, SetField, Tell, say
from policies.kernel.digest import digest
from policies.kernel.duties import Duty, duties
from policies.kernel.facts import Facts
from policies.kernel.kept import kept
from policies.kernel.moments import SAME_MOMENT
from policies.kernel.rules import Wants, rule
from policies.kernel.traits import has

_NO_SITUATION: Final = (OWNER_CLOCK, HANDOVER_CLOCK, *RATING_CLOCKS)
"""Duties that change nothing about the case itself; the handover has a note of its own."""


def _open(facts: Facts) -> tuple[Duty, ...]:
    """The open duties of the case, found once for the rules that show them."""
    known = facts.__dict__.get("_open_duties")
    if known is None:
        known = facts.__dict__["_open_duties"] = duties(facts.decided, facts.now)
    return known


def _named(duty: Duty) -> str:
    return f"@{duty.module}:duty.{duty.clock.name}"


@rule("3.3.3", when=has("kind"), phase="sum_up")
def show_what_is_due(facts: Facts, config: Config) -> Wants:
    """The fields in the sidebar show what is due next, when, and by which clause."""
    ticket = facts.ticket
    open_duties = _open(facts)
    if not open_duties:
        why = say("due.none")
        if ticket.next_due_at is not None:
            yield SetField(field="next_due_at", value=None), why
        if ticket.next_duty is not None:
            yield SetField(field="next_duty", value=None), why
        return
    first = open_duties[0]
    next_duty, why = _shown(first.clock, first.module)
    if not _shows(ticket.next_due_at, first.due_at):
        yield SetField(field="next_due_at", value=first.due_at), why
    yield next_duty, why


@kept
def _shown(clock: Clock, module: str) -> tuple[SetField, Say]:
    """What the field shows of a duty, and why."""
    duty, clause = f"@{module}:duty.{clock.name}", clock.clauses[0]
    provisional = clock.due is not None and clock.due.provisional
    shown = say("due.provisional" if provisional else "due.field", duty=duty, clause=clause)
    return SetField(field="next_duty", value=shown), say("due.next", duty=duty, clause=clause)


def _shows(shown: datetime | None, due_at: datetime) -> bool:
    """Whether the field shows this time; what our own write began is due a moment later than was known beforehand."""
    return shown is not None and abs(shown - due_at) <= SAME_MOMENT


@rule("1.3.3", when=has("kind"), phase="sum_up")
def note_the_situation(facts: Facts, config: Config) -> Wants:
    """One note for each real change of situation: another kind, severity or stage, another duty.

    A date that merely moves is shown by the field; a case that only waits for an owner needs no note.
    """
    ticket = facts.ticket
    first = next((duty for duty in _open(facts) if duty.clock.name not in _NO_SITUATION), None)
    if first is None:
        return
    late = first.status == "breached"
    situation = digest(ticket.kind, ticket.severity, first.clock.name, late, ticket.stage == "ended")
    if situation != facts.memory.situation:
        what = (
            (f"@kind.{ticket.kind}", f"@severity.{ticket.severity}") if ticket.severity else (f"@kind.{ticket.kind}",)
        )
        why = _situation(first, what, late)
        yield Note(key=f"situation:{situation}", text=why, weight=100), why


def _situation(first: Duty, what: tuple[str, ...], late: bool) -> Say:
    duty, due = _named(first), first.due_at
    if late:
        return say("situation.late", what=what, duty=duty, due=due)
    if first.provisional:
        return say("situation.provisional", what=what, duty=duty, due=due)
    return say("situation.due", what=what, duty=duty, due=due)


@rule("1.2", phase="sum_up")
def show_who_was_told(facts: Facts, config: Config) -> Wants:
    """The sidebar shows whom beside the owner the case was last brought to, and when."""
    told = [d.action.person for d in facts.decided if isinstance(d.action, Tell) and not d.action.private]
    people = tuple(f"person:{person}" for person in dict.fromkeys(told) if person != facts.ticket.owner)
    if people:
        yield (
            SetField(field="told", value=say("told.field", people=people, at=facts.now)),
            say("told.why", people=people),
        )


@rule("6.2.1", when=~has("finding", "open"), phase="sum_up")
def show_that_something_was_found(facts: Facts, config: Config) -> Wants:
    """A departure puts the case on the list of findings, until a person has looked at it and says so in the field."""
    for decision in facts.decided:
        action = decision.action
        if isinstance(action, Find) and not action.private and action.waived_by is None:
            yield SetField(field="finding", value="open"), say("finding.open")
            return
