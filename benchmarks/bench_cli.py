"""CPU time of `zhidu --help`, all of it: interpreter, imports, output. The limit is 150 ms; the measure, bare click."""

import resource
import subprocess
import sys
from pathlib import Path

from benchmarks.harness import Row, report

LIMIT_MS = 150.0
ROUNDS = 10
PROGRAM = Path(sys.executable).with_name("zhidu")


def cpu_ms(*command: str) -> float:
    """User and system time of one run of a command, in milliseconds."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)  # noqa: S603 – ours
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return 1000 * (after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)


def main() -> int:
    ours, bare = [], []
    for _ in range(ROUNDS):
        ours.append(cpu_ms(str(PROGRAM), "--help"))
        bare.append(cpu_ms(sys.executable, "-c", "import click"))
    best, worst = min(ours), max(ours)
    print(f"zhidu --help: {best:.0f} ms of CPU time (worst of {ROUNDS}: {worst:.0f}); import click: {min(bare):.0f}")
    row = Row(
        what="zhidu --help, CPU time",
        ours=best,
        unit="ms",
        peer=min(bare),
        against="import click",
        target=LIMIT_MS,
        at_most=True,
    )
    return 0 if report(row) else 1


if __name__ == "__main__":
    sys.exit(main())
