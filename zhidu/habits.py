"""What all commands take: `--config DIR`, `--json`, `--quiet`, before the command's name or after it."""

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

import click

DEFAULT_DIRECTORY: Final = Path("config")


@dataclass(frozen=True, slots=True, kw_only=True)
class Habits:
    """How this run was asked for; commands get it with `@click.pass_obj`.

    config   the folder named with `--config`
    json     write for machines
    quiet    write nothing but the answer
    """

    config: Path | None = None
    json: bool = False
    quiet: bool = False

    @property
    def directory(self) -> Path | None:
        """The configuration's folder; None when none is named and there is no `./config`: the shipped defaults."""
        if self.config is not None:
            return self.config
        return DEFAULT_DIRECTORY if DEFAULT_DIRECTORY.is_dir() else None


def _remember(ctx: click.Context, param: click.Parameter, value: Any) -> None:
    habits: Habits = ctx.obj if isinstance(ctx.obj, Habits) else Habits()
    ctx.obj = replace(habits, **{str(param.name): value}) if value else habits


def options() -> list[click.Option]:
    """The common options, fresh ones at each call."""
    folder = click.Path(exists=True, file_okay=False, path_type=Path)
    keep: dict[str, Any] = {"expose_value": False, "callback": _remember}
    return [
        click.Option(
            ["--config"], type=folder, metavar="DIR", help="The configuration's folder. [default: ./config]", **keep
        ),
        click.Option(["--json"], is_flag=True, help="Write for machines.", **keep),
        click.Option(["--quiet"], is_flag=True, help="Write nothing but the answer.", **keep),
    ]


def give(command: click.Command) -> click.Command:
    """The command, and those below it, with the common options they do not have themselves."""
    taken = {option for param in command.params for option in param.opts}
    command.params.extend(option for option in options() if not taken.intersection(option.opts))
    if isinstance(command, click.Group):
        for below in command.commands.values():
            give(below)
    return command
