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
    from zhidu.basis import Basis
    from zhidu.provisioner import Provisioner

_COLOURS = {"+": "green", "~": "yellow", "-": "red", "!": "cyan", "?": "magenta"}


@click.command()
@click.option("--drift", is_flag=True, help="Only what was changed in Zammad since the last apply.")
@click.option("--folder", is_flag=True, help="By the configuration's folder, not by the version in force.")
@click.option("--details", is_flag=True, help="Every field of what would be made, too.")
@click.pass_obj
def plan(habits: Habits | None, drift: bool, folder: bool, details: bool) -> int:
    """Say what differs between what the policy's modules need and what Zammad has. Changes nothing.

    What is needed is said by the version of the policy in force; by the folder only while nothing was published.
    `--folder` shows what the folder would change once it is published and approved: `zhidu apply` does not go by it.

    + is missing, ~ differs (field: old → new, and who changed it in Zammad where it tells), - is no longer needed,
    ? stands in the way or works against the policy. `zhidu apply` makes it so.

    Exit status 0: nothing differs, 1: something does.

    \b
    Example:
      zhidu plan
      zhidu plan --details
      zhidu plan --drift --json
      zhidu plan --folder
    """
    from zhidu import exits

    habits = habits or Habits()
    if not (habits.quiet or habits.json):
        click.echo("reading what Zammad has …", err=True)
    with provisioning(habits, write=False, folder=folder) as (provisioner, _, basis):
        found = provisioner.look()
        say(habits, found, provisioner.refusals(found), basis, drift=drift, details=details)
    changes = found.plan.drifted if drift else found.plan.changes
    hindered = any(one.hinders for one in found.plan.obstacles)
    return exits.NO if changes or (hindered and not drift) else exits.DONE


def say(
    habits: Habits,
    found: Look,
    refusals: Sequence[str],
    basis: Basis,
    *,
    drift: bool = False,
    details: bool = False,
) -> None:
    """Prints the plan. That it is made by the folder is said even where little is to be said."""
    from zhidu.provision_text import drift_summary, plan_json, plan_lines, plan_summary

    if habits.json:
        click.echo(json.dumps(plan_json(found, refusals, basis, drift=drift), ensure_ascii=False))
        return
    if basis.version is None:
        click.secho(f"by {basis.shown}", fg="yellow", err=True)
    elif not habits.quiet:
        click.echo(f"by {basis.shown}", err=True)
    for line in plan_lines(found, drift=drift, details=details):
        click.secho(line, fg=_COLOURS.get(line[:1]))
    if not habits.quiet:
        click.echo(drift_summary(found.plan) if drift else plan_summary(found, refusals))


@contextmanager
def provisioning(
    habits: Habits, *, write: bool, folder: bool = False
) -> Iterator[tuple[Provisioner, Store | None, Basis]]:
    """The provisioner, the store, and by which policy; the store is made only where something is to be written."""
    from integrations.zammad.provision.record import Forgetful, Record
    from zhidu.basis import basis_of
    from zhidu.compose import helpdesk_of, real_outside, store_of
    from zhidu.people_file import load_people
    from zhidu.policy import Policy, load_policy
    from zhidu.provisioner import StoredRecord, provisioner_of
    from zhidu.settings import load_settings
    from zhidu.stores import if_there

    place, outside = habits.directory, real_outside()
    settings, people = load_settings(place), load_people(place)
    settings.helpdesk  # noqa: B018 - refuses, with file and line, where none is named

    def in_folder() -> Policy:
        paths = [settings.path(path) for path in settings.config.modules_path]
        return load_policy(place, enabled=settings.config.modules, modules_path=paths)

    helpdesk = helpdesk_of(settings.config, settings.token(), people, outside)
    store = store_of(settings, outside) if write else if_there(settings, outside)
    try:
        basis = basis_of(settings, store, outside, in_folder, try_out=folder)
        record: Record = Forgetful() if store is None else StoredRecord(store)
        yield (
            provisioner_of(settings, basis.policy, people, helpdesk.pool.client(), record, outside),
            store if write else None,
            basis,
        )
    finally:
        helpdesk.pool.close()
        if store is not None:
            store.close()
