"""Clause coverage: what acts on each clause, and how far that goes."""

from typing import Annotated, Any

import pytest
from pydantic import Field
from typing_extensions import TypeAliasType

from policies.kernel.case_files import load_cases
from policies.kernel.clauses import ClauseTable, clauses_cited, load_clauses
from policies.kernel.config import Layer, StrictModel, read
from policies.kernel.coverage import Setting, coverage, settings_of
from policies.kernel.discovery import BUILT_IN, discover
from policies.kernel.modules import Module, load_modules

CASES = "- {case: marked, clauses: ['4.3.3'], given: {}, expect: []}\n"


@pytest.fixture
def covered(tmp_path, write_module, clauses):
    write_module("vip", clauses=("4.3.3", "4.3.2"))
    discovery = discover(built_in=tmp_path / "none", paths=[tmp_path / "modules"])
    rows = {"vip": load_cases(Layer(path="cases.yaml", text=CASES), clauses)}
    return {found.clause.id: found for found in coverage(clauses, load_modules(discovery, clauses).modules, rows)}


STATUSES = {
    "cited by a rule": ("4.3.3", "enforced", ""),
    "listed by a module": ("4.3.2", "assisted", "vip serves it, but no rule decides by it"),
    "neither": ("1.3.1", "manual", "no rule of an enabled module acts on it"),
}


@pytest.mark.parametrize(("clause", "status", "why"), STATUSES.values(), ids=STATUSES)
def test_status(covered, clause, status, why):
    assert (covered[clause].status, covered[clause].why) == (status, why)


def test_what_acts_on_a_clause(covered):
    found = covered["4.3.3"]

    assert (found.modules, found.rules) == (("vip",), ("vip.mark",))
    assert [(setting.module, setting.field) for setting in found.settings] == [("vip", "tag")]
    assert [row.case for row in found.rows] == ["marked"]
    assert [setting.field for setting in covered["4.3.2"].settings] == ["most"]
    assert list(covered) == ["1.3.1", "4.3.2", "4.3.3", "4.10.1"]


UNCITED = '''
from zhidu.api import StrictModel


class Desk(StrictModel):
    group: str = ""


class Config(StrictModel):
    tag: str
    """The tag."""
    desks: dict[str, Desk] = {}
    """4.3.3: where it goes, by severity."""
    lists: tuple[Desk, ...] = ()
    """4.3.3: the same."""
    desk: Desk = Desk()
    """9.9.9: there is no such clause."""
    wait: float = 1.5
    """1.5 times as long as usual."""
'''


def uncited(module: Module, clauses: ClauseTable) -> tuple[Setting, ...]:
    """The module's settings that name no clause in their description, nor does a setting they are part of."""
    cited: list[str] = []
    found = []
    for setting in settings_of(module.name, type(module.config)):
        if any(clause in clauses for clause in clauses_cited(setting.description)):
            cited.append(setting.field)
        elif not any(setting.field.startswith((f"{field}.", f"{field}[")) for field in cited):
            found.append(setting)
    return tuple(found)


def test_settings_that_name_no_clause(tmp_path, write_module, clauses):
    write_module("vip", files={"config.py": UNCITED})
    discovery = discover(built_in=tmp_path / "none", paths=[tmp_path / "modules"])
    (module,) = load_modules(discovery, clauses).required()

    assert [setting.field for setting in uncited(module, clauses)] == ["tag", "desk", "desk.group", "wait"]


def test_every_shipped_setting_names_its_clause():
    clauses = load_clauses(read(BUILT_IN / "clauses.yaml"))

    found = [setting for module in load_modules(discover(), clauses) for setting in uncited(module, clauses)]

    assert [f"{setting.module}: {setting.field}" for setting in found] == []


Json = TypeAliasType("Json", "dict[str, Json] | list[Json] | str")


class Step(StrictModel):
    after: str
    steps: "tuple[Step, ...]" = ()


class Desk(StrictModel):
    group: str = ""
    """Where it goes."""


class Settings(StrictModel):
    desks: dict[str, Desk]
    steps: tuple[Step, ...]
    pairs: list[dict[str, Desk]]
    aliased: Annotated[Desk, Field(alias="from")]
    maybe: Desk | None = None
    free: dict[str, Any]
    json_: Json = ""


def test_settings_inside_others():
    found = settings_of("trial", Settings)

    assert [setting.field for setting in found] == [
        "desks",
        "desks.*.group",
        "steps",
        "steps[].after",
        "steps[].steps",
        "pairs",
        "pairs[].*.group",
        "from",
        "from.group",
        "maybe",
        "maybe.group",
        "free",
        "json_",
    ]
    assert found[1].description == "Where it goes."
