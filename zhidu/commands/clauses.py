"""`zhidu clauses`: for each clause of the policy, what acts on it."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
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
@click.option("--period", metavar="MONTH", help="And what it did in a month, such as 2026-10, by the store.")
@click.pass_obj
def clauses(habits: Habits, clause: str | None, period: str | None) -> None:
    """Each clause: its status, and the modules, rules, settings and golden rows that act on it.

    ID is a clause, or the beginning of several: 4.3 is all of 4.3.1 to 4.3.6.

    \b
    Example:
      zhidu clauses
      zhidu clauses 4.3.2 --period 2026-10
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
    did = None if period is None else _did(habits, period)
    if habits.json:
        click.echo(json.dumps([_plain(one, did) for one in found], ensure_ascii=False, indent=2))
    elif clause is not None and len(found) == 1:
        _show(found[0], did)
    else:
        _list(found, habits.quiet, did)
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


@dataclass(frozen=True, slots=True, kw_only=True)
class Did:
    """What happened in a period, by clause: decisions that took effect, and departures found."""

    period: str
    decisions: Mapping[str, int]
    findings: Mapping[str, int]

    def of(self, clause: str) -> str:
        return f"{self.decisions.get(clause, 0)} decisions, {self.findings.get(clause, 0)} findings in {self.period}"


def _did(habits: Habits, period: str) -> Did:
    """The month `period` in the default calendar's zone. raises WrongUse, Unreachable, StoreError"""
    from zhidu.commands.stored import stored
    from zhidu.exits import WrongUse

    match = re.fullmatch(r"(\d{4})-(0[1-9]|1[0-2])", period)
    if match is None:
        raise WrongUse(f"--period is a month such as 2026-10, got {period[:40]!r}")
    year, month = int(match[1]), int(match[2])
    with stored(habits) as here:
        since = datetime(year, month, 1, tzinfo=here.zone)
        until = datetime(year + month // 12, month % 12 + 1, 1, tzinfo=here.zone)
        return Did(
            period=period,
            decisions=here.store.decisions.count_by_clause(since, until),
            findings=here.store.findings.count_by_clause(since, until),
        )


def _list(found: tuple[Coverage, ...], quiet: bool, did: Did | None) -> None:
    width = max(7, *(len(", ".join(one.modules)) for one in found))
    if not quiet:
        click.echo(
            f"{'clause':<8} {'status':<8} {'rules':>5} {'settings':>8} {'rows':>4}  {'modules':<{width}}  demand"
        )
    for one in found:
        counts = f"{len(one.rules):>5} {len(one.settings):>8} {len(one.rows):>4}"
        demand = one.clause.en if did is None else f"{did.of(one.clause.id)}  {one.clause.en}"
        click.echo(f"{one.clause.id:<8} {one.status:<8} {counts}  {', '.join(one.modules) or '-':<{width}}  {demand}")
    if not quiet:
        totals = [(status, sum(one.status == status for one in found)) for status in ("enforced", "assisted", "manual")]
        click.echo(f"{len(found)} clauses: {', '.join(f'{count} {status}' for status, count in totals)}")


def _show(one: Coverage, did: Did | None) -> None:
    clause = one.clause
    click.echo(f"{clause.id}  {clause.zh}\n{clause.en}\n\n{clause.enforce}.\n")
    click.echo(f"status    {one.status}{f': {one.why}' if one.why else ''}")
    click.echo(f"modules   {', '.join(one.modules) or 'none'}")
    if did is not None:
        click.echo(f"did       {did.of(clause.id)}")
    for title, lines in (
        ("rules", one.rules),
        ("settings", [f"{setting.module}: {setting.field}" for setting in one.settings]),
        ("rows", [f"{row.mark}: {row.case}" for row in one.rows]),
    ):
        for line in lines or ["none"]:
            click.echo(f"{title:<9} {line}")
            title = ""


def _plain(one: Coverage, did: Did | None) -> dict[str, Any]:
    figures = {}
    if did is not None:
        clause = one.clause.id
        figures = {
            "period": did.period,
            "decisions": did.decisions.get(clause, 0),
            "findings": did.findings.get(clause, 0),
        }
    return figures | {
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
