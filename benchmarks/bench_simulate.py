"""`zhidu simulate` over a desk's old tickets: tickets a second and core, and whether memory grows with their number.

2,000 and then 10,000 tickets with histories (`old_tickets` says what they are like), read from an export, replayed
under the shipped policy by the command itself, in a process of its own. What a ticket costs is the processor time,
reading, judging, keeping and reporting together, that the greater number takes more than the smaller. With another
number (`make bench ARGS=simulate=100000`) it takes that many, and a tenth of them.
"""

import json
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from benchmarks.harness import Row, report
from benchmarks.old_tickets import write_config, write_export

MANY = 10_000
WANTED = 1500
"""Tickets a second and core."""
_SIMULATE = "import sys; from zhidu.cli import main; sys.exit(main())"


def simulate(folder: Path, export: Path) -> tuple[float, float, int]:
    """Seconds of processor time, the largest size in memory in MB, and how many looks were taken."""
    command = [
        sys.executable, "-c", _SIMULATE, "--config", str(folder), "simulate", "--from-file", str(export),
        "--work", str(folder / "work"), "--jobs", "1", "--json",
    ]  # fmt: skip
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    answer = folder / "report.json"
    with answer.open("wb") as out:
        subprocess.run(command, stdout=out, check=True)  # noqa: S603 – ours
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    spent = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    with answer.open("rb") as found:
        return spent, after.ru_maxrss / 1024, json.load(found)["moments"]


def main() -> int:
    many = int(sys.argv[1]) if len(sys.argv) > 1 else MANY
    few = max(many // 10, 2_000)
    if many <= few:
        print(f"wants more than {few:,} tickets, got {many:,}")
        return 2
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        write_config(folder)
        sizes, costs = [], []
        for count in (few, many):
            export = folder / "tickets.jsonl"
            written = write_export(export, count)
            began = time.perf_counter()
            spent, size, moments = simulate(folder, export)
            sizes.append(size)
            costs.append(spent)
            took = time.perf_counter() - began
            print(f"{count:,} tickets: {spent:.1f} s of a core in {took:.1f} s, {size:.0f} MB", flush=True)
            export.unlink()
        told = (written.articles, written.changes, moments)
        articles, changes, moments_each = (each / many for each in told)
        print(f"a ticket: {articles:.1f} articles, {changes:.1f} changes by people, {moments_each:.1f} looks")
    rows = rows_of(few, many, costs, sizes)
    for row in rows:
        report(row)
    return 0 if all(row.met for row in rows) else 1


def rows_of(few: int, many: int, costs: list[float], sizes: list[float]) -> list[Row]:
    """What is reported of both runs: their costs in seconds, their sizes in MB."""
    return [
        Row(what=f"{many:,} old tickets", ours=(many - few) / (costs[1] - costs[0]), unit="/s a core", target=WANTED),
        Row(
            what=f"memory, {many:,} to {few:,} tickets",
            ours=sizes[1],
            unit="MB",
            peer=sizes[0],
            against=f"{few:,} tickets",
            ratio=sizes[1] / sizes[0],
            target=1.15,
            at_most=True,
        ),
    ]


if __name__ == "__main__":
    raise SystemExit(main())
