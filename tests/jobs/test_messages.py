"""6.1.1 messages of forms, apps and messengers: signed, masked, sealed, and in the helpdesk exactly once."""

import json
import os
from base64 import b64encode
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field, replace
from typing import Any

import pytest
from flask.testing import FlaskClient
from prometheus_client import CollectorRegistry

from integrations.store.errors import StoreUnavailable
from integrations.store.vault.keys import KeyRing, RingKey
from integrations.store.vault.records import Actor, Rules
from integrations.store.vault.vault import Vault
from integrations.zammad.client import Client
from integrations.zammad.errors import AnswerLost, Refused, Transient
from integrations.zammad.transport import Connection
from jobs.binding import Binding
from jobs.messages import MessageGate
from policies.kernel.facts import Post
from tests.integrations.relay.mails import CARD, CARD_MASKED, IDENTITY, PASSWORD, docx, pdf
from tests.jobs.conftest import TOKEN, Desk
from webhooks.app import create_app
from webhooks.messages import PATH, Messages, sign
from zhidu.mail_masking import mail_masker_of
from zhidu.metrics import Metrics

SECRET = b"a-secret-of-the-intake"
SECRETS = (CARD, IDENTITY, PASSWORD)
RULES = Rules(ask=frozenset(Post), approve=frozenset(Post))
AGNES = Actor(login="agnes", post=Post.SPECIALIST, account="a")
SUP = Actor(login="sup", post=Post.SUPERVISOR, account="s")
MOST = 400_000


class Killed(BaseException):
    """The process dies."""


def message(**changes: Any) -> dict[str, Any]:
    made = {
        "key": "form-1", "channel": "web", "from": {"email": "li.si@example.com", "name": "李四"},
        "subject": f"身份证 {IDENTITY}", "text": f"卡号 {CARD} 丢了，密码是 {PASSWORD}",
        "attachments": [{"name": f"{IDENTITY}.docx", "type": "application/octet-stream",
                         "data": b64encode(docx(f"卡号 {CARD}")).decode()}],
    } | changes  # fmt: skip
    return {name: value for name, value in made.items() if value is not None}


@dataclass
class Counted:
    seen: list[str] = field(default_factory=list)

    def passed(self, way: str, outcome: str) -> None:
        assert way == "intake"
        self.seen.append(outcome)


@dataclass
class Counter:
    """The intake over a helpdesk, its vault and its page."""

    desk: Desk
    vault: Vault
    gate: MessageGate
    meter: Counted
    page: FlaskClient

    def take(self, message: Any) -> Any:
        return self.gate.take(message)

    def post(self, body: Any, **headers: str) -> tuple[int, Any]:
        raw = body if isinstance(body, bytes) else json.dumps(body).encode()
        answer = self.page.post(PATH, data=raw, headers={"X-Hub-Signature-256": sign(raw, SECRET)} | headers)
        return answer.status_code, json.loads(answer.data) if answer.is_json else answer.data

    def helpdesk_text(self) -> str:
        desk = self.desk.box.desk
        tables = (desk.tickets, desk.articles, desk.history_of.values(), desk.table("attachments"), desk.users)
        rows = [list(table) for table in tables]
        return json.dumps(rows, ensure_ascii=False, default=str) + b"\n".join(desk.files.values()).decode(
            "utf-8", "replace"
        )


@pytest.fixture
def counter(desk: Desk) -> Iterator[Counter]:
    ring = KeyRing(keys=(RingKey(id="k", secret=b"k" * 32),), current="k", secret=b"s" * 32)
    vault, meter = desk.store.vault(ring, RULES, os.urandom), Counted()
    client = Client(Connection(url=desk.url, token=TOKEN))
    masking = mail_masker_of(desk.policy, language="en")
    gate = MessageGate(
        masking=lambda: masking, safe=vault, store=desk.store, client=lambda: client,
        names=desk.processor.reader.names, group="Complaints", meter=meter, new_id=desk.outside.new_id,
    )  # fmt: skip
    made = Counter(desk, vault, gate, meter, None)  # type: ignore[arg-type]
    registry = CollectorRegistry()
    app = create_app(
        inbox=desk.store.inbox, secret=None, readiness=None, registry=registry, meter=Metrics(registry),  # type: ignore[arg-type]
        now=desk.clock.now, messages=Messages(desk=made, secret=SECRET, max_bytes=MOST),
    )  # fmt: skip
    made.page = app.test_client()
    yield made
    client.close()


def opened(vault: Vault, record: int) -> bytes:
    request = vault.ask(record, AGNES, "the customer asks")
    vault.approve(request.id, SUP)
    return vault.reveal(request.id, AGNES)[1].content


def test_a_message_becomes_a_ticket_with_nothing_readable_in_it(counter: Counter) -> None:
    """6.1.1; 6.1.4 the original lies under the ticket."""
    body = message()
    status, answer = counter.post(body)
    assert status == 201
    assert answer["masked"] == {"bank_card": 2, "identity_card": 2, "password": 1}
    ticket = counter.desk.ticket(answer["id"])
    assert ticket["number"] == answer["ticket"]
    assert ticket["title"] == "身份证 440***********6898"
    [article] = [a for a in counter.desk.articles(answer["id"]) if a["sender"] == "Customer"]
    assert CARD_MASKED in article["body"]
    assert [file["filename"] for file in article["attachments"]] == ["440***********6898.docx"]
    assert (article["type"], article["internal"]) == ("web", False)
    assert [secret for secret in SECRETS if secret in counter.helpdesk_text()] == []
    [record] = counter.vault.rows.records(ticket_id=answer["id"])
    assert record.origin.article_id == article["id"]
    assert json.loads(opened(counter.vault, record.id)) == body
    assert counter.meter.seen == ["masked"]


def test_the_customers_words_are_the_customers(counter: Counter) -> None:
    """The mark on the article makes it none of zhidu's own: the case begins with it."""
    _, answer = counter.post(message(text="我要投诉！你们多扣了我三十元年费", subject="投诉", attachments=[]))
    counter.desk.settle()
    assert counter.desk.ticket(answer["id"])["zhidu_kind"] == "complaint"


def test_the_same_key_is_the_same_message(counter: Counter) -> None:
    first, again = counter.post(message()), counter.post(message())
    assert (first[0], again[0]) == (201, 200)
    assert first[1] == again[1]
    reordered = dict(reversed(message().items()))
    assert counter.post(reordered)[0] == 200
    assert len(counter.desk.articles(first[1]["id"])) == 1
    assert len(counter.vault.rows.records()) == 1
    assert counter.meter.seen == ["masked", "again", "again"]


def test_to_a_ticket_of_the_same_customer(counter: Counter) -> None:
    """A closed one is opened again, as by a mail."""
    _, answer = counter.post(message(key="a"))
    counter.desk.call("PUT", f"tickets/{answer['id']}", {"state": "closed"})
    status, added = counter.post(message(key="b", ticket=answer["ticket"], subject=None))
    assert (status, added["id"]) == (201, answer["id"])
    assert len([a for a in counter.desk.articles(answer["id"]) if a["sender"] == "Customer"]) == 2
    assert counter.desk.call("GET", f"tickets/{answer['id']}?expand=true")["state"] == "open"
    assert len(counter.vault.rows.records(ticket_id=answer["id"])) == 2


def test_without_anything_confidential_nothing_is_sealed(counter: Counter) -> None:
    clean = message(subject="开门时间", text="请问几点开门？电话13800138000", attachments=[])
    status, answer = counter.post(clean)
    assert (status, answer["masked"]) == (201, {})
    assert counter.desk.articles(answer["id"])[0]["body"] == clean["text"]
    assert counter.vault.rows.records() == ()
    assert counter.post(clean)[0] == 200


def test_a_user_that_the_helpdesk_does_not_know_gets_a_name(counter: Counter) -> None:
    _, answer = counter.post(message(**{"from": {"email": "wang@example.com", "name": f"王 {IDENTITY}"}}))
    user = counter.desk.call("GET", f"users/{counter.desk.ticket(answer['id'])['customer_id']}")
    assert (user["email"], user["firstname"]) == ("wang@example.com", "王 440***********6898")


def test_by_login_in_html(counter: Counter) -> None:
    html = f"<p>卡号 <b>{CARD[:6]}</b>{CARD[6:]}</p>"
    status, answer = counter.post(message(**{"from": {"login": "li.si@example.com"}, "text": None, "html": html}))
    assert status == 201
    assert "<b>622202</b>" in counter.desk.articles(answer["id"])[0]["body"].replace("<b>6222</b>02", "<b>622202</b>")
    assert CARD[6:] not in counter.helpdesk_text()


def test_a_file_that_cannot_be_masked_is_sealed(counter: Counter) -> None:
    file = {"name": "a.pdf", "type": "application/pdf", "data": b64encode(pdf(f"card number {CARD}")).decode()}
    _, answer = counter.post(message(attachments=[file]))
    [attachment] = counter.desk.articles(answer["id"])[0]["attachments"]
    assert attachment["filename"] == "a.pdf.txt"


REFUSALS = {
    # row                            changed                                               status  said
    "another customer's ticket":    (
        {"ticket": "mine", "from": {"email": "bo@example.com"}}, 409, "another customer's",
    ),
    "no such ticket":               ({"ticket": "999999"}, 404, "no such ticket"),
    "a login that there is not":    ({"from": {"login": "nobody@example.com"}}, 422, "the helpdesk refuses it"),
    "no subject for a new ticket":  ({"subject": None}, 400, "needs subject, or ticket"),
    "neither text nor html":        ({"text": None}, 400, "needs text or html"),
    "both":                         ({"html": "<p>"}, 400, "not both"),
    "no sender":                    ({"from": {}}, 400, "from: needs email or login"),
    "an address that is none":      ({"from": {"email": CARD}}, 400, "from.email"),
    "no key":                       ({"key": ""}, 400, "key"),
    "a channel that there is not":  ({"channel": CARD}, 400, "channel"),
    "no base64":                    (
        {"attachments": [{"name": "a", "type": "a/b", "data": CARD + "!"}]}, 400, "attachments.0.data: is no base64",
    ),
    "a field that there is not":    ({CARD: 1}, 400, "?: is no field of a message"),
    "a number for a text":          ({"text": 1}, 400, "text"),
    "control characters":           ({"subject": "a\r\nb"}, 400, "control characters"),
}  # fmt: skip


@pytest.mark.parametrize(("changes", "status", "said"), REFUSALS.values(), ids=REFUSALS)
def test_what_is_not_taken_is_told_without_a_value(
    counter: Counter, capsys: pytest.CaptureFixture[str], changes: dict[str, Any], status: int, said: str
) -> None:
    mine = counter.post(message(key="mine"))[1]["ticket"]
    before = len(counter.helpdesk_text())
    changes = {name: mine if value == "mine" else value for name, value in changes.items()}
    answered, answer = counter.post(message(**changes))
    assert answered == status
    assert said in answer["error"]
    told = capsys.readouterr()
    assert [one for one in (*SECRETS, "li.si") if one in told.out + told.err or one in answer["error"]] == []
    assert len(counter.helpdesk_text()) == before


FORGED = {
    "no signature": {"X-Hub-Signature-256": ""},
    "another's": {"X-Hub-Signature-256": sign(b"other", SECRET)},
    "by another secret": {"X-Hub-Signature-256": sign(json.dumps(message()).encode(), b"other")},
    "another way": {"X-Hub-Signature-256": "sha1=00"},
    "beyond ASCII": {"X-Hub-Signature-256": "sha256=é"},
}


@pytest.mark.parametrize("headers", FORGED.values(), ids=FORGED)
def test_a_signature_that_is_wrong(counter: Counter, headers: dict[str, str]) -> None:
    assert counter.post(message(), **headers)[0] == 401
    assert list(counter.desk.box.desk.tickets)[1:] == []


BODIES = {
    "no JSON": b"{",
    "no object": b"[]",
    "nothing": b"",
    "not a number": b'{"key": NaN}',
    "no UTF-8": b'{"key": "\xff"}',
}


@pytest.mark.parametrize("raw", BODIES.values(), ids=BODIES)
def test_a_body_that_is_no_message(counter: Counter, raw: bytes) -> None:
    assert counter.post(raw)[0] == 400


def test_another_content_under_the_same_key(counter: Counter) -> None:
    assert counter.post(message())[0] == 201
    status, answer = counter.post(message(text="something else"))
    assert (status, answer["error"]) == (409, "the key was used for another message")


def test_longer_than_it_may_be(counter: Counter) -> None:
    status, answer = counter.post(message(text="好" * MOST))
    assert status == 413
    assert str(MOST) in answer["error"]


def test_longer_than_a_delivery_but_not_than_a_message(counter: Counter) -> None:
    assert counter.post(message(text=f"卡号 {CARD} " + "好" * 50_000, attachments=[]))[0] == 201


def test_a_ticket_that_was_merged(counter: Counter) -> None:
    _, source = counter.post(message(key="a"))
    _, target = counter.post(message(key="b"))
    counter.desk.call("PUT", f"ticket_merge/{source['id']}/{target['ticket']}")
    status, answer = counter.post(message(key="c", ticket=source["ticket"]))
    assert (status, answer["error"]) == (409, "the ticket was merged into another one")


class Failing:
    """A client of which one call fails, before or after it has happened."""

    def __init__(self, inner: Any, name: str, error: BaseException, *, after: bool = False) -> None:
        self.inner, self.name, self.error, self.after = inner, name, error, after

    def __getattr__(self, name: str) -> Any:
        found = getattr(self.inner, name)
        if name != self.name:
            return found

        def fails(*args: Any, **rest: Any) -> Any:
            if self.after:
                found(*args, **rest)
            raise self.error

        return fails


AWAY = {
    # row                      error                                                        after  status
    "not reached":            (Transient("away", status=None, method="POST", path="tickets"), False, 503),
    "the answer was lost":    (AnswerLost("lost", status=502, method="POST", path="tickets"), True, 503),
    "refused":                (Refused("no", status=422, method="POST", path="tickets", kind="value"), False, 422),
}  # fmt: skip


@pytest.mark.parametrize(("error", "after", "status"), AWAY.values(), ids=AWAY)
def test_a_helpdesk_that_is_away(counter: Counter, error: Exception, after: bool, status: int) -> None:
    """Sent again with its key, the message is there once."""
    whole = counter.gate
    counter.gate = replace(whole, client=lambda: Failing(whole.client(), "create_ticket", error, after=after))
    assert counter.post(message())[0] == status
    counter.gate = whole
    status, answer = counter.post(message())
    assert status == 201
    assert len(list(counter.desk.box.desk.tickets)) == 2
    assert len(counter.vault.rows.records(ticket_id=answer["id"])) == 1
    assert len(counter.vault.rows.records()) == 1


STEPS = {
    # row                           part      call           when
    "before it is sealed":         ("safe", "seal", False),
    "after it was sealed":         ("safe", "seal", True),
    "before it is written":        ("client", "create_ticket", False),
    "after it was written":        ("client", "create_ticket", True),
    "before it is read again":     ("client", "articles", False),
    "before the original is tied": ("safe", "move", False),
    "after the original was tied": ("safe", "move", True),
}  # fmt: skip


@pytest.mark.parametrize(("part", "call", "after"), STEPS.values(), ids=STEPS)
def test_a_crash_between_any_two_steps(counter: Counter, part: str, call: str, after: bool) -> None:
    """Nothing is readable meanwhile; sent again after the lock has run out, it is there once."""
    whole = counter.gate
    dying = {
        "safe": {"safe": Failing(whole.safe, call, Killed(), after=after)},
        "client": {"client": lambda: Failing(whole.client(), call, Killed(), after=after)},
    }[part]
    counter.gate = replace(whole, **dying)
    with suppress(Killed):
        counter.post(message())
    assert [secret for secret in SECRETS if secret in counter.helpdesk_text()] == []
    counter.gate = whole
    counter.desk.clock.forward(minutes=4)
    status, answer = counter.post(message())
    assert status in (200, 201)
    assert len(list(counter.desk.box.desk.tickets)) == 2
    assert len(counter.desk.articles(answer["id"])) == 1
    [record] = counter.vault.rows.records()
    assert record.origin.ticket_id == answer["id"]
    assert counter.desk.store.gate.counts().unbound == 0


def _renamed(counter: Counter, ticket: int) -> None:
    counter.desk.call("PUT", f"tickets/{ticket}", {"title": "挂失"})


def _moved(counter: Counter, ticket: int) -> None:
    counter.desk.call("PUT", f"tickets/{ticket}", {"group": "Users", "customer_id": "guess:wang@example.com"})


def _merged(counter: Counter, ticket: int) -> None:
    counter.desk.call("PUT", f"ticket_merge/{ticket}/{counter.desk.ticket(1)['number']}")


MEANWHILE = {"renamed": _renamed, "moved and given to another customer": _moved, "merged into an older one": _merged}


@pytest.mark.parametrize("number", [False, True], ids=["a new ticket", "an article of a ticket"])
@pytest.mark.parametrize("change", MEANWHILE.values(), ids=MEANWHILE)
def test_what_was_written_is_found_whatever_an_agent_does_meanwhile(
    counter: Counter, change: Callable[[Counter, int], None], number: bool
) -> None:
    """The answer was lost; sent again, the message is there once."""
    whole, before = counter.gate, counter.post(message(key="before"))[1]
    body = message(ticket=before["ticket"]) if number else message()
    call = "update_ticket" if number else "create_ticket"
    counter.gate = replace(whole, client=lambda: Failing(whole.client(), call, Killed(), after=True))
    with suppress(Killed):
        counter.post(body)
    counter.gate = whole
    counter.desk.clock.forward(minutes=4)
    tickets = list(counter.desk.box.desk.tickets)
    change(counter, before["id"] if number else tickets[-1]["id"])
    assert counter.post(body)[0] == 201
    assert counter.post(body)[0] == 200
    assert len(list(counter.desk.box.desk.tickets)) == len(tickets)
    articles = [one for one in counter.desk.box.desk.articles if one["preferences"].get("zhidu", {}).get("gate")]
    assert len(articles) == 2
    assert {one.origin.ticket_id for one in counter.vault.rows.records()} >= {int(articles[-1]["ticket_id"])}


def test_a_crash_is_made_good_by_the_look_at_the_ticket_too(counter: Counter) -> None:
    """Should the sender never come again, the original finds its ticket by the article's Message-ID."""
    whole = counter.gate
    counter.gate = replace(whole, client=lambda: Failing(whole.client(), "create_ticket", Killed(), after=True))
    with suppress(Killed):
        counter.post(message())
    binding = Binding(safe=counter.vault, passages=counter.desk.store.gate)
    counter.desk.processor = replace(counter.desk.processor, bind=binding)
    counter.desk.settle()
    [record] = counter.vault.rows.records()
    assert record.origin.ticket_id > 1
    counter.gate = whole
    assert counter.post(message())[0] == 200


def test_a_second_attempt_while_the_first_is_at_work_waits(counter: Counter) -> None:
    answers: list[int] = []

    class Slow:
        def __init__(self, inner: Any) -> None:
            self.inner = inner

        def create_ticket(self, *args: Any, **rest: Any) -> Any:
            counter.gate = whole
            answers.append(counter.post(message())[0])
            return self.inner.create_ticket(*args, **rest)

        def __getattr__(self, name: str) -> Any:
            return getattr(self.inner, name)

    whole = counter.gate
    counter.gate = replace(whole, client=lambda: Slow(whole.client()))
    assert counter.post(message())[0] == 201
    assert answers == [503]
    assert len(list(counter.desk.box.desk.tickets)) == 2


def test_a_vault_that_is_away_lets_nothing_through(counter: Counter) -> None:
    whole = counter.gate
    counter.gate = replace(whole, safe=Failing(whole.safe, "seal", StoreUnavailable("away")))
    status, answer = counter.post(message())
    assert (status, answer["error"]) == (503, "not now: send it again with the same key")
    assert len(list(counter.desk.box.desk.tickets)) == 1
    counter.gate = whole
    assert counter.post(message())[0] == 201
