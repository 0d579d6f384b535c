"""`zhidu inbox`: the reasons to look at a ticket that wait, failed or are dead; and dead ones made to wait again."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import click

from zhidu.habits import Habits

if TYPE_CHECKING:
    from integrations.store.records import Entry
    from integrations.store.store import Store
    from zhidu.commands.stored import Stored

CHOICES = ("waiting", "failed", "working", "dead", "done")
_LONGEST = 60


@click.group(invoke_without_command=True)
@click.pass_context
def inbox(ctx: click.Context) -> None:
    """Deliveries and other reasons to look at a ticket. Only ids, times and errors are kept, no word of a ticket.

    \b
    Example:
      zhidu inbox
      zhidu inbox list --status dead
      zhidu inbox replay 17
    """
    if ctx.invoked_subcommand is None:
        ctx.invoke(list_entries, status=None, limit=100)


@inbox.command("list")
@click.option(
    "--status",
    type=click.Choice(CHOICES),
    help="Only these; failed: waiting to be tried again. [default: all that are not done]",
)
@click.option("--limit", type=click.IntRange(1, 10_000), default=100, show_default=True, help="Of each status.")
@click.pass_obj
def list_entries(habits: Habits | None, status: str | None, limit: int) -> None:
    """What waits, is worked on or is dead.

    \b
    Example:
      zhidu inbox list
      zhidu inbox list --status failed --json
    """
    from zhidu.commands.stored import stored

    habits = habits or Habits()
    with stored(habits) as here:
        entries = _entries(here.store, status, limit)
        if habits.json:
            click.echo(json.dumps([plain(entry) for entry in entries], ensure_ascii=False))
            return
        if not habits.quiet:
            click.echo(f"{'id':>8} {'ticket':>8} {'status':<8} {'tries':>5} {'due':<25} {'reason':<10} error")
        for entry in entries:
            click.echo(_row(here, entry))
        if not habits.quiet:
            _end(here.store, len(entries))


def _end(store: Store, shown: int) -> None:
    depth = store.inbox.depth()
    click.echo(
        f"{shown} shown; {depth.waiting} waiting ({depth.failing} failed before), {depth.working} being worked on, "
        f"{depth.dead} dead"
    )


def _entries(store: Store, status: str | None, limit: int) -> list[Entry]:
    from integrations.store.records import EntryStatus

    if status is None:
        wanted: tuple[EntryStatus, ...] = (EntryStatus.DEAD, EntryStatus.WORKING, EntryStatus.WAITING)
    else:
        wanted = (EntryStatus.WAITING if status == "failed" else EntryStatus(status),)
    if status == "failed":
        waiting = store.inbox.list(EntryStatus.WAITING, limit=store.inbox.depth().waiting + limit)
        return [entry for entry in waiting if entry.attempts][:limit]
    return [entry for one in wanted for entry in store.inbox.list(one, limit=limit)]


def _row(here: Stored, entry: Entry) -> str:
    error = entry.error or ""
    cut = error if len(error) <= _LONGEST else f"{error[: _LONGEST - 1]}…"
    return (
        f"{entry.id:>8} {entry.ticket_id:>8} {_status(entry):<8} {entry.attempts:>5} {here.shown(entry.due_at):<25} "
        f"{entry.reason:<10} {cut}"
    ).rstrip()


def _status(entry: Entry) -> str:
    return "failed" if entry.status == "waiting" and entry.attempts else str(entry.status)


def plain(entry: Entry) -> dict[str, Any]:
    """For machines."""
    from zhidu.commands.stored import utc

    delivery = entry.delivery
    return {
        "id": entry.id,
        "ticket": entry.ticket_id,
        "reason": entry.reason,
        "status": _status(entry),
        "attempts": entry.attempts,
        "error": entry.error,
        "received_at": utc(entry.received_at),
        "due_at": utc(entry.due_at),
        "finished_at": utc(entry.finished_at),
        "delivery": None if delivery is None else {"id": delivery.delivery_id, "trigger": delivery.trigger},
    }


@inbox.command("show")
@click.argument("entry_id", metavar="ID", type=int)
@click.pass_obj
def show(habits: Habits | None, entry_id: int) -> None:
    """One entry, with its whole error and what its delivery said of the ticket.

    \b
    Example:
      zhidu inbox show 17
    """
    from zhidu.commands.stored import stored

    habits = habits or Habits()
    with stored(habits) as here:
        entry = here.store.inbox.show(entry_id)
        if habits.json:
            click.echo(json.dumps(plain(entry), ensure_ascii=False))
            return
        for title, value in _details(here, entry):
            click.echo(f"{title:<10} {value}")


def _details(here: Stored, entry: Entry) -> list[tuple[str, object]]:
    lines: list[tuple[str, object]] = [
        ("entry", entry.id),
        ("ticket", entry.ticket_id),
        ("reason", entry.reason),
        ("status", _status(entry)),
        ("attempts", entry.attempts),
        ("received", here.shown(entry.received_at)),
        ("due", here.shown(entry.due_at)),
        ("finished", here.shown(entry.finished_at)),
        ("error", entry.error or "-"),
    ]
    delivery = entry.delivery
    if delivery is not None:
        lines += [
            ("delivery", delivery.delivery_id),
            ("trigger", delivery.trigger or "-"),
            ("changed", f"{here.shown(delivery.updated_at)} by user {delivery.updated_by_id or '-'}"),
            ("articles", delivery.article_count if delivery.article_count is not None else "-"),
        ]
    return lines


@inbox.command("replay")
@click.argument("entry_id", metavar="[ID]", type=int, required=False)
@click.option("--all", "everything", is_flag=True, help="Every dead entry.")
@click.pass_obj
def replay(habits: Habits | None, entry_id: int | None, everything: bool) -> None:
    """Make a dead entry wait again, with all its attempts; a running service takes it up within seconds.

    \b
    Example:
      zhidu inbox replay 17
      zhidu inbox replay --all
    """
    from zhidu.commands.stored import stored

    habits = habits or Habits()
    if (entry_id is None) != everything:
        raise click.UsageError("name one dead entry by its ID, or all of them with --all")
    with stored(habits) as here:
        count = here.store.inbox.replay(entry_id)
    if habits.json:
        click.echo(json.dumps({"replayed": count}))
    else:
        click.echo(f"{count} waiting again")
