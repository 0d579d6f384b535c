"""`zhidu finding`: departures from clauses, and what a named person made of them."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import click

from zhidu.habits import Habits

if TYPE_CHECKING:
    from collections.abc import Sequence

    from integrations.store.records import FindingRecord, FindingStatus
    from zhidu.commands.stored import Stored

_ALL = 1_000_000


@click.group(invoke_without_command=True)
@click.pass_context
def finding(ctx: click.Context) -> None:
    """Departures from clauses: found once each, then closed or waived by a named person who says why.

    \b
    Example:
      zhidu finding
      zhidu finding list --open --clause 4.3.2
      zhidu finding waive KEY --by "Xu Jing" --why "the customer asked to be called on Monday"
    """
    if ctx.invoked_subcommand is None:
        ctx.invoke(list_findings, still_open=False, code=None, clause=None, ticket=None, grave=False, limit=1000)


@finding.command("list")
@click.option("--open", "still_open", is_flag=True, help="Only those that nobody closed or waived.")
@click.option("--code", help="Only this kind, such as late.")
@click.option("--clause", help="Only departures from this clause, such as 4.3.2.")
@click.option("--ticket", type=int, help="Only this ticket's, by its id.")
@click.option("--grave", is_flag=True, help="Only grave ones.")
@click.option("--limit", type=click.IntRange(1, 100_000), default=1000, show_default=True, help="Oldest first.")
@click.pass_obj
def list_findings(
    habits: Habits | None,
    still_open: bool,
    code: str | None,
    clause: str | None,
    ticket: int | None,
    grave: bool,
    limit: int,
) -> None:
    """Findings, oldest first; all conditions given must hold.

    \b
    Example:
      zhidu finding list --open
      zhidu finding list --ticket 42 --json
    """
    from zhidu.commands.stored import stored

    habits = habits or Habits()
    with stored(habits) as here:
        records = here.store.findings.list(ticket_id=ticket, clause=clause, code=code, grave=grave or None, limit=_ALL)
        chosen = [one for one in records if not still_open or is_open(one)]
        shown = chosen[:limit]
        if habits.json:
            click.echo(json.dumps([plain(record) for record in shown], ensure_ascii=False))
            return
        _print(here, shown, habits.quiet)
        if len(chosen) > limit:
            click.echo(f"{len(chosen) - limit} more: --limit {len(chosen)} shows them", err=True)


def is_open(record: FindingRecord) -> bool:
    """Nobody has closed or waived it."""
    return record.status in ("open", "acknowledged")


def _print(here: Stored, records: Sequence[FindingRecord], quiet: bool) -> None:
    if not quiet:
        click.echo(f"{'when':<25} {'ticket':>8} {'clause':<7} {'code':<20} {'status':<12} key")
    for record in records:
        one = record.finding
        code = f"{one.code} (grave)" if one.grave else one.code
        click.echo(
            f"{here.shown(one.at):<25} {one.ticket_id:>8} {one.clause:<7} {code:<20} {record.status:<12} {one.key}"
        )
    if not quiet:
        click.echo(f"{len(records)} findings, {sum(map(is_open, records))} open")


def plain(record: FindingRecord) -> dict[str, Any]:
    """For machines."""
    one = record.finding
    return {
        "key": one.key,
        "case": one.case_id,
        "ticket": one.ticket_id,
        "clause": one.clause,
        "code": one.code,
        "person": one.person_id,
        "at": one.at.isoformat(),
        "grave": one.grave,
        "evidence": one.evidence,
        "status": str(record.status),
        "steps": [
            {"at": step.at.isoformat(), "status": str(step.status), "by": step.by, "why": step.why}
            for step in record.steps
        ],
    }


@finding.command("show")
@click.argument("key")
@click.pass_obj
def show(habits: Habits | None, key: str) -> None:
    """One finding: its evidence, and who did what about it and why.

    \b
    Example:
      zhidu finding show KEY
    """
    from zhidu.commands.stored import stored

    habits = habits or Habits()
    with stored(habits) as here:
        _show(here, here.store.findings.show(key), habits)


def _show(here: Stored, record: FindingRecord, habits: Habits) -> None:
    if habits.json:
        click.echo(json.dumps(plain(record), ensure_ascii=False))
        return
    one = record.finding
    for title, value in (
        ("finding", one.key),
        ("clause", one.clause),
        ("code", f"{one.code}, grave" if one.grave else one.code),
        ("ticket", f"{one.ticket_id}, case {one.case_id}"),
        ("person", "-" if one.person_id is None else f"user {one.person_id}"),
        ("when", here.shown(one.at)),
        ("evidence", one.evidence),
        ("status", record.status),
    ):
        click.echo(f"{title:<9} {value}")
    for step in record.steps:
        why = f": {step.why}" if step.why else ""
        click.echo(f"  {here.shown(step.at)} {step.status} by {step.by}{why}")


def _said(ctx: click.Context, param: click.Parameter, value: str) -> str:
    if not value.strip():
        raise click.BadParameter("may not be empty", ctx=ctx, param=param)
    return value.strip()


_WHO = click.option("--by", required=True, callback=_said, metavar="NAME", help="Who decides it, as people know them.")
_WHY = click.option("--why", required=True, callback=_said, metavar="TEXT", help="On what grounds; kept on record.")


@finding.command("waive")
@click.argument("key")
@_WHO
@_WHY
@click.pass_obj
def waive(habits: Habits | None, key: str, by: str, why: str) -> None:
    """The departure stands and was allowed: it counts against nobody. Final.

    \b
    Example:
      zhidu finding waive KEY --by "Xu Jing" --why "the customer asked to be called on Monday"
    """
    from integrations.store.records import FindingStatus

    _move(habits or Habits(), key, FindingStatus.WAIVED, by, why)


@finding.command("close")
@click.argument("key")
@_WHO
@_WHY
@click.pass_obj
def close(habits: Habits | None, key: str, by: str, why: str) -> None:
    """The departure is dealt with and stays on record. Final.

    \b
    Example:
      zhidu finding close KEY --by "Xu Jing" --why "talked to the team; roster changed"
    """
    from integrations.store.records import FindingStatus

    _move(habits or Habits(), key, FindingStatus.CLOSED, by, why)


def _move(habits: Habits, key: str, status: FindingStatus, by: str, why: str) -> None:
    from zhidu.commands.stored import stored

    with stored(habits) as here:
        record = here.store.findings.transition(key, status, by=by, why=why, at=here.now)
        _show(here, record, habits)
