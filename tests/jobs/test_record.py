"""What an evaluation leaves behind as rows."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import MappingProxyType
from typing import Any

import pytest

from integrations.store.records import ClockStatus, FindingStatus
from integrations.store.store import Store, open_store
from integrations.zammad.errors import Refused
from jobs.record import Recorder, clock_rows, fired_rungs
from jobs.troubles import Troubles
from policies.kernel.deadlines import Clock, Pause
from policies.kernel.decisions import Assign, Find, Note, RunClock, SetField, Tag, Tell
from policies.kernel.evaluate import Conflict, RuleFailure, Verdict
from policies.kernel.facts import Facts, Fired, Memory
from policies.kernel.spec import Spec
from tests.integrations.zammad.tickets import (
    AGNES,
    CALENDARS,
    EVA,
    ME,
    NOW,
    SUP,
    answer,
    article,
    decision,
    facts,
    one_read,
    plain,
    planner,
    verdict,
    voice,
)
from tests.prepared import migrated

HOUR = timedelta(hours=1)
RECORDER = Recorder(voice=lambda facts: voice(), policy="p-1")


def clock(within: str | None = "4h", **fields: Any) -> RunClock:
    base: dict[str, Any] = {
        "name": "answer", "clauses": ("4.1.3", "1.3.1"), "started_at": NOW - HOUR, "calendar": CALENDARS["default"],
        "within": None if within is None else Spec.parse(within),
    }  # fmt: skip
    return RunClock(clock=Clock(**base | fields))


CLOCKS: dict[str, tuple[RunClock, dict[str, Any]]] = {
    "running": (clock(), {"status": ClockStatus.RUNNING, "due_at": NOW + 3 * HOUR, "next_at": NOW + 3 * HOUR}),
    "breached": (clock("30m"), {"status": ClockStatus.BREACHED, "due_at": NOW - HOUR / 2, "next_at": None}),
    "met": (clock(met_at=NOW), {"status": ClockStatus.MET, "next_at": None}),
    "met late": (clock("30m", met_at=NOW), {"status": ClockStatus.MET, "next_at": None}),
    "paused, for who knows how long": (
        clock("4h", pauses=(Pause(from_at=NOW - HOUR / 2),)),
        {"status": ClockStatus.PAUSED, "due_at": NOW + 3 * HOUR, "next_at": None},
    ),
    "paused until": (
        clock("4h", pauses=(Pause(from_at=NOW - HOUR / 2, until_at=NOW + HOUR),)),
        {"status": ClockStatus.PAUSED, "due_at": NOW + 4.5 * HOUR, "next_at": NOW + HOUR},
    ),
    "a promise": (clock(None, until_at=NOW + HOUR), {"due_at": NOW + HOUR, "provisional": False}),
    "provisional": (
        clock("3wd", started_at=datetime(2030, 5, 6, 1, tzinfo=UTC)),
        {"status": ClockStatus.RUNNING, "provisional": True},
    ),
}


@pytest.mark.parametrize(("running", "row"), CLOCKS.values(), ids=CLOCKS)
def test_clocks_as_they_stand(running: RunClock, row: dict[str, Any]) -> None:
    judged = replace(verdict(facts(one_read())), running=(running,))
    (found,) = clock_rows(judged)
    assert {name: getattr(found, name) for name in row} == row
    assert (found.name, found.clause, found.run) == ("answer", "4.1.3", running.clock.run)


def test_a_clock_of_several_rules_is_one_row_the_last() -> None:
    judged = replace(verdict(facts(one_read())), running=(clock("2h"), clock("4h")))
    assert [row.due_at for row in clock_rows(judged)] == [NOW + 3 * HOUR]
    assert clock_rows(replace(judged, running=())) == ()


def test_rungs_of_another_run_do_not_count() -> None:
    one = clock()
    for run, same in ((one.clock.run, True), ("answer@older", False)):
        memory = Memory(fired=MappingProxyType({"answer": Fired(run=run, rungs=frozenset({"100%"}))}))
        judged = replace(verdict(facts(one_read()), memory=memory), running=(one,))
        (row,) = clock_rows(judged)
        assert (row.run == run) == same


def rows(judged: Verdict, given: Facts) -> Any:
    plan = planner().plan(judged, given, one_read())
    return RECORDER.decisions(plan, judged, "c")


def test_a_decision_as_a_row() -> None:
    given = facts(one_read())
    (row,) = rows(verdict(given, Assign(owner=AGNES)), given)
    assert (row.ticket_id, row.case_id, row.at, row.rule, row.clauses, row.slot) == (
        7, "c", NOW, "t.rule", ("4.3.2",), "ticket.owner",
    )  # fmt: skip
    assert (row.action, row.because, row.policy) == ("assign owner=11", "It is so", "p-1")


def test_an_occasion_is_the_same_when_repeated_and_no_other() -> None:
    given = facts(one_read())
    again = replace(given, now=NOW + HOUR)
    wanted = (Assign(owner=AGNES), SetField(field="kind", value="task"), Tag(name="t"), Note(key="n", text=plain("x")))
    first = [row.occasion for row in rows(verdict(given, *wanted), given)]
    assert first == [row.occasion for row in rows(verdict(again, *wanted), again)]
    assert len(set(first)) == 4
    later = facts(one_read(updated_at="2026-05-06T02:30:00.000Z"))
    moved = [row.occasion for row in rows(verdict(later, *wanted), later)]
    assert set(first).isdisjoint(moved)


def test_findings_with_whose_they_are_and_who_waived_them() -> None:
    given = facts(one_read())
    late = Find(key="late", code="late", text=plain("late"), person=AGNES, grave=True)
    waived = Find(key="left", code="left", text=plain("left"), waived_by=SUP)
    judged = verdict(given, late, waived)
    found = list(RECORDER.findings(planner().plan(judged, given, one_read()), judged, "c"))
    assert [(f.key, f.person_id, f.grave, f.evidence, f.clause, by) for f, by in found] == [
        ("7:late", AGNES, True, "It is late", "4.3.2", None),
        ("7:left", None, False, "It is left", "4.3.2", SUP),
    ]


def messages(*tells: Tell, because: str = "so") -> list[Any]:
    given = facts(one_read())
    judged = replace(verdict(given), decisions=tuple(decision(tell, because=plain(because)) for tell in tells))
    return list(RECORDER.messages(planner().plan(judged, given, one_read()), judged))


def test_a_mail_to_a_person() -> None:
    (message,) = messages(Tell(key="t", person=AGNES, text=plain("yours")))
    assert (message.key, message.kind, message.to) == ("7:t:11", "mail", "agnes@example.com")
    assert (message.subject, message.body) == (
        "Ticket 21007: 4.3.2",
        "Agnes Chen,\n\nIt is yours\nIt is so\n\nTicket 21007, clause 4.3.2.",
    )


def test_a_reason_that_says_the_same_is_left_out() -> None:
    (message,) = messages(Tell(key="t", person=AGNES, text=plain("so")))
    assert message.body.count("It is so") == 1


@pytest.mark.parametrize("person", [EVA, 99], ids=["a customer", "nobody"])
def test_who_does_not_work_here_is_not_written_to(person: int) -> None:
    assert messages(Tell(key="t", person=person, text=plain("x"))) == []


def test_who_has_no_address_is_not_written_to() -> None:
    given = facts(one_read())
    without = MappingProxyType({AGNES: replace(given.people[AGNES], email="")})
    judged = verdict(replace(given, people=without), Tell(key="t", person=AGNES, text=plain("x")))
    assert list(RECORDER.messages(planner().plan(judged, given, one_read()), judged)) == []


def test_rungs_that_take_effect() -> None:
    given = facts(one_read())
    judged = verdict(given, replace(clock(), reached=("50%", "80%")), clock("8h"))
    fired = fired_rungs(planner().plan(judged, given, one_read()))
    assert [(clause, rung) for _, clause, rung in fired] == [("4.3.2", "50%"), ("4.3.2", "80%")]


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    made = open_store(migrated(tmp_path / "z.db"), now=lambda: NOW, jitter=lambda: 0.5, new_id=lambda: "id")
    yield made
    made.close()


@pytest.fixture
def troubles(store: Store) -> Troubles:
    return Troubles(store=store, voice=lambda facts: voice(), now=lambda: NOW)


def refusal(words: str = "Missing <b>value</b>!") -> Refused:
    return Refused(words, status=422, method="PUT", path="tickets/7", kind="value")


def test_a_refusal_is_one_finding_and_one_note(store: Store, troubles: Troubles) -> None:
    read, given = one_read(), facts(one_read())
    plan = planner().plan(verdict(given, Assign(owner=AGNES)), given, read)
    for _ in range(2):
        troubles.refused(read, "c", plan, refusal())
    (finding,) = store.findings.list()
    assert (finding.finding.code, finding.finding.evidence[-21:]) == ("write_refused", "Missing <b>value</b>!")
    assert finding.status is FindingStatus.OPEN

    note = troubles.refusal_note(read, given, plan, refusal())
    assert note is not None
    assert note.internal
    assert "&lt;b&gt;value&lt;/b&gt;" in note.body
    assert "<b>" not in note.body
    known = one_read([article(), article(2, "Agent", "note", preferences={"zhidu": {"key": note.key}})])
    assert troubles.refusal_note(known, given, plan, refusal()) is None
    assert troubles.refusal_note(known, given, plan, refusal("other")) is not None
    other = planner().plan(verdict(given, Assign(owner=SUP)), given, read)
    assert troubles.refusal_note(known, given, other, refusal()) is not None


def test_what_was_ignored_is_a_finding(store: Store, troubles: Troubles) -> None:
    read, given = one_read(), facts(one_read())
    (change,) = planner().plan(verdict(given, Assign(owner=AGNES)), given, read).changes
    for _ in range(2):
        troubles.ignored(read, "c", change)
    (finding,) = store.findings.list()
    assert (finding.finding.key, finding.finding.evidence) == ("7:write_ignored:owner", "owner → 11")


def test_fields_conflicts_and_failed_rules(store: Store, troubles: Troubles) -> None:
    read, given = one_read(), facts(one_read())
    sides = (decision(Assign(owner=AGNES), rule="a.x"), decision(Assign(owner=SUP), rule="b.y"))
    judged = replace(
        verdict(given, SetField(field="sum", value=3)),
        conflicts=(Conflict(slot="ticket.owner", sides=sides),),
        failures=(RuleFailure(rule="c.z", clauses=("4.3.2",), error="KeyError: 'x'"),),
        skipped=("d",),
    )
    plan = planner().plan(judged, given, read)
    said = troubles.of(read, "c", plan, judged)
    assert said == "c.z (4.3.2): KeyError: 'x'; d: skipped, a module it needs failed"
    assert {record.finding.key: record.finding.evidence for record in store.findings.list()} == {
        "field_missing:sum": "zhidu_sum",
        "7:policy_conflict:ticket.owner": "ticket.owner: a.x (4.3.2) / b.y (4.3.2)",
    }
    assert troubles.of(read, "c", planner().plan(verdict(given), given, read), verdict(given)) == ""


def test_we_are_known_by_our_id() -> None:
    assert (facts(one_read()).me, answer(one_read()).id) == (ME, 7)
