"""Major complaints and regulators' referrals: supervisor and manager in person."""

from datetime import datetime
from typing import Final

from policies.complaints.approvals import close_approval
from policies.complaints.case import LEADERS, MODULE, view
from policies.complaints.config import Config
from policies.complaints.grading import said_flags, weight_of
from policies.core.flags import flags_in
from policies.kernel.course import own_clock, stamp
from policies.kernel.deadlines import Clock
from policies.kernel.decisions import Find, Note, SetField, SetState, Tell, say
from policies.kernel.facts import Facts, Post
from policies.kernel.ladders import run_clock
from policies.kernel.rules import Wants, rule
from policies.kernel.traits import CLOSED, OPEN, has

_MAJOR: Final = OPEN & has("severity", "major")
_REFERRED: Final = has("flags", "regulator")


def _major_since(facts: Facts, config: Config) -> datetime:
    """When there was reason to take it over: a person's grading, else what the grading by flags rests on.

    What zhidu grades counts from the message, the correction or the reopening that made it major, however late the
    service saw it; what other customers made a group complaint, from the moment that was seen.
    """
    last = facts.last_set("severity")
    graded = last if last is not None and last.new == "major" else None
    if graded is not None and graded.by != facts.me:
        return graded.at
    since, flags = facts.ticket.since, facts.ticket.flags
    said = set(flags & {"repeat"})
    for article in facts.from_customer:
        said |= said_flags(article, config) & flags
        if weight_of(frozenset(said), config.flag_weights) >= config.major_from:
            return max(article.at, since)
    end = facts.now if graded is None else graded.at
    grounds = [since, *(at for at in view(facts).reopened if at <= end)]
    grouped = False
    for change in facts.history:
        if change.field == "flags" and change.at <= end:
            joined = "group" in flags_in(change.new) - flags_in(change.old)
            grouped = grouped or joined
            if joined or change.by != facts.me:
                grounds.append(change.at)
    shown = facts.read or facts.ticket
    just_seen = graded is None and not grouped and "group" in flags - shown.flags
    return end if just_seen else max(grounds)


def _taken_over_at(facts: Facts, since: datetime) -> datetime | None:
    """When a supervisor or manager took it over: by becoming its owner, or, where zhidu made them so, by an act.

    At once where one owned it before it was major.
    """
    for change in facts.history:
        led = change.new.isdigit() and facts.post_of(int(change.new)) in LEADERS
        if change.field == "owner" and led and change.at >= since and change.by != facts.me:
            return change.at
    owner = facts.owner
    if owner is None or owner.post not in LEADERS or (facts.read or facts.ticket).owner != owner.id:
        return None
    given = facts.last_set("owner")
    if given is None or given.by != facts.me or given.at < since:
        return since
    acts = [change.at for change in facts.history if change.by == owner.id and change.at >= given.at]
    acts += [article.at for article in facts.articles if article.by == owner.id and article.at >= given.at]
    return min(acts, default=None)


@rule("2.2.5", kind="complaint", when=_MAJOR)
def tell_supervisor(facts: Facts, config: Config) -> Wants:
    """A complaint that becomes major is handed up: the supervisor is mentioned in the note."""
    if facts.supervisor is None:
        return
    led = facts.owner is not None and facts.owner.post in LEADERS
    if led or _taken_over_at(facts, _major_since(facts, config)) is not None:
        return
    flags = tuple(f"@flag.{flag}" for flag in sorted(facts.ticket.flags))
    why = say("take_over.ask", flags=flags) if flags else say("take_over.plain")
    yield Tell(key=f"take_over:{facts.supervisor.id}", person=facts.supervisor.id, text=why, how="mention"), why


@rule("2.2.5", kind="complaint", when=_MAJOR)
def take_over(facts: Facts, config: Config) -> Wants:
    """The supervisor takes a major complaint over within the limit by becoming its owner; no wait stops this."""
    since, deadline = _major_since(facts, config), config.take_over
    clock = Clock.of(
        "take_over",
        "2.2.5",
        since,
        facts.calendar,
        within=deadline.within,
        ladder=deadline.ladder,
        met_at=_taken_over_at(facts, since),
    )
    whose = None if facts.supervisor is None else facts.supervisor.id
    yield from run_clock(clock, facts, MODULE, whose=whose)


@rule("2.2.5", kind="complaint", when=_MAJOR)
def write_plan(facts: Facts, config: Config) -> Wants:
    """Whoever took a major complaint over writes a plan as an internal note."""
    taken = _taken_over_at(facts, _major_since(facts, config))
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


@rule("2.3.6", kind="complaint", when=OPEN & _REFERRED)
def tell_manager_of_regulator(facts: Facts, config: Config) -> Wants:
    """A regulator's referral goes to the manager."""
    if facts.manager is not None:
        why = say("regulator.manager")
        yield Tell(key=f"regulator:{facts.manager.id}", person=facts.manager.id, text=why, how="mention"), why


def _referred_at(facts: Facts) -> datetime:
    """When the regulator came into it: the message that says so, else whoever set the flag, else the receipt."""
    for article in facts.articles:
        if article.from_customer and article.features.has("regulator"):
            return max(article.at, facts.ticket.since)
    for change in facts.history:
        if change.field == "flags" and "regulator" in flags_in(change.new) - flags_in(change.old):
            return change.at
    return facts.ticket.since


@rule("2.3.6", kind="complaint", when=_REFERRED)
def regulator_deadline(facts: Facts, config: Config) -> Wants:
    """A regulator's referral has its own deadline, which nothing pauses: regulators do not wait for customers."""
    clock = Clock.of(
        "regulator",
        "2.3.6",
        _referred_at(facts),
        facts.calendar,
        within=config.regulator.within,
        ladder=config.regulator.ladder,
        met_at=view(facts).solved_at,
    )
    yield from run_clock(clock, facts, MODULE)


def _closed_by_manager(facts: Facts) -> bool:
    closing = next((change for change in reversed(view(facts).states) if change.new == "closed"), None)
    return closing is not None and facts.post_of(closing.by) is Post.MANAGER


@rule("2.3.6", kind="complaint", when=CLOSED & _REFERRED & ~has("stage", "ended"))
def regulator_closes_with_approval(facts: Facts, config: Config) -> Wants:
    """A regulator's referral closes only with the manager's approval; without it the closing is undone.

    No reason overrides this. Where the helpdesk has no field for the approval, the manager closes in person.
    """
    ticket = facts.ticket
    if "close_approval" in ticket.absent:
        if _closed_by_manager(facts):
            return
    elif ticket.close_approval == "approved" and not close_approval(facts).wrong:
        return
    occasion = view(facts).occasion
    why = say("regulator.approval_missing")
    yield SetState(state="open"), why
    yield SetField(field="close_approval", value="asked"), why
    yield Note(key=f"regulator_approval:{occasion}", text=why, weight=90), why
    if facts.manager is not None:
        key = f"regulator_approval_told:{occasion}"
        yield Tell(key=key, person=facts.manager.id, text=say("regulator.approval_ask"), how="mention"), why


@rule("2.3.6", kind="complaint", when=OPEN & has("close_approval", "asked"))
def approval_is_asked_for(facts: Facts, config: Config) -> Wants:
    """When somebody asks for the approval to close, the manager hears of it."""
    asked = facts.last_set("close_approval")
    if asked is None or asked.new != "asked" or facts.manager is None:
        return
    if asked.by not in (facts.me, facts.manager.id):
        why = say("approval.asked", person=f"person:{asked.by}")
        yield Tell(key=f"approval_asked:{stamp(asked)}", person=facts.manager.id, text=why), why


@rule("2.3.6", kind="complaint", when=has("close_approval", "approved"))
def approval_by_wrong_person(facts: Facts, config: Config) -> Wants:
    """An approval by somebody without the post, or by the one who asked for it, is void and a finding."""
    approval = close_approval(facts)
    if approval.change is None or not approval.wrong:
        return
    by = approval.change.by
    why = say(f"approval.{approval.wrong}", person=f"person:{by}")
    yield SetField(field="close_approval", value="asked"), why
    key = f"approval_{approval.wrong}:{stamp(approval.change)}"
    yield Find(key=key, code="approval_void", text=why, person=by, grave=True), why
    yield Note(key=f"approval_void:{stamp(approval.change)}", text=why, weight=80), why
