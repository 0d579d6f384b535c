"""Text in attachments: read in every format, rewritten where nothing else is lost, refused beyond the limits."""

import io
import re
import zipfile
from pathlib import Path

import pytest
import xlsxwriter

from integrations import files
from policies.kernel.masking import detect, operators, transform
from zhidu.masking import load_masking

CARD = "6222021000112233449"
CONFIG = load_masking()
WORD = (
    '<?xml version="1.0" encoding="UTF-8"?><w:document xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/'
    'main"><w:body><w:p><w:r><w:t>卡号 622202</w:t></w:r><w:r><w:rPr><w:b/></w:rPr><w:t>1000112233449</w:t></w:r></w:p>'
    "<w:p><w:r><w:t>您好 &amp; 再见</w:t></w:r></w:p></w:body></w:document>"
)


def docx(document: str = WORD) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        archive.writestr("word/document.xml", document)
    return target.getvalue()


def xlsx(*cells: str | int) -> bytes:
    target = io.BytesIO()
    with xlsxwriter.Workbook(target, {"in_memory": True}) as book:
        sheet = book.add_worksheet()
        for row, cell in enumerate(cells):
            sheet.write(row, 0, cell)
    return target.getvalue()


def pdf(text: str) -> bytes:
    stream = f"BT /F1 12 Tf 72 720 Td ({text}) Tj ET".encode()
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Contents 4 0 R"
        b" /Resources << /Font << /F1 5 0 R >> >> >>",
        b"<< /Length %d >>\nstream\n%s\nendstream" % (len(stream), stream),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
    ]
    out, offsets = bytearray(b"%PDF-1.4\n"), []
    for number, body in enumerate(objects, start=1):
        offsets.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    start = len(out)
    out += b"xref\n0 6\n0000000000 65535 f \n" + b"".join(b"%010d 00000 n \n" % offset for offset in offsets)
    return bytes(out + b"trailer << /Size 6 /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % start)


def holds(text: str) -> bool:
    return bool(detect(text, config=CONFIG))


def mask(text: str, *, html: bool = False) -> str:
    return transform(text, detect(text, html=html, config=CONFIG), operators(CONFIG))


FILES = {
    # row                          name            content                                  rewritten
    "plain text":                 ("a.txt",        f"卡号 {CARD}\r\n好".encode(),            True),
    "in gb18030":                 ("a.txt",        f"卡号 {CARD} 您好".encode("gb18030"),    True),
    "csv":                        ("a.csv",        f"姓名,卡号\n李四,{CARD}\n".encode(),      True),
    "html, split by tags":        ("a.html",       f"<p>卡 <b>{CARD[:6]}</b>{CARD[6:]}</p>".encode(), True),
    "Word, split by runs":        ("a.docx",       docx(),                                  True),
    "a sheet's text":             ("a.xlsx",       xlsx("卡号", f"卡号{CARD}", 12.5),         True),
    "a sheet's number":           ("a.xlsx",       xlsx("手机号", 13800138000),              False),
    "PDF":                        ("a.pdf",        pdf(f"card {CARD}"),                     False),
    "a PDF that is called text":  ("a.txt",        pdf(f"card {CARD}"),                     False),
}  # fmt: skip


@pytest.mark.parametrize(("name", "content", "rewrites"), FILES.values(), ids=FILES)
def test_found_always_and_rewritten_where_nothing_is_lost(name: str, content: bytes, rewrites: bool) -> None:
    """6.1.1 text in attachments is found in every format, and masked or left to be sealed."""
    assert any(map(holds, files.texts(name, "", content)))

    made = files.rewritten(name, "", content, mask, holds)

    assert (made is not None) is rewrites
    if made is not None:
        assert not any(map(holds, files.texts(name, "", made)))
        digits = re.sub(r"\D", "", " ".join(files.texts(name, "", made)))
        assert CARD not in digits


def test_a_word_file_stays_the_same_but_for_the_masked_characters() -> None:
    made = files.rewritten("a.docx", "", docx(), mask, holds)
    assert made is not None
    with zipfile.ZipFile(io.BytesIO(made)) as archive:
        text = archive.read("word/document.xml").decode()
    assert re.sub(r"\d", "*", text[120:]).replace("*", "") == re.sub(r"\d", "*", WORD[120:]).replace("*", "")
    assert "<w:b/>" in text
    assert "您好 &amp; 再见" in text


CLEAN = {
    "text":     ("a.txt", "您好".encode()),
    "Word":     ("a.docx", docx("<w:p><w:t>您好</w:t></w:p>")),
    "pictures": ("a.jpg", b"\xff\xd8\xff\xe0 6222021000112233449"),
}  # fmt: skip


@pytest.mark.parametrize(("name", "content"), CLEAN.values(), ids=CLEAN)
def test_a_file_with_nothing_to_mask_stays_byte_for_byte(name: str, content: bytes) -> None:
    assert files.rewritten(name, "", content, mask, holds) is content


def bomb() -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("word/document.xml", b"0" * 3_000_000)
    return target.getvalue()


def encrypted() -> bytes:
    data = bytearray(docx())
    for at in (found.start() for found in re.finditer(b"PK\x01\x02", bytes(data))):
        data[at + 8] |= 1
    return bytes(data)


BAD = {
    "an archive that unpacks to too much": ("a.docx", bomb()),
    "too large as it is":                  ("a.txt", b"x" * 2_000_001),
    "an encrypted archive":                ("a.docx", encrypted()),
    "half an archive":                     ("a.docx", docx()[:-60]),
    "half a PDF":                          ("a.pdf", pdf("x")[:80]),
}  # fmt: skip


@pytest.mark.parametrize(("name", "content"), BAD.values(), ids=BAD)
def test_what_cannot_be_read_is_refused_and_sealed(name: str, content: bytes) -> None:
    limits = files.Limits(content=2_000_000, unpacked=2_000_000)
    with pytest.raises(files.Unreadable):
        files.texts(name, "", content, limits)
    assert files.rewritten(name, "", content, mask, holds, limits) is None


def test_a_pdf_that_takes_too_long_is_given_up_between_pages() -> None:
    ticks = iter(range(0, 1_000, 60))
    with pytest.raises(files.Unreadable, match="too long"):
        files.texts("a.pdf", "", pdf("x"), monotonic=lambda: float(next(ticks)))


def test_nothing_of_a_file_stands_in_an_error(tmp_path: Path) -> None:
    with pytest.raises(files.Unreadable) as caught:
        files.texts("a.pdf", "", b"%PDF-1.4 " + CARD.encode())
    assert CARD not in str(caught.value)
