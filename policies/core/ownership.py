"""No case is without an owner, a supervisor, or, when it is handed over, a summary. 1.2, 1.3.4."""

from datetime import datetime, timedelta
from typing import Final

from policies.core.config import Config
from policies.kernel.deadlines import Clock
from policies.kernel.decisions import Assign, Find, Note, SetField, Tell, say
from policies.kernel.facts import Change, Facts
from policies.kernel.ladders import run_clock
from policies.kernel.rules import Wants, rule
from policies.kernel.traits import NEW_OWNER, OPEN, OWNER_AWAY, changed, has

MODULE: Final = "core"
OWNER_CLOCK: Final = "owner"
HANDOVER_CLOCK: Final = "handover"
_NOBODY: Final = ("", "1")
"""How the history writes that nobody owns a ticket."""
_WITH_THE_MOVE: Final = timedelta(minutes=10)
"""A note written this short a time before a move belongs to it."""


@rule("1.3.4", when=NEW_OWNER & has("kind"))
def case_owner(facts: Facts, config: Config) -> Wants:
    """Whoever owns the ticket on its own desk has the case, and keeps it while a department works on it."""
    ticket = facts.ticket
    if ticket.case_owner is None or facts.desk.department is None:
        yield (
            SetField(field="case_owner", value=ticket.owner),
            say("case_owner", person=f"person:{ticket.owner}"),
        )


@rule("1.3.4", when=OPEN & ~has("owner"))
def no_case_without_owner(facts: Facts, config: Config) -> Wants:
    """A ticket that nobody owns is due for an owner; then the supervisor hears of it, then gets it."""
    clock = Clock.of(
        OWNER_CLOCK,
        "1.3.4",
        _unowned_since(facts),
        facts.calendar,
        within=config.owner_within,
        ladder=config.owner_ladder,
    )
    yield from run_clock(clock, facts, MODULE)


def _unowned_since(facts: Facts) -> datetime:
    """When the last owner left it, when it was opened again, or when it came."""
    since, read = facts.ticket.created_at, facts.read
    if read is not None and (read.closed or read.owner is not None):
        return facts.now
    for change in facts.history:
        left = change.field == "owner" and change.new in _NOBODY
        if (left or (change.field == "state" and change.old == "closed")) and change.at > since:
            since = change.at
    return since


@rule("1.2", when=OPEN & has("kind"))
def every_desk_has_a_leader(facts: Facts, config: Config) -> Wants:
    """Where neither supervisor nor deputy nor manager of a desk is at work, a case there has nobody to go to.

    Of a desk for which nobody was ever named, `zhidu doctor` tells once; it is no departure of each of its cases.
    """
    ticket, desk = facts.ticket, facts.desk
    named = desk.supervisor or desk.deputy or desk.manager
    if named is None or facts.supervisor is not None:
        return
    why = say("leader.none", group=ticket.group)
    yield Note(key=f"no_leader:{ticket.group}", text=why, weight=85), why
    yield Find(key=f"no_leader_found:{ticket.group}", code="no_leader", text=why), why


@rule("1.3.4", when=OPEN & OWNER_AWAY)
def owner_out_of_office(facts: Facts, config: Config) -> Wants:
    """A case whose owner is away goes to whom the helpdesk names as replacement; without one the supervisor hears.

    A replacement who is away too is followed to the next.
    """
    owner, ticket = facts.owner, facts.ticket
    if owner is None:
        return
    stand_in = facts.stand_in(owner)
    if stand_in is not None and ticket.group in stand_in.groups:
        why = say("away.stand_in", owner=f"person:{owner.id}", person=f"person:{stand_in.id}")
        yield Assign(owner=stand_in.id), why
        yield Note(key=f"away:{owner.id}>{stand_in.id}", text=why, weight=70), why
        yield Tell(key=f"away:{owner.id}@{stand_in.id}", person=stand_in.id, text=why, how="mention"), why
    elif facts.supervisor is not None:
        why = say("away.nobody", owner=f"person:{owner.id}")
        yield Tell(key=f"away:{owner.id}", person=facts.supervisor.id, text=why), why


@rule("1.3.4", when=OPEN & changed("group"))
def hand_over_with_summary(facts: Facts, config: Config) -> Wants:
    """Whoever moves a case that somebody had to another group leaves a note that sums it up, within its time."""
    move = _last_move(facts)
    if move is None or not _somebody_had_it(facts, move):
        return
    summed_up = _summed_up(facts, move)
    clock = Clock.of(
        HANDOVER_CLOCK,
        "1.3.4",
        move.at,
        facts.calendar,
        within=config.summary_within,
        met_at=summed_up,
        ladder=config.summary_ladder,
    )
    yield from run_clock(clock, facts, MODULE, whose=move.by)
    if summed_up is None:
        ask = say("handover.ask", person=f"person:{move.by}", group=move.new)
        yield Note(key=f"handover:{move.at:%Y%m%dT%H%M%S}", text=ask, weight=60), ask


def _last_move(facts: Facts) -> Change | None:
    """The last move to another group, if a person made it."""
    move = facts.last_set("group")
    return move if move is not None and move is facts.set_by_person("group") else None


def _somebody_had_it(facts: Facts, move: Change) -> bool:
    """Whether it was a case in somebody's hands: sending a fresh ticket to the right desk hands nothing over."""
    owned = any(c.field == "owner" and c.at <= move.at and {c.old, c.new}.difference(_NOBODY) for c in facts.history)
    return owned or any(article.at <= move.at for article in facts.to_customer)


def _summed_up(facts: Facts, move: Change) -> datetime | None:
    """When the one who moved it wrote an internal note, with the move or after it."""
    for article in facts.articles:
        own = article.by == move.by and article.sender == "agent" and article.internal and article.key is None
        if own and article.at > move.at - _WITH_THE_MOVE and article.features.length:
            return max(article.at, move.at)
    return None


@rule("2.1.6", kind="task", when=has("promised_at") | has("pending_until"))
def task_by_its_due_date(facts: Facts, config: Config) -> Wants:
    """A task is done by the date it was given: the promised time, or until when it is pending."""
    ticket = facts.ticket
    due_at = ticket.promised_at or ticket.pending_until
    if due_at is None:
        return
    clock = Clock.of(
        "task",
        "2.1.6",
        min(ticket.since, due_at),
        facts.calendar,
        until_at=due_at,
        met_at=(ticket.closed_at or ticket.updated_at) if ticket.closed else None,
        ladder=config.task_ladder,
    )
    yield from run_clock(clock, facts, MODULE)
