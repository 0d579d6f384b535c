"""Workers: threads that take tickets from the inbox and process them until told to stop."""

from __future__ import annotations

import threading
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import timedelta

import structlog

from integrations.store.errors import StoreError
from integrations.store.records import Work
from integrations.store.store import Store
from jobs.access import Admission, Unguarded
from jobs.outcomes import Outcome

log = structlog.get_logger()

LEASE = timedelta(minutes=5)
"""Longer than the slowest look: a worker that died gives its tickets free after it."""


@dataclass(kw_only=True)
class Workers:
    """`count` threads over one store. `wake()` makes an idle one look at once; `stop()` lets all finish what they have.

    idle_for   seconds after which an idle worker looks by itself
    access     while the helpdesk does not let us in nothing is claimed
    lease      how long a worker may hold what it claimed before another may take it
    """

    store: Store
    process: Callable[[Work], Outcome]
    name: str
    count: int = 2
    batch: int = 4
    idle_for: float = 1.0
    lease: timedelta = LEASE
    access: Admission = field(default_factory=Unguarded)
    _threads: list[threading.Thread] = field(default_factory=list)
    _wanted: threading.Condition = field(default_factory=threading.Condition)
    _stopping: bool = False
    _woken: int = 0

    def start(self) -> None:
        for number in range(self.count):
            thread = threading.Thread(target=self._run, args=(f"{self.name}-{number}",), name=f"worker-{number}")
            self._threads.append(thread)
            thread.start()

    def wake(self) -> None:
        with self._wanted:
            self._woken += 1
            self._wanted.notify_all()

    def stop(self) -> None:
        """Returns when every worker has finished the ticket it was at; what was claimed and not begun is given back."""
        with self._wanted:
            self._stopping = True
            self._wanted.notify_all()
        for thread in self._threads:
            thread.join()
        self._threads.clear()

    def drain(self, worker: str = "drain") -> int:
        """Process all that waits now, in the calling thread; returns how many looks that took."""
        looks = 0
        while self.access.open() and (works := self.store.inbox.claim(worker, self.batch, self.lease)):
            for work in works:
                self.process(work)
                looks += 1
        return looks

    def _run(self, worker: str) -> None:
        while not self._stopping:
            seen = self._woken
            try:
                works = self.store.inbox.claim(worker, self.batch, self.lease) if self.access.open() else []
            except StoreError as error:
                log.warning("inbox could not be read", error=str(error))
                works = []
            for work in works:
                self._one(work)
            if not works:
                self._rest(seen)

    def _one(self, work: Work) -> None:
        try:
            if self._stopping or not self.access.open():
                self.store.inbox.release(work)
            else:
                self.process(work)
        except StoreError as error:
            # The lease ends by itself and the ticket comes again.
            log.warning("work left to its lease", ticket_id=work.ticket_id, error=str(error))
        except Exception:
            # One that ended would be missed by nobody until all had; what cannot be logged is no reason to end either.
            with suppress(Exception):
                log.exception("work left to its lease", ticket_id=work.ticket_id)

    def _rest(self, seen: int) -> None:
        with self._wanted:
            self._wanted.wait_for(lambda: self._stopping or self._woken != seen, timeout=self.idle_for)
