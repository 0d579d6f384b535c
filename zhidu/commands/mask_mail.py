"""`zhidu mask --mail`: a mail as it would leave the gate."""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING, BinaryIO

import click

from zhidu import exits
from zhidu.habits import Habits

if TYPE_CHECKING:
    from integrations.relay.masking import MaskedMail


def mask_mail(habits: Habits, source: BinaryIO, *, explain: bool) -> int:
    """Writes the mail, masked; or, where it is to be explained, kinds and counts. raises ConfigErrors, WrongUse"""
    from integrations.relay.masking import RefusedMail
    from zhidu.gating import masker_of
    from zhidu.policy import load_policy
    from zhidu.settings import load_settings

    settings = load_settings(habits.directory)
    paths = [settings.path(path) for path in settings.config.modules_path]
    policy = load_policy(habits.directory, enabled=settings.config.modules, modules_path=paths)
    try:
        masked = masker_of(settings.config, policy).masked(source.read())
    except RefusedMail as error:
        click.echo(f"the gate would refuse it: {error}", err=True)
        return exits.NO
    if habits.json:
        plain = {"changed": masked.changed, "kinds": dict(masked.kinds), "sealed_parts": masked.sealed}
        click.echo(json.dumps({**plain, "signature_void": masked.void}))
    elif explain:
        _explain(masked)
    else:
        sys.stdout.buffer.write(masked.stamped(0) if masked.changed else masked.content)
    return exits.DONE


def _explain(masked: MaskedMail) -> None:
    if not masked.changed:
        click.echo("nothing is changed")
    for kind, count in sorted(masked.kinds.items()):
        click.echo(f"{kind}: {count}")
    if masked.sealed:
        click.echo(f"parts in whose place a text stands: {masked.sealed}")
    if masked.void:
        click.echo("there is a signature, which does not hold any more")
