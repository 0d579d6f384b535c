"""`zhidu lint`: what the conduct module says of a reply."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final

import click

from zhidu.habits import Habits

if TYPE_CHECKING:
    from zhidu.policy import Policy

_LIKE = '{"ticket_kind": "inquiry", "position": "first", "text": "您好…", "staff": {"staff_no": "2107"}}'
_POSITIONS: Final = ("first", "middle", "closing")


@click.command()
@click.argument("text", required=False)
@click.option("--kind", default="inquiry", show_default=True, metavar="KIND", help="The ticket's kind.")
@click.option(
    "--post",
    "position",
    type=click.Choice(_POSITIONS),
    default="middle",
    show_default=True,
    help="Which reply it is: the first, the closing one, or one between.",
)
@click.option("--staff-no", default="", help="The writer's staff number.")
@click.option("--department", default="", help="The writer's department.")
@click.option(
    "--jsonl", is_flag=True, help='Read {"ticket_kind", "position", "text", "staff"}, write {"findings"} lines.'
)
@click.option("--measure", is_flag=True, help="Read such lines with `expect`; print precision, recall, F1 per code.")
@click.pass_obj
def lint(
    habits: Habits | None,
    text: str | None,
    kind: str,
    position: str,
    staff_no: str,
    department: str,
    jsonl: bool,
    measure: bool,
) -> int:
    """What the conduct module says of TEXT (or standard input), a reply of an agent: code, words, a better wording.

    Quoted mail, words in quotation marks and the signature are left out. Exit status 1: something was found.

    \b
    Example:
      zhidu lint --post first --staff-no 2107 "您好，工号2107。这款产品的净值每天更新。"
      zhidu lint --jsonl < replies.jsonl
      zhidu lint --measure < labelled.jsonl
    """
    from zhidu.exits import DONE, NO
    from zhidu.json_lines import answer_lines, written

    habits = habits or Habits()
    policy = _policy(habits)
    if (jsonl or measure) and text is not None:
        raise click.UsageError("replies are read from standard input; TEXT is not given")
    if measure:
        from zhidu.commands.measured import show

        show(lambda line: _labels(policy, line), habits, "lines")
        return DONE
    if jsonl:
        answer_lines(lambda line: {"findings": _of_line(policy, line)}, _LIKE)
        return DONE
    rows = found(policy, written(text), kind, position, (staff_no, department))
    if habits.json:
        import json

        click.echo(json.dumps({"findings": rows}, ensure_ascii=False))
    else:
        for row in rows:
            quote = f"  “{row['quote']}”" if row["quote"] else ""
            click.echo(f"{row['code']}{quote}  {row['suggestion']}")
        if not rows and not habits.quiet:
            click.echo("nothing found")
    return NO if rows else DONE


def _policy(habits: Habits) -> Policy:
    from zhidu.exits import WrongUse
    from zhidu.policy import load_policy

    policy = load_policy(habits.directory)
    if policy.modules.get("conduct") is None:
        raise WrongUse("the module conduct is not there; `zhidu modules` lists what is")
    return policy


def _of_line(policy: Policy, line: Mapping[str, Any]) -> list[Mapping[str, str]]:
    from zhidu.json_lines import text_of

    position = text_of(line, "position")
    if position not in _POSITIONS:
        raise ValueError(f"position is one of {', '.join(_POSITIONS)}, got {position[:40]!r}")
    staff = line.get("staff") or {}
    if not isinstance(staff, Mapping):
        raise ValueError('staff is an object such as {"staff_no": "2107", "department": "客服部"}')
    names = tuple(str(staff.get(name) or "") for name in ("staff_no", "department"))
    return found(policy, text_of(line, "text"), text_of(line, "ticket_kind"), position, names)


def _labels(policy: Policy, line: Mapping[str, Any]) -> tuple[set[str], set[str]]:
    """The codes wanted of a labelled reply, and those found."""
    return set(line["expect"]), {row["code"] for row in _of_line(policy, line)}


def found(policy: Policy, text: str, kind: str, position: str, staff: tuple[str, ...]) -> list[Mapping[str, str]]:
    """The findings of one reply as the command writes them."""
    from policies.conduct.slips import slips
    from policies.kernel.voice import language

    module = policy.modules["conduct"]
    said = policy.extractor.wording(text, staff=staff)
    tongue = language(said.language or "zh-CN")
    where = next(known for known in _POSITIONS if known == position)
    rows: list[Mapping[str, str]] = []
    for slip in slips(said, kind, frozenset({where}), module.config):
        advice = module.texts.get(f"advice.{slip.code}", tongue)
        plain = module.config.explain(slip.term, tongue) if slip.term else None
        rows.append(
            {
                "code": slip.code,
                "quote": slip.quote,
                "suggestion": f"{advice} ({slip.term}: {plain})" if plain else advice,
            }
        )
    return rows
