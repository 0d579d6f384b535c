"""`zhidu due`: when a period ends on a working calendar, and which days it skipped."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from zhidu.habits import Habits

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from policies.kernel.calendar import DayCount, Due, Spec, WorkingCalendar

WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_LONGEST = 400


@click.command()
@click.argument("start", required=False)
@click.argument("spec", required=False)
@click.option("--calendar", "name", default="default", show_default=True, help="The working calendar's name.")
@click.option("--jsonl", is_flag=True, help='Read {"start", "spec"} lines, write {"due"} lines.')
@click.pass_obj
def due(habits: Habits | None, start: str | None, spec: str | None, name: str, jsonl: bool) -> None:
    """When SPEC from START ends: the instant, and the days it counted and skipped.

    START is a time with its offset (without one it is read in the calendar's zone); SPEC is a whole number and a unit:
    wm working minutes, wh working hours, wd working days, m minutes, h hours, d calendar days.

    \b
    Example:
      zhidu due 2026-09-28T16:00+08:00 15wd
      echo '{"start": "2026-04-30T17:00+08:00", "spec": "4wh"}' | zhidu due --jsonl
    """
    from zhidu.calendars import load_calendars
    from zhidu.exits import WrongUse

    habits = habits or Habits()
    calendar = named(load_calendars(habits.directory), name)
    if jsonl:
        if start is not None:
            raise click.UsageError("--jsonl reads its periods from standard input; START and SPEC are not given")
        _lines(calendar)
        return
    if start is None or spec is None:
        raise click.UsageError("START and SPEC are needed, such as 2026-09-28T16:00+08:00 15wd")
    try:
        begin, period = parsed(calendar, start, spec)
        end, days = calendar.add(begin, period), calendar.explain(begin, period)
    except ValueError as error:
        raise WrongUse(str(error)) from None
    if habits.json:
        _print_json(calendar, end, days)
        return
    click.echo(_local(calendar, end.at))
    if habits.quiet:
        return
    _print_days(days, period)
    if end.provisional:
        click.echo("provisional: the period reaches into a year whose holidays are not known yet")


def parsed(calendar: WorkingCalendar, start: object, spec: object) -> tuple[datetime, Spec]:
    """A start and a period as people write them. Raises ValueError saying what is wrong with them."""
    from datetime import datetime

    from policies.kernel.calendar import Spec

    if not isinstance(start, str) or not isinstance(spec, str):
        raise ValueError("start and spec are needed, each a text")
    try:
        begin = datetime.fromisoformat(start)
    except ValueError:
        raise ValueError(f"start is a time such as 2026-09-28T16:00+08:00, got {start[:40]!r}") from None
    return (begin if begin.tzinfo is not None else begin.replace(tzinfo=calendar.zone)), Spec.parse(spec)


def named(calendars: Mapping[str, WorkingCalendar], name: str) -> WorkingCalendar:
    """The calendar of this name. Raises WrongUse for one that is not there."""
    from policies.kernel.problems import did_you_mean
    from zhidu.exits import WrongUse

    if name not in calendars:
        known = ", ".join(sorted(calendars))
        raise WrongUse(f"there is no calendar {name!r}{did_you_mean(name, calendars)} (known: {known})")
    return calendars[name]


def _lines(calendar: WorkingCalendar) -> None:
    """One line in, one line out, in order; a line that cannot be read is answered and does not stop the others."""
    from zhidu.json_lines import answer_lines

    def answer(given: Mapping[str, Any]) -> Mapping[str, Any]:
        begin, period = parsed(calendar, given.get("start"), given.get("spec"))
        return {"due": _local(calendar, calendar.add(begin, period).at)}

    answer_lines(answer, like='{"start": "2026-09-28T16:00+08:00", "spec": "15wd"}')


def _local(calendar: WorkingCalendar, at: datetime) -> str:
    return at.astimezone(calendar.zone).isoformat()


def _print_json(calendar: WorkingCalendar, end: Due, days: tuple[DayCount, ...]) -> None:
    import json

    rows = [
        {"date": day.date.isoformat(), "kind": day.kind, "name": day.name, "known": day.known, "counted": day.counted}
        for day in days
    ]
    click.echo(json.dumps({"due": _local(calendar, end.at), "provisional": end.provisional, "days": rows}))


def _print_days(days: tuple[DayCount, ...], spec: Spec) -> None:
    """A row a day; runs of days that are not worked are told in one; of a very long period only the ends."""
    shown = days if len(days) <= _LONGEST else days[: _LONGEST // 2]
    for day in shown:
        click.echo(_row(day, spec))
    if shown is not days:
        click.echo(f"  … {len(days) - _LONGEST} days")
        for day in days[-_LONGEST // 2 :]:
            click.echo(_row(day, spec))


def _row(day: DayCount, spec: Spec) -> str:
    from policies.kernel.day_count import amount_text

    what = {"open": "", "weekend": "weekend", "holiday": "holiday", "makeup": "make-up day", "special": "special hours"}
    unknown = "" if day.known else "(holidays of the year not known)"
    note = " ".join(part for part in (what[day.kind], f"({day.name})" if day.name else "", unknown) if part)
    counted = amount_text(day.counted, spec) if day.counted else "-"
    total = amount_text(day.total, spec)
    return f"  {WEEKDAYS[day.weekday]} {day.date}  {counted:>9}  {total:>9}  {note}".rstrip()
