"""Modules are found in the program, in folders and in installed packages, and ordered by what they depend on."""

import sys
from importlib.metadata import EntryPoint
from pathlib import Path

import pytest

from policies.kernel.discovery import ENTRY_POINTS, discover, order


def found_in(tmp_path, **how):
    return discover(built_in=tmp_path / "none", paths=[tmp_path / "modules"], **how)


def said(problems, tmp_path):
    return [str(problem).replace(f"{tmp_path}/modules/", "") for problem in problems]


def test_folders_with_a_manifest_are_modules(tmp_path, write_module):
    write_module("vip")
    write_module("callers")
    (tmp_path / "modules" / ".git").mkdir()
    (tmp_path / "modules" / "__pycache__").mkdir()
    (tmp_path / "modules" / "README.md").write_text("about")

    discovery = found_in(tmp_path)

    assert list(discovery.found) == ["callers", "vip"]
    assert discovery.found["vip"].package == "zhidu_modules.vip"
    assert discovery.found["vip"].manifest.summary_in("zh-TW") == "A trial"
    assert discovery.problems == ()


def test_a_path_may_be_a_module_itself(tmp_path, write_module):
    folder = write_module("vip")

    assert list(discover(built_in=tmp_path / "none", paths=[folder]).found) == ["vip"]


def test_the_programs_own_come_first_and_need_a_manifest(tmp_path, write_module):
    write_module("vip")
    (tmp_path / "modules" / "kernel").mkdir()

    discovery = discover(built_in=tmp_path / "modules", paths=[tmp_path / "modules" / "vip"])

    assert discovery.found["vip"].package == "modules.vip"
    assert discovery.found["vip"].origin == "built-in"
    assert [problem.what for problem in discovery.problems] == ["there is already a module vip, in modules/vip"]


def test_the_shipped_modules_are_sound():
    assert discover().problems == ()


def test_a_summary_in_three_languages(tmp_path, write_module):
    manifest = "name: vip\nversion: 1.0\nsummary: {zh-CN: 要客, zh-TW: 要客們, en: Guests}\nclauses: ['4.3.3']\n"
    write_module("vip", files={"manifest.yaml": manifest})

    found = found_in(tmp_path).found["vip"].manifest

    assert [found.summary_in(language) for language in ("zh-CN", "zh-TW", "en")] == ["要客", "要客們", "Guests"]


MANIFEST = "name: {}\nversion: 1\nsummary: A trial\nclauses: ['4.3.3']\n"
FAULTS = {
    "no manifest": ({"manifest.yaml": None}, "vip/manifest.yaml: there is no such file"),
    "other name": (
        {"manifest.yaml": MANIFEST.format("guests")},
        "vip/manifest.yaml:1: name: 'guests' is not the folder's name, 'vip'",
    ),
    "not a manifest": ({"manifest.yaml": "5"}, "vip/manifest.yaml:1: must be a mapping (name: value) (got 5)"),
}


@pytest.mark.parametrize(("files", "problem"), FAULTS.values(), ids=FAULTS)
def test_what_cannot_be_read_is_left_out_and_named(tmp_path, write_module, files, problem):
    write_module("sound")
    write_module("vip", files=files)

    discovery = found_in(tmp_path)

    assert list(discovery.found) == ["sound"]
    assert said(discovery.problems, tmp_path) == [problem]


def test_what_cannot_be_read_is_not_called_missing(tmp_path, write_module, clauses):
    write_module("vip", files={"manifest.yaml": "5"})
    write_module("needs", depends=("vip",))

    found, problems = order(found_in(tmp_path), clauses, enabled=["vip", "needs"])

    assert found == ()
    assert said(problems, tmp_path) == ["needs/manifest.yaml:4: depends[0]: vip cannot be read"]


def test_a_folder_of_modules_that_is_not_there(tmp_path):
    discovery = discover(built_in=tmp_path / "none", paths=[tmp_path / "elsewhere"])

    assert [str(problem) for problem in discovery.problems] == [
        f"{tmp_path / 'elsewhere'}: there is no such folder of modules"
    ]


@pytest.fixture
def installed(tmp_path, write_module, monkeypatch):
    """A package as if installed, with a module in it; not imported yet."""
    write_module("vip")
    (tmp_path / "modules").rename(tmp_path / "trial_package")
    (tmp_path / "trial_package" / "__init__.py").write_text("")
    (tmp_path / "trial_package" / "vip" / "__init__.py").write_text("raise RuntimeError('imported')")
    monkeypatch.syspath_prepend(str(tmp_path))
    yield EntryPoint(name="vip", value="trial_package.vip", group=ENTRY_POINTS)
    for name in [name for name in sys.modules if name.partition(".")[0] == "trial_package"]:
        del sys.modules[name]


def test_an_installed_module_is_offered_but_not_looked_at(tmp_path, installed):
    discovery = discover(built_in=tmp_path / "none", entry_points=[installed])

    assert (dict(discovery.found), discovery.offered, discovery.problems) == ({}, ("vip",), ())
    assert "trial_package" not in sys.modules


def test_an_enabled_installed_module_is_found_without_importing_it(tmp_path, installed):
    discovery = discover(built_in=tmp_path / "none", entry_points=[installed], enabled=["vip"])

    assert discovery.found["vip"].package == "trial_package.vip"
    assert discovery.found["vip"].folder == tmp_path / "trial_package" / "vip"
    assert discovery.found["vip"].shown == "trial_package/vip"
    assert "trial_package.vip" not in sys.modules


def test_an_installed_package_that_fails_is_not_found(tmp_path, installed):
    (tmp_path / "trial_package" / "__init__.py").write_text("raise RuntimeError")

    discovery = discover(built_in=tmp_path / "none", entry_points=[installed], enabled=["vip"])

    assert [problem.field for problem in discovery.problems] == ["vip"]


@pytest.mark.parametrize("value", ["nowhere_at_all", "nowhere_at_all.vip", "json.decoder", ""], ids=repr)
def test_an_installed_module_that_is_not_where_it_says(tmp_path, value):
    entry = EntryPoint(name="vip", value=value, group=ENTRY_POINTS)

    discovery = discover(built_in=tmp_path / "none", entry_points=[entry], enabled=["vip"])

    assert not discovery.found
    assert [str(problem) for problem in discovery.problems] == [
        f"entry point zhidu.policies: vip: the installed module vip should be in {value}, "
        "which is no package that can be found"
    ]


ORDERS = {
    # row                  name → depends                                                   order
    "by name": ({"b": (), "a": (), "c": ()}, "a b c"),
    "dependency first": ({"a": ("c",), "b": (), "c": ()}, "b c a"),
    "chain": ({"a": ("b",), "b": ("c",), "c": ()}, "c b a"),
    "diamond": ({"a": ("b", "c"), "b": ("d",), "c": ("d",), "d": ()}, "d b c a"),
}


@pytest.mark.parametrize(("modules", "ordered"), ORDERS.values(), ids=ORDERS)
def test_order(tmp_path, write_module, clauses, modules, ordered):
    for name, depends in modules.items():
        write_module(f"{name}1", depends=tuple(f"{other}1" for other in depends))

    found, problems = order(found_in(tmp_path), clauses)

    assert [module.name.removesuffix("1") for module in found] == ordered.split()
    assert problems == ()


DISORDERS = {
    # row                  name → depends                              order    problems
    "missing": (
        {"one": ("complaint",), "complaints": ()},
        "complaints",
        ["one/manifest.yaml:4: depends[0]: there is no module 'complaint'; did you mean `complaints`?"],
    ),
    "those that need it go too, in silence": (
        {"one": ("two",), "two": ("zzz",), "three": ()},
        "three",
        ["two/manifest.yaml:4: depends[0]: there is no module 'zzz'"],
    ),
    "itself": ({"one": ("one",)}, "", ["one/manifest.yaml:4: depends[0]: a module does not depend on itself"]),
    "cycle": (
        {"one": ("two",), "two": ("three",), "three": ("one",), "four": ("one",), "five": ()},
        "five",
        ["one/manifest.yaml:4: depends: depends on itself: one → two → three → one"],
    ),
    "two cycles": (
        {"ab": ("ba",), "ba": ("ab",), "cd": ("dc",), "dc": ("cd",)},
        "",
        [
            "ab/manifest.yaml:4: depends: depends on itself: ab → ba → ab",
            "cd/manifest.yaml:4: depends: depends on itself: cd → dc → cd",
        ],
    ),
}


@pytest.mark.parametrize(("modules", "ordered", "problems"), DISORDERS.values(), ids=DISORDERS)
def test_what_cannot_be_ordered(tmp_path, write_module, clauses, modules, ordered, problems):
    for name, depends in modules.items():
        write_module(name, depends=depends)

    found, wrong = order(found_in(tmp_path), clauses)

    assert [module.name for module in found] == ordered.split()
    assert said(wrong, tmp_path) == problems


def test_unknown_clauses(tmp_path, write_module, clauses):
    write_module("vip", clauses=("4.3.3", "4.3.33"))

    found, wrong = order(found_in(tmp_path), clauses)

    assert found == ()
    assert said(wrong, tmp_path) == [
        "vip/manifest.yaml:5: clauses[1]: there is no clause '4.3.33'; did you mean `4.3.3`?"
    ]


def test_only_what_is_enabled(tmp_path, write_module, clauses):
    for name, depends in {"one": (), "two": ("one",), "three": ()}.items():
        write_module(name, depends=depends)
    discovery = found_in(tmp_path, entry_points=[EntryPoint(name="guests", value="guests", group=ENTRY_POINTS)])

    found, wrong = order(discovery, clauses, enabled=["two", "three", "guest"])

    assert [module.name for module in found] == ["three"]
    assert said(wrong, tmp_path) == [
        "modules: guest: there is no module of this name; did you mean `guests`?",
        "two/manifest.yaml:4: depends[0]: one is not enabled",
    ]


def test_where_a_problem_is_shown_without_a_line(tmp_path, write_module):
    write_module("vip")

    problem = found_in(tmp_path).found["vip"].problem("needs more", "maintainers")

    assert said([problem], tmp_path) == ["vip/manifest.yaml: maintainers: needs more"]
    assert Path(problem.path).is_absolute()
