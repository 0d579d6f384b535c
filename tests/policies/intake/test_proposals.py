"""4.3.3: what was learnt from corrections is proposed in a note, where it is sure and nobody has spoken; never more."""

import json
from dataclasses import replace

import pytest

from policies.kernel.case_files import load_cases
from policies.kernel.config import Layer
from policies.kernel.decisions import Note
from policies.kernel.text.learnt import Learnt, grams
from zhidu.policy import load_cast, load_policy, play_row

TEXT = "请问周末营业吗？"
POLICY = load_policy(None)
HEARD = grams(TEXT)
NOTHING = "[]"
BY_AGNES = "[{at: 2026-05-06 09:02, by: agnes, field: kind, from: business, to: inquiry}]"

PROPOSALS = {
    # row                         label       weight  kind       history   state   proposed
    "sure, and differs": ("business", 9.0, "null", NOTHING, "open", True),
    "sure, and agrees": ("inquiry", 9.0, "null", NOTHING, "open", False),
    "not sure enough": ("business", 0.1, "null", NOTHING, "open", False),
    "a person has spoken": ("business", 9.0, "inquiry", BY_AGNES, "open", False),
    "a closed ticket": ("business", 9.0, "inquiry", NOTHING, "closed, stage: ended", False),
    "a kind that came with the ticket": ("business", 9.0, "inquiry", NOTHING, "open", True),
}


@pytest.mark.parametrize(("label", "weight", "kind", "history", "state", "proposed"), PROPOSALS.values(), ids=PROPOSALS)
def test_proposal(label: str, weight: float, kind: str, history: str, state: str, proposed: bool) -> None:
    model = Learnt(labels=(label, "support"), intercepts=(0.0, 0.0), weights={run: (weight, -weight) for run in HEARD})
    policy = replace(POLICY, extractor=POLICY.extractor.taught(model))
    text = f"""
- case: a message
  clauses: ["4.3.3"]
  given:
    now: 2026-05-06 09:05
    ticket: {{group: Inbox, owner: agnes, kind: {kind}, state: {state}}}
    articles: [{{at: 2026-05-06 09:00, text: {json.dumps(TEXT)}}}]
    history: {history}
  expect: []
"""
    (row,) = load_cases(Layer(path="row", text=text), policy.clauses)

    verdict = play_row(policy, policy.modules["intake"], row, load_cast()).verdict

    rules = [d.rule for d in verdict.decisions if isinstance(d.action, Note) and d.rule.startswith("intake.")]
    assert rules == (["intake.propose_what_was_learnt"] if proposed else [])
    assert verdict.facts.ticket.kind == "inquiry"
