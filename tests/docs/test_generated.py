"""Generated pages are as `make docs` would write them; what the READMEs show of a configuration can be used."""

import re
from collections.abc import Mapping
from pathlib import Path

import pytest

from docs.generate import ROOT, Setting, pages, settings_of, with_table
from zhidu.cli import COMMANDS
from zhidu.config import Config
from zhidu.people_file import People, load_people
from zhidu.policy import Policy, load_policy
from zhidu.settings import load_settings

READMES = {path.name: path for path in sorted(ROOT.glob("README*.md"))}
GENERATED = ("docs/clauses.md", "docs/settings.md", "README.md", "README.zh-CN.md")


@pytest.fixture(scope="module")
def policy() -> Policy:
    return load_policy(None)


@pytest.fixture(scope="module")
def written(policy: Policy) -> Mapping[Path, str]:
    return pages(policy)


@pytest.mark.parametrize("name", GENERATED)
def test_generated_pages_are_up_to_date(name: str, written: Mapping[Path, str]) -> None:
    """When this fails, `make docs` writes the page anew."""
    assert (ROOT / name).read_text(encoding="utf-8") == written[ROOT / name]


def test_every_clause_has_its_line(policy: Policy, written: Mapping[Path, str]) -> None:
    rows = re.findall(r"^\| ([0-9.]+) \|", written[ROOT / "docs" / "clauses.md"], re.MULTILINE)
    assert rows == [clause.id for clause in policy.clauses]


def test_every_setting_has_a_meaning(policy: Policy) -> None:
    """Nobody has to guess what a setting is for; a section is explained by its settings."""
    models = [(Config, None), (People, None), *((type(module.config), module.config) for module in policy.modules)]
    found: list[Setting] = [each for model, values in models for each in settings_of(model, values, policy.clauses)]
    assert [each.field for each in found if not each.description and each.type != "section"] == []


def test_every_setting_of_a_module_cites_a_clause(policy: Policy) -> None:
    found = [
        (module.name, each.field)
        for module in policy.modules
        for each in settings_of(type(module.config), module.config, policy.clauses)
        if not each.clauses
    ]
    assert found == []


def test_a_page_without_its_marks_is_refused(tmp_path: Path) -> None:
    page = tmp_path / "README.md"
    page.write_text("no table here\n", encoding="utf-8")
    with pytest.raises(ValueError, match="<!-- commands -->"):
        with_table(page, ("command", "does"), {name: line for name, (_, line) in COMMANDS.items()})


@pytest.mark.parametrize("page", READMES.values(), ids=READMES)
def test_the_shown_configuration_works(page: Path, tmp_path: Path) -> None:
    """The three files of the README load as they stand, and set what they seem to set."""
    blocks = re.findall(
        r"^```yaml\n# (config/\S+)\n(.*?)^```$", page.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL
    )
    for name, text in blocks:
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text, encoding="utf-8")
    folder = tmp_path / "config"
    complaints = load_policy(folder).modules["complaints"].config
    assert len(blocks) == 3
    assert load_settings(folder).config.helpdesk is not None
    assert set(complaints.departments) == {
        entry.department for entry in load_people(folder).config.desks.values() if entry.department
    }


def test_the_transcript_is_of_the_demo() -> None:
    """What the README shows of the demo stands in the transcript of the whole week."""
    shown = re.findall(
        r"^```text\n(.*?)^```$", (ROOT / "README.md").read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL
    )
    whole = (ROOT / "docs" / "demo.txt").read_text(encoding="utf-8").splitlines()
    told = [block for block in shown if re.match(r"\d\d:\d\d ", block)]
    assert len(told) == 1
    assert [line for line in told[0].splitlines() if line not in whole] == []
