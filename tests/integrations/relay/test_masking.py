"""6.1.1 mails in every form they come in: what is confidential is masked, everything else stays byte for byte."""

import random
from binascii import b2a_uu
from dataclasses import replace
from email import message_from_bytes

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from integrations.relay.masking import RefusedMail
from integrations.relay.parts import normal, parsed
from tests.integrations.relay.mails import (
    CARD,
    CARD_MASKED,
    IDENTITY,
    PASSWORD,
    WIDE,
    attached,
    base64ed,
    docx,
    mail,
    part,
    pdf,
    quoted,
    seen,
    several,
    within,
    xlsx,
)
from zhidu.mail_masking import mail_masker_of

TEXT = f"您好，卡号 {CARD} 丢了。\r\n谢谢\r\n"
HTML = f"<p>卡号 <b>{CARD[:6]}</b>{CARD[6:]} 丢了</p>\r\n"
TRADITIONAL = f"您好，卡號 {CARD} 不見了。\r\n謝謝\r\n"
NESTED = mail(TEXT, "DKIM-Signature: v=1; b=abc", subject=f"卡号 {CARD}")
ENCODED = f"=?gb2312?B?{base64ed(f'卡号 {CARD}', 'gb2312').decode().strip()}?="
SPLIT = f"=?utf-8?B?{base64ed('卡号 ' + CARD[:9]).decode().strip()}?=\r\n =?utf-8?Q?{CARD[9:]}_=E4=B8=A2=E4=BA=86?="

MASKED = {
    # row                                 mail                                                   what is seen afterwards
    "8bit utf-8": (mail(TEXT), [CARD_MASKED, "您好，卡号", "谢谢"]),
    "quoted-printable": (mail(quoted(TEXT), encoding="quoted-printable"), [CARD_MASKED, "谢谢"]),
    "base64": (mail(base64ed(TEXT), encoding="base64"), [CARD_MASKED, "谢谢"]),
    "base64 with blanks and junk": (
        mail(b"\r\n ".join(base64ed(TEXT).split()) + b"\r\n", encoding="BASE64"),
        [CARD_MASKED, "谢谢"],
    ),
    "7bit": (mail(f"card number {CARD}\r\n", kind="text/plain", encoding="7bit"), [CARD_MASKED]),
    "no head of its own": (mail(f"card number {CARD}\r\n", kind="", encoding=""), [CARD_MASKED]),
    "gb2312": (mail(TEXT.encode("gb2312"), kind="text/plain; charset=gb2312"), [CARD_MASKED, "谢谢"]),
    "gbk": (mail(TEXT.encode("gbk"), kind="text/plain; charset=GBK"), [CARD_MASKED, "谢谢"]),
    "gb18030 in base64": (
        mail(base64ed(TEXT, "gb18030"), kind="text/plain; charset=gb18030", encoding="base64"),
        [CARD_MASKED, "谢谢"],
    ),
    "big5": (mail(TRADITIONAL.encode("big5"), kind="text/plain; charset=big5"), [CARD_MASKED, "謝謝"]),
    "iso-2022-jp": (
        mail(f"カード {CARD}\r\n".encode("iso-2022-jp"), kind="text/plain; charset=iso-2022-jp", encoding="7bit"),
        [CARD_MASKED, "カード"],
    ),
    "utf-7": (mail(TEXT.encode("utf-7"), kind="text/plain; charset=utf-7", encoding="7bit"), [CARD_MASKED]),
    "utf-16": (
        mail(base64ed(TEXT, "utf-16"), kind="text/plain; charset=utf-16", encoding="base64"),
        [CARD_MASKED, "谢谢"],
    ),
    "declared us-ascii, is utf-8": (mail(TEXT, kind="text/plain; charset=us-ascii"), [CARD_MASKED]),
    "declared iso-8859-1, is gbk": (
        mail(f"密码：{PASSWORD}\r\n".encode("gbk"), kind="text/plain; charset=iso-8859-1"),
        ["******"],
    ),
    "declared utf-8, is gbk": (mail(f"密码：{PASSWORD}\r\n".encode("gbk")), ["******"]),
    "declared gb2312, is utf-8": (mail(TEXT, kind="text/plain; charset=gb2312"), [CARD_MASKED]),
    "declared as nobody knows": (mail(TEXT, kind="text/plain; charset=x-unknown"), [CARD_MASKED]),
    "gbk with broken bytes": (
        mail(TEXT.encode("gbk") + b"\xff\xfe\r\n", kind="text/plain; charset=gbk"),
        [CARD_MASKED, "谢谢"],
    ),
    "full-width digits": (mail(f"卡号 {WIDE}\r\n"), ["卡号"]),
    "password": (mail(f"我的密码是 {PASSWORD}\r\n"), ["******"]),
    "html": (mail(HTML, kind="text/html; charset=utf-8"), ["<b>6222", "3449", "丢了</p>"]),
    "html in quoted-printable": (
        mail(quoted(HTML), kind="text/html; charset=utf-8", encoding="quoted-printable"),
        ["3449", "丢了</p>"],
    ),
    "flowed": (
        mail(f"卡号 {CARD[:4]} \r\n{CARD[4:]} 丢了，\r\n谢谢\r\n", kind="text/plain; charset=utf-8; format=flowed"),
        ["3449", "谢谢"],
    ),
    "flowed, blanks deleted": (
        mail(f"卡号{CARD[:9]} \r\n{CARD[9:]}丢了\r\n", kind="text/plain; charset=utf-8; format=flowed; delsp=yes"),
        ["3449", "丢了"],
    ),
    "flowed, quoted": (
        mail(f"> 卡号 {CARD} \r\n> 丢了\r\n好\r\n", kind="text/plain; charset=utf-8; format=flowed"),
        [f"> 卡号 {CARD_MASKED} 丢了", "\n好"],
    ),
    "subject raw in utf-8": (mail("您好\r\n", subject=f"卡号 {CARD}"), [CARD_MASKED, "您好"]),
    "subject in encoded words": (mail("您好\r\n", subject=ENCODED), [CARD_MASKED, "卡号"]),
    "subject split over encoded words": (mail("您好\r\n", subject=SPLIT), [CARD_MASKED, "丢了"]),
    "subject folded": (mail("您好\r\n", subject=f"card number\r\n {CARD}"), [CARD_MASKED]),
    "a ticket's number stays": (mail("您好\r\n", subject=f"Re: [Ticket#21042] {CARD}卡号"), ["[Ticket#21042]"]),
    "thread topic": (mail("您好\r\n", f"Thread-Topic: card number {CARD}"), [CARD_MASKED]),
    "a field of some program's": (mail("您好\r\n", f"X-Form-Data: card number {CARD}"), [CARD_MASKED]),
    "name beside the sender's address": (
        mail("您好\r\n").replace(b"Li Si <", f'"Li {IDENTITY}" <'.encode()),
        ["440***********6898", "<li.si@example.org>"],
    ),
    "name in encoded words": (
        mail("您好\r\n").replace(b"Li Si <", f"{ENCODED} <".encode()),
        [CARD_MASKED, "<li.si@example.org>"],
    ),
    "alternative": (
        several(part(TEXT), part(HTML, kind="text/html; charset=utf-8"), kind="alternative"),
        [CARD_MASKED, "丢了</p>"],
    ),
    "alternative within mixed": (
        several(within(part(TEXT), part(base64ed(HTML), "text/html; charset=utf-8", "base64")), part("a,b\r\n")),
        [CARD_MASKED, "a,b"],
    ),
    "in HTML alone": (
        several(part("请看 HTML\r\n"), part(HTML, kind="text/html; charset=utf-8"), kind="alternative"),
        ["请看 HTML"],
    ),
    "txt attached": (
        several(part("见附件\r\n"), attached(TEXT.encode("gbk"), "text/plain; name=a.txt", "a.txt")),
        ["a.txt", "见附件"],
    ),
    "csv attached": (
        several(
            part("见附件\r\n"),
            part(f"卡号,{CARD}\r\n", "text/csv; charset=utf-8", "8bit", "attachment; filename=a.csv"),
        ),
        [f"卡号,{CARD_MASKED}"],
    ),
    "html attached": (
        several(part("见附件\r\n"), attached(HTML, "text/html", "a.html")),
        ["丢了</p>"],
    ),
    "docx attached": (
        several(part("见附件\r\n"), attached(docx(f"卡号 {CARD}"), "application/octet-stream", "a.docx")),
        [CARD_MASKED, "a.docx"],
    ),
    "xlsx with a text in a cell": (
        several(
            part("见附件\r\n"),
            attached(
                xlsx(f'<c r="A1" t="inlineStr"><is><t>卡号 {CARD}</t></is></c>'), "application/octet-stream", "a.xlsx"
            ),
        ),
        [CARD_MASKED, "a.xlsx"],
    ),
    "xlsx with a number is sealed": (
        several(
            part("见附件\r\n"),
            attached(xlsx(f'<c r="A1"><v>{CARD}</v></c>'), "application/octet-stream", "a.xlsx"),
        ),
        ["a.xlsx.txt", "sealed in the vault"],
    ),
    "pdf is sealed": (
        several(part("见附件\r\n"), attached(pdf(f"card number {CARD}"), "application/pdf", "a.pdf")),
        ["a.pdf.txt", "sealed in the vault", "见附件"],
    ),
    "name of a file": (
        several(part("见附件\r\n"), part("好\r\n", disposition=f'attachment; filename="{IDENTITY}.txt"')),
        ["440***********6898.txt"],
    ),
    "name of a file by RFC 2231": (
        several(
            part("见附件\r\n"), part("好\r\n", disposition=f"attachment; filename*=utf-8''%E5%8D%A1{IDENTITY}.txt")
        ),
        ["卡440***********6898.txt"],
    ),
    "name of a file in pieces": (
        several(
            part("见\r\n"),
            part("好\r\n", disposition=f'attachment; filename*0="{IDENTITY[:9]}";\r\n filename*1="{IDENTITY[9:]}.txt"'),
        ),
        ["440***********6898.txt"],
    ),
    "name of a file in encoded words": (
        several(
            part("见附件\r\n"),
            part("好\r\n", kind=f'text/plain; charset=utf-8; name="{ENCODED}"', disposition="attachment"),
        ),
        [CARD_MASKED],
    ),
    "mail within the mail": (
        several(part("请看转发\r\n"), part(NESTED, "message/rfc822", "")),
        [f"卡号 {CARD_MASKED}", "请看转发"],
    ),
    "mail within a mail within the mail": (
        several(
            part("请看\r\n"), part(several(part(NESTED, "message/rfc822", "8bit"), boundary="b9"), "message/rfc822", "")
        ),
        [CARD_MASKED],
    ),
    "mail as a file": (
        several(part("请看\r\n"), attached(NESTED, "application/octet-stream", "a.eml")),
        ["a.eml"],
    ),
    "before the first and after the last part": (
        several(part(TEXT), preamble=f"card {CARD}\r\n".encode(), epilogue=f"card {CARD}\r\n".encode()),
        [CARD_MASKED],
    ),
    "last delimiter missing": (several(part(TEXT)).replace(b"--b1--\r\n", b""), [CARD_MASKED]),
    "no part begins": (mail(f"card number {CARD}\r\n", kind="multipart/mixed; boundary=none", encoding=""), []),
    "boundary with a number in it": (several(part(TEXT), boundary="----=_4111111111111111"), [CARD_MASKED]),
    "uuencoded": (
        mail(
            b"begin 644 a\r\n6" + b2a_uu(f"card {CARD}".encode())[1:].replace(b"\n", b"\r\n") + b"`\r\nend\r\n",
            encoding="x-uuencode",
        ),
        [],
    ),
    "signed by S/MIME": (
        several(
            part(TEXT),
            part(base64ed(b"sig"), "application/pkcs7-signature; name=smime.p7s", "base64"),
            kind='signed; protocol="application/pkcs7-signature"; micalg=sha-256',
        ),
        [CARD_MASKED],
    ),
    "signed by PGP in the text": (
        mail(f"-----BEGIN PGP SIGNED MESSAGE-----\r\n\r\n{TEXT}-----BEGIN PGP SIGNATURE-----\r\nabc\r\n"),
        [CARD_MASKED],
    ),
}


@pytest.mark.parametrize(("raw", "there"), MASKED.values(), ids=MASKED)
def test_nothing_confidential_is_seen_and_the_rest_is(raw, there, masking):
    """6.1.1; again the same mail gives the same, and what is masked is left alone."""
    made = masking.masked(raw)
    assert made.changed
    shown = seen(made.content)
    assert [secret for secret in (CARD, WIDE, IDENTITY, PASSWORD, CARD[6:15]) if secret in shown] == []
    assert [word for word in there if word not in shown] == []
    assert masking.masked(raw) == made
    again = masking.masked(made.stamped(7))
    assert not again.changed
    carried = (
        "Message-ID: <m1@example.org>",
        "References: <m0@example.com>",
        "In-Reply-To: <m0@example.com>",
        "Date: Tue, 24 Nov 2026 15:00:00 +0800",
        "Received: from mx.example.org",
        "To: desk@example.com",
    )
    assert [line for line in carried if line.encode() not in made.content] == []


KEPT = {
    "plain": mail("您好，请问几点开门？\r\n"),
    "quoted-printable with odd folding": mail(
        b"caf=E9 =\r\nbar=20\r\n", kind="text/plain; charset=iso-8859-1", encoding="quoted-printable"
    ),
    "a number of an order": mail("订单号 6222021000112233449 什么时候发货？\r\n"),
    "a hotline": mail("请打95588\r\n"),
    "a telephone number alone": mail("请打13800138000\r\n"),
    "strange spacing of fields": mail("好\r\n").replace(b"To: desk", b"TO :  desk").replace(b"Subject: ", b"subject:"),
    "a long folded field": mail("好\r\n", "X-Long: a\r\n\tb\r\n  c"),
    "signed": mail("好\r\n", "DKIM-Signature: v=1; a=rsa-sha256; b=abc="),
    "a picture": several(
        part("好\r\n"), part(base64ed(bytes(range(256))), "image/png", "base64", "inline; filename=a.png")
    ),
    "no last delimiter": several(part("好\r\n")).replace(b"--b1--\r\n", b""),
    "ends of lines of one letter": mail("好\r\n").replace(b"\r\n", b"\n"),
    "an empty body": mail(""),
    "no body at all": mail("").rstrip(b"\r\n") + b"\r\n",
    "a field that is none": mail("好\r\n").replace(b"Date:", b"this is no field\r\nDate:"),
    "an mbox line first": b"From li@example.org Tue Nov 24 07:00:00 2026\r\n" + mail("好\r\n"),
    "nothing": b"",
}


@pytest.mark.parametrize("raw", KEPT.values(), ids=KEPT)
def test_what_holds_nothing_passes_byte_for_byte(raw, masking):
    made = masking.masked(raw)
    assert made.content == raw
    assert (made.changed, made.kinds) == (False, {})


def test_only_what_is_masked_is_written_anew(masking):
    """A picture, another part, the folding of fields: all as they came, signatures excepted."""
    picture = part(base64ed(bytes(range(256))), "image/png", "base64", "inline; filename=a.png")
    untouched = part(b"caf=E9 =\r\n bar", "text/plain;\r\n\tcharset=iso-8859-1", "quoted-printable")
    raw = several(untouched, part(TEXT), picture, head=("DKIM-Signature: v=1;\r\n b=abc", "X-Odd:\ta  b"))
    made = masking.masked(raw)
    expected = raw.replace(CARD.encode(), CARD_MASKED.encode()).replace(b"DKIM-Signature: v=1;\r\n b=abc\r\n", b"")
    assert made.content == expected
    assert (made.kinds, made.void) == ({"bank_card": 1}, True)


VISA = "4111111111111111"
SPACED = "4111 1111 1111 1111"
WORD = f"=?utf-8?Q?{SPACED.replace(' ', '_')}?="

HEADS = {
    # row                             field                                                 what is there afterwards
    "an id":                         (f"Content-ID: <{VISA}@x>", "@zhidu.invalid>"),
    "an id without brackets":        (f"Original-Message-ID: {VISA}@x", "@zhidu.invalid>"),
    "an id of several words":        (f"Resent-Message-ID: {SPACED}", "@zhidu.invalid>"),
    "an id in encoded words":        (f"Resent-Message-ID: {WORD}", "@zhidu.invalid>"),
    "a list":                        (f"List-Id: {SPACED}", "List-Id: 4111 11"),
    "a list in brackets":            (f"List-Id: Cards <{VISA}.example.org>", ".example.org>"),
    "a list's way out":              (f"List-Unsubscribe: <mailto:{SPACED}@example.org>", "@example.org>"),
    "a server on the way":           (
        f"Received: from mx.example.org ({VISA})\r\n by mta.example.com; Tue, 24 Nov 2026 07:00:01 +0000",
        "Tue, 24 Nov 2026 07:00:01 +0000",
    ),
    "a date that is none":           (f"Resent-Date: {SPACED}", "Resent-Date: 4111 11"),
    "results of checks":             (f"Authentication-Results: mx; spf=pass smtp.helo={VISA}", "spf=pass"),
    "a topic's index":               (f"Thread-Index: {SPACED}", "Thread-Index: "),
    "a language":                    (f"Content-Language: {SPACED}", "Content-Language: "),
    "a place":                       (f"Content-Location: {VISA}.html", ".html"),
    "a priority":                    (f"X-Priority: 1 ({SPACED})", "X-Priority: 1 ("),
    "beside an address of the way":  (f"Return-Path: {SPACED} <li.si@example.org>", "<li.si@example.org>"),
    "beside an address, malformed":  (f"Errors-To: {SPACED} <<li.si@example.org>", "li.si@example.org"),
    "a name of a group":             (f"Reply-To: {SPACED}: li.si@example.org;", "Reply-To: li.si@example.org"),
    "beside it in a comment":        (f"Reply-To: li.si@example.org ({SPACED})", "li.si@example.org"),
    "a parameter of a part":         (f'Content-Disposition: inline; x-note="{SPACED}"', "Content-Disposition: inline"),
    "a signature":                   (f"DKIM-Signature: v=1; i={VISA}; b=abc", ""),
    "a name of a field":             (f"{VISA}: 1", ""),
    "a line that is no field":       (f"{SPACED} is no field", ""),
    "a field of some program's":     (f"X-Note: {SPACED}", "X-Note: 4111 11"),
}  # fmt: skip


@pytest.mark.parametrize("text", ["好\r\n", TEXT], ids=["nothing else", "a card in the text"])
@pytest.mark.parametrize(("line", "there"), HEADS.values(), ids=HEADS)
def test_every_field_is_looked_at(line, there, text, masking):
    """The rest of the mail arrives, in its parts."""
    made = masking.masked(mail(text, extra=(line,)))
    assert made.changed
    shown = " ".join(seen(made.content).split())
    assert [secret for secret in (VISA, SPACED, CARD) if secret in shown or secret.encode() in made.content] == []
    assert there in shown
    assert set(made.kinds) == {"bank_card"}
    again = masking.masked(made.stamped(7))
    assert not again.changed


@pytest.mark.parametrize(("line", "there"), HEADS.values(), ids=HEADS)
def test_every_field_is_looked_at_where_the_whole_is_replaced(line, there, masking):
    """A mail of more parts than are looked at; a file within a mail that another program reads."""
    for raw in (
        several(*[part("x")] * 1200, extra=(line,)),
        mail("好\r\n", extra=(line, f"X:\ra: {VISA}", f"Y\r{VISA}")),
    ):
        made = masking.masked(raw)
        assert made.changed
        assert [secret for secret in (VISA, SPACED) if secret in seen(made.content)] == []
        assert b"To: desk@example.com" in made.content


@pytest.mark.parametrize(("line", "there"), HEADS.values(), ids=HEADS)
def test_every_field_of_a_part_is_looked_at(line, there, masking):
    """Of one that is passed on because nobody can look into it, too."""
    closed = part(base64ed(b"\x30\x80secret"), "application/pkcs7-mime", "base64").replace(
        b"\r\n\r\n", b"\r\n%s\r\n\r\n" % line.encode(), 1
    )
    for raw in (
        several(part("好\r\n"), closed),
        several(part("好\r\n"), part(mail("好\r\n", extra=(line,)), "message/rfc822", "")),
    ):
        made = replace(masking, unreadable="pass").masked(raw)
        assert [secret for secret in (VISA, SPACED) if secret in seen(made.content)] == []
        assert "好" in seen(made.content)


def test_threads_join_by_ids_that_had_to_go(masking, shipped_policy):
    """The same id is the same in every mail and field, another one another, and nobody without the key can tell it."""
    first = mail("好\r\n").replace(b"<m1@example.org>", b"<%s@x>" % VISA.encode())
    answer = mail("好\r\n").replace(b"<m0@example.com>", b"<m0@example.com>\r\n <%s@x>" % VISA.encode())
    other = mail("好\r\n").replace(b"<m1@example.org>", b"<%s@y>" % VISA.encode())

    def of(raw, name, masks=masking):
        return message_from_bytes(masks.masked(raw).content)[name].split()

    [id] = of(first, "Message-ID")
    assert id.endswith("@zhidu.invalid>")
    assert not any(letter.isdigit() for letter in id)
    assert of(answer, "References") == ["<m0@example.com>", id]
    assert of(answer, "In-Reply-To") == ["<m0@example.com>", id]
    assert of(answer, "Message-ID") == ["<m1@example.org>"]
    assert of(other, "Message-ID") != [id]
    assert of(first, "Message-ID", mail_masker_of(shipped_policy, key=b"j" * 32)) != [id]
    assert of(first, "Message-ID", mail_masker_of(shipped_policy)) == ["<masked@zhidu.invalid>"]


def test_the_stamp_tells_kinds_and_counts_alone(masking):
    made = masking.masked(
        several(part(TEXT), part(base64ed(b"%PDF-1.4 x"), "application/pdf", "base64"), part(f"密码：{PASSWORD}\r\n"))
    )
    assert made.stamped(12).partition(b"\r\n")[0] == b"X-Zhidu: bank_card=1; password=1; sealed-parts=1; original=12"


def test_a_stamp_from_outside_is_taken_off(masking):
    made = masking.masked(mail(TEXT, "X-Zhidu: bank_card=9; original=1"))
    assert made.stamped(3).count(b"X-Zhidu:") == 1


CLOSED = {
    "S/MIME": mail(
        base64ed(b"\x30\x80secret"), kind="application/pkcs7-mime; smime-type=enveloped-data", encoding="base64"
    ),
    "PGP/MIME": several(
        part("Version: 1\r\n", "application/pgp-encrypted"), part("-----BEGIN PGP MESSAGE-----\r\n"), kind="encrypted"
    ),
    "a head that breaks off": mail("", kind="application/pkcs7-mime", encoding="").rstrip(b"\r\n"),
    "PGP in the text": mail("-----BEGIN PGP MESSAGE-----\r\nabc\r\n-----END PGP MESSAGE-----\r\n"),
    "winmail.dat": several(part("好\r\n"), part(base64ed(b"\x78\x9f\x3e\x22"), "application/ms-tnef", "base64")),
    "a broken PDF": several(part("好\r\n"), part(base64ed(b"%PDF-1.4 broken"), "application/pdf", "base64")),
    "a docx with a password": several(
        part("好\r\n"),
        attached(
            b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 64 + "EncryptedPackage".encode("utf-16-le"),
            "application/octet-stream",
            "a.docx",
        ),
    ),
    "a part of a mail": mail("...", kind="message/partial; id=1; number=1; total=2", encoding=""),
    "more parts than are looked at": several(*[part("x")] * 1200),
    "more parts than are looked at, in a mail within": several(
        part(several(*[part("x")] * 1200, boundary="b7"), "message/rfc822", "")
    ),
    "mails within mails within mails": several(
        part(b"Content-Type: message/rfc822\r\n\r\n" * 3000 + b"x", "message/rfc822", "")
    ),
    "a head without end": mail("x", *["X-A: b"] * 20_000),
    "a field without end": mail("x", "X-A: b" + "\r\n b" * 400_000),
    "parts within parts within parts": mail(
        b"".join(b"--a%d\r\nContent-Type: multipart/mixed; boundary=a%d\r\n\r\n" % (n, n + 1) for n in range(40)),
        kind="multipart/mixed; boundary=a0",
        encoding="",
    ),
}


@pytest.mark.parametrize("raw", CLOSED.values(), ids=CLOSED)
def test_what_nobody_can_look_into(raw, masking):
    """By the settings: sealed and replaced, passed on, or refused."""
    made = masking.masked(raw)
    assert made.changed
    assert made.sealed >= 1
    assert "sealed" in seen(made.content)
    assert b"Message-ID: <m1@example.org>" in made.content
    with pytest.raises(RefusedMail):
        replace(masking, unreadable="refuse").masked(raw)


def test_what_nobody_can_look_into_may_pass(masking):
    raw = CLOSED["S/MIME"]
    assert replace(masking, unreadable="pass").masked(raw).content == raw


TWO_READINGS = {
    "a line that is no field ends the head for some programs": (
        mail(f"card number {CARD}\r\n").replace(b"Content-Type", b"no field\r\nContent-Type")
    ),
    "two kinds of content": mail(base64ed(TEXT), "Content-Transfer-Encoding: 8bit", encoding="base64"),
    "two boundaries": mail(
        f"--x\r\n\r\ncard number {CARD}\r\n--x--\r\n",
        'Content-Type: multipart/mixed; boundary="y"',
        kind='multipart/mixed; boundary="x"',
        encoding="",
    ),
    "a lone CR before the delimiter": several(part("好\r\n")).replace(
        b"--b1--", f"\r--b1\r\rcard number {CARD}\r--b1--".encode()
    ),
}


@pytest.mark.parametrize("raw", TWO_READINGS.values(), ids=TWO_READINGS)
def test_what_is_read_in_two_ways_is_readable_in_neither(raw, masking):
    made = masking.masked(raw)
    assert made.changed
    assert CARD not in seen(made.content)
    assert CARD.encode() not in made.content


@given(
    st.binary(max_size=300)
    | st.lists(
        st.sampled_from(
            [
                b"--b\r\n",
                b"\r\n",
                b"--b--",
                b"Content-Type: multipart/mixed; boundary=b\r\n",
                b"\n",
                b"a: b\r\n",
                b" x\r\n",
                b"--b\n",
            ]
        ),
        max_size=14,
    ).map(b"".join)
)
@settings(max_examples=300, deadline=None)
def test_the_parts_of_anything_are_the_whole(raw):
    assert bytes(parsed(raw)) == raw


WAYS = ("8bit", "base64", "quoted-printable")


@pytest.mark.parametrize("seed", range(40))
def test_mails_at_random(seed, masking):
    """Whatever structure a card number is put into, the standard library's parser sees none afterwards."""
    chance = random.Random(seed)

    def leaf():
        html, way = chance.random() < 0.4, chance.choice(WAYS)
        charset = chance.choice(["utf-8", "gb18030", "gb2312"])
        text = (HTML if html else TEXT).encode(charset)
        body = {
            "8bit": lambda: text,
            "base64": lambda: base64ed(text),
            "quoted-printable": lambda: quoted(text.decode(charset), charset),
        }[way]()
        named = (
            f'attachment; filename="{chance.choice(["a.txt", IDENTITY + ".txt"])}"' if chance.random() < 0.3 else None
        )
        return part(body, f"text/{'html' if html else 'plain'}; charset={charset}", way, named)

    def tree(depth):
        if depth == 0 or chance.random() < 0.3:
            return leaf()
        if chance.random() < 0.2:
            return part(several(tree(depth - 1), boundary=f"m{depth}{chance.random()}"), "message/rfc822", "")
        inner = [tree(depth - 1) for _ in range(chance.randint(1, 3))]
        return within(
            *inner, kind=chance.choice(["mixed", "alternative", "related"]), boundary=f"w{depth}{chance.random()}"
        )

    raw = several(tree(3), tree(2))
    made = masking.masked(raw)
    shown = seen(made.content)
    assert CARD not in shown
    assert CARD[6:15] not in shown
    assert IDENTITY not in shown
    assert "丢了" in shown


def test_lone_ends_of_lines_are_made_whole():
    """A lone CR or LF is how one mail is made two on its way."""
    assert normal(b"a\nb\rc\r\n\n.\n") == b"a\r\nb\r\nc\r\n\r\n.\r\n"
