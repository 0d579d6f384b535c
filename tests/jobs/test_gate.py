"""6.1.1 the gate: real SMTP on both sides, a real vault; nothing readable behind it, nothing lost before it."""

import os
import smtplib
import socket
import ssl
import threading
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from ipaddress import ip_network
from typing import Any

import pytest

from integrations.relay.mails import LATE, Received, Reply
from integrations.relay.server import Relay, RelaySettings
from integrations.relay.upstream import SmtpUpstream, UpstreamSettings
from integrations.store.errors import StoreUnavailable
from integrations.store.store import Store, open_store
from integrations.store.vault.keys import KeyRing, RingKey
from integrations.store.vault.records import Actor, Rules
from integrations.store.vault.vault import Vault
from jobs.binding import Binding
from jobs.gate import MailGate
from policies.kernel.facts import Post
from tests.integrations.notify.conftest import Running, Script, certificate  # noqa: F401 - a fixture
from tests.integrations.relay.mails import (
    CARD,
    CARD_MASKED,
    IDENTITY,
    PASSWORD,
    attached,
    mail,
    part,
    pdf,
    seen,
    several,
)
from tests.prepared import migrated
from zhidu.mail_masking import mail_masker_of

SECRETS = (CARD, IDENTITY, PASSWORD)
CONFIDENTIAL = several(
    part(f"身份证 {IDENTITY}，卡号 {CARD}，密码是 {PASSWORD}\r\n"),
    attached(pdf(f"card number {CARD}"), "application/pdf", "a.pdf"),
    subject=f"卡号 {CARD}",
)
CLEAN = mail("您好，请问几点开门？\r\n", "DKIM-Signature: v=1; b=abc")
RULES = Rules(ask=frozenset(Post), approve=frozenset(Post))
AGNES = Actor(login="agnes", post=Post.SPECIALIST, account="a")
SUP = Actor(login="sup", post=Post.SUPERVISOR, account="s")
NOW = datetime(2026, 11, 24, 7, 0, tzinfo=UTC)


class Killed(BaseException):
    """The process dies."""


@dataclass
class Counted:
    seen: list[tuple[str, str]] = field(default_factory=list)

    def passed(self, way: str, outcome: str) -> None:
        self.seen.append((way, outcome))


@dataclass
class House:
    """Upstream, vault, relay; a client's way to it."""

    upstream: Running
    store: Store
    vault: Vault
    gate: MailGate
    relay: Relay
    meter: Counted

    def send(self, raw: bytes, to: list[str] | None = None, sender: str = "li.si@example.org") -> tuple[int, bytes]:
        """The code for it; that of a refusal, whatever was refused."""
        client = smtplib.SMTP("127.0.0.1", self.relay.port, local_hostname="mta.example.com", timeout=20)
        try:
            client.sendmail(sender, to or ["desk@example.com"], raw)
        except smtplib.SMTPRecipientsRefused as error:
            return next(iter(error.recipients.values()))
        except smtplib.SMTPResponseException as error:
            return error.smtp_code, bytes(error.smtp_error)
        finally:
            client.close()
        return 250, b""

    @property
    def taken(self) -> list[bytes]:
        return self.upstream.script.taken

    def originals(self) -> list[Any]:
        return list(self.vault.rows.records())


def ring() -> KeyRing:
    return KeyRing(keys=(RingKey(id="k", secret=b"k" * 32),), current="k", secret=b"s" * 32)


@contextmanager
def a_house(tmp_path, policy, store=None, **relay):
    upstream = Running(Script())
    own = store is None
    store = store or open_store(
        migrated(tmp_path / "gate.db"), now=lambda: NOW, jitter=lambda: 0.5, new_id=lambda: "id"
    )
    vault = store.vault(ring(), RULES, os.urandom)
    meter = Counted()
    masking = mail_masker_of(policy, language="en", key=b"k" * 32)
    way = SmtpUpstream(UpstreamSettings(host="127.0.0.1", port=upstream.port, hostname="gate.test", timeout=5))
    gate = MailGate(
        masking=lambda: masking, safe=vault, passages=store.gate, upstream=way, meter=meter, hostname="gate.test"
    )
    settings = RelaySettings(
        host="127.0.0.1", port=0, hostname="gate.test", peers=(ip_network("127.0.0.0/8"),),
        recipients=frozenset({"example.com", "one@example.net"}), max_bytes=200_000,
    )  # fmt: skip
    house = House(upstream, store, vault, gate, None, meter)
    house.relay = Relay(replace(settings, **relay), lambda mail: house.gate.take(mail), way.accepts)
    house.relay.start()
    try:
        yield house
    finally:
        house.relay.stop(patience=5)
        house.upstream.stop()
        if own:
            store.close()


@pytest.fixture
def house(tmp_path, policy):
    with a_house(tmp_path, policy) as made:
        yield made


def test_a_mail_is_sealed_then_handed_on_masked(house):
    """6.1.1 the original lies in the vault before the helpdesk's mailbox sees anything."""
    there: list[int] = []
    inner = house.gate.upstream.hand_over
    house.gate = replace(
        house.gate, upstream=Watched(house.gate.upstream, lambda: there.append(len(house.originals())))
    )
    assert house.send(CONFIDENTIAL) == (250, b"")
    assert there == [1]
    assert inner is not None
    [content] = house.taken
    shown = seen(content)
    assert [secret for secret in SECRETS if secret in shown or secret.encode() in content] == []
    assert CARD_MASKED in shown
    assert content.startswith(b"X-Zhidu: bank_card=3; identity_card=1; password=1; sealed-parts=1; original=1\r\n")
    assert house.upstream.script.envelopes == [("li.si@example.org", ["desk@example.com"])]
    assert opened(house.vault, 1) == CONFIDENTIAL
    assert house.meter.seen == [("mail", "masked")]


def opened(vault: Vault, record: int) -> bytes:
    request = vault.ask(record, AGNES, "the customer asks")
    vault.approve(request.id, SUP)
    return vault.reveal(request.id, AGNES)[1].content


class Watched:
    """An upstream before which something happens, or after which."""

    def __init__(self, inner, before=lambda: None, after=lambda: None):
        self.inner, self.before, self.after = inner, before, after

    def hand_over(self, mail):
        self.before()
        reply = self.inner.hand_over(mail)
        self.after()
        return reply

    def accepts(self, sender, recipient):
        return self.inner.accepts(sender, recipient)


BYTE_FOR_BYTE = {
    "clean": CLEAN,
    "lines that begin with a dot": mail(".\r\n..\r\n.a\r\n"),
    "8bit in the head": mail("好\r\n", subject="您好"),
    "long lines": mail("好" * 300 + "\r\n"),
    "an order": mail("订单号 6222021000112233449\r\n"),
}


@pytest.mark.parametrize("raw", BYTE_FOR_BYTE.values(), ids=BYTE_FOR_BYTE)
def test_a_clean_mail_passes_byte_for_byte(house, raw):
    assert house.send(raw) == (250, b"")
    assert house.taken == [raw]
    assert (house.originals(), house.meter.seen) == ([], [("mail", "clean")])


def test_a_notice_of_failure_passes(house):
    assert house.send(CLEAN, sender="") == (250, b"")
    assert house.upstream.script.envelopes[0][0] in ("", None, "<>")


def test_the_same_mail_again_is_one(house):
    """The sender's server lost our answer, or the mail came by another way: nothing is sealed or handed on twice."""
    assert house.send(CONFIDENTIAL)[0] == 250
    assert house.send(CONFIDENTIAL)[0] == 250
    other_way = CONFIDENTIAL.replace(b"Received: from mx", b"Received: from mx2")
    assert house.send(b"Received: from mx3\r\n" + other_way)[0] == 250
    assert (len(house.taken), len(house.originals())) == (1, 1)
    assert house.meter.seen == [("mail", "masked"), ("mail", "again"), ("mail", "again")]


def test_the_same_mail_for_others_goes_to_them(house):
    assert house.send(CONFIDENTIAL)[0] == 250
    assert house.send(CONFIDENTIAL, ["desk@example.com", "two@example.com"])[0] == 250
    assert [to for _, to in house.upstream.script.envelopes] == [["desk@example.com"], ["two@example.com"]]
    assert house.taken[0] == house.taken[1]
    assert len(house.originals()) == 1


def test_another_mail_with_the_same_message_id_is_sealed_by_itself(house):
    """An identity that anybody may write must not keep an original from being sealed."""
    house.send(CONFIDENTIAL)
    house.send(CONFIDENTIAL.replace(b"To: desk", b"X-Other: 1\r\nTo: desk"))
    assert (len(house.taken), len(house.originals())) == (2, 2)


def test_a_mail_without_an_id_gets_one_that_is_always_the_same(house):
    raw = CONFIDENTIAL.replace(b"Message-ID: <m1@example.org>\r\n", b"")
    house.send(raw)
    house.gate = replace(house.gate, passages=Forgetful(house.store.gate))
    house.send(raw)
    ids = [line for content in house.taken for line in content.split(b"\r\n") if line.lower().startswith(b"message-id")]
    assert len(ids) == 2
    assert len(set(ids)) == 1


class Forgetful:
    """Does not know whom a mail was handed on to."""

    def __init__(self, inner):
        self.inner = inner

    def take(self, **values):
        return replace(self.inner.take(**values), forwarded=frozenset())

    def sealed(self, id, record_id):
        self.inner.sealed(id, record_id)

    def attempting(self, id, recipients):
        self.inner.attempting(id, recipients)

    def forwarded(self, id, recipients):
        self.inner.forwarded(id, recipients)


ANSWERS = {
    # row                            the next server        answer  enhanced
    "takes it":                      ({}, 250, b""),
    "not now":                       ({"data": "451 4.7.1 later"}, 451, b"4.7.1"),
    "is full":                       ({"data": "452 4.3.1 full"}, 451, b"4.3.1"),
    "refuses the content":           ({"data": "554 5.7.1 spam"}, 554, b"5.7.1"),
    "is too small":                  ({"data": "552 5.3.4 big"}, 552, b"5.3.4"),
    "knows no such recipient":       ({"rcpt": "550 5.1.1 unknown"}, 550, b"5.1.1"),
    "does not know yet":             ({"rcpt": "450 4.2.1 grey"}, 451, b"4.2.1"),
    "wants no such sender":          ({"mail": "553 5.1.8 who"}, 553, b"5.1.8"),
    "goes away":                     ({"drop_at": "data"}, 451, b"4.4.2"),
    "says nothing of what it means": ({"data": "554 li.si@example.org"}, 554, b"5.0.0"),
}  # fmt: skip


@pytest.mark.parametrize("raw", [CONFIDENTIAL, CLEAN], ids=["confidential", "clean"])
@pytest.mark.parametrize(("script", "code", "enhanced"), ANSWERS.values(), ids=ANSWERS)
def test_what_the_next_server_says_is_what_is_answered(house, raw, script, code, enhanced):
    """250 only when it has taken the mail; what may pass is a 451; what is for good keeps its code."""
    for name, value in script.items():
        setattr(house.upstream.script, name, value)
    answered, text = house.send(raw)
    assert answered == code
    assert text.startswith(enhanced)
    assert b"@" not in text


def test_a_next_server_that_is_away(house):
    house.upstream.stop()
    house.upstream = Running(Script())
    assert house.send(CONFIDENTIAL)[0] == 451
    assert house.send(CLEAN)[0] == 451


class Broken:
    """A vault or a store of which one call fails."""

    def __init__(self, inner, name, error):
        self.inner, self.name, self.error = inner, name, error

    def __getattr__(self, name):
        if name != self.name:
            return getattr(self.inner, name)

        def fails(*args, **rest):
            raise self.error

        return fails


FAILURES = {
    # row                         part        call         with
    "the vault cannot seal":      ("safe", "seal", StoreUnavailable("away")),
    "the vault gives no mark":    ("safe", "token", StoreUnavailable("away")),
    "the store is away":          ("passages", "take", StoreUnavailable("away")),
    "it cannot be noted":         ("passages", "sealed", StoreUnavailable("away")),
    "masking fails":              ("masking", "", ValueError(CARD)),
}  # fmt: skip


@pytest.mark.parametrize(("name", "call", "error"), FAILURES.values(), ids=FAILURES)
def test_what_fails_here_leaves_the_mail_with_its_sender(house, capsys, name, call, error):
    """Never through unmasked; and once it is mended, the mail goes through."""
    whole = house.gate

    def fails():
        raise error

    broken = fails if name == "masking" else Broken(getattr(whole, name), call, error)
    house.gate = replace(whole, **{name: broken})
    code, text = house.send(CONFIDENTIAL)
    assert (code, house.taken) == (451, [])
    said = capsys.readouterr()
    assert [secret for secret in SECRETS if secret in said.out + said.err or secret.encode() in text] == []
    house.gate = whole
    assert house.send(CONFIDENTIAL)[0] == 250
    assert (len(house.taken), len(house.originals())) == (1, 1)


def test_what_was_handed_on_is_not_sent_again_for_a_store_that_is_away(house):
    house.gate = replace(house.gate, passages=Broken(house.store.gate, "forwarded", StoreUnavailable("away")))
    assert house.send(CONFIDENTIAL)[0] == 250
    assert len(house.taken) == 1


CRASHES = {
    # row                            dies at                            handed on in all
    "before it is sealed":           ("safe", "seal", "before", 1),
    "after it was sealed":           ("safe", "seal", "after", 1),
    "after that was noted":          ("passages", "sealed", "after", 1),
    "before it is handed on":        ("upstream", "hand_over", "before", 1),
    "after it was handed on":        ("upstream", "hand_over", "after", 2),
    "before that is noted":          ("passages", "forwarded", "before", 2),
    "after that was noted as well":  ("passages", "forwarded", "after", 1),
}  # fmt: skip


class Dying:
    def __init__(self, inner, name, when):
        self.inner, self.name, self.when = inner, name, when

    def __getattr__(self, name):
        found = getattr(self.inner, name)
        if name != self.name:
            return found

        def dies(*args, **rest):
            if self.when == "after":
                found(*args, **rest)
            raise Killed

        return dies


@pytest.mark.parametrize(("name", "call", "when", "copies"), CRASHES.values(), ids=CRASHES)
def test_a_crash_between_any_two_steps(house, name, call, when, copies):
    """The sender has no answer and sends again: one original, the same masked mail, under the same Message-ID. Only a
    crash between the next server's answer and its note hands it on twice, where it comes again before its article was
    seen, which SMTP cannot exclude."""

    dying = replace(house.gate, **{name: Dying(getattr(house.gate, name), call, when)})
    with pytest.raises(Killed):
        dying.take(Received(sender="li.si@example.org", recipients=("desk@example.com",), content=CONFIDENTIAL))
    assert [secret for secret in SECRETS for content in house.taken if secret in seen(content)] == []
    assert house.send(CONFIDENTIAL)[0] == 250
    assert len(house.originals()) == 1
    assert len(house.taken) == copies
    assert len(set(house.taken)) == 1
    assert opened(house.vault, 1) == CONFIDENTIAL


REFUSED = {
    # row                      recipient             mail          code
    "another's recipient":     ("li@example.org", CLEAN, 550),
    "another's subdomain":     ("li@sub.example.com", CLEAN, 550),
    "a neighbour's domain":    ("li@notexample.com", CLEAN, 550),
    "an address of a domain":  ("two@example.net", CLEAN, 550),
    "that address":            ("ONE@example.net", CLEAN, 250),
    "a detour by per cent":    ("li%example.org@example.com", CLEAN, 550),
    "a detour of UUCP":        ("example.org!li@example.com", CLEAN, 550),
    "a detour in quotes":      ('"li@example.org"@example.com', CLEAN, 550),
    "no local part":           ("example.com", CLEAN, 550),
    "a plus and a dot":        ("desk+a.b@example.com", CLEAN, 250),
    "too large":               ("desk@example.com", mail("好" * 90_000), 552),
    "going in circles":        ("desk@example.com", b"Received: from x\r\n" * 60 + CLEAN, 554),
}  # fmt: skip


@pytest.mark.parametrize(("to", "raw", "code"), REFUSED.values(), ids=REFUSED)
def test_it_is_no_open_relay(house, to, raw, code):
    assert house.send(raw, [to])[0] == code
    assert len(house.taken) == (code == 250)


def test_a_peer_that_is_not_known_is_not_talked_to(tmp_path, policy):
    with a_house(tmp_path, policy, peers=(ip_network("10.0.0.0/8"),)) as house:
        with socket.create_connection(("127.0.0.1", house.relay.port), timeout=10) as client:
            assert client.recv(100).startswith(b"554 5.7.1")
            assert client.recv(100) == b""
        with pytest.raises((smtplib.SMTPConnectError, smtplib.SMTPServerDisconnected)):
            house.send(CLEAN)


def test_more_connections_than_allowed_come_again(tmp_path, policy):
    with (
        a_house(tmp_path, policy, connections=1) as house,
        socket.create_connection(("127.0.0.1", house.relay.port), timeout=10) as first,
    ):
        assert first.recv(100).startswith(b"220")
        with socket.create_connection(("127.0.0.1", house.relay.port), timeout=10) as second:
            assert second.recv(100).startswith(b"421")


def test_no_mail_is_smuggled_through_within_another(house):
    """A lone LF around a dot ends a mail for some servers: behind the gate no line ends so."""
    inner = f"\n.\nMAIL FROM:<a@example.org>\nRCPT TO:<desk@example.com>\nDATA\n卡号 {CARD}\n.\n".encode()
    with smtplib.SMTP("127.0.0.1", house.relay.port, timeout=20) as client:
        client.ehlo()
        client.mail("li.si@example.org")
        client.rcpt("desk@example.com")
        client.putcmd("DATA")
        client.getreply()
        client.send(CLEAN + inner + b"\r\n.\r\n")
        assert client.getreply()[0] == 250
    [content] = house.taken
    assert b"\n" not in content.replace(b"\r\n", b"")
    assert CARD.encode() not in content


def test_with_starttls(tmp_path, policy, certificate):  # noqa: F811 - the fixture
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(*certificate)
    with a_house(tmp_path, policy, tls=context, require_tls=True) as house:
        assert house.send(CLEAN)[0] == 530
        trusting = ssl.create_default_context(cafile=certificate[0])
        with smtplib.SMTP("localhost", house.relay.port, timeout=20) as client:
            client.starttls(context=trusting)
            client.sendmail("li.si@example.org", ["desk@example.com"], CONFIDENTIAL)
        assert len(house.taken) == 1
        assert CARD not in seen(house.taken[0])


def test_a_mail_that_is_being_taken_is_finished_before_it_stops(house):
    reached, go_on = threading.Event(), threading.Event()

    def slowly():
        reached.set()
        assert go_on.wait(10)

    house.gate = replace(house.gate, upstream=Watched(house.gate.upstream, before=slowly))
    answers: list[Any] = []
    sending = threading.Thread(target=lambda: answers.append(house.send(CONFIDENTIAL)))
    idle = smtplib.SMTP("127.0.0.1", house.relay.port, timeout=20)
    sending.start()
    assert reached.wait(10)
    stopping = threading.Thread(target=lambda: house.relay.stop(patience=20))
    stopping.start()
    assert idle.getreply()[0] == 421
    idle.close()
    go_on.set()
    sending.join(10)
    stopping.join(10)
    assert answers == [(250, b"")]
    assert len(house.taken) == 1


def test_one_that_takes_too_long_is_told_to_come_again(house):
    """It is finished nevertheless, and known when it comes again."""
    reached, go_on = threading.Event(), threading.Event()

    def slowly():
        reached.set()
        go_on.wait(10)

    house.gate = replace(house.gate, upstream=Watched(house.gate.upstream, before=slowly))
    answers: list[Any] = []
    sending = threading.Thread(target=lambda: answers.append(house.send(CONFIDENTIAL)))
    sending.start()
    assert reached.wait(10)
    stopping = threading.Thread(target=lambda: house.relay.stop(patience=0.05))
    stopping.start()
    sending.join(10)
    go_on.set()
    stopping.join(10)
    assert answers[0][0] == 421


def test_nothing_readable_is_in_the_store_or_the_log(house, tmp_path, capsys):
    house.send(CONFIDENTIAL)
    house.send(CONFIDENTIAL)
    house.upstream.script.data = "451 4.0.0 later"
    house.send(CONFIDENTIAL.replace(b"m1@", b"m2@"))
    said = capsys.readouterr()
    assert "mail masked" in said.out + said.err
    kept = b"".join(path.read_bytes() for path in tmp_path.glob("gate.db*"))
    words = (*SECRETS, "li.si", "desk@example.com", "m1@example.org")
    assert [word for word in words if word in said.out + said.err or word.encode() in kept] == []


def test_it_is_tied_to_its_ticket_when_that_is_looked_at(tmp_path, policy, desk):
    """6.1.4 asked for, shown and destroyed by the ticket that the mail became."""
    with a_house(tmp_path, policy, store=desk.store) as house:
        house.send(CONFIDENTIAL)
        assert [record.origin.ticket_id for record in house.originals()] == [-1]
        article = desk.box.receive_mail(house.taken[0], group_id=2)
        desk.processor = replace(desk.processor, bind=Binding(safe=house.vault, passages=desk.store.gate))
        desk.settle()
        ticket = int(article["ticket_id"])
        [record] = house.originals()
        assert (record.origin.ticket_id, record.origin.article_id) == (ticket, article["id"])
        assert opened(house.vault, record.id) == CONFIDENTIAL
        assert desk.store.gate.counts().unbound == 0
        house.send(CONFIDENTIAL)
        assert len(house.originals()) == 1
        assert house.vault.shred(ticket, SUP, "asked for") == 1


def test_one_whose_id_had_to_be_masked_is_tied_to_its_ticket(tmp_path, policy, desk):
    """By the id that the helpdesk knows; the customer's own stays what the mail is known by when it comes again."""
    raw = CONFIDENTIAL.replace(b"m1@example.org", f"{CARD}@example.org".encode())
    with a_house(tmp_path, policy, store=desk.store) as house:
        house.send(raw)
        house.send(raw)
        [content] = house.taken
        assert CARD.encode() not in content
        article = desk.box.receive_mail(content, group_id=2)
        desk.processor = replace(desk.processor, bind=Binding(safe=house.vault, passages=desk.store.gate))
        desk.settle()
        [record] = house.originals()
        assert (record.origin.ticket_id, record.origin.article_id) == (int(article["ticket_id"]), article["id"])
        assert opened(house.vault, record.id) == raw


def test_two_mails_with_one_message_id_are_two_articles(tmp_path, policy, desk):
    """Each original is tied to one article, in the order in which they came."""
    with a_house(tmp_path, policy, store=desk.store) as house:
        house.send(CONFIDENTIAL)
        house.send(CONFIDENTIAL.replace(b"To: desk", b"X-Other: 1\r\nTo: desk"))
        desk.processor = replace(desk.processor, bind=Binding(safe=house.vault, passages=desk.store.gate))
        tickets = []
        for content in house.taken:
            tickets.append(int(desk.box.receive_mail(content, group_id=2)["ticket_id"]))
            desk.settle()
        assert [record.origin.ticket_id for record in house.originals()] == tickets


def sent(house, gate=None, *to):
    recipients = to or ("desk@example.com",)
    mail = Received(sender="li.si@example.org", recipients=recipients, content=CONFIDENTIAL)
    return (gate or house.gate).take(mail)


def looked_at(house, desk):
    """The mailbox is fetched, and zhidu looks at what has come of it."""
    for content in house.taken:
        desk.box.receive_mail(content, group_id=2)
    desk.processor = replace(desk.processor, bind=Binding(safe=house.vault, passages=desk.store.gate))
    desk.settle()


UNKNOWN = {
    # row                                            dies at
    "after it was handed on":                        ("upstream", "hand_over", "after"),
    "before that is noted":                          ("passages", "forwarded", "before"),
}  # fmt: skip


@pytest.mark.parametrize(("name", "call", "when"), UNKNOWN.values(), ids=UNKNOWN)
def test_a_mail_whose_article_was_seen_is_not_sent_again(tmp_path, policy, desk, name, call, when):
    """A crash between the next server's answer and its note: the article tells that it was taken."""
    with a_house(tmp_path, policy, store=desk.store) as house:
        with pytest.raises(Killed):
            sent(house, replace(house.gate, **{name: Dying(getattr(house.gate, name), call, when)}))
        looked_at(house, desk)
        assert sent(house).taken
        assert sent(house, None, "complaints@example.com").taken
        assert len(house.taken) == 2, "once for each of the two recipients"
        assert len(house.originals()) == 1


def test_a_server_that_broke_off_had_taken_it(tmp_path, policy, desk):
    with a_house(tmp_path, policy, store=desk.store) as house:

        class BreaksOff:
            def hand_over(self, mail):
                house.gate.upstream.hand_over(mail)
                return LATE

        assert sent(house, replace(house.gate, upstream=BreaksOff())).code == 451
        looked_at(house, desk)
        assert sent(house).taken
        assert len(house.taken) == 1


def test_a_recipient_that_was_refused_gets_it_later(tmp_path, policy, desk):
    """Nobody is taken for served because another's copy became an article."""
    with a_house(tmp_path, policy, store=desk.store) as house:

        class Refuses:
            def hand_over(self, mail):
                return Reply(code=451, text="4.2.0 some recipients are refused")

        both = ("desk@example.com", "complaints@example.com")
        assert sent(house, replace(house.gate, upstream=Refuses()), *both).code == 451
        assert sent(house, None, "desk@example.com").taken
        looked_at(house, desk)
        assert sent(house, None, "complaints@example.com").taken
        assert len(house.taken) == 2


def test_of_two_mails_with_one_id_an_article_says_nothing(tmp_path, policy, desk):
    """Rather twice than never: whose article it is cannot be told."""
    with a_house(tmp_path, policy, store=desk.store) as house:
        with pytest.raises(Killed):
            sent(house, replace(house.gate, upstream=Dying(house.gate.upstream, "hand_over", "before")))
        house.send(CONFIDENTIAL.replace(b"To: desk", b"X-Other: 1\r\nTo: desk"))
        looked_at(house, desk)
        assert sent(house).taken
        assert len(house.taken) == 2
