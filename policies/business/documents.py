"""Documents: which, what is missing, reminders, and the lapse of a request that nobody answers. 4.2.2, 4.2.3."""

from typing import Final

from policies.business.config import Config
from policies.business.request import CHECKED, MODULE, STAGES, view
from policies.core.nudges import Nudges
from policies.kernel.course import course, own_clock, stamp
from policies.kernel.decisions import Note, Reply, RunClock, SetField, SetState, Tag, say
from policies.kernel.digest import digest
from policies.kernel.facts import Change, Facts
from policies.kernel.ladders import run_clock
from policies.kernel.once import is_done
from policies.kernel.rules import Wants, rule
from policies.kernel.traits import OPEN, has

LAPSED = "lapsed"
_WAITING: Final = OPEN & has("waiting_for", "customer") & ~has("stage", *STAGES[2:], *CHECKED)
"""The customer is waited for, and there is something to wait for."""


@rule("2.1.2", kind="business")
def first_reply(facts: Facts, config: Config) -> Wants:
    """A request gets its first reply within the time."""
    case, deadline = course(facts), config.first_reply
    reply = case.first_reply
    met_at = case.solved_at if reply is None else reply.at
    since = facts.ticket.since
    clock = own_clock(facts, "first_reply", "2.1.2", since, deadline.within, deadline.ladder, met_at)
    yield from run_clock(clock, facts, MODULE)


@rule("4.2.2", kind="business", when=OPEN & has("business_type") & ~has("stage", *STAGES[1:], *CHECKED))
def tell_requirements(facts: Facts, config: Config) -> Wants:
    """Once the type is known a text lies ready: the documents, how the identity is checked, and the process."""
    ticket, request = facts.ticket, view(facts, config)
    if request.type is None:
        return
    key = f"requirements:{request.name}"
    if not is_done(facts.memory, MODULE, key):
        kind = request.type
        documents = tuple(request.for_customer(config.documents[document]) for document in kind.documents)
        name, process = request.for_customer(kind.names), request.for_customer(kind.process)
        methods = tuple(f"@method.{method}" for method in kind.identity)
        if documents:
            text = say(
                "reply.requirements",
                number=ticket.number,
                type=name,
                documents=documents,
                methods=methods,
                process=process,
            )
        else:
            text = say("reply.process", number=ticket.number, type=name, methods=methods, process=process)
        yield Reply(key=key, text=text, send=config.texts.requirements), say("draft.requirements")


@rule("4.2.3", kind="business", when=OPEN & ~has("stage", *STAGES[2:], *CHECKED))
def review_in_time(facts: Facts, config: Config) -> Wants:
    """Identity and documents are looked at within the time, from receipt or from what the customer sent last."""
    since, deadline = max((course(facts).run_started_at, *(a.at for a in facts.from_customer))), config.review
    asked = next((reply.at for reply in facts.to_customer if reply.at > since), None)
    clock = own_clock(facts, "review", "4.2.3", since, deadline.within, deadline.ladder, asked)
    yield from run_clock(clock, facts, MODULE)


@rule("4.2.3", kind="business", when=OPEN & has("stage", "identity_verified"))
def ask_for_documents(facts: Facts, config: Config) -> Wants:
    """What is missing, or must be mended, is told to the customer with a text ready, once for each list of it."""
    ticket, request = facts.ticket, view(facts, config)
    if not request.reviewed or not request.flawed:
        return
    what = request.documents_asked
    key = f"documents:{digest(*what)}"
    if not is_done(facts.memory, MODULE, key):
        text = say("reply.documents", number=ticket.number, what=what)
        yield Reply(key=key, text=text, send=config.texts.documents), say("draft.documents", what=what)


def _waiting(facts: Facts) -> Change | None:
    """Since when the customer is waited for; None where nothing tells it."""
    change = facts.last_set("waiting_for")
    return change if change is not None and change.new == "customer" else None


@rule("4.2.3", kind="business", when=_WAITING)
def remind_then_lapse(facts: Facts, config: Config) -> Wants:
    """A customer who was asked is reminded after the configured times; then the request lapses, and they are told so.

    Of reminders that were missed only the last is sent; nothing lapses without one. That they answered ends the wait.
    """
    ticket, waiting, request = facts.ticket, _waiting(facts), view(facts, config)
    if waiting is None:
        return
    nudges = Nudges(
        facts=facts,
        module=MODULE,
        name="documents",
        clause="4.2.3",
        occasion=str(stamp(waiting)),
        since=waiting.at,
        reminders=config.reminders,
        ends=config.lapses,
    )
    what = request.documents_asked
    if nudges.due_key is not None:
        plain = say("reply.reminder_plain", number=ticket.number)
        text = say("reply.reminder", number=ticket.number, what=what) if what else plain
        yield (
            Reply(key=nudges.due_key, text=text, send=config.texts.reminder),
            say("waiting.reminded", number=nudges.passed),
        )
    if nudges.waits:
        yield RunClock(clock=nudges.clock), say("waiting.waits", number=nudges.passed + 1)
        return
    why = say("waiting.lapsed", within=f"period:{config.lapses}")
    occasion = stamp(waiting)
    yield SetState(state="closed"), why
    yield SetField(field="stage", value="ended"), why
    yield SetField(field="waiting_for", value=None), why
    yield Tag(name=LAPSED), why
    yield Note(key=f"lapsed:{occasion}", text=why, weight=90), why
    text = say("reply.lapsed", number=ticket.number, within=f"period:{config.lapses}")
    yield Reply(key=f"lapsed_told:{occasion}", text=text, send=config.texts.lapsed), why
