"""6.1.1 at a desk: what is found, what becomes internal, whom a reply with a card is told."""

import base64
from collections.abc import Iterator
from pathlib import Path

import pytest

from policies.kernel.provisioning import Needs
from tests.jobs.conftest import Desk, make_desk
from zhidu.originals.report import gathered
from zhidu.policy import Policy, load_policy

CARD = "6222021000112233449"


def policy_in(folder: Path, mode: str) -> Policy:
    (folder / "policies").mkdir(parents=True)
    (folder / "policies" / "masking.yaml").write_text(f"mode: {mode}\n", encoding="utf-8")
    return load_policy(folder)


@pytest.fixture
def flagging(tmp_path: Path, needs: Needs) -> Iterator[Desk]:
    yield from make_desk(tmp_path, policy_in(tmp_path / "config", "flag"), needs)


def test_flag_makes_the_article_internal_once(flagging: Desk) -> None:
    """6.1.1 the article is for staff only, a note says so, and the ticket comes to rest."""
    ticket = flagging.complain(f"我的卡号是{CARD}，被多扣了三十元。")
    flagging.settle()

    customers = [a for a in flagging.articles(ticket) if a["sender"] == "Customer"]
    notes = [a for a in flagging.notes(ticket) if "银行卡号" in a["body"] or "bank card" in a["body"]]
    assert [a["internal"] for a in customers] == [True]
    assert len(notes) == 1
    assert CARD not in notes[0]["body"]
    updated = flagging.ticket(ticket)["updated_at"]
    flagging.store.inbox.enqueue(ticket, "look")
    flagging.settle()
    assert flagging.ticket(ticket)["updated_at"] == updated


def test_an_article_with_a_card_in_an_attachment_becomes_internal(flagging: Desk) -> None:
    data = base64.b64encode(f"卡号 {CARD}".encode()).decode()
    ticket = flagging.complain("请看附件。", article={
        "body": "请看附件。", "type": "web", "sender": "Customer", "internal": False,
        "attachments": [{"filename": "a.txt", "mime-type": "text/plain", "data": data}],
    })  # fmt: skip
    flagging.settle()
    assert [a["internal"] for a in flagging.articles(ticket) if a["sender"] == "Customer"] == [True]


def test_a_person_who_shows_it_again_is_overruled_by_the_policy(flagging: Desk) -> None:
    """A look hides it anew: nothing says that the customer may see it."""
    ticket = flagging.complain(f"卡号{CARD}")
    flagging.settle()
    article = flagging.articles(ticket)[0]["id"]
    flagging.call("PUT", f"ticket_articles/{article}", {"internal": False})
    flagging.store.inbox.enqueue(ticket, "look")
    flagging.settle()
    assert flagging.articles(ticket)[0]["internal"] is True


def test_a_reply_with_a_card_is_told_to_the_supervisor_with_the_next_look(desk: Desk) -> None:
    """6.1.1 grave, at once, and without the number in the mail, the finding, the decisions or the ticket's notes."""
    ticket = desk.complain("卡被吞了，怎么办？")
    desk.settle()
    desk.answer(ticket, f"您好，您的卡{CARD}已经解冻。")
    desk.settle()

    findings = [r.finding for r in desk.store.findings.list() if r.finding.code == "secret_sent"]
    assert [(f.grave, f.clause, f.person_id) for f in findings] == [(True, "6.1.1", desk.people["agnes"])]
    assert CARD not in repr(findings)
    assert all(CARD not in note["body"] for note in desk.notes(ticket))


def test_the_report_tells_article_and_reply(desk: Desk) -> None:
    """6.1.1 what lies readable in the helpdesk and what went out, ticket by ticket, without the number."""
    ticket = desk.complain(f"卡号{CARD}被多扣了三十元。")
    desk.settle()
    desk.answer(ticket, f"您好，您的卡{CARD}已经解冻。")
    desk.settle()
    first, reply = (a["id"] for a in desk.articles(ticket) if not a["internal"])
    report = gathered(desk.store, "find", desk.clock.now())
    assert {(one.ticket, one.article, one.state) for one in report.remainders} == {
        (ticket, first, "readable"), (ticket, reply, "readable"), (ticket, reply, "sent"),
    }  # fmt: skip
    assert CARD not in repr(report)
