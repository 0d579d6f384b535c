"""`zhidu classify`: what kind of ticket a text makes, and which phrases weighed how much."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from zhidu.habits import Habits

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from zhidu.classifying import Classifier

_LIKE = '{"channel": "email", "subject": "", "text": "请问年费怎么收？"}'
_CHANNELS = ("email", "web", "chat", "phone", "sms")


@click.command()
@click.argument("text", required=False)
@click.option("--subject", default="", help="The message's subject.")
@click.option("--channel", type=click.Choice(_CHANNELS), default="email", show_default=True)
@click.option("--group", default=None, help="The desk it came to, by its name in people.yaml.")
@click.option("--jsonl", is_flag=True, help='Read {"channel", "subject", "text"} lines, write lines of answers.')
@click.option("--measure", is_flag=True, help="Read such lines with `expect`; print precision, recall, F1 per label.")
@click.pass_obj
def classify(
    habits: Habits | None, text: str | None, subject: str, channel: str, group: str | None, jsonl: bool, measure: bool
) -> None:
    """Kind, category, flags, severity, mood and language of TEXT (or standard input), a customer's message.

    Quoted mail, forwarded headers and the signature count for nothing. The first line is the reading with the heaviest
    phrases; below it stands every phrase that weighed, with the words it was found in.

    \b
    Example:
      zhidu classify "我的卡丢了，麻烦马上帮我挂失"
      zhidu classify --jsonl < messages.jsonl
      zhidu classify --measure < labelled.jsonl
    """
    from zhidu.json_lines import answer_lines, text_of, written

    habits = habits or Habits()
    if (jsonl or measure) and text is not None:
        raise click.UsageError("lines are read from standard input; TEXT is not given")
    reader = _classifier(habits)
    if measure:
        from zhidu.commands.measured import show

        show(reader.labels, habits, "kind", lambda wanted, got: bool(wanted & got & reader.kinds))
    elif jsonl:
        answer_lines(
            lambda line: reader.answer(
                text_of(line, "text"), subject=str(line.get("subject") or ""), channel=str(line.get("channel") or "")
            ),
            _LIKE,
        )
    else:
        answer = reader.answer(written(text), subject=subject, channel=channel, desk=_kind_of(habits, group))
        if habits.json:
            import json

            click.echo(json.dumps(answer, ensure_ascii=False))
            return
        for line in _shown(answer, quiet=habits.quiet):
            click.echo(line)


def _classifier(habits: Habits) -> Classifier:
    from zhidu.classifying import Classifier
    from zhidu.exits import WrongUse
    from zhidu.policy import load_policy
    from zhidu.settings import load_settings

    settings = load_settings(habits.directory)
    config = settings.config
    paths = [settings.path(path) for path in config.modules_path]
    policy = load_policy(habits.directory, enabled=config.modules, modules_path=paths)
    try:
        return Classifier(policy)
    except LookupError as error:
        raise WrongUse(str(error)) from None


def _kind_of(habits: Habits, group: str | None) -> str | None:
    from policies.kernel.problems import did_you_mean
    from zhidu.exits import WrongUse
    from zhidu.people_file import load_people

    if group is None:
        return None
    known = load_people(habits.directory).config.desks
    if group not in known:
        raise WrongUse(f"there is no group {group!r} in people.yaml{did_you_mean(group, known)}")
    return known[group].kind


def _shown(answer: Mapping[str, Any], *, quiet: bool) -> Iterator[str]:
    if quiet:
        names = ("kind", "category", "severity", "mood", "language")
        yield "  ".join(f"{name} {answer[name]}" for name in names if answer[name])
        return
    yield answer["reading"]
    if answer["severity"]:
        yield f"severity {answer['severity']}"
    for ground in answer["why"]:
        yield f"  {ground['label']:<14} {ground['weight']:+g}  {ground['phrase']}  “{ground['words']}”"
