"""The stages of a request: none is skipped, and what is missing is told. 2.1.2, 4.2.1, 4.2.3, 4.2.4, 4.2.5."""

from typing import Final

from policies.business.config import Config
from policies.business.request import CHECKED, STAGES, rank, view
from policies.core.closing import only_complete
from policies.core.departments import group_of, is_department
from policies.kernel.course import course, moment, stamp
from policies.kernel.decisions import Note, Route, SetField, say
from policies.kernel.facts import Facts
from policies.kernel.rules import Wants, rule
from policies.kernel.traits import CLOSED, CUSTOMER_WROTE, OPEN, changed, has

_TYPE: Final = "request_"
"""Labels of the phrases that tell a type begin so."""


@rule("2.1.2", kind="business", when=CUSTOMER_WROTE & ~has("business_type") & ~has("stage", *CHECKED))
def type_by_words(facts: Facts, config: Config) -> Wants:
    """The type is what the customer's words say, while nobody has chosen one and they say one thing only."""
    if facts.set_by_person("business_type") is not None:
        return
    weights = {name: sum(a.features.weight(f"{_TYPE}{name}") for a in facts.from_customer) for name in config.types}
    best = max(weights.values(), default=0)
    names = [name for name, weight in weights.items() if weight == best]
    if best > 0 and len(names) == 1:
        request = view(facts, config)
        why = say("type.words", type=request.in_tongue(config.types[names[0]].names))
        yield SetField(field="business_type", value=names[0]), why


@rule("2.1.2", kind="business", when=OPEN & ~has("stage", *STAGES, *CHECKED))
def stage_of_request(facts: Facts, config: Config) -> Wants:
    """A request is received; one that is opened again goes on from what it had."""
    request = view(facts, config)
    stage = request.furthest("documents_complete") if course(facts).closings else "received"
    yield SetField(field="stage", value=stage), say("stage.set", stage=f"@stage.{stage}")


@rule("4.2.5", "4.2.6", kind="business", when=CLOSED & ~has("stage", *CHECKED))
def complete_before_closing(facts: Facts, config: Config) -> Wants:
    """A request is closed once it was done, recorded, and the customer told; else it is open again, with a note that
    says what is missing, unless a person gave a reason (the customer withdrew it, say): a finding, waived in that
    person's name."""
    what = view(facts, config).lacking("customer_told")
    return only_complete(
        facts,
        what,
        say("close.incomplete", what=what),
        lambda person: say("close.overridden", what=what, person=person),
    )


def _undone(facts: Facts, config: Config, to: str) -> Wants:
    """Back to a stage whose evidence is there, with a note that names all that the move lacked."""
    attempted = facts.ticket.stage or ""
    what = view(facts, config).lacking(attempted)
    why = say("stage.undone", stage=f"@stage.{attempted}", back=f"@stage.{to}", what=what)
    change = facts.last_set("stage")
    when = "0" if change is None else moment(facts, change)
    yield SetField(field="stage", value=to), why
    yield Note(key=f"stage_undone:{attempted}:{when}", text=why, weight=90), why


@rule("4.2.1", kind="business", when=OPEN & has("stage", *STAGES[1:]))
def identity_first(facts: Facts, config: Config) -> Wants:
    """Nothing goes on, and nothing leaves the desk, before it is on record who checked whose identity, how and when."""
    if view(facts, config).identity_lacking:
        yield from _undone(facts, config, "received")


@rule("4.2.1", kind="business", when=OPEN & changed("group") & ~has("stage", *CHECKED))
def back_from_an_early_hand_over(facts: Facts, config: Config) -> Wants:
    """A request that a person sent to a department before the identity was checked comes back to its desk."""
    request = view(facts, config)
    if request.identity_lacking:
        yield from _back_home(facts, config, request.identity_lacking)


@rule("4.2.3", kind="business", when=OPEN & changed("group") & ~has("stage", *CHECKED))
def back_without_documents(facts: Facts, config: Config) -> Wants:
    """One that was sent there before its documents are complete, accurate and valid comes back, too."""
    request = view(facts, config)
    if request.documents_lacking and not request.identity_lacking and not request.ungated:
        yield from _back_home(facts, config, request.documents_lacking)


def _back_home(facts: Facts, config: Config, what: tuple[str, ...]) -> Wants:
    """From the department to which a person moved it, to the desk where it came from."""
    moved, home = facts.last_set("group"), home_of(facts, config)
    if moved is None or moved is not facts.set_by_person("group"):
        return
    if home is not None and is_department(facts, config.departments, facts.ticket.group):
        why = say("stage.too_early", group=home, what=what)
        yield Route(group=home), why
        yield Note(key=f"too_early:{stamp(moved)}", text=why, weight=90), why


@rule("4.2.4", kind="business", when=OPEN & changed("group") & has("stage", *STAGES[:3]))
def moved_to_its_department(facts: Facts, config: Config) -> Wants:
    """A request for which nothing is missing, and that a person moved to its department's group, is with it."""
    request, moved = view(facts, config), facts.last_set("group")
    if request.type is None or request.lacking("documents_complete") or moved is not facts.set_by_person("group"):
        return
    if group_of(facts, config.departments, request.type.department) == facts.ticket.group:
        yield SetField(field="stage", value="with_department"), say("stage.set", stage="@stage.with_department")


@rule("4.2.1", kind="business", when=OPEN & has("stage", *STAGES[1:]) & changed("identity_method"))
def note_who_verified(facts: Facts, config: Config) -> Wants:
    """With the move to that stage a note says who checked whose identity, how and when."""
    ticket, request = facts.ticket, view(facts, config)
    verified = request.verified
    if request.identity_lacking or verified is None:
        return
    why = say(
        "identity.verified",
        person=f"person:{verified.by}",
        party=f"@party.{ticket.custom.get('identity_of')}",
        method=f"@method.{ticket.identity_method}",
        at=verified.at,
    )
    yield Note(key=f"verified:{stamp(verified)}", text=why, weight=60), why


@rule("4.2.3", kind="business", when=OPEN & has("stage", *STAGES[2:]))
def documents_before_department(facts: Facts, config: Config) -> Wants:
    """A request goes on when every document is complete, accurate and valid."""
    request = view(facts, config)
    if request.documents_lacking and not request.identity_lacking:
        yield from _undone(facts, config, "identity_verified")


@rule("4.2.4", kind="business", when=OPEN & has("stage", "done", "customer_told"))
def department_before_done(facts: Facts, config: Config) -> Wants:
    """A request is done when its department had it, and the result is recorded."""
    request = view(facts, config)
    if not request.lacking("done"):
        return
    if not request.lacking("documents_complete"):
        with_it = request.type is not None and request.type.department is not None and request.been_with_department
        yield from _undone(facts, config, "with_department" if with_it else "documents_complete")


@rule("4.2.5", kind="business", when=OPEN & has("stage", "customer_told"))
def told_before_told(facts: Facts, config: Config) -> Wants:
    """The customer counts as told when a message to them says so, and was not given up."""
    request = view(facts, config)
    if not request.lacking("done") and "@lack.told" in request.lacking("customer_told"):
        yield from _undone(facts, config, "done")


@rule("4.2.6", kind="business", phase="sum_up")
def show_what_is_missing(facts: Facts, config: Config) -> Wants:
    """The field in the sidebar shows what the next stage needs."""
    ticket, request = facts.ticket, view(facts, config)
    following = STAGES[min(rank(ticket.stage) + 1, len(STAGES) - 1)]
    over = ticket.closed or ticket.stage in CHECKED
    what = () if over else request.lacking(following)
    if what:
        yield SetField(field="missing", value=say("missing.field", what=what)), say("missing.shown", what=what)
    elif ticket.missing is not None:
        yield SetField(field="missing", value=None), say("missing.none")


def home_of(facts: Facts, config: Config) -> str | None:
    """The desk that the request was on before it went to departments."""
    for change in reversed(facts.history):
        if change.field == "group" and change.old and not is_department(facts, config.departments, change.old):
            return change.old
    return None
