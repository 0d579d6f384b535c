"""Every closed case is asked whether the customer is satisfied; complaints have their own, stricter course. 1.3.1."""

from typing import Final

from policies.core.closing import go_on, is_pleased, last_word, unseen_closing
from policies.core.config import Config
from policies.core.nudges import Nudges
from policies.kernel.course import course
from policies.kernel.decisions import Assign, Note, Reply, RunClock, SetField, SetState, Tell, say
from policies.kernel.facts import Facts, Person, Post
from policies.kernel.once import is_done
from policies.kernel.rules import Wants, rule
from policies.kernel.traits import CLOSED, CUSTOMER_WROTE, OPEN, changed, has

MODULE: Final = "core"
RATING_CLOCK: Final = "rating"
RATING_CLOCKS: Final = (RATING_CLOCK, f"{RATING_CLOCK}_end")
_AWAITED: Final = has("stage", "awaiting_satisfaction")
_ENDED: Final = has("stage", "ended")


def _asked(facts: Facts, config: Config) -> bool:
    """Whether the question belongs to this case; where the helpdesk has no stage nobody could tell that it was put."""
    return facts.ticket.kind in config.survey.kinds and "stage" not in facts.ticket.absent


def _is_heard(facts: Facts) -> bool:
    """Whether a customer who was not satisfied with the present closing is served on already."""
    return is_done(facts.memory, MODULE, f"dissatisfied:{course(facts).occasion}")


def _nudges(facts: Facts, config: Config) -> Nudges:
    return Nudges(
        facts=facts,
        module=MODULE,
        name=RATING_CLOCK,
        clause="1.3.1",
        occasion=course(facts).occasion,
        since=course(facts).closed_since,
        reminders=config.survey.reminders,
        ends=config.survey.ends,
    )


@rule("1.3.1", when=_AWAITED & CUSTOMER_WROTE & ~has("satisfaction"))
def what_the_customer_says(facts: Facts, config: Config) -> Wants:
    """What the customer writes after the closing tells whether they are satisfied; bare thanks say that they are."""
    undone = facts.read is not None and facts.read.closed and not facts.ticket.closed
    if undone or not _asked(facts, config) or _is_heard(facts):
        return
    word = last_word(facts)
    if word is not None and word.features.has("dissatisfied"):
        yield SetField(field="satisfaction", value="dissatisfied"), say("satisfaction.words_no")
    elif word is not None and is_pleased(word):
        yield SetField(field="satisfaction", value="satisfied"), say("satisfaction.words_yes")


@rule("1.3.1", when=_AWAITED & has("satisfaction", "satisfied"))
def satisfied_ends(facts: Facts, config: Config) -> Wants:
    """A satisfied customer ends the case; a mail that says so does not keep it open."""
    if not _asked(facts, config):
        return
    yield SetField(field="stage", value="ended"), say("satisfaction.ended")
    if not facts.ticket.closed:
        yield SetState(state="closed"), say("satisfaction.ended")


@rule("1.3.1", when=has("satisfaction", "dissatisfied") & ~_ENDED & (CLOSED | _AWAITED))
def dissatisfied_goes_on(facts: Facts, config: Config) -> Wants:
    """A customer who is not satisfied is served on, by the supervisor, or by the manager where a supervisor had it."""
    ticket = facts.ticket
    if not _asked(facts, config):
        return
    why, occasion = say("satisfaction.no"), course(facts).occasion
    if ticket.closed:
        yield SetState(state="open"), why
    yield from go_on(facts, why)
    yield Note(key=f"dissatisfied:{occasion}", text=why, weight=90), why
    leader = _next_level(facts)
    if leader is not None:
        if ticket.owner != leader.id:
            yield Assign(owner=leader.id), why
        yield Tell(key=f"dissatisfied_told:{occasion}", person=leader.id, text=why, how="mention"), why


def _next_level(facts: Facts) -> Person | None:
    led = facts.owner is not None and facts.owner.post in (Post.SUPERVISOR, Post.MANAGER)
    return facts.manager if led else facts.supervisor


@rule("1.3.1", when=OPEN & (_AWAITED | _ENDED))
def written_to_again(facts: Facts, config: Config) -> Wants:
    """A closed case that is opened again is gone on with; after its end, thanks alone close it once more.

    The customer need not have written: a person opens it, or Zammad, which could not deliver the question.
    """
    ticket = facts.ticket
    if not _asked(facts, config):
        return
    word = last_word(facts)
    if ticket.stage == "ended" and word is not None and is_pleased(word):
        yield SetState(state="closed"), say("satisfaction.thanks")
        return
    yield from go_on(facts, say("satisfaction.reopened") if word is None else say("satisfaction.again"))


@rule("1.3.1", when=CUSTOMER_WROTE & changed("state") & ~_AWAITED & ~_ENDED & ~has("satisfaction"))
def spoken_of_before_it_was_seen(facts: Facts, config: Config) -> Wants:
    """What the customer says of a closing before anybody looked at it is heard like every later word.

    The last of these rules, so that it is heard when every module has said whether the closing stands.
    """
    if not _asked(facts, config) or unseen_closing(facts) is None:
        return
    word = last_word(facts)
    if word is None or _is_heard(facts):
        return
    complete = facts.ticket.closed or facts.ticket.missing is None
    if word.features.has("dissatisfied") or (is_pleased(word) and complete):
        yield SetField(field="stage", value="awaiting_satisfaction"), say("satisfaction.awaits")


@rule("1.3.1", when=CLOSED & ~_ENDED & ~has("satisfaction"))
def wait_for_the_answer(facts: Facts, config: Config) -> Wants:
    """The customer has the configured time to answer; then silence ends the case, never before the last reminder."""
    if not _asked(facts, config):
        return
    nudges = _nudges(facts, config)
    if nudges.waits:
        yield RunClock(clock=nudges.clock), say("satisfaction.waits", number=nudges.passed + 1)
    elif facts.ticket.stage == "awaiting_satisfaction":
        why = say("satisfaction.no_answer", within=f"period:{config.survey.ends}")
        yield SetField(field="satisfaction", value="no_answer"), why
        yield SetField(field="stage", value="ended"), why


@rule("1.3.1", when=CLOSED & ~_ENDED & ~has("satisfaction"), phase="sum_up")
def ask_for_satisfaction(facts: Facts, config: Config) -> Wants:
    """A closing that stands is followed by the question whether the customer is satisfied, and by reminders of it.

    Summed up, because any module may have undone the closing.
    """
    ticket = facts.ticket
    if not _asked(facts, config):
        return
    if ticket.stage != "awaiting_satisfaction":
        yield SetField(field="stage", value="awaiting_satisfaction"), say("satisfaction.awaits")
    nudges, number = _nudges(facts, config), ticket.number
    text = say("reply.satisfaction", number=number)
    why = say("satisfaction.ask")
    yield Reply(key=f"satisfaction:{course(facts).occasion}", text=text, send=config.survey.ask), why
    if nudges.due_key is not None:
        text = say("reply.satisfaction_reminder", number=number)
        why = say("satisfaction.waits", number=nudges.passed)
        yield Reply(key=nudges.due_key, text=text, send=config.survey.remind), why
