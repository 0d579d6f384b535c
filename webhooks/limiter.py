"""How often one address may ask: so many requests in a sliding span of time."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Final

_MOST_ADDRESSES: Final = 10_000


class Limiter:
    """Lets each address in `most` times `within` a span; forgets addresses that have been quiet."""

    def __init__(self, *, most: int, within: timedelta, now: Callable[[], datetime]) -> None:
        self._most, self._within, self._now = most, within, now
        self._seen: dict[str, deque[datetime]] = {}
        self._turn = threading.Lock()

    def lets(self, address: str) -> bool:
        """Whether this request may go on; one that may not does not count."""
        now = self._now()
        with self._turn:
            times = self._seen.pop(address, deque())
            while times and times[0] <= now - self._within:
                times.popleft()
            allowed = len(times) < self._most
            if allowed:
                times.append(now)
            # The one that asked last stands last: the first is the one that has been quiet for longest.
            self._seen[address] = times
            if len(self._seen) > _MOST_ADDRESSES:
                del self._seen[next(iter(self._seen))]
        return allowed
