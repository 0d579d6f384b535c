"""`zhidu finding`: departures, and what a named person makes of them and why."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from integrations.store.records import Finding, FindingStatus
from integrations.store.store import Store

AT = datetime(2026, 5, 6, 1, 0, tzinfo=UTC)
LATE = Finding(
    key="42:acknowledge.due:r1",
    case_id="case-42",
    ticket_id=42,
    clause="4.3.2",
    code="late",
    person_id=7,
    at=AT,
    evidence="due 2026-05-06 09:00, no reply",
)


def fill(store: Store) -> None:
    """Three open ones, the second grave, and one that was closed."""
    store.findings.raise_(LATE)
    store.findings.raise_(
        replace(LATE, key="43:regulator:r1", ticket_id=43, clause="2.3.6", grave=True, person_id=None)
    )
    store.findings.raise_(
        replace(LATE, key="44:apology:5", ticket_id=44, code="no_apology", at=AT + timedelta(hours=1))
    )
    store.findings.raise_(replace(LATE, key="45:acknowledge.due:r1", ticket_id=45, at=AT - timedelta(hours=1)))
    store.findings.transition("45:acknowledge.due:r1", FindingStatus.CLOSED, by="Luo Ning", why="", at=AT)


LISTS = {
    # row             words                                     tickets, in order
    "all": ([], [45, 42, 43, 44]),
    "by name": (["list"], [45, 42, 43, 44]),
    "open": (["list", "--open"], [42, 43, 44]),
    "of a clause": (["list", "--clause", "4.3.2", "--open"], [42, 44]),
    "of a code": (["list", "--code", "no_apology"], [44]),
    "of a ticket": (["list", "--ticket", "43"], [43]),
    "grave": (["list", "--grave"], [43]),
    "the first": (["list", "--limit", "1"], [45]),
    "none": (["list", "--ticket", "1"], []),
}


@pytest.mark.parametrize(("words", "tickets"), LISTS.values(), ids=LISTS)
def test_list(words: list[str], tickets: list[int], run, folder: Path, store: Store) -> None:
    fill(store)
    status, out, _ = run("--config", folder, "--json", "finding", *words)
    shown = run("--config", folder, "finding", *words)[1].splitlines()
    assert status == 0
    assert [one["ticket"] for one in json.loads(out)] == tickets
    assert [int(line.split()[1]) for line in shown[1:-1]] == tickets


def test_what_is_not_shown_is_said(run, folder: Path, store: Store) -> None:
    fill(store)
    assert "3 more" in run("--config", folder, "finding", "list", "--limit", "1")[2]


@pytest.mark.parametrize(("command", "becomes"), [("waive", "waived"), ("close", "closed")])
def test_a_named_person_says_why(command: str, becomes: str, run, folder: Path, store: Store) -> None:
    fill(store)
    words = ("finding", command, LATE.key, "--by", "Xu Jing", "--why", "the customer asked to be called on Monday")

    status, out, _ = run("--config", folder, *words)

    assert status == 0
    assert f"status    {becomes}" in out
    assert f"{becomes} by Xu Jing: the customer asked to be called on Monday" in out
    (step,) = store.findings.show(LATE.key).steps
    assert (step.status, step.by, step.why) == (becomes, "Xu Jing", "the customer asked to be called on Monday")
    assert json.loads(run("--config", folder, "--json", "finding", "show", LATE.key)[1])["status"] == becomes


REFUSED = {
    # row               words                                                      exit status  said
    "nobody named": (["waive", LATE.key, "--why", "x"], 2, "Missing option '--by'"),
    "no reason": (["close", LATE.key, "--by", "x"], 2, "Missing option '--why'"),
    "an empty name": (["waive", LATE.key, "--by", " ", "--why", "x"], 2, "may not be empty"),
    "an empty reason": (["waive", LATE.key, "--by", "x", "--why", " "], 2, "may not be empty"),
    "unknown": (["waive", "nothing", "--by", "x", "--why", "y"], 1, "finding nothing: there is none"),
    "unknown to show": (["show", "nothing"], 1, "finding nothing: there is none"),
    "closed already": (
        ["waive", "45:acknowledge.due:r1", "--by", "x", "--why", "y"],
        1,
        "closed, cannot become waived",
    ),
}


@pytest.mark.parametrize(("words", "status", "said"), REFUSED.values(), ids=REFUSED)
def test_refused(words: list[str], status: int, said: str, run, folder: Path, store: Store) -> None:
    fill(store)
    ended, _, err = run("--config", folder, "finding", *words)
    assert ended == status
    assert said in err
    assert store.findings.open_by_code() == {("late", False): 1, ("late", True): 1, ("no_apology", False): 1}


def test_show(run, folder: Path, store: Store) -> None:
    fill(store)
    out = run("--config", folder, "finding", "show", "43:regulator:r1")[1]
    assert out.splitlines() == [
        "finding   43:regulator:r1",
        "clause    2.3.6",
        "code      late, grave",
        "ticket    43, case case-42",
        "person    -",
        "when      2026-05-06T09:00:00+08:00",
        "evidence  due 2026-05-06 09:00, no reply",
        "status    open",
    ]
