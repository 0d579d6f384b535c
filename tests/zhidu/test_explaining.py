"""What `explain` says of a ticket: facts, decisions, clocks of every status, what would change it."""

import json
from dataclasses import replace
from datetime import timedelta
from types import MappingProxyType
from typing import Any

import pytest

from policies.kernel.deadlines import Clock, Pause
from policies.kernel.decisions import Assign, Find, Link, Note, Reply, Route, RunClock, SetField, Tag, Tell, Untag, say
from policies.kernel.evaluate import Conflict, RuleFailure, Verdict
from policies.kernel.facts import Change, Facts, Fired, Memory
from policies.kernel.ladder import Ladder, Rung
from policies.kernel.spec import Spec
from tests.integrations.zammad.tickets import (
    AGNES,
    CALENDARS,
    NOW,
    SUP,
    article,
    decision,
    facts,
    one_read,
    plain,
    planner,
    verdict,
    voice,
)
from zhidu.explaining import Explained, plan_lines
from zhidu.policy import Policy, load_policy
from zhidu.reading_line import reading_line

HOUR = timedelta(hours=1)
LADDER = Ladder(rungs=(Rung.parse("50%", ("remind",)), Rung.parse("+24h", ("raise",))))


@pytest.fixture(scope="module")
def policy() -> Policy:
    return load_policy(None)


def explained(policy: Policy, judged: Verdict, given: Facts, *, observed: bool = False, **read: Any) -> Explained:
    plan = planner().plan(judged, given, one_read(**read))
    return Explained(facts=given, verdict=judged, plan=plan, policy=policy, voice=voice(), observed=observed)


def text(policy: Policy, judged: Verdict, given: Facts, *, observed: bool = False, **read: Any) -> str:
    return "\n".join(explained(policy, judged, given, observed=observed, **read).lines())


def clock(within: str | None = "4h", **fields: Any) -> Clock:
    base: dict[str, Any] = {
        "name": "answer", "clauses": ("4.1.3", "1.3.1"), "started_at": NOW - HOUR, "calendar": CALENDARS["default"],
        "within": None if within is None else Spec.parse(within), "ladder": LADDER,
    }  # fmt: skip
    return Clock(**base | fields)


CLOCKS: dict[str, tuple[Clock, str, list[str], str | None]] = {
    "running": (
        clock(),
        "running",
        ["4h from Wed 2026-05-06 10:00, due Wed 2026-05-06 14:00, running", "50%: remind (to come)", "+24h: raise"],
        "by itself at Wed 2026-05-06 12:00",
    ),
    "in working days": (
        clock("3wd"),
        "running",
        ["3wd from", "Thu 2026-05-07", "Fri 2026-05-08", "Sat 2026-05-09"],
        "by itself at",
    ),
    "breached": (clock("30m"), "breached", ["due Wed 2026-05-06 10:30, breached"], "by itself at Thu 2026-05-07 10:30"),
    "met": (clock(met_at=NOW), "met", ["met Wed 2026-05-06 11:00"], None),
    "met late": (clock("30m", met_at=NOW), "met late", ["met late", "met Wed 2026-05-06 11:00"], None),
    "paused": (
        clock("4h", pauses=(Pause(from_at=NOW - HOUR / 2),)),
        "paused",
        ["stands still, paused", "stood still from Wed 2026-05-06 10:30 until now"],
        "only by what people do",
    ),
    "paused until": (
        clock("4h", pauses=(Pause(from_at=NOW - HOUR / 2, until_at=NOW + HOUR),)),
        "paused",
        ["stood still from Wed 2026-05-06 10:30 until Wed 2026-05-06 12:00"],
        "by itself at Wed 2026-05-06 12:00",
    ),
    "by law, never paused": (
        clock("4h", pausable=False, pauses=(Pause(from_at=NOW - HOUR / 2),)),
        "running",
        ["running"],
        "by itself at",
    ),
    "a promise": (clock(None, until_at=NOW + HOUR), "running", [": from Wed 2026-05-06 10:00, due"], "by itself at"),
    "provisional": (
        clock("3wd", started_at=NOW + timedelta(days=365 * 4)),
        "running",
        ["provisional: the period reaches into a year whose holidays are not known"],
        "by itself at",
    ),
}


@pytest.mark.parametrize(("one", "status", "said", "change"), CLOCKS.values(), ids=CLOCKS)
def test_clocks(policy: Policy, one: Clock, status: str, said: list[str], change: str | None) -> None:
    given = facts(one_read())
    running = RunClock(clock=one)
    whole = explained(policy, replace(verdict(given, running), running=(running,)), given)
    told = "\n".join(whole.lines())
    assert "answer (4.1.3, 1.3.1): " in told
    for words in said:
        assert words in told
    last = told.partition("what would change it")[2]
    assert (change or "") in last
    assert (change is None) == ("answer:" not in last)
    (machine,) = whole.as_json()["clocks"]
    assert (machine["name"], machine["status"]) == ("answer", status)


def test_rungs_that_took_effect_are_done(policy: Policy) -> None:
    one = clock()
    memory = Memory(case_id="c", fired=MappingProxyType({"answer": Fired(run=one.run, rungs=frozenset({"50%"}))}))
    given = replace(facts(one_read()), memory=memory)
    judged = replace(verdict(given, RunClock(clock=one)), running=(RunClock(clock=one),))
    told = text(policy, judged, given)
    assert "50%: remind (done)" in told
    assert "remembered     answer 50%" in told


def test_a_ticket_of_which_nothing_is_known(policy: Policy) -> None:
    given = facts(one_read([]))
    told = text(policy, verdict(given), given)
    assert told.startswith("ticket 21007 (id 7) at Wed 2026-05-06 11:00, policy ")
    assert "clocks\n  none" in told
    assert "remembered" not in told
    assert "unreadable" not in told


def test_facts_are_told(policy: Policy) -> None:
    stored: dict[str, Any] = {
        "owner_id": AGNES, "zhidu_kind": "rant", "zhidu_flags": ["media", "amount"], "zhidu_case_owner": "Su #13",
        "zhidu_received_at": "2026-05-06T01:00:00.000Z", "zhidu_sum": 3,
        "preferences": {"zhidu": {"done": ["asked:name"], "observed": True}},
    }  # fmt: skip
    given = facts(one_read(**stored))
    told = text(policy, verdict(given), given, observed=True)
    for line in (
        "  owner          Agnes Chen",
        "  flags          amount, media",
        "  case_owner     Su Chen",
        "  received_at    Wed 2026-05-06 09:00",
        "  sum            3",
        "  unreadable     kind",
        "  remembered     asked:name",
        "observed in silence",
    ):
        assert line in told


def test_articles_are_told_without_their_words(policy: Policy) -> None:
    rows = [
        article(body="再不处理我就找媒体曝光，多扣了300元"),
        article(2, "Agent", "note", internal=True, preferences={"zhidu": {"key": "k"}}),
    ]
    given = facts(one_read(rows))
    read = policy.extractor.features("", "再不处理我就找媒体曝光，多扣了300元", "text/plain")
    given = replace(given, articles=tuple(replace(each, features=read) for each in given.articles))
    told = text(policy, verdict(given), given)
    media = [line.strip() for line in told.splitlines() if line.strip().startswith("media ")]
    assert media == [f"media {read.weight('media'):g}: 记者 … 采访 +3"], "each phrase once, of the customer alone"
    assert "customer, web, public" in told
    assert "zhidu, note, internal" in told
    assert "sum 300" in told
    assert "再不处理" not in told


def test_the_reading_is_told_and_whose_word_stands(policy: Policy) -> None:
    """2.1 the deciding message on one line; a person's correction is named with who made it and when."""
    given = facts(one_read([article(body="我要投诉，柜员态度恶劣")]))
    read = policy.extractor.features("", "我要投诉，柜员态度恶劣", "text/plain")
    change = Change(at=NOW - HOUR, by=AGNES, field="kind", old="complaint", new="inquiry")
    given = replace(
        given, articles=tuple(replace(a, features=read) for a in given.articles), history=(*given.history, change)
    )
    told = text(policy, verdict(given), given)
    reading = explained(policy, verdict(given), given).reading
    assert reading is not None
    assert "投诉 +" in reading_line(reading)
    assert f"\nreading\n  {reading_line(reading)}\n" in told
    assert "  Agnes Chen set kind at Wed 2026-05-06 10:00, which stands" in told
    assert explained(policy, verdict(given), given).as_json()["reading"] == reading_line(reading)


def test_decisions_and_what_was_not_decided(policy: Policy) -> None:
    given = facts(one_read(owner_id=AGNES))
    judged = replace(
        verdict(given, Assign(owner=SUP), Route(group="Users")),
        overruled=(decision(Assign(owner=AGNES), rule="t.other"),),
        conflicts=(Conflict(slot="ticket.state", sides=(decision(Assign(owner=SUP)), decision(Assign(owner=None)))),),
        failures=(RuleFailure(rule="v.rule", clauses=("4.3.2",), error="KeyError"),),
        skipped=("w",),
    )
    whole = explained(policy, judged, given, owner_id=AGNES)
    told = "\n".join(whole.lines())
    for line in (
        " *4.3.2  t.rule: assign owner=Su Chen\n         It is so",
        "  4.3.2  t.rule: route group=Users",
        " -4.3.2  t.other: assign owner=Agnes Chen (overruled)",
        "! conflict about ticket.state, nothing is done: t.rule wants assign owner=Su Chen / t.rule wants assign",
        "! rule v.rule (4.3.2) failed: KeyError",
        "! module w did not decide",
    ):
        assert line in told
    rule = next(rule for module in policy.modules for rule in module.rules)
    silent = f"{rule.name}: {rule.doc.splitlines()[0]}"
    assert silent not in told
    count = sum(len(module.rules) for module in policy.modules)
    assert f"\n{count} rules had nothing to say (--all lists them)\n" in told
    assert silent in "\n".join(whole.lines(silent=True))
    machine = json.loads(json.dumps(whole.as_json()))
    assert machine["ticket"] == 7
    assert machine["at"] == "2026-05-06T03:00:00Z"
    assert machine["decisions"][0] == {
        "rule": "t.rule", "clauses": ["4.3.2"], "because": "It is so", "action": {"assign": {"owner": SUP}},
    }  # fmt: skip
    assert (len(machine["overruled"]), machine["skipped"]) == (1, ["w"])
    assert machine["conflicts"][0]["slot"] == "ticket.state"
    assert machine["failures"] == [{"rule": "v.rule", "error": "KeyError"}]
    assert machine["facts"]["owner"] == AGNES


PLANS: dict[str, tuple[Any, str]] = {
    "a field": (SetField(field="kind", value="task"), "kind: - → task   [t.rule 4.3.2] It is so"),
    "a list": (SetField(field="flags", value=frozenset({"media", "amount"})), "flags: - → amount, media   ["),
    "a time": (SetField(field="promised_at", value=NOW), "promised_at: - → 2026-05-06T03:00:00Z   ["),
    "an owner": (Assign(owner=SUP), "owner: - → 13   ["),
    "a tag": (Tag(name="vip"), "tag + vip"),
    "a link": (Link(ticket=88), "link + 88"),
    "no tag": (Untag(name="old"), "tag - old"),
    "a note": (Note(key="n", text=plain("a\nb")), "note: It is a / b"),
    "a reply": (Reply(key="r", text=say("words.reply", what="ok"), send="auto"), "reply: It is so   [t.rule 4.3.2]"),
    "a mail": (Tell(key="t", person=SUP, text=plain("x")), "mail: tell text=words.plain key=t person=Su Chen how=mail"),
    "a finding": (
        Find(key="f", code="late", text=plain("x"), person=AGNES),
        "finding: find text=words.plain key=f code=late person=Agnes Chen",
    ),
    "a rung": (RunClock(clock=clock(), reached=("50%",)), "rung: clock name=answer"),
    "a field that is not there": (SetField(field="sum", value=3), "not written, the helpdesk has no such field: sum"),
}  # fmt: skip


@pytest.mark.parametrize(("action", "line"), PLANS.values(), ids=PLANS)
def test_plans_in_lines(action: Any, line: str) -> None:
    read = one_read(tags=("old",))
    given = facts(read)
    lines = list(plan_lines(planner().plan(verdict(given, action), given, read), voice()))
    assert any(one.startswith(line) for one in lines), lines


def test_no_plan_no_lines() -> None:
    given = facts(one_read())
    assert list(plan_lines(planner().plan(verdict(given), given, one_read()), voice())) == []
