"""What the commands of `zhidu vault` share."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import click

from zhidu.habits import Habits

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from contextlib import AbstractContextManager

    from zhidu.vaulting import AtHand


def opened_vault(habits: Habits | None) -> AbstractContextManager[AtHand]:
    from zhidu.vaulting import opened

    return opened(habits or Habits())


def said(ctx: click.Context, param: click.Parameter, value: str) -> str:
    if not value.strip():
        raise click.BadParameter("may not be empty", ctx=ctx, param=param)
    return value.strip()


WHO = click.option("--by", required=True, callback=said, metavar="LOGIN", help="Who does it, as in people.yaml.")
WHY = click.option("--why", required=True, callback=said, metavar="TEXT", help="On what grounds; kept on record.")


def for_machines(habits: Habits | None) -> bool:
    return habits is not None and habits.json


def note(habits: Habits | None, text: str) -> None:
    if habits is None or not (habits.json or habits.quiet):
        click.echo(text, err=True)


def show(habits: Habits | None, plain: object, lines: Callable[[], Iterable[str]]) -> None:
    if for_machines(habits):
        click.echo(json.dumps(plain, ensure_ascii=False))
        return
    for line in lines():
        click.echo(line)
