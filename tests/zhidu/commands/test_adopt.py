"""`zhidu adopt`: begun, watched and stopped; what is older is counted by the helpdesk."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from integrations.store.store import Store
from integrations.zammad.sandbox import Sandbox, serve
from jobs.manner import ADOPT
from jobs.older import Walk, keep_walk, walk_of
from zhidu.older import ADOPT_FROM


@pytest.fixture
def desk(folder: Path, store: Store) -> Iterator[Path]:
    """A helpdesk with two open tickets, one of them older than the service."""
    at = [datetime.now(UTC) - timedelta(days=2)]
    box = Sandbox(now=lambda: at[0], token="a-token-of-tests")
    at[0] += timedelta(days=1)
    store.cursors.put(ADOPT_FROM, at[0])
    at[0] += timedelta(hours=1)
    ticket = {
        "title": "t",
        "group": "Users",
        "customer": "admin@example.com",
        "article": {"body": "b", "internal": False},
    }
    box.request("POST", "/api/v1/tickets", json=ticket)
    with serve(box, deliver=False) as url:
        (folder / "zhidu.yaml").write_text(
            f'helpdesk: {{url: "{url}"}}\nstore: {{url: "sqlite:///zhidu.db"}}\nhttp: {{port: 1}}\n', encoding="utf-8"
        )
        yield folder


def test_a_dry_run_counts_and_begins_nothing(run, desk: Path, store: Store) -> None:
    assert run("--config", desk, "adopt", "--dry-run", "--per-hour", "2")[:2] == (
        0,
        "1 open ticket is older than the service; 2 an hour: about 0.5 hours\n",
    )
    assert walk_of(store, ADOPT) is None


def test_it_begins_is_watched_and_stopped(run, desk: Path, store: Store) -> None:
    status, out, _ = run("--config", desk, "--json", "adopt", "--per-hour", "60")
    assert (status, json.loads(out)) == (0, {"older": 1, "per_hour": 60, "begun": True})
    assert walk_of(store, ADOPT) == Walk(per_hour=60)
    assert run("--config", desk, "adopt")[0] == 2

    keep_walk(store, ADOPT, Walk(per_hour=60, taken=1, upto=datetime(2026, 5, 6, tzinfo=UTC)))
    assert run("--config", desk, "adopt", "--progress")[1] == (
        "1 taken in, up to those created at 2026-05-06T08:00:00+08:00; going on, 60 an hour; 1 to go, about 0.0 hours\n"
    )
    assert json.loads(run("--config", desk, "--json", "adopt", "--progress")[1])["adopting"]["left"] == 1
    assert run("--config", desk, "adopt", "--stop")[1].endswith("; over\n")
    assert run("--config", desk, "--json", "adopt")[0] == 0


def test_since_leaves_the_older_ones_away(run, desk: Path, store: Store) -> None:
    since = datetime.now(UTC).isoformat()
    assert json.loads(run("--config", desk, "--json", "adopt", "--since", since)[1])["older"] == 0
    walk = walk_of(store, ADOPT)
    assert walk is not None
    assert walk.upto.isoformat() == since


WRONG = {
    "two things at once": (["--stop", "--progress"], "one of --dry-run, --stop, --progress"),
    "no time": (["--since", "soon"], "--since is a time such as"),
}


@pytest.mark.parametrize(("words", "message"), WRONG.values(), ids=WRONG)
def test_wrong_use_is_told(words: list[str], message: str, run, desk: Path) -> None:
    status, _, err = run("--config", desk, "adopt", *words)
    assert (status, message in err) == (2, True)


def test_before_the_first_start_nothing_is_older(run, folder: Path, store: Store) -> None:
    status, _, err = run("--config", folder, "adopt", "--dry-run")
    assert (status, "the service was never started" in err) == (2, True)
    assert run("--config", folder, "adopt", "--progress")[1] == "nobody has begun to take older tickets in\n"
