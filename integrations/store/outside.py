"""What the store gets from the outside world instead of asking for it: time, chance and new names."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Outside:
    """now: aware UTC · jitter: in [0, 1) · new_id: a name nobody else has, for claims."""

    now: Callable[[], datetime]
    jitter: Callable[[], float]
    new_id: Callable[[], str]
