"""A rule is bound to its clauses and says what it does."""

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from policies.kernel.decisions import Action, Prioritise, Say, say
from policies.kernel.facts import Facts, Ticket
from policies.kernel.rules import rule

NOW = datetime(2026, 5, 6, 1, 0, tzinfo=UTC)
FACTS = Facts(now=NOW, ticket=Ticket(id=1, created_at=NOW, updated_at=NOW))


def test_a_rule_is_data_and_wraps_what_it_yields() -> None:
    @rule("4.3.2", "4.3.3", kind="complaint")
    def urgent(facts: Facts, config: int) -> Iterator[tuple[Action, Say]]:
        """It is urgent."""
        yield Prioritise(priority=config), say("why")

    assert (urgent.clauses, urgent.kind, urgent.phase, urgent.doc) == (
        ("4.3.2", "4.3.3"),
        "complaint",
        "decide",
        "It is urgent.",
    )
    [decision] = urgent(FACTS, 3)
    assert (decision.action, decision.clauses, decision.because) == (Prioritise(priority=3), urgent.clauses, say("why"))
    assert decision.rule == urgent.name
    assert decision.module == urgent.name.partition(".")[0]


def test_a_rule_without_a_clause_does_not_exist() -> None:
    with pytest.raises(TypeError, match="cites its clause"):
        rule()


def test_a_rule_written_without_brackets_is_told_so() -> None:
    with pytest.raises(TypeError, match="cites its clause"):
        rule(len)  # type: ignore[arg-type]


def test_a_rule_says_what_it_does() -> None:
    def silent(facts: Facts, config: object) -> Iterator[tuple[Action, Say]]:
        yield Prioritise(priority=3), say("why")

    with pytest.raises(TypeError, match="docstring"):
        rule("4.3.2")(silent)


def test_a_rule_outside_any_package_is_named_by_its_module() -> None:
    def lonely(facts: Facts, config: object) -> Iterator[tuple[Action, Say]]:
        """Alone."""
        yield Prioritise(priority=3), say("why")

    lonely.__module__ = "rules"

    assert rule("4.3.2")(lonely).name == "rules.lonely"
