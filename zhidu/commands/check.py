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
@click.pass_obj
def check(habits: Habits | None, path: Path | None) -> int:
    """Check the configuration in PATH (or --config, or ./config): files, modules, golden rows, clause coverage.

    The golden rows run with the settings as tuned; those that the settings alter are shown, and are no failure.
    Exit status 0: all is well, 1: a row failed, 2: a file is wrong.

    \b
    Example:
      zhidu check
      zhidu check config/
    """
    from zhidu import exits
    from zhidu.checking import examine

    habits = habits or Habits()
    report = examine(path or habits.directory)
    if habits.json:
        _print_json(report)
    else:
        _print(report, quiet=habits.quiet)
    if report.problems:
        return exits.WRONG
    return exits.NO if report.failed else exits.DONE


def _print(report: Report, *, quiet: bool) -> None:
    for problem in report.problems:
        click.echo(click.style(str(problem), fg="red"), err=True)
    for failure in report.failed:
        click.echo(click.style(f"{failure.place}: {failure.case}", fg="red"), err=True)
        _differences(failure, err=True)
    if quiet:
        return
    for row in report.altered:
        click.echo(f"{row.place}: by your settings otherwise: {row.case}")
        _differences(row, err=False)
    same = report.rows - len(report.failed) - len(report.altered)
    altered = f", {len(report.altered)} altered by your settings" if report.altered else ""
    enforced, assisted, manual = report.coverage
    click.echo(
        f"{len(report.modules)} modules ({', '.join(report.modules)}), {same} of "
        f"{report.rows} golden rows{altered}, clauses: {enforced} enforced, {assisted} assisted, {manual} manual"
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
                "failed": [_plain(row) for row in report.failed],
                "altered": [_plain(row) for row in report.altered],
                "clauses": {"enforced": enforced, "assisted": assisted, "manual": manual},
            },
            ensure_ascii=False,
        )
    )


def _plain(row: FailedRow) -> dict[str, object]:
    return {"place": row.place, "case": row.case, "missing": row.missing, "extra": row.extra}
