"""`zhidu adopt`: open tickets that are older than the service are taken in, some an hour."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import click

from zhidu.habits import Habits

if TYPE_CHECKING:
    from datetime import datetime

    from jobs.older import Walk
    from zhidu.commands.stored import Stored


@click.command()
@click.option("--since", metavar="TIME", help="Only those created from then on, such as 2026-01-01T00:00+08:00.")
@click.option(
    "--per-hour", type=click.IntRange(1, 100_000), default=120, show_default=True, help="How many are taken in an hour."
)
@click.option("--dry-run", is_flag=True, help="Count them, and begin nothing.")
@click.option("--stop", is_flag=True, help="Take in no more; those that were taken in stay.")
@click.option("--progress", is_flag=True, help="How far it has come.")
@click.pass_obj
def adopt(habits: Habits | None, since: str | None, per_hour: int, dry_run: bool, stop: bool, progress: bool) -> None:
    """Take in the open tickets that are older than the service; until then they are only observed.

    A running service does the work, the oldest first. Each ticket gets its fields, so that it stands in the overviews;
    no note is written, no mail goes out, nothing that was missed before is made up for. Zammad itself tells a ticket's
    owner and subscribers of a changed field, by their own settings: hence so many an hour.

    \b
    Example:
      zhidu adopt --dry-run
      zhidu adopt --since 2026-01-01T00:00+08:00 --per-hour 200
      zhidu adopt --progress
    """
    from zhidu.commands.stored import stored
    from zhidu.exits import WrongUse

    habits = habits or Habits()
    if sum((dry_run, stop, progress)) > 1:
        raise WrongUse("one of --dry-run, --stop, --progress")
    with stored(habits) as here:
        if stop or progress:
            walk = _stopped(here) if stop else _walk(here)
            left = None if walk is None or walk.over else _left(here, habits, walk)
            _tell(here, habits, walk, left)
        else:
            _begin(here, habits, since, per_hour, dry_run)


def _walk(here: Stored) -> Walk | None:
    from jobs.manner import ADOPT
    from jobs.older import walk_of

    return walk_of(here.store, ADOPT)


def _stopped(here: Stored) -> Walk | None:
    from dataclasses import replace

    from jobs.manner import ADOPT
    from jobs.older import keep_walk

    walk = _walk(here)
    if walk is None:
        return None
    walk = replace(walk, over=True)
    keep_walk(here.store, ADOPT, walk)
    return walk


def _begin(here: Stored, habits: Habits, since: str | None, per_hour: int, dry_run: bool) -> None:
    from jobs.manner import ADOPT
    from jobs.older import Walk, keep_walk
    from zhidu.exits import WrongUse
    from zhidu.instants import instant

    walk = _walk(here)
    if walk is not None and not walk.over and not dry_run:
        raise WrongUse("tickets are being taken in already: see `zhidu adopt --progress`, or --stop first")
    begin = Walk(per_hour=per_hour) if since is None else Walk(upto=instant("--since", since), per_hour=per_hour)
    count = _count(here, habits, begin.upto)
    if not dry_run:
        keep_walk(here.store, ADOPT, begin)
    if habits.json:
        click.echo(json.dumps({"older": count, "per_hour": per_hour, "begun": not dry_run}))
        return
    are = "open ticket is" if count == 1 else "open tickets are"
    click.echo(f"{count} {are} older than the service; {per_hour} an hour: about {_hours(count, per_hour)}")
    if not dry_run and not habits.quiet:
        click.echo("a running `zhidu serve` takes them in; `zhidu adopt --progress` tells how far it has come")


def _count(here: Stored, habits: Habits, since: datetime) -> int:
    """Counted by the helpdesk, in one call for each state."""
    from zhidu import compose
    from zhidu.exits import WrongUse
    from zhidu.older import count_older, service_began
    from zhidu.people_file import load_people
    from zhidu.settings import load_settings

    settings = load_settings(habits.directory)
    began = service_began(settings.config, here.store)
    if began is None:
        raise WrongUse("the service was never started: every ticket would be its own; set adopt_from, or start it once")
    settings.helpdesk  # noqa: B018 - refuses, with file and line, where none is named
    people = load_people(habits.directory)
    helpdesk = compose.helpdesk_of(settings.config, settings.token(), people, compose.real_outside())
    try:
        return count_older(helpdesk.pool.client(), helpdesk.names, since, began)
    finally:
        helpdesk.pool.close()


def _left(here: Stored, habits: Habits, walk: Walk) -> int | None:
    """How many are still to be taken in; None where the helpdesk cannot be asked."""
    from integrations.zammad.errors import ZammadError
    from zhidu.exits import NotOk, Unreachable, WrongUse

    try:
        return _count(here, habits, walk.upto)
    except (ZammadError, NotOk, Unreachable, WrongUse, ValueError):
        return None


def _hours(count: int, per_hour: int) -> str:
    return f"{count / per_hour:.1f} hours"


def _tell(here: Stored, habits: Habits, walk: Walk | None, left: int | None) -> None:
    if habits.json:
        kept = None
        if walk is not None:
            kept = {"taken": walk.taken, "left": left, "upto": walk.upto.isoformat(), "over": walk.over}
        click.echo(json.dumps({"adopting": kept}))
    elif walk is None:
        click.echo("nobody has begun to take older tickets in")
    else:
        state = "over" if walk.over else f"going on, {walk.per_hour} an hour"
        if left is not None and walk.per_hour:
            state += f"; {left} to go, about {_hours(left, walk.per_hour)}"
        click.echo(f"{walk.taken} taken in, up to those created at {here.shown(walk.upto)}; {state}")
