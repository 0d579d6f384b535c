"""2.1.1 to 2.1.4: the core module's kinds are the net that holds where the intake module is not enabled."""

import json

import pytest

from policies.kernel.case_files import load_cases
from policies.kernel.config import Layer
from zhidu.policy import Policy, load_cast, load_policy, play_row

QUESTION = "Could you tell me your opening hours on Saturdays?"
COMPLAINT = "我要投诉，柜员态度恶劣，必须道歉！"
REQUEST = "请帮我办理挂失，卡丢了。"
NET = ("core", "complaints")
ALL = ("core", "complaints", "intake")
KINDS = {
    # row                                   enabled  group       text       kind
    "no desk, no complaint": (NET, "Inbox", QUESTION, None),
    "no desk, a complaint": (NET, "Inbox", COMPLAINT, "complaint"),
    "the desk's kind, whatever it says": (NET, "Business", QUESTION, "business"),
    "core alone has no phrases": (("core",), "Inbox", COMPLAINT, None),
    "core alone, a desk": (("core",), "Service", COMPLAINT, "inquiry"),
    "with intake, a question": (ALL, "Inbox", QUESTION, "inquiry"),
    "with intake, words before the desk": (ALL, "Service", REQUEST, "business"),
    "with intake, a complaint at any desk": (ALL, "IT", COMPLAINT, "complaint"),
    "intake alone knows one by plain words": (("core", "intake"), "Inbox", COMPLAINT, "complaint"),
}
ROW = """
- case: a message
  clauses: ["2.1.1"]
  given:
    now: 2026-05-06 09:05
    ticket: {{group: {group}, owner: agnes}}
    articles: [{{at: 2026-05-06 09:00, text: {text}}}]
  expect: []
"""
POLICIES: dict[tuple[str, ...], Policy] = {}


def policy(enabled: tuple[str, ...]) -> Policy:
    if enabled not in POLICIES:
        POLICIES[enabled] = load_policy(None, enabled=enabled)
    return POLICIES[enabled]


@pytest.mark.parametrize(("enabled", "group", "text", "kind"), KINDS.values(), ids=KINDS)
def test_kind(enabled: tuple[str, ...], group: str, text: str, kind: str | None) -> None:
    one = policy(enabled)
    (row,) = load_cases(Layer(path="row", text=ROW.format(group=group, text=json.dumps(text))), one.clauses)

    verdict = play_row(one, one.modules["core"], row, load_cast()).verdict

    assert verdict.facts.ticket.kind == kind
    assert (verdict.conflicts, verdict.failures) == ((), ())
    assert sum(decision.action.slot == "ticket.kind" for decision in verdict.decisions) == (kind is not None)
