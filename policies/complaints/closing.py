"""Closing, the customer's satisfaction, and how a complaint ends."""

from policies.complaints.case import LEADERS, closed_since, higher, overridden
from policies.complaints.config import Config
from policies.kernel.deadlines import Clock
from policies.kernel.decisions import Assign, Find, Note, Reply, RunClock, Say, SetField, SetState, Tell, say
from policies.kernel.facts import Facts
from policies.kernel.rules import Wants, rule


def _lacking(facts: Facts, config: Config) -> tuple[str, ...]:
    values = {"cause": facts.ticket.cause, "responsible": facts.ticket.responsible, "remedy": facts.ticket.remedy}
    askable = (field for field in config.required_at_close if field not in facts.ticket.absent)
    return tuple(field for field in askable if not values[field])


@rule("4.3.6", kind="complaint", phase="sum_up")
def show_what_is_missing(facts: Facts, config: Config) -> Wants:
    """The field in the sidebar shows what must still be recorded."""
    lacking = _lacking(facts, config)
    what = tuple(f"@field.{field}" for field in lacking)
    if lacking and facts.ticket.stage != "ended":
        yield SetField(field="missing", value=say("missing.field", what=what)), say("missing.shown", what=what)
    elif facts.ticket.missing is not None:
        yield SetField(field="missing", value=None), say("missing.none")


@rule("4.3.6", kind="complaint")
def complete_before_closing(facts: Facts, config: Config) -> Wants:
    """A complaint closed without cause, responsibility and remedy is opened again, unless a person overrides it."""
    lacking = _lacking(facts, config)
    if not facts.ticket.closed or not lacking or facts.ticket.stage == "ended":
        return
    what = tuple(f"@field.{field}" for field in lacking)
    occasion = f"{closed_since(facts):%Y%m%dT%H%M%S}"
    override = overridden(facts)
    if override is not None:
        why = say("close.overridden", what=what, person=f"person:{override.by}")
        finding = Find(
            key=f"close_overridden:{occasion}",
            code="closed_incomplete",
            text=why,
            person=override.by,
            waived_by=override.by,
        )
        yield finding, why
        return
    why = say("close.incomplete", what=what)
    yield SetState(state="open"), why
    yield Note(key=f"close_incomplete:{occasion}", text=why, weight=90), why


@rule("4.3.5", kind="complaint")
def satisfaction_in_words(facts: Facts, config: Config) -> Wants:
    """What the customer writes after the solution tells whether they are satisfied."""
    ticket = facts.ticket
    if ticket.satisfaction is not None or ticket.stage != "awaiting_satisfaction":
        return
    since = closed_since(facts)
    for article in facts.from_customer:
        if article.at > since and article.features.has("dissatisfied"):
            yield SetField(field="satisfaction", value="dissatisfied"), say("satisfaction.words_no")
            return
        if article.at > since and article.features.has("satisfied"):
            yield SetField(field="satisfaction", value="satisfied"), say("satisfaction.words_yes")
            return


@rule("4.3.5", kind="complaint")
def dissatisfied_goes_higher(facts: Facts, config: Config) -> Wants:
    """A customer who is not satisfied is served on, one level higher: graver, and by the supervisor or the manager."""
    ticket = facts.ticket
    if ticket.satisfaction != "dissatisfied" or ticket.stage == "ended" or ticket.exhausted_remedy:
        return
    if not ticket.closed and ticket.stage != "awaiting_satisfaction":
        return
    occasion = f"{closed_since(facts):%Y%m%dT%H%M%S}"
    why = say("satisfaction.no", severity=f"@core:severity.{higher(ticket.severity)}")
    leader = facts.manager if ticket.severity == "major" else facts.supervisor
    if ticket.closed:
        yield SetState(state="open"), why
    yield SetField(field="severity", value=higher(ticket.severity)), why
    yield SetField(field="stage", value="handling"), why
    yield SetField(field="satisfaction", value=None), why
    yield Note(key=f"dissatisfied:{occasion}", text=why, weight=90), why
    if leader is not None:
        if ticket.owner != leader.id:
            yield Assign(owner=leader.id), why
        yield Tell(key=f"dissatisfied_told:{occasion}", person=leader.id, text=why, how="mention"), why


@rule("4.3.5", kind="complaint")
def remedy_exhausted(facts: Facts, config: Config) -> Wants:
    """A supervisor's or manager's documented decision that nothing more can be done ends the case."""
    ticket = facts.ticket
    if not ticket.exhausted_remedy or not ticket.closed or ticket.stage == "ended":
        return
    decided = facts.last_set("exhausted_remedy")
    if decided is not None and facts.post_of(decided.by) in LEADERS:
        yield SetField(field="stage", value="ended"), say("ended.exhausted", person=f"person:{decided.by}")
    elif decided is not None:
        why = say("ended.no_post", person=f"person:{decided.by}")
        yield SetField(field="exhausted_remedy", value=None), why
        yield (
            Find(key=f"exhausted:{int(decided.at.timestamp())}", code="exhausted_void", text=why, person=decided.by),
            why,
        )


@rule("4.3.5", kind="complaint")
def satisfied_ends(facts: Facts, config: Config) -> Wants:
    """A satisfied customer ends the case; a mail that says so does not keep it open."""
    ticket = facts.ticket
    if ticket.satisfaction == "satisfied" and ticket.stage == "awaiting_satisfaction":
        yield SetField(field="stage", value="ended"), say("ended.satisfied")
        if not ticket.closed:
            yield SetState(state="closed"), say("ended.satisfied")


@rule("4.3.5", kind="complaint")
def await_satisfaction(facts: Facts, config: Config) -> Wants:
    """A closed complaint awaits the customer's word."""
    if facts.ticket.closed and facts.ticket.stage not in ("awaiting_satisfaction", "ended"):
        yield SetField(field="stage", value="awaiting_satisfaction"), say("stage.awaiting")


@rule("1.3.1", kind="complaint")
def ask_for_satisfaction(facts: Facts, config: Config) -> Wants:
    """With the solution the customer gets an apology and the question whether they are satisfied."""
    ticket = facts.ticket
    if ticket.closed and ticket.stage == "awaiting_satisfaction" and ticket.satisfaction is None:
        key = f"completion:{closed_since(facts):%Y%m%dT%H%M%S}"
        yield (
            Reply(key=key, text=say("reply.completion", number=ticket.number), send=config.texts.completion),
            say("satisfaction.ask"),
        )


@rule("4.3.5", kind="complaint")
def remind_of_satisfaction(facts: Facts, config: Config) -> Wants:
    """The question is repeated after the configured times, each once; then no answer ends the case."""
    ticket = facts.ticket
    if not ticket.closed or ticket.stage != "awaiting_satisfaction" or ticket.satisfaction is not None:
        return
    since = closed_since(facts)
    for number, after in enumerate((*config.survey_reminders, config.survey_ends), start=1):
        last = number > len(config.survey_reminders)
        name = "survey_end" if last else f"survey_{number}"
        clock = Clock(name=name, clauses=("4.3.5",), started_at=since, within=after, calendar=facts.calendar)
        if clock.due_at is None or clock.due_at > facts.now:
            yield RunClock(clock=clock), _waits(number)
            return
        if last:
            yield SetField(field="satisfaction", value="no_answer"), say("ended.no_answer", within=str(after))
            yield SetField(field="stage", value="ended"), say("ended.no_answer", within=str(after))
            return
        text = say("reply.survey_reminder", number=ticket.number)
        key = f"survey:{number}:{since:%Y%m%dT%H%M%S}"
        yield Reply(key=key, text=text, send=config.texts.survey_reminder), _waits(number)


def _waits(number: int) -> Say:
    return say("satisfaction.waits", number=number)


@rule("2.1.3", kind="complaint")
def stage_of_open_case(facts: Facts, config: Config) -> Wants:
    """An open complaint is received until somebody has answered, then being handled."""
    ticket = facts.ticket
    if ticket.closed or ticket.stage == "with_department":
        return
    stage = (
        "handling"
        if facts.to_customer or ticket.stage in ("handling", "ended", "awaiting_satisfaction")
        else "received"
    )
    if ticket.stage != stage:
        yield SetField(field="stage", value=stage), say(f"stage.{stage}")
