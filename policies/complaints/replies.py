"""What the customer hears: acknowledgement, progress, what is asked for."""

from policies.complaints.case import MODULE, view
from policies.complaints.config import Config
from policies.core.lacking import lacking
from policies.kernel.course import own_clock
from policies.kernel.decisions import Find, Reply, Tell, say
from policies.kernel.facts import Facts
from policies.kernel.ladders import run_clock
from policies.kernel.once import is_done
from policies.kernel.rules import Wants, rule
from policies.kernel.traits import ANSWERED, CLOSED, OPEN


@rule("4.3.2", kind="complaint")
def acknowledge(facts: Facts, config: Config) -> Wants:
    """The customer gets a first answer within the time of the severity; a solution answers too."""
    ticket, case = facts.ticket, view(facts)
    clock = own_clock(
        facts,
        "acknowledge",
        "4.3.2",
        ticket.since,
        config.acknowledge.within.of(ticket.severity),
        config.acknowledge.ladder,
        case.answered_at or case.solved_at,
    )
    yield from run_clock(clock, facts, MODULE)


@rule("4.3.2", kind="complaint", when=OPEN)
def draft_acknowledgement(facts: Facts, config: Config) -> Wants:
    """Until somebody has answered, an answer lies ready that apologises and names the time."""
    if view(facts).answered_at is not None or is_done(facts.memory, MODULE, "acknowledgement"):
        return
    due = facts.calendar.add(facts.ticket.since, config.resolve.within.of(facts.ticket.severity)).at
    text = say("reply.acknowledgement", number=facts.ticket.number, due=due)
    yield Reply(key="acknowledgement", text=text, send=config.texts.acknowledgement), say("draft.acknowledgement")


@rule("4.3.2", kind="complaint", when=ANSWERED)
def acknowledgement_apologises(facts: Facts, config: Config) -> Wants:
    """The first answer to a complaint apologises; the one who wrote it is told when it does not."""
    reply = view(facts).first_reply
    if reply is None or is_done(facts.memory, MODULE, f"no_apology:{reply.id}") or reply.features.has("apology"):
        return
    why = say("acknowledgement.no_apology")
    yield Find(key=f"no_apology:{reply.id}", code="no_apology", text=why, person=reply.by), why
    if facts.person(reply.by) is not None:
        text = say("coaching.apology", number=facts.ticket.number)
        yield Tell(key=f"no_apology_told:{reply.id}", person=reply.by, text=text), text


@rule("4.3.2", kind="complaint", when=ANSWERED)
def acknowledgement_names_time(facts: Facts, config: Config) -> Wants:
    """The first answer to a complaint names the time by which the customer hears; a vague one is none."""
    reply = view(facts).first_reply
    if reply is None or is_done(facts.memory, MODULE, f"no_time:{reply.id}") or reply.features.has("time_named"):
        return
    if view(facts).solved_at is not None:
        return
    why = say("acknowledgement.no_time")
    yield Find(key=f"no_time:{reply.id}", code="no_time", text=why, person=reply.by), why
    if facts.person(reply.by) is not None:
        text = say("coaching.time", number=facts.ticket.number)
        yield Tell(key=f"no_time_told:{reply.id}", person=reply.by, text=text), text


@rule("4.3.4", kind="complaint", when=OPEN)
def keep_informed(facts: Facts, config: Config) -> Wants:
    """After the first answer the customer hears something at the interval of the severity, until it is solved."""
    case = view(facts)
    answered = case.answered_at
    if answered is None:
        return
    last = facts.to_customer[-1].at if facts.to_customer else answered
    started = max((last, answered, *case.reopened[-1:]))
    within = config.progress.within.of(facts.ticket.severity)
    yield from run_clock(own_clock(facts, "progress", "4.3.4", started, within, config.progress.ladder), facts, MODULE)


@rule("4.3.1", kind="complaint", when=OPEN)
def ask_for_missing(facts: Facts, config: Config) -> Wants:
    """What a complaint lacks of name, way to reach the customer, and matter is asked for once, with a text ready."""
    if is_done(facts.memory, MODULE, "ask_details"):
        return
    missing = lacking(facts, ("name", "contact", "matter"), matter_from=config.matter_from)
    what = tuple(f"@field.{name}" for name in missing)
    if what:
        text = say("reply.ask_details", what=what)
        yield Reply(key="ask_details", text=text, send=config.texts.ask_details), say("ask.details", what=what)


@rule("2.1.3", kind="suggestion")
def answer_suggestion(facts: Facts, config: Config) -> Wants:
    """A suggestion is answered within its time."""
    case, deadline = view(facts), config.suggestion
    if facts.ticket.closed and case.answered_at is None:
        return
    since = facts.ticket.since
    clock = own_clock(facts, "suggestion", "2.1.3", since, deadline.within, deadline.ladder, case.answered_at)
    yield from run_clock(clock, facts, MODULE)


@rule("2.1.3", kind="suggestion", when=CLOSED)
def suggestion_closed_unanswered(facts: Facts, config: Config) -> Wants:
    """A suggestion that is closed without any answer is a finding: whoever made it should hear what became of it."""
    case = view(facts)
    if case.answered_at is None:
        why = say("suggestion.unanswered")
        whose = facts.ticket.case_owner or facts.ticket.owner
        yield Find(key=f"suggestion:{case.occasion}", code="suggestion_unanswered", text=why, person=whose), why
