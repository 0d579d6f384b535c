"""Golden-row files: rows with the lines of everything in them. (What is wrong with one: tests/broken/cases.)"""

import pytest

from policies.kernel.case_files import load_cases
from policies.kernel.config import Layer, StrictModel, validated
from policies.kernel.problems import ConfigErrors

TEXT = """\
- case: acknowledged in time
  clauses: ["4.3.2", 4.3.3]
  given:
    now: 2026-05-06T09:00+08:00
    ticket: {id: 1}
  expect:
    - route: {group: Major}

- {case: nothing, clauses: ["1.3.1"], given: {}, expect: [], config: {tag: vip}}
"""


class Given(StrictModel):
    now: str
    ticket: dict[str, str]


def test_rows_as_written(clauses):
    first, second = load_cases(Layer(path="cases.yaml", text=TEXT), clauses)

    assert (first.case, first.clauses, first.config) == ("acknowledged in time", ("4.3.2", "4.3.3"), None)
    assert first.given.value["now"] == "2026-05-06T09:00+08:00"
    assert first.expect.value == [{"route": {"group": "Major"}}]
    assert second.config is not None
    assert second.config.value == {"tag": "vip"}


def test_rows_point_into_their_file(clauses):
    first, _ = load_cases(Layer(path="cases.yaml", text=TEXT), clauses)

    assert str(first.mark) == "cases.yaml:1"
    assert str(first.problem("fails")) == "cases.yaml:1: acknowledged in time: fails"
    assert str(first.expect.problem("no such group", 0, "route")) == "cases.yaml:7: [0].expect[0].route: no such group"
    assert validated(Given, first.given).config.ticket == {"id": "1"}
    with pytest.raises(ConfigErrors, match=r"^cases.yaml:5: \[0\].given.ticket: unknown setting"):
        validated(type("Other", (StrictModel,), {"__annotations__": {"now": str}}), first.given)


def test_an_empty_file_has_no_rows(clauses):
    assert load_cases(Layer(path="cases.yaml", text="# none yet\n"), clauses) == ()
