"""The demonstration's business requests, its mailbox for everything, and what its people hear of their replies."""

from collections.abc import Iterator
from datetime import timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage

import pytest

from tests.zhidu.playing import Played, of_these, playing
from zhidu.demo.script import load_week

CASES = (
    "open-account",
    "lost-card",
    "balance-proof",
    "early-repayment",
    "new-address",
    "wrong-statement",
    "gold-card",
    "lost-in-metro",
    "limit-cut",
    "dark-mode",
    "blank-page",
    "no-apology",
)
WEEK = of_these(load_week(), *CASES)


@pytest.fixture(scope="module")
def played(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Played]:
    until = WEEK.begins.replace(hour=0, minute=0) + timedelta(days=10)
    with playing(WEEK, tmp_path_factory.mktemp("requests"), until) as found:
        yield found


def in_turn(told: list[str], *wanted: str) -> list[str]:
    """Those of the words that the story has in this order."""
    found, left = [], list(wanted)
    for line in told:
        if left and left[0] in line:
            found.append(left.pop(0))
    return found


STAGES = {
    # row: a title, and what is told of it in this order
    "through every stage, with a skip undone": (
        "申请开立个人账户",
        "Type of request: Account opening",
        "checklist: Valid identity document, Mobile number in your own name, Tax residency self-certification",
        "the form asks for Identity check first",
        "It cannot be “documents complete” yet and is “received” again",
        "Identity checked: Gao Yuan",
        "a text that asks for this is ready: 本人实名手机号",
        "the customer is reminded of the documents (1)  → mail to the customer",
        "the customer has written",
        "the department (accounts) does it: to Accounts",
        "Ma Tao         takes it",
        "the department has done it: back to Business",
        "tell the customer of the result  → mail to the customer",
        "closes it",
        "the customer is satisfied: the case ends",
    ),
    "by telephone, straight to done, and back": (
        "Lost my card",
        "It cannot be “done” yet and is “received” again",
        "to Cards",
        "Identity checked: Wei Na",
        "back to Business",
        "mail to the customer",
        "closes it",
    ),
    "closed too early": (
        "申請餘額證明",
        "closes it",
        "It can be closed once this is there: the result",
        "tell the customer of the result  → mail to the customer",
        "closes it",
    ),
    "until it lapses": (
        "提前还款",
        "a text that asks for this is ready: 借款合同, 业务申请表（已失效）",
        "the customer is reminded of the documents (1)",
        "the customer is reminded of the documents (2)",
        "the request has lapsed",
    ),
    "in English, as it should be": (
        "Change of address",
        "Identity checked: Wei Na",
        "tell the customer of the result  → mail to the customer",
        "closed; the customer is asked whether they are satisfied",
    ),
}


@pytest.mark.parametrize("row", STAGES.values(), ids=STAGES)
def test_requests(played: Played, row: tuple[str, ...]) -> None:
    """4.2.1 to 4.2.6."""
    title, *wanted = row
    assert in_turn(played.told(played.number(title)), *wanted) == wanted


def test_no_request_is_late_and_none_is_told_twice(played: Played) -> None:
    """4.2.3 to 4.2.5: with the notice the request shows that its customer was told."""
    for clause in ("2.1.2", "4.2.3", "4.2.4"):
        assert played.summary.clocks[clause].late == 0
    for title in ("申请开立个人账户", "Lost my card", "申請餘額證明", "Change of address"):
        told = played.told(played.number(title))
        assert sum("tell the customer of the result" in line for line in told) == 1
        assert any("Stage: Customer told" in line for line in told)


ANGRY = ("mood: Angry", "Flags: Media, Repeated", "Category: Cards", "Severity: Major")
KINDS = {
    # row             title          kind          more that the first look tells
    "a complaint":   ("对账单不对",  "complaint",  ANGRY),
    "an inquiry":    ("Gold card",   "inquiry",    ("Language: English", "Category: Cards")),
    "a request":     ("卡丢了",      "business",   ("Type of request: Loss report", "simplified")),
    "a suggestion":  ("網銀的建議",  "suggestion", ("traditional",)),
    "support":       ("Blank page",  "support",    ("Language: English",)),
}  # fmt: skip


@pytest.mark.parametrize(("title", "kind", "more"), KINDS.values(), ids=KINDS)
def test_the_mailbox_has_no_kind_and_each_mail_gets_one(
    played: Played, title: str, kind: str, more: tuple[str, ...]
) -> None:
    """2.1.1 to 2.1.4, 2.2.5, 3.1.3, 4.1.2."""
    number = played.number(title)
    row = next(row for row in played.stage.box.desk.tickets if row["number"] == number)
    told = played.told(number)
    assert row["zhidu_kind"] == kind
    assert any("the customer writes" in line and "→ Kind:" in line for line in told)
    assert [what for what in more if any(what in line for line in told)] == list(more)


def test_an_agents_correction_wins_for_good(played: Played) -> None:
    """2.1.3 read as a request, corrected to a complaint; the customer's next question changes nothing."""
    number = played.number("额度")
    told = played.told(number)
    wanted = ("Kind: Business request", "Wei Na         enters Kind: Complaint", "writes back: 那请问怎么才能")
    assert in_turn(told, *wanted) == list(wanted)
    assert sum("→ Kind:" in line for line in told) == 1
    facts = played.player.tally.last[number].verdict.facts
    assert facts.ticket.kind == "complaint"
    assert [(kept.was, kept.label) for kept in played.stage.service.store.corrections.all()] == [
        ("business", "complaint")
    ]


def test_an_agent_hears_once_a_day_what_could_be_better(played: Played) -> None:
    """3.1.2 in a mail of the day, at the end of the working day; nobody gets two of one day."""
    days: list[tuple[str, str]] = []
    for path in played.stage.mails.glob("*.eml"):
        mail = message_from_bytes(path.read_bytes(), policy=policy.default)
        assert isinstance(mail, EmailMessage)
        if "could be better" in mail["Subject"]:
            days.append((str(mail["To"]), str(mail["Subject"])))
            assert "Only you get this mail." in mail.get_content()
    assert days
    assert len(set(days)) == len(days)
    assert played.summary.remarks >= len(days)
    assert any("mails of the day: Lin Ke" in line.text() and "18:00" in line.text() for line in played.lines)
