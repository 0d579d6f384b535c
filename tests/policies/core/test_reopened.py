"""1.3.1: why a closed case goes on says who opened it: nobody is said to have written who has not."""

import pytest

from policies.kernel.case_files import load_cases
from policies.kernel.config import Layer
from zhidu.policy import load_cast, load_policy, play_row

ROW = """
- case: opened again
  clauses: ["1.3.1"]
  given:
    now: 2026-05-07 09:05
    ticket: {group: IT, owner: agnes, kind: support, stage: awaiting_satisfaction, state: open}
    articles:
      - {at: 2026-05-06 09:00, from: customer, text: 网银登录不了。}
%s
    history:
      - {at: 2026-05-06 15:00, by: agnes, field: state, from: open, to: closed}
      - {at: 2026-05-07 09:00, by: BY, field: state, from: closed, to: open}
  expect: []
"""
WROTE = "      - {at: 2026-05-07 09:00, from: customer, text: 又登录不了了。}"
OPENED = {
    # row                                       article  by         why
    "the customer wrote": (WROTE, "customer", "satisfaction.again"),
    "an agent opened it": ("", "agnes", "satisfaction.reopened"),
}


@pytest.mark.parametrize(("article", "by", "why"), OPENED.values(), ids=OPENED)
def test_why_it_goes_on(article: str, by: str, why: str) -> None:
    policy = load_policy(None)
    (row,) = load_cases(Layer(path="cases.yaml", text=(ROW % article).replace("BY", by)), policy.clauses)

    verdict = play_row(policy, policy.modules["core"], row, load_cast()).verdict

    assert why in {decision.because.key for decision in verdict.decisions if "1.3.1" in decision.clauses}
