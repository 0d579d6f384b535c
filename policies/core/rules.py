"""What holds for every ticket: it has a kind, an owner, a true time of receipt, and shows what is due next."""

from collections.abc import Iterator
from datetime import datetime

from policies.core.config import Config
from policies.kernel.deadlines import Clock
from policies.kernel.decisions import Action, Assign, Find, Note, Say, SetField, Tell, say
from policies.kernel.digest import digest
from policies.kernel.duties import Duty, duties
from policies.kernel.facts import Change, Facts
from policies.kernel.ladders import run_clock
from policies.kernel.rules import rule
from policies.kernel.text.phrases import readable

Wants = Iterator[tuple[Action, Say]]

MODULE = "core"
OWNER_CLOCK = "owner"


def kind_of_desk(facts: Facts, kind: str) -> Wants:
    """A ticket without a kind takes that of its desk."""
    if facts.ticket.kind is None and facts.desk.kind == kind:
        yield SetField(field="kind", value=kind), say("kind.desk", group=facts.ticket.group, kind=f"@kind.{kind}")


@rule("2.1.1")
def inquiry_of_desk(facts: Facts, config: Config) -> Wants:
    """What reaches an inquiry desk is an inquiry until somebody knows better."""
    yield from kind_of_desk(facts, "inquiry")


@rule("2.1.2")
def business_of_desk(facts: Facts, config: Config) -> Wants:
    """What reaches a business desk is a business request until somebody knows better."""
    yield from kind_of_desk(facts, "business")


@rule("2.1.3")
def complaint_of_desk(facts: Facts, config: Config) -> Wants:
    """What reaches a complaints desk is a complaint until somebody knows better."""
    yield from kind_of_desk(facts, "complaint")
    yield from kind_of_desk(facts, "suggestion")


@rule("2.1.4")
def support_of_desk(facts: Facts, config: Config) -> Wants:
    """What reaches a support desk is a technical matter until somebody knows better."""
    yield from kind_of_desk(facts, "support")


@rule("2.1.6")
def task_of_desk(facts: Facts, config: Config) -> Wants:
    """What reaches a desk for tasks is a task until somebody knows better."""
    yield from kind_of_desk(facts, "task")


@rule("2.1.3")
def complaint_by_words(facts: Facts, config: Config) -> Wants:
    """A ticket that no desk makes anything of is a complaint when the customer's words say so."""
    if facts.ticket.kind is not None:
        return
    for article in facts.from_customer:
        weight = article.features.weight("complaint")
        if weight >= config.complaint_weight:
            words = tuple(dict.fromkeys(readable(match.phrase) for match in article.features.of("complaint")))
            yield SetField(field="kind", value="complaint"), say("kind.words", words=words[:3])
            return


@rule("6.2.1")
def true_time_of_receipt(facts: Facts, config: Config) -> Wants:
    """The time at which the matter came in is kept in a field of its own: re-creating a ticket loses it."""
    if facts.ticket.received_at is None and facts.ticket.kind is not None:
        yield SetField(field="received_at", value=facts.ticket.created_at), say("received")


@rule("1.3.4")
def case_owner(facts: Facts, config: Config) -> Wants:
    """Whoever owns the ticket on its own desk has the case, and keeps it while a department works on it."""
    ticket = facts.ticket
    if ticket.owner is None or ticket.owner == ticket.case_owner or ticket.kind is None:
        return
    if ticket.case_owner is None or facts.desk.department is None:
        yield (
            SetField(field="case_owner", value=ticket.owner),
            say("case_owner", person=f"person:{ticket.owner}"),
        )


@rule("1.3.4")
def no_case_without_owner(facts: Facts, config: Config) -> Wants:
    """A ticket that nobody owns is due for an owner; then the supervisor hears of it, then gets it."""
    ticket = facts.ticket
    if ticket.owner is not None or ticket.closed:
        return
    clock = Clock(
        name=OWNER_CLOCK,
        clauses=("1.3.4",),
        started_at=_unowned_since(facts),
        within=config.owner_within,
        calendar=facts.calendar,
        ladder=config.owner_ladder,
    )
    yield from run_clock(clock, facts, MODULE)


def _unowned_since(facts: Facts) -> datetime:
    """When the last owner left it, when it was opened again, or when it came."""
    left = [change.at for change in facts.history if change.field == "owner" and change.new == "1"]
    opened = [change.at for change in facts.history if change.field == "state" and change.old == "closed"]
    return max((facts.ticket.created_at, *left, *opened))


@rule("1.3.4")
def owner_out_of_office(facts: Facts, config: Config) -> Wants:
    """A case whose owner is away goes to whom the helpdesk names as replacement; without one the supervisor hears."""
    owner, ticket = facts.owner, facts.ticket
    if owner is None or owner.at_work or ticket.closed:
        return
    stand_in = facts.person(owner.stands_in)
    if stand_in is not None and stand_in.at_work and ticket.group in stand_in.groups:
        why = say("away.stand_in", owner=f"person:{owner.id}", person=f"person:{stand_in.id}")
        yield Assign(owner=stand_in.id), why
        yield Note(key=f"away:{owner.id}>{stand_in.id}", text=why, weight=70), why
        yield Tell(key=f"away:{owner.id}@{stand_in.id}", person=stand_in.id, text=why, how="mention"), why
    elif facts.supervisor is not None:
        why = say("away.nobody", owner=f"person:{owner.id}")
        yield Tell(key=f"away:{owner.id}", person=facts.supervisor.id, text=why), why


@rule("1.3.4")
def hand_over_with_summary(facts: Facts, config: Config) -> Wants:
    """Whoever moves a case to another group leaves a note that sums it up; else it is asked for, then a finding."""
    move = _last_move(facts)
    if move is None or facts.ticket.closed or _summed_up(facts, move):
        return
    occasion = f"{move.at:%Y%m%dT%H%M%S}"
    who = f"person:{move.by}"
    ask = say("handover.ask", person=who, group=move.new)
    yield Note(key=f"handover:{occasion}", text=ask, weight=60), ask
    if facts.now > facts.calendar.add(move.at, config.summary_within).at:
        late = say("handover.missing", person=who, group=move.new)
        yield Find(key=f"handover_late:{occasion}", code="handover_without_summary", text=late, person=move.by), late


def _last_move(facts: Facts) -> Change | None:
    """The last move to another group that a person made."""
    move = facts.last_set("group")
    return move if move is not None and move.by != facts.me and facts.person(move.by) is not None else None


def _summed_up(facts: Facts, move: Change) -> bool:
    """Whether the one who moved it wrote anything with the move or after it."""
    return any(
        a.by == move.by and a.sender == "agent" and (move.at - a.at).total_seconds() < 600 for a in facts.articles
    )


@rule("1.3.2")
def nonsense_in_fields(facts: Facts, config: Config) -> Wants:
    """A field that holds none of its options is named, and read as unset."""
    if facts.ticket.nonsense:
        fields = tuple(sorted(facts.ticket.nonsense))
        why = say("nonsense", fields=fields)
        yield Note(key=f"nonsense:{','.join(fields)}", text=why, weight=40), why


@rule("3.3.3", phase="sum_up")
def show_what_is_due(facts: Facts, config: Config) -> Wants:
    """The fields in the sidebar show what is due next, when, and by which clause."""
    ticket = facts.ticket
    if ticket.kind is None:
        return
    open_duties = duties(facts.decided, facts.now)
    first = open_duties[0] if open_duties else None
    due_at = None if first is None else first.due_at
    why = say("due.none") if first is None else say("due.next", duty=_named(first), clause=first.clause)
    if ticket.next_due_at != due_at:
        yield SetField(field="next_due_at", value=due_at), why
    if first is not None:
        text = say("due.field", duty=_named(first), clause=first.clause)
        yield SetField(field="next_duty", value=text), why
    elif ticket.next_duty is not None:
        yield SetField(field="next_duty", value=None), why


def _named(duty: Duty) -> str:
    return f"@{duty.module}:duty.{duty.clock.name}"


@rule("1.3.3", phase="sum_up")
def note_the_situation(facts: Facts, config: Config) -> Wants:
    """One note for each real change of situation: another kind, severity or stage, another duty.

    A date that merely moves is shown by the field; a case that only waits for an owner needs no note.
    """
    ticket = facts.ticket
    open_duties = duties(facts.decided, facts.now)
    first = open_duties[0] if open_duties else None
    if ticket.kind is None or first is None or first.clock.name == OWNER_CLOCK:
        return
    late = first.status == "breached"
    situation = digest(ticket.kind, ticket.severity, first.clock.name, late, ticket.stage == "ended")
    if situation != facts.memory.situation:
        severity = f"@severity.{ticket.severity or 'none'}"
        why = say("situation", kind=f"@kind.{ticket.kind}", severity=severity, duty=_named(first), due=first.due_at)
        yield Note(key=f"situation:{situation}", text=why, weight=100), why


RULES = (
    inquiry_of_desk,
    business_of_desk,
    complaint_of_desk,
    support_of_desk,
    task_of_desk,
    complaint_by_words,
    true_time_of_receipt,
    case_owner,
    no_case_without_owner,
    owner_out_of_office,
    hand_over_with_summary,
    nonsense_in_fields,
    show_what_is_due,
    note_the_situation,
)
