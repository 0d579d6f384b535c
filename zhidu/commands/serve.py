"""`zhidu serve`: the service, in one process."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

import click

from zhidu.habits import Habits

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from integrations.store.store import Store
    from policies.kernel.config import Loaded
    from zhidu.compose import Outside, Secrets
    from zhidu.config import Config
    from zhidu.people_file import People
    from zhidu.services import Service
    from zhidu.settings import Settings


@click.command()
@click.option("--port", type=click.IntRange(0, 65_535), help="Listen here instead of where zhidu.yaml says; 0: any.")
@click.option("--dry-run", is_flag=True, help="Decide and log what would be written; write nothing to the helpdesk.")
@click.pass_obj
def serve(habits: Habits | None, port: int | None, dry_run: bool) -> None:
    """Take Zammad's webhooks, decide by the policy, write the difference back; watch the deadlines.

    Runs until it is told to stop (Ctrl-C, SIGTERM); what was accepted is finished or waits in the store.

    \b
    Example:
      zhidu serve
      zhidu --config /etc/zhidu serve --port 8800
    """
    import signal

    # Blocked before any thread is made, so that none of them takes a signal, and waited for: a handler that woke a
    # waiting thread could meet the lock that thread holds.
    stopping = {signal.SIGINT, signal.SIGTERM}
    before = signal.pthread_sigmask(signal.SIG_BLOCK, stopping)
    try:
        with _told_whose():
            service = build((habits or Habits()).directory, port, dry_run=dry_run)
        try:
            service.start()
            signal.sigwait(stopping)
        finally:
            service.stop()
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


@contextmanager
def _told_whose() -> Iterator[None]:
    """Of a connection that fails, that it is the store's."""
    try:
        yield
    except Exception as error:
        from integrations.store.errors import StoreUnavailable
        from zhidu.exits import Unreachable

        if isinstance(error, StoreUnavailable):
            raise Unreachable(f"the store cannot be reached: {error}") from None
        raise


def build(folder: Path | None, port: int | None = None, *, dry_run: bool = False) -> Service:
    """The service as configured, not started yet. Raises ConfigErrors, StoreError, WrongUse."""
    from dataclasses import replace

    from integrations.store.errors import StoreError
    from policies.kernel.problems import ConfigErrors
    from zhidu import compose, observe
    from zhidu.people_file import load_people
    from zhidu.settings import load_settings

    settings = load_settings(folder)
    config = _at(port, settings.config)
    outside = compose.real_outside()
    observe.configure(format=config.log.format, level=config.log.level, now=outside.now)
    people = load_people(folder)
    secrets = compose.secrets_of(settings)
    store = compose.store_of(settings, outside)
    try:
        return _assembled(replace(settings, config=config), people, secrets, store, outside, dry_run=dry_run)
    except (ConfigErrors, StoreError):
        store.close()
        raise
    except (OSError, ValueError) as error:
        store.close()
        raise _refusal(config.http.host, config.http.port, error) from None


def _assembled(
    settings: Settings, people: Loaded[People], secrets: Secrets, store: Store, outside: Outside, *, dry_run: bool
) -> Service:
    from zhidu import compose
    from zhidu.following import Published
    from zhidu.gating import gating_of
    from zhidu.people_file import with_calendars
    from zhidu.provisioner import plan_of
    from zhidu.sending import gateway_of
    from zhidu.services import Service
    from zhidu.vaults import vaulted

    config = settings.config
    published = Published(store, settings, outside.now)
    policy = published.begin()
    safe = vaulted(settings, store, people.config, outside, policy.calendars["default"].zone)
    return Service(
        config=config,
        policy=policy,
        people=with_calendars(people, policy.calendars),
        secrets=secrets,
        store=store,
        outside=outside,
        mailer=compose.mailer_of(config, secrets.mail, outside),
        gateway=gateway_of(config, secrets.gateway, outside.now),
        dry_run=dry_run,
        published=published,
        provisioned=lambda service: plan_of(settings, service),
        vaulted=safe,
        gate=None
        if safe is None or dry_run
        else lambda service: gating_of(
            settings, store, safe.vault, service.helpdesk, outside, lambda: service.policy, service.metrics
        ),
    )


def _at(port: int | None, config: Config) -> Config:
    """The configuration with another port; None: its own."""
    if port is None:
        return config
    return config.model_copy(update={"http": config.http.model_copy(update={"port": port})})


def _refusal(host: str, port: int, error: Exception) -> Exception:
    """A port that is taken, or a token that can be none, is the operator's to mend."""
    from zhidu.exits import WrongUse

    if isinstance(error, OSError):
        return WrongUse(f"{host}:{port} cannot be listened on: {error.strerror}; set http.port, or name a --port")
    return WrongUse(str(error))
