"""The vault's keys as configured, and who may see an original."""

from __future__ import annotations

from datetime import timedelta

from integrations.store.vault.keys import KeyRing, RingKey
from integrations.store.vault.records import Rules
from policies.kernel.facts import Post
from policies.kernel.problems import ConfigErrors, Mark, Problem
from zhidu.config import VaultSettings
from zhidu.settings import Settings


def ring_of(settings: Settings) -> KeyRing:
    """The keys that can be read. One of an earlier period that cannot is missing, and only its originals with it.

    raises   ConfigErrors – no vault is configured; the current key or the secret cannot be read, or two keys are one
    """
    vault = configured(settings)
    problems: list[Problem] = []
    keys: list[RingKey] = []
    missing: dict[str, str] = {}
    for number, key in enumerate(vault.keys):
        try:
            keys.append(RingKey(id=key.id, secret=settings.vault_key(number), retired=key.retired))
        except ConfigErrors as errors:
            missing[key.id] = str(errors)
            problems += errors.problems if key.id == vault.current else ()
    try:
        secret = settings.vault_secret()
    except ConfigErrors as errors:
        raise ConfigErrors([*problems, *errors.problems]) from None
    if problems:
        raise ConfigErrors(problems)
    try:
        return KeyRing(keys=keys, current=vault.current, secret=secret, missing=missing)
    except ValueError as error:
        raise ConfigErrors([_problem(settings, "vault.keys", str(error))]) from None


def rules_of(settings: Settings) -> Rules:
    """Who may see an original. raises ConfigErrors – no vault is configured"""
    vault = configured(settings)
    return Rules(
        ask=frozenset(map(Post, vault.ask)),
        approve=frozenset(map(Post, vault.approve)),
        same_account=vault.same_account,
        approve_within=timedelta(hours=vault.approve_within_hours),
        reveal_within=timedelta(minutes=vault.reveal_within_minutes),
    )


def configured(settings: Settings) -> VaultSettings:
    """The vault's settings. raises ConfigErrors – there are none"""
    if settings.config.vault is None:
        raise ConfigErrors([_problem(settings, "vault", "no vault is configured: see docs/vault.md")])
    return settings.config.vault


def _problem(settings: Settings, field: str, what: str) -> Problem:
    mark = settings.loaded.where(field) or Mark(path=str(settings.folder / "zhidu.yaml"), line=0)
    return Problem(path=mark.path, line=mark.line, field=field, what=what)
