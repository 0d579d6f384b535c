"""Mails as they come, byte by byte; and what somebody sees who opens one."""

import base64
import io
import quopri
import zipfile
from contextlib import suppress
from email import message_from_bytes, policy

CARD = "6222021000112233449"
CARD_MASKED = "622202*********3449"
IDENTITY = "440305199301026898"
PASSWORD = "Abc12345"
WIDE = "".join(chr(ord(digit) + 0xFEE0) for digit in CARD)


def mail(body, *head, kind="text/plain; charset=utf-8", encoding="8bit", subject="问题", extra=()):
    """A mail of one part; `body`: bytes, or text in UTF-8."""
    lines = [
        "Received: from mx.example.org by mta.example.com; Tue, 24 Nov 2026 07:00:00 +0000",
        "From: Li Si <li.si@example.org>",
        "To: desk@example.com",
        f"Subject: {subject}",
        "Date: Tue, 24 Nov 2026 15:00:00 +0800",
        "Message-ID: <m1@example.org>",
        "References: <m0@example.com>",
        "In-Reply-To: <m0@example.com>",
        "MIME-Version: 1.0",
        *([f"Content-Type: {kind}"] if kind else []),
        *([f"Content-Transfer-Encoding: {encoding}"] if encoding else []),
        *head,
    ]
    content = body.encode() if isinstance(body, str) else body
    head_bytes = b"".join((line.encode() if isinstance(line, str) else line) + b"\r\n" for line in (*lines, *extra))
    return head_bytes + b"\r\n" + content


def part(body, kind="text/plain; charset=utf-8", encoding="8bit", disposition=None):
    content = body.encode() if isinstance(body, str) else body
    head = [f"Content-Type: {kind}"] * bool(kind) + [f"Content-Transfer-Encoding: {encoding}"] * bool(encoding)
    head += [f"Content-Disposition: {disposition}"] * bool(disposition)
    return "".join(f"{line}\r\n" for line in head).encode() + b"\r\n" + content


def several(*parts, kind="mixed", boundary="b1", head=(), preamble=b"", epilogue=b"", **rest):
    body = preamble + b"".join(b"--%s\r\n%s\r\n" % (boundary.encode(), one) for one in parts)
    body += b"--%s--\r\n%s" % (boundary.encode(), epilogue)
    return mail(body, *head, kind=f'multipart/{kind}; boundary="{boundary}"', encoding="", **rest)


def within(*parts, kind="alternative", boundary="b2"):
    body = b"".join(b"--%s\r\n%s\r\n" % (boundary.encode(), one) for one in parts)
    return part(body + b"--%s--\r\n" % boundary.encode(), kind=f'multipart/{kind}; boundary="{boundary}"', encoding="")


def attached(content, kind, name):
    """A file of these bytes."""
    return part(base64ed(content), kind, "base64", f"attachment; filename={name}")


def base64ed(text, charset="utf-8"):
    content = text if isinstance(text, bytes) else text.encode(charset)
    return base64.encodebytes(content).replace(b"\n", b"\r\n")


def quoted(text, charset="utf-8"):
    return quopri.encodestring(text.encode(charset)).replace(b"\n", b"\r\n")


def docx(text):
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        archive.writestr(zipfile.ZipInfo("[Content_Types].xml"), "<Types/>")
        body = f"<w:document><w:body><w:p><w:r><w:t>{text}</w:t></w:r></w:p></w:body></w:document>"
        archive.writestr(zipfile.ZipInfo("word/document.xml"), body)
    return target.getvalue()


def xlsx(cell):
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        archive.writestr(zipfile.ZipInfo("[Content_Types].xml"), "<Types/>")
        sheet = f"<worksheet><sheetData><row>{cell}</row></sheetData></worksheet>"
        archive.writestr(zipfile.ZipInfo("xl/worksheets/sheet1.xml"), sheet)
    return target.getvalue()


def pdf(text):
    """The least that a reader takes for a PDF with a line of text."""
    stream = f"BT /F1 12 Tf 20 20 Td ({text}) Tj ET".encode()
    objects = [
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 300 50]/Contents 4 0 R/Resources<</Font<</F1 5 0 R>>>>>>",
        b"<</Length %d>>stream\n%s\nendstream" % (len(stream), stream),
        b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>",
    ]
    out, places = b"%PDF-1.4\n", []
    for number, one in enumerate(objects, 1):
        places.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, one)
    start = len(out)
    out += b"xref\n0 6\n0000000000 65535 f \n" + b"".join(b"%010d 00000 n \n" % at for at in places)
    return out + b"trailer<</Size 6/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF\n" % start


def seen(raw):
    """All that can be read in a mail: heads, names of files, bodies, files, mails within it."""
    message = message_from_bytes(raw, policy=policy.default)
    found = []
    for one in message.walk():
        found += [f"{name}: {value}" for name, value in one.items()]
        if one.is_multipart():
            continue
        content = one.get_payload(decode=True) or b""
        if content.startswith(b"PK"):
            with zipfile.ZipFile(io.BytesIO(content)) as archive:
                content = b"".join(archive.read(name) for name in archive.namelist())
        for charset in dict.fromkeys((one.get_content_charset() or "utf-8", "utf-8", "gb18030", "big5")):
            with suppress(LookupError):
                found.append(content.decode(charset, "replace"))
    return "\n".join(found)
