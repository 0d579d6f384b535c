"""The responsible department: the case goes there, is answered in time, and comes back to whoever has the case."""

from policies.complaints.case import MODULE, own_clock
from policies.complaints.config import Config
from policies.kernel.decisions import Assign, Note, Prioritise, Route, SetField, Tell, say
from policies.kernel.facts import Change, Facts
from policies.kernel.ladders import run_clock
from policies.kernel.rules import Wants, rule


def _sent(facts: Facts) -> Change | None:
    """The move that brought the case to the department where it is now."""
    return facts.last_set("group") if facts.desk.department is not None else None


def _answered(facts: Facts, sent: Change) -> Change | None:
    """The department's answer: the summary, written since the case came."""
    change = facts.last_set("answer_summary")
    return change if change is not None and change.new and change.at >= sent.at else None


@rule("4.3.3", kind="complaint")
def to_responsible_department(facts: Facts, config: Config) -> Wants:
    """Once the responsible department is named, the case goes to its group; the owner keeps the case."""
    ticket = facts.ticket
    group = config.departments.get(ticket.responsible or "")
    if group is None or ticket.group == group or ticket.closed:
        return
    named, answered = facts.last_set("responsible"), facts.last_set("answer_summary")
    if answered is not None and answered.new and (named is None or answered.at >= named.at):
        return
    why = say("department.to", department=ticket.responsible, group=group)
    yield Route(group=group), why
    yield SetField(field="stage", value="with_department"), why
    yield (
        Note(key=f"department:{ticket.responsible}:{0 if named is None else int(named.at.timestamp())}", text=why),
        why,
    )


@rule("2.2.4", kind="complaint")
def department_answers(facts: Facts, config: Config) -> Wants:
    """The department answers within its time; then the supervisor, then the manager hears."""
    sent = _sent(facts)
    if sent is None or facts.ticket.closed:
        return
    answered = _answered(facts, sent)
    clock = own_clock(
        facts,
        "department",
        "2.2.4",
        sent.at,
        config.department.within.of(facts.ticket.severity),
        config.department.ladder,
        None if answered is None else answered.at,
    )
    yield from run_clock(clock, facts, MODULE)


@rule("4.3.3", kind="complaint")
def back_from_department(facts: Facts, config: Config) -> Wants:
    """With the department's answer the case goes back to its desk and its owner."""
    sent = _sent(facts)
    if sent is None or facts.ticket.closed or _answered(facts, sent) is None or not sent.old:
        return
    why = say("department.back", group=sent.old)
    yield Route(group=sent.old), why
    yield SetField(field="stage", value="handling"), why
    yield Note(key=f"department_back:{int(sent.at.timestamp())}", text=why, weight=70), why
    owner = facts.person(facts.ticket.case_owner)
    if owner is not None and owner.at_work:
        yield Assign(owner=owner.id), why
        yield (
            Tell(key=f"department_back_told:{int(sent.at.timestamp())}", person=owner.id, text=why, how="mention"),
            why,
        )


@rule("2.2.4", kind="complaint")
def overdue_department_is_urgent(facts: Facts, config: Config) -> Wants:
    """A case that a department is late with has high priority."""
    sent = _sent(facts)
    if sent is None or facts.ticket.closed or facts.ticket.priority >= 3 or _answered(facts, sent) is not None:
        return
    if facts.now > facts.calendar.add(sent.at, config.department.within.of(facts.ticket.severity)).at:
        yield Prioritise(priority=3), say("department.late", department=f"{facts.desk.department}")
