"""The responsible department: the case goes there, is answered in time, and comes back to whoever has the case."""

from policies.complaints.case import MODULE
from policies.complaints.config import Config
from policies.kernel.course import moment, own_clock, stamp
from policies.kernel.deadlines import Clock
from policies.kernel.decisions import Assign, Note, Prioritise, Route, SetField, Tell, say
from policies.kernel.facts import Change, Desk, Facts
from policies.kernel.ladders import run_clock
from policies.kernel.rules import Wants, rule
from policies.kernel.traits import AT_DEPARTMENT, OPEN, has


def _sent(facts: Facts) -> Change | None:
    """The move that brought the case to the department where it is now; None where nothing tells it."""
    ticket, read = facts.ticket, facts.read
    if read is not None and read.group != ticket.group:
        return Change(at=facts.now, by=facts.me, field="group", old=read.group, new=ticket.group)
    return facts.last_set("group")


def _answered(facts: Facts, sent: Change) -> Change | None:
    """The department's answer: the summary, written since the case came."""
    change = facts.last_set("answer_summary")
    return change if change is not None and change.new and change.at >= sent.at else None


def _clock(facts: Facts, config: Config, sent: Change) -> Clock:
    answered = _answered(facts, sent)
    within = config.department.within.of(facts.ticket.severity)
    met = None if answered is None else answered.at
    return own_clock(facts, "department", "2.2.4", sent.at, within, config.department.ladder, met)


@rule("4.3.3", kind="complaint", when=OPEN & has("responsible"))
def to_responsible_department(facts: Facts, config: Config) -> Wants:
    """Once the responsible department is named, the case goes to its group; whoever has the case keeps it.

    Each naming sends it once: a person who moves it elsewhere has the last word.
    """
    ticket = facts.ticket
    group = config.departments.get(ticket.responsible or "")
    if group is None or ticket.group == group:
        return
    named = facts.last_set("responsible")
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
    yield Note(key=f"department:{ticket.responsible}:{stamp(named)}", text=why), why


@rule("2.2.4", kind="complaint", when=OPEN & AT_DEPARTMENT)
def department_answers(facts: Facts, config: Config) -> Wants:
    """The department answers within its time; then the supervisor, then the manager hears."""
    sent = _sent(facts)
    if sent is not None:
        yield from run_clock(_clock(facts, config, sent), facts, MODULE, whose=facts.ticket.owner)


@rule("4.3.3", kind="complaint", when=OPEN & AT_DEPARTMENT)
def back_from_department(facts: Facts, config: Config) -> Wants:
    """With the department's answer the case goes back to its desk and to whoever has it."""
    sent = _sent(facts)
    home = None if sent is None or _answered(facts, sent) is None else _home(facts)
    if sent is None or home is None:
        return
    why = say("department.back", group=home)
    yield Route(group=home), why
    yield SetField(field="stage", value="handling"), why
    yield Note(key=f"department_back:{moment(facts, sent)}", text=why, weight=70), why
    owner = facts.on_duty(facts.ticket.case_owner)
    yield Assign(owner=None if owner is None else owner.id), why
    if owner is not None:
        yield Tell(key=f"department_back_told:{moment(facts, sent)}", person=owner.id, text=why, how="mention"), why


def _home(facts: Facts) -> str | None:
    """The desk that the case was on before it went to departments."""
    for change in reversed(facts.history):
        desk = facts.desks.get(change.old) or Desk(group=change.old)
        if change.field == "group" and change.old and desk.department is None:
            return change.old
    return None


@rule("2.2.4", kind="complaint", when=OPEN & AT_DEPARTMENT)
def overdue_department_is_urgent(facts: Facts, config: Config) -> Wants:
    """A case that a department is late with has high priority."""
    sent = None if facts.ticket.priority >= 3 else _sent(facts)
    if sent is not None and _clock(facts, config, sent).status(facts.now) == "breached":
        yield Prioritise(priority=3), say("department.late", department=facts.desk.department)
