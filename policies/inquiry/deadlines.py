"""The first reply, the answer, and the explanation of what takes longer. 2.1.1, 4.1.3."""

from datetime import datetime
from typing import Final

from policies.inquiry.config import Config
from policies.inquiry.inquiry import COMPLEX, MODULE, declared, explained, is_complex
from policies.kernel.course import course, own_clock, stamp
from policies.kernel.decisions import Find, Reply, SetField, say
from policies.kernel.facts import Facts
from policies.kernel.ladders import run_clock
from policies.kernel.once import is_done
from policies.kernel.rules import Wants, rule
from policies.kernel.traits import CLOSED, OPEN, has

_COMPLEX: Final = has("complexity", COMPLEX)


@rule("2.1.1", kind="inquiry")
def first_reply(facts: Facts, config: Config) -> Wants:
    """An inquiry gets its first reply within the time; one that was settled without a written reply was answered."""
    case, deadline = course(facts), config.first_reply
    reply = case.first_reply
    met_at = case.solved_at if reply is None else reply.at
    since = facts.ticket.since
    clock = own_clock(facts, "first_reply", "2.1.1", since, deadline.within, deadline.ladder, met_at)
    yield from run_clock(clock, facts, MODULE)


@rule("4.1.3", kind="inquiry")
def answer_in_time(facts: Facts, config: Config) -> Wants:
    """The question is answered within the time for its difficulty; opened again, it is answered anew."""
    within = config.answer.complex if is_complex(facts) else config.answer.simple
    since = course(facts).run_started_at
    clock = own_clock(facts, "answer", "4.1.3", since, within, config.answer.ladder, _answered_at(facts))
    yield from run_clock(clock, facts, MODULE)


def _answered_at(facts: Facts) -> datetime | None:
    """The present closing, or before it the record of the answer, once the customer has had a reply in this run."""
    case = course(facts)
    summed_up = facts.last_set("answer_summary")
    replied = case.first_reply if not case.reopened else case.reply_after(case.run_started_at)
    times = [] if case.closed_at is None else [case.closed_at]
    if summed_up is not None and summed_up.new and replied is not None and summed_up.at >= case.run_started_at:
        times.append(max(summed_up.at, replied.at))
    return min(times, default=None)


@rule("4.1.3", kind="inquiry", when=OPEN & _COMPLEX)
def explain_complex_question(facts: Facts, config: Config) -> Wants:
    """Who asks a complex question is told why it takes longer, and until when, soon after it was found complex."""
    case, deadline, change = course(facts), config.explanation, declared(facts)
    since = case.run_started_at if change is None else max(change.at, case.run_started_at)
    told = explained(facts)
    met_at = None if told is None else max(told.at, since)
    clock = own_clock(facts, "explanation", "4.1.3", since, deadline.within, deadline.ladder, met_at)
    yield from run_clock(clock, facts, MODULE)


@rule("4.1.3", kind="inquiry", when=OPEN & _COMPLEX)
def draft_explanation(facts: Facts, config: Config) -> Wants:
    """Until that is done, a text lies ready that says so and names the time."""
    key = f"explanation:{stamp(declared(facts))}"
    if explained(facts) is not None:
        return
    if not is_done(facts.memory, MODULE, key):
        due = facts.calendar.add(course(facts).run_started_at, config.answer.complex).at
        text = say("reply.explanation", number=facts.ticket.number, due=due)
        yield Reply(key=key, text=text, send=config.texts.explanation), say("draft.explanation")


@rule("4.1.3", kind="inquiry", when=CLOSED & _COMPLEX)
def complex_never_explained(facts: Facts, config: Config) -> Wants:
    """A complex inquiry that is closed late, and of which the customer was never told until when, is a finding."""
    case = course(facts)
    if case.closed_at is None or explained(facts) is not None:
        return
    if case.closed_at > facts.calendar.add(facts.ticket.since, config.answer.simple).at and not case.reopened:
        why = say("complex.unexplained", within=f"period:{config.answer.simple}")
        whose = facts.ticket.case_owner or facts.ticket.owner
        yield Find(key=f"unexplained:{case.occasion}", code="complex_unexplained", text=why, person=whose), why


@rule("4.1.3", kind="inquiry", when=has("complexity"))
def nonsense_is_simple(facts: Facts, config: Config) -> Wants:
    """What is neither simple nor complex is emptied: a value that nobody can read would hide how long there is."""
    value = facts.ticket.custom.get("complexity")
    if value not in ("simple", COMPLEX):
        yield SetField(field="complexity", value=None), say("complex.nonsense")


@rule("2.1.1", kind="inquiry", when=OPEN & ~has("stage", "handling", "awaiting_satisfaction", "ended"))
def stage_of_inquiry(facts: Facts, config: Config) -> Wants:
    """An open inquiry is received until somebody has answered, then being handled."""
    ticket, case = facts.ticket, course(facts)
    if case.first_reply is not None or case.closings:
        yield SetField(field="stage", value="handling"), say("stage.handling")
    elif ticket.stage != "received":
        yield SetField(field="stage", value="received"), say("stage.received")
