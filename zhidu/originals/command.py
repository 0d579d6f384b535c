"""`zhidu vault report`: where originals may still exist. It needs no vault: without one they all do."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from zhidu.commands.vault_habits import for_machines, show
from zhidu.habits import Habits

if TYPE_CHECKING:
    from collections.abc import Iterator

    from policies.kernel.texts import Language
    from zhidu.originals.report import Said

_FILE = click.Path(dir_okay=False, path_type=Path)


@click.command("report")
@click.option("--html", type=_FILE, metavar="FILE", help="Write a page of its own.")
@click.option("--xlsx", type=_FILE, metavar="FILE", help="Write a workbook.")
@click.option("--language", type=click.Choice(["zh-CN", "zh-TW", "en"]), help="[default: that of the desks]")
@click.pass_obj
def report(habits: Habits | None, html: Path | None, xlsx: Path | None, language: Language | None) -> None:
    """Where originals of confidential data may still exist: ticket by ticket, and outside the helpdesk.

    Reads the store alone: what zhidu has found readable, what it makes or has made anew, what went out in a reply.
    Kinds, places and times; never a value.

    \b
    Example:
      zhidu vault report
      zhidu vault report --html originals.html --xlsx originals.xlsx
    """
    from zhidu.commands.stored import stored
    from zhidu.originals.pages import write_html, write_xlsx
    from zhidu.originals.report import Said, gathered, plain
    from zhidu.settings import load_settings
    from zhidu.standing import policy_state

    habits = habits or Habits()
    settings = load_settings(habits.directory)
    place = settings.config.helpdesk
    tongue: Language = language or (place.language if place is not None else "zh-CN")
    with stored(habits) as here:
        mode = policy_state(settings, here.store, here.now).masking
        said = Said(report=gathered(here.store, mode, here.now), tongue=tongue, zone=here.zone)
    if html is not None:
        write_html(html, said)
    if xlsx is not None:
        write_xlsx(xlsx, said)
    if for_machines(habits) or not (html or xlsx):
        show(habits, plain(said), lambda: _lines(said))


def _lines(said: Said) -> Iterator[str]:
    yield from said.lines
    yield f"{said.of('places')}:"
    yield from (f"  {place}" for place in said.places)
    yield f"{said.of('tickets')}:"
    rows = [" · ".join(filter(None, said.row(one))) for one in said.report.remainders]
    yield from (f"  {row}" for row in rows or [said.of("none")])
