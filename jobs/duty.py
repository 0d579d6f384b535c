"""Of the services that work over one store one keeps the timetable; when it stops or dies, another takes over."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta
from typing import Final

import structlog

from integrations.store.errors import StoreError
from integrations.store.store import Store

log = structlog.get_logger()

LOCK: Final = "timetable"
LEASE: Final = 20.0
"""Seconds after its last beat at which a service that died gives the timetable free. Three beats may fail before."""

_BEATS: Final = 4
"""In a lease."""


class Duty:
    """A lock in the store, taken on by a beat as long as the service lives, however long a job runs.

    holder   this service, by a name that no other has
    lease    seconds; the clocks of the services' machines must agree to within it

    A service that cannot reach the store for a whole lease begins no job any more: another may be at work. One that is
    in the midst of a job then ends it. That two overlap so does no harm: what a job leaves has a key or a claim.
    """

    def __init__(self, store: Store, holder: str, lease: float = LEASE) -> None:
        self._store, self._holder, self._lease = store, holder, lease
        self._until = float("-inf")
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="duty", daemon=True)

    @property
    def on(self) -> bool:
        """Whether this service keeps the timetable, for certain."""
        return time.monotonic() < self._until

    def start(self) -> None:
        """Takes the timetable if it is free, and from now on whenever it becomes so. raises StoreError"""
        self.beat()
        self._thread.start()

    def beat(self) -> None:
        """Takes the timetable, or takes it on; nothing where another has it. raises StoreError"""
        was, began = self.on, time.monotonic()
        held = self._store.locks.take(LOCK, self._holder, timedelta(seconds=self._lease))
        self._until = began + self._lease if held is None else float("-inf")
        if held is None and not was:
            log.info("keeps the timetable", service=self._holder)
        elif held is not None and was:
            log.warning("another service keeps the timetable now", service=held.holder)

    def job(self, run: Callable[[], object]) -> Callable[[], object]:
        """`run`, where this service keeps the timetable; else nothing, and 0."""
        return lambda: run() if self.on else 0

    def stop(self) -> None:
        """Another service may take over at once, or where the store cannot be reached, when the lease is over."""
        self._stopping.set()
        if self._thread.ident is not None:
            self._thread.join()
        self._until = float("-inf")
        with suppress(StoreError):
            self._store.locks.give_back(LOCK, self._holder)

    def _run(self) -> None:
        while not self._stopping.wait(self._lease / _BEATS):
            try:
                self.beat()
            except StoreError as error:
                log.warning("the timetable could not be taken on", error=str(error), still_kept=self.on)
            except Exception:
                # Without a beat the timetable would stand still here, and nobody would know why.
                log.exception("the timetable could not be taken on", still_kept=self.on)
