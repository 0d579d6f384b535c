"""`zhidu promises`: the promises in a reply and the instants they mean."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from zhidu.habits import Habits

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from policies.kernel.calendar import WorkingCalendar

_LIKE = '{"sent_at": "2026-05-06T10:00+08:00", "text": "我们会在3个工作日内答复您。"}'


@click.command()
@click.argument("text", required=False)
@click.option("--at", metavar="TIME", help="When the reply was sent. [default: now]")
@click.option("--calendar", "name", default="default", show_default=True, help="The working calendar's name.")
@click.option("--jsonl", is_flag=True, help='Read {"sent_at", "text"} lines, write {"promises"} lines.')
@click.option("--measure", is_flag=True, help="Read such lines with `expect`; print precision, recall and F1.")
@click.pass_obj
def promises(habits: Habits | None, text: str | None, at: str | None, name: str, jsonl: bool, measure: bool) -> None:
    """The promises in TEXT (or standard input), a reply of an agent, and the instants they mean.

    A promise is a time for which somebody of the company gives a word. Questions, conditions, refusals, general rules,
    what is past, what the customer is to do, and quoted mail are none.

    \b
    Example:
      zhidu promises --at 2026-05-06T10:00+08:00 "我们会在3个工作日内答复您。"
      zhidu promises --jsonl < replies.jsonl
      zhidu promises --measure < labelled.jsonl
    """
    from zhidu.calendars import load_calendars
    from zhidu.commands.due import named
    from zhidu.exits import WrongUse
    from zhidu.json_lines import answer_lines, text_of, written

    habits = habits or Habits()
    calendar = named(load_calendars(habits.directory), name)
    if (jsonl or measure) and (text is not None or at is not None):
        raise click.UsageError("texts and times are read from standard input; TEXT and --at are not given")
    if measure:
        from zhidu.commands.measured import show

        show(lambda line: _labels(line, calendar), habits, "lines", label=lambda promise: "promise")
        return
    if jsonl:
        answer_lines(
            lambda line: {"promises": found(text_of(line, "text"), sent(text_of(line, "sent_at"), calendar), calendar)},
            _LIKE,
        )
        return
    try:
        rows = found(written(text), _now() if at is None else sent(at, calendar), calendar)
    except ValueError as error:
        raise WrongUse(str(error)) from None
    if habits.json:
        import json

        click.echo(json.dumps({"promises": rows}, ensure_ascii=False))
        return
    for row in rows:
        click.echo(f"{row['due_at']}  {row['surface']}")
    if not rows and not habits.quiet:
        click.echo("no promise")


def found(text: str, sent_at: datetime, calendar: WorkingCalendar) -> list[Mapping[str, Any]]:
    """The promises of a reply as the command writes them. Raises ValueError for a time beyond the calendar."""
    from policies.kernel.instants import instant
    from policies.kernel.text.promises import promises as read
    from policies.kernel.text.quotes import own_words

    return [
        {
            "surface": promise.surface,
            "due_at": instant(promise.when, sent_at, calendar).astimezone(calendar.zone).isoformat(),
        }
        for promise in read(own_words(text))
    ]


def _labels(line: Mapping[str, Any], calendar: WorkingCalendar) -> tuple[set[str], set[str]]:
    """The promises wanted of a labelled reply, and those found: the words and the instant."""
    got = found(line["text"], sent(line["sent_at"], calendar), calendar)
    wanted = ({"surface": row["surface"], "due_at": _same(row["due_at"], calendar)} for row in line["expect"])
    return {_label(row) for row in wanted}, {_label(row) for row in got}


def _same(at: str, calendar: WorkingCalendar) -> str:
    return sent(at, calendar).astimezone(calendar.zone).isoformat()


def _label(row: Mapping[str, Any]) -> str:
    return f"{row['surface']!r} {row['due_at']}"


def sent(at: str, calendar: WorkingCalendar) -> datetime:
    """A time as people write it, in the calendar's zone where it has none. Raises ValueError."""
    from datetime import datetime

    try:
        time = datetime.fromisoformat(at)
    except ValueError:
        raise ValueError(f"the time of sending is such as 2026-05-06T10:00+08:00, got {at[:40]!r}") from None
    return time if time.tzinfo is not None else time.replace(tzinfo=calendar.zone)


def _now() -> datetime:
    from zhidu.compose import real_outside

    return real_outside().now()
