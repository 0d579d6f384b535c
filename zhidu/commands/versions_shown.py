"""Versions of the policy and what differs between them, as commands show them."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import click

from integrations.store.versions import PolicyVersion
from zhidu.commands.stored import Stored, utc
from zhidu.differences import AlteredRow, Difference
from zhidu.habits import Habits


def lines(here: Stored, version: PolicyVersion, in_force: int | None) -> Iterator[str]:
    """For people. in_force: the number of the version that decides now"""
    status = version.status(here.now, in_force)
    since = "" if version.withdrawn_at is not None else f", from {here.shown(version.since)}"
    yield f"version {version.number}  {status}{since}  ({version.digest})"
    yield f"  {version.reason}"
    yield f"  published {here.shown(version.published_at)} by {version.author}"
    if version.approver is not None:
        yield f"  approved  {here.shown(version.approved_at)} by {version.approver}"
    if version.withdrawn_at is not None:
        yield f"  withdrawn {here.shown(version.withdrawn_at)} by {version.withdrawn_by}: {version.withdrawn_why}"


def plain(here: Stored, version: PolicyVersion, in_force: int | None) -> dict[str, Any]:
    """For machines; without the files. in_force: the number of the version that decides now"""
    approver = version.approver
    return {
        "number": version.number,
        "status": str(version.status(here.now, in_force)),
        "digest": version.digest,
        "reason": version.reason,
        "author": version.author.name,
        "account": version.author.account,
        "published_at": utc(version.published_at),
        "effective_at": utc(version.effective_at),
        "approver": None if approver is None else approver.name,
        "approver_account": None if approver is None else approver.account,
        "approved_at": utc(version.approved_at),
        "withdrawn_by": version.withdrawn_by,
        "withdrawn_why": version.withdrawn_why,
        "withdrawn_at": utc(version.withdrawn_at),
        "files": sorted(version.files),
    }


def print_differences(found: tuple[Difference, ...], rows: tuple[AlteredRow, ...], quiet: bool) -> None:
    """Each value and each golden row that comes out otherwise. quiet: without how many."""
    where = None
    for one in found:
        if one.where != where:
            where = one.where
            click.secho(where, bold=True)
        click.echo(
            f"  {one.field}: {'not set' if one.old is None else one.old} → {'not set' if one.new is None else one.new}"
        )
    for row in rows:
        click.echo(f"{row.place}: {row.case}")
        for line in row.gone:
            click.secho(f"    - {line}", fg="red")
        for line in row.come:
            click.secho(f"    + {line}", fg="green")
    if not quiet:
        values = "1 value differs" if len(found) == 1 else f"{len(found)} values differ"
        others = "1 golden row comes" if len(rows) == 1 else f"{len(rows)} golden rows come"
        click.echo(f"{values}, {others} out otherwise")


def print_version(here: Stored, version: PolicyVersion, habits: Habits) -> None:
    """What has become of it, for whoever asked for it."""
    current = here.store.versions.number_in_force(here.now)
    if habits.json:
        click.echo(json.dumps(plain(here, version, current), ensure_ascii=False))
        return
    for line in lines(here, version, current):
        click.echo(line)
