"""The policy as configured, and what `check` looks at: everything is read, every problem has its file and line."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path

import pytest

from policies.kernel.case_files import CaseRow, load_cases
from policies.kernel.config import Layer
from policies.kernel.modules import Module
from policies.kernel.problems import ConfigErrors
from zhidu.checking import examine
from zhidu.policy import Policy, SettingsDoNotFit, load_cast, load_policy, play_row, read_policy, rows_of

Write = Callable[[Mapping[str, str]], Path]

ROWS = """\
- case: settings of the row's own
  clauses: ["2.1.1"]
  config: {repeat_within: 30d}
  given: {now: 2026-05-06 09:05, ticket: {group: Service, owner: agnes}}
  expect: [{set: {kind: inquiry}}, {set: {stage: received}}, {clock: {name: first_reply}}]
- case: expects what never comes
  clauses: ["2.1.1"]
  given: {now: 2026-05-06 09:05, ticket: {group: Service, owner: agnes}}
  expect: [{set: {kind: task}}]
- case: names nobody
  clauses: ["2.1.1"]
  given: {now: 2026-05-06 09:05, ticket: {group: Service, owner: nobody_by_that_name}}
  expect: [{set: {kind: inquiry}}]
- case: is nonsense
  clauses: ["2.1.1"]
  given: {now: 2026-05-06 09:05, tickt: {}}
  expect: [{set: {kind: inquiry}}]
"""


@pytest.fixture
def write(tmp_path: Path) -> Write:
    def files(given: Mapping[str, str]) -> Path:
        for name, text in given.items():
            path = tmp_path / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
        return tmp_path

    return files


@pytest.fixture(scope="module")
def policy() -> Policy:
    return load_policy(None)


def test_equal_policies_have_equal_names(policy: Policy, write: Write) -> None:
    assert load_policy(None).digest == policy.digest == load_policy(write({"notes.txt": "x"})).digest


CHANGES: dict[str, tuple[str, str]] = {
    "a setting": ("policies/core.yaml", "repeat_within: 30d\n"),
    "a text": ("texts/core/en.yaml", "received: kept\n"),
}


@pytest.mark.parametrize(("file", "text"), CHANGES.values(), ids=CHANGES)
def test_what_decides_or_speaks_otherwise_has_another_name(policy: Policy, write: Write, file: str, text: str) -> None:
    assert load_policy(write({file: text})).digest != policy.digest


def test_other_days_are_other_data(policy: Policy, write: Write) -> None:
    other = load_policy(write({"calendars/branch.yaml": "extends: default\nzone: Asia/Hong_Kong\n"}))
    assert set(other.calendars) - set(policy.calendars) == {"branch"}
    assert (other.calendar_data == policy.calendar_data, other.digest) == (False, policy.digest)


def test_what_loads_is_given_with_all_the_problems(write: Write) -> None:
    folder = write(
        {
            "policies/core.yaml": "repeat_within: soon\n",
            "calendars/default.yaml": "zone: Asia/Shangai\n",
        }
    )
    policy, problems = read_policy(folder)
    assert {Path(problem.path).name for problem in problems} >= {"core.yaml", "default.yaml"}
    assert dict(policy.calendars) == {}
    with pytest.raises(ConfigErrors) as raised:
        load_policy(folder)
    assert len(raised.value.problems) == len(problems)


BAD_PHRASES = {"a label without a list": "complaint: 5\n", "no labels": "[]\n"}


@pytest.mark.parametrize("text", BAD_PHRASES.values(), ids=BAD_PHRASES)
def test_phrases_that_cannot_be_read_are_named(write: Write, text: str) -> None:
    _, problems = read_policy(write({"policies/complaints.phrases.yaml": text}))
    assert "complaints.phrases.yaml:1" in "\n".join(map(str, problems))


def test_rows_that_expect_no_list_expect_nothing(policy: Policy, core: Module) -> None:
    text = ROWS.partition("  expect")[0] + "  expect: []\n"
    (row,) = load_cases(Layer(path="cases.yaml", text=text), policy.clauses)
    assert not play_row(policy, core, row, load_cast()).missing


@pytest.fixture(scope="module")
def core(policy: Policy) -> Module:
    return policy.modules["core"]


@pytest.fixture(scope="module")
def rows(policy: Policy) -> tuple[CaseRow, ...]:
    return load_cases(Layer(path="cases.yaml", text=ROWS), policy.clauses)


def test_rows_are_played_with_settings_of_their_own(policy: Policy, core: Module, rows: tuple[CaseRow, ...]) -> None:
    assert play_row(policy, core, rows[0], load_cast()).passed


def test_a_row_that_fails_says_what_was_missing(policy: Policy, core: Module, rows: tuple[CaseRow, ...]) -> None:
    outcome = play_row(policy, core, rows[1], load_cast())
    assert not outcome.passed
    assert "kind" in str(outcome.missing)


@pytest.mark.parametrize(("row", "words"), [(2, "nobody_by_that_name"), (3, "tickt")], ids=["a person", "a field"])
def test_a_row_that_cannot_be_read_is_named(
    policy: Policy, core: Module, rows: tuple[CaseRow, ...], row: int, words: str
) -> None:
    with pytest.raises(ConfigErrors) as raised:
        play_row(policy, core, rows[row], load_cast())
    (problem,) = raised.value.problems
    assert problem.path == "cases.yaml"
    assert problem.line >= 10
    assert words in str(problem)


def test_a_module_without_rows_has_none(policy: Policy, core: Module) -> None:
    assert rows_of(replace(core, cases=None), policy.clauses) == ()
    assert len(rows_of(core, policy.clauses)) > 10


def test_the_shipped_defaults_are_well() -> None:
    report = examine(None)
    assert (report.problems, report.failed) == ((), ())
    assert {"core", "complaints"} <= set(report.modules)
    assert report.rows > 50
    assert min(report.coverage) >= 0
    assert sum(report.coverage) > 50


BROKEN: dict[str, tuple[dict[str, str], list[str]]] = {
    "people": ({"people.yaml": "dsks: {}\n"}, ["people.yaml:1: dsks"]),
    "settings": ({"zhidu.yaml": "workers: {count: many}\n"}, ["zhidu.yaml:1: workers.count"]),
    "no calendar at all": ({"calendars/default.yaml": "zone: nowhere\n"}, ["default.yaml:1: zone"]),
}


@pytest.mark.parametrize(("files", "said"), BROKEN.values(), ids=BROKEN)
def test_problems_are_told_with_file_and_line(write: Write, files: dict[str, str], said: list[str]) -> None:
    report = examine(write(files))
    told = "\n".join(map(str, report.problems))
    for words in said:
        assert words in told


def test_a_profile_that_counts_working_days_needs_holidays(write: Write) -> None:
    """A law that counts working days, by a calendar that knows only weekends, is refused where it is chosen."""
    bare = 'zone: Asia/Singapore\nhours: {mon-fri: ["09:00-18:00"]}\n'
    law = "profile: sg-faa-chr-2021\n"
    folder = write(
        {"calendars/bare.yaml": bare, "calendars/default.yaml": "extends: bare\n", "policies/complaints.yaml": law}
    )
    told = [str(problem) for problem in examine(folder).problems]
    assert any("complaints.yaml:1: profile: sg-faa-chr-2021 counts working days" in words for words in told), told


def test_a_row_whose_own_settings_never_fit_is_a_problem_at_the_row(policy: Policy, write: Write) -> None:
    """Also of a company's module, and beside settings of its own: it is the row that is wrong, and not the settings."""
    text = ROWS.partition("- case: expects")[0].replace("repeat_within: 30d", "repeat_within: 30wd")
    (row,) = load_cases(Layer(path="cases.yaml", text=text), policy.clauses)
    with pytest.raises(SettingsDoNotFit, match=r"^cases.yaml:3: \[0\].config.repeat_within: is counted in"):
        play_row(policy, policy.modules["core"], row, load_cast())
    manifest = 'name: own\nversion: 1.0.0\nsummary: {en: x, zh-CN: x, zh-TW: x}\nclauses: ["2.1.1"]\n'
    config = "from zhidu.api import StrictModel\n\nclass Config(StrictModel):\n    repeat_within: int = 3\n"
    folder = write(
        {
            "zhidu.yaml": "modules: [own]\nmodules_path: [modules]\n",
            "modules/own/manifest.yaml": manifest,
            "modules/own/config.py": config,
            "modules/own/cases.yaml": text,
            "policies/own.yaml": "repeat_within: 7\n",
        }
    )
    report = examine(folder)
    (problem,) = report.problems
    assert str(problem).startswith(f"{folder}/modules/own/cases.yaml:3: [0].config.repeat_within: must be a whole")
    assert report.unfit == ()
