"""Evaluation: slots and who wins them, conflicts, failures, loops, rest, and what is remembered."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from types import MappingProxyType

import pytest

from policies.kernel.calendar import CalendarFile, WorkingCalendar
from policies.kernel.deadlines import Clock, Ladder, Rung
from policies.kernel.decisions import (
    Action,
    Assign,
    Find,
    Link,
    Note,
    Prioritise,
    RunClock,
    Say,
    SetField,
    Tag,
    Tell,
    Untag,
    say,
)
from policies.kernel.evaluate import MOST_DECISIONS, RuleTimeout, Unit, evaluate
from policies.kernel.facts import Facts, Fired, Memory, Ticket
from policies.kernel.rules import Rule, rule
from policies.kernel.spec import Spec

NOW = datetime(2026, 5, 6, 1, 0, tzinfo=UTC)
OFFICE = WorkingCalendar.build(
    "default", CalendarFile.model_validate({"zone": "Asia/Shanghai", "hours": {"mon-fri": ["09:00-18:00"]}})
)
WHY = say("why")
Wants = Iterator[tuple[Action, Say]]


def facts(**changed: object) -> Facts:
    ticket = {"id": 1, "created_at": NOW, "updated_at": NOW} | changed
    memory = ticket.pop("memory", Memory())
    assert isinstance(memory, Memory)
    return Facts(now=NOW, ticket=Ticket(**ticket), calendars={"default": OFFICE}, memory=memory)  # type: ignore[arg-type]


def unit(
    name: str, *judges: Callable[[Facts, object], Wants], above: tuple[str, ...] = (), phase: str = "decide"
) -> Unit:
    rules = tuple(
        Rule(name=f"{name}.{j.__name__}", clauses=("4.3.3",), doc="x", kind=None, phase=phase, judge=j)  # type: ignore[arg-type]
        for j in judges
    )
    return Unit(name=name, config=None, rules=rules, above=frozenset(above))


def wants(*actions: Action) -> Callable[[Facts, object], Wants]:
    def judge(facts: Facts, config: object) -> Wants:
        for action in actions:
            yield action, WHY

    return judge


def chosen(*units: Unit, given: Facts | None = None) -> list[Action]:
    return [decision.action for decision in evaluate(units, given or facts()).decisions]


LOW, HIGH = Prioritise(priority=1), Prioritise(priority=3)
SLOTS = {
    "the later rule of one module wins": ((unit("a", wants(LOW), wants(HIGH)),), [HIGH], [LOW], 0),
    "a module that depends on the other wins": (
        (unit("a", wants(LOW)), unit("b", wants(HIGH), above=("a",))),
        [HIGH],
        [LOW],
        0,
    ),
    "unrelated modules that disagree are a conflict": ((unit("a", wants(LOW)), unit("b", wants(HIGH))), [], [], 1),
    "unrelated modules that agree both stand": ((unit("a", wants(HIGH)), unit("b", wants(HIGH))), [HIGH, HIGH], [], 0),
    "a depending module that agrees overrules nothing": (
        (unit("a", wants(HIGH)), unit("b", wants(HIGH), above=("a",))),
        [HIGH, HIGH],
        [],
        0,
    ),
}


@pytest.mark.parametrize(("units", "decided", "overruled", "conflicts"), SLOTS.values(), ids=SLOTS)
def test_slots(units: tuple[Unit, ...], decided: list[Action], overruled: list[Action], conflicts: int) -> None:
    verdict = evaluate(units, facts())

    assert [d.action for d in verdict.decisions] == decided
    assert {d.action for d in verdict.overruled} == set(overruled)
    assert len(verdict.conflicts) == conflicts
    assert not verdict.failures


def test_a_conflict_names_both_sides() -> None:
    verdict = evaluate((unit("a", wants(LOW)), unit("b", wants(HIGH))), facts())

    [conflict] = verdict.conflicts
    assert (conflict.slot, [side.rule for side in conflict.sides]) == ("ticket.priority", ["a.judge", "b.judge"])
    assert verdict.facts.ticket.priority == 2


def test_rules_see_what_was_decided_before_them() -> None:
    def sees(facts: Facts, config: object) -> Wants:
        if facts.ticket.priority == 3:
            yield Tag(name="urgent"), WHY

    assert chosen(unit("a", wants(HIGH)), unit("b", sees)) == [Tag(name="urgent"), HIGH]


def test_decisions_that_call_for_others_come_to_rest_in_one_evaluation() -> None:
    def first(facts: Facts, config: object) -> Wants:
        if facts.ticket.owner == 7:
            yield Tag(name="owned"), WHY

    verdict = evaluate((unit("a", first, wants(Assign(owner=7))),), facts())

    assert {d.action for d in verdict.decisions} == {Tag(name="owned"), Assign(owner=7)}
    assert verdict.facts.ticket.tags == {"owned"}
    assert verdict.facts.read is not None
    assert verdict.facts.read.owner is None


def raises(facts: Facts, config: object) -> Wants:
    yield HIGH, WHY
    raise RuntimeError("no such\nthing")


def silent(facts: Facts, config: object) -> Wants:
    raise RuntimeError
    yield HIGH, WHY


def endless(facts: Facts, config: object) -> Wants:
    while True:
        yield Tag(name="again"), WHY


def too_slow(facts: Facts, config: object) -> Wants:
    yield HIGH, WHY
    raise RuleTimeout


FAILURES = {
    "a rule that raises": (raises, "RuntimeError: no such thing"),
    "a rule that raises without a word": (silent, "RuntimeError"),
    "a rule that never ends": (endless, f"wanted more than {MOST_DECISIONS} things of one ticket; does it loop?"),
    "a rule that was stopped": (too_slow, "stopped, it took too long"),
}


@pytest.mark.parametrize(("judge", "error"), FAILURES.values(), ids=FAILURES)
def test_failures_take_out_their_module_and_what_depends_on_it(
    judge: Callable[[Facts, object], Wants], error: str
) -> None:
    others = (
        unit("b", wants(LOW), above=("a",)),
        unit("c", wants(Tag(name="c"))),
    )

    verdict = evaluate((unit("a", wants(Tag(name="a")), judge), *others), facts())

    assert [(f.rule, f.error, f.clauses) for f in verdict.failures] == [(f"a.{judge.__name__}", error, ("4.3.3",))]
    assert verdict.skipped == ("b",)
    assert [d.action for d in verdict.decisions] == [Tag(name="c")]


def test_two_rules_that_undo_one_another_never_come_to_rest() -> None:
    def up(facts: Facts, config: object) -> Wants:
        if facts.ticket.priority < 3:
            yield HIGH, WHY

    def down(facts: Facts, config: object) -> Wants:
        if facts.ticket.priority == 3:
            yield Prioritise(priority=2), WHY
            yield Tag(name=f"seen{len(facts.ticket.tags)}"), WHY

    verdict = evaluate((unit("a", up, down),), facts())

    assert [f.error.partition(":")[0] for f in verdict.failures] == ["the decisions never come to rest"]


def test_tags_that_never_rest_take_their_module_out() -> None:
    def flip(facts: Facts, config: object) -> Wants:
        yield Tag(name=f"t{len(facts.ticket.tags)}"), WHY

    verdict = evaluate((unit("a", flip, wants(HIGH)), unit("b", wants(Assign(owner=7)))), facts())

    assert [d.action for d in verdict.decisions] == [Assign(owner=7)]
    [failure] = verdict.failures
    assert (failure.rule, failure.error) == ("a.flip", "the decisions never come to rest: a.flip")


def test_a_ticket_that_is_over_is_left_alone() -> None:
    for over in ("merged", "removed"):
        verdict = evaluate((unit("a", wants(HIGH)),), facts(state_type=over))
        assert verdict.decisions == ()


KEYED = (
    Note(key="n", text=WHY),
    Tell(key="t", person=1, text=WHY),
    Find(key="f", code="c", text=WHY),
)


@pytest.mark.parametrize("action", KEYED, ids=lambda action: type(action).__name__)
def test_a_key_is_acted_on_once(action: Note | Tell | Find) -> None:
    """Twice in one evaluation it is one decision; what memory holds is not decided again."""
    units = (unit("a", wants(action), wants(action)),)
    verdict = evaluate(units, facts())

    assert [d.action for d in verdict.decisions] == [action]
    assert verdict.memory.done == {f"a.{action.key}"}
    assert chosen(*units, given=facts(memory=verdict.memory)) == []


def clock(*rungs: str, start: datetime = NOW - timedelta(hours=3)) -> Clock:
    ladder = Ladder(tuple(Rung.parse(at) for at in rungs))
    return Clock(name="c", clauses=("4.3.2",), started_at=start, within=Spec(2, "h"), calendar=OFFICE, ladder=ladder)


def test_rungs_reached_are_remembered_and_the_clock_runs_on() -> None:
    action = RunClock(clock=clock("50%", "100%"), reached=("50%", "100%"))
    verdict = evaluate((unit("a", wants(action)),), facts())

    assert verdict.running == (action,)
    assert verdict.memory.fired == {"c": Fired(run=action.clock.run, rungs=frozenset({"50%", "100%"}))}


def test_a_clock_that_its_own_effect_ends_is_told_of_but_runs_no_more() -> None:
    def waits(facts: Facts, config: object) -> Wants:
        if facts.ticket.owner is None:
            yield RunClock(clock=clock("100%"), reached=("100%",)), WHY
            yield Assign(owner=7), WHY

    verdict = evaluate((unit("a", waits),), facts())

    assert verdict.running == ()
    assert [type(d.action) for d in verdict.decisions] == [Assign, RunClock]


def test_rungs_of_two_rounds_are_joined() -> None:
    def runs(facts: Facts, config: object) -> Wants:
        known = facts.memory.fired.get("c")
        yield RunClock(clock=clock("50%", "100%"), reached=() if known else ("50%",)), WHY
        if not known:
            yield Assign(owner=7), WHY

    [running] = evaluate((unit("a", runs),), facts()).running

    assert running.reached == ("50%",)


def test_sum_up_sees_what_was_decided_and_runs_once() -> None:
    seen: list[int] = []

    def sums(facts: Facts, config: object) -> Wants:
        seen.append(len(facts.decided))
        yield Note(key="situation:x", text=WHY), WHY

    verdict = evaluate((unit("a", wants(HIGH)), unit("b", sums, phase="sum_up")), facts())

    assert seen == [1]
    assert verdict.memory.situation == "x"
    assert verdict.memory.done == frozenset()


def test_a_rule_of_another_kind_is_not_asked() -> None:
    @rule("4.3.3", kind="complaint")
    def only_complaints(facts: Facts, config: object) -> Wants:
        """Complaints alone."""
        yield HIGH, WHY

    units = (Unit(name="a", config=None, rules=(only_complaints,)),)

    assert chosen(*units) == []
    assert chosen(*units, given=facts(kind="complaint")) == [HIGH]


def test_a_tag_that_is_taken_away_and_fields_of_other_modules_are_laid_over() -> None:
    verdict = evaluate(
        (unit("a", wants(Untag(name="old"), SetField(field="extra", value="x"))),), facts(tags=frozenset({"old"}))
    )

    assert verdict.facts.ticket.tags == frozenset()
    assert verdict.facts.ticket.custom == MappingProxyType({"extra": "x"})


def test_a_module_that_fails_in_a_later_round_leaves_nothing_of_earlier_ones() -> None:
    """Neither its own decisions, nor those of modules that need it, nor what others decided because of them."""

    def fails_when_owned(facts: Facts, config: object) -> Wants:
        if facts.ticket.owner == 7:
            raise RuntimeError("round two")
        yield Assign(owner=7), WHY
        yield Note(key="n", text=WHY), WHY

    def follows(facts: Facts, config: object) -> Wants:
        yield Tag(name="owned" if facts.ticket.owner == 7 else "free"), WHY

    units = (
        unit("a", fails_when_owned),
        unit("b", wants(HIGH), above=("a",)),
        unit("c", follows),
    )
    verdict = evaluate(units, facts())

    assert [d.action for d in verdict.decisions] == [Tag(name="free")]
    assert (verdict.facts.ticket.owner, verdict.memory) == (None, Memory())
    assert [(f.rule, f.error) for f in verdict.failures] == [("a.fails_when_owned", "RuntimeError: round two")]
    assert verdict.skipped == ("b",)


def test_a_module_that_fails_when_it_sums_up_decides_nothing() -> None:
    def sums(facts: Facts, config: object) -> Wants:
        raise RuntimeError
        yield HIGH, WHY

    [summing] = unit("a", sums, phase="sum_up").rules
    deciding = unit("a", wants(HIGH))
    whole = Unit(name="a", config=None, rules=(*deciding.rules, summing))
    verdict = evaluate((whole, unit("b", wants(Tag(name="b")))), facts())

    assert [d.action for d in verdict.decisions] == [Tag(name="b")]
    assert [f.rule for f in verdict.failures] == ["a.sums"]


def test_a_conflict_of_a_later_round_takes_the_slot_out_of_all_rounds() -> None:
    def low_when_owned(facts: Facts, config: object) -> Wants:
        if facts.ticket.owner == 7:
            yield LOW, WHY

    def seen(facts: Facts, config: object) -> Wants:
        if facts.ticket.priority == 3:
            yield Tag(name="high"), WHY

    units = (unit("a", wants(HIGH)), unit("b", low_when_owned), unit("c", wants(Assign(owner=7))), unit("d", seen))
    verdict = evaluate(units, facts())

    assert [d.action for d in verdict.decisions] == [Assign(owner=7)]
    assert verdict.facts.ticket.priority == facts().ticket.priority
    [conflict] = verdict.conflicts
    sides = [(side.rule, side.clauses) for side in conflict.sides]
    assert (conflict.slot, sides) == (
        "ticket.priority",
        [("a.judge", ("4.3.3",)), ("b.low_when_owned", ("4.3.3",))],
    )


def test_two_modules_that_undo_one_another_leave_the_slot_as_it_is_and_the_rest_stands() -> None:
    def up(facts: Facts, config: object) -> Wants:
        if facts.ticket.priority < 3:
            yield HIGH, WHY

    def down(facts: Facts, config: object) -> Wants:
        if facts.ticket.priority == 3:
            yield Prioritise(priority=2), WHY

    above, below = unit("a", up), unit("b", down)
    for pair in ((above, below), (below, above)):
        verdict = evaluate((*pair, unit("c", wants(Assign(owner=7)))), facts(priority=1))

        assert [d.action for d in verdict.decisions] == [Assign(owner=7)]
        assert verdict.facts.ticket.priority == 1
        assert [conflict.slot for conflict in verdict.conflicts] == ["ticket.priority"]


def test_what_never_rests_names_its_slot_its_rules_and_clauses() -> None:
    def flip(facts: Facts, config: object) -> Wants:
        yield Prioritise(priority=1 if facts.ticket.priority == 3 else 3), WHY

    verdict = evaluate((unit("a", flip), unit("b", wants(Tag(name="b")))), facts())

    assert [d.action for d in verdict.decisions] == [Tag(name="b")]
    [failure] = verdict.failures
    assert (failure.rule, failure.clauses) == ("a.flip", ("4.3.3",))
    assert failure.error == "the decisions never come to rest: a.flip (left as it is: ticket.priority)"


def test_a_chain_within_the_rounds_is_no_loop() -> None:
    def climbs(facts: Facts, config: object) -> Wants:
        if facts.ticket.priority < 3:
            yield Prioritise(priority=facts.ticket.priority + 1), WHY

    verdict = evaluate((unit("a", climbs),), facts(priority=1))

    assert ([d.action for d in verdict.decisions], verdict.failures) == ([HIGH], ())


def test_modules_whose_keys_are_alike_do_not_silence_one_another() -> None:
    note, tell = Note(key="n", text=WHY), Tell(key="n", person=1, text=say("other"))
    units = (unit("a", wants(note)), unit("b", wants(tell)))
    verdict = evaluate(units, facts())

    assert [d.action for d in verdict.decisions] == [note, tell]
    assert verdict.memory.done == {"a.n", "b.n"}
    assert chosen(*units, given=facts(memory=Memory(done=frozenset({"a.n"})))) == [tell]


def test_a_key_remembered_before_keys_told_their_module_counts_for_every_module() -> None:
    units = (unit("a", wants(Note(key="n", text=WHY))), unit("b", wants(Find(key="n", code="c", text=WHY))))

    assert chosen(*units, given=facts(memory=Memory(done=frozenset({"n"})))) == []


def test_two_tickets_are_linked_once_whichever_module_wants_it() -> None:
    verdict = evaluate((unit("a", wants(Link(ticket=9))), unit("b", wants(Link(ticket=9)))), facts())

    assert [d.action for d in verdict.decisions] == [Link(ticket=9)]
    assert verdict.memory.done == {"link:9"}
