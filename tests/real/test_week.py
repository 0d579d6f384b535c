"""The whole policy over the recorded week: every ticket read, decided and planned, each plan a file a person can judge.

`pytest tests/real --update-golden` writes the files anew; read the difference before you keep it.
"""

from pathlib import Path

import pytest

from integrations.zammad.offline import Offline
from policies.kernel.decisions import Note
from zhidu.explaining import Explained, plan_lines
from zhidu.judging import Judge

GOLDEN = Path(__file__).parent.parent / "golden" / "week"
TICKETS = tuple(range(2, 62))


def explained(desk: tuple[Judge, Offline], ticket: int) -> Explained:
    judge, source = desk
    return judge.explain(ticket, source.read_at(ticket), tongue="en")


def plan_file(found: Explained) -> str:
    ticket = found.facts.ticket
    flags = ", ".join(sorted(found.verdict.facts.ticket.flags)) or "none"
    head = (
        f"ticket {ticket.number}, {ticket.group}, {ticket.state}, "
        f"{len(found.facts.articles)} articles, {len(found.facts.history)} changes\n"
        f"kind {found.verdict.facts.ticket.kind}, severity {found.verdict.facts.ticket.severity}, flags {flags}\n"
    )
    return head + "\n" + "".join(f"{line}\n" for line in plan_lines(found.plan, found.voice))


def test_the_file_holds_the_week(desk: tuple[Judge, Offline]) -> None:
    assert set(TICKETS) <= set(desk[1].tickets)


@pytest.mark.parametrize("ticket", TICKETS)
def test_plan(ticket: int, provisioned: tuple[Judge, Offline], update_golden: bool) -> None:
    found = explained(provisioned, ticket)

    assert (found.verdict.failures, found.verdict.conflicts, found.verdict.skipped) == ((), (), ())
    path, plan = GOLDEN / f"{ticket:02}.txt", plan_file(found)
    if update_golden:
        path.write_text(plan, encoding="utf-8")
    assert path.read_text(encoding="utf-8") == plan


@pytest.mark.parametrize("ticket", TICKETS)
def test_explanation_names_its_grounds(ticket: int, provisioned: tuple[Judge, Offline]) -> None:
    found = explained(provisioned, ticket)
    text = "\n".join(found.lines())

    assert all(decision.rule in text and decision.clauses for decision in found.verdict.decisions)
    assert all(f"{action.clock.name} (" in text for action in found.verdict.running)


@pytest.mark.parametrize("ticket", TICKETS)
def test_without_our_fields_only_what_can_be_written_is_planned(ticket: int, desk: tuple[Judge, Offline]) -> None:
    """1.3.2: a lacking field is told of, not written in vain; no gate asks for what nobody can fill in."""
    found = explained(desk, ticket)
    plan = found.plan

    assert not {change.field for change in plan.changes} - {"group", "owner", "state", "priority"}
    if found.facts.ticket.closed and "state" in {change.field for change in plan.changes}:
        asked = [
            decision.action.text.values
            for decision in found.verdict.decisions
            if isinstance(decision.action, Note) and decision.action.text.key == "close.incomplete"
        ]
        assert asked == [(("what", ("@field.name",)),)]  # of the customer, whom every helpdesk can name
        assert not found.facts.ticket.customer_named
