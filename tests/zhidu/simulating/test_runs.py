"""Runs over many tickets: killed and gone on with, refused where they cannot be, told with progress."""

import json
import os
import re
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
from contextlib import closing, suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from benchmarks.old_tickets import write_config, write_export
from zhidu.compose import real_outside, store_of
from zhidu.settings import load_settings
from zhidu.simulating.workbook import SHARDS, Workbook
from zhidu.versions import first_version

ROOT = Path(__file__).parents[3]
COUNT = 300
PATIENCE = 120.0


@pytest.fixture(scope="module")
def old(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A desk's configuration and its old tickets."""
    folder = tmp_path_factory.mktemp("old")
    write_config(folder)
    write_export(folder / "tickets.jsonl", COUNT)
    return folder


def command(old: Path, work: Path, *more: str) -> list[str]:
    return [
        sys.executable, "-c", "import sys, zhidu.cli; sys.exit(zhidu.cli.main())", "--config", str(old), "simulate",
        "--from-file", str(old / "tickets.jsonl"), "--work", str(work), "--jobs", "1", "--json", *more,
    ]  # fmt: skip


def done(work: Path) -> int:
    """Tickets that an unfinished run has kept for good."""
    count = 0
    for number in range(SHARDS):
        path = Workbook(work).shard(number)
        if path.exists():
            with closing(sqlite3.connect(path)) as db, suppress(sqlite3.OperationalError):
                count += db.execute("SELECT count(*) FROM tickets").fetchone()[0]
    return count


def test_killed_it_goes_on_to_the_same_end(old: Path, tmp_path: Path) -> None:
    """kill -9 in the middle; --resume does the rest, and the answer is that of a run that nobody disturbed."""
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    whole = subprocess.run(command(old, tmp_path / "whole"), capture_output=True, check=True, env=environment)  # noqa: S603
    work = tmp_path / "killed"
    with subprocess.Popen(command(old, work), stdout=subprocess.DEVNULL, env=environment) as process:  # noqa: S603
        until = time.monotonic() + PATIENCE
        while done(work) == 0 and time.monotonic() < until and process.poll() is None:
            time.sleep(0.01)
        process.send_signal(signal.SIGKILL)
    kept = done(work)
    assert 0 < kept < COUNT
    assert process.returncode == -signal.SIGKILL

    gone_on = subprocess.run(command(old, work, "--resume"), capture_output=True, check=True, env=environment)  # noqa: S603
    assert json.loads(gone_on.stdout) == json.loads(whole.stdout)
    assert not work.exists()


def test_a_run_that_asked_something_else_is_not_gone_on_with(run: Any, old: Path, tmp_path: Path) -> None:
    Workbook(tmp_path / "work").begin({"period": "another", "policy": "another"}, resume=False)
    told = run(old, "--from-file", old / "tickets.jsonl", "--resume")
    assert told.status == 2
    assert "asked for another period, policy" in told.error


def test_today_s_policy_is_the_version_in_force(run: Any, old: Path, tmp_path: Path) -> None:
    """What was changed in the folder and not published is a proposal; `--config` with the folder itself tries it."""
    folder = tmp_path / "config"
    shutil.copytree(old, folder, ignore=shutil.ignore_patterns("*.jsonl"))
    settings = load_settings(folder)
    with store_of(settings, real_outside()) as store:
        first_version(store, settings, datetime.now(UTC), "as shipped")
    (folder / "policies").mkdir(exist_ok=True)
    (folder / "policies" / "complaints.yaml").write_text("acknowledge: {within: {ordinary: 1wh}}\n", encoding="utf-8")

    asked = ("--from-file", old / "tickets.jsonl", "--config", folder, "--language", "en", "--jobs", "1")
    told = run(folder, *asked)

    assert "today's policy is the version in force" in told.error
    assert "both policies decide alike" not in told.out
    (policy, proposed), (alone,) = digests(told.out), digests(run(old, *asked[:2], "--language", "en").out)
    assert policy == alone
    assert policy != proposed


def digests(report: str) -> list[str]:
    return re.findall(r"[0-9a-f]{16}", report.splitlines()[2])


def test_two_runs_do_not_share_a_folder(old: Path, tmp_path: Path, run: Any) -> None:
    import fcntl

    with (tmp_path / "work.lock").open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        told = run(old, "--from-file", old / "tickets.jsonl")
    assert told.status == 2
    assert "another run works in" in told.error


REFUSED: dict[str, tuple[tuple[str, ...], str]] = {
    "no period": ((), "which period?"),
    "no day": (("--from", "July", "--to", "2026-01-02"), "--from is a day such as 2026-07-01, got 'July'"),
    "ends before it begins": (("--from", "2026-02-01", "--to", "2026-01-02"), "the period ends before it begins"),
    "no folder": (("--html", "nowhere/r.html"), "there is no folder"),
    "no helpdesk": (("--from", "2026-01-01", "--to", "2026-01-02"), "required to reach the helpdesk"),
}


@pytest.mark.parametrize(("arguments", "error"), REFUSED.values(), ids=REFUSED)
def test_refused(run: Any, old: Path, arguments: tuple[str, ...], error: str) -> None:
    told = run(old, *arguments)
    assert told.status == 2
    assert error in told.error


BROKEN = {
    "no exchange": (b'{"path":"?all=true"}\n', "no exchange with request and response"),
    "no ticket": (
        b'{"request":{"path":"/api/v1/tickets/1?all=true"},"response":{"status":200,"json":{"ticket_id":1}}}\n',
        "assets",
    ),
    "nothing in it": (b"", "there is no ticket in it"),
}  # fmt: skip


@pytest.mark.parametrize(("text", "error"), BROKEN.values(), ids=BROKEN)
def test_an_unreadable_export_is_named(run: Any, old: Path, tmp_path: Path, text: bytes, error: str) -> None:
    path = tmp_path / "broken.jsonl"
    path.write_bytes(text)
    told = run(old, "--from-file", path)
    assert told.status == 2
    assert str(path) in told.error
    assert error in told.error


UNREADABLE: dict[str, tuple[str, object]] = {
    "an article of a type that no installation has": ("type_id", 99),
    "an article without its author": ("created_by_id", None),
}


@pytest.mark.parametrize(("field", "value"), UNREADABLE.values(), ids=UNREADABLE)
def test_a_ticket_that_cannot_be_read_is_told_and_the_others_are_judged(
    run: Any, old: Path, tmp_path: Path, field: str, value: object
) -> None:
    lines = [json.loads(line) for line in (old / "tickets.jsonl").read_bytes().splitlines()[:8]]
    reads = [line["response"]["json"] for line in lines if "all=true" in line["request"]["path"]]
    for article in reads[0]["assets"]["TicketArticle"].values():
        article[field] = value
    path = tmp_path / "some.jsonl"
    path.write_text("".join(json.dumps(line) + "\n" for line in lines), encoding="utf-8")
    found = run(old, "--from-file", path, "--json").json
    assert [(failure["rule"], failure["tickets"]) for failure in found["failures"]] == [("unreadable", 1)]
    assert found["tickets"] == len(reads)
    assert found["really"]["came"] == len(reads) - 1


def test_only_the_period_is_counted(run: Any, old: Path) -> None:
    """Days add up: what is counted in two halves is what is counted in the whole."""
    halves = (("2026-01-05", "2026-01-05"), ("2026-01-06", "2026-02-28"), ("2026-01-05", "2026-02-28"))
    export = old / "tickets.jsonl"
    found = [run(old, "--from-file", export, "--from", a, "--to", b, "--jobs", "1", "--json").json for a, b in halves]

    def mails(report: Any) -> int:
        return sum(row["today"]["times"] for row in report["decisions"] if row["what"] == "mail")

    first, second, whole = found
    assert mails(first) > 0
    assert mails(first) + mails(second) == mails(whole)
    assert first["really"]["came"] + second["really"]["came"] == whole["really"]["came"] == COUNT


def test_the_made_desk_is_always_the_same(tmp_path: Path) -> None:
    for name in ("a", "b"):
        write_export(tmp_path / name, 5)
    assert (tmp_path / "a").read_bytes() == (tmp_path / "b").read_bytes()
