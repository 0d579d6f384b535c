"""6.1.1 the relay by itself: a next server that says nothing holds up no mail, and nobody takes more than his share."""

import smtplib
import socket
import threading
import time
from contextlib import ExitStack, contextmanager, suppress
from ipaddress import ip_network

import pytest

from integrations.relay.asking import KEPT_SECONDS
from integrations.relay.mails import LATE, TAKEN, Reply
from integrations.relay.server import Relay, RelaySettings
from integrations.relay.upstream import SmtpUpstream, UpstreamSettings
from tests.integrations.relay.mails import mail

CLEAN = mail("您好\r\n")
UNKNOWN = Reply(code=550, text="5.1.1 unknown")
LATER = Reply(code=451, text="4.2.1 grey")
AGES = 60.0


class Asked:
    """A next server that is asked of recipients.

    waits    before it answers; None: it answers at once
    """

    def __init__(self, reply=TAKEN, waits=None):
        self.reply, self.waits, self.asked, self.answered = reply, waits, [], 0
        self.reached = threading.Event()

    def __call__(self, sender, recipient):
        self.asked.append((sender, recipient))
        self.reached.set()
        if self.waits is not None:
            assert self.waits.wait(AGES)
        self.answered += 1
        if isinstance(self.reply, Exception):
            raise self.reply
        return self.reply


@contextmanager
def a_relay(accepts, **settings):
    """With the mails that it took."""
    taken = []

    def take(received):
        taken.append(received)
        return TAKEN

    known = {"host": "127.0.0.1", "port": 0, "hostname": "gate.test", "peers": (ip_network("127.0.0.0/8"),)}
    known |= {"recipients": frozenset({"example.com"}), "max_bytes": 200_000} | settings
    relay = Relay(RelaySettings(**known), take, accepts)
    relay.start()
    try:
        yield relay, taken
    finally:
        relay.stop(patience=5)


def client_of(relay, source="127.0.0.1"):
    return smtplib.SMTP(
        "127.0.0.1", relay.port, local_hostname="mta.example.com", timeout=20, source_address=(source, 0)
    )


def rcpts(client, *recipients, sender="li.si@example.org"):
    client.ehlo()
    client.mail(sender)
    return [client.rcpt(recipient)[0] for recipient in recipients]


@contextmanager
def silent_server():
    """Takes connections, and says nothing."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield server


def connections_to(server):
    """How many were made since."""
    server.setblocking(False)
    made = 0
    with suppress(BlockingIOError):
        while True:
            server.accept()[0].close()
            made += 1
    return made


def upstream_at(server):
    settings = UpstreamSettings(
        host="127.0.0.1", port=server.getsockname()[1], hostname="gate.test", timeout=AGES, asking=0.1
    )
    return SmtpUpstream(settings)


def test_a_mail_is_taken_while_questions_wait_for_an_answer():
    """Of all threads that take mails, none is lent to a question."""
    go_on = threading.Event()
    accepts = Asked(waits=go_on)
    with a_relay(accepts, at_once=1, ask_within=AGES) as (relay, taken), ExitStack() as stack:
        stack.callback(go_on.set)
        quick = stack.enter_context(client_of(relay))
        go_on.set()
        assert rcpts(quick, "desk@example.com") == [250]
        go_on.clear()
        for number in range(8):
            waiting = stack.enter_context(socket.create_connection(("127.0.0.1", relay.port), timeout=20))
            waiting.sendall(
                f"EHLO a\r\nMAIL FROM:<a@example.org>\r\nRCPT TO:<{number}@example.com>\r\n".encode()
            )  # one after the other, without waiting for the answers
        until(lambda: len(accepts.asked) >= 3)
        assert quick.data(CLEAN)[0] == 250
        assert len(taken) == 1


def until(holds):
    """Waits for what another thread does."""
    end = time.monotonic() + 20
    while not holds():
        assert time.monotonic() < end
        time.sleep(0.005)


def test_a_server_that_says_nothing_lets_the_mail_decide():
    """One question waits its time, the others are not asked at all."""
    with silent_server() as server, a_relay(upstream_at(server).accepts, ask_within=0.2) as (relay, taken):
        with client_of(relay) as client:
            assert rcpts(client, *(f"{number}@example.com" for number in range(60))) == [250] * 60
            assert client.data(CLEAN)[0] == 250
        assert len(taken[0].recipients) == 60
        assert connections_to(server) == 1


def test_the_next_server_is_late():
    with silent_server() as server:
        assert upstream_at(server).accepts("li.si@example.org", "desk@example.com") == LATE


def test_a_server_that_is_silent_is_not_asked_again_for_a_while():
    go_on = threading.Event()
    accepts = Asked(waits=go_on, reply=UNKNOWN)
    with a_relay(accepts, ask_within=0.1) as (relay, _), ExitStack() as stack:
        stack.callback(go_on.set)
        client = stack.enter_context(client_of(relay))
        assert rcpts(client, "a@example.com", "b@example.com", "c@example.com") == [250, 250, 250]
        assert accepts.asked == [("li.si@example.org", "a@example.com")]


ANSWERS = {
    # row                     said                     answered
    "takes them":           (TAKEN, 250),
    "knows no such":        (UNKNOWN, 550),
    "not now":              (LATER, 451),
    "cannot be asked":      (ValueError("desk@example.com"), 451),
}  # fmt: skip


@pytest.mark.parametrize(("said", "answered"), ANSWERS.values(), ids=ANSWERS)
def test_one_recipient_is_asked_for_once(said, answered, capsys):
    """By several mails within a few seconds, in whatever case his address is written; another sender's is another
    question."""
    accepts = Asked(reply=said)
    with a_relay(accepts) as (relay, _):
        for recipient in ("desk@example.com", "DESK@example.com"):
            with client_of(relay) as client:
                assert rcpts(client, recipient) == [answered]
        with client_of(relay) as client:
            assert rcpts(client, "desk@example.com", sender="bo@example.org") == [answered]
    assert accepts.asked == [("li.si@example.org", "desk@example.com"), ("bo@example.org", "desk@example.com")]
    said = capsys.readouterr()
    assert "desk@" not in said.out + said.err


def test_an_answer_holds_for_a_few_seconds(monkeypatch):
    """Who is made known to the mailbox's server is soon taken."""
    accepts = Asked(reply=UNKNOWN)
    with a_relay(accepts) as (relay, _), client_of(relay) as client:
        assert rcpts(client, "desk@example.com") == [550]
        accepts.reply = TAKEN
        assert client.rcpt("desk@example.com")[0] == 550
        now = relay._loop.time
        monkeypatch.setattr(relay._loop, "time", lambda: now() + KEPT_SECONDS)
        assert client.rcpt("desk@example.com")[0] == 250


def test_a_mail_has_not_more_recipients_than_allowed():
    """Those that were taken get it; its sender's server sends it to the others by itself."""
    with a_relay(Asked(), max_recipients=2) as (relay, taken), client_of(relay) as client:
        assert rcpts(client, "a@example.com", "b@example.com", "c@example.com") == [250, 250, 452]
        assert client.data(CLEAN)[0] == 250
        assert rcpts(client, "c@example.com") == [250]
        assert client.data(CLEAN)[0] == 250
    assert [one.recipients for one in taken] == [("a@example.com", "b@example.com"), ("c@example.com",)]


def test_one_peer_leaves_connections_to_others():
    """Who has hung up makes room."""
    with a_relay(Asked(), per_peer=2) as (relay, _), ExitStack() as stack:
        first = stack.enter_context(client_of(relay))
        stack.enter_context(client_of(relay))
        with pytest.raises(smtplib.SMTPConnectError) as refused:
            client_of(relay)
        assert refused.value.smtp_code == 421
        assert rcpts(stack.enter_context(client_of(relay, "127.0.0.2")), "desk@example.com") == [250]
        first.quit()
        until(lambda: len(relay.sessions) == 2)
        assert rcpts(stack.enter_context(client_of(relay)), "desk@example.com") == [250]


def test_it_stops_though_the_next_server_says_nothing():
    go_on = threading.Event()
    accepts = Asked(waits=go_on)
    try:
        with a_relay(accepts, ask_within=AGES) as (relay, _):
            client = client_of(relay)
            client.ehlo()
            client.mail("li.si@example.org")
            client.putcmd("RCPT", "TO:<desk@example.com>")
            assert accepts.reached.wait(20)
            relay.stop(patience=AGES)
            assert accepts.answered == 0
            assert client.getreply()[0] == 421
            client.close()
    finally:
        go_on.set()
