"""Runs the benchmarks and prints one table: `python -m benchmarks.run [NAME…]`, or `make bench ARGS="intake cli"`.

A name may come with a size, where the benchmark takes one: `simulate=100000`.

Each runs by itself in a process of its own, one after the other. Exit status 1: one failed or missed its target.
"""

import argparse
import json
import re
import subprocess
import sys
from pathlib import Path
from typing import TypeAlias

from rich.console import Console
from rich.table import Table

from benchmarks.harness import Row

HERE = Path(__file__).parent
# What a script without rows of its own prints at its end: "ratio 0.93 … target 0.80", "ratio 0.93 …; wanted: 0.8".
_RATIO = re.compile(r"ratio\s+(\d+\.\d+).*?(?:target|wanted):?\s+(\d+\.?\d*)")

Outcome: TypeAlias = tuple[str, list[Row], int]


def rows_in(lines: list[str]) -> list[Row]:
    """The rows a benchmark reported; without any, what its last line about a ratio says."""
    rows = [Row(**json.loads(line)["bench"]) for line in lines if line.startswith('{"bench":')]
    if rows:
        return rows
    for line in reversed(lines):
        found = _RATIO.search(line)
        if found:
            ratio = float(found[1])
            what = line.partition("ratio")[0].strip(" ,:") or "ratio"
            return [Row(what=what, ours=ratio, unit="", ratio=ratio, target=float(found[2]))]
    return []


def run(script: Path, *size: str) -> Outcome:
    """One benchmark, its output shown as it comes; `size`: what it takes to be larger or smaller."""
    name = script.stem.removeprefix("bench_")
    print(f"-- {name}", flush=True)
    lines: list[str] = []
    command = [sys.executable, "-u", str(script), *size]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=HERE.parent) as process:  # noqa: S603 – ours
        assert process.stdout is not None
        for line in process.stdout:
            lines.append(line.rstrip("\n"))
            if not line.startswith('{"bench":'):
                print(f"   {line}", end="", flush=True)
    return name, rows_in(lines), process.returncode


def table(outcomes: list[Outcome]) -> Table:
    shown = Table("benchmark", "what", title="benchmarks", title_justify="left")
    for heading in ("ours", "peer", "ratio", "target"):
        shown.add_column(heading, justify="right")
    shown.add_column("")
    for name, rows, status in outcomes:
        for row in rows:
            peer = f"{row.peer:,.4g} {row.unit} ({row.against})" if row.peer is not None else row.against
            target = f"{'≤' if row.at_most else '≥'} {row.target:g}" if row.target is not None else ""
            ratio = f"{row.ratio:.2f}" if row.ratio is not None else ""
            verdict = "" if row.target is None else "met" if row.met else "MISSED"
            shown.add_row(name, row.what, f"{row.ours:,.4g} {row.unit}", peer, ratio, target, verdict)
        if not rows:
            shown.add_row(name, "no figures", "", "", "", "", "ran" if status == 0 else f"FAILED ({status})")
    return shown


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("names", nargs="*", metavar="NAME[=SIZE]", help="which ones; all without")
    wanted = dict(name.split("=", 1) if "=" in name else (name, "") for name in parser.parse_args().names)
    scripts = {path.stem.removeprefix("bench_"): path for path in sorted(HERE.glob("bench_*.py"))}
    unknown = [name for name in wanted if name not in scripts]
    if unknown:
        parser.error(f"no benchmark {', '.join(unknown)}; there are {', '.join(scripts)}")
    chosen = [(script, wanted.get(name)) for name, script in scripts.items() if not wanted or name in wanted]
    outcomes = [run(script, *([size] if size else [])) for script, size in chosen]
    print()
    Console(width=None if sys.stdout.isatty() else 140).print(table(outcomes))
    good = all(status == 0 and all(row.met for row in rows) for _, rows, status in outcomes)
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
