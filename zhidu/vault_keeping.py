"""`zhidu vault rotate`, `shred`, `log`: what is done with all originals, or those of a ticket, and what was done."""

from __future__ import annotations

import click

from zhidu.commands.vault_habits import WHO, WHY, note, opened_vault, show
from zhidu.habits import Habits


@click.command("rotate")
@click.option("--limit", type=click.IntRange(1), metavar="N", help="Stop after so many originals.")
@click.pass_obj
def rotate(habits: Habits | None, limit: int | None) -> None:
    """Seal the originals of retired keys anew with the current key, now; the service does it by itself, bit by bit.

    To change the key: name a new one under vault.keys and in vault.current. The earlier one stays for its period's
    originals, or is marked `retired: true` and destroyed once nothing lies under it. Can be stopped at any time.

    \b
    Example:
      zhidu vault rotate
      zhidu vault rotate --limit 10000
    """
    with opened_vault(habits) as here:
        moved, left = 0, 0
        while limit is None or moved < limit:
            done = here.vault.reseal(100 if limit is None else min(100, limit - moved))
            moved, left = moved + done.moved, done.left
            if not done.moved:
                break
            note(habits, f"{moved} sealed anew, {left} left")
        ring = here.vault.ring
        answer = {"moved": moved, "left": left, "current": ring.current, "retired": list(ring.retired)}
        line = (
            f"{moved} sealed anew with {ring.current}, {left} left; retired keys: {', '.join(ring.retired) or 'none'}"
        )
        show(habits, answer, lambda: [line])


@click.command("shred")
@click.argument("ticket", type=int)
@WHO
@WHY
@click.option("--yes", is_flag=True, help="Do not ask.")
@click.pass_obj
def shred(habits: Habits | None, ticket: int, by: str, why: str, yes: bool) -> None:
    """Destroy the keys of TICKET, under every id that it had: nobody can read its originals any more. That there were
    some, who destroyed them, when and why stays on record.

    Backups made before still hold the wrapped key: they must be destroyed as well, or expire.

    \b
    Example:
      zhidu vault shred 42 --by xu@example.com --why "erasure asked for by the customer, case C-7"
    """
    with opened_vault(habits) as here:
        found = here.vault.rows.records(ticket_ids=here.store.twins.ids(ticket))
        kept = sum(one.shredded_at is None for one in found)
        if kept and not yes:
            click.confirm(
                f"{kept} originals of ticket {ticket} become unreadable for good. Go on?", abort=True, err=True
            )
        count = here.vault.shred(ticket, here.actor(by), why)
        answer = {"ticket": ticket, "destroyed": count}
        show(habits, answer, lambda: [f"{count} originals of ticket {ticket} destroyed"])


@click.command("log")
@click.option("--ticket", type=int, help="Only this ticket's, by its id.")
@click.option("--limit", type=click.IntRange(1, 100_000), default=1000, show_default=True, help="The newest ones.")
@click.option("--verify", is_flag=True, help="Check the whole chain instead; exit status 1 where it is broken.")
@click.pass_obj
def query_log(habits: Habits | None, ticket: int | None, limit: int, verify: bool) -> int:
    """The query log: who asked, approved, refused, saw or tried in vain what, when and why.

    \b
    Example:
      zhidu vault log --ticket 42
      zhidu vault log --verify
    """
    from zhidu import exits
    from zhidu.vault_text import log_lines, log_plain, verified_lines

    with opened_vault(habits) as here:
        if not verify:
            found = here.vault.rows.log(ticket_id=ticket, limit=limit)
            show(habits, list(map(log_plain, found)), lambda: log_lines(found, here))
            return exits.DONE
        broken, (count, mark) = here.vault.log_broken_at(), here.vault.rows.last_mark()
        answer = {"rows": count, "broken_at": broken, "last_mark": mark or None}
        show(habits, answer, lambda: verified_lines(count, mark, broken))
        return exits.DONE if broken is None else exits.NO
