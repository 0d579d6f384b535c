"""Major complaints and regulators' referrals: supervisor and manager in person."""

from datetime import datetime

from policies.complaints.case import LEADERS, MODULE, approval, became, own_clock
from policies.complaints.config import Config
from policies.kernel.decisions import Find, Note, SetField, SetState, Tell, say
from policies.kernel.facts import Facts, Post
from policies.kernel.ladders import run_clock
from policies.kernel.rules import Wants, rule


def _major_since(facts: Facts) -> datetime:
    change = became(facts, "severity", "major")
    return change.at if change is not None else max(facts.ticket.since, facts.ticket.created_at)


def _taken_over_at(facts: Facts, since: datetime) -> datetime | None:
    """When a supervisor or manager became the owner; at once where one owned it already."""
    for change in facts.history:
        led = change.new.isdigit() and facts.post_of(int(change.new)) in LEADERS
        if change.field == "owner" and led and change.at >= since:
            return change.at
    return since if facts.owner is not None and facts.owner.post in LEADERS else None


@rule("2.2.5", kind="complaint")
def tell_supervisor(facts: Facts, config: Config) -> Wants:
    """A complaint that becomes major is handed up: the supervisor is mentioned in the note."""
    if facts.ticket.severity != "major" or facts.ticket.closed or facts.supervisor is None:
        return
    flags = tuple(f"@flag.{flag}" for flag in sorted(facts.ticket.flags))
    why = say("take_over.ask", flags=flags)
    key = f"take_over:{facts.supervisor.id}"
    yield Tell(key=key, person=facts.supervisor.id, text=why, how="mention"), why


@rule("2.2.5", kind="complaint")
def take_over(facts: Facts, config: Config) -> Wants:
    """The supervisor takes a major complaint over within the limit by becoming its owner."""
    if facts.ticket.severity != "major" or facts.ticket.closed:
        return
    since, deadline = _major_since(facts), config.take_over
    met = _taken_over_at(facts, since)
    clock = own_clock(facts, "take_over", "2.2.5", since, deadline.within, deadline.ladder, met)
    yield from run_clock(clock, facts, MODULE)


@rule("2.2.5", kind="complaint")
def write_plan(facts: Facts, config: Config) -> Wants:
    """Whoever took a major complaint over writes a plan as an internal note."""
    if facts.ticket.severity != "major" or facts.ticket.closed:
        return
    taken = _taken_over_at(facts, _major_since(facts))
    if taken is None:
        return
    written = next(
        (
            article.at
            for article in facts.articles
            if article.internal and article.key is None and article.at >= taken
            if facts.post_of(article.by) in LEADERS and article.features.has("plan")
        ),
        None,
    )
    clock = own_clock(facts, "plan", "2.2.5", taken, config.plan.within, config.plan.ladder, written)
    yield from run_clock(clock, facts, MODULE)


@rule("2.3.6", kind="complaint")
def tell_manager_of_regulator(facts: Facts, config: Config) -> Wants:
    """A regulator's referral goes to the manager."""
    if "regulator" in facts.ticket.flags and not facts.ticket.closed and facts.manager is not None:
        why = say("regulator.manager")
        yield Tell(key=f"regulator:{facts.manager.id}", person=facts.manager.id, text=why, how="mention"), why


@rule("2.3.6", kind="complaint")
def regulator_deadline(facts: Facts, config: Config) -> Wants:
    """A regulator's referral has its own deadline, which nothing pauses."""
    if "regulator" not in facts.ticket.flags:
        return
    ticket, deadline = facts.ticket, config.regulator
    met = ticket.closed_at if ticket.closed else None
    clock = own_clock(facts, "regulator", "2.3.6", ticket.since, deadline.within, deadline.ladder, met)
    yield from run_clock(clock, facts, MODULE)


@rule("2.3.6", kind="complaint")
def regulator_closes_with_approval(facts: Facts, config: Config) -> Wants:
    """A regulator's referral closes only with the manager's approval; without it the closing is undone."""
    if "regulator" not in facts.ticket.flags or not facts.ticket.closed or "close_approval" in facts.ticket.absent:
        return
    approved, wrong = approval(facts, "close_approval", (Post.MANAGER,))
    if approved is not None and not wrong and facts.ticket.close_approval == "approved":
        return
    occasion = f"{facts.ticket.closed_at or facts.ticket.updated_at:%Y%m%dT%H%M%S}"
    why = say("regulator.approval_missing")
    yield SetState(state="open"), why
    yield SetField(field="close_approval", value="asked"), why
    yield Note(key=f"regulator_approval:{occasion}", text=why, weight=90), why
    if facts.manager is not None:
        key = f"regulator_approval_told:{occasion}"
        yield Tell(key=key, person=facts.manager.id, text=why, how="mention"), why


@rule("2.3.6", kind="complaint")
def approval_by_wrong_person(facts: Facts, config: Config) -> Wants:
    """An approval by somebody without the post, or by the one who asked for it, is void and a finding."""
    if facts.ticket.close_approval != "approved":
        return
    approved, wrong = approval(facts, "close_approval", (Post.MANAGER,))
    if approved is None or not wrong:
        return
    why = say(f"approval.{wrong}", person=f"person:{approved.by}")
    yield SetField(field="close_approval", value="asked"), why
    key = f"approval_{wrong}:{int(approved.at.timestamp())}"
    yield Find(key=key, code="approval_void", text=why, person=approved.by, grave=True), why
