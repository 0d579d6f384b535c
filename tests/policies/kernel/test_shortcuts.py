"""Evaluation takes shortcuts: rules sorted out beforehand, copies not made, derived values handed on.

Of whatever ticket it is asked, it says what evaluation without any of them says.
"""

import gc
import random
import weakref
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from types import MappingProxyType
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from policies.kernel import evaluate as evaluating
from policies.kernel import rounds
from policies.kernel.decisions import KEYED, Decision, Note, RunClock
from policies.kernel.evaluate import Unit, Verdict, evaluate
from policies.kernel.facts import Article, Change, Desk, Facts, Fired, Memory, Person, Post, Related, Ticket
from policies.kernel.glance import bits
from policies.kernel.moments import same_run
from policies.kernel.once import once_key
from policies.kernel.overlay import SITUATION, _lay
from policies.kernel.rounds import Plan
from policies.kernel.text.features import EMPTY
from policies.kernel.vocabulary import FLAGS, KINDS, OPTIONS, SEVERITIES, STAGES
from zhidu.policy import Policy, load_policy

TRIES = settings(max_examples=150, deadline=None, derandomize=True)
NOW = datetime(2026, 5, 6, 7, 0, tzinfo=UTC)
GROUPS = ("Service", "Complaints", "Cards")
PEOPLE = {
    11: Person(id=11, post=Post.SPECIALIST, groups=frozenset(GROUPS)),
    12: Person(id=12, post=Post.SPECIALIST, groups=frozenset(GROUPS), away=True, stands_in=11),
    13: Person(id=13, post=Post.SUPERVISOR, groups=frozenset(GROUPS)),
    14: Person(id=14, post=Post.MANAGER, groups=frozenset(GROUPS)),
}
DESKS = {
    "Service": Desk(group="Service", supervisor=13, manager=14, kind="inquiry"),
    "Complaints": Desk(group="Complaints", supervisor=13, deputy=12, manager=14, kind="complaint"),
    "Cards": Desk(group="Cards", manager=14, department="Cards"),
}
ME = 99
TEXTS = (
    "我要投诉！贵行扣了我12万元，如果再不解决我就向银保监会投诉并找媒体曝光。",
    "Please tell me when my card comes.",
    "Thank you, all is well.",
    "对处理结果非常不满意，我要求退款。",
)
ANSWERS = ("非常抱歉给您带来不便，我们将在三个工作日内答复。", "We are sorry. We will come back to you by Friday.")


def plain_overlay(facts: Facts, decisions: Iterable[Decision]) -> Facts:
    wanted: dict[str, Any] = {}
    for decision in decisions:
        _lay(decision, facts.ticket, wanted)
    changed = {name: value for name, value in wanted.items() if getattr(facts.ticket, name) != value}
    if not changed:
        return facts
    return replace(facts, ticket=replace(facts.ticket, **changed), read=facts.read or facts.ticket)


def plain_remember(memory: Memory, decisions: Iterable[Decision]) -> Memory:
    fired, done, situation = dict(memory.fired), set(memory.done), memory.situation
    for decision in decisions:
        action = decision.action
        if isinstance(action, RunClock):
            known = fired.get(action.clock.name)
            if known is None or not same_run(known.run, action.clock.run):
                known = Fired(run=action.clock.run)
            if action.reached:
                fired[action.clock.name] = replace(known, rungs=known.rungs | set(action.reached))
        elif isinstance(action, Note) and action.key.startswith(SITUATION):
            situation = action.key.removeprefix(SITUATION)
        elif isinstance(action, KEYED) and "/" not in action.key:
            done.add(once_key(decision.module, action))
    return replace(memory, fired=MappingProxyType(fired), done=frozenset(done), situation=situation)


class PlainRound(rounds.Round):
    """Every rule is looked at in order, and asked where the ticket as it stands then is one that it is for."""

    def ask(self, plan: Plan) -> None:
        for unit in plan.units:
            self.one(unit)

    def one(self, unit: Unit) -> None:
        if unit.name in self.out or not unit.above.isdisjoint(self.failures):
            return
        taken: list[Decision] = []
        before = self.facts
        for rule in unit.rules:
            asked = rule.phase == self.phase and rule.kind in (None, self.facts.ticket.kind or "")
            if asked and rule.when.holds(bits(replace(self.facts))):
                self._go_through(unit, ((0, rule),), unit.config_for(before.ticket.since), taken)
                if unit.name in self.failures:
                    self.facts = before
                    return
        for decision in taken:
            self._contend(unit, decision)


def plainly(units: Sequence[Unit], facts: Facts) -> Verdict:
    """The verdict without shortcuts."""
    with pytest.MonkeyPatch.context() as patch:
        for module in (evaluating, rounds):
            patch.setattr(module, "overlay", plain_overlay)
        patch.setattr(evaluating, "remember", plain_remember)
        patch.setattr(evaluating, "recalled", lambda facts, memory: replace(facts, memory=memory))
        patch.setattr(evaluating, "summed_up", lambda facts, decided: replace(facts, decided=decided))
        patch.setattr(evaluating, "Round", PlainRound)
        return evaluate(units, facts)


@pytest.fixture(scope="module")
def policy() -> Policy:
    return load_policy(None, enabled=("core", "complaints"))


class Dice:
    """Facts by chance, the same for the same seed."""

    def __init__(self, policy: Policy, seed: int) -> None:
        self.policy, self.chance = policy, random.Random(seed)

    def facts(self) -> Facts:
        pick, chance = self.chance.choice, self.chance
        ticket = self.ticket()
        rungs = frozenset(chance.sample(("50%", "80%", "100%", "+1wd"), 2))
        fired = {name: Fired(run=f"{name}@2026-05-05T01:00:00Z", rungs=rungs) for name in ("owner", "resolve")}
        return Facts(
            now=NOW,
            ticket=ticket,
            articles=tuple(sorted((self.article(id) for id in range(chance.randrange(5))), key=lambda a: a.at)),
            history=tuple(sorted((self.change() for _ in range(chance.randrange(12))), key=lambda c: c.at)),
            people=PEOPLE,
            desks=DESKS,
            calendars=self.policy.calendars,
            memory=Memory(fired=MappingProxyType(fired if pick((True, False)) else {})),
            related=pick((Related(), Related(earlier=(5,), same_cause=4, linked=(5,)))),
            me=ME,
        )

    def at(self) -> datetime:
        return NOW - timedelta(minutes=self.chance.randrange(1, 15_000))

    def ticket(self) -> Ticket:
        pick, chance = self.chance.choice, self.chance
        state = pick(("new", "open", "open", "pending reminder", "closed", "merged"))
        options = {
            name: pick((None, None, *OPTIONS[name][1:])) for name in ("extension", "waiting_for", "satisfaction")
        }
        return Ticket(
            id=1,
            group=pick(GROUPS),
            owner=pick((None, *PEOPLE)),
            customer=500,
            state=state,
            state_type=state,
            priority=pick((1, 2, 3)),
            created_at=NOW - timedelta(minutes=chance.randrange(15_000, 40_000)),
            updated_at=NOW,
            closed_at=self.at() if state == "closed" else None,
            kind=pick((None, "complaint", "complaint", *KINDS)),
            severity=pick((None, *SEVERITIES)),
            flags=frozenset(chance.sample(FLAGS, chance.randrange(3))),
            stage=pick((None, *STAGES)),
            case_owner=pick((None, *PEOPLE)),
            received_at=pick((None, NOW - timedelta(days=40))),
            next_due_at=pick((None, self.at())),
            cause=pick((None, "费用")),
            responsible=pick((None, "Cards")),
            remedy=pick((None, "退款")),
            nonsense=pick((frozenset(), frozenset({"severity"}))),
            **options,  # type: ignore[arg-type]
        )

    def article(self, id: int) -> Article:
        pick, extractor = self.chance.choice, self.policy.extractor
        if pick((True, False)):
            features = extractor.features("", pick(TEXTS), "text/plain")
            return Article(id=id, at=self.at(), sender="customer", by=500, channel="email", features=features)
        key = pick((None, None, "1:note:x"))
        text = pick(ANSWERS)
        return Article(
            id=id, at=self.at(), sender="agent", by=pick((11, 13, ME)), channel=pick(("email", "note")), key=key,
            features=EMPTY if key else extractor.features("", text, "text/plain"),
            wording=None if key else extractor.wording(text, "text/plain"),
        )  # fmt: skip

    def change(self) -> Change:
        pick = self.chance.choice
        words = {
            "state": ("new", "open", "pending reminder", "closed"),
            "owner": ("1", "11", "13"),
            "group": GROUPS,
            "severity": SEVERITIES,
            "kind": KINDS,
            "flags": ('["regulator"]', "[]", '["media", "repeat"]'),
            **{name: OPTIONS[name] for name in ("extension", "close_approval", "waiting_for", "satisfaction", "stage")},
        }
        field = pick(tuple(words))
        return Change(
            at=self.at(), by=pick((11, 13, 14, ME)), field=field, old=pick(words[field]), new=pick(words[field])
        )


@TRIES
@given(seed=st.integers(0, 10**9))
def test_the_shortcuts_change_nothing(policy: Policy, seed: int) -> None:
    facts = Dice(policy, seed).facts()
    quick, plain = evaluate(policy.units, facts), plainly(policy.units, facts)
    for name in ("decisions", "running", "overruled", "conflicts", "failures", "skipped", "memory"):
        assert getattr(quick, name) == getattr(plain, name)
    assert (quick.facts.ticket, quick.facts.read) == (plain.facts.ticket, plain.facts.read)


def test_the_tickets_are_worth_asking_about(policy: Policy) -> None:
    """Among them are all that shortcuts are about: decided kinds, rounds that follow, conflicts of memory, closings."""
    seen = [(facts, evaluate(policy.units, facts)) for facts in (Dice(policy, seed).facts() for seed in range(150))]
    assert any(facts.ticket.kind is None and verdict.facts.ticket.kind for facts, verdict in seen)
    assert any(facts.ticket.group != verdict.facts.ticket.group or verdict.facts.read for facts, verdict in seen)
    assert any(facts.memory != verdict.memory for facts, verdict in seen)
    assert any(facts.ticket.closed != verdict.facts.ticket.closed for facts, verdict in seen)
    assert not any(verdict.failures for _, verdict in seen)
    rules = {decision.rule for _, verdict in seen for decision in verdict.decisions}
    assert len(rules) > 30


def test_what_is_kept_on_facts_makes_no_ring(policy: Policy) -> None:
    """Facts go when nobody needs them, without the collector: thousands of looks would wait for it otherwise."""
    whole = load_policy(None)
    rolls = [Dice(policy, seed).facts() for seed in range(60)]
    kinds = [replace(facts, ticket=replace(facts.ticket, kind=kind)) for kind in KINDS for facts in rolls[:12]]
    gc.collect()
    gc.disable()
    try:
        seen = [weakref.ref(evaluate(whole.units, replace(facts)).facts) for facts in (*rolls, *kinds)]
        assert [ref() for ref in seen if ref() is not None] == []
    finally:
        gc.enable()
