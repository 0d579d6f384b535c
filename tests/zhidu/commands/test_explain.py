"""`zhidu explain`: out of a file and live; as it was at an earlier instant; and what cannot be explained."""

import json
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from integrations.zammad.sandbox import Sandbox, serve
from zhidu import exits
from zhidu.compose import real_outside

ROOT = Path(__file__).parents[3]
WEEK = ROOT / "tests" / "recordings" / "week.jsonl"
WEEK_PEOPLE = ROOT / "tests" / "golden" / "week" / "people.yaml"


@pytest.fixture
def week(folder: Path) -> Path:
    """The recorded week's people, as configuration."""
    shutil.copy(WEEK_PEOPLE, folder / "people.yaml")
    return folder


def test_out_of_a_file(run, week: Path) -> None:
    """Facts, rules with their clauses, clocks; two tickets are told one after the other, and no helpdesk is asked."""
    status, out, _ = run("--config", week, "explain", "--from", WEEK, 17, 18)
    first, second = out.split("=" * 80)
    assert status == exits.DONE
    assert "17" in first.splitlines()[0]
    assert "18" in second.strip().splitlines()[0]


def test_for_machines(run, week: Path) -> None:
    """One line a ticket, without further tickets all of the file."""
    out = run("--config", week, "--json", "explain", "--from", WEEK)[1]
    assert len(out.splitlines()) > 50
    assert all(isinstance(json.loads(line), dict) for line in out.splitlines())


def test_rules_that_had_nothing_to_say_are_listed_when_asked_for(run, week: Path) -> None:
    short, whole = (run("--config", week, "explain", "--from", WEEK, 17, *more)[1] for more in ([], ["--all"]))
    assert "rules had nothing to say (--all lists them)" in short
    assert "rules that had nothing to say\n" in whole
    assert len(whole.splitlines()) > len(short.splitlines()) + 50


@pytest.mark.parametrize("tongue", ["zh-CN", "zh-TW", "en"])
def test_languages(tongue: str, run, week: Path) -> None:
    assert run("--config", week, "explain", "--from", WEEK, 17, "--language", tongue)[0] == exits.DONE


REFUSED = {
    # row              words                                        said
    "no such ticket": (["--from", WEEK, "9999"], "ticket 9999 is not in the file"),
    "no such number": (["--from", WEEK, "#1"], "ticket #1 is not in the file"),
    "no id": (["--from", WEEK, "x"], "ticket x is not in the file"),
    "before it was": (["--from", WEEK, "17", "--at", "2020-01-01T00:00+08:00"], "2020"),
    "no time": (["--from", WEEK, "17", "--at", "soon"], "--at is a time such as"),
    "no offset": (["--from", WEEK, "17", "--at", "2026-11-24T09:00"], "--at needs its offset"),
    "no ticket": ([], "which ticket?"),
    "no such file": (["--from", "nowhere.jsonl"], "does not exist"),
}


@pytest.mark.parametrize(("words", "said"), REFUSED.values(), ids=REFUSED)
def test_refused(words: list[object], said: str, run, week: Path) -> None:
    status, _, err = run("--config", week, "explain", *words)
    assert status == exits.WRONG
    assert said in err


@pytest.fixture
def live(folder: Path) -> Iterator[Path]:
    box = Sandbox(now=real_outside().now, token="a-token-of-tests")
    with serve(box, deliver=False) as url:
        (folder / "zhidu.yaml").write_text(f'helpdesk: {{url: "{url}"}}\n', encoding="utf-8")
        yield folder


LIVE = {
    # row             words       exit status     said
    "by id": (["1"], exits.DONE, "21001"),
    "by number": (["#21001"], exits.DONE, "21001"),
    "unknown id": (["77"], exits.NO, "tickets/77"),
    "unknown number": (["#99"], exits.WRONG, "no ticket #99"),
    "no id": (["abc"], exits.WRONG, "no ticket abc"),
}


@pytest.mark.parametrize(("words", "status", "said"), LIVE.values(), ids=LIVE)
def test_live(words: list[str], status: int, said: str, run, live: Path) -> None:
    ended, out, err = run("--config", live, "explain", *words)
    assert ended == status
    assert said in out + err


def test_a_helpdesk_that_is_away(run, folder: Path) -> None:
    status, _, err = run("--config", folder, "explain", 1)
    assert status == exits.OUT_OF_REACH
    assert "cannot be reached" in err
