"""The department does it in its time; then the customer is told by their own channel. 4.2.4, 4.2.5."""

from typing import Final

from policies.business.config import Config
from policies.business.request import CHECKED, MODULE, Request, rank, view
from policies.business.stages import home_of
from policies.core.departments import group_of, is_department, known_departments
from policies.kernel.course import own_clock
from policies.kernel.decisions import Assign, Find, Note, Notify, Reply, Route, Say, SetField, Tell, Way, say
from policies.kernel.facts import Facts
from policies.kernel.ladders import run_clock
from policies.kernel.once import is_done
from policies.kernel.rules import Wants, rule
from policies.kernel.traits import OPEN, UNDELIVERED, changed, has

_TOLD: Final = SetField(field="stage", value="customer_told")
_SHOWN: Final = say("stage.set", stage="@stage.customer_told")
_DONE: Final = has("stage", "done")


@rule("4.2.4", kind="business", when=OPEN & has("stage", "with_department"))
def to_department(facts: Facts, config: Config) -> Wants:
    """A request that is to be with its department goes to that group; a person who moves it on has the last word."""
    ticket, request = facts.ticket, view(facts, config)
    if request.type is None:
        return
    group, sent = group_of(facts, config.departments, request.type.department), request.sent_at
    moved = facts.set_by_person("group")
    if group is None or group == ticket.group or sent is None or (moved is not None and moved.at > sent):
        return
    why = say("department.to", department=request.type.department, group=group)
    yield Route(group=group), why
    if facts.owner is not None and group not in facts.owner.groups:
        yield Assign(owner=None), why
    if ticket.waiting_for != "department":
        yield SetField(field="waiting_for", value="department"), why
    yield Note(key=f"department:{int(sent.timestamp()) // 60}", text=why), why


@rule("4.2.4", kind="business", when=OPEN & has("stage", "with_department"))
def department_without_group(facts: Facts, config: Config) -> Wants:
    """A request for a department that has no group here stays on its desk; a note says which have one."""
    ticket, request = facts.ticket, view(facts, config)
    department = None if request.type is None else request.type.department
    if department is None or request.sent_at is None or is_department(facts, config.departments, ticket.group):
        return
    if group_of(facts, config.departments, department) is not None:
        return
    known = known_departments(facts, config.departments)
    if known:
        why = say("department.unknown", department=department, known=known)
    else:
        why = say("department.alone", department=department)
    key = f"department_unknown:{department}:{int(request.sent_at.timestamp()) // 60}"
    yield Note(key=key, text=why, weight=75), why


@rule(
    "4.2.4",
    kind="business",
    when=has("business_type") & (changed("stage") | has("stage", "with_department")) & ~has("stage", *CHECKED),
)
def department_in_time(facts: Facts, config: Config) -> Wants:
    """The department does it within the time of the type; then the supervisor, then the manager hears."""
    request = view(facts, config)
    sent = request.sent_at
    if request.type is None or sent is None:
        return
    done = [c.at for c in facts.history if c.field == "stage" and rank(c.new) >= rank("done") and c.at >= sent]
    over = rank(facts.ticket.stage) >= rank("done") or facts.ticket.closed
    met_at = (min(done) if done else facts.now) if over else None
    if facts.ticket.stage != "with_department" and met_at is None:
        return
    clock = own_clock(facts, "department", "4.2.4", sent, request.type.within, config.department_ladder, met_at)
    yield from run_clock(clock, facts, MODULE, whose=facts.ticket.owner)


@rule("4.2.4", kind="business", when=OPEN & changed("group") & has("stage", "done", "customer_told"))
def back_from_department(facts: Facts, config: Config) -> Wants:
    """What the department has done goes back to its desk and to whoever has it."""
    ticket = facts.ticket
    home = home_of(facts, config)
    if home is None or not is_department(facts, config.departments, ticket.group):
        return
    why, key = say("department.back", group=home), view(facts, config).notice
    yield Route(group=home), why
    if ticket.waiting_for == "department":
        yield SetField(field="waiting_for", value=None), why
    yield Note(key=f"department_back:{key}", text=why, weight=70), why
    owner = facts.on_duty(ticket.case_owner)
    yield Assign(owner=None if owner is None else owner.id), why
    if owner is not None:
        yield Tell(key=f"department_back_told:{key}", person=owner.id, text=why, how="mention"), why


def _way(facts: Facts, config: Config) -> Way | None:
    """The customer's own way: what they chose, else how they came; else one that leads to them."""
    came = {"chat": "messenger", "phone": "sms", "sms": "sms"}.get(facts.ticket.channel, "mail")
    order = (facts.ticket.custom.get("notice_by"), came, "mail", "sms")
    there = facts.ticket.ways
    open_ways = [way for way in config.ways if (there & {"reply", "mail"} if way == "mail" else "phone" in there)]
    return next((way for one in order for way in open_ways if way == one), None)


def _news(request: Request, number: str) -> Say:
    """What the customer hears: the result by the words of the type, and how to keep what was handed out."""
    kind = request.type
    if kind is None:
        return say("reply.completion_plain", number=number)
    result, name = request.for_customer(kind.completion), request.for_customer(kind.names)
    if kind.safekeeping is None:
        return say("reply.completion", number=number, type=name, result=result)
    keep = request.for_customer(kind.safekeeping)
    return say("reply.completion_keep", number=number, type=name, result=result, keep=keep)


@rule("4.2.5", kind="business", when=OPEN & _DONE)
def tell_customer_of_result(facts: Facts, config: Config) -> Wants:
    """Done, the customer is told by their own channel: a mail from the ticket, else from the company's mail server; a
    short message through the gateway. With what is sent the request shows so. Where a person told them already, that
    was it."""
    ticket, request = facts.ticket, view(facts, config)
    if request.told_at is not None or request.lacking("done"):
        return
    if is_done(facts.memory, MODULE, request.notice):
        return
    send, way = config.texts.completion, _way(facts, config)
    text, why = _news(request, ticket.number), say("completion.told")
    if way is None:
        lost = say("completion.no_way")
        yield Note(key=f"no_way:{request.notice}", text=lost, weight=80), lost
    elif send != "auto" or (way == "mail" and "reply" in ticket.ways):
        key = request.notice if send == "auto" else f"{request.notice}:draft"
        yield Reply(key=key, text=text, send=send), why
        if send == "auto":
            yield _TOLD, _SHOWN
    else:
        yield Notify(key=request.notice, way=way, text=text), say("completion.by", way=f"@way.{way}")
        yield _TOLD, _SHOWN


@rule("4.2.5", kind="business", when=OPEN & _DONE)
def customer_was_told(facts: Facts, config: Config) -> Wants:
    """A request that is done, and whose customer was told, shows so."""
    if not view(facts, config).lacking("customer_told"):
        yield _TOLD, _SHOWN


@rule("4.2.5", kind="business", when=OPEN & _DONE)
def tell_in_time(facts: Facts, config: Config) -> Wants:
    """The customer hears of the result within the time."""
    request, deadline = view(facts, config), config.tell
    if request.done_at is None:
        return
    clock = own_clock(facts, "tell", "4.2.5", request.done_at, deadline.within, deadline.ladder, request.told_at)
    yield from run_clock(clock, facts, MODULE)


@rule("4.2.5", kind="business", when=UNDELIVERED)
def notice_given_up(facts: Facts, config: Config) -> Wants:
    """A notice that was given up after all attempts is a finding, and a note asks for another way."""
    request = view(facts, config)
    if request.notice not in facts.related.undelivered:
        return
    why = say("completion.failed")
    yield Find(key=f"notice:{request.notice}", code="notice_failed", text=why), why
    yield Note(key=f"notice_failed:{request.notice}", text=why, weight=85), why
