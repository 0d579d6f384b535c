"""A job of the timetable runs in one process at a time, however many services work over one store."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Final

from integrations.store.store import Store

RUN: Final = timedelta(minutes=10)
"""Longer than the slowest run: who dies in the midst of one gives the job free after it."""

_LEAST: Final = timedelta(seconds=15)
_MISSED: Final = 2.5
"""After how many of its times that nobody ran it a job goes over to another process."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Alone:
    """Locks by the name of the job. Whoever ran it last runs it again, until it stops or misses its times.

    holder   this process, by a name that no other has
    """

    store: Store
    holder: str
    _taken: set[str] = field(default_factory=set)

    def job(self, name: str, every: float, run: Callable[[], object]) -> Callable[[], object]:
        """`run`, where no other process holds the job; else nothing, and 0. every: seconds between its times."""
        lock, after = f"job:{name}", max(timedelta(seconds=every * _MISSED), _LEAST)

        def alone() -> object:
            if self.store.locks.take(lock, self.holder, RUN) is not None:
                return 0
            self._taken.add(lock)
            try:
                return run()
            finally:
                self.store.locks.take(lock, self.holder, after)

        return alone

    def give_back(self) -> None:
        """Another process may run the jobs at once. Raises StoreError: it may after a while."""
        for lock in tuple(self._taken):
            self.store.locks.give_back(lock, self.holder)
            self._taken.discard(lock)
