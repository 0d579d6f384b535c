"""`zhidu simulate`: the policy over past tickets, as it is or as proposed."""

from __future__ import annotations

from pathlib import Path

import click

from zhidu.habits import Habits

_FILE = click.Path(dir_okay=False, path_type=Path)


@click.command()
@click.option(
    "--from", "begins", metavar="DAY", help="First day of the period. [default with a file: its first ticket]"
)
@click.option("--to", "ends", metavar="DAY", help="Last day of the period. [default with a file: its last change]")
@click.option(
    "--config",
    "proposed",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    metavar="DIR",
    help="A proposed configuration to compare with today's: the version in force, or the folder (./config, or "
    "`zhidu --config DIR simulate …`) while nothing was published.",
)
@click.option(
    "--from-file",
    "files",
    multiple=True,
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    metavar="FILE",
    help="Read an export instead of the helpdesk; may be given several times.",
)
@click.option("--xlsx", type=_FILE, metavar="FILE", help="Write a workbook, with the tickets behind every figure.")
@click.option("--html", type=_FILE, metavar="FILE", help="Write a page of its own.")
@click.option("--jobs", type=click.IntRange(1, 16), help="Processes. [default: one for each core]")
@click.option("--resume", is_flag=True, help="Go on with a run that was interrupted.")
@click.option(
    "--work",
    type=click.Path(file_okay=False, path_type=Path),
    default=Path(".zhidu-simulate"),
    show_default=True,
    metavar="DIR",
    help="Folder for the results while the run lasts.",
)
@click.option("--language", type=click.Choice(["zh-CN", "zh-TW", "en"]), help="[default: that of the desks]")
@click.pass_obj
def simulate(habits: Habits | None, /, **asked: object) -> None:
    """What a policy would have done with past tickets: decisions by clause and rule, clocks met and run out, load by
    person and day, beside what really was. With --config, today's policy and a proposed one side by side, and the
    tickets behind every difference. People act as they really did. Writes nothing to the helpdesk.

    \b
    Example:
      zhidu simulate --from 2026-07-01 --to 2026-09-30
      zhidu simulate --from 2026-07-01 --to 2026-09-30 --config proposed --xlsx proposed.xlsx
      zhidu --config week/config simulate --from-file week/tickets.jsonl --config proposed
    """
    from zhidu.simulating.command import Asked, Simulation

    Simulation(habits or Habits(), Asked(**asked)).run()  # type: ignore[arg-type]
