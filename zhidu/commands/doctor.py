"""`zhidu doctor`: whether everything is as it must be, and what to do where it is not."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import click

from zhidu.habits import Habits

if TYPE_CHECKING:
    from collections.abc import Iterator

    from zhidu.doctoring.lines import Line

_COLOURS = {"ok": "green", "warn": "yellow", "fail": "red"}


@click.command()
@click.pass_obj
def doctor(habits: Habits | None) -> int:
    """Look at the environment, configuration, secrets, calendars, store, vault, masking, clock, mail server and Zammad:
    its version, the token's rights, fields, webhook, triggers, people. Changes nothing; says what to do about each
    failure.

    Exit status 0: nothing failed, 1: something did, 2: the configuration is wrong, 3: helpdesk or store out of reach.

    \b
    Example:
      zhidu doctor
      zhidu --config /etc/zhidu doctor --quiet
    """
    from zhidu.doctoring.lines import Level, exit_status

    habits = habits or Habits()
    lines: list[Line] = []
    for line in looked_at(habits):
        lines.append(line)
        if not habits.json and not (habits.quiet and line.level is Level.OK):
            _print(line)
    if habits.json:
        shown = [
            {"about": line.about, "level": str(line.level), "what": line.what, "do": line.do or None} for line in lines
        ]
        click.echo(json.dumps(shown, ensure_ascii=False))
    elif not habits.quiet:
        counts = {level: sum(line.level is level for line in lines) for level in Level}
        click.echo(f"{counts[Level.OK]} ok, {counts[Level.WARN]} to know, {counts[Level.FAIL]} failed")
    return exit_status(lines)


def _print(line: Line) -> None:
    level = click.style(f"{line.level:<4}", fg=_COLOURS[line.level])
    click.echo(f"{level}  {line.about:<13}  {line.what}")
    if line.do:
        click.echo(f"{'':<21}→ {line.do}")


def looked_at(habits: Habits) -> Iterator[Line]:
    """Every line, as it is found out."""
    import sys

    from policies.kernel.problems import ConfigErrors
    from zhidu.compose import real_outside
    from zhidu.doctoring import gate, here, provisioned, sealing, there
    from zhidu.people_file import load_people
    from zhidu.policy import read_policy
    from zhidu.settings import load_settings

    folder, outside = habits.directory, real_outside()
    yield from here.python_lines()
    yield from here.shadow_lines(sys.path)
    yield from here.configuration_lines(folder)
    try:
        settings, people = load_settings(folder), load_people(folder)
    except ConfigErrors:
        return
    paths = [settings.path(path) for path in settings.config.modules_path]
    policy, _ = read_policy(folder, enabled=settings.config.modules, modules_path=paths)
    yield from here.secret_lines(settings)
    yield from here.calendar_lines(policy.calendars, people.config, outside.now().date())
    yield from here.store_lines(settings, outside)
    yield from sealing.vault_lines(settings, outside)
    yield from gate.masking_lines(settings, policy)
    yield from here.mail_lines(settings, outside)
    needed = provisioned.policy_needed(settings, policy, outside)
    yield from there.helpdesk_lines(settings, needed.modules.modules, people, outside)
    yield from provisioned.provisioned_lines(settings, policy, people, outside)
