"""How many due dates a second one core works out, against a naive count day by day in the same rounds.

    python benchmarks/bench_calendar.py [--starts 20000] [--rounds 7]

Starts are spread over 2024 to 2026, at all hours. Seconds are those of the processor, not of the wall, so that others
on the machine count little; both sides must agree on every due date before anything is measured.
"""

import argparse
import random
import resource
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from benchmarks.harness import Row, report
from policies.kernel.calendar import Spec, WorkingCalendar
from policies.kernel.deadlines import Clock, Ladder, Rung, look
from zhidu.calendars import load_calendars

TARGET = 1_000_000
SPECS = ("30wm", "2wh", "3wd", "15wd")
NAIVE_STARTS = 1000


def naive(calendar: WorkingCalendar, start: datetime, spec: Spec) -> datetime:
    """The due date by walking the days: what is written when there is no table."""
    local = start.astimezone(calendar.zone)
    day = local.date()
    left, passed = timedelta(seconds=spec.open_seconds), 0
    while True:
        midnight = datetime(day.year, day.month, day.day, tzinfo=calendar.zone)
        hours = calendar.day(day).hours
        if spec.unit == "wd" and hours and day > local.date():
            passed += 1
            if passed == spec.amount:
                return midnight + timedelta(minutes=hours[-1][1])
        if spec.unit != "wd":
            for opens, closes in hours:
                begins = max(local, midnight + timedelta(minutes=opens))
                open_for = midnight + timedelta(minutes=closes) - begins
                if open_for >= left:
                    return begins + left
                left -= max(open_for, timedelta(0))
        day += timedelta(days=1)


def rate(work: Callable[[], object], times: int, rounds: int) -> float:
    """Calls a second of processor time, of the best round."""
    best = float("inf")
    for _ in range(rounds):
        begin = time.process_time()
        work()
        best = min(best, time.process_time() - begin)
    return times / best


def adds(calendar: WorkingCalendar, starts: list[datetime], spec: Spec) -> None:
    add = calendar.add
    for start in starts:
        add(start, spec)


def naive_adds(calendar: WorkingCalendar, starts: list[datetime], spec: Spec) -> None:
    for start in starts:
        naive(calendar, start, spec)


def clock_microseconds(calendar: WorkingCalendar, rounds: int) -> float:
    """A clock with four rungs made and looked at, nothing due."""
    ladder = Ladder((Rung.parse("50%"), Rung.parse("80%"), Rung.parse("100%"), Rung.parse("+1wd")))
    start, spec = datetime(2026, 5, 6, 1, tzinfo=UTC), Spec.parse("4wh")
    now, times = start + timedelta(minutes=20), 5000

    def work() -> None:
        for _ in range(times):
            look(Clock(name="a", clauses=(), started_at=start, calendar=calendar, within=spec, ladder=ladder), now)

    return 1e6 / rate(work, times, rounds)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--starts", type=int, default=20_000)
    parser.add_argument("--rounds", type=int, default=7)
    options = parser.parse_args()
    calendar = load_calendars()["default"]
    seeded, first = random.Random(7), datetime(2024, 1, 1, tzinfo=UTC)
    starts = [first + timedelta(seconds=seeded.randrange(1000 * 86_400)) for _ in range(options.starts)]
    few = starts[:NAIVE_STARTS]
    met = True
    for text in SPECS:
        spec = Spec.parse(text)
        for start in few:
            assert calendar.add(start, spec).at == naive(calendar, start, spec), (start, text)
        ours = rate(lambda spec=spec: adds(calendar, starts, spec), len(starts), options.rounds)  # type: ignore[misc]
        peer = rate(lambda spec=spec: naive_adds(calendar, few, spec), len(few), 3)  # type: ignore[misc]
        print(f"{text:>5}: {ours:12,.0f} adds/s   naive {peer:10,.0f}/s   {ours / peer:6.0f} times as fast")
        row = Row(what=f"due dates, {text}", ours=ours, unit="/s", peer=peer, against="day by day", target=TARGET)
        met = report(row) and met
    micros = clock_microseconds(calendar, options.rounds)
    print(f"clock: {micros:.1f} µs to make one with four rungs and look at it, nothing due")
    report(Row(what="clock made and looked at", ours=micros, unit="µs"))
    print(f"peak memory {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MB")
    return 0 if met else 1


if __name__ == "__main__":
    sys.exit(main())
