"""One write brings a ticket to rest: asked again about the ticket as decided, the policy wants nothing new."""

from dataclasses import replace

import pytest

from policies.kernel.case_files import CaseRow
from policies.kernel.decisions import KEYED
from policies.kernel.evaluate import evaluate
from policies.kernel.modules import Module
from zhidu.policy import load_cast, load_policy, play_row, rows_of

POLICY = load_policy(None)
CAST = load_cast()
ROWS = {
    f"{module.name}: {row.case}": (module, row)
    for module in POLICY.modules
    for row in rows_of(module, POLICY.clauses)
    if row.config is None
}


@pytest.mark.parametrize(("module", "row"), ROWS.values(), ids=ROWS)
def test_a_ticket_as_decided_is_at_rest(module: Module, row: CaseRow) -> None:
    decided = play_row(POLICY, module, row, CAST).verdict

    again = evaluate(POLICY.units, replace(decided.facts, decided=()))

    assert again.facts.ticket == decided.facts.ticket
    assert again.memory == decided.memory
    assert [d for d in again.decisions if isinstance(d.action, KEYED)] == []
