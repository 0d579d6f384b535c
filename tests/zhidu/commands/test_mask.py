"""`zhidu mask`: texts for people, lines for machines, and what was found and why."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from policies.kernel.problems import ConfigErrors
from tests.integrations.relay.mails import CARD, CARD_MASKED, mail
from zhidu.commands.mask import mask
from zhidu.exits import WrongUse
from zhidu.habits import Habits


def run(*arguments: str, stdin: str | bytes = "", habits: Habits | None = None) -> Result:
    return CliRunner().invoke(mask, arguments, input=stdin, obj=habits or Habits(config=Path("nowhere")))


def test_a_text() -> None:
    """6.1.1: personal data does not show."""
    assert run(stdin="手机13800138000\n订单号13800138000\n").stdout == "手机138****8000\n订单号13800138000\n"


def test_files_one_after_the_other(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_bytes("手机13800138000\r\n".encode())
    (tmp_path / "b.txt").write_text("密码：abc12345", encoding="utf-8")

    result = run(str(tmp_path / "a.txt"), str(tmp_path / "b.txt"))

    assert result.stdout_bytes.decode() == "手机138****8000\r\n密码：******"


def test_html_keeps_its_tags() -> None:
    source = '<p class="x">138<b>0013</b>8000</p><td>1380</td><td>0138000</td>'
    assert run("--html", stdin=source).stdout == source.replace("0013", "****")


def test_lines_for_machines() -> None:
    """One line in, one line out, same order; a bad line is answered and stops nothing."""
    lines = [
        '{"text": "卡号6222021234567890128", "html": false}',
        "no json",
        '{"html": true}',
        '{"text": "x", "html": "yes"}',
        "[1]",
        '{"text": "<p>138<b>0013</b>8000</p>", "html": true}',
        '{"text": "half a character \\ud800 stays"}',
    ]

    result = run("--jsonl", stdin="\n".join(lines))

    answers = [json.loads(line) for line in result.stdout.splitlines()]
    assert result.exit_code == 0
    assert answers[0]["text"] == "卡号622202*********0128"
    assert answers[0]["findings"] == [
        {
            "kind": "bank_card",
            "start": 2,
            "end": 21,
            "why": "bank card: the check digit holds, a range in use; label 卡号",
        }
    ]
    assert [list(answer) for answer in answers[1:5]] == [["error"]] * 4
    assert answers[5]["text"] == "<p>138<b>****</b>8000</p>"
    assert answers[6] == {"text": "half a character \ud800 stays", "findings": []}


def test_an_error_does_not_quote_the_line() -> None:
    assert "13800138000" not in run("--jsonl", stdin='{"text": 13800138000}\n"13800138000"\n13800138000').stdout


def test_explained() -> None:
    """Where and why, never the value."""
    result = run("--explain", stdin="您好\n手机13800138000\n")
    assert result.stdout == "2:3: mobile number: a range in use; label 手机 (confidence 0.97)\n"
    assert run("--explain", stdin="您好").stdout == "nothing found\n"


def test_explained_for_machines() -> None:
    finding = json.loads(run("--jsonl", "--explain", stdin='{"text": "a@example.com"}').stdout)["findings"][0]
    assert (finding["evidence"], finding["label"], finding["valid"]) == (["shape"], "", None)
    assert json.loads(run(stdin="a@example.com", habits=Habits(json=True)).stdout)["findings"] == [finding]


def test_what_is_not_utf_8(tmp_path: Path) -> None:
    (tmp_path / "gbk.txt").write_bytes("手机".encode("gbk"))
    assert isinstance(run(str(tmp_path / "gbk.txt")).exception, WrongUse)


@pytest.mark.parametrize(
    ("own", "shown"),
    [
        ("kinds:\n  mobile: {action: ignore}", "手机13800138000"),
        ("kinds:\n  mobile: {action: flag}", "手机13800138000"),
        ("kinds:\n  mobile: {first: 0, last: 2}", "手机*********00"),
        ("styles: {C2: redact}", "手机[mobile]"),
        ('keep: ["138-0013-8000"]', "手机13800138000"),
    ],
    ids=["ignored", "flagged", "shown less", "redacted", "the institution's own"],
)
def test_the_configuration_decides(own: str, shown: str, tmp_path: Path) -> None:
    (tmp_path / "masking.yaml").write_text(own, encoding="utf-8")
    assert run(stdin="手机13800138000", habits=Habits(config=tmp_path)).stdout == shown


def test_a_secret_cannot_be_made_to_show(tmp_path: Path) -> None:
    (tmp_path / "masking.yaml").write_text("kinds:\n  password: {first: 1}", encoding="utf-8")
    result = run(stdin="", habits=Habits(config=tmp_path))
    assert isinstance(result.exception, ConfigErrors)
    assert "masking.yaml:2" in str(result.exception)


def test_a_mail_as_it_would_leave_the_gate(tmp_path: Path) -> None:
    """6.1.1 what is masked of it, what is sealed, and nothing else changed."""
    path = tmp_path / "a.eml"
    path.write_bytes(mail(f"卡号 {CARD}\r\n"))
    result = run("--mail", str(path))
    assert result.stdout_bytes == b"X-Zhidu: bank_card=1; original=0\r\n" + mail(f"卡号 {CARD_MASKED}\r\n")
    assert run("--mail", stdin=mail("您好\r\n")).stdout_bytes == mail("您好\r\n")


MAILS = {
    # row                 mail                               said
    "a card":            (mail(f"卡号 {CARD}\r\n", "DKIM-Signature: v=1"), "bank_card: 1\nthere is a signature"),
    "nothing":           (mail("您好\r\n"), "nothing is changed"),
    "cannot be read":    (mail("...", kind="application/pkcs7-mime"), "parts in whose place a text stands: 1"),
}  # fmt: skip


@pytest.mark.parametrize(("raw", "said"), MAILS.values(), ids=MAILS)
def test_what_was_masked_of_a_mail(raw: bytes, said: str) -> None:
    result = run("--mail", "--explain", stdin=raw)
    assert said in result.stdout
    assert CARD not in result.stdout


def test_what_was_masked_of_a_mail_for_machines() -> None:
    result = run("--mail", stdin=mail(f"卡号 {CARD}\r\n"), habits=Habits(config=Path("nowhere"), json=True))
    assert json.loads(result.stdout) == {
        "changed": True, "kinds": {"bank_card": 1}, "sealed_parts": 0, "signature_void": False,
    }  # fmt: skip


def test_a_mail_that_the_gate_would_refuse(tmp_path: Path) -> None:
    (tmp_path / "zhidu.yaml").write_text(
        "gate: {unreadable: refuse, intake: {group: Service}}\nvault: {keys: [{id: k, env: K}], current: k}\n"
    )
    result = run("--mail", stdin=mail("...", kind="application/pkcs7-mime"), habits=Habits(config=tmp_path))
    assert "would refuse" in result.stderr


@pytest.mark.parametrize("other", [("--html",), ("--jsonl",), ("a", "b")])
def test_a_mail_is_one_mail(tmp_path: Path, other: tuple[str, ...]) -> None:
    files = [tmp_path / name for name in other if not name.startswith("--")]
    for file in files:
        file.write_bytes(b"")
    result = run("--mail", *(name for name in other if name.startswith("--")), *map(str, files))
    assert isinstance(result.exception, WrongUse)
