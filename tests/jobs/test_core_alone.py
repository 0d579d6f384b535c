"""`modules: [core]`: kinds, owners and the panel work with no other module."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from jobs.outcomes import Judged, Outcome
from policies.kernel.provisioning import Needs
from tests.jobs.conftest import Desk, make_desk
from zhidu.policy import load_policy


@pytest.fixture
def desk(tmp_path: Path, needs: Needs) -> Iterator[Desk]:
    yield from make_desk(tmp_path, load_policy(None, enabled=["core"]), needs)


def test_a_ticket_gets_its_kind_and_comes_to_rest(desk: Desk) -> None:
    ticket = desk.complain()
    desk.settle()
    desk.clock.forward(days=2)
    desk.sweep()

    assert desk.ticket(ticket)["zhidu_kind"] == "complaint"
    assert {outcome for _, outcome in desk.seen} <= {Outcome.WRITTEN, Outcome.ECHO, Outcome.SAME}
    assert {row.rule.partition(".")[0] for row in desk.store.decisions.list(ticket_id=ticket)} == {"core"}
    assert desk.store.inbox.depth().dead == 0


def test_nothing_differs_once_it_is_written(desk: Desk) -> None:
    ticket = desk.complain(group="Users")
    desk.settle()

    again = desk.processor.judge(ticket)

    assert isinstance(again, Judged)
    assert again.plan.empty
    assert again.verdict.failures == ()
