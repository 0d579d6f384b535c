"""`zhidu modules`: the policy modules there are, in the order in which they decide; and a new one to start from."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from zhidu.habits import Habits

if TYPE_CHECKING:
    from collections.abc import Sequence

    from policies.kernel.discovery import Discovery
    from policies.kernel.modules import Module
    from policies.kernel.problems import Problem
    from zhidu.commands.installed import Installed
    from zhidu.policy import Policy


@click.group(invoke_without_command=True)
@click.pass_context
def modules(ctx: click.Context) -> None:
    """The policy modules, in the order in which they decide.

    \b
    Example:
      zhidu modules
      zhidu modules new vip --dir config/modules
    """
    if ctx.invoked_subcommand is None:
        ctx.invoke(list_modules)


@modules.command("list")
@click.pass_obj
def list_modules(habits: Habits) -> None:
    """The modules that decide, in their order, with conflicts between their golden rows' decisions.

    \b
    Example:
      zhidu modules list
      zhidu modules list --json
    """
    from policies.kernel.problems import ConfigErrors
    from zhidu.commands.installed import installed
    from zhidu.policy import read_policy

    here = installed(habits)
    policy, problems = read_policy(here.folder, enabled=here.settings.config.modules, modules_path=here.paths)
    conflicts, faults = _conflicts(policy)
    wrong = (*problems, *faults)
    if habits.json:
        answer = {
            "modules": [_plain(module) for module in policy.modules],
            "not_enabled": here.idle,
            "conflicts": conflicts,
            "problems": [str(problem) for problem in wrong],
        }
        click.echo(json.dumps(answer, ensure_ascii=False, indent=2))
    else:
        _show(policy.modules.modules, habits.quiet)
        if here.idle:
            click.echo(f"not enabled: {', '.join(here.idle)}")
        for conflict in conflicts:
            click.echo(f"conflict: {conflict}")
    if wrong:
        raise ConfigErrors(wrong)


def _show(modules: Sequence[Module], quiet: bool) -> None:
    width = max((len(module.name) for module in modules), default=0)
    for place, module in enumerate(modules, start=1):
        about = f"{_count(len(module.rules), 'rule')}, {_count(len(module.manifest.clauses), 'clause')}"
        after = f"; after {', '.join(module.manifest.depends)}" if module.manifest.depends else ""
        click.echo(f"{place:>3} {module.name:<{width}}  {module.manifest.version:<8} {module.origin}: {about}{after}")
        if not quiet:
            click.echo(f"    {'':<{width}}  {module.manifest.summary_in('en')}")


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def _plain(module: Module) -> dict[str, Any]:
    return {
        "name": module.name,
        "version": module.manifest.version,
        "summary": module.manifest.summary_in("en"),
        "origin": module.origin,
        "folder": str(module.folder),
        "depends": list(module.manifest.depends),
        "clauses": list(module.manifest.clauses),
        "rules": [{"name": rule.name, "clauses": list(rule.clauses)} for rule in module.rules],
    }


def _conflicts(policy: Policy) -> tuple[list[str], list[Problem]]:
    """Where unrelated modules disagree in a golden row, and the rows that cannot be read."""
    from policies.kernel.problems import ConfigErrors
    from zhidu.policy import SettingsDoNotFit, load_cast, play_row, rows_of

    cast = load_cast()
    conflicts: dict[str, None] = {}
    faults: list[Problem] = []
    for module in policy.modules:
        try:
            for row in rows_of(module, policy.clauses):
                try:
                    verdict = play_row(policy, module, row, cast).verdict
                except SettingsDoNotFit:
                    continue  # says nothing under the company's settings; `zhidu check` tells of it
                for conflict in verdict.conflicts:
                    sides = " and ".join(f"{side.rule} ({', '.join(side.clauses)})" for side in conflict.sides)
                    conflicts[f"{conflict.slot}: {sides} disagree; shown by {row.mark}"] = None
        except ConfigErrors as errors:
            faults.extend(errors.problems)
    return list(conflicts), faults


@modules.command("new")
@click.argument("name")
@click.option(
    "--dir",
    "folder",
    type=click.Path(file_okay=False, path_type=Path),
    metavar="DIR",
    help="Where the module's folder is made. [default: the first of modules_path, else ./config/modules]",
)
@click.option("--clause", default="1.3.1", show_default=True, metavar="ID", help="The clause its first rule cites.")
@click.pass_obj
def new(habits: Habits, name: str, folder: Path | None, clause: str) -> None:
    """Writes a module that passes `zhidu check` as it stands.

    \b
    Example:
      zhidu modules new vip
      zhidu modules new vip --dir config/modules --clause 4.3.3
    """
    from zhidu.commands.installed import installed
    from zhidu.commands.module_template import files
    from zhidu.exits import WrongUse

    here = installed(habits)
    parent = folder or (here.paths[0] if here.paths else here.settings.path(Path("modules")))
    home = parent / name
    _refuse_name(name, here.discovery)
    if clause not in here.clauses:
        raise WrongUse(here.clauses.unknown(clause))
    if home.exists():
        raise WrongUse(f"{home} is there already")
    for path, text in files(name=name, clause=clause, title=here.clauses[clause].en).items():
        (home / path).parent.mkdir(parents=True, exist_ok=True)
        (home / path).write_text(text, encoding="utf-8")
    hints = _hints(here, parent.absolute(), name)
    if habits.json:
        click.echo(json.dumps({"folder": str(home), "next": hints}, ensure_ascii=False, indent=2))
    else:
        click.echo("\n".join([str(home), *([] if habits.quiet else hints)]))


def _refuse_name(name: str, discovery: Discovery) -> None:
    import keyword
    import re

    from policies.kernel.discovery import BUILT_IN
    from policies.kernel.manifest import NAME
    from zhidu.exits import WrongUse

    if not re.fullmatch(NAME, name) or keyword.iskeyword(name):
        raise WrongUse(
            f"{name!r} is no name for a module: small letters, digits and _, a letter first, 2 to 40 of them"
        )
    if name in discovery.names or (BUILT_IN / name).is_dir():
        raise WrongUse(f"there is a module {name} already")


def _hints(here: Installed, parent: Path, name: str) -> list[str]:
    """What is left to do before the module decides."""
    file, base = here.settings.folder / "zhidu.yaml", here.settings.path(Path())
    hints = []
    if parent not in here.paths:
        written = parent.relative_to(base) if parent.is_relative_to(base) else parent
        hints.append(f"To have it decide, add to modules_path in {file}: {written}")
    if here.settings.config.modules is not None:
        hints.append(f"To have it decide, add to modules in {file}: {name}")
    return [*hints, "See with `zhidu check` that it is sound."]
