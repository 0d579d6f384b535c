"""What a case keeps from the policy under which it began."""

from datetime import UTC, datetime, timedelta

import pytest

from policies.kernel.config import StrictModel
from policies.kernel.decisions import SetField, say
from policies.kernel.eras import Era, eras, kept_by_case, kept_fields
from policies.kernel.evaluate import Unit, evaluate
from policies.kernel.facts import Facts, Ticket
from policies.kernel.rules import Wants, rule

AT = datetime(2026, 9, 1, tzinfo=UTC)
DAY = timedelta(days=1)


class Config(StrictModel):
    law: str = kept_by_case()
    desk: str


class Plain(StrictModel):
    desk: str


@rule("1.3.2")
def law(facts: Facts, config: Config) -> Wants:
    """Shows which settings it was given."""
    yield SetField(field="cause", value=f"{config.law} {config.desk}"), say("why")


FIRST, SECOND, THIRD = (
    Config(law="old", desk="a"),
    Config(law="middle", desk="b"),
    Config(law="new", desk="c"),
)
CHAIN = [(AT, FIRST), (AT + DAY, SECOND)]


@pytest.mark.parametrize(
    ("began", "seen"),
    [
        pytest.param(AT - DAY, "old c", id="before the second version"),
        pytest.param(AT, "middle c", id="at the instant of the second"),
        pytest.param(AT + DAY - timedelta(seconds=1), "middle c", id="before the third"),
        pytest.param(AT + DAY, "new c", id="under the third"),
    ],
)
def test_a_case_keeps_what_it_began_with_and_nothing_else(began: datetime, seen: str) -> None:
    unit = Unit(name="m", config=THIRD, rules=(law,), eras=tuple(eras(THIRD, CHAIN)))
    ticket = Ticket(id=1, created_at=began, updated_at=began)

    verdict = evaluate([unit], Facts(now=AT + 9 * DAY, ticket=ticket))

    assert verdict.facts.ticket.cause == seen


def test_only_marked_fields_are_kept() -> None:
    assert kept_fields(Config) == ("law",)


@pytest.mark.parametrize(
    ("current", "before", "expected"),
    [
        pytest.param(Plain(desk="b"), [(AT, Plain(desk="a"))], (), id="a module that keeps nothing"),
        pytest.param(THIRD, [(AT, Config(law="new", desk="a"))], (), id="the same law all along"),
        pytest.param(
            THIRD,
            [(AT, Config(law="old", desk="a")), (AT + DAY, Config(law="new", desk="b"))],
            (Era(until=AT, config=Config(law="old", desk="c")),),
            id="changed once, two versions ago",
        ),
    ],
)
def test_eras_say_what_differs(
    current: StrictModel, before: list[tuple[datetime, StrictModel]], expected: tuple[Era, ...]
) -> None:
    assert tuple(eras(current, before)) == expected
