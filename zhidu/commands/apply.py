"""`zhidu apply`: the helpdesk made to be what the modules need."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import click

from zhidu.commands.plan import provisioning
from zhidu.habits import Habits

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from integrations.store.store import Store
    from integrations.zammad.provision.whole import Look
    from zhidu.basis import Basis
    from zhidu.provisioner import Provisioner


@click.command()
@click.option("--yes", is_flag=True, help="Do not ask.")
@click.option("--force", is_flag=True, help="Also what changes more than a third of the objects, or loses values.")
@click.option("--dry-run", is_flag=True, help="Say what would be done, and stop.")
@click.option(
    "--take-over",
    "taken",
    metavar="KIND/NAME",
    multiple=True,
    help="Let an object that zhidu did not make become its own, as `zhidu plan` names it.",
)
@click.option(
    "--adopt",
    is_flag=True,
    help="Keep what was changed in Zammad: write it into provision.yaml of the configuration instead of undoing it.",
)
@click.pass_obj
def apply(habits: Habits | None, yes: bool, force: bool, dry_run: bool, taken: tuple[str, ...], adopt: bool) -> int:
    """Make Zammad's fields, groups, roles, webhook, triggers, overviews, macros, core workflows and the like what the
    policy's modules need. What others made is never touched, nothing is deleted.

    What they need is said by the version of the policy in force, by the folder only while nothing was published: what
    two people must agree on in the policy is not changed in Zammad by one.

    The plan is shown first, and asked about on a terminal. New fields need a database migration, for which Zammad
    restarts itself: it is gone for some ten seconds. An apply that was interrupted is simply called again.

    Exit status 0: Zammad is as it must be, 1: something stands in the way, or was refused.

    \b
    Example:
      zhidu apply
      zhidu apply --yes --json
      zhidu apply --adopt --dry-run
    """
    habits = habits or Habits()
    with provisioning(habits, write=not dry_run and not adopt) as (provisioner, store, basis):
        provisioner = provisioner.taking(taken)
        if adopt:
            return _adopt(habits, provisioner, yes=yes, dry_run=dry_run)
        if store is None:
            return _show(habits, provisioner, basis)
        return _apply(habits, provisioner, store, basis, yes=yes, force=force)


def _show(habits: Habits, provisioner: Provisioner, basis: Basis) -> int:
    from zhidu import exits
    from zhidu.commands.plan import say

    found = provisioner.look()
    say(habits, found, provisioner.refusals(found), basis)
    return exits.NO if found.plan.changes else exits.DONE


def _apply(habits: Habits, provisioner: Provisioner, store: Store, basis: Basis, *, yes: bool, force: bool) -> int:
    from integrations.zammad.provision.changes import counted
    from zhidu import exits
    from zhidu.commands.plan import say
    from zhidu.compose import real_outside
    from zhidu.older import begin
    from zhidu.provisioner import only_one
    from zhidu.settings import load_settings

    outside = real_outside()
    with only_one(store, outside) as turn:
        found = provisioner.look()
        refusals = provisioner.refusals(found)
        if not habits.json:
            say(habits, found, refusals, basis)
        _refuse(found, refusals, force=force)
        if found.plan.changes and not yes:
            _ask(habits, f"make {counted(len(found.plan.changes), 'change')}?")
        ignored = _carried_out(habits, provisioner, found, turn.go_on)
    # From now on Zammad tells of its tickets; the service may be started later.
    begin(load_settings(habits.directory).config, store, outside.now())
    _told(habits, found, ignored, basis)
    hindered = any(one.hinders for one in found.plan.obstacles)
    return exits.NO if hindered or ignored else exits.DONE


def _refuse(found: Look, refusals: Sequence[str], *, force: bool) -> None:
    """Before the first write: what the token may not do, and what nobody should do by mistake."""
    from zhidu.exits import NotOk

    if found.lacking:
        raise NotOk(f"nothing was changed: the token lacks {', '.join(found.lacking)}")
    if refusals and not force:
        raise NotOk(f"nothing was changed; --force does it all the same: {'; '.join(refusals)}")


def _ask(habits: Habits, question: str) -> None:
    """raises WrongUse – nobody is there to be asked; click.Abort – the answer is no"""
    import sys

    from zhidu.exits import WrongUse

    if habits.json or not sys.stdin.isatty():
        raise WrongUse("nothing was changed: --yes is needed where nobody can be asked")
    click.confirm(question, abort=True, err=True)


def _carried_out(habits: Habits, provisioner: Provisioner, found: Look, go_on: Callable[[], None]) -> list[str]:
    """Makes every change, with progress, the migration announced before it begins; returns what Zammad did not take.

    go_on   called after each: the turn is still ours
    """
    import sys

    from integrations.zammad.provision.changes import Migrate, counted
    from zhidu.progress import Progress

    silent, changes = habits.quiet or habits.json, found.plan.changes
    progress = Progress(len(changes), noun="changes", to=None if silent else sys.stderr)
    ignored: list[str] = []
    steps = provisioner.steps(found)
    for change in changes:
        if isinstance(change, Migrate) and not silent:
            progress.end()
            gone = "; Zammad restarts itself and is waited for" if change.away else ""
            click.echo(f"database migration for {counted(len(change.fields), 'field')}{gone} …", err=True)
        ignored += next(steps).ignored
        go_on()
        progress(1)
    list(steps)  # what is as it should be is recorded too, where that is all there is to do
    progress.end()
    if changes and not silent:
        click.echo(f"{len(changes)} of {len(changes)} done", err=True)
    return ignored


def _told(habits: Habits, found: Look, ignored: Sequence[str], basis: Basis) -> None:
    from zhidu.provision_text import plan_json

    if habits.json:
        whole = plan_json(found, (), basis) | {"applied": True, "ignored": list(ignored)}
        click.echo(json.dumps(whole, ensure_ascii=False))
        return
    for name in ignored:
        click.secho(f"Zammad did not take {name}", fg="yellow", err=True)
    if found.plan.changes and not habits.quiet:
        click.echo("done; `zhidu doctor` looks at the rest")


def _adopt(habits: Habits, provisioner: Provisioner, *, yes: bool, dry_run: bool) -> int:
    from zhidu import exits
    from zhidu.overlay import adopted

    adoption = adopted(habits.directory, provisioner.look().plan.changes)
    for name in adoption.skipped:
        click.echo(f"{name} is a secret and is not kept in a file", err=True)
    if habits.json:
        click.echo(json.dumps({"file": str(adoption.path), "diff": adoption.diff, "written": not dry_run and yes}))
    elif adoption.diff:
        click.echo(adoption.diff, nl=False)
    elif not habits.quiet:
        click.echo("nothing was changed in Zammad since the last apply")
    if dry_run or not adoption.diff:
        return exits.NO if adoption.diff else exits.DONE
    if not yes:
        _ask(habits, f"write this to {adoption.path}?")
    adoption.write()
    return exits.DONE
