"""When to try again: exponential, capped, with jitter, and not for ever."""

from dataclasses import dataclass
from datetime import timedelta


@dataclass(frozen=True, slots=True, kw_only=True)
class Backoff:
    """After failed attempt n the next waits between half and all of `first` · 2^(n-1), at most `cap`.

    attempts    how many tries there are in all before the entry is dead. With the cap they outlast a helpdesk that is
                away for two hours at least, and work goes on within ten minutes of its return.
    """

    first: timedelta = timedelta(seconds=5)
    cap: timedelta = timedelta(minutes=10)
    attempts: int = 30

    def is_last(self, attempt: int) -> bool:
        """Whether `attempt` (1 for the first) was the last one allowed."""
        return attempt >= self.attempts

    def after(self, attempt: int, jitter: float) -> timedelta:
        """How long to wait after failed `attempt` (1 for the first); `jitter` in [0, 1) chooses within the half."""
        # The exponent is bounded so that a large attempt number cannot overflow timedelta.
        doubled: int = 2 ** min(max(attempt, 1) - 1, 30)
        full = min(self.cap, self.first * doubled)
        return full * (0.5 + jitter / 2)
