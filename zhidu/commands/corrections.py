"""`zhidu corrections`: what agents corrected, what can be learnt from it, and whether it may propose."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

import click

from zhidu.habits import Habits

if TYPE_CHECKING:
    from collections.abc import Iterator

    from integrations.store.store import Store


@click.group()
def corrections() -> None:
    """Kinds that agents corrected are kept, with hashed runs of the message and none of its words. A small model can be
    learnt from them; once a person has enabled it, the service proposes a kind in a note, and never overrules anybody.

    \b
    Example:
      zhidu corrections show
      zhidu corrections learn
      zhidu corrections enable 1 --by 王主管
    """


@corrections.command()
@click.pass_obj
def show(habits: Habits | None) -> None:
    """How often which kind was corrected into which, and what was learnt so far.

    \b
    Example:
      zhidu corrections show
    """
    from collections import Counter

    habits = habits or Habits()
    with _store(habits) as store:
        kept, models = store.corrections.all(), store.learnt.all()
    counts = Counter((correction.was or "-", correction.label) for correction in kept)
    if habits.json:
        import json

        pairs = [{"was": was, "label": label, "count": count} for (was, label), count in counts.most_common()]
        learnt = [
            {
                "number": m.number,
                "made_at": m.made_at.isoformat(),
                "corrections": m.corrections,
                "enabled_by": m.enabled_by,
            }
            | dict(m.figures)
            for m in models
        ]
        click.echo(json.dumps({"corrections": pairs, "learnt": learnt}, ensure_ascii=False))
        return
    click.echo(f"{len(kept)} corrections")
    for (was, label), count in counts.most_common():
        click.echo(f"  {was:>10} -> {label:<10} {count}")
    for model in models:
        state = f"enabled by {model.enabled_by}" if model.enabled_by else "not enabled"
        click.echo(
            f"model {model.number} of {model.made_at:%Y-%m-%d}: {model.corrections} corrections, "
            f"accuracy {float(str(model.figures['accuracy'])):.3f} on held-out ones, {state}"
        )


@corrections.command()
@click.option("--dry-run", is_flag=True, help="Show the accuracy, keep no model.")
@click.pass_obj
def learn(habits: Habits | None, dry_run: bool) -> int:
    """Learn a model of all corrections and show its accuracy on held-out ones; it proposes nothing until enabled.

    Each fifth of the corrections is foretold by what the other four teach.

    \b
    Example:
      zhidu corrections learn
    """
    from zhidu.exits import DONE, NO
    from zhidu.learning import CannotLearn, dump
    from zhidu.learning import learn as study
    from zhidu.measuring import as_json, table

    habits = habits or Habits()
    with _store(habits) as store:
        try:
            lesson = study(store.corrections.all())
        except CannotLearn as error:
            click.echo(str(error), err=True)
            return NO
        figures = {"accuracy": lesson.accuracy, "before": lesson.before, "labels": as_json(lesson.figures)}
        number = None if dry_run else store.learnt.add(lesson.corrections, figures, dump(lesson.model))
    if habits.json:
        import json

        click.echo(json.dumps({"number": number, "corrections": lesson.corrections, **figures}, ensure_ascii=False))
        return DONE
    for line in table(lesson.figures):
        click.echo(line)
    click.echo(
        f"accuracy {lesson.accuracy:.3f} on held-out corrections ({lesson.corrections} in five parts); "
        f"before the corrections {lesson.before:.3f} were right"
    )
    if number is not None and not habits.quiet:
        click.echo(f"kept as model {number}; it proposes once somebody enables it: zhidu corrections enable {number}")
    return DONE


@corrections.command()
@click.argument("number", type=int)
@click.option("--by", required=True, help="Who decides it.")
@click.pass_obj
def enable(habits: Habits | None, number: int, by: str) -> None:
    """From the next start of `zhidu serve` on, model NUMBER proposes, and no other.

    \b
    Example:
      zhidu corrections enable 1 --by 王主管
    """
    from zhidu.exits import WrongUse

    habits = habits or Habits()
    with _store(habits) as store:
        if number not in {model.number for model in store.learnt.all()}:
            raise WrongUse(f"there is no model {number}; `zhidu corrections show` lists them")
        store.learnt.enable(number, by)
    if not habits.quiet:
        click.echo(f"model {number} proposes from the next start of the service on")


@corrections.command()
@click.option("--by", required=True, help="Who decides it.")
@click.pass_obj
def disable(habits: Habits | None, by: str) -> None:
    """From the next start of `zhidu serve` on, nothing is proposed.

    \b
    Example:
      zhidu corrections disable --by 王主管
    """
    habits = habits or Habits()
    with _store(habits) as store:
        store.learnt.enable(None, by)
    if not habits.quiet:
        click.echo("nothing is proposed from the next start of the service on")


@contextmanager
def _store(habits: Habits) -> Iterator[Store]:
    from zhidu import compose
    from zhidu.settings import load_settings

    with compose.store_of(load_settings(habits.directory), compose.real_outside()) as store:
        yield store
