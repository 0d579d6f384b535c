"""What benchmarks share: paired rounds on a machine that others use too, and one line of JSON for the table.

A benchmark is a script `bench_NAME.py` that runs by itself, prints what it measures, calls `report` for each figure of
the table that `python -m benchmarks.run` prints, and ends with status 1 when a target was missed.
"""

import json
import statistics
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One line of the table.

    what          what was measured: "due dates"
    ours, peer    figures in `unit`; peer None where there is nothing to compare with
    against       who the peer is: "businesstimedelta", "append + fdatasync"
    ratio         ours to the peer, or to the limit; more is better unless `at_most`
    target        what the ratio, or without one the figure, must reach; None: for information
    at_most       the target is a ceiling
    """

    what: str
    ours: float
    unit: str
    peer: float | None = None
    against: str = ""
    ratio: float | None = None
    target: float | None = None
    at_most: bool = False

    @property
    def met(self) -> bool:
        value = self.ours if self.ratio is None else self.ratio
        if self.target is None:
            return True
        return value <= self.target if self.at_most else value >= self.target


@dataclass(frozen=True, slots=True, kw_only=True)
class Paired:
    """Best seconds of either side over all rounds, and the median of the rounds' own ratios (peer's time to ours)."""

    ours: float
    peer: float
    ratio: float


def seconds(call: Callable[[], object], clock: Callable[[], float] = time.perf_counter) -> float:
    """How long one call takes."""
    begin = clock()
    call()
    return clock() - begin


def best_of(rounds: int, call: Callable[[], object], *, clock: Callable[[], float] = time.perf_counter) -> float:
    """The shortest of `rounds` calls, in seconds: what the machine can do when left alone.

    clock   `time.process_time` for the processor's time of this process alone
    """
    return min(seconds(call, clock) for _ in range(rounds))


def paired(ours: Callable[[], object], peer: Callable[[], object], *, rounds: int = 5) -> Paired:
    """Runs both in turns and in alternating order, so that a busy machine troubles both alike; once to warm up."""
    ours()
    peer()
    times: list[tuple[float, float]] = []
    for round_ in range(rounds):
        if round_ % 2:
            other = seconds(peer)
            times.append((seconds(ours), other))
        else:
            times.append((seconds(ours), seconds(peer)))
    return Paired(
        ours=min(mine for mine, _ in times),
        peer=min(other for _, other in times),
        ratio=statistics.median(other / mine for mine, other in times),
    )


def report(row: Row) -> bool:
    """Prints the row for the table, and says whether its target was met."""
    print(json.dumps({"bench": asdict(row)}), flush=True)
    return row.met
