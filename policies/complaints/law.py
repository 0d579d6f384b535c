"""The time to a solution: the company's own, the law's, and their extension."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from policies.complaints.approvals import extensions, judged_extensions
from policies.complaints.case import MODULE, view
from policies.complaints.config import Config
from policies.complaints.stops import pauses
from policies.kernel.calendar import WorkingCalendar
from policies.kernel.course import became, own_clock, stamp
from policies.kernel.deadlines import Clock
from policies.kernel.decisions import Action, Find, Note, Reply, RunClock, Say, SetField, Tell, say
from policies.kernel.facts import Article, Change, Facts
from policies.kernel.ladders import run_clock
from policies.kernel.regulations import Period
from policies.kernel.rules import Wants, rule
from policies.kernel.spec import Spec
from policies.kernel.traits import OPEN, changed, has


@dataclass(frozen=True, slots=True, kw_only=True)
class _Legal:
    """The period of the regulation profile as it stands.

    within, part   the period and its part of the law
    held           the extensions that moved the due time: approved, and the customer told before the time they move
    untold         those that are approved, of which the customer has not been told
    late           those of which the customer was told only when the time was over: they move nothing
    """

    within: Spec
    part: Period
    held: tuple[Change, ...] = ()
    untold: tuple[Change, ...] = ()
    late: tuple[Change, ...] = ()


def _legal(facts: Facts, config: Config) -> _Legal:
    held: list[Change] = []
    untold: list[Change] = []
    late: list[Change] = []
    for change in extensions(facts, config):
        due, told = _law_clock(facts, config, _step(config, len(held))).due_at, _told_at(facts, change)
        if due is not None and (facts.now if told is None else told) > due:
            late.append(change)
        else:
            (untold if told is None else held).append(change)
    now = _step(config, len(held))
    return _Legal(within=now.within, part=now.part, held=tuple(held), untold=tuple(untold), late=tuple(late))


def _step(config: Config, extended: int) -> _Legal:
    """The period with so many extensions."""
    within, part = config.law.steps[extended]
    return _Legal(within=within, part=part)


def _told_at(facts: Facts, extension: Change) -> datetime | None:
    """When the customer heard of an extension: by an answer that names a time, or by the text that lies ready."""
    sent = view(facts).sent_at(f"extension_notice:{stamp(extension)}")
    named = (a.at for a in facts.to_customer if a.at >= extension.at and _names_time(a))
    return min((at for at in (sent, next(named, None)) if at is not None), default=None)


def _names_time(reply: Article) -> bool:
    promised = reply.wording is not None and bool(reply.wording.promises)
    return promised or reply.features.has("time_named")


def _calendar(facts: Facts, config: Config) -> WorkingCalendar:
    """The calendar of the law, which is another than the desk's where the law counts its own working days.

    raises   LookupError – it is not there: a deadline of the law is counted by no other
    """
    name = config.counted_by
    if name is None:
        return facts.calendar
    if name not in facts.calendars:
        raise LookupError(f"there is no calendar {name!r}, by which the law counts")
    return facts.calendars[name]


def _law_clock(facts: Facts, config: Config, legal: _Legal) -> Clock:
    """From the first receipt. A figure that nobody has confirmed runs under another name than the law's."""
    return Clock.of(
        "law" if legal.part.confirmed else "profile",
        "1.3.2",
        facts.ticket.since,
        _calendar(facts, config),
        within=legal.within,
        ladder=config.law_ladder,
        met_at=view(facts).solved_at,
        pauses=pauses(facts, config),
    )


@rule("2.1.3", kind="complaint")
def resolve(facts: Facts, config: Config) -> Wants:
    """The company's own time to a solution; a case opened again gets a new run, an extended one only the law's."""
    case = view(facts)
    started = case.run_started_at
    if "extension" in facts.latest and any(change.at >= started for change in _legal(facts, config).held):
        return
    within = config.resolve.within.of(facts.ticket.severity)
    clock = own_clock(
        facts, "resolve", "2.1.3", started, within, config.resolve.ladder, case.closed_at, len(case.reopened)
    )
    yield from run_clock(clock, facts, MODULE)


@rule("1.3.2", kind="complaint")
def legal_deadline(facts: Facts, config: Config) -> Wants:
    """The regulation profile's deadline counts from the first receipt; only the profile's own stop pauses it."""
    legal = _legal(facts, config)
    clock = _law_clock(facts, config, legal)
    for action, why in run_clock(clock, facts, MODULE):
        yield action, _by_which_law(clock, config, legal) if isinstance(action, RunClock) else why


@rule("1.3.2", kind="complaint")
def legal_acknowledgement(facts: Facts, config: Config) -> Wants:
    """Where the regulation profile sets a time to acknowledge it runs from the first receipt; nothing pauses it."""
    law, case = config.law.acknowledged, view(facts)
    if law is None:
        return
    within, part = law
    clock = Clock.of(
        "law_acknowledge" if part.confirmed else "profile_acknowledge",
        "1.3.2",
        facts.ticket.since,
        _calendar(facts, config),
        within=within,
        ladder=config.law_ladder,
        met_at=case.answered_at or case.solved_at,
    )
    yield from run_clock(clock, facts, MODULE)


def _by_which_law(clock: Clock, config: Config, legal: _Legal) -> Say:
    """The regulation behind the figure; its article only where that is confirmed."""
    due, title, article = clock.due_at, config.law.title, legal.part.citation
    if due is None:
        return say("law.stands", title=title)
    if not legal.part.confirmed:
        return say("law.unconfirmed", due=due, title=title)
    return (
        say("law.article", due=due, title=title, article=article) if article else say("law.due", due=due, title=title)
    )


@rule("1.3.2", kind="complaint", when=OPEN & has("extension", "asked"))
def extension_is_asked_for(facts: Facts, config: Config) -> Wants:
    """An extension that is asked for names its reason, and whoever may approve it hears of it."""
    asked = became(facts, "extension", "asked")
    if asked is None or asked.by == facts.me:
        return
    if not (facts.ticket.extension_reason or "").strip():
        why = say("extension.reason_missing")
        yield Note(key=f"extension_reason:{stamp(asked)}", text=why, weight=70), why
        return
    leader = facts.manager if config.extension_needs == "manager" else facts.supervisor
    if leader is not None and leader.id == asked.by:
        leader = facts.manager
    if leader is not None:
        why = say("extension.asked", person=f"person:{asked.by}")
        yield Tell(key=f"extension_asked:{stamp(asked)}", person=leader.id, text=why), why


@rule("1.3.2", kind="complaint", when=has("extension", "approved"))
def void_extension(facts: Facts, config: Config) -> Wants:
    """An approval without the post, by the one who asked, without a reason or beyond the law lengthens nothing."""
    judged = judged_extensions(facts, config)
    if not judged or not judged[-1].wrong:
        return
    change, wrong = judged[-1].change, judged[-1].wrong
    by = None if change is None else change.by
    why = say(f"extension.{wrong}") if by is None else say(f"extension.{wrong}", person=f"person:{by}")
    yield SetField(field="extension", value="asked"), why
    yield Find(key=f"extension_{wrong}:{stamp(change)}", code="extension_void", text=why, person=by), why
    yield Note(key=f"extension_void:{stamp(change)}", text=why, weight=80), why


@rule("1.3.2", kind="complaint", when=OPEN & changed("extension"))
def extension_takes_effect(facts: Facts, config: Config) -> Wants:
    """An approved extension moves the due time once the customer was told: the note says to when, and by whom."""
    legal = _legal(facts, config)
    if legal.held:
        last = legal.held[-1]
        why = say("extension.approved", person=f"person:{last.by}", due=_law_clock(facts, config, legal).due_at)
        yield Note(key=f"extension:{stamp(last)}", text=why, weight=80), why


@rule("1.3.2", kind="complaint", when=changed("extension"))
def extension_told_too_late(facts: Facts, config: Config) -> Wants:
    """An extension of which the customer was not told before the time was over moves nothing, and is a finding."""
    legal = _legal(facts, config)
    if legal.late and not _solved_in_time(facts, config, legal):
        last, due = legal.late[-1], _law_clock(facts, config, legal).due_at
        why = say("extension.late", person=f"person:{last.by}", due=due)
        whose = facts.ticket.case_owner or facts.ticket.owner
        yield Find(key=f"extension_late:{stamp(last)}", code="extension_void", text=why, person=whose), why
        yield Note(key=f"extension_told_late:{stamp(last)}", text=why, weight=80), why


def _solved_in_time(facts: Facts, config: Config, legal: _Legal) -> bool:
    due, solved = _law_clock(facts, config, legal).due_at, view(facts).solved_at
    return solved is not None and (due is None or solved <= due)


@rule("1.3.2", kind="complaint", when=OPEN & changed("extension"))
def tell_customer_of_extension(facts: Facts, config: Config) -> Wants:
    """The customer is told of every extension and why, which is what makes it count; a text lies ready."""
    legal = _legal(facts, config)
    approved = sorted((*legal.held, *legal.untold, *legal.late), key=lambda change: change.at)
    if approved:
        yield from _notice(facts, config, legal, approved[-1])


def _notice(facts: Facts, config: Config, legal: _Legal, last: Change) -> Iterator[tuple[Action, Say]]:
    deadline, told = config.extension_notice, _told_at(facts, last)
    key = f"extension_notice:{stamp(last)}"
    clock = own_clock(facts, "extension_notice", "1.3.2", last.at, deadline.within, deadline.ladder, told)
    yield from run_clock(clock, facts, MODULE)
    if legal.untold and last is legal.untold[-1]:
        extended = _step(config, len(legal.held) + len(legal.untold))
        due = _law_clock(facts, config, extended).due_at
        text = say("reply.extension", number=facts.ticket.number, due=due, reason=facts.ticket.extension_reason)
        yield Reply(key=key, text=text, send=config.texts.extension), say("draft.extension")
        why = say("extension.untold", person=f"person:{last.by}", due=due)
        yield Note(key=f"extension_untold:{stamp(last)}", text=why, weight=80), why
