"""Mails to a real server: taken, refused, and broken off."""

import email
import socket
import threading
from datetime import UTC, datetime
from email.policy import default

import pytest
from structlog.testing import capture_logs

from integrations.notify.mail import Mail, Permanent, Transient
from integrations.notify.smtp import SmtpMailer, SmtpSettings

NOW = datetime(2026, 11, 24, 7, 0, tzinfo=UTC)
MAIL = Mail(
    key="clock:acknowledge:7:1:50%",
    to="wang.fang@example.com",
    subject="即将到期：工单 21002 需在 15:00 前受理",
    text="您好，\n工单 21002 的受理期限将到。\n\n.一行以句点开头\n",
)


def mailer(port, **changes):
    settings = {"host": "127.0.0.1", "port": port, "sender": "zhidu@example.com", "security": "none"} | changes
    return SmtpMailer(SmtpSettings(**settings), now=lambda: NOW)


def received(server):
    return email.message_from_bytes(server.script.taken[-1], policy=default)


def test_taken(mail_server):
    server = mail_server()

    mailer(server.port, sender_name="制度，客服").send(MAIL)

    assert server.script.envelopes == [("zhidu@example.com", ["wang.fang@example.com"])]
    message = received(server)
    assert message["Subject"] == MAIL.subject
    assert message["To"] == "wang.fang@example.com"
    assert message["From"].addresses[0].display_name == "制度，客服"
    assert message["Date"].datetime == NOW
    assert message["Auto-Submitted"] == "auto-generated"
    assert message["X-Auto-Response-Suppress"] == "All"
    assert message.get_content().replace("\r\n", "\n") == MAIL.text


def test_the_same_mail_twice_is_seen_to_be_one(mail_server):
    server = mail_server()

    for _ in range(2):
        mailer(server.port).send(MAIL)

    one, other = server.script.taken
    assert one == other
    assert received(server)["Message-ID"].endswith("@example.com>")
    assert b"acknowledge" not in one


ANSWERS = {
    # row: (script, kind, text)
    "mailbox busy": ({"rcpt": "450 4.2.1 wang.fang@example.com is busy"}, Transient, "the recipient was refused (450)"),
    "no such person": (
        {"rcpt": "550 5.1.1 wang.fang@example.com unknown"},
        Permanent,
        "the recipient was refused (550)",
    ),
    "sender deferred": ({"mail": "451 4.7.1 later"}, Transient, "the sender was refused (451)"),
    "sender refused": ({"mail": "553 5.7.1 not you"}, Permanent, "the sender was refused (553)"),
    "disk full": ({"data": "452 4.3.1 full"}, Transient, "the mail was refused (452)"),
    "taken for spam": ({"data": "554 5.7.1 wang.fang@example.com spam"}, Permanent, "the mail was refused (554)"),
    "closing down": ({"data": "421 4.3.2 bye"}, Transient, "the mail was refused (421)"),
    "gone after MAIL": ({"drop_at": "mail"}, Transient, "the connection broke (SMTPServerDisconnected)"),
    "gone after RCPT": ({"drop_at": "rcpt"}, Transient, "the connection broke (SMTPServerDisconnected)"),
    "gone before the mail is confirmed": (
        {"drop_at": "data"},
        Transient,
        "the connection broke (SMTPServerDisconnected)",
    ),
}


@pytest.mark.parametrize(("script", "kind", "text"), ANSWERS.values(), ids=ANSWERS)
def test_refused(mail_server, script, kind, text):
    """4xx passes, 5xx does not; whom and what it was about stays out of the error."""
    server = mail_server(**script)

    with pytest.raises((Transient, Permanent)) as caught:
        mailer(server.port).send(MAIL)

    assert type(caught.value) is kind
    assert caught.value.transient is (kind is Transient)
    assert str(caught.value) == text
    assert caught.value.__cause__ is None


def test_nobody_listens():
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        with pytest.raises(Transient, match="ConnectionRefusedError"):
            mailer(listener.getsockname()[1]).send(MAIL)


def test_a_host_that_does_not_exist():
    with pytest.raises(Transient, match="no connection to the mail server"):
        mailer(25, host="mail.invalid").send(MAIL)


def test_a_server_that_says_nothing():
    with socket.create_server(("127.0.0.1", 0)) as listener, pytest.raises(Transient):
        mailer(listener.getsockname()[1], timeout=0.1).send(MAIL)


def test_a_server_that_speaks_something_else():
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def answer():
            connection, _ = listener.accept()
            with connection:
                connection.sendall(b"HTTP/1.1 400 Bad Request\r\n\r\n")

        speaker = threading.Thread(target=answer)
        speaker.start()
        with pytest.raises(Transient):
            mailer(listener.getsockname()[1]).send(MAIL)
        speaker.join(10)


def test_over_starttls_with_login(mail_server, server_tls, certificate):
    server = mail_server(starttls=server_tls, login=("zhidu", "geheim"))
    options = {"host": "localhost", "security": "starttls", "ca_file": str(certificate[0]), "username": "zhidu"}

    mailer(server.port, password="geheim", **options).send(MAIL)
    assert len(server.script.taken) == 1

    with pytest.raises(Permanent, match=r"the login was refused \(535\)"):
        mailer(server.port, password="wrong", **options).send(MAIL)


def test_over_tls(mail_server, server_tls, certificate):
    server = mail_server(listener_tls=server_tls)
    sender = mailer(server.port, host="localhost", security="tls", ca_file=str(certificate[0]))

    sender.check()
    assert server.script.taken == []
    sender.send(MAIL)
    assert len(server.script.taken) == 1


def test_a_certificate_nobody_signed(mail_server, server_tls):
    server = mail_server(listener_tls=server_tls)

    with pytest.raises(Permanent, match="not trusted"):
        mailer(server.port, host="localhost", security="tls").send(MAIL)


def test_no_certificates_to_trust(mail_server, server_tls, tmp_path):
    server = mail_server(listener_tls=server_tls)

    with pytest.raises(Permanent, match="not there"):
        mailer(server.port, security="tls", ca_file=str(tmp_path / "none.pem")).send(MAIL)


def test_starttls_is_not_given_up(mail_server):
    """A server without TLS gets nothing, rather than a mail anybody can read."""
    server = mail_server()

    with pytest.raises(Permanent, match="lacks something needed"):
        mailer(server.port, security="starttls").send(MAIL)
    assert server.script.taken == []


def test_tls_to_a_server_without(mail_server):
    server = mail_server()

    with pytest.raises(Transient):
        mailer(server.port, security="tls", timeout=5).send(MAIL)


def test_nothing_of_the_mail_is_logged(mail_server):
    server = mail_server()

    with capture_logs() as lines:
        mailer(server.port).send(MAIL)

    assert [line["event"] for line in lines] == ["mail sent"]
    assert "wang.fang" not in repr(lines)
    assert "21002" not in repr(lines)


REFUSED = {
    "a user without a password": {"username": "u"},
    "a password without a user": {"password": "geheim"},
    "a password in the open": {"username": "u", "password": "geheim", "security": "none"},
    "a sender that is no address": {"sender": "zhidu"},
    "a sender with a line break": {"sender": "zhidu@example.com\r\nBcc: x@example.com"},
}


@pytest.mark.parametrize("changes", REFUSED.values(), ids=REFUSED)
def test_settings_refused(changes):
    with pytest.raises(ValueError, match=r"^mail: ") as caught:
        SmtpSettings(**{"host": "localhost", "port": 25, "sender": "zhidu@example.com"} | changes)

    assert "geheim" not in str(caught.value)


def test_settings_do_not_show_the_password():
    settings = SmtpSettings(host="h", port=25, sender="z@example.com", username="u", password="geheim")

    assert "geheim" not in repr(settings)
