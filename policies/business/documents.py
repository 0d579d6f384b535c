"""Documents: which, what is missing, reminders, and the lapse of a request that nobody answers. 4.2.2, 4.2.3."""

from datetime import datetime
from typing import Final

from policies.business.config import Config, RequestType
from policies.business.request import CHECKED, MODULE, STAGES, Request, view
from policies.core.nudges import Nudges
from policies.kernel.course import course, moment, own_clock, stamp
from policies.kernel.decisions import Checklist, Note, Reply, RunClock, SetField, SetState, Tag, say
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
    key, kind = f"requirements:{request.name}", request.type
    if request.documents != kind.documents:
        key = f"{key}:{ticket.custom.get('identity_of')}"
    if not is_done(facts.memory, MODULE, key):
        documents = tuple(request.for_customer(config.documents[document]) for document in request.documents)
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


@rule("4.2.3", kind="business", when=OPEN & has("business_type") & ~has("stage", *STAGES[2:], *CHECKED))
def begin_checklist(facts: Facts, config: Config) -> Wants:
    """Once the type is known the ticket's checklist has a line for each document, where the helpdesk has checklists
    and nobody has judged them all in one already; with another type, lines that nobody has touched make room.

    Once for each choice of a person: whoever changes the list afterwards has the last word.
    """
    ticket, request = facts.ticket, view(facts, config)
    judged = ticket.custom.get("documents_verdict") is not None
    if not config.checklist or "checklist" in ticket.absent or request.type is None or judged:
        return
    chosen = max(stamp(facts.set_by_person("business_type")), stamp(_another_party(facts, request.type)))
    key = f"checklist:{request.name}:{chosen}"
    lines, gone = request.unlisted, request.needless
    complete = not (lines or gone) and (request.reviewed or not request.documents)
    if complete or is_done(facts.memory, MODULE, key):
        return
    yield Checklist(key=key, lines=lines, gone=gone), say("checklist.begun")
    if request.documents:
        yield Note(key=f"{key}:how", text=say("checklist.how"), weight=45), say("checklist.begun")


def _another_party(facts: Facts, kind: RequestType) -> Change | None:
    """The choice of whose identity is checked, where it changes what documents there are."""
    chosen = facts.set_by_person("identity_of")
    more = {party for party, documents in kind.parties.items() if documents}
    return chosen if chosen is not None and not more.isdisjoint((chosen.old, chosen.new)) else None


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
    what, key = request.documents_asked, _list_of(request)
    if not is_done(facts.memory, MODULE, key):
        text = say("reply.documents", number=ticket.number, what=what)
        yield Reply(key=key, text=text, send=config.texts.documents), say("draft.documents", what=what)


@rule("4.2.3", kind="business", when=OPEN & has("stage", *STAGES[1:]))
def wait_for_documents(facts: Facts, config: Config) -> Wants:
    """Once the customer was asked for what is missing the request waits for them, and reminders run; once nothing is
    missing it waits no more. A person who takes it off has the last word."""
    ticket, request = facts.ticket, view(facts, config)
    last = facts.last_set("waiting_for")
    if ticket.waiting_for == "customer":
        if last is not None and last.by == facts.me and not request.flawed:
            yield SetField(field="waiting_for", value=None), say("missing.none")
    elif ticket.waiting_for is None and ticket.stage == "identity_verified" and request.reviewed and request.flawed:
        asked_at = _asked_at(facts, request)
        taken_off = last is not None and last.by != facts.me and asked_at is not None and last.at >= asked_at
        if asked_at is not None and not taken_off:
            yield SetField(field="waiting_for", value="customer"), say("waiting.asked")


def _asked_at(facts: Facts, request: Request) -> datetime | None:
    """When the customer was asked, with nothing heard of them since: by a person after the identity was verified, or by
    the text that the company lets zhidu send; None: they were not."""
    since = max((request.verified_at, *(article.at for article in facts.from_customer)))
    asked = [reply.at for reply in facts.to_customer[-1:]]
    if request.config.texts.documents == "auto" and "reply" in facts.ticket.ways:
        key = _list_of(request)
        sent_at = course(facts).sent_at(key)
        asked += [sent_at] if sent_at is not None else [] if is_done(facts.memory, MODULE, key) else [facts.now]
    return max((at for at in asked if at > since), default=None)


def _list_of(request: Request) -> str:
    """Names what the customer is asked for."""
    return f"documents:{digest(*request.documents_asked)}"


def _waiting(facts: Facts) -> Change | None:
    """Since when the customer is waited for; None where nothing tells it."""
    read, change = facts.read, facts.last_set("waiting_for")
    if read is not None and read.waiting_for != facts.ticket.waiting_for:
        return Change(at=facts.now, by=facts.me, field="waiting_for", new=facts.ticket.waiting_for or "")
    return change if change is not None and change.new == "customer" else None


@rule("4.2.3", kind="business", when=_WAITING)
def remind_then_lapse(facts: Facts, config: Config) -> Wants:
    """A customer who was asked is reminded after the configured times; then the request lapses, and they are told so.

    Of reminders that were missed only the last is sent; nothing lapses without one. That they answered ends the wait.
    """
    ticket, waiting, request = facts.ticket, _waiting(facts), view(facts, config)
    if waiting is None:
        return
    occasion = moment(facts, waiting) if waiting.by == facts.me else str(stamp(waiting))
    nudges = Nudges(
        facts=facts,
        module=MODULE,
        name="documents",
        clause="4.2.3",
        occasion=occasion,
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
    yield SetState(state="closed"), why
    yield SetField(field="stage", value="ended"), why
    yield SetField(field="waiting_for", value=None), why
    yield Tag(name=LAPSED), why
    yield Note(key=f"lapsed:{occasion}", text=why, weight=90), why
    text = say("reply.lapsed", number=ticket.number, within=f"period:{config.lapses}")
    yield Reply(key=f"lapsed_told:{occasion}", text=text, send=config.texts.lapsed), why
