"""A first answer by somebody who no longer works here: the finding stays, nobody is coached."""

from datetime import UTC, datetime, timedelta
from types import MappingProxyType

import pytest

from policies.complaints.replies import acknowledgement_apologises, acknowledgement_names_time
from policies.kernel.decisions import Find, Tell
from policies.kernel.facts import Article, Facts, Person, Ticket
from policies.kernel.rules import Rule
from zhidu.policy import load_policy

AT = datetime(2026, 5, 6, 1, tzinfo=UTC)
AGENT = 11
POLICY = load_policy(None)
CONFIG = next(module for module in POLICY.modules if module.name == "complaints").config


def facts(*people: int) -> Facts:
    """A complaint that was answered curtly."""
    said = POLICY.extractor.features("", "已收到。", "text/plain")
    return Facts(
        now=AT + timedelta(hours=2),
        ticket=Ticket(id=7, kind="complaint", created_at=AT, updated_at=AT),
        articles=(Article(id=3, at=AT + timedelta(hours=1), sender="agent", by=AGENT, channel="email", features=said),),
        people=MappingProxyType({id: Person(id=id) for id in people}),
        calendars=POLICY.calendars,
    )


@pytest.mark.parametrize("rule", [acknowledgement_apologises, acknowledgement_names_time], ids=lambda rule: rule.name)
def test_who_is_gone_is_not_written_to(rule: Rule) -> None:
    here = [type(action) for action, _ in rule.judge(facts(AGENT), CONFIG)]
    gone = [type(action) for action, _ in rule.judge(facts(), CONFIG)]

    assert (here, gone) == ([Find, Tell], [Find])
