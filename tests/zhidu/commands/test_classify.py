"""`zhidu classify`: a message for people, many for machines, labelled ones measured."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from zhidu.commands.classify import classify
from zhidu.exits import WrongUse
from zhidu.habits import Habits

PEOPLE = "desks:\n  Requests: {kind: business}\n"


def run(
    *arguments: str, stdin: str | bytes = "", json_: bool = False, quiet: bool = False, config: Path | None = None
) -> Result:
    habits = Habits(config=config or Path("nowhere"), json=json_, quiet=quiet)
    return CliRunner().invoke(classify, arguments, input=stdin, obj=habits)


def test_for_people() -> None:
    """Every phrase that weighed, with the words it was found in."""
    result = run("我的卡丢了，麻烦马上帮我挂失")

    lines = result.stdout.splitlines()
    assert result.exit_code == 0
    assert lines[0].startswith("kind business ")
    assert [part.split()[:2] for part in lines[0].split("; ")] == [
        ["kind", "business"], ["mood", "calm"], ["category", "cards"], ["language", "zh-CN"],
    ]  # fmt: skip
    assert "(挂失 +2" in lines[0]
    assert any(line.split()[:2] == ["business", "+3"] for line in lines[1:])
    assert any("“挂失”" in line for line in lines[1:])
    quiet = "kind business  category cards  mood calm  language zh-CN"
    assert run("我的卡丢了，麻烦马上帮我挂失", quiet=True).stdout.splitlines() == [quiet]


def test_flags_and_severity() -> None:
    answer = json.loads(run("卡里六万块被盗刷，我七十二岁了，你们必须赔偿！", json_=True).stdout)

    assert (answer["kind"], answer["flags"], answer["severity"]) == ("complaint", ["amount", "vulnerable"], "major")
    assert {"complaint", "vulnerable"} <= {ground["label"] for ground in answer["why"]}
    assert all(set(ground) == {"label", "phrase", "words", "weight", "field"} for ground in answer["why"])
    assert "flags amount, vulnerable (" in run("卡里六万块被盗刷，我七十二岁了，你们必须赔偿！").stdout


SEVERITIES = {
    # row     text                                   severity
    "ordinary": ("我要投诉，柜员态度恶劣。", "ordinary"),
    "serious": ("我要投诉，已请律师起诉你们。", "serious"),
    "no complaint": ("请问年费多少？", None),
}


@pytest.mark.parametrize(("text", "severity"), SEVERITIES.values(), ids=SEVERITIES)
def test_severity(text: str, severity: str | None) -> None:
    """2.2.5."""
    assert json.loads(run(text, json_=True).stdout)["severity"] == severity


def test_lines() -> None:
    """One line in, one out, in order; errors on lines of their own."""
    lines = [
        json.dumps({"channel": "email", "subject": "投诉", "text": "见附件"}),
        "{",
        json.dumps({"channel": "chat", "subject": ""}),
        json.dumps({"channel": "web", "subject": "", "text": "How much is the annual fee?"}),
    ]
    answers = [json.loads(line) for line in run("--jsonl", stdin="\n".join(lines)).stdout.splitlines()]

    assert [answer.get("kind") for answer in answers] == ["complaint", None, None, "inquiry"]
    assert [set(answer) for answer in answers[1:3]] == [{"error"}, {"error"}]
    assert {"kind", "flags", "mood", "language", "why"} <= set(answers[0])


def test_standard_input_and_the_desk(tmp_path: Path) -> None:
    (tmp_path / "people.yaml").write_text(PEOPLE, "utf-8")

    assert run("--group", "Requests", stdin="您好，我是老刘。", config=tmp_path).stdout.startswith("kind business")
    assert run(stdin="您好，我是老刘。", config=tmp_path).stdout.startswith("kind inquiry")
    wrong = run("--group", "Request", "x", config=tmp_path)
    assert isinstance(wrong.exception, WrongUse)
    assert "did you mean" in str(wrong.exception)


LABELLED = (
    {
        "id": "a",
        "text": "请问年费多少？",
        "expect": {"kind": "inquiry", "flags": [], "mood": "calm", "language": "zh-CN"},
    },
    {"text": "请问利率多少？", "expect": {"kind": "business", "flags": ["media"], "mood": "calm"}},
)


def test_measure() -> None:
    """Precision, recall and F1 of each label, and what was read otherwise."""
    stdin = "\n".join(map(json.dumps, LABELLED))
    result = run("--measure", stdin=stdin)
    figures = json.loads(run("--measure", stdin=stdin, json_=True).stdout)

    assert "kind: 0.500 of 2 examples" in result.stdout
    assert result.stdout.splitlines()[-1] == "2: wanted flag media, kind business, got kind inquiry"
    assert figures["kind_accuracy"] == 0.5
    assert figures["labels"]["kind inquiry"] | {"f1": 0} == {
        "precision": 0.5, "recall": 1.0, "f1": 0, "right": 1, "wrong": 1, "missed": 0,
    }  # fmt: skip


def test_the_wrong_use_is_said() -> None:
    assert run("--jsonl", "text").exit_code == 2
    assert isinstance(run("--measure", stdin='{"text": "x"}').exception, WrongUse)


def test_without_the_module(tmp_path: Path) -> None:
    (tmp_path / "zhidu.yaml").write_text("modules: [core, complaints]\n", "utf-8")

    result = run("x", config=tmp_path)

    assert isinstance(result.exception, WrongUse)
    assert "intake is not enabled" in str(result.exception)
