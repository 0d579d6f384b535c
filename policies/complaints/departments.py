"""The responsible department: the case goes there, is answered in time, and comes back to whoever has the case."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from policies.complaints.case import MODULE
from policies.complaints.config import Config
from policies.core.departments import group_of, is_department, known_departments
from policies.kernel.course import became, moment, own_clock, stamp
from policies.kernel.deadlines import Clock
from policies.kernel.decisions import Assign, Note, Prioritise, Route, SetField, Tell, say
from policies.kernel.facts import Change, Facts
from policies.kernel.ladders import run_clock
from policies.kernel.moments import SAME_MOMENT
from policies.kernel.rules import Wants, rule
from policies.kernel.traits import AT_DEPARTMENT, OPEN, changed, has

_HANDED_OVER: Final = has("stage", "with_department")
_AWAY: Final = OPEN & (AT_DEPARTMENT | _HANDED_OVER | (changed("group") & has("responsible")))
"""On a department's desk, or with one that has none here."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Stay:
    """A case's stay with a department.

    sent   the move that brought it to the department's desk; the change of stage where it has none that is known
    home   the desk it is to come back to; None where nothing tells, or it never left
    """

    sent: Change
    home: str | None


def _stay(facts: Facts, config: Config) -> _Stay | None:
    """The stay with the department where the case is now; None where it is with none, or nothing tells since when."""
    ticket, read = facts.ticket, facts.read
    if is_department(facts, config.departments, ticket.group):
        moved = read is not None and read.group != ticket.group
        sent = _now(facts, "group") if moved else facts.last_set("group")
        return None if sent is None else _Stay(sent=sent, home=_home(facts, config))
    if ticket.stage != "with_department":
        return None
    sent = became(facts, "stage", "with_department")
    if read is not None and read.stage != ticket.stage:
        sent = _now(facts, "stage")
    if sent is None or _brought_back(facts, sent):
        return None
    moves = [change for change in facts.history if change.field == "group" and change.at >= sent.at]
    home = moves[0].old if moves and moves[0].old != ticket.group else None
    return _Stay(sent=sent, home=home)


def _now(facts: Facts, field: str) -> Change:
    """What this look at the case has decided, as the history will tell it."""
    old, new = getattr(facts.read, field), getattr(facts.ticket, field)
    return Change(at=facts.now, by=facts.me, field=field, old=old or "", new=new or "")


def _brought_back(facts: Facts, sent: Change) -> bool:
    """Whether a person moved it from a department, or from another group, to where it was when it was handed over."""
    moves = [change for change in facts.history if change.field == "group" and change.at >= sent.at - SAME_MOMENT]
    return bool(moves) and moves[-1].new == facts.ticket.group == moves[0].old


def _home(facts: Facts, config: Config) -> str | None:
    """The desk that the case was on before it went to departments."""
    for change in reversed(facts.history):
        if change.field == "group" and change.old and not is_department(facts, config.departments, change.old):
            return change.old
    return None


def _answered(facts: Facts, sent: Change) -> Change | None:
    """The department's answer: the summary, written since the case came."""
    change = facts.last_set("answer_summary")
    return change if change is not None and change.new and change.at >= sent.at else None


def _clock(facts: Facts, config: Config, sent: Change) -> Clock:
    answered = _answered(facts, sent)
    within = config.department.within.of(facts.ticket.severity)
    met = None if answered is None else answered.at
    return own_clock(facts, "department", "2.2.4", sent.at, within, config.department.ladder, met)


def _named(facts: Facts) -> Change | None:
    """The latest word that the case is this department's: it was named, or a person handed the case over again."""
    named, sent = facts.last_set("responsible"), facts.set_by_person("stage")
    if sent is None or sent.new != "with_department" or facts.ticket.stage != "with_department":
        return named
    return sent if named is None or sent.at > named.at else named


@rule("4.3.3", kind="complaint", when=OPEN & has("responsible"))
def to_responsible_department(facts: Facts, config: Config) -> Wants:
    """Once the responsible department is named, the case goes to its group; whoever has the case keeps it.

    Each naming, and each hand-over by a person, sends it once: a person who moves it elsewhere has the last word.
    """
    ticket = facts.ticket
    group = group_of(facts, config.departments, ticket.responsible)
    if group is None or ticket.group == group:
        return
    named = _named(facts)
    for change in reversed(facts.history):
        done = change.field == "answer_summary" and change.new
        moved = change.field == "group" and (change.new == group or change.by != facts.me)
        if (done or moved) and (named is None or change.at >= named.at):
            return
    why = say("department.to", department=ticket.responsible, group=group)
    yield Route(group=group), why
    if facts.owner is not None and group not in facts.owner.groups:
        yield Assign(owner=None), why
    yield SetField(field="stage", value="with_department"), why
    if ticket.waiting_for is None:  # whoever waits for the customer as well goes on waiting
        yield SetField(field="waiting_for", value="department"), why
    yield Note(key=f"department:{ticket.responsible}:{stamp(named)}", text=why), why


@rule("4.3.3", kind="complaint", when=OPEN & _HANDED_OVER & ~AT_DEPARTMENT)
def department_without_group(facts: Facts, config: Config) -> Wants:
    """A case handed over to a department that has no group here stays on its desk; a note says which have one."""
    ticket, sent = facts.ticket, became(facts, "stage", "with_department")
    if sent is None or group_of(facts, config.departments, ticket.responsible) is not None:
        return
    if is_department(facts, config.departments, ticket.group):
        return
    known, named = known_departments(facts, config.departments), (ticket.responsible or "").strip()
    if not named:
        why = say("department.unnamed", known=known) if known else say("department.unnamed_alone")
    elif known:
        why = say("department.unknown", department=named, known=known)
    else:
        why = say("department.alone", department=named)
    yield Note(key=f"department_unknown:{named}:{stamp(sent)}", text=why, weight=75), why


@rule("2.2.4", kind="complaint", when=_AWAY)
def department_answers(facts: Facts, config: Config) -> Wants:
    """The department answers within its time, with a desk here or not; then the supervisor, then the manager."""
    stay = _stay(facts, config)
    if stay is not None:
        yield from run_clock(_clock(facts, config, stay.sent), facts, MODULE, whose=facts.ticket.owner)


@rule("4.3.3", kind="complaint", when=_AWAY)
def back_from_department(facts: Facts, config: Config) -> Wants:
    """With the department's answer the case goes back to its desk and to whoever has it."""
    stay, ticket = _stay(facts, config), facts.ticket
    if stay is None or _answered(facts, stay.sent) is None:
        return
    if stay.home is None and is_department(facts, config.departments, ticket.group):
        return
    home = stay.home or ticket.group
    why, since = say("department.back", group=home), moment(facts, stay.sent)
    if home != ticket.group:
        yield Route(group=home), why
    yield SetField(field="stage", value="handling"), why
    if ticket.waiting_for == "department":
        yield SetField(field="waiting_for", value=None), why
    yield Note(key=f"department_back:{since}", text=why, weight=70), why
    owner = facts.on_duty(ticket.case_owner)
    if stay.home is not None:
        yield Assign(owner=None if owner is None else owner.id), why
    if owner is not None:
        yield (
            Tell(key=f"department_back_told:{since}", person=owner.id, text=why, how="mention"),
            why,
        )


@rule("4.3.3", kind="complaint", when=OPEN & _HANDED_OVER & changed("group") & ~AT_DEPARTMENT)
def brought_back_is_handled(facts: Facts, config: Config) -> Wants:
    """A case that a person moved back to the desk it came from is with no department any more, and shows so."""
    sent = became(facts, "stage", "with_department")
    if sent is None or is_department(facts, config.departments, facts.ticket.group):
        return
    if _brought_back(facts, sent):
        yield SetField(field="stage", value="handling"), say("department.taken_back", group=facts.ticket.group)


@rule("2.2.4", kind="complaint", when=_AWAY)
def overdue_department_is_urgent(facts: Facts, config: Config) -> Wants:
    """A case that a department is late with has high priority."""
    stay = None if facts.ticket.priority >= 3 else _stay(facts, config)
    if stay is not None and _clock(facts, config, stay.sent).status(facts.now) == "breached":
        department = facts.ticket.responsible or facts.desk.department or "?"
        yield Prioritise(priority=3), say("department.late", department=department)
