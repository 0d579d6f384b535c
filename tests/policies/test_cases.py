"""Every golden row of every shipped module, judged by the whole policy."""

from collections.abc import Iterator

import pytest

from policies.kernel.case_files import CaseRow
from policies.kernel.modules import Module
from zhidu.policy import load_cast, load_policy, play_row, rows_of

POLICY = load_policy(None)
CAST = load_cast()


def rows() -> Iterator[tuple[str, Module, CaseRow]]:
    for module in POLICY.modules:
        for row in rows_of(module, POLICY.clauses):
            yield f"{module.name}: {row.case}", module, row


ROWS = {name: (module, row) for name, module, row in rows()}


@pytest.mark.parametrize(("module", "row"), ROWS.values(), ids=ROWS)
def test_row(module: Module, row: CaseRow) -> None:
    outcome = play_row(POLICY, module, row, CAST)

    assert (outcome.missing, outcome.extra) == ((), ()), f"{row.mark.path}:{row.mark.line}"
