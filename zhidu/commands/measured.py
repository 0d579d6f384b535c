"""`--measure`: how well a command reads the labelled examples on standard input."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Mapping, Set
from typing import Any

import click

from zhidu.exits import WrongUse
from zhidu.habits import Habits
from zhidu.measuring import as_json, departures, examples, measured, table


def show(
    read: Callable[[Mapping[str, Any]], tuple[set[str], set[str]]],
    habits: Habits,
    share: str,
    alike: Callable[[Set[str], Set[str]], bool] = lambda wanted, got: wanted == got,
    label: Callable[[str], str] = str,
) -> None:
    """Figures per label, the share of examples that were read alike, and every example that was read otherwise.

    read    what is wanted of an example, and what is given
    share   what the share is called
    alike   which examples count for it
    label   see `measured`
    raises  WrongUse – an example that is none, with its line
    """
    try:
        rows = list(departures(examples(sys.stdin.buffer), read))
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise WrongUse(f"the examples: {error}") from None
    figures = measured(((wanted, got) for _, wanted, got in rows), label)
    right = sum(alike(wanted, got) for _, wanted, got in rows) / len(rows) if rows else 1.0
    if habits.json:
        click.echo(
            json.dumps({"examples": len(rows), f"{share}_accuracy": round(right, 4), "labels": as_json(figures)})
        )
        return
    for line in table(figures):
        click.echo(line)
    click.echo(f"{share}: {right:.3f} of {len(rows)} examples")
    if not habits.quiet:
        for number, (example, wanted, got) in enumerate(rows, start=1):
            if wanted != got:
                missed, wrong = ", ".join(sorted(wanted - got)), ", ".join(sorted(got - wanted))
                click.echo(f"{example.get('id', number)}: wanted {missed or '-'}, got {wrong or '-'}")
