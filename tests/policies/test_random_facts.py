"""The whole policy over random tickets: nothing fails, nothing disagrees, and what was decided is at rest."""

import json
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from policies.kernel.confidential import Confidential
from policies.kernel.decisions import KEYED
from policies.kernel.evaluate import evaluate
from policies.kernel.facts import Article, Change, Desk, Facts, Item, Person, Post, Related, Ticket
from policies.kernel.masking import Kind
from policies.kernel.vocabulary import FLAGS, KINDS, OPTIONS, SEVERITIES, STAGES
from zhidu.policy import load_policy

POLICY = load_policy(None)
START = datetime(2026, 5, 6, 1, 0, tzinfo=UTC)
ME = 9
PEOPLE = (
    Person(id=11, post=Post.SPECIALIST, groups=frozenset({"Complaints", "Cards"})),
    Person(id=21, post=Post.SUPERVISOR, groups=frozenset({"Complaints"})),
    Person(id=31, post=Post.MANAGER, groups=frozenset({"Complaints"})),
)
DESKS = {
    "Complaints": Desk(group="Complaints", supervisor=21, manager=31, kind="complaint"),
    "Cards": Desk(group="Cards", supervisor=21, department="cards"),
    "Inbox": Desk(group="Inbox"),
}
TEXTS = (
    "你们多扣了我50000元，请退回。",
    "再不解决我就找记者曝光！",
    "我已经打了12378投诉你们。",
    "我不满意，问题没有解决。",
    "满意，谢谢。",
    "请问退款几天到账？",
    "非常抱歉，我们将在3个工作日内答复您。",
    "处理方案：核对流水后退费。",
    "我的卡丢了，要挂失。",
    "已为您办理。请问还有其他可以帮您的吗？感谢您的来信。",
)
WRITTEN = {text: POLICY.extractor.features("", text, "text/plain") for text in TEXTS}
WORDED = {text: POLICY.extractor.wording(text, "text/plain") for text in TEXTS}
HELD = (
    (),
    (),
    (Confidential(place="body", kind=Kind.BANK_CARD, data_class="C2", count=1, own=1, strange=1),),
    (Confidential(place="body", kind=Kind.MOBILE, data_class="C2", count=2, masked=False, own=1),),
)

minutes = st.integers(0, 60 * 24 * 40).map(lambda n: START + timedelta(minutes=n))
someone = st.sampled_from((ME, 11, 21, 31, 100))
fields = st.one_of(
    st.tuples(st.just("state"), st.sampled_from(("open", "closed", "pending reminder"))),
    st.tuples(st.just("owner"), st.sampled_from(("1", "11", "21", "31"))),
    st.tuples(st.just("group"), st.sampled_from(tuple(DESKS))),
    st.tuples(st.just("flags"), st.sampled_from(("[]", '["media"]', '["regulator", "group"]'))),
    st.tuples(st.just("complexity"), st.sampled_from(("simple", "complex"))),
    st.tuples(st.just("business_type"), st.sampled_from(("loss_report", "certificate"))),
    st.tuples(st.just("extension_reason"), st.sampled_from(("", "原因"))),
    st.tuples(st.sampled_from(("exhausted_remedy", "override_reason", "answer_summary", "responsible")), st.just("x")),
    *(
        st.tuples(st.just(name), st.sampled_from(OPTIONS[name]))
        for name in (
            "identity_method",
            "severity",
            "extension",
            "close_approval",
            "waiting_for",
            "satisfaction",
            "stage",
        )
    ),
)


def changes(drawn: Sequence[tuple[datetime, int, tuple[str, str]]]) -> tuple[Change, ...]:
    """A history in order, each change beginning where the one before it left the field."""
    last: dict[str, str] = {"state": "open", "owner": "1"}
    found = []
    for at, by, (field, new) in sorted(drawn, key=lambda change: change[0]):
        if last.get(field, "") != new:
            found.append(Change(at=at, by=by, field=field, old=last.get(field, ""), new=new))
            last[field] = new
    return tuple(found)


articles = st.lists(
    st.tuples(
        minutes,
        st.sampled_from(("customer", "agent", "system")),
        someone,
        st.booleans(),
        st.sampled_from(TEXTS),
        st.sampled_from(HELD),
    ),
    max_size=5,
)


def optional(*values: str) -> st.SearchStrategy[str | None]:
    return st.sampled_from((None, *values))


tickets = st.fixed_dictionaries(
    {
        "group": st.sampled_from(tuple(DESKS)),
        "owner": st.sampled_from((None, 11, 21, 31)),
        "state_type": st.sampled_from(("new", "open", "pending reminder", "closed")),
        "priority": st.sampled_from((1, 2, 3)),
        "kind": st.sampled_from((None, "complaint", "complaint", "inquiry", "inquiry", "business", "business", *KINDS)),
        "severity": optional(*SEVERITIES),
        "flags": st.frozensets(st.sampled_from(FLAGS), max_size=3),
        "stage": optional(*STAGES),
        "case_owner": st.sampled_from((None, 11, 21)),
        "cause": optional("收费"),
        "responsible": optional("x", "cards"),
        "remedy": optional("退费"),
        "extension": optional("asked", "approved"),
        "extension_reason": optional("原因"),
        "close_approval": optional("asked", "approved"),
        "exhausted_remedy": optional("x"),
        "override_reason": optional("x"),
        "waiting_for": optional("customer", "appraisal"),
        "satisfaction": optional("satisfied", "dissatisfied", "no_answer"),
        "absent": st.frozensets(
            st.sampled_from(("close_approval", "satisfaction", "stage", "cause", "category")), max_size=1
        ),
        "customer_named": st.booleans(),
        "category": optional("收费"),
        "answer_summary": optional("x"),
        "identity_method": optional("counter", "phone"),
        "ways": st.frozensets(st.sampled_from(("reply", "mail", "phone"))),
        "checklist": st.sampled_from(
            (
                (),
                (Item(text="有效身份证件", checked=True), Item(text="业务申请表", checked=True)),
                (Item(text="有效身份证件：过期"),),
            )
        ),
        "channel": st.sampled_from(("email", "phone", "chat")),
        "custom": st.fixed_dictionaries(
            {},
            optional={
                "complexity": st.sampled_from(("simple", "complex", "?")),
                "business_type": st.sampled_from(("loss_report", "certificate", "?")),
                "identity_of": st.sampled_from(("holder", "agent", "?")),
                "documents_verdict": st.sampled_from(("complete", "invalid", "?")),
                "notice_by": st.sampled_from(("sms", "messenger", "?")),
            },
        ),
        "promised_at": st.one_of(st.none(), minutes),
        "pending_until": st.one_of(st.none(), minutes),
    }
)


def shown(history: tuple[Change, ...]) -> tuple[dict[str, object], dict[str, object]]:
    """The fields of the ticket that the history gave their values; those of the core, and those of other modules."""
    values: dict[str, object] = {}
    custom: dict[str, object] = {}
    for change in history:
        value: object = None if change.new in ("", "none") else change.new
        match change.field:
            case "state":
                values["state_type"] = value
            case "owner":
                values["owner"] = None if value == "1" else int(change.new)
            case "flags":
                values["flags"] = frozenset(json.loads(change.new))
            case "complexity" | "business_type" as name:
                custom[name] = value
            case name:
                values[name] = value
    return values, custom


@st.composite
def cases(draw: st.DrawFn) -> Facts:
    written = sorted(draw(articles), key=lambda article: article[0])
    away = draw(st.frozensets(st.sampled_from((11, 21, 31)), max_size=3))
    history = changes(draw(st.lists(st.tuples(minutes, someone, fields), max_size=12)))
    given = draw(tickets)
    core, others = shown(history)
    values = given | core | {"custom": given["custom"] | others}
    ticket = Ticket(id=1, created_at=START, updated_at=START, state=values["state_type"], **values)
    return Facts(
        now=START + timedelta(days=41, minutes=draw(st.integers(0, 10_000))),
        ticket=ticket,
        articles=tuple(
            Article(
                id=n,
                at=at,
                sender=sender,
                by=by,
                channel="email",
                internal=internal,
                features=WRITTEN[text],
                wording=WORDED[text] if sender == "agent" else None,
                confidential=held,
            )
            for n, (at, sender, by, internal, text, held) in enumerate(written, start=1)
        ),
        history=history,
        people={person.id: replace(person, away=person.id in away) for person in PEOPLE},
        desks=DESKS,
        calendars=POLICY.calendars,
        related=Related(
            earlier=draw(st.sampled_from(((), (88,)))),
            linked=draw(st.sampled_from(((), (88,)))),
            first_at=draw(st.sampled_from((None, START - timedelta(days=2)))),
            same_cause=draw(st.integers(1, 4)),
            undelivered=draw(st.frozensets(st.sampled_from(("completion:0", "completion:1")), max_size=1)),
        ),
        me=ME,
    )


NAMES = {"state_type": "state", "owner": "owner", "group": "group"} | {
    name: name
    for name in (
        "severity",
        "flags",
        "stage",
        "satisfaction",
        "extension",
        "close_approval",
        "exhausted_remedy",
        "waiting_for",
    )
}


def word(value: object) -> str:
    if isinstance(value, frozenset):
        return json.dumps(sorted(value))
    return "" if value is None else str(value)


def as_left(before: Facts, after: Facts) -> Facts:
    """The facts of the next look: the ticket as decided, and our own write at the end of its history."""
    pairs = ((name, getattr(before.ticket, own), getattr(after.ticket, own)) for own, name in NAMES.items())
    ours = tuple(
        Change(at=before.now, by=ME, field=name, old=word(old), new=word(new)) for name, old, new in pairs if old != new
    )
    return replace(after, decided=(), read=None, history=before.history + ours)


def rare(history: tuple[Change, ...], **values: object) -> Facts:
    """A ticket that chance seldom draws, 41 days old."""
    core = {"group": "Complaints", "state": "new", "state_type": "new", "priority": 1, "channel": "email"} | values
    return Facts(
        now=START + timedelta(days=41),
        ticket=Ticket(id=1, created_at=START, updated_at=START, owner=None, **core),
        history=history,
        people={person.id: person for person in PEOPLE},
        desks=DESKS,
        calendars=POLICY.calendars,
        related=Related(same_cause=3),
        me=ME,
    )


GRADED_BEFORE_THE_GROUP = rare(
    (Change(at=START + timedelta(minutes=1), by=ME, field="severity", old="", new="major"),), severity="major"
)
CLOSED_BY_SATISFACTION = rare(
    (
        Change(at=START, by=ME, field="complexity", old="", new="complex"),
        Change(at=START, by=ME, field="stage", old="", new="awaiting_satisfaction"),
    ),
    kind="inquiry",
    stage="awaiting_satisfaction",
    satisfaction="satisfied",
    custom={"complexity": "complex"},
)


@example(facts=GRADED_BEFORE_THE_GROUP)
@example(facts=CLOSED_BY_SATISFACTION)
@settings(max_examples=150, derandomize=True, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(facts=cases())
def test_what_was_decided_is_at_rest(facts: Facts) -> None:
    """One write, and the same look at the ticket as written wants nothing new: no text, no message, no field."""
    decided = evaluate(POLICY.units, facts)
    again = evaluate(POLICY.units, as_left(facts, decided.facts))

    assert (decided.failures, decided.conflicts, decided.skipped) == ((), (), ())
    assert [d for d in again.decisions if isinstance(d.action, KEYED)] == []
    assert again.facts.ticket == decided.facts.ticket
    assert again.memory == decided.memory
    assert evaluate(POLICY.units, facts) == decided
