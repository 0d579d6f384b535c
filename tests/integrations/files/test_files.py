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


def xlsx(*cells: str | float) -> bytes:
    target = io.BytesIO()
    with xlsxwriter.Workbook(target, {"in_memory": True}) as book:
        sheet = book.add_worksheet()
        for row, cell in enumerate(cells):
            sheet.write(row, 0, cell)
    return target.getvalue()


def table(*rows: tuple[str | int, ...]) -> bytes:
    target = io.BytesIO()
    with xlsxwriter.Workbook(target, {"in_memory": True}) as book:
        sheet = book.add_worksheet()
        for number, row in enumerate(rows):
            sheet.write_row(number, 1, row)
    return target.getvalue()


def word_table(*rows: tuple[str, ...]) -> bytes:
    cells = "".join(
        f"<w:tr>{''.join(f'<w:tc><w:p><w:r><w:t>{cell}</w:t></w:r></w:p></w:tc>' for cell in row)}</w:tr>"
        for row in rows
    )
    return docx(f"<w:document><w:body><w:p><w:t>您好</w:t></w:p><w:tbl>{cells}</w:tbl></w:body></w:document>")


def html_table(*rows: tuple[str, ...]) -> bytes:
    lines = "".join(f"<tr>{''.join(f'<td><p>{cell}</p></td>' for cell in row)}</tr>\n" for row in rows)
    return f"<p>您好</p><table>\n{lines}</table>".encode()


def zipped(**files: bytes) -> bytes:
    """Names of files with a blank for each underline before the ending."""
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_STORED) as archive:
        for name, content in files.items():
            archive.writestr(re.sub("_(?=[a-z]+$)", ".", name), content)
    return target.getvalue()


def within(levels: int) -> bytes:
    content = f"卡号 {CARD}".encode()
    for level in range(levels):
        content = zipped(**{f"a_{'txt' if level == 0 else 'zip'}": content})
    return content


def renamed(name: bytes) -> bytes:
    """An archive with a file's name in the characters of Chinese programs, who do not say so."""
    plain = b"a" * len(name) + b".txt"
    return zipped(**{plain.decode(): "好".encode()}).replace(plain, name + b".txt")


def slides() -> bytes:
    slide = f"<p:sld><a:p><a:r><a:t>卡号 {CARD[:6]}</a:t></a:r><a:r><a:t>{CARD[6:]}</a:t></a:r></a:p></p:sld>"
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        archive.writestr("ppt/slides/slide1.xml", slide)
    return target.getvalue()


def with_part(name: str, content: bytes | str, document: str = "<w:document/>") -> bytes:
    target = io.BytesIO(docx(document))
    with zipfile.ZipFile(target, "a") as archive:
        archive.writestr(name, content)
    return target.getvalue()


LINK = '<Relationships><Relationship Id="r1" Target="tel:13800138000" TargetMode="External"/></Relationships>'


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
    "slides":                     ("a.pptx",       slides(),                                True),
    "an archive":                 ("a.zip",        zipped(a_txt=f"卡号 {CARD}".encode(), b_png=b"x"), True),
    "an archive by another name": ("a.dat",        zipped(a_txt=f"卡号 {CARD}".encode()),    True),
    "the name of a file in it":   ("a.zip",        renamed(f"姓名：张三 {CARD}".encode("gb18030")), True),
    "a Word file in an archive":  ("a.zip",        zipped(a_docx=docx(), b_csv=b"a,b"),     True),
    "a PDF in an archive":        ("a.zip",        zipped(a_pdf=pdf(f"card {CARD}")),       False),
    "archives in archives":       ("a.zip",        within(4),                               True),
    "a file in a Word file":      ("a.docx",       with_part("word/embeddings/a.xlsx", xlsx(f"卡号{CARD}")), True),
    "data of a form in Word":     ("a.docx",       with_part("customXml/item1.xml", f"<a>卡号 {CARD}</a>"), True),
    "what a link leads to":       ("a.docx",       with_part("word/_rels/document.xml.rels", LINK), True),
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


HEADED = (("客户", "密码", "订单号"), ("甲", "qwer1234", CARD), ("乙", "asdf5678", CARD))
TABLES = {
    # row                       name      content                 rewritten
    "a sheet":                 ("a.xlsx", table(*HEADED),         True),
    "a document's table":      ("a.docx", word_table(*HEADED),    True),
    "csv":                     ("a.csv",  "\n".join(map(",".join, HEADED)).encode(), True),
    "html":                    ("a.html", html_table(*HEADED),    True),
    "a number in a sheet":     ("a.xlsx", table(("客户", "密码"), ("甲", 482913)), False),
    "a text that others show": ("a.xlsx", table(("客户", "密码", "备注"), ("甲", "qwer1234", "qwer1234")), False),
}  # fmt: skip


@pytest.mark.parametrize(("name", "content", "rewrites"), TABLES.values(), ids=TABLES)
def test_the_head_of_a_column_speaks_for_its_cells(name: str, content: bytes, rewrites: bool) -> None:
    """6.1.1: what only the head of a column tells is found and masked; what it says is an order number stays."""
    found = [span.kind.value for text in files.texts(name, "", content) for span in detect(text, config=CONFIG)]
    assert set(found) == {"password"}

    made = files.rewritten(name, "", content, mask, holds)

    assert (made is not None) is rewrites
    if made is not None:
        shown = "\n".join(files.texts(name, "", made))
        assert "qwer1234" not in shown
        assert "asdf5678" not in shown
        assert shown.count(CARD) == "\n".join(files.texts(name, "", content)).count(CARD)


def test_a_sheet_keeps_lines_within_a_cell_and_the_texts_of_other_cells() -> None:
    made = files.rewritten(
        "a.xlsx", "", table(("备注", "身份证号"), ("甲\n乙", "本人\n110101199003070012")), mask, holds
    )
    assert made is not None
    with zipfile.ZipFile(io.BytesIO(made)) as archive:
        shared = archive.read("xl/sharedStrings.xml").decode()
    assert "甲\n乙" in shared
    assert "本人\n110***********0012" in shared


CLEAN = {
    "text":     ("a.txt", "您好".encode()),
    "Word":     ("a.docx", docx("<w:p><w:t>您好</w:t></w:p>")),
    "pictures": ("a.jpg", b"\xff\xd8\xff\xe0 6222021000112233449"),
}  # fmt: skip


@pytest.mark.parametrize(("name", "content"), CLEAN.values(), ids=CLEAN)
def test_a_file_with_nothing_to_mask_stays_byte_for_byte(name: str, content: bytes) -> None:
    assert files.rewritten(name, "", content, mask, holds) is content


def bomb(size: int = 3_000_000) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("word/document.xml", b"0" * size)
    return target.getvalue()


def encrypted(archive: bytes | None = None) -> bytes:
    data = bytearray(archive or docx())
    for at in (found.start() for found in re.finditer(b"PK\x01\x02", bytes(data))):
        data[at + 8] |= 1
    return bytes(data)


def far_cells() -> bytes:
    cells = "".join(f'<row r="{row}"><c r="XFD{row}" t="inlineStr"><is><t>x</t></is></c></row>' for row in range(1, 99))
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/worksheets/sheet1.xml", f"<worksheet><sheetData>{cells}</sheetData></worksheet>")
    return target.getvalue()


BAD = {
    "an archive with a password":          ("a.zip", encrypted(zipped(a_txt=b"x"))),
    "archives within archives, without end": ("a.zip", within(6)),
    "archives that unpack to too much together": ("a.zip", zipped(**{f"a{n}_docx": bomb(900_000) for n in range(3)})),
    "half an archive of files":            ("a.zip", zipped(a_txt=b"x" * 500)[:-60]),
    "a sheet of empty cells":              ("a.xlsx", far_cells()),
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
