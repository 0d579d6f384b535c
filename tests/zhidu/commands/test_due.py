"""`zhidu due`: one period for people, one for machines, and many by lines."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from zhidu.commands.due import due
from zhidu.exits import WrongUse
from zhidu.habits import Habits


def run(*arguments: str, stdin: str | bytes = "", habits: Habits | None = None) -> Result:
    return CliRunner().invoke(due, arguments, input=stdin, obj=habits or Habits(config=Path("nowhere")))


def test_for_people() -> None:
    """1.3.1 the instant, and the days that counted and those skipped."""
    result = run("2026-04-30T17:00+08:00", "4wh")

    lines = result.stdout.splitlines()
    assert result.exit_code == 0
    assert lines[0] == "2026-05-06T12:00:00+08:00"
    assert lines[1].split() == ["Thu", "2026-04-30", "1:00", "1:00"]
    assert lines[2].split() == ["Fri", "2026-05-01", "-", "1:00", "holiday", "(Labour", "Day)"]
    assert lines[-1].split() == ["Wed", "2026-05-06", "3:00", "4:00"]


def test_a_start_without_an_offset_is_the_calendars_time() -> None:
    assert run("2026-05-06T10:00", "1wh").stdout.startswith("2026-05-06T11:00:00+08:00")
    assert run("2026-05-06T10:00", "1wh", "--calendar", "uk").stdout.startswith("2026-05-06T11:00:00+01:00")


def test_provisional_is_said() -> None:
    result = run("2026-12-30T17:00", "3wd")
    assert "Fri 2027-01-01          1          2  (holidays of the year not known)" in result.stdout
    assert "provisional:" in result.stdout


def test_quiet() -> None:
    assert run("2026-05-06T10:00", "2wd", habits=Habits(quiet=True)).stdout == "2026-05-08T18:00:00+08:00\n"


def test_a_long_period_shows_its_ends() -> None:
    lines = run("2024-01-01T10:00", "900d").stdout.splitlines()
    assert lines[201] == "  … 501 days"
    assert len(lines) == 1 + 200 + 1 + 200
    assert lines[-1].split()[-1] == "900" or "900" in lines[-1]


def test_json() -> None:
    answer = json.loads(run("2026-05-08T17:00", "2wh", habits=Habits(json=True)).stdout)

    assert answer["due"] == "2026-05-09T10:00:00+08:00"
    assert answer["provisional"] is False
    assert answer["days"][-1] == {
        "date": "2026-05-09",
        "kind": "makeup",
        "name": "Labour Day",
        "known": True,
        "counted": 3600.0,
    }


LINES = {
    "a period": ('{"start": "2026-04-30T17:00+08:00", "spec": "4wh"}', {"due": "2026-05-06T12:00:00+08:00"}),
    "another offset": ('{"start": "2026-04-30T09:00Z", "spec": "15d"}', {"due": "2026-05-16T00:00:00+08:00"}),
    "no JSON": ("nope", {"error": "the line is not JSON"}),
    "no UTF-8": (b'{"start": "\xff"}', {"error": "the line is not JSON"}),
    "an empty line": ("", {"error": "the line is not JSON"}),
    "nested too deeply": ("[" * 100_000, {"error": "the line is not JSON"}),
    "no object": ("[]", {"error": "a line is an object such as"}),
    "no start": ('{"spec": "4wh"}', {"error": "start and spec are needed"}),
    "a number for a spec": ('{"start": "2026-04-30T17:00+08:00", "spec": 4}', {"error": "start and spec are needed"}),
    "no time": ('{"start": "soon", "spec": "4wh"}', {"error": "start is a time such as"}),
    "no period": ('{"start": "2026-04-30T17:00+08:00", "spec": "2 hours"}', {"error": "wm working minutes"}),
    "out of reach": ('{"start": "9999-12-31T23:00-12:00", "spec": "1wh"}', {"error": "1970 through 2199"}),
}


def test_lines() -> None:
    """One line in, one line out, in order; what is wrong with one stops no other."""
    given = [line if isinstance(line, bytes) else line.encode() for line, _ in LINES.values()]

    result = run("--jsonl", stdin=b"\n".join(given) + b"\n")

    answers = [json.loads(line) for line in result.stdout.splitlines()]
    assert result.exit_code == 0
    assert len(answers) == len(LINES)
    for (name, (_, expected)), answer in zip(LINES.items(), answers, strict=True):
        (kind, text), (got_kind, got) = *expected.items(), *answer.items()
        assert got_kind == kind, name
        assert got == text if kind == "due" else text in got, name


WRONG = {
    "no start": ((), "START and SPEC are needed"),
    "no spec": (("2026-05-06T10:00",), "START and SPEC are needed"),
    "both forms": (("--jsonl", "2026-05-06T10:00", "1wh"), "--jsonl reads its periods from standard input"),
}


@pytest.mark.parametrize(("arguments", "message"), WRONG.values(), ids=WRONG)
def test_wrong_use(arguments: tuple[str, ...], message: str) -> None:
    result = run(*arguments)
    assert result.exit_code == 2
    assert message in result.stderr


REFUSED = {
    "no time": (("soon", "1wh"), "start is a time such as"),
    "no period": (("2026-05-06T10:00", "2 hours"), "wm working minutes"),
    "no such calendar": (("2026-05-06T10:00", "1wh", "--calendar", "defalt"), "did you mean `default`"),
}


@pytest.mark.parametrize(("arguments", "message"), REFUSED.values(), ids=REFUSED)
def test_refused(arguments: tuple[str, ...], message: str) -> None:
    result = run(*arguments)
    assert isinstance(result.exception, WrongUse)
    assert message in str(result.exception)


def test_alone(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Without the program around it the command reads the shipped calendars."""
    monkeypatch.chdir(tmp_path)
    result = CliRunner().invoke(due, ["2026-05-06T10:00", "1wh"])
    assert result.stdout.startswith("2026-05-06T11:00:00+08:00")
