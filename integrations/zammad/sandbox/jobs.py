"""The worker's queue: what happens after the answer. First in, first out by due time, as one worker does it."""

import heapq
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from integrations.zammad.sandbox.state import Desk, Row

ATTEMPTS = 5
RETRY_STEP = timedelta(seconds=10)
"""After the n-th failure the next attempt waits n times this: 10, 20, 30, 40 s."""


@dataclass(slots=True, kw_only=True)
class Delivery:
    """One webhook delivery: which trigger sends what; `article` and `fields` are of the write, the rest of the sending.

    id  ``X-Zammad-Delivery``, the same on every attempt.
    """

    id: str
    webhook_id: int
    trigger: str
    ticket_id: int
    article: Row | None
    fields: dict[str, tuple[Any, Any]]
    user_id: int
    attempt: int = 1


@dataclass(order=True, slots=True)
class Job:
    due_at: datetime
    number: int
    kind: str = field(compare=False)
    payload: Any = field(compare=False)


class Queue:
    """Jobs by due time. `after` is how long a delivery waits before its first attempt."""

    def __init__(self, desk: Desk, *, after: timedelta) -> None:
        self.desk = desk
        self.after = after
        self.heap: list[Job] = []
        self.number = 0

    def put(self, kind: str, payload: Any, wait: timedelta = timedelta()) -> None:
        """Queue a job, due after `wait`; one to count somebody's tickets only where the same does not wait already."""
        if kind == "count" and any(job.kind == kind and job.payload == payload for job in self.heap):
            return
        self.number += 1
        heapq.heappush(self.heap, Job(self.desk.now() + wait, self.number, kind, payload))

    def put_delivery(self, delivery: Delivery) -> None:
        self.put("deliver", delivery, self.after)

    def retry(self, delivery: Delivery) -> bool:
        """Queue the next attempt; False where the last has failed and the delivery is lost for good."""
        if delivery.attempt >= ATTEMPTS:
            return False
        wait = RETRY_STEP * delivery.attempt
        delivery.attempt += 1
        self.put("deliver", delivery, wait)
        return True

    def take(self, until: datetime | None) -> Job | None:
        """The next job that is due at `until` (any, where None)."""
        if not self.heap or (until is not None and self.heap[0].due_at > until):
            return None
        return heapq.heappop(self.heap)

    def peek(self, until: datetime | None) -> Job | None:
        return self.heap[0] if self.heap and (until is None or self.heap[0].due_at <= until) else None

    def next_at(self) -> datetime | None:
        return self.heap[0].due_at if self.heap else None

    def waiting(self, kind: str = "deliver") -> int:
        return sum(job.kind == kind for job in self.heap)
