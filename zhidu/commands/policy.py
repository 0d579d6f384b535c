"""`zhidu policy`: versions of the policy's configuration, with author, approver, reason and effective date."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import click

from zhidu.habits import Habits

if TYPE_CHECKING:
    from integrations.store.versions import Signature
    from zhidu.commands.stored import Stored
    from zhidu.config import Config
    from zhidu.differences import Side
    from zhidu.settings import Settings


@click.group(invoke_without_command=True)
@click.pass_context
def policy(ctx: click.Context) -> None:
    """Versions of the policy's configuration: who wrote each, who approved it, why, and from when on it decides.

    `zhidu serve` decides by the version in force, whatever the files say meanwhile. A version holds the folders
    policies, calendars and texts, and which modules are enabled.

    \b
    Example:
      zhidu policy diff
      zhidu policy publish --by "Li Min" --reason "answer serious ones sooner" --effective 2026-12-01T00:00+08:00
      zhidu policy approve 2 --by "Xu Jing"
    """
    if ctx.invoked_subcommand is None:
        ctx.invoke(log)


_WHO = click.option("--by", required=True, metavar="NAME", help="Who does it, as people know them; kept on record.")


@policy.command("log")
@click.pass_obj
def log(habits: Habits | None) -> None:
    """Every version, the newest first.

    \b
    Example:
      zhidu policy log
      zhidu policy log --json
    """
    from zhidu.commands.stored import stored
    from zhidu.commands.versions_shown import lines, plain

    habits = habits or Habits()
    with stored(habits) as here:
        versions = tuple(reversed(here.store.versions.list()))
        current = here.store.versions.number_in_force(here.now)
        if habits.json:
            click.echo(json.dumps([plain(here, version, current) for version in versions], ensure_ascii=False))
            return
        for version in versions:
            for line in lines(here, version, current):
                click.echo(line)
    if not versions and not habits.quiet:
        click.echo("nothing was published yet: the first `zhidu serve` publishes the configuration's folder")


@policy.command("diff")
@click.argument("old", type=int, required=False, metavar="[OLD]")
@click.argument("new", type=int, required=False, metavar="[NEW]")
@click.pass_obj
def diff(habits: Habits | None, old: int | None, new: int | None) -> int:
    """What differs between two versions, setting by setting, and which golden rows come out otherwise.

    Without NEW: the configuration's folder. Without OLD: the version in force. Exit status 1 where anything differs.

    \b
    Example:
      zhidu policy diff
      zhidu policy diff 1 2
    """
    from zhidu import exits
    from zhidu.commands.stored import stored
    from zhidu.commands.versions_shown import print_differences
    from zhidu.differences import altered_rows, differences
    from zhidu.settings import load_settings

    habits = habits or Habits()
    settings = load_settings(habits.directory)
    with stored(habits) as here:
        sides = (
            _version_side(here, settings, old),
            _folder_side(settings) if new is None else _version_side(here, settings, new),
        )
    found, rows = differences(*sides), altered_rows(sides[0].policy, sides[1].policy)
    if habits.json:
        answer = {"differences": list(map(asdict, found)), "rows": list(map(asdict, rows))}
        click.echo(json.dumps(answer, ensure_ascii=False))
    else:
        print_differences(found, rows, habits.quiet)
    return exits.NO if found or rows else exits.DONE


def _folder_side(settings: Settings) -> Side:
    from zhidu.differences import Side
    from zhidu.versions import bundle_of, policy_of

    bundle = bundle_of(settings)
    return Side(bundle=bundle, policy=policy_of(bundle, settings, f"{settings.folder}/"))


def _version_side(here: Stored, settings: Settings, number: int | None) -> Side:
    from zhidu.differences import Side
    from zhidu.exits import WrongUse
    from zhidu.versions import Bundle, policy_of

    version = here.store.versions.in_force(here.now) if number is None else here.store.versions.show(number)
    if version is None:
        raise WrongUse("no version is in force yet: the first `zhidu serve` publishes the configuration's folder")
    bundle = Bundle(files=version.files)
    return Side(bundle=bundle, policy=policy_of(bundle, settings, f"version {version.number}: "))


@policy.command("publish")
@_WHO
@click.option("--reason", required=True, metavar="TEXT", help="Why the policy changes; kept on record.")
@click.option(
    "--effective",
    metavar="TIME",
    help="From when on it decides, such as 2026-12-01T00:00+08:00. [default: once approved]",
)
@click.pass_obj
def publish(habits: Habits | None, by: str, reason: str, effective: str | None) -> None:
    """Keep the configuration's folder as the next version. It decides once a second person has approved it.

    A folder that does not load is refused, with every problem; so is one that differs in nothing from the version in
    force.

    \b
    Example:
      zhidu policy publish --by "Li Min" --reason "answer serious ones sooner"
    """
    from integrations.store.versions import Signature
    from zhidu.accounts import account
    from zhidu.commands.stored import stored
    from zhidu.commands.versions_shown import print_differences, print_version
    from zhidu.differences import differences
    from zhidu.exits import WrongUse
    from zhidu.instants import instant
    from zhidu.settings import load_settings

    habits = habits or Habits()
    settings = load_settings(habits.directory)
    new = _folder_side(settings)
    with stored(habits) as here:
        at = instant("--effective", effective) if effective else here.now
        if at < here.now:
            raise WrongUse(f"--effective is past: {effective}")
        current = here.store.versions.in_force(here.now)
        if current is not None and current.digest == new.bundle.digest:
            raise WrongUse(f"nothing differs from version {current.number}, which is in force")
        signature = Signature(name=by, account=account(settings.environment))
        version = here.store.versions.publish(
            new.bundle.files, new.bundle.digest, signature, reason=reason, at=here.now, effective_at=at
        )
        print_version(here, version, habits)
        if current is not None and not habits.json and not habits.quiet:
            old = _version_side(here, settings, current.number)
            print_differences(differences(old, new), (), quiet=True)
            click.echo(f"what comes of it: zhidu policy diff {current.number} {version.number}")
            click.echo(f"it waits for a second person: zhidu policy approve {version.number} --by NAME")


@policy.command("approve")
@click.argument("number", type=int)
@_WHO
@click.pass_obj
def approve(habits: Habits | None, number: int, by: str) -> None:
    """A second person's consent: the version decides from its date on, at the earliest from now.

    From another account of the machine than it was published from, and as `approvers` in zhidu.yaml has it. A service
    that runs takes it up by itself.

    \b
    Example:
      zhidu policy diff 1 2
      zhidu policy approve 2 --by "Xu Jing"
    """
    from integrations.store.versions import Signature
    from zhidu.accounts import account
    from zhidu.commands.stored import stored
    from zhidu.commands.versions_shown import print_version
    from zhidu.settings import load_settings

    habits = habits or Habits()
    settings = load_settings(habits.directory)
    signature = Signature(name=by, account=account(settings.environment))
    _may_approve(settings.config, signature)
    with stored(habits) as here:
        _version_side(here, settings, number)
        one = settings.config.one_account
        version = here.store.versions.approve(number, signature, at=here.now, one_account=one)
        print_version(here, version, habits)


def _may_approve(config: Config, by: Signature) -> None:
    """raises WrongUse – zhidu.yaml names who approves, and this is nobody of them, or not from that account"""
    from integrations.store.accounts import bare
    from zhidu.exits import WrongUse

    name, approvers = by.name.strip(), config.approvers
    if approvers and name not in approvers:
        raise WrongUse(f"{name} is not among the approvers that zhidu.yaml names: {', '.join(approvers)}")
    account = approvers.get(name)
    if account is not None and account != bare(by.account):
        here = by.account or "one that cannot be told"
        raise WrongUse(f"zhidu.yaml has {name} approve from the account {account}, this one is {here}")


@policy.command("withdraw")
@click.argument("number", type=int)
@_WHO
@click.option("--why", required=True, metavar="TEXT", help="On what grounds; kept on record.")
@click.pass_obj
def withdraw(habits: Habits | None, number: int, by: str, why: str) -> None:
    """Take back a version that does not decide yet. One that does is replaced by publishing another.

    \b
    Example:
      zhidu policy withdraw 2 --by "Li Min" --why "the board wants to see figures first"
    """
    from integrations.store.versions import Signature
    from zhidu.accounts import account
    from zhidu.commands.stored import stored
    from zhidu.commands.versions_shown import print_version
    from zhidu.settings import load_settings

    habits = habits or Habits()
    with stored(habits) as here:
        signature = Signature(name=by, account=account(load_settings(habits.directory).environment))
        print_version(here, here.store.versions.withdraw(number, signature, why=why, at=here.now), habits)


@policy.command("export")
@click.argument("number", type=int)
@click.argument("folder", type=click.Path(file_okay=False, path_type=Path))
@click.pass_obj
def export(habits: Habits | None, number: int, folder: Path) -> None:
    """Write a version's files into a new FOLDER: to read them, or to publish an earlier version again.

    \b
    Example:
      zhidu policy export 1 /tmp/version-1
    """
    from zhidu.commands.stored import stored
    from zhidu.exits import WrongUse
    from zhidu.versions import MODULES

    if folder.exists() and any(folder.iterdir()):
        raise WrongUse(f"{folder} is not empty: nothing was written")
    with stored(habits or Habits()) as here:
        version = here.store.versions.show(number)
    for name, text in version.files.items():
        if name != MODULES:
            path = folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
            click.echo(path)
