"""To see an original: a reason, a second person, once, in time; and every step and vain attempt in the log."""

import threading
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest

from integrations.store.errors import NotFound
from integrations.store.records import Message, MessageStatus
from integrations.store.store import Store
from integrations.store.vault.errors import Denied
from integrations.store.vault.records import Actor, Event, Original, RequestStatus, Way
from integrations.store.vault.vault import Vault
from policies.kernel.facts import Post
from tests.integrations.store.conftest import HandClock
from tests.integrations.store.vault.conftest import AGNES, BODY, CARD, REASON, RULES, STRANGER, XU, Open, events, ring

SHEN = Actor(login="shen", post=Post.MANAGER, account="shen-os")
BAO = Actor(login="bao", post=Post.SPECIALIST, account="bao-os")


def test_the_whole_way(vault: Vault, approved: int) -> None:
    request, original = vault.reveal(approved, AGNES)

    assert original.content == CARD.encode()
    assert request.status(request.requested_at) is RequestStatus.REVEALED
    assert events(vault) == [(Event.REQUESTED, "agnes"), (Event.APPROVED, "xu"), (Event.REVEALED, "agnes")]
    last = vault.rows.log()[-1]
    assert (last.why, last.what, last.way, last.post) == (
        REASON, "bank_card, body, article 900", Way.COMMAND, "specialist",
    )  # fmt: skip
    assert (last.about.request_id, last.about.ticket_id) == (approved, 42)


def test_it_works_once(vault: Vault, approved: int) -> None:
    vault.reveal(approved, AGNES)

    with pytest.raises(Denied, match="is revealed, not approved"):
        vault.reveal(approved, AGNES)
    assert events(vault)[-1] == (Event.DENIED, "agnes")


ASKING = {
    "no post": (STRANGER, REASON, "holds no post that may ask"),
    "no reason": (AGNES, "  ", "needs a reason in words"),
    "a letter": (AGNES, "x", "needs a reason in words"),
    "dots": (AGNES, "......", "needs a reason in words"),
    "a letter many times": (AGNES, "aaaaaAAAA", "needs a reason in words"),
    "two signs": (AGNES, "核对", "needs a reason in words"),
    "a number alone": (AGNES, "20260928", "needs a reason in words"),
    "nothing but what is hidden": (AGNES, "13800138000 wang@example.com", "needs a reason in words"),
}


@pytest.mark.parametrize(("by", "reason", "why"), ASKING.values(), ids=ASKING)
def test_asking_that_is_refused(vault: Vault, sealed: int, by: Actor, reason: str, why: str) -> None:
    with pytest.raises(Denied, match=why):
        vault.ask(sealed, by, reason)
    assert vault.rows.requests() == ()
    assert events(vault) == [(Event.DENIED, by.login)]


@pytest.mark.parametrize("reason", ["核对卡号", "客戶來電詢問", "audit Q3", "投诉 C-7 取证"])
def test_a_few_words_are_a_reason(vault: Vault, sealed: int, reason: str) -> None:
    assert vault.ask(sealed, AGNES, reason).reason == reason


def test_asking_for_nothing(vault: Vault) -> None:
    with pytest.raises(NotFound, match="no original 77"):
        vault.ask(77, AGNES, REASON)
    (line,) = vault.rows.log()
    assert (line.event, line.about.record_id) == (Event.DENIED, 77)


APPROVING = {
    "oneself": (replace(AGNES, post=Post.MANAGER, account="another"), "a second person"),
    "oneself in capitals": (Actor(login=" AGNES", post=Post.MANAGER, account="another"), "a second person"),
    "a post that may not": (BAO, "holds no post that may approve"),
    "nobody": (STRANGER, "holds no post that may approve"),
    "from the asker's account": (replace(XU, account="agnes-os"), "this very account"),
    "from the asker's, says sudo": (replace(XU, account="agnes-os (claimed by sudo)"), "this very account"),
    "from an account that cannot be told": (replace(XU, account=""), "cannot be told"),
}


@pytest.mark.parametrize(("by", "why"), APPROVING.values(), ids=APPROVING)
def test_an_approval_that_is_refused(vault: Vault, asked: int, by: Actor, why: str) -> None:
    with pytest.raises(Denied, match=why):
        vault.approve(asked, by)
    with pytest.raises(Denied, match="is waiting, not approved"):
        vault.reveal(asked, AGNES)
    assert events(vault)[1:] == [(Event.DENIED, by.login), (Event.DENIED, "agnes")]


def test_asked_from_an_account_that_cannot_be_told(vault: Vault, sealed: int) -> None:
    request = vault.ask(sealed, replace(AGNES, account=""), REASON)

    with pytest.raises(Denied, match="came from an account of the machine that cannot be told"):
        vault.approve(request.id, XU)


def test_one_account_may_serve_two_where_the_rules_say_so(opened_by: Open) -> None:
    vault = opened_by(ring(), rules=replace(RULES, same_account=True))
    request = vault.ask(vault.seal(BODY, Original.of_text(CARD)).id, AGNES, REASON)

    assert vault.approve(request.id, replace(XU, account="agnes-os")).approver == "xu"


REVEALING = {
    "the approver": (XU, "is agnes's"),
    "another": (BAO, "is agnes's"),
    "the asker, who lost the post": (replace(AGNES, post=None), "no post any more"),
}


@pytest.mark.parametrize(("by", "why"), REVEALING.values(), ids=REVEALING)
def test_nobody_else_is_shown_it(vault: Vault, approved: int, by: Actor, why: str) -> None:
    with pytest.raises(Denied, match=why):
        vault.reveal(approved, by)
    assert events(vault)[-1] == (Event.DENIED, by.login)
    assert vault.reveal(approved, AGNES)[1].content == CARD.encode()


def test_a_request_expires_before_its_approval_and_after(vault: Vault, sealed: int, clock: HandClock) -> None:
    first = vault.ask(sealed, AGNES, REASON)
    clock.advance(hours=24)
    with pytest.raises(Denied, match="is expired, not waiting"):
        vault.approve(first.id, XU)
    second = vault.ask(sealed, AGNES, REASON)
    clock.advance(hours=23)
    vault.approve(second.id, XU)
    clock.advance(minutes=30)
    with pytest.raises(Denied, match="is expired, not approved"):
        vault.reveal(second.id, AGNES)
    assert vault.rows.requests(undecided_at=clock()) == ()
    assert len(vault.rows.requests()) == 2


def test_a_refusal_ends_it_also_after_the_approval(vault: Vault, approved: int) -> None:
    vault.refuse(approved, SHEN, "the last four digits are enough")

    with pytest.raises(Denied, match="is refused"):
        vault.reveal(approved, AGNES)
    with pytest.raises(Denied, match="is refused"):
        vault.approve(approved, XU)
    assert (Event.REFUSED, "shen") in events(vault)


REFUSING = {"another specialist": (BAO, "no", "no post that may refuse"), "no reason": (SHEN, " ", "needs a reason")}


@pytest.mark.parametrize(("by", "reason", "why"), REFUSING.values(), ids=REFUSING)
def test_a_refusal_that_is_refused(vault: Vault, asked: int, by: Actor, reason: str, why: str) -> None:
    with pytest.raises(Denied, match=why):
        vault.refuse(asked, by, reason)
    assert vault.approve(asked, XU).approver == "xu"


def test_the_asker_may_take_it_back(vault: Vault, asked: int) -> None:
    assert vault.refuse(asked, AGNES, "found it elsewhere").refused_by == "agnes"


def test_personal_data_in_a_reason_is_hidden(vault: Vault, sealed: int) -> None:
    request = vault.ask(sealed, AGNES, "Mr Wang, 13800138000, wang@example.com, asks")

    for text in (request.reason, vault.rows.log()[0].why):
        assert "13800138000" not in text
        assert "wang@" not in text


def at_once(*calls: Callable[[], object]) -> list[object]:
    """What each call, made in a thread of its own at the same instant, returned or raised."""
    together, results = threading.Barrier(len(calls)), [None] * len(calls)

    def run(turn: int, call: Callable[[], object]) -> None:
        together.wait()
        try:
            results[turn] = call()
        except Denied as error:
            results[turn] = error

    threads = [threading.Thread(target=run, args=item) for item in enumerate(calls)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return results


def denied(results: list[object]) -> int:
    return sum(isinstance(one, Denied) for one in results)


def test_of_reveals_at_once_one_works(vault: Vault, approved: int) -> None:
    results = at_once(*[lambda: vault.reveal(approved, AGNES)] * 8)

    assert denied(results) == 7
    assert [event for event, _ in events(vault)].count(Event.REVEALED) == 1
    assert [event for event, _ in events(vault)].count(Event.DENIED) == 7
    assert vault.log_broken_at() is None


def test_of_approvals_at_once_one_works(vault: Vault, asked: int) -> None:
    results = at_once(*[lambda: vault.approve(asked, XU), lambda: vault.approve(asked, SHEN)] * 3)

    assert denied(results) == 5
    assert [event for event, _ in events(vault)].count(Event.APPROVED) == 1


def test_of_a_refusal_and_a_reveal_at_once_one_works(vault: Vault, approved: int) -> None:
    results = at_once(lambda: vault.reveal(approved, AGNES), lambda: vault.refuse(approved, SHEN, "no"))

    assert denied(results) == 1


def test_sealing_the_same_at_once_keeps_it_once(vault: Vault) -> None:
    results = at_once(*[lambda: vault.seal(BODY, Original.of_text(CARD))] * 8)

    assert len({one.id for one in results}) == 1  # type: ignore[attr-defined]
    assert sum(one.new for one in results) == 1  # type: ignore[attr-defined]


def test_sealing_and_shredding_at_once_leave_nothing_half(vault: Vault, sealed: int) -> None:
    at_once(
        lambda: vault.shred(42, XU, "the customer's wish"),
        *[lambda text=text: vault.seal(BODY, Original.of_text(text)) for text in ("one", "two", "three")],
    )

    for record in vault.rows.records(ticket_id=42):
        if record.shredded_at is None:
            request = vault.ask(record.id, AGNES, REASON)
            vault.approve(request.id, XU)
            vault.reveal(request.id, AGNES)
    assert vault.rows.record(sealed).shredded_at is not None


def test_the_mail_goes_with_the_approval_or_not_at_all(vault: Vault, store: Store, asked: int) -> None:
    def mail(request: object) -> Message:
        return Message(key=f"vault:{asked}", kind="vault_link", to="agnes@example.com", subject="s", body="{link}")

    with pytest.raises(Denied):
        vault.approve(asked, BAO, mail)
    assert store.outbox.list(MessageStatus.WAITING) == ()
    vault.approve(asked, XU, mail)

    (waiting,) = store.outbox.list(MessageStatus.WAITING)
    assert waiting.message.body == "{link}"


def test_a_link_is_of_one_approval(vault: Vault, sealed: int, approved: int) -> None:
    request = vault.rows.request(approved)
    other = vault.approve(vault.ask(sealed, AGNES, REASON).id, XU)

    assert vault.linked(approved, vault.link(request)) == request
    assert vault.linked(approved, vault.link(other)) is None
    assert vault.linked(approved, "") is None
    assert vault.linked(approved, "\ud800é") is None
    assert vault.linked(999, vault.link(request)) is None
    lines = [line for line in vault.rows.log() if line.event is Event.DENIED]
    assert [(line.who, line.way, line.about.request_id) for line in lines] == [("", Way.LINK, approved)] * 3


def test_no_link_before_the_approval(vault: Vault, asked: int) -> None:
    assert vault.linked(asked, vault.link(vault.rows.request(asked))) is None


def test_what_waits_is_counted(vault: Vault, asked: int, sealed: int, clock: HandClock) -> None:
    vault.approve(vault.ask(sealed, AGNES, REASON).id, XU)

    held = vault.rows.holdings(clock())
    assert (held.sealed, held.waiting, held.approved) == (1, 1, 1)
    later = vault.rows.holdings(clock() + timedelta(days=2))
    assert (later.waiting, later.approved) == (0, 0)


def test_shredding_takes_a_post_and_a_reason(vault: Vault, sealed: int) -> None:
    for by, why in ((BAO, "because"), (XU, " "), (XU, "ok")):
        with pytest.raises(Denied, match="destroy"):
            vault.shred(42, by, why)
    with pytest.raises(NotFound, match="no original of ticket 43"):
        vault.shred(43, XU, "because")
    assert vault.rows.record(sealed).shredded_at is None
    assert [event for event, _ in events(vault)] == [Event.DENIED] * 4
