"""The benchmarks' harness: pairs, targets, and the rows of the table."""

import json
from dataclasses import asdict

import pytest

from benchmarks.harness import Row, paired, report
from benchmarks.run import rows_in

MET = {
    # row                                                                               met
    "for information": (Row(what="w", ours=1, unit="s"), True),
    "ratio reached": (Row(what="w", ours=1, unit="s", ratio=0.8, target=0.8), True),
    "ratio missed": (Row(what="w", ours=1, unit="s", ratio=0.79, target=0.8), False),
    "under the ceiling": (Row(what="w", ours=149, unit="ms", target=150, at_most=True), True),
    "above the ceiling": (Row(what="w", ours=151, unit="ms", target=150, at_most=True), False),
}


@pytest.mark.parametrize(("row", "met"), MET.values(), ids=MET)
def test_target(row: Row, met: bool, capsys: pytest.CaptureFixture[str]) -> None:
    assert report(row) is met
    assert rows_in(capsys.readouterr().out.splitlines()) == [row]


PRINTED = {
    "in words": ("over HTTP, median of 3 rounds: ratio 0.85 (target 0.80)", "over HTTP, median of 3 rounds", 0.85, 0.8),
    "aligned": ("ratio               0.91   of 0.90, 0.91, 0.95; wanted: 0.8", "ratio", 0.91, 0.8),
}


@pytest.mark.parametrize(("line", "what", "ratio", "target"), PRINTED.values(), ids=PRINTED)
def test_a_printed_ratio_is_a_row(line: str, what: str, ratio: float, target: float) -> None:
    """A benchmark without rows of its own is in the table by its last line about a ratio."""
    assert rows_in(["ratio 0.1 (target 0.80)", line, "done"]) == [
        Row(what=what, ours=ratio, unit="", ratio=ratio, target=target)
    ]


def test_rows_come_before_words() -> None:
    row = Row(what="w", ours=1.0, unit="s")
    assert rows_in(["ratio 0.1 (target 0.80)", json.dumps({"bench": asdict(row)})]) == [row]


def test_no_figures() -> None:
    assert rows_in(["nothing to see"]) == []


def test_pairs_alternate() -> None:
    """Both sides run once to warm up and then equally often, neither always first."""
    calls: list[str] = []
    found = paired(lambda: calls.append("ours"), lambda: calls.append("peer"), rounds=4)
    assert calls == ["ours", "peer", *["ours", "peer", "peer", "ours"] * 2]
    assert found.ours > 0
    assert found.ratio > 0
