"""What the customer hears: acknowledgement, progress, what is asked for."""

from policies.complaints.case import MODULE, first_reply, own_clock, reopened_at
from policies.complaints.config import Config
from policies.kernel.decisions import Find, Reply, Tell, say
from policies.kernel.facts import Facts
from policies.kernel.ladders import run_clock
from policies.kernel.rules import Wants, rule


@rule("4.3.2", kind="complaint")
def acknowledge(facts: Facts, config: Config) -> Wants:
    """The customer gets a first answer within the time of the severity; closing answers too."""
    reply, ticket = first_reply(facts), facts.ticket
    if reply is None and ticket.closed:
        return
    clock = own_clock(
        facts,
        "acknowledge",
        "4.3.2",
        ticket.since,
        config.acknowledge.within.of(ticket.severity),
        config.acknowledge.ladder,
        None if reply is None else reply.at,
    )
    yield from run_clock(clock, facts, MODULE)


@rule("4.3.2", kind="complaint")
def draft_acknowledgement(facts: Facts, config: Config) -> Wants:
    """Until somebody has answered, an answer lies ready that apologises and names the time."""
    if first_reply(facts) is not None or facts.ticket.closed:
        return
    due = facts.calendar.add(facts.ticket.since, config.resolve.within.of(facts.ticket.severity)).at
    text = say("reply.acknowledgement", number=facts.ticket.number, due=due)
    yield Reply(key="acknowledgement", text=text, send=config.texts.acknowledgement), say("draft.acknowledgement")


@rule("4.3.2", kind="complaint")
def acknowledgement_apologises(facts: Facts, config: Config) -> Wants:
    """The first answer to a complaint apologises; the one who wrote it is told when it does not."""
    reply = first_reply(facts)
    if reply is not None and not reply.features.has("apology"):
        why = say("acknowledgement.no_apology")
        yield Find(key=f"no_apology:{reply.id}", code="no_apology", text=why, person=reply.by), why
        yield Tell(key=f"no_apology_told:{reply.id}", person=reply.by, text=why), why


@rule("4.3.2", kind="complaint")
def acknowledgement_names_time(facts: Facts, config: Config) -> Wants:
    """The first answer to a complaint names the time by which the customer hears; a vague one is none."""
    reply = first_reply(facts)
    if reply is not None and not reply.features.has("time_named") and not facts.ticket.closed:
        why = say("acknowledgement.no_time")
        yield Find(key=f"no_time:{reply.id}", code="no_time", text=why, person=reply.by), why
        yield Tell(key=f"no_time_told:{reply.id}", person=reply.by, text=why), why


@rule("4.3.4", kind="complaint")
def keep_informed(facts: Facts, config: Config) -> Wants:
    """After the first answer the customer hears something at the interval of the severity, until it is solved."""
    ticket, replies = facts.ticket, facts.to_customer
    if ticket.closed or not replies or first_reply(facts) is None:
        return
    again = reopened_at(facts)
    started = max(replies[-1].at, again) if again is not None else replies[-1].at
    within = config.progress.within.of(ticket.severity)
    yield from run_clock(own_clock(facts, "progress", "4.3.4", started, within, config.progress.ladder), facts, MODULE)


@rule("4.3.1", kind="complaint")
def ask_for_missing(facts: Facts, config: Config) -> Wants:
    """A complaint without the customer's name or a way to reach them: asked for once, with a text that lies ready."""
    ticket = facts.ticket
    missing = [
        field for field, known in (("name", ticket.customer_named), ("contact", ticket.customer_reachable)) if not known
    ]
    if missing and not ticket.closed:
        what = tuple(f"@field.{field}" for field in missing)
        text = say("reply.ask_details", what=what)
        yield Reply(key="ask_details", text=text, send=config.texts.ask_details), say("ask.details", what=what)


@rule("2.1.3", kind="suggestion")
def answer_suggestion(facts: Facts, config: Config) -> Wants:
    """A suggestion is answered within its time."""
    reply, ticket = first_reply(facts), facts.ticket
    met = reply.at if reply is not None else None
    if met is None and ticket.closed:
        return
    deadline = config.suggestion
    clock = own_clock(facts, "suggestion", "2.1.3", ticket.since, deadline.within, deadline.ladder, met)
    yield from run_clock(clock, facts, MODULE)
