"""`zhidu modules`: what there is, in which order, and a new module that is sound as written."""

import json
import sys
from pathlib import Path

import pytest

from policies.kernel.config import read
from policies.kernel.discovery import discover
from policies.kernel.manifest import load_manifest
from zhidu.cli import main
from zhidu.policy import load_cast, play_row, read_policy, rows_of


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch):
    """An empty folder to work in; no installed package offers modules."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def configured(folder):
    """Writes zhidu.yaml."""

    def write(text: str) -> Path:
        (folder / "config").mkdir(exist_ok=True)
        (folder / "config" / "zhidu.yaml").write_text(text)
        return folder / "config"

    return write


def run(capsys, *words):
    status = main(words)
    return status, *capsys.readouterr()


NEW = {
    # row              words                                     folder                    configuration
    "by default": (["vip_desk"], "config/modules", ""),
    "where asked": (["vip_desk", "--dir", "elsewhere"], "elsewhere", "modules_path: [../elsewhere]"),
    "in modules_path": (["vip_desk"], "config/own", "modules_path: [own]"),
    "another clause": (["vip", "--clause", "5.2.1.3"], "config/modules", ""),
}


@pytest.mark.parametrize(("words", "place", "configuration"), NEW.values(), ids=NEW)
def test_a_new_module_passes_every_check_as_written(capsys, configured, folder, words, place, configuration):
    config = configured(configuration)

    status, out, _ = run(capsys, "modules", "new", *words)

    home = folder / place / words[0]
    assert status == 0
    assert Path(out.splitlines()[0]).absolute() == home
    assert load_manifest(read(home / "manifest.yaml")).config.name == words[0]
    enabled = None if words == ["vip_desk"] else [words[0]]  # once among all the others, which takes a while
    policy, _ = read_policy(config, enabled=enabled, modules_path=[folder / place])
    module = policy.modules[words[0]]
    rows = rows_of(module, policy.clauses)
    assert [play_row(policy, module, row, load_cast()).passed for row in rows] == [True, True, True]
    assert {clause for rule in module.rules for clause in rule.clauses} == set(module.manifest.clauses)


HINTS = {
    # row                   configuration                                 hints
    "not looked into": ("", ["add to modules_path in config/zhidu.yaml: modules"]),
    "looked into": ("modules_path: [modules]", []),
    "modules chosen": ("modules: [core]\nmodules_path: [modules]", ["add to modules in config/zhidu.yaml: vip"]),
}


@pytest.mark.parametrize(("configuration", "hints"), HINTS.values(), ids=HINTS)
def test_what_is_left_to_do(capsys, configured, configuration, hints):
    configured(configuration)

    _, out, _ = run(capsys, "modules", "new", "vip")

    *said, last = out.splitlines()[1:]
    assert said == [f"To have it decide, {hint}" for hint in hints]
    assert last == "See with `zhidu check` that it is sound."


def test_a_folder_outside_the_configuration_is_named_in_full(capsys, folder):
    _, out, _ = run(capsys, "modules", "new", "vip", "--dir", "elsewhere")

    assert out.splitlines()[1] == f"To have it decide, add to modules_path in config/zhidu.yaml: {folder / 'elsewhere'}"


def test_new_for_machines_and_in_silence(capsys, folder):
    _, out, _ = run(capsys, "modules", "new", "vip", "--json")
    assert json.loads(out)["folder"] == str(folder / "config/modules/vip")

    _, out, _ = run(capsys, "modules", "new", "guests", "--quiet")
    assert out == f"{folder / 'config/modules/guests'}\n"


REFUSED = {
    "capitals": (
        ["VIP"],
        "'VIP' is no name for a module: small letters, digits and _, a letter first, 2 to 40 of them",
    ),
    "path": (
        ["../vip"],
        "'../vip' is no name for a module: small letters, digits and _, a letter first, 2 to 40 of them",
    ),
    "keyword": (
        ["class"],
        "'class' is no name for a module: small letters, digits and _, a letter first, 2 to 40 of them",
    ),
    "there already": (["core"], "there is a module core already"),
    "a folder of the program": (["kernel"], "there is a module kernel already"),
    "unknown clause": (["vip", "--clause", "4.33"], "there is no clause '4.33'; did you mean `4.3.3`?"),
}


@pytest.mark.parametrize(("words", "what"), REFUSED.values(), ids=REFUSED)
def test_what_is_refused(capsys, folder, words, what):
    status, out, err = run(capsys, "modules", "new", *words)

    assert (status, out, err) == (2, "", f"{what}\n")
    assert list(folder.iterdir()) == []


def test_what_is_there_is_not_written_over(capsys, folder):
    (folder / "vip").mkdir()

    status, _, err = run(capsys, "modules", "new", "vip", "--dir", ".")

    assert (status, err) == (2, "vip is there already\n")


def test_the_list_is_in_order(capsys, configured):
    configured("modules: [ccc, zzz, aaa]\nmodules_path: [modules]")
    for name in ("zzz", "aaa", "ccc"):
        run(capsys, "modules", "new", name)

    status, out, _ = run(capsys, "modules")

    lines = [line.split() for line in out.splitlines() if line[:3].strip()]
    assert status == 0
    assert [line[:2] for line in lines[:3]] == [["1", "aaa"], ["2", "ccc"], ["3", "zzz"]]
    assert lines[0] == ["1", "aaa", "0.1.0", "folder:", "1", "rule,", "1", "clause"]
    assert "Tickets of chosen groups get a tag" in out


def test_the_list_without_anything_idle(capsys, configured):
    configured(f"modules: [{', '.join(discover().found)}]")

    _, out, _ = run(capsys, "modules")

    assert "not enabled" not in out


def test_the_list_says_only_what_decides_when_quiet(capsys, configured):
    configured("modules: [aaa]\nmodules_path: [modules]")
    run(capsys, "modules", "new", "aaa")

    status, out, _ = run(capsys, "modules", "list", "--quiet")

    first, *rest = out.splitlines()
    assert (status, first.split()[:2]) == (0, ["1", "aaa"])
    assert len(rest) == 1
    assert "core" in rest[0].removeprefix("not enabled: ").split(", ")


def test_the_list_for_machines(capsys, configured):
    configured("modules: [aaa, ccc]\nmodules_path: [modules]")
    for name in ("aaa", "bbb", "ccc"):
        run(capsys, "modules", "new", name)

    status, out, _ = run(capsys, "modules", "list", "--json")

    answer = json.loads(out)
    assert status == 0
    assert [module["name"] for module in answer["modules"]] == ["aaa", "ccc"]
    assert answer["modules"][0]["rules"] == [{"name": "aaa.mark", "clauses": ["1.3.1"]}]
    assert "bbb" in answer["not_enabled"]
    assert (answer["conflicts"], answer["problems"]) == ([], [])


ROUTES = """
from collections.abc import Iterator

from zhidu.api import Action, Facts, Route, Say, rule, say

from .config import Config


@rule("1.3.1")
def mark(facts: Facts, config: Config) -> Iterator[tuple[Action, Say]]:
    \"\"\"Every ticket goes there.\"\"\"
    yield Route(group=config.tag), say("marked", group=config.tag)


RULES = (mark,)
"""


def test_conflicts_between_modules_are_named(capsys, configured):
    config = configured("modules: [aaa, bbb]\nmodules_path: [modules]")
    for name in ("aaa", "bbb"):
        run(capsys, "modules", "new", name)
        (config / "modules" / name / "rules.py").write_text(ROUTES)

    _, out, _ = run(capsys, "modules", "list")

    line = next(line for line in out.splitlines() if line.startswith("conflict: "))
    assert line.startswith("conflict: ticket.group: aaa.mark (1.3.1) and bbb.mark (1.3.1) disagree; shown by ")


def test_what_does_not_load_is_named_after_the_rest(capsys, configured):
    config = configured("modules: [aaa, bbb, ccc]\nmodules_path: [modules]")
    for name in ("aaa", "bbb", "ccc"):
        run(capsys, "modules", "new", name)
    (config / "modules" / "aaa" / "defaults.yaml").write_text("tag: aaa\n")
    (config / "modules" / "bbb" / "cases.yaml").write_text("- case: bare\n")

    status, out, err = run(capsys, "modules")

    assert status == 2
    assert "ccc" in out
    assert "aaa" not in out
    assert "aaa/defaults.yaml:1: groups: required, not set" in err
    assert "bbb/cases.yaml:1: [0].given: required, not set" in err


@pytest.fixture(autouse=True)
def forgotten():
    """What the tests import from folders does not stay."""
    yield
    for name in [name for name in sys.modules if name.partition(".")[0] == "zhidu_modules"]:
        del sys.modules[name]
