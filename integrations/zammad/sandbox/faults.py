"""Faults to inject: slow and failing answers, lost ones, outages, and deliveries that go astray."""

import hashlib
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal, get_args
from uuid import UUID

FaultKind = Literal[
    "slow", "error", "rate_limit", "unauthorized", "reset", "lost_answer", "outage", "duplicate", "reorder", "drop"
]
ON_DELIVERIES: frozenset[FaultKind] = frozenset({"duplicate", "reorder", "drop"})
KINDS: frozenset[str] = frozenset(get_args(FaultKind))


class Dice:
    """Repeatable chance: numbers and ids that depend on the seed alone."""

    def __init__(self, seed: int) -> None:
        self.seed = seed
        self.count = 0

    def _digest(self) -> bytes:
        self.count += 1
        return hashlib.sha256(f"{self.seed}:{self.count}".encode()).digest()

    def roll(self) -> float:
        """In [0, 1)."""
        return int.from_bytes(self._digest()[:6], "big") / 2**48

    def new_id(self) -> str:
        """A UUID."""
        return str(UUID(bytes=self._digest()[:16], version=4))


@dataclass(slots=True, kw_only=True)
class Fault:
    """One fault.

    kind         slow: answer after `seconds` · error: 500 · rate_limit: 429 with `Retry-After: seconds` ·
                 unauthorized: 401 · reset: the connection ends before anything is done · lost_answer: it ends after all
                 is done · outage: `reset` for everything, for `seconds` of the sandbox's clock from the first hit ·
                 duplicate, reorder, drop: the delivery is sent twice, `seconds` late, or never.
    method       only these requests; None: all.
    path         a regular expression that is searched in the path (of the request, or of the delivery's address).
    times        how often; None: until cleared.
    probability  of each request that fits, by the sandbox's seed.
    """

    kind: FaultKind
    method: str | None = None
    path: str = ""
    times: int | None = 1
    probability: float = 1.0
    seconds: float = 1.0
    hits: int = 0
    until: datetime | None = None

    def __post_init__(self) -> None:
        if self.kind not in KINDS:
            raise ValueError(f"unknown fault {self.kind!r}; one of {', '.join(sorted(KINDS))}")
        re.compile(self.path)


class Faults:
    """The faults that are set; the first that fits a request is used."""

    def __init__(self, now: Callable[[], datetime], dice: Dice) -> None:
        self.now = now
        self.dice = dice
        self.active: list[Fault] = []
        self.skew = timedelta()

    def add(self, fault: Fault) -> Fault:
        self.active.append(fault)
        return fault

    def clear(self) -> None:
        self.active.clear()
        self.skew = timedelta()

    def outage(self, seconds: float) -> Fault:
        """Everything is refused from now on, for `seconds` of the sandbox's clock."""
        until = self.now() + timedelta(seconds=seconds)
        return self.add(Fault(kind="outage", times=None, seconds=seconds, until=until))

    def for_request(self, method: str, path: str) -> Fault | None:
        return self._pick(method, path, deliveries=False)

    def for_delivery(self, url: str) -> Fault | None:
        return self._pick("POST", url, deliveries=True)

    def _pick(self, method: str, path: str, *, deliveries: bool) -> Fault | None:
        for fault in list(self.active):
            if (fault.kind in ON_DELIVERIES) != deliveries or not self._fits(fault, method, path):
                continue
            fault.hits += 1
            if fault.kind == "outage":
                fault.until = fault.until or self.now() + timedelta(seconds=fault.seconds)
            elif fault.times is not None and fault.hits >= fault.times:
                self.active.remove(fault)
            return fault
        return None

    def _fits(self, fault: Fault, method: str, path: str) -> bool:
        if fault.kind == "outage" and fault.until is not None and self.now() >= fault.until:
            self.active.remove(fault)
            return False
        if fault.method is not None and fault.method.upper() != method:
            return False
        if not re.search(fault.path, path):
            return False
        return fault.probability >= 1 or self.dice.roll() < fault.probability
