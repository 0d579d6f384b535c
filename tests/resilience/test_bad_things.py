"""What goes wrong, and what a person reads of it; one bad ticket never stops the others."""

import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from structlog.testing import capture_logs

from integrations.store.records import EntryStatus
from integrations.zammad.sandbox import Fault
from jobs.process import Outcome
from jobs.watchdog import Watchdog
from policies.kernel.problems import ConfigErrors
from policies.kernel.provisioning import Needs
from policies.kernel.rules import rule
from tests.resilience.conftest import Desk, make_desk, make_module
from zhidu.policy import load_policy

HEAD = '''
from zhidu.api import SetField, Tag, rule, say

BAD = "记者"

@rule("4.3.2", kind="complaint")
def bad(facts, config):
    """Something that should not be."""
    if "media" not in facts.ticket.flags:
        return
'''
RAISES = (
    HEAD
    + """
    raise KeyError("no such thing")
    yield

RULES = (bad,)
"""
)
LOOPS = (
    HEAD
    + """
    while True:
        yield Tag(name="again"), say("why")

RULES = (bad,)
"""
)
ENDLESS = (
    HEAD
    + """
    while True:
        pass
    yield

RULES = (bad,)
"""
)
NEVER_RESTS = (
    HEAD
    + """
    yield SetField(field="segment", value="large" if facts.ticket.custom.get("segment") == "vip" else "vip"), say("why")

RULES = (bad,)
"""
)
ABSURD = (
    HEAD
    + """
    for number in range(100):
        yield Tag(name=f"tag {number}"), say("why")

RULES = (bad,)
"""
)


@pytest.fixture
def desk_with(tmp_path: Path, needs: Needs) -> Iterator[Callable[..., Desk]]:
    """Makes a desk at which modules of the company's own decide."""
    made: list[Iterator[Desk]] = []

    def make(**modules: str) -> Desk:
        paths = [make_module(tmp_path / name, name, rules) for name, rules in modules.items()]
        made.append(make_desk(tmp_path, load_policy(None, modules_path=paths), needs))
        return next(made[-1])

    yield make
    for desk in made:
        desk.close()  # type: ignore[attr-defined]


BAD_RULES = {
    "a rule that raises": (RAISES, "KeyError", "reads on"),
    "a rule that wants without end": (LOOPS, "does it loop?", "reads on"),
    "a rule that takes too long": (ENDLESS, "took too long", "reads on"),
    "decisions that never rest": (NEVER_RESTS, "never come to rest", "reads on"),
    "a plan beyond all measure": (ABSURD, "tags 100 (at most 20)", "stops"),
}


@pytest.mark.parametrize(("rules", "words", "policy_goes_on"), BAD_RULES.values(), ids=BAD_RULES.keys())
def test_a_bad_module_is_named_and_everybody_else_is_served(
    desk_with: Callable[..., Desk], rules: str, words: str, policy_goes_on: str, capsys: pytest.CaptureFixture[str]
) -> None:
    desk = desk_with(mischief=rules)
    desk.processor = replace(desk.processor, watchdog=Watchdog(0.3))
    before, bad, after = desk.complain(), desk.complain("你们偷偷扣费，我要找记者曝光！"), desk.complain()
    desk.settle()

    assert [desk.ticket(ticket)["zhidu_kind"] for ticket in (before, after)] == ["complaint", "complaint"]
    (dead, *_) = desk.store.inbox.list(EntryStatus.DEAD)
    assert dead.ticket_id == bad
    assert words in (dead.error or "")
    assert "mischief.bad" in (dead.error or "")
    assert words in capsys.readouterr().out
    # What the other modules want of that very ticket is done all the same, unless the whole plan was refused.
    assert (desk.ticket(bad)["zhidu_kind"] == "complaint") == (policy_goes_on == "reads on")


def test_a_bad_ticket_comes_to_rest(desk_with: Callable[..., Desk]) -> None:
    """It is tried for new deliveries, not for ever."""
    desk = desk_with(mischief=RAISES)
    bad = desk.complain("你们偷偷扣费，我要找记者曝光！")
    desk.settle()
    looks = len(desk.seen)
    for _ in range(10):
        desk.clock.forward(minutes=1)
        desk.sweep()

    assert len(desk.seen) == looks
    assert len(desk.notes(bad)) == 1


@rule("4.3.2")
def broken(facts: Any, config: Any) -> Iterator[Any]:
    """A rule that raises whatever it is shown."""
    raise KeyError("no such thing")
    yield


def test_a_module_that_fails_keeps_its_clocks_for_a_later_try(desk: Desk) -> None:
    ticket = desk.complain()
    desk.settle()
    whole, before = desk.processor, desk.store.clocks.of(ticket)
    ours = [replace(unit, rules=(broken, *unit.rules)) if unit.name == "complaints" else unit for unit in whole.units]
    desk.processor = replace(whole, units=ours)
    desk.clock.at = max(row.next_at for row in before if row.next_at) + timedelta(seconds=1)
    desk.sweep()

    kept = desk.store.clocks.of(ticket)
    assert {row.name for row in kept} >= {row.name for row in before if row.next_at}
    assert all(row.next_at is None or row.next_at > desk.clock.now() for row in kept)
    looks = len(desk.seen)
    desk.clock.forward(minutes=30)
    desk.sweep()
    assert len(desk.seen) == looks

    desk.processor = whole
    desk.clock.forward(hours=1)
    desk.sweep()
    assert desk.seen[-1][1] in (Outcome.WRITTEN, Outcome.SAME, Outcome.ECHO)
    assert "100%" in json.dumps(desk.ticket(ticket)["preferences"]["zhidu"]["fired"])


def test_modules_that_disagree_are_told_apart(desk_with: Callable[..., Desk]) -> None:
    """Nothing of that field is decided, and the administrator reads who wanted what."""
    one = HEAD + '    yield SetField(field="segment", value="vip"), say("why")\n\nRULES = (bad,)\n'
    other = HEAD + '    yield SetField(field="segment", value="large"), say("why")\n\nRULES = (bad,)\n'
    desk = desk_with(east=one, west=other)
    bad, good = desk.complain("你们偷偷扣费，我要找记者曝光！"), desk.complain()
    desk.settle()

    (finding,) = (r.finding for r in desk.store.findings.list() if r.finding.code == "policy_conflict")
    assert finding.ticket_id == bad
    assert "east.bad" in finding.evidence
    assert "west.bad" in finding.evidence
    assert not desk.ticket(bad).get("zhidu_segment")
    assert [desk.ticket(ticket)["zhidu_kind"] for ticket in (bad, good)] == ["complaint", "complaint"]


def test_a_module_that_cannot_be_imported_is_refused_with_its_line(tmp_path: Path) -> None:
    place = make_module(tmp_path, "broken", "import nothing_of_that_name\n")
    with pytest.raises(ConfigErrors) as refused:
        load_policy(None, modules_path=[place])

    (problem,) = refused.value.problems
    assert problem.path.endswith("broken/rules.py")
    assert problem.line == 1
    assert "nothing_of_that_name" in problem.what


def test_a_bad_setting_is_refused_with_file_and_line(tmp_path: Path) -> None:
    (tmp_path / "policies").mkdir()
    (tmp_path / "policies" / "complaints.yaml").write_text("# ours\nacknowledge_withn: 2 wh\n")
    with pytest.raises(ConfigErrors) as refused:
        load_policy(tmp_path)

    (problem,) = refused.value.problems
    assert (Path(problem.path).name, problem.line) == ("complaints.yaml", 2)
    assert "acknowledge" in str(problem)


def test_a_ticket_that_vanished_leaves_no_clock_and_stops_nobody(desk: Desk) -> None:
    gone, other = desk.complain(), desk.complain()
    desk.settle()
    assert desk.store.clocks.of(gone)
    desk.call("DELETE", f"tickets/{gone}")
    desk.store.inbox.enqueue(gone, "manual")
    desk.store.inbox.enqueue(other, "manual")
    desk.settle()

    assert (gone, Outcome.VANISHED) in desk.seen
    assert desk.store.clocks.of(gone) == ()
    assert desk.seen[-1] == (other, Outcome.SAME)
    assert desk.store.inbox.depth().dead == 0


def test_a_ticket_that_vanishes_while_it_is_written_stops_nobody(desk: Desk) -> None:
    gone, other = desk.complain(), desk.complain()
    whole = desk.processor
    client = whole.helpdesk()

    class Vanishing:
        def __getattr__(self, name: str) -> Any:
            return getattr(client, name)

        def history(self, number: int) -> Any:
            found = client.history(number)
            if number == gone:
                desk.call("DELETE", f"tickets/{gone}")
            return found

    desk.processor = replace(whole, helpdesk=lambda: Vanishing())
    desk.settle()

    assert desk.ticket(other)["zhidu_kind"] == "complaint"
    assert desk.store.clocks.of(gone) == ()


@pytest.mark.parametrize("how", ["wholly decided", "gone"])
def test_a_look_whose_claim_was_lost_leaves_nothing(desk: Desk, how: str) -> None:
    """Whoever has the ticket by now has seen more."""
    ticket = desk.complain()
    desk.settle()
    look, clocks = desk.store.looks.get(ticket), desk.store.clocks.of(ticket)
    desk.answer(ticket, "您好，我们正在核实。")
    desk.store.inbox.enqueue(ticket, "manual")
    [work] = desk.store.inbox.claim("slow", 1, timedelta(minutes=5))
    if how == "gone":
        desk.call("DELETE", f"tickets/{ticket}")
    stale = replace(work, token="taken by another", lease_until=desk.clock.now() + timedelta(hours=1))

    assert desk.process(stale) is Outcome.LOST
    assert (desk.store.looks.get(ticket), desk.store.clocks.of(ticket)) == (look, clocks)


def test_a_ticket_that_vanishes_before_its_history_is_read_is_no_dead_letter(desk: Desk) -> None:
    gone = desk.complain()
    whole = desk.processor
    client = whole.helpdesk()

    class Vanishing:
        def __getattr__(self, name: str) -> Any:
            return getattr(client, name)

        def history(self, number: int) -> Any:
            desk.call("DELETE", f"tickets/{number}")
            return client.history(number)

    desk.processor = replace(whole, helpdesk=lambda: Vanishing())
    desk.settle()

    assert desk.seen[0] == (gone, Outcome.VANISHED)
    assert desk.store.inbox.depth().dead == 0


def test_what_is_tried_again_is_counted_once(desk: Desk) -> None:
    ticket = desk.complain()
    desk.box.faults.add(Fault(kind="reset", method="PUT", path=r"/tickets/\d+$", times=6, seconds=0.01))
    for _ in range(8):
        desk.settle()
        desk.clock.forward(minutes=1)

    assert (ticket, Outcome.RETRIED) in desk.seen
    cited = [clause for row in desk.store.decisions.list(ticket_id=ticket) for clause in row.clauses]
    clauses = set(cited)
    counted = {c: desk.registry.get_sample_value("zhidu_decisions_total", {"clause": c}) for c in clauses}
    assert counted == {c: cited.count(c) for c in clauses}


def test_a_look_tells_the_clauses_it_decided_by(desk: Desk) -> None:
    ticket = desk.complain()
    with capture_logs() as lines:
        desk.settle()

    (first, *_) = [line for line in lines if line["event"] == "looked"]
    cited = {clause for row in desk.store.decisions.list(ticket_id=ticket) for clause in row.clauses}
    assert first["clauses"] == sorted(cited) != []


def test_a_state_made_after_the_start_is_learned(desk: Desk) -> None:
    """Names are kept; one that is not known is asked for again."""
    ticket = desk.complain()
    desk.settle()
    states = desk.box.desk.table("ticket_states")
    known = next(row for row in states if row["name"] == "open")
    made = states.add({**known, "id": 0, "name": "under review"})
    desk.call("PUT", f"tickets/{ticket}", {"state_id": made["id"]}, **{"X-On-Behalf-Of": "agnes@example.com"})
    desk.settle()

    assert desk.seen[-1][1] in (Outcome.SAME, Outcome.WRITTEN, Outcome.ECHO)
    assert desk.store.inbox.depth().dead == 0
    assert desk.store.clocks.of(ticket)


def test_a_field_that_is_missing_is_named_and_the_rest_is_done(desk: Desk) -> None:
    fields = desk.call("GET", "object_manager_attributes")
    (severity,) = (row for row in fields if row["name"] == "zhidu_severity" and row["object"] == "Ticket")
    desk.call("DELETE", f"object_manager_attributes/{severity['id']}")
    desk.call("POST", "object_manager_attributes_execute_migrations", {})
    tickets = [desk.complain(), desk.complain()]
    desk.settle()

    (finding,) = (r.finding for r in desk.store.findings.list() if r.finding.code == "field_missing")
    assert "zhidu_severity" in finding.evidence
    assert [desk.ticket(ticket)["zhidu_kind"] for ticket in tickets] == ["complaint", "complaint"]
    assert all("zhidu_severity" not in desk.ticket(ticket) for ticket in tickets)


def test_a_ticket_that_the_helpdesk_cannot_answer_for_stops_nobody(desk: Desk) -> None:
    bad, good = desk.complain(), desk.complain()
    desk.box.faults.add(Fault(kind="error", path=rf"/tickets/{bad}$", times=None))
    for _ in range(3):
        desk.clock.forward(seconds=10)
        for delivery in desk.deliveries():
            desk.store.inbox.accept(delivery)
        desk.workers.drain()

    assert desk.ticket(good)["zhidu_kind"] == "complaint"
    assert {outcome for number, outcome in desk.seen if number == bad} == {Outcome.RETRIED}


def test_an_owner_known_to_have_no_access_is_not_tried_and_a_person_sees_it(desk: Desk) -> None:
    """Zammad answers 200 and makes nobody of an owner who may not see the group: the present one stays."""
    desk.call("PUT", f"users/{desk.people['sup']}", {"group_ids": {"1": ["full"]}})
    ticket = desk.complain(owner="agnes@example.com")
    desk.settle()
    desk.clock.forward(hours=3)
    desk.sweep()

    found = [record.finding for record in desk.store.findings.list() if record.finding.code == "not_possible"]
    assert [finding.ticket_id for finding in found] == [ticket]
    assert "has no access to the group 'Complaints'" in found[0].evidence
    assert desk.ticket(ticket)["owner_id"] == desk.people["agnes"]


def test_an_owner_who_lost_access_is_tried_once_and_a_person_sees_it(desk: Desk) -> None:
    """The list of people is some minutes old: Zammad ignores the change, which is seen and not repeated."""
    ticket = desk.complain(owner="agnes@example.com")
    desk.settle()
    desk.call("PUT", f"users/{desk.people['sup']}", {"group_ids": {"1": ["full"]}})
    desk.clock.forward(hours=3)
    desk.sweep()
    puts = desk.box.counters.by_path["PUT /api/v1/tickets/:id"]
    for _ in range(3):
        desk.store.inbox.enqueue(ticket, "manual")
        desk.settle()

    found = [record.finding for record in desk.store.findings.list() if record.finding.code == "write_ignored"]
    assert [finding.ticket_id for finding in found] == [ticket]
    assert "owner" in found[0].evidence
    # An owner that is nobody asks for another rule's remedy; then it rests.
    assert desk.box.counters.by_path["PUT /api/v1/tickets/:id"] <= puts + 2
    assert desk.seen[-1] == (ticket, Outcome.SAME)


def test_a_refused_write_is_noted_once(desk: Desk) -> None:
    """Somebody's core workflow wants a field that zhidu does not fill."""
    ticket, other = desk.complain(), desk.complain(group="Users")
    flow = {
        "name": "mandatory", "object": "Ticket", "active": True, "priority": 500, "stop_after_match": False,
        "preferences": {"screen": ["edit"]}, "condition_saved": {}, "changeable": True,
        "condition_selected": {"ticket.group_id": {"operator": "is", "value": ["2"]}},
        "perform": {"ticket.title": {"operator": "set_mandatory", "set_mandatory": "true"},
                    "ticket.zhidu_remedy": {"operator": "set_mandatory", "set_mandatory": "true"}},
    }  # fmt: skip
    desk.call("POST", "core_workflows", flow)
    desk.settle()
    for _ in range(3):
        desk.store.inbox.enqueue(ticket, "manual")
        desk.settle()

    said = json.dumps([note["body"] for note in desk.notes(ticket)], ensure_ascii=False)
    assert len(desk.notes(ticket)) == 1, said
    assert [r.finding.ticket_id for r in desk.store.findings.list() if r.finding.code == "write_refused"] == [ticket]
    assert desk.store.inbox.depth().dead >= 1
    assert desk.ticket(other)["zhidu_kind"] in ("complaint", "inquiry")
