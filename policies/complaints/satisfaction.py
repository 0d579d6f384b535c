"""The customer's satisfaction, and how a complaint ends. 1.3.1, 4.3.5."""

from typing import Final

from policies.complaints.case import MODULE, higher, view
from policies.complaints.closing import lacking
from policies.complaints.config import Config
from policies.core.closing import go_on, is_pleased, last_word, unseen_closing
from policies.core.nudges import Nudges
from policies.kernel.course import stamp
from policies.kernel.decisions import Assign, Find, Note, Reply, RunClock, SetField, SetState, Tell, say
from policies.kernel.facts import Facts, Person, Post
from policies.kernel.once import is_done
from policies.kernel.rules import Wants, rule
from policies.kernel.traits import CLOSED, CUSTOMER_WROTE, OPEN, changed, has

_AWAITED: Final = has("stage", "awaiting_satisfaction")
_ENDED: Final = has("stage", "ended")


@rule("4.3.5", kind="complaint", when=OPEN & _ENDED)
def written_to_after_the_end(facts: Facts, config: Config) -> Wants:
    """An ended case that is opened again: thanks close it, anything else is gone on with; who is not satisfied now is
    heard as before the end, unless it was decided that nothing more can be done."""
    word, exhausted = last_word(facts), view(facts).exhausted
    if word is not None and is_pleased(word):
        yield SetState(state="closed"), say("ended.thanks")
        return
    why = say("ended.again") if word is not None else say("stage.handling")
    yield from go_on(facts, why)
    if word is not None and word.features.has("dissatisfied") and exhausted is None:
        yield SetField(field="stage", value="awaiting_satisfaction"), why
    elif word is not None:
        yield Note(key=f"written_again:{word.id}", text=why, weight=75), why


@rule("4.3.5", kind="complaint", when=CLOSED & _ENDED)
def ends_by_rule_alone(facts: Facts, config: Config) -> Wants:
    """A closed case is not ended by a hand that writes so: it awaits the customer's word like every other."""
    ticket = facts.ticket
    if ticket.satisfaction not in (None, "dissatisfied"):
        return
    if "satisfaction" not in ticket.absent and view(facts).exhausted is None:
        yield SetField(field="stage", value="awaiting_satisfaction"), say("stage.awaiting")


@rule("4.3.5", kind="complaint", when=OPEN & CUSTOMER_WROTE & changed("state") & ~_AWAITED & ~_ENDED)
def spoken_of_before_it_was_seen(facts: Facts, config: Config) -> Wants:
    """A mail that opened a closing before anybody looked at it, and says whether the customer is satisfied, is heard
    like every later word; it ends a case only where nothing was lacking."""
    closing, ticket = unseen_closing(facts), facts.ticket
    if closing is None or ticket.satisfaction is not None:
        return
    if is_done(facts.memory, MODULE, f"dissatisfied:{view(facts).occasion}"):
        return
    words = [article.features for article in facts.from_customer if article.at > closing.at]
    complete = not lacking(facts, config) and "regulator" not in ticket.flags
    if any(said.has("dissatisfied") or (said.has("satisfied") and complete) for said in words):
        yield SetField(field="stage", value="awaiting_satisfaction"), say("stage.awaiting")


@rule("4.3.5", kind="complaint", when=_AWAITED & CUSTOMER_WROTE & ~has("satisfaction"))
def satisfaction_in_words(facts: Facts, config: Config) -> Wants:
    """What the customer writes after the solution tells whether they are satisfied; the last word counts."""
    since = view(facts).closed_since
    for article in reversed(facts.from_customer):
        if article.at <= since:
            return
        if article.features.has("dissatisfied"):
            yield SetField(field="satisfaction", value="dissatisfied"), say("satisfaction.words_no")
            return
        if article.features.has("satisfied"):
            yield SetField(field="satisfaction", value="satisfied"), say("satisfaction.words_yes")
            return


@rule("4.3.5", kind="complaint", when=has("satisfaction", "dissatisfied") & ~_ENDED & (CLOSED | _AWAITED))
def dissatisfied_goes_higher(facts: Facts, config: Config) -> Wants:
    """A customer who is not satisfied is served on, one level higher: graver, and by the supervisor or the manager."""
    ticket, case = facts.ticket, view(facts)
    if case.exhausted is not None:
        return
    severity = higher(ticket.severity)
    why = say("satisfaction.no", severity=f"@core:severity.{severity}")
    if ticket.closed:
        yield SetState(state="open"), why
    yield SetField(field="severity", value=severity), why
    yield from go_on(facts, why)
    yield Note(key=f"dissatisfied:{case.occasion}", text=why, weight=90), why
    leader = _next_level(facts)
    if leader is not None:
        if ticket.owner != leader.id:
            yield Assign(owner=leader.id), why
        yield Tell(key=f"dissatisfied_told:{case.occasion}", person=leader.id, text=why, how="mention"), why


def _next_level(facts: Facts) -> Person | None:
    """The supervisor; the manager where a supervisor had the case, or it was major already."""
    post = None if facts.owner is None else facts.owner.post
    led = facts.ticket.severity == "major" or post in (Post.SUPERVISOR, Post.MANAGER)
    return facts.manager if led else facts.supervisor


@rule("4.3.5", kind="complaint", when=has("exhausted_remedy"))
def remedy_exhausted(facts: Facts, config: Config) -> Wants:
    """A supervisor's or manager's documented decision that nothing more can be done ends the case."""
    ticket = facts.ticket
    decided, by_whom = view(facts).exhausted, facts.set_by_person("exhausted_remedy")
    if decided is not None:
        if ticket.closed and ticket.stage != "ended":
            yield SetField(field="stage", value="ended"), say("ended.exhausted", person=f"person:{decided.by}")
    elif by_whom is not None:
        why = say("ended.no_post", person=f"person:{by_whom.by}")
        yield SetField(field="exhausted_remedy", value=None), why
        yield Find(key=f"exhausted:{stamp(by_whom)}", code="exhausted_void", text=why, person=by_whom.by), why
        yield Note(key=f"exhausted_void:{stamp(by_whom)}", text=why, weight=80), why


@rule("4.3.5", kind="complaint", when=_AWAITED & has("satisfaction", "satisfied"))
def satisfied_ends(facts: Facts, config: Config) -> Wants:
    """A satisfied customer ends the case; a mail that says so does not keep it open."""
    yield SetField(field="stage", value="ended"), say("ended.satisfied")
    if not facts.ticket.closed:
        yield SetState(state="closed"), say("ended.satisfied")


@rule("4.3.5", kind="complaint", when=CLOSED & ~_AWAITED & ~_ENDED)
def await_satisfaction(facts: Facts, config: Config) -> Wants:
    """A closed complaint awaits the customer's word."""
    yield SetField(field="stage", value="awaiting_satisfaction"), say("stage.awaiting")


@rule("1.3.1", kind="complaint", when=CLOSED & _AWAITED & ~has("satisfaction"))
def ask_for_satisfaction(facts: Facts, config: Config) -> Wants:
    """With the solution the customer gets an apology and the question whether they are satisfied."""
    text = say("reply.completion", number=facts.ticket.number)
    key = f"completion:{view(facts).occasion}"
    yield Reply(key=key, text=text, send=config.texts.completion), say("satisfaction.ask")


@rule("4.3.5", kind="complaint", when=CLOSED & _AWAITED & ~has("satisfaction"))
def remind_of_satisfaction(facts: Facts, config: Config) -> Wants:
    """The question is repeated after the configured times; then no answer ends the case.

    Of reminders that were missed only the last is sent; a case never ends without having been reminded.
    """
    nudges = Nudges(
        facts=facts,
        module=MODULE,
        name="survey",
        clause="4.3.5",
        occasion=view(facts).occasion,
        since=view(facts).closed_since,
        reminders=config.survey_reminders,
        ends=config.survey_ends,
    )
    if nudges.due_key is not None:
        text = say("reply.survey_reminder", number=facts.ticket.number)
        why = say("satisfaction.waits", number=nudges.passed)
        yield Reply(key=nudges.due_key, text=text, send=config.texts.survey_reminder), why
    if nudges.waits:
        yield RunClock(clock=nudges.clock), say("satisfaction.waits", number=nudges.passed + 1)
        return
    why = say("ended.no_answer", within=f"period:{config.survey_ends}")
    yield SetField(field="satisfaction", value="no_answer"), why
    yield SetField(field="stage", value="ended"), why


@rule("2.1.3", kind="complaint", when=OPEN & ~has("stage", "with_department", "handling"))
def stage_of_open_case(facts: Facts, config: Config) -> Wants:
    """An open complaint is received until somebody has answered, then being handled."""
    ticket = facts.ticket
    case = view(facts)
    if ticket.stage in ("ended", "awaiting_satisfaction"):
        yield from go_on(facts, say("stage.handling"))
    elif case.answered_at is not None or case.closings:
        yield SetField(field="stage", value="handling"), say("stage.handling")
    elif ticket.stage != "received":
        yield SetField(field="stage", value="received"), say("stage.received")
