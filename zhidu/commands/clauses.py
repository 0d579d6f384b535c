"""`zhidu clauses`: for each clause of the policy, what acts on it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import click

from zhidu.habits import Habits

if TYPE_CHECKING:
    from policies.kernel.case_files import CaseRow
    from policies.kernel.clauses import ClauseTable
    from policies.kernel.coverage import Coverage
    from policies.kernel.modules import ModuleSet
    from policies.kernel.problems import Problem


@click.command()
@click.argument("clause", metavar="[ID]", required=False)
@click.pass_obj
def clauses(habits: Habits, clause: str | None) -> None:
    """Each clause: its status, and the modules, rules, settings and golden rows that act on it.

    ID is a clause, or the beginning of several: 4.3 is all of 4.3.1 to 4.3.6.

    \b
    Example:
      zhidu clauses
      zhidu clauses 4.3.2
      zhidu clauses --json
    """
    from policies.kernel.coverage import coverage
    from policies.kernel.problems import ConfigErrors
    from zhidu.commands.installed import installed

    here = installed(habits)
    modules = here.modules()
    rows, faults = _rows(modules, here.clauses)
    found = coverage(here.clauses, modules.modules, rows)
    if clause is not None:
        found = _under(clause, found, here.clauses)
    if habits.json:
        click.echo(json.dumps([_plain(one) for one in found], ensure_ascii=False, indent=2))
    elif clause is not None and len(found) == 1:
        _show(found[0])
    else:
        _list(found, habits.quiet)
    if modules.problems or faults:
        raise ConfigErrors((*modules.problems, *faults))


def _rows(modules: ModuleSet, table: ClauseTable) -> tuple[dict[str, tuple[CaseRow, ...]], list[Problem]]:
    from policies.kernel.problems import ConfigErrors
    from zhidu.policy import rows_of

    rows: dict[str, tuple[CaseRow, ...]] = {}
    faults: list[Problem] = []
    for module in modules:
        try:
            rows[module.name] = rows_of(module, table)
        except ConfigErrors as errors:
            faults.extend(errors.problems)
    return rows, faults


def _under(clause: str, found: tuple[Coverage, ...], table: ClauseTable) -> tuple[Coverage, ...]:
    from zhidu.exits import WrongUse

    chosen = tuple(one for one in found if f"{one.clause.id}.".startswith(f"{clause}."))
    if not chosen:
        raise WrongUse(table.unknown(clause))
    return chosen


def _list(found: tuple[Coverage, ...], quiet: bool) -> None:
    width = max(7, *(len(", ".join(one.modules)) for one in found))
    if not quiet:
        click.echo(
            f"{'clause':<8} {'status':<8} {'rules':>5} {'settings':>8} {'rows':>4}  {'modules':<{width}}  demand"
        )
    for one in found:
        counts = f"{len(one.rules):>5} {len(one.settings):>8} {len(one.rows):>4}"
        click.echo(
            f"{one.clause.id:<8} {one.status:<8} {counts}  {', '.join(one.modules) or '-':<{width}}  {one.clause.en}"
        )
    if not quiet:
        totals = [(status, sum(one.status == status for one in found)) for status in ("enforced", "assisted", "manual")]
        click.echo(f"{len(found)} clauses: {', '.join(f'{count} {status}' for status, count in totals)}")


def _show(one: Coverage) -> None:
    clause = one.clause
    click.echo(f"{clause.id}  {clause.zh}\n{clause.en}\n\n{clause.enforce}.\n")
    click.echo(f"status    {one.status}{f': {one.why}' if one.why else ''}")
    click.echo(f"modules   {', '.join(one.modules) or 'none'}")
    for title, lines in (
        ("rules", one.rules),
        ("settings", [f"{setting.module}: {setting.field}" for setting in one.settings]),
        ("rows", [f"{row.mark}: {row.case}" for row in one.rows]),
    ):
        for line in lines or ["none"]:
            click.echo(f"{title:<9} {line}")
            title = ""


def _plain(one: Coverage) -> dict[str, Any]:
    return {
        "id": one.clause.id,
        "zh": one.clause.zh,
        "en": one.clause.en,
        "kind": one.clause.kind,
        "enforce": one.clause.enforce,
        "status": one.status,
        "why": one.why,
        "modules": list(one.modules),
        "rules": list(one.rules),
        "settings": [
            {"module": setting.module, "field": setting.field, "description": setting.description}
            for setting in one.settings
        ],
        "rows": [{"case": row.case, "at": str(row.mark)} for row in one.rows],
    }
