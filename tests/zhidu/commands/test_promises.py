"""`zhidu promises` and `zhidu lint`: one reply for people, one for machines, many by lines."""

import json
from pathlib import Path

from click.testing import CliRunner, Result

from zhidu.commands.lint import lint
from zhidu.commands.promises import promises
from zhidu.exits import WrongUse
from zhidu.habits import Habits

NOWHERE = Habits(config=Path("nowhere"))


def run(*arguments: str, stdin: str | bytes = "", habits: Habits = NOWHERE) -> Result:
    return CliRunner().invoke(promises, arguments, input=stdin, obj=habits)


def run_lint(*arguments: str, stdin: str | bytes = "", habits: Habits = NOWHERE) -> Result:
    return CliRunner().invoke(lint, arguments, input=stdin, obj=habits, standalone_mode=False)


def test_promises_for_people() -> None:
    """3.3.3 the instant and the words that name it."""
    result = run("--at", "2026-05-06T10:00", "我们会在3个工作日内答复您。")
    assert (result.exit_code, result.stdout) == (0, "2026-05-09T18:00:00+08:00  3个工作日内\n")
    assert run("--at", "2026-05-06T10:00", "您好。").stdout == "no promise\n"


def test_promises_from_standard_input_for_machines() -> None:
    result = run("--at", "2026-05-06T10:00", stdin="I will call you by 5pm tomorrow.", habits=Habits(json=True))
    assert json.loads(result.stdout) == {
        "promises": [{"surface": "by 5pm tomorrow", "due_at": "2026-05-07T17:00:00+08:00"}]
    }


EXAMPLES = Path(__file__).parents[2] / "policies"


def test_labelled_replies_are_measured() -> None:
    """3.3.3: precision, recall and F1, the share of replies read alike, and what was read otherwise."""
    given = (EXAMPLES / "promises" / "examples.jsonl").read_bytes()
    odd = json.dumps({"id": "odd", "sent_at": "2026-05-06T10:00+08:00", "text": "2小时内回电。", "expect": []})
    figures = json.loads(run("--measure", stdin=given, habits=Habits(json=True)).stdout)
    shown = run("--measure", stdin=odd).stdout.splitlines()

    assert figures["lines_accuracy"] >= 0.97
    assert figures["labels"]["promise"]["precision"] == 1.0
    assert shown[-2] == "lines: 0.000 of 1 examples"
    assert shown[-1] == "odd: wanted -, got '2小时内' 2026-05-06T12:00:00+08:00"
    assert run("--measure", "x").exit_code == 2


def test_labelled_replies_are_measured_by_code() -> None:
    given = (EXAMPLES / "conduct" / "examples.jsonl").read_bytes()
    figures = json.loads(run_lint("--measure", stdin=given, habits=Habits(json=True)).stdout)

    assert min(label["f1"] for label in figures["labels"].values()) >= 0.95
    assert isinstance(run_lint("--measure", stdin=b'{"expect": []}').exception, WrongUse)


def test_promises_by_lines_stop_at_nothing() -> None:
    """One line in, one line out, in order; what cannot be read is said on its own line."""
    lines = [
        json.dumps({"sent_at": "2026-05-06T10:00+08:00", "text": "2小时内回电。"}, ensure_ascii=False),
        "no json",
        "[]",
        json.dumps({"sent_at": "yesterday", "text": "2小时内回电。"}),
        json.dumps({"sent_at": "2026-05-06T10:00+08:00"}),
        json.dumps({"sent_at": "2026-05-06T10:00+08:00", "text": ""}),
    ]
    answers = [json.loads(line) for line in run("--jsonl", stdin="\n".join(lines)).stdout.splitlines()]
    assert answers[0] == {"promises": [{"surface": "2小时内", "due_at": "2026-05-06T12:00:00+08:00"}]}
    assert [list(answer) for answer in answers] == [["promises"], *[["error"]] * 4, ["promises"]]
    assert "text is needed" in answers[4]["error"]


def test_a_wrong_time_is_wrong_use() -> None:
    result = run("--at", "noon", "2小时内回电。")
    assert "the time of sending is such as" in str(result.exception)
    assert run("--jsonl", "text").exit_code == 2


def test_lint_for_people() -> None:
    """3.2.1 code, the agent's words, a better wording; status 1 as something was found."""
    result = run_lint("您好，净值每天更新。")
    assert result.return_value == 1
    assert result.stdout.startswith("jargon  “净值”  ")
    assert "每一份产品当天值多少钱" in result.stdout
    clean = run_lint("好的，照片收到了，谢谢您！")
    assert (clean.return_value, clean.stdout) == (0, "nothing found\n")


def test_lint_speaks_the_replys_language() -> None:
    assert "replace" in run_lint("We will come back to you soon.").stdout
    assert "換成" in run_lint("我們會儘快為您處理。").stdout


def test_lint_by_lines() -> None:
    """4.1.1 the writer's own number, the position and the kind come with the line."""
    reply = {"ticket_kind": "inquiry", "position": "first", "text": "您好，工号2107。", "staff": {"staff_no": "2107"}}
    lines = [
        json.dumps(reply),
        json.dumps(reply | {"staff": {"staff_no": "2108"}}),
        json.dumps(reply | {"position": "last"}),
        json.dumps(reply | {"staff": "2107"}),
        "{",
    ]
    answers = [json.loads(line) for line in run_lint("--jsonl", stdin="\n".join(lines)).stdout.splitlines()]
    assert answers[0] == {"findings": []}
    assert [finding["code"] for finding in answers[1]["findings"]] == ["no_staff_identity"]
    assert [list(answer) for answer in answers[2:]] == [["error"]] * 3
