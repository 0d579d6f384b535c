"""Virtual time: moved by the player alone, so that a week passes as fast as the work in it is done."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from zhidu.compose import Outside


@dataclass(slots=True)
class VirtualClock:
    """`at` is now, aware UTC; it never goes back."""

    at: datetime

    def now(self) -> datetime:
        return self.at

    def move(self, to: datetime) -> None:
        """To a later instant; an earlier one changes nothing."""
        self.at = max(self.at, to)

    def tick(self, seconds: float = 1.0) -> None:
        self.at += timedelta(seconds=seconds)

    def monotonic(self) -> float:
        return self.at.timestamp()


@dataclass(slots=True)
class Chance:
    """What looks like chance and depends on the seed alone: the same seed plays the same week."""

    seed: int
    _drawn: int = field(default=0)

    def of(self, name: str) -> float:
        """In [0, 1), by name: however often it is asked, the same."""
        digest = hashlib.sha256(f"{self.seed}:{name}".encode()).digest()
        return int.from_bytes(digest[:6], "big") / 2**48

    def draw(self) -> float:
        """In [0, 1), another one each time."""
        self._drawn += 1
        return self.of(f"draw {self._drawn}")

    def new_id(self) -> str:
        """32 hexadecimal digits nobody else has."""
        self._drawn += 1
        return hashlib.sha256(f"{self.seed}:id {self._drawn}".encode()).hexdigest()[:32]


def virtual_outside(clock: VirtualClock, chance: Chance) -> Outside:
    """The world as the service sees it in the demonstration."""
    return Outside(
        now=clock.now,
        jitter=lambda: 0.5,
        new_id=chance.new_id,
        sleep=clock.tick,
        monotonic=clock.monotonic,
    )
