"""The timetable as configured: which job runs how often."""

from __future__ import annotations

from typing import Final

from jobs.schedule import Tick
from zhidu.config import Config

_HOUR: Final = 3600.0
"""How often it is asked at least whether a long period is over."""


def timetable_of(config: Config) -> tuple[Tick, ...]:
    """The timetable as configured."""
    schedule = config.schedule
    return (
        Tick(name="sweep", every=schedule.sweep_every_seconds),
        Tick(name="post", every=schedule.post_every_seconds),
        Tick(name="reconcile", every=schedule.reconcile_every_seconds),
        Tick(name="absences", every=schedule.people_every_seconds),
        Tick(name="policy", every=schedule.policy_every_seconds),
        Tick(name="drift", every=min(schedule.drift_every_seconds, _HOUR)),
        Tick(name="older", every=schedule.older_every_seconds),
        Tick(name="twin", every=schedule.twin_every_seconds),
        Tick(name="vault", every=schedule.vault_every_seconds),
        Tick(name="purge", every=schedule.purge_every_seconds),
    )
