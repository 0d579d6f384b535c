"""The timetable as data, run by APScheduler. Deadlines are not in it: they live in the store, and a tick finds them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

import structlog
from apscheduler.schedulers.background import BackgroundScheduler
from apscheduler.triggers.interval import IntervalTrigger

log = structlog.get_logger()


@dataclass(frozen=True, slots=True, kw_only=True)
class Tick:
    """A job and how often it runs, in seconds."""

    name: str
    every: float


TIMETABLE: tuple[Tick, ...] = (
    Tick(name="sweep", every=5),
    Tick(name="post", every=10),
    Tick(name="reconcile", every=60),
    Tick(name="purge", every=3600),
)


class Schedule:
    """Runs the jobs of a timetable, each in one thread at a time; a run that is still going is not begun again."""

    def __init__(self, jobs: Mapping[str, Callable[[], object]], timetable: Sequence[Tick] = TIMETABLE) -> None:
        """Raises ValueError when the timetable names a job that is not there."""
        unknown = [tick.name for tick in timetable if tick.name not in jobs]
        if unknown:
            raise ValueError(f"the timetable names {', '.join(unknown)}; the jobs are {', '.join(jobs)}")
        self._scheduler: Any = BackgroundScheduler(
            timezone="UTC", job_defaults={"coalesce": True, "max_instances": 1, "misfire_grace_time": None}
        )
        for tick in timetable:
            self._scheduler.add_job(
                _guarded(tick.name, jobs[tick.name]), IntervalTrigger(seconds=tick.every), id=tick.name
            )

    def start(self) -> None:
        """What it raises has left nothing running."""
        try:
            self._scheduler.start()
        except BaseException:
            # Where no thread was begun there is none to wait for, which the scheduler cannot know.
            with suppress(Exception):
                self._scheduler.shutdown(wait=True)
            raise

    def stop(self) -> None:
        """Returns when the running jobs have ended."""
        self._scheduler.shutdown(wait=True)


def _guarded(name: str, job: Callable[[], object]) -> Callable[[], None]:
    """A job that fails is logged and comes again at its next time: one bad round never stops the others."""

    def run() -> None:
        try:
            result = job()
        except Exception as error:
            log.error("job failed", job=name, kind=type(error).__name__, error=str(error))
        else:
            if result:
                log.info("job ran", job=name, count=result)

    return run
