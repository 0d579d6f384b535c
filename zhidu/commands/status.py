"""`zhidu status`: what runs, what waits, what is late, which policy version is in force."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import click

from zhidu.habits import Habits

if TYPE_CHECKING:
    from collections.abc import Iterator

    from integrations.store.records import Depth
    from zhidu.commands.stored import Stored
    from zhidu.standing import PolicyState, Standing

_ADMITS = {
    True: ": the token is not refused",
    False: " refuses the token, so no ticket is looked at: mend the rights of zhidu's user there, or give zhidu a new "
    "token and restart it; `zhidu doctor` names what is missing. What waits is kept and goes on by itself",
    None: ": not known while no service answers",
}


@click.command()
@click.pass_obj
def status(habits: Habits | None) -> None:
    """What runs, what waits, what is late, what departs from the policy, and which policy is in force.

    Reads the store and asks the service on this machine; asks the helpdesk nothing (that is `zhidu doctor`).

    \b
    Example:
      zhidu status
      zhidu status --json
    """
    from zhidu.commands.stored import stored
    from zhidu.settings import load_settings
    from zhidu.standing import standing

    habits = habits or Habits()
    settings = load_settings(habits.directory)
    with stored(habits) as here:
        found = standing(settings, here.store, here.now, here.zone)
    if habits.json:
        click.echo(json.dumps(_plain(found), ensure_ascii=False))
        return
    for title, line in _lines(here, found):
        click.echo(f"{title:<9} {line}")


def _lines(here: Stored, found: Standing) -> Iterator[tuple[str, str]]:
    from zhidu.commands.stored import age
    from zhidu.vault_text import state_line

    yield "policy", _policy(here, found.policy)
    where = found.running.address
    yield "service", f"{where}: {found.running.state}" if where else found.running.state
    if found.helpdesk is not None:
        yield "helpdesk", f"{found.helpdesk}{_ADMITS[found.running.admits]}"
    yield "store", f"{found.store.engine} {found.store.version}, revision {found.store.revision}"
    yield "inbox", _depth(here, found.inbox, "being worked on")
    yield "outbox", _depth(here, found.outbox, "being sent")
    clocks = found.clocks
    text = f"{clocks.open} open, {clocks.late} late, {clocks.due} due today, {clocks.paused} paused"
    if found.provisional:
        text += f"; {found.provisional} tickets with a provisional one"
    if found.next_clock_at is not None:
        text += f"; next look at {here.shown(found.next_clock_at)}"
    yield "clocks", text
    yield "findings", _findings(found)
    if found.vault is not None:
        yield "vault", state_line(found.vault)
    if found.masking is not None:
        yield "masking", found.masking.line
        for index, place in enumerate(found.masking.remains):
            yield "" if index else "originals", place if index else f"may still be in {place}"
    if found.gate is not None:
        yield "gate", found.gate.line(here.now)
    if found.reconciled_at is None:
        yield "searched", "never for missed changes: the service has not worked yet"
    else:
        ago = age(found.at - found.reconciled_at)
        yield "searched", f"for missed changes up to {here.shown(found.reconciled_at)}, {ago} ago"
    if found.adopt_from is not None:
        yield "adopted", f"tickets created from {here.shown(found.adopt_from)} on"


def _policy(here: Stored, policy: PolicyState) -> str:
    which = "not published" if policy.number is None else f"version {policy.number} since {here.shown(policy.since)}"
    if policy.problems:
        return f"{which}: {policy.problems} problems, nothing could start with it: see `zhidu check`"
    modules = ", ".join(f"{name} {version}" for name, version in policy.modules.items())
    text = f"{which}, {policy.digest} ({modules})"
    if policy.waiting:
        text += f"; waiting: version {', '.join(map(str, policy.waiting))}"
    return f"{text}; the folder differs: see `zhidu policy diff`" if policy.folder_differs else text


def _depth(here: Stored, depth: Depth, under_way: str) -> str:
    from zhidu.commands.stored import age

    text = f"{depth.waiting} waiting ({depth.failing} failed before), {depth.working} {under_way}, {depth.dead} dead"
    if depth.oldest_at is not None and depth.oldest_at < here.now:
        text += f"; the oldest for {age(here.now - depth.oldest_at)}"
    return text


def _findings(found: Standing) -> str:
    total = sum(found.findings.values())
    grave = sum(count for (_, is_grave), count in found.findings.items() if is_grave)
    by_code: dict[str, int] = {}
    for (code, _), count in found.findings.items():
        by_code[code] = by_code.get(code, 0) + count
    codes = ", ".join(f"{code} {count}" for code, count in sorted(by_code.items(), key=lambda item: -item[1]))
    return f"{total} open, {grave} grave{f': {codes}' if codes else ''}"


def _plain(found: Standing) -> dict[str, Any]:
    from zhidu.commands.stored import utc
    from zhidu.vault_text import state_plain

    return {
        "at": utc(found.at),
        "policy": _policy_plain(found.policy),
        "service": {"address": found.running.address, "state": found.running.state},
        "helpdesk": {"address": found.helpdesk, "admits": found.running.admits},
        "store": {
            "engine": found.store.engine,
            "version": found.store.version,
            "revision": found.store.revision,
            "notes": list(found.store.notes),
        },
        "inbox": _depth_plain(found.inbox),
        "outbox": _depth_plain(found.outbox),
        "clocks": {
            "open": found.clocks.open,
            "late": found.clocks.late,
            "due_today": found.clocks.due,
            "paused": found.clocks.paused,
            "provisional": found.provisional,
            "next_at": utc(found.next_clock_at),
        },
        "findings": [{"code": code, "grave": grave, "open": count} for (code, grave), count in found.findings.items()],
        "reconciled_at": utc(found.reconciled_at),
        "adopt_from": utc(found.adopt_from),
        "vault": None if found.vault is None else state_plain(found.vault),
        "masking": None if found.masking is None else found.masking.plain(),
        "gate": None if found.gate is None else found.gate.plain(),
    }


def _policy_plain(policy: PolicyState) -> dict[str, Any]:
    from zhidu.commands.stored import utc

    return {
        "digest": policy.digest or None,
        "modules": dict(policy.modules),
        "version": policy.number,
        "since": utc(policy.since),
        "waiting": list(policy.waiting),
        "folder_differs": policy.folder_differs,
        "problems": policy.problems,
    }


def _depth_plain(queue: Depth) -> dict[str, Any]:
    from zhidu.commands.stored import utc

    return {
        "waiting": queue.waiting,
        "failing": queue.failing,
        "working": queue.working,
        "dead": queue.dead,
        "oldest_at": utc(queue.oldest_at),
    }
