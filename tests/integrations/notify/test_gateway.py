"""The gateway for short messages, against a real HTTP server that checks signatures as docs/gateway.md tells."""

import hashlib
import hmac
import json
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

import pytest

from integrations.notify.gateway import GatewaySettings, HttpGateway, ShortMessage, signature
from integrations.notify.mail import MailError, Permanent, Transient

SECRET = "a-secret-of-the-gateway"
NOW = datetime(2026, 5, 6, 2, 0, tzinfo=UTC)
MESSAGE = ShortMessage(key="42:completion:0", way="sms", to="+8613800138000", text="您申请的业务已办结。\n谢谢。")


@dataclass
class Receiver:
    """A gateway: answers with the statuses in turn, keeps what came genuinely."""

    url: str = ""
    statuses: list[int] = field(default_factory=list)
    taken: list[dict[str, str]] = field(default_factory=list)
    keys: list[str] = field(default_factory=list)
    forged: int = 0

    def take(self, headers: dict[str, str], body: bytes) -> int:
        stamp = headers["x-zhidu-timestamp"]
        wanted = "sha256=" + hmac.new(SECRET.encode(), stamp.encode() + b"." + body, hashlib.sha256).hexdigest()
        fresh = abs(NOW.timestamp() - int(stamp)) < 300
        if not fresh or not hmac.compare_digest(wanted, headers["x-zhidu-signature"]):
            self.forged += 1
            return 401
        self.keys.append(headers["idempotency-key"])
        self.taken.append(json.loads(body))
        return self.statuses.pop(0) if self.statuses else 202


@contextmanager
def receiving(*statuses: int) -> Iterator[Receiver]:
    receiver = Receiver(statuses=list(statuses))

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            status = receiver.take({name.lower(): value for name, value in self.headers.items()}, body)
            self.send_response(status)
            if status in (301, 302, 307, 308):
                self.send_header("Location", receiver.url)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, format: str, *args: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        receiver.url = f"http://127.0.0.1:{server.server_address[1]}/send"
        yield receiver
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def gateway(url: str, secret: str = SECRET, timeout: float = 5.0) -> HttpGateway:
    return HttpGateway(GatewaySettings(url=url, secret=secret, timeout=timeout), now=lambda: NOW)


def test_a_message_arrives_whole_and_signed() -> None:
    with receiving() as receiver:
        gateway(receiver.url).send(MESSAGE)

    (taken,) = receiver.taken
    assert (taken["channel"], taken["to"], taken["text"]) == ("sms", MESSAGE.to, MESSAGE.text)
    assert receiver.keys == [taken["id"]]


def test_the_same_message_has_the_same_key_and_says_nothing_of_the_ticket() -> None:
    with receiving() as receiver:
        sender = gateway(receiver.url)
        sender.send(MESSAGE)
        sender.send(MESSAGE)

    assert receiver.keys[0] == receiver.keys[1]
    assert len(receiver.keys[0]) == 40
    assert not receiver.keys[0].startswith("42:")


def test_another_secret_is_refused_for_good() -> None:
    with receiving() as receiver, pytest.raises(Permanent, match="401"):
        gateway(receiver.url, secret="another-secret-altogether").send(MESSAGE)

    assert (receiver.taken, receiver.forged) == ([], 1)


ANSWERS = {
    "taken": (200, None),
    "taken for later": (202, None),
    "busy": (429, Transient),
    "too slow": (408, Transient),
    "too early": (425, Transient),
    "broken": (500, Transient),
    "away": (503, Transient),
    "not a number": (422, Permanent),
    "unknown address": (404, Permanent),
    "elsewhere": (302, Permanent),
    "elsewhere for good": (308, Permanent),
}


@pytest.mark.parametrize(("status", "error"), ANSWERS.values(), ids=ANSWERS)
def test_what_an_answer_means(status: int, error: type[MailError] | None) -> None:
    with receiving(status) as receiver:
        if error is None:
            gateway(receiver.url).send(MESSAGE)
        else:
            with pytest.raises(error, match=str(status)) as raised:
                gateway(receiver.url).send(MESSAGE)
            assert MESSAGE.to not in str(raised.value)

    assert len(receiver.taken) == 1


def test_nobody_there_may_pass() -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]

    with pytest.raises(Transient, match="no connection") as raised:
        gateway(f"http://127.0.0.1:{port}/send").send(MESSAGE)

    assert str(port) not in str(raised.value)


def test_silence_may_pass() -> None:
    with socket.create_server(("127.0.0.1", 0)) as mute:
        url = f"http://127.0.0.1:{mute.getsockname()[1]}/send"
        with pytest.raises(Transient, match="no connection"):
            gateway(url, timeout=0.2).send(MESSAGE)


WRONG = {
    "a text nobody would read": MESSAGE.text * 200,
    "half a surrogate": "\ud800",
}


@pytest.mark.parametrize("text", WRONG.values(), ids=WRONG)
def test_a_text_that_can_be_none_is_refused_before_anything_is_sent(text: str) -> None:
    with receiving() as receiver, pytest.raises(Permanent):
        gateway(receiver.url).send(ShortMessage(key="k", way="messenger", to="x", text=text))

    assert receiver.taken == []


REFUSED = {
    "no address": ("messages.example.com", SECRET),
    "not encrypted": ("http://messages.example.com/send", SECRET),
    "a password in it": ("https://me:secret@messages.example.com/", SECRET),
    "a query": ("https://messages.example.com/?token=1", SECRET),
    "a secret anybody guesses": ("https://messages.example.com/send", "secret"),
}


@pytest.mark.parametrize(("url", "secret"), REFUSED.values(), ids=REFUSED)
def test_settings_that_are_refused(url: str, secret: str) -> None:
    with pytest.raises(ValueError, match="gateway") as raised:
        GatewaySettings(url=url, secret=secret)

    assert secret not in str(raised.value).replace("the secret needs", "")


def test_the_settings_show_no_secret() -> None:
    assert SECRET not in repr(GatewaySettings(url="https://messages.example.com/send", secret=SECRET))


def test_the_signature_covers_time_and_body() -> None:
    signed = signature(SECRET, "1", b"{}")

    assert signed != signature(SECRET, "2", b"{}")
    assert signed != signature(SECRET, "1", b"{ }")
