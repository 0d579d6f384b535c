"""`zhidu check`: every problem at once, with file and line; the golden rows with the company's values."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from zhidu import exits

SETTINGS = "modules: [vip]\nmodules_path: [modules]\n"
FAILING = """- case: nobody decides this
  clauses: ["2.1.3"]
  given: {now: "2026-05-06 09:00"}
  expect: [{tag: nothing}]
"""

CHECKS: dict[str, tuple[dict[str, str], int, list[str]]] = {
    # row             files                                        exit status  said
    "nothing set": ({}, exits.DONE, []),
    "a value tuned": ({"policies/vip.yaml": "tag: vip\n"}, exits.DONE, []),
    "no file of ours": ({"notes.txt": "x"}, exits.DONE, []),
    "a row that the tuned value alters": (
        {"policies/vip.yaml": "groups: [Gold]\n"},
        exits.DONE,
        ["1 row comes out otherwise by your settings (--rows lists them)", "2 of 3 golden rows"],
    ),
    "a row that fails as shipped": (
        {"policies/vip.yaml": "groups: [Gold]\n", "modules/vip/cases.yaml": FAILING},
        exits.NO,
        ["cases.yaml:1: nobody decides this", "expected, not decided: tag"],
    ),
    "all files wrong": (
        {
            "zhidu.yaml": f"{SETTINGS}workers: {{count: many}}\n",
            "people.yaml": "posts: {}\ndsks: {}\n",
            "policies/core.yaml": "\nowner_within: soon\n",
            "calendars/default.yaml": "zone: Asia/Shangai\n",
        },
        exits.WRONG,
        ["zhidu.yaml:3: workers.count", "people.yaml:2: dsks", "core.yaml:2: owner_within", "default.yaml:1: zone"],
    ),
    "a desk by a calendar that is none": (
        {"people.yaml": "desks:\n  Users:\n    calendar: defualt\n  Cards: {calendar: default}\n"},
        exits.WRONG,
        ["people.yaml:3: desks.Users.calendar: there is no such calendar (got 'defualt'); did you mean `default`?"],
    ),
    "a law of working days nobody has the holidays of": (
        {"zhidu.yaml": "modules: [core, complaints]\n", "policies/complaints.yaml": "\nprofile: sg-faa-chr-2021\n"},
        exits.WRONG,
        ["complaints.yaml:2: profile: sg-faa-chr-2021 counts working days, and there is no calendar 'sg' with"],
    ),
    "a law of working days counted by a calendar without holidays": (
        {
            "zhidu.yaml": "modules: [core, complaints]\n",
            "policies/complaints.yaml": "profile: sg-faa-chr-2021\nlaw_calendar: uk\n",
        },
        exits.WRONG,
        ["complaints.yaml:2: law_calendar: sg-faa-chr-2021 counts working days, and there is no calendar 'uk' with"],
    ),
    "a law counted by a calendar that is none": (
        {"zhidu.yaml": "modules: [core, complaints]\n", "policies/complaints.yaml": "law_calendar: defualt\n"},
        exits.WRONG,
        ["complaints.yaml:1: law_calendar: there is no such calendar (got 'defualt'); did you mean `default`?"],
    ),
    "the core alone": ({"zhidu.yaml": "modules: [core]\n"}, exits.DONE, ["1 modules (core)"]),
    "an unknown module": (
        {"zhidu.yaml": "modules: [vpi]\nmodules_path: [modules]\n"},
        exits.WRONG,
        ["did you mean `vip`?"],
    ),
}


NO_TAG_LIKE_A_GROUP = '''"""Settings."""

from typing import Self

from pydantic import model_validator

from zhidu.api import StrictModel


class Config(StrictModel):
    """defaults.yaml, and what a company lays over it."""

    groups: tuple[str, ...]
    """1.3.1: the groups whose tickets are marked."""
    tag: str
    """1.3.1: the tag they get."""

    @model_validator(mode="after")
    def _apart(self) -> Self:
        if self.tag in self.groups:
            raise ValueError("a tag is not called like a group")
        return self
'''
OWN_TAG = """
- case: a tag of its own
  clauses: ["1.3.1"]
  config: {tag: gold}
  given:
    now: 2026-05-06T10:00+08:00
    ticket: {group: Inbox}
  expect: []
"""


@pytest.fixture
def written(run, tmp_path: Path) -> Callable[[dict[str, str]], Path]:
    """A configuration with a small module of its own and these files."""
    folder = tmp_path / "config"

    def write(files: dict[str, str]) -> Path:
        assert run("modules", "new", "vip", "--dir", folder / "modules")[0] == 0
        for name, text in {"zhidu.yaml": SETTINGS, **files}.items():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            (folder / name).write_text(text, encoding="utf-8")
        return folder

    return write


@pytest.mark.parametrize(("files", "status", "said"), CHECKS.values(), ids=CHECKS)
@pytest.mark.parametrize("named", ["path", "--config"])
def test_check(files: dict[str, str], status: int, said: list[str], named: str, run, written) -> None:
    place = written(files)
    ended, out, err = run("check", place) if named == "path" else run("--config", place, "check")
    assert [text for text in said if text not in out + err] == []
    assert ended == status
    assert "golden rows" in out


def test_rows_that_the_settings_alter_are_listed_when_asked_for(run, written) -> None:
    """By default they are counted; what must be mended comes first and is not lost among them."""
    place = written({"policies/vip.yaml": "groups: [Gold]\n"})
    status, out, _ = run("check", place, "--rows")
    assert status == exits.DONE
    assert "cases.yaml:2: by your settings otherwise: a ticket of a chosen group gets the tag" in out
    assert "    expected, not decided: tag" in out
    assert "--rows" not in out
    assert len(run("check", place)[1].splitlines()) == 2


def test_rows_are_not_played_by_half_a_policy(run, tmp_path: Path) -> None:
    """Where a module did not load, rows of others come out otherwise for that alone: nothing is said of them."""
    (tmp_path / "policies").mkdir()
    (tmp_path / "policies" / "business.yaml").write_text("nothing: 1\n", encoding="utf-8")
    status, out, err = run("check", tmp_path, "--rows")
    assert status == exits.WRONG
    assert "business.yaml:1: nothing: unknown setting" in err
    assert "by your settings" not in out + err
    assert "the golden rows were not played" in out
    answer = json.loads(run("check", tmp_path, "--json")[1])
    assert (answer["played"], answer["altered"], answer["failed"]) == (False, [], [])


def test_rows_that_do_not_apply_are_counted_and_listed(run, written) -> None:
    """A row's own tag beside a company's groups, of which one has that very name."""
    place = written({"policies/vip.yaml": "groups: [gold]\n", "modules/vip/config.py": NO_TAG_LIKE_A_GROUP})
    with (place / "modules/vip/cases.yaml").open("a", encoding="utf-8") as cases:
        cases.write(OWN_TAG)
    status, out, err = run("check", place)
    assert (status, err) == (exits.DONE, "")
    assert "; 1 row does not apply under your settings (--rows lists them)" in out
    assert ": does not apply under your settings: " in run("check", place, "--rows")[1]
    answer = json.loads(run("check", place, "--json")[1])
    (unfit,) = answer["unfit"]
    assert "a tag is not called like a group" in unfit["why"][0]
    assert run("--config", place, "modules", "--quiet")[0] == exits.DONE


@pytest.mark.parametrize(
    "lax",
    [
        "profile: tw-fcpa\nresolve: {within: {ordinary: 20wd}}\n",
        "profile: uk-fca-disp\nresolve: {within: {major: 38wd}}\n",
    ],
)
def test_rows_of_one_law_apply_beside_periods_that_another_allows(lax: str, run, tmp_path: Path) -> None:
    (tmp_path / "policies").mkdir()
    (tmp_path / "policies" / "complaints.yaml").write_text(lax, encoding="utf-8")
    (tmp_path / "zhidu.yaml").write_text("modules: [core, complaints]\n", encoding="utf-8")
    status, out, err = run("check", tmp_path)
    assert (status, err) == (exits.DONE, "")
    assert "not apply" not in out


def test_for_machines(run, written) -> None:
    place = written({"people.yaml": "dsks: {}\n", "policies/vip.yaml": "groups: [Gold]\n"})
    status, out, err = run("check", place, "--json")
    answer = json.loads(out)
    assert (status, err) == (exits.WRONG, "")
    assert (answer["modules"], answer["rows"]) == (["vip"], 3)
    (problem,), (altered,) = answer["problems"], answer["altered"]
    assert (problem["line"], problem["field"]) == (1, "dsks")
    assert answer["failed"] == []
    assert altered["case"] == "a ticket of a chosen group gets the tag"
    assert set(answer["clauses"]) == {"enforced", "assisted", "manual"}


def test_quiet(run, written) -> None:
    assert run("check", written({}), "--quiet") == (exits.DONE, "", "")


def test_no_such_folder(run, tmp_path: Path) -> None:
    status, _, err = run("check", tmp_path / "nowhere")
    assert status == exits.WRONG
    assert "does not exist" in err


def test_the_shipped_defaults_are_well(run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without a configuration: every module, every row."""
    monkeypatch.chdir(tmp_path)
    status, out, err = run("check")
    assert (status, err) == (exits.DONE, "")
    assert "core, intake" in out
