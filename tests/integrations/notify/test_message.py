"""What goes on the wire, and what is kept off it."""

import email
from dataclasses import replace
from datetime import UTC, datetime
from email.policy import default

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from integrations.notify.directory import DirectoryMailer
from integrations.notify.mail import Mail, Permanent, Transient
from integrations.notify.message import compose, fingerprint

NOW = datetime(2026, 11, 24, 7, 0, tzinfo=UTC)
MAIL = Mail(key="k", to="wang.fang@example.com", subject="到期", text="您好")


def wire(mail, **changes):
    options = {"sender": "zhidu@example.com", "sender_name": "", "domain": "desk.example.com", "at": NOW} | changes
    return compose(mail, **options).as_bytes()


def parsed(mail, **changes):
    return email.message_from_bytes(wire(mail, **changes), policy=default)


INJECTED = {
    "a header by the subject": {"subject": "到期\r\nBcc: all@example.com"},
    "a line feed in the subject": {"subject": "到期\nBcc: all@example.com"},
    "a carriage return in the subject": {"subject": "到期\rx"},
    "another line break in the subject": {"subject": "到期\u2028x"},
    "a null in the subject": {"subject": "到期\0"},
    "a header by the address": {"to": "a@example.com\r\nBcc: all@example.com"},
    "two addresses": {"to": "a@example.com, b@example.com"},
    "an address with a name": {"to": "王芳 <a@example.com>"},
    "no address": {"to": "wang"},
    "an empty address": {"to": ""},
    "an address with two at signs": {"to": "a@b@example.com"},
    "a header by a header": {"headers": {"In-Reply-To": "<a@b>\r\nBcc: all@example.com"}},
    "a header by a header's name": {"headers": {"X-A: b\r\nBcc": "all@example.com"}},
    "a header with a colon": {"headers": {"X-A:": "b"}},
    "a nameless header": {"headers": {"": "b"}},
    "another recipient": {"headers": {"bcc": "all@example.com"}},
    "another sender": {"headers": {"From": "boss@example.com"}},
    "another id": {"headers": {"Message-Id": "<x@y>"}},
    "another kind of content": {"headers": {"Content-Type": "text/html"}},
    "half a character": {"subject": "\ud800"},
    "half a character in the text": {"text": "\ud800"},
    "an address beyond ASCII": {"to": "王芳@example.com"},
    "no mark of a machine": {"headers": {"Auto-Submitted": "no"}},
}


@pytest.mark.parametrize("changes", INJECTED.values(), ids=INJECTED)
def test_injection_is_refused(changes):
    with pytest.raises(Permanent) as caught:
        wire(replace(MAIL, **changes))

    assert "example.com" not in str(caught.value)
    assert caught.value.__cause__ is None


def test_further_headers():
    message = parsed(replace(MAIL, headers={"In-Reply-To": "<a@desk.example.com>", "X-Zhidu-Kind": "提醒"}))

    assert message["In-Reply-To"] == "<a@desk.example.com>"
    assert message["X-Zhidu-Kind"] == "提醒"


def test_text_and_html():
    mail = replace(MAIL, html="<p>您好</p>")
    message = parsed(mail)

    assert message.get_content_type() == "multipart/alternative"
    text, html = message.iter_parts()
    assert (text.get_content_type(), text.get_content()) == ("text/plain", "您好")
    assert (html.get_content_type(), html.get_content()) == ("text/html", "<p>您好</p>")
    assert wire(mail) == wire(mail)


def test_the_id_comes_from_the_key_alone():
    one = parsed(MAIL)["Message-ID"]

    assert one == f"<{fingerprint('k')}@desk.example.com>"
    assert parsed(replace(MAIL, text="另一个", subject="x"))["Message-ID"] == one
    assert parsed(replace(MAIL, key="k2"))["Message-ID"] != one


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    st.lists(
        st.sampled_from(["投诉", "21002", "即将到期：", "due soon", "，", "(", ")", "=?", "é", "𠮷", "a" * 70]),
        min_size=1,
    )
)
def test_every_subject_arrives_as_it_was(words):
    """Long ones are folded, and put together again by the reader."""
    subject = " ".join(words)

    raw = wire(replace(MAIL, subject=subject))

    # A word too long for the first line stands on the next, behind the space that folding asks for.
    assert str(email.message_from_bytes(raw, policy=default)["Subject"]).lstrip() == subject
    assert all(len(line) <= 998 for line in raw.splitlines())
    raw.decode("ascii")


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.text(st.characters(exclude_categories=["Cs"])))
def test_every_text_arrives_as_it_was(text):
    assert parsed(replace(MAIL, text=text)).get_content() == text


def test_into_a_folder(tmp_path):
    """The same key is the same file, whole at every moment."""
    folder = tmp_path / "mails" / "out"
    mailer = DirectoryMailer(folder, sender="zhidu@example.com", now=lambda: NOW)

    mailer.send(MAIL)
    mailer.send(MAIL)
    mailer.send(replace(MAIL, key="../../k2"))

    assert sorted(folder.iterdir()) == sorted([mailer.path("k"), mailer.path("../../k2")])
    message = email.message_from_bytes(mailer.path("k").read_bytes(), policy=default)
    assert (message["Subject"], message.get_content()) == ("到期", "您好")


def test_a_folder_that_cannot_be(tmp_path):
    (tmp_path / "file").write_text("x")
    mailer = DirectoryMailer(tmp_path / "file", sender="zhidu@example.com", now=lambda: NOW)

    with pytest.raises(Transient, match=r"could not be written"):
        mailer.send(MAIL)
