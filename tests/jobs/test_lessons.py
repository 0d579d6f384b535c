"""4.3.3: the kind an agent gives wins for good, and is kept to be learnt from without a word of the message."""

import json

from tests.jobs.conftest import Desk

TEXT = "麻烦把我的预留手机号由13800000000改成新的，李小花"


def test_a_correction_wins_and_is_kept_without_words(desk: Desk) -> None:
    ticket = desk.complain(TEXT)
    desk.settle()
    assert desk.store.corrections.all() == ()

    desk.call("PUT", f"tickets/{ticket}", json={"zhidu_kind": "support"}, **{"X-On-Behalf-Of": "agnes@example.com"})
    desk.settle()
    desk.answer(ticket, "好的。")
    desk.settle()

    assert desk.ticket(ticket)["zhidu_kind"] == "support"
    (kept,) = desk.store.corrections.all()
    assert (kept.ticket_id, kept.label) == (ticket, "support")
    assert len(kept.runs) > 10
    assert not any(word in json.dumps(kept.runs) for word in ("手机", "138", "李小花"))
