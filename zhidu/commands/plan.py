"""`zhidu plan`: what differs between what the modules need and what the helpdesk has."""

from __future__ import annotations

import json
from contextlib import contextmanager
from typing import TYPE_CHECKING

import click

from zhidu.habits import Habits

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from integrations.store.store import Store
    from integrations.zammad.provision.whole import Look
    from zhidu.provisioner import Provisioner

_COLOURS = {"+": "green", "~": "yellow", "-": "red", "!": "cyan", "?": "magenta"}


@click.command()
@click.option("--drift", is_flag=True, help="Only what was changed in Zammad since the last apply.")
@click.pass_obj
def plan(habits: Habits | None, drift: bool) -> int:
    """Say what differs between what the policy's modules need and what Zammad has. Changes nothing.

    + is missing, ~ differs (field: old → new, and who changed it in Zammad where it tells), - is no longer needed,
    ? stands in the way or works against the policy. `zhidu apply` makes it so.

    Exit status 0: nothing differs, 1: something does.

    \b
    Example:
      zhidu plan
      zhidu plan --drift --json
    """
    from zhidu import exits

    habits = habits or Habits()
    if not (habits.quiet or habits.json):
        click.echo("reading what Zammad has …", err=True)
    with provisioning(habits, write=False) as (provisioner, _):
        found = provisioner.look()
        say(habits, found, provisioner.refusals(found), drift=drift)
    changes = found.plan.drifted if drift else found.plan.changes
    hindered = any(one.hinders for one in found.plan.obstacles)
    return exits.NO if changes or (hindered and not drift) else exits.DONE


def say(habits: Habits, found: Look, refusals: Sequence[str], *, drift: bool = False) -> None:
    """Prints the plan."""
    from zhidu.provision_text import plan_json, plan_lines, plan_summary

    if habits.json:
        click.echo(json.dumps(plan_json(found, refusals, drift=drift), ensure_ascii=False))
        return
    for line in plan_lines(found, drift=drift):
        click.secho(line, fg=_COLOURS.get(line[:1]))
    if not habits.quiet:
        click.echo(plan_summary(found, refusals))


@contextmanager
def provisioning(habits: Habits, *, write: bool) -> Iterator[tuple[Provisioner, Store | None]]:
    """The provisioner of the configuration, and the store; that is made only where something is to be written."""
    from integrations.zammad.provision.record import Forgetful, Record
    from zhidu.compose import helpdesk_of, real_outside, store_of
    from zhidu.people_file import load_people
    from zhidu.policy import load_policy
    from zhidu.provisioner import StoredRecord, provisioner_of
    from zhidu.settings import load_settings
    from zhidu.stores import if_there

    folder, outside = habits.directory, real_outside()
    settings, people = load_settings(folder), load_people(folder)
    settings.helpdesk  # noqa: B018 - refuses, with file and line, where none is named
    paths = [settings.path(path) for path in settings.config.modules_path]
    policy = load_policy(folder, enabled=settings.config.modules, modules_path=paths)
    helpdesk = helpdesk_of(settings.config, settings.token(), people, outside)
    store = store_of(settings, outside) if write else if_there(settings, outside)
    try:
        record: Record = Forgetful() if store is None else StoredRecord(store)
        yield (
            provisioner_of(settings, policy, people, helpdesk.pool.client(), record, outside),
            store if write else None,
        )
    finally:
        helpdesk.pool.close()
        if store is not None:
            store.close()
