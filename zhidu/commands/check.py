"""`zhidu check`: configuration, modules, golden rows, clause coverage; every problem at once."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from zhidu.habits import Habits

if TYPE_CHECKING:
    from policies.kernel.problems import Problem
    from zhidu.checking import FailedRow, Report


@click.command()
@click.argument("path", required=False, type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option("--rows", is_flag=True, help="List the golden rows that come out otherwise by the settings, and how.")
@click.pass_obj
def check(habits: Habits | None, path: Path | None, rows: bool) -> int:
    """Check the configuration in PATH (or --config, or ./config): files, modules, golden rows, clause coverage.

    The golden rows run with the settings as tuned. Those that the settings alter, and those whose own settings do not
    fit them, are counted, and are no failure. Exit status 0: all is well, 1: a row failed, 2: a file is wrong.

    \b
    Example:
      zhidu check
      zhidu check config/ --rows
    """
    from zhidu import exits
    from zhidu.checking import examine

    habits = habits or Habits()
    report = examine(path or habits.directory)
    if habits.json:
        _print_json(report)
    else:
        _print_wrong(report)
        if not habits.quiet:
            _print_rows(report, each=rows)
            _print_sum(report)
    if report.problems:
        return exits.WRONG
    return exits.NO if report.failed else exits.DONE


def _print_wrong(report: Report) -> None:
    for problem in report.problems:
        click.echo(click.style(str(problem), fg="red"), err=True)
    for failure in report.failed:
        click.echo(click.style(f"{failure.place}: {failure.case}", fg="red"), err=True)
        _differences(failure, err=True)


def _print_rows(report: Report, *, each: bool) -> None:
    """What the company's settings do to the golden rows."""
    if not report.played:
        click.echo("the golden rows were not played: part of the policy did not load; mend the problems first")
    if each:
        for altered in report.altered:
            click.echo(f"{altered.place}: by your settings otherwise: {altered.case}")
            _differences(altered, err=False)
        for unfit in report.unfit:
            click.echo(f"{unfit.place}: does not apply under your settings: {unfit.case}")
            for why in unfit.why:
                click.echo(f"    {why}")
    counted = [
        _counted(len(report.altered), "comes out otherwise by your settings", "come out otherwise by your settings"),
        _counted(len(report.unfit), "does not apply under your settings", "do not apply under your settings"),
    ]
    if any(counted):
        click.echo("; ".join(filter(None, counted)) + ("" if each else " (--rows lists them)"))


def _counted(count: int, one: str, many: str) -> str:
    return "" if not count else f"1 row {one}" if count == 1 else f"{count} rows {many}"


def _print_sum(report: Report) -> None:
    same = report.rows - len(report.failed) - len(report.altered) - len(report.unfit)
    rows = f"{same} of {report.rows} golden rows" if report.played else f"none of {report.rows} golden rows played"
    enforced, assisted, manual = report.coverage
    click.echo(
        f"{len(report.modules)} modules ({', '.join(report.modules)}), {rows}, "
        f"clauses: {enforced} enforced, {assisted} assisted, {manual} manual"
    )


def _differences(row: FailedRow, *, err: bool) -> None:
    for line in row.missing:
        click.echo(f"    expected, not decided: {line}", err=err)
    for line in row.extra:
        click.echo(f"    decided, not expected: {line}", err=err)


def _print_json(report: Report) -> None:
    import json

    def problem(each: Problem) -> dict[str, object]:
        return {"path": each.path, "line": each.line, "field": each.field, "what": each.what}

    enforced, assisted, manual = report.coverage
    click.echo(
        json.dumps(
            {
                "problems": [problem(each) for each in report.problems],
                "modules": report.modules,
                "rows": report.rows,
                "played": report.played,
                "failed": [_plain(row) for row in report.failed],
                "altered": [_plain(row) for row in report.altered],
                "unfit": [{"place": row.place, "case": row.case, "why": row.why} for row in report.unfit],
                "clauses": {"enforced": enforced, "assisted": assisted, "manual": manual},
            },
            ensure_ascii=False,
        )
    )


def _plain(row: FailedRow) -> dict[str, object]:
    return {"place": row.place, "case": row.case, "missing": row.missing, "extra": row.extra}
