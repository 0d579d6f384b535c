"""One moment, told twice: the answer of a write and the history date the same change a little apart."""

from datetime import UTC, datetime, timedelta

import pytest

from policies.kernel.moments import SAME_MOMENT, moment_name, same_run

AT = datetime(2026, 5, 6, 1, 2, 59, 950_000, tzinfo=UTC)

RUNS: dict[str, tuple[str, str, bool]] = {
    # row                  one                                     other                                    one run
    "the same": ("a@2026-05-06T01:02:03Z", "a@2026-05-06T01:02:03Z", True),
    "a moment apart": ("a@2026-05-06T01:02:02.890000Z", "a@2026-05-06T01:02:03Z", True),
    "across a minute": ("a@2026-05-06T01:02:59.990000Z", "a@2026-05-06T01:03:00.100000Z", True),
    "begun anew later": ("a@2026-05-06T01:02:03Z", "a@2026-05-06T01:02:09Z", False),
    "another clock": ("a@2026-05-06T01:02:03Z", "b@2026-05-06T01:02:03Z", False),
    "restarted": ("a@2026-05-06T01:02:03Z", "a@2026-05-06T01:02:03Z#1", False),
    "restarted as often": ("a@2026-05-06T01:02:03Z#2", "a@2026-05-06T01:02:03.100000Z#2", True),
    "of another program": ("whatever", "a@2026-05-06T01:02:03Z", False),
    "no time": ("a@yesterday", "a@2026-05-06T01:02:03Z", False),
    "no zone": ("a@2026-05-06T01:02:03", "a@2026-05-06T01:02:03Z", False),
}


@pytest.mark.parametrize(("one", "other", "same"), RUNS.values(), ids=RUNS)
def test_runs(one: str, other: str, same: bool) -> None:
    assert same_run(one, other) is same_run(other, one) is same


NAMES: dict[str, tuple[tuple[str, ...], str]] = {
    # row                  known                                          named
    "nothing known": ((), "20260506T010259"),
    "a moment later": (("asked:20260506T010300",), "20260506T010300"),
    "inside a key": (("2:survey:20260506T010301@x",), "20260506T010301"),
    "the nearest": (("a:20260506T010303", "b:20260506T010300"), "20260506T010300"),
    "another moment": (("a:20260506T010306",), "20260506T010259"),
    "no such time": (("a:20261399T996161",), "20260506T010259"),
    "longer digits": (("a:120260506T0103001",), "20260506T010259"),
}


@pytest.mark.parametrize(("known", "named"), NAMES.values(), ids=NAMES)
def test_names(known: tuple[str, ...], named: str) -> None:
    assert moment_name(AT, known) == named


def test_a_moment_is_longer_than_a_write_and_shorter_than_a_rung() -> None:
    """230 ms was measured; the first rung of the shortest ladder comes after half of thirty minutes."""
    assert timedelta(milliseconds=230) * 10 < SAME_MOMENT < timedelta(minutes=15) / 10
