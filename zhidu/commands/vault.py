"""`zhidu vault`: sealed originals; to see one takes a reason and a second person, works once, and is on record."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from zhidu.commands.vault_habits import WHO, WHY, for_machines, note, opened_vault, said, show
from zhidu.habits import Habits
from zhidu.originals.command import report
from zhidu.vault_keeping import query_log, rotate, shred

if TYPE_CHECKING:
    from integrations.store.vault.records import Request
    from zhidu.vaulting import AtHand


@click.group(invoke_without_command=True)
@click.pass_context
def vault(ctx: click.Context) -> None:
    """Originals of masked data, sealed. To see one: a request with a reason, the approval of a second person, once.

    People are logins of people.yaml; their posts say who may ask and who may approve. The account of this machine that
    a command is started from is kept with every step.

    \b
    Example:
      zhidu vault list --ticket 42
      zhidu vault request 7 --by li@example.com --reason "the customer disputes the card number"
      zhidu vault approve 3 --by xu@example.com
      zhidu vault reveal 3 --by li@example.com
    """
    if ctx.invoked_subcommand is None:
        ctx.invoke(status)


@vault.command("status")
@click.pass_obj
def status(habits: Habits | None) -> int:
    """How many originals lie there, under which keys, which cannot be read, and how many requests wait.

    Exit status 1 where an original cannot be read.

    \b
    Example:
      zhidu vault status
      zhidu vault status --json
    """
    from zhidu import exits
    from zhidu.vault_text import state_lines, state_plain

    with opened_vault(habits) as here:
        state = here.state()
    show(habits, state_plain(state), lambda: state_lines(state))
    return exits.NO if state.unreadable else exits.DONE


@vault.command("list")
@click.option("--ticket", type=int, help="Only this ticket's, by any id that it had.")
@click.option("--same-as", type=int, metavar="ORIGINAL", help="Only those of the same value as this one.")
@click.option("--limit", type=click.IntRange(1, 100_000), default=1000, show_default=True, help="Oldest first.")
@click.pass_obj
def list_originals(habits: Habits | None, ticket: int | None, same_as: int | None, limit: int) -> None:
    """What lies in the vault: where each original stood and of which kind it is, never what it is.

    \b
    Example:
      zhidu vault list --ticket 42
      zhidu vault list --same-as 7
    """
    from zhidu.exits import WrongUse
    from zhidu.vault_text import record_lines, record_plain

    with opened_vault(habits) as here:
        token = None if same_as is None else here.vault.rows.record(same_as).token
        if same_as is not None and token is None:
            raise WrongUse(f"original {same_as} is not to be compared, or was destroyed")
        ids = None if ticket is None else here.store.twins.ids(ticket)
        found = here.vault.rows.records(ticket_ids=ids, token=token, limit=limit)
        show(habits, list(map(record_plain, found)), lambda: record_lines(found, here))


@vault.command("requests")
@click.option("--all", "everything", is_flag=True, help="Those that are decided, used or expired as well.")
@click.option("--limit", type=click.IntRange(1, 100_000), default=1000, show_default=True, help="The newest ones.")
@click.pass_obj
def list_requests(habits: Habits | None, everything: bool, limit: int) -> None:
    """Requests that wait for an approval, or whose original can be shown.

    \b
    Example:
      zhidu vault requests
      zhidu vault requests --all --json
    """
    from zhidu.vault_text import request_lines, request_plain

    with opened_vault(habits) as here:
        found = here.vault.rows.requests(undecided_at=None if everything else here.now, limit=limit)
        show(habits, [request_plain(one, here.now) for one in found], lambda: request_lines(found, here))


@vault.command("request")
@click.argument("original", type=int)
@WHO
@click.option("--reason", required=True, callback=said, metavar="TEXT", help="Why it must be seen; kept on record.")
@click.pass_obj
def ask(habits: Habits | None, original: int, by: str, reason: str) -> None:
    """Ask to see ORIGINAL, by its number in `zhidu vault list`.

    \b
    Example:
      zhidu vault request 7 --by li@example.com --reason "the customer disputes the card number"
    """
    with opened_vault(habits) as here:
        made = here.vault.ask(original, here.actor(by), reason)
        _print_request(habits, here, made)
        note(habits, f"it waits for a second person: zhidu vault approve {made.id} --by LOGIN")


@vault.command("approve")
@click.argument("request", type=int)
@WHO
@click.option("--no-mail", is_flag=True, help="Send no link to the asker, who uses `zhidu vault reveal` then.")
@click.pass_obj
def approve(habits: Habits | None, request: int, by: str, no_mail: bool) -> None:
    """A second person's consent to REQUEST. The asker gets a mail with a link that works once.

    \b
    Example:
      zhidu vault requests
      zhidu vault approve 3 --by xu@example.com
    """
    with opened_vault(habits) as here:
        mail, told = here.link_mail(request) if not no_mail else (lambda request: None, "no link is mailed")
        made = here.vault.approve(request, here.actor(by), mail)
        _print_request(habits, here, made)
        note(habits, f"{told}; or: zhidu vault reveal {made.id} --by {made.by}")


@vault.command("refuse")
@click.argument("request", type=int)
@WHO
@WHY
@click.pass_obj
def refuse(habits: Habits | None, request: int, by: str, why: str) -> None:
    """No consent to REQUEST; an approval that was not used yet is taken back. The asker may withdraw an own request.

    \b
    Example:
      zhidu vault refuse 3 --by xu@example.com --why "the last four digits are enough"
    """
    with opened_vault(habits) as here:
        made = here.vault.refuse(request, here.actor(by), why)
        _print_request(habits, here, made)


@vault.command("reveal")
@click.argument("request", type=int)
@WHO
@click.option("--output", type=click.Path(dir_okay=False, path_type=Path), help="Write it into this new file instead.")
@click.pass_obj
def reveal(habits: Habits | None, request: int, by: str, output: Path | None) -> None:
    """Show the original of an approved REQUEST to the one who asked, once.

    A text is written to standard output, bytes only into a file, readable by its owner alone. On a terminal its control
    characters are shown as such.

    \b
    Example:
      zhidu vault reveal 3 --by li@example.com
      zhidu vault reveal 4 --by li@example.com --output scan.jpg
    """
    from zhidu.exits import WrongUse
    from zhidu.vaulting import private_file, shown_on

    with opened_vault(habits) as here:
        if output is None and not here.vault.rows.record(here.vault.rows.request(request).record_id).text:
            raise WrongUse(f"the original of request {request} is no text: name a file with --output")
        file = None if output is None else private_file(output)
        try:
            _, original = here.vault.reveal(request, here.actor(by))
        except BaseException:
            if file is not None and output is not None:
                file.close()
                output.unlink()
            raise
        if file is not None:
            with file:
                file.write(original.content)
            return
    text = original.content.decode("utf-8", "replace")
    if for_machines(habits):
        click.echo(json.dumps({"request": request, "original": text}, ensure_ascii=False))
    else:
        click.echo(shown_on(text, terminal=sys.stdout.isatty()), color=True)


def _print_request(habits: Habits | None, here: AtHand, made: Request) -> None:
    from zhidu.vault_text import request_lines, request_plain

    show(habits, request_plain(made, here.now), lambda: request_lines([made], here))


for command in (rotate, shred, query_log, report):
    vault.add_command(command)
