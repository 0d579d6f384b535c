"""`zhidu explain`: why a ticket is as it is."""

from __future__ import annotations

from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import click

from zhidu.habits import Habits

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from integrations.store.store import Store
    from zhidu.compose import Outside
    from zhidu.explaining import Explained
    from zhidu.settings import Settings


@click.command()
@click.argument("tickets", nargs=-1, metavar="TICKET…")
@click.option("--at", metavar="TIME", help="As the ticket was then, such as 2026-05-06T09:00+08:00.")
@click.option(
    "--from",
    "files",
    multiple=True,
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="Read the tickets from a file of recorded exchanges instead of the helpdesk; may be given several times.",
)
@click.option("--language", type=click.Choice(["zh-CN", "zh-TW", "en"]), default="en", show_default=True)
@click.option("--all", "silent", is_flag=True, help="List the rules that had nothing to say as well.")
@click.pass_obj
def explain(
    habits: Habits | None,
    tickets: tuple[str, ...],
    at: str | None,
    files: tuple[Path, ...],
    language: str,
    silent: bool,
) -> None:
    """Facts used, rules that decided and how many did not, clauses, each clock counted out day by day, what would
    change it. TICKET is an id, or a number after #. Writes nothing.

    By the version of the policy that is in force, where the store is at hand; with --from, by the configuration's
    folder. With --from and no TICKET, every ticket of the file.

    \b
    Example:
      zhidu explain 42
      zhidu explain '#21042' --at 2026-05-06T09:00+08:00 --language zh-CN
      zhidu explain --from week.jsonl 17
    """
    import json

    from zhidu.instants import instant

    habits = habits or Habits()
    when = None if at is None else instant("--at", at)
    first = True
    for explained in _explained(habits, tickets, files, when, language):
        if habits.json:
            click.echo(json.dumps(explained.as_json(), ensure_ascii=False))
            continue
        if not first:
            click.echo("\n" + "=" * 80 + "\n")
        first = False
        for line in explained.lines(silent=silent):
            click.echo(line)


def _explained(
    habits: Habits, tickets: tuple[str, ...], files: tuple[Path, ...], at: datetime | None, language: str
) -> Iterator[Explained]:
    from zhidu import compose
    from zhidu.exits import WrongUse
    from zhidu.judging import offline_judge
    from zhidu.live import live_judge
    from zhidu.people_file import load_people
    from zhidu.policy import load_policy
    from zhidu.settings import load_settings
    from zhidu.versions import published

    settings = load_settings(habits.directory)
    config = settings.config
    paths = [settings.path(path) for path in config.modules_path]
    outside = compose.real_outside()
    policy = (None if files else published(settings, outside)) or load_policy(
        habits.directory, enabled=config.modules, modules_path=paths
    )
    people = load_people(habits.directory)
    try:
        if files:
            judge, source = offline_judge(policy, people, files)
            for ticket in [_in_file(text, source) for text in tickets] or source.tickets:
                yield judge.explain(ticket, source.read_at(ticket), tongue=language, at=at)
            return
        if not tickets:
            raise WrongUse("which ticket? an id such as 42, or a number such as '#21042'")
        with _store(settings, outside) as store, live_judge(settings, policy, people, outside, store) as live:
            for text in tickets:
                yield live.judge.explain(live.ticket_id(text), outside.now(), tongue=language, at=at)
    except ValueError as error:
        raise WrongUse(str(error)) from None


@contextmanager
def _store(settings: Settings, outside: Outside) -> Iterator[Store | None]:
    """The service's store; where it cannot be asked, what it knows is not considered, and that is said."""
    from integrations.store.errors import StoreError
    from zhidu.exits import Unreachable
    from zhidu.stores import if_there

    try:
        store = if_there(settings, outside)
    except (Unreachable, StoreError) as error:
        click.echo(f"{error}: the customer's other cases and what was learnt are not considered", err=True)
        store = None
    if store is None:
        yield None
        return
    with store:
        yield store


def _in_file(text: str, source: object) -> int:
    from integrations.zammad.offline import Offline
    from zhidu.exits import WrongUse

    assert isinstance(source, Offline)  # noqa: S101 - told to the type checker without importing at start
    if text.startswith("#"):
        for ticket in source.tickets:
            if source.ticket(ticket).ticket.number == text[1:]:
                return ticket
    elif text.isdigit() and int(text) in source.reads:
        return int(text)
    raise WrongUse(f"ticket {text} is not in the file")
