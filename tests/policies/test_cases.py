"""Every golden row of every shipped module, judged by the whole policy."""

from collections.abc import Iterator

import pytest

from policies.kernel.case_files import CaseRow
from policies.kernel.modules import Module
from policies.kernel.rounds import Asked, Unit
from policies.kernel.rules import Phase
from zhidu.policy import load_cast, load_policy, play_row, rows_of

POLICY = load_policy(None)
CAST = load_cast()


def rows() -> Iterator[tuple[str, Module, CaseRow]]:
    for module in POLICY.modules:
        for row in rows_of(module, POLICY.clauses):
            yield f"{module.name}: {row.case}", module, row


NEEDS_CORRECTIONS = {"intake.propose_what_was_learnt"}
"""Rows have no corrections to learn from; tests/policies/intake has."""
ROWS = {name: (module, row) for name, module, row in rows()}


@pytest.fixture(scope="module")
def asked() -> Iterator[set[str]]:
    """The rules that some row's ticket was shown to."""
    seen: set[str] = set()
    sorted_out = Unit.asked

    def told(unit: Unit, phase: Phase, kind: str | None, shows: int) -> Asked:
        found = sorted_out(unit, phase, kind, shows)
        seen.update(rule.name for _, rule in found)
        return found

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Unit, "asked", told)
        yield seen


def test_every_rule_is_asked_of_some_row(asked: set[str]) -> None:
    """What a rule says must show does show: no rule is written for a ticket that never is."""
    for module, row in ROWS.values():
        play_row(POLICY, module, row, CAST)

    rules = {rule.name for module in POLICY.modules for rule in module.rules}
    assert rules - asked == NEEDS_CORRECTIONS


@pytest.mark.parametrize(("module", "row"), ROWS.values(), ids=ROWS)
def test_row(module: Module, row: CaseRow) -> None:
    outcome = play_row(POLICY, module, row, CAST)

    assert (outcome.missing, outcome.extra) == ((), ()), f"{row.mark.path}:{row.mark.line}"
