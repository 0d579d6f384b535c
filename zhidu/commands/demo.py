"""`zhidu demo`: a small company's week, the whole product with nothing else installed."""

from __future__ import annotations

from pathlib import Path

import click

from zhidu.habits import Habits


@click.command()
@click.option("--once", is_flag=True, help="End by itself with a summary.")
@click.option("--days", type=click.IntRange(1, 14), default=10, show_default=True, help="Calendar days to play.")
@click.option("--seed", type=int, default=1, show_default=True, help="The same seed plays the same week.")
@click.option(
    "--speed",
    type=click.FloatRange(min=1),
    help="Virtual seconds in a real one. [default: 3600; with --once as fast as it goes]",
)
@click.option("--port", type=click.IntRange(0, 65_535), default=0, help="Of the helpdesk. [default: any free one]")
@click.option("--language", type=click.Choice(["zh-CN", "zh-TW", "en"]), default="en", show_default=True)
@click.option(
    "--keep",
    type=click.Path(file_okay=False, path_type=Path),
    metavar="DIR",
    help="Keep configuration, store, mails and all tickets there, for `zhidu explain --from`.",
)
@click.pass_obj
def demo(
    habits: Habits | None,
    once: bool,
    days: int,
    seed: int,
    speed: float | None,
    port: int,
    language: str,
    keep: Path | None,
) -> None:
    """A small company's working week around a holiday, played in fast time: an embedded Zammad-compatible helpdesk, the
    real service before it, and a story of what happens with the clauses it rests on.

    Needs no network and no configuration. Without --once it stays up until Ctrl-C: look at the tickets, run
    `zhidu explain`, change something through the interface.

    \b
    Example:
      zhidu demo --once
      zhidu demo --language zh-CN --speed 3600
      zhidu demo --once --keep /tmp/week
    """
    import errno

    from zhidu.demo.show import Show
    from zhidu.exits import WrongUse

    habits = habits or Habits()
    if keep is not None and keep.exists() and any(keep.iterdir()):
        raise WrongUse(f"--keep needs an empty or a new folder, {keep} is neither")
    if speed is None and not once:
        speed = 3600.0
    show = Show(habits=habits, days=days, seed=seed, speed=speed, port=port, language=language, keep=keep)
    try:
        show.run(once=once)
    except OSError as error:
        if error.errno not in (errno.EADDRINUSE, errno.EACCES):
            raise
        raise WrongUse(f"port {port} cannot be listened on: {error.strerror}; name another --port") from None
