"""Every problem at once: a fault hides no other, and each is told at its own line."""

from collections.abc import Iterator
from typing import Annotated

import pytest
from pydantic import Field, model_validator

from policies.kernel.config import StrictModel, load, load_text
from policies.kernel.config_together import together
from policies.kernel.ladder import Knowing, Ladder
from policies.kernel.problems import ConfigErrors
from tests.policies.kernel.conftest import CONFIG
from tests.policies.kernel.test_config import DEFAULTS, Settings, layers

FURTHER = {
    # row                          text                                                        said
    "a value": ("most: 1\nmost: 2\nkeywords: 5", [":2: most: set twice", ":3: keywords: must be a list"]),
    "the first value stands": ("most: x\nmost: 2", [":1: most: must be a whole", ":2: most: set twice"]),
    "with its own lines": (
        "desks:\n  a:\n    group: 5x\n    grop: 1\n  a:\n    group: 6\n\n    grop: 1",
        [":4: desks.a.grop: unknown setting", ":5: desks.a: set twice; first on line 2"],
    ),
    "what was refused is not judged": (
        "most: &a 3\nloose: {a: *a}\ndesks: {a: 5}",
        [":1: most: anchors", ":2: loose.a: aliases", ":3: desks.a: must be a mapping"],
    ),
    "nothing of a refused key's mapping": ("desks: {[a]: 1, b: 5}\nmost: x", [":1: desks: a key", ":2: most: must"]),
    "nothing of what is no YAML": ("most: x\nkeywords: [", ["not valid YAML"]),
    "a key set twice, with what is no YAML in it": (
        "desks: {}\ndesks:\n  a: {group: [",
        [":2: desks: set twice; first on line 1", "not valid YAML"],
    ),
}


@pytest.mark.parametrize(("text", "said"), FURTHER.values(), ids=FURTHER)
def test_what_is_refused_hides_nothing_else(text, said):
    """A key set twice, or an anchor, is told together with what is wrong elsewhere in the file."""
    with pytest.raises(ConfigErrors) as caught:
        load(Settings, layers(DEFAULTS, text))

    assert len(caught.value.problems) == len(said)
    for problem, words in zip(map(str, caught.value.problems), said, strict=True):
        assert words in problem


class Waits(StrictModel):
    first: int
    last: int
    steps: tuple[int, ...] = ()


class Several(StrictModel):
    waits: Waits
    own: dict[str, int] = Field(default_factory=dict)
    said: str = ""

    @model_validator(mode="after")
    def _in_order(self) -> "Several":
        if self.said:
            raise ValueError(self.said)
        return self


NAMED = {
    # row                      message                              line, field and words of the problem
    "the setting it names": ("waits.last: is too soon", "f.yaml:4: waits.last: is too soon (got 2)"),
    "without a colon": ("waits must differ", "f.yaml:2: waits: waits must differ"),
    "a mapping": ("waits: must differ", "f.yaml:2: waits: must differ"),
    "one that is not set": ("waits.steps: are needed", "f.yaml:2: waits.steps: are needed"),
    "a key of the admin's": ("own.mine: is too much", "f.yaml:5: own.mine: is too much (got 7)"),
    "a key that is not there": ("own.other: is needed", "f.yaml:1: own.other: is needed"),
    "no setting": ("nothing fits", "f.yaml:1: nothing fits"),
    "no name at all": ("5 is too much", "f.yaml:1: 5 is too much"),
}


@pytest.mark.parametrize(("said", "problem"), NAMED.values(), ids=NAMED)
def test_what_several_settings_get_wrong_together_is_told_at_the_line_of_one(said, problem):
    text = f"said: {said!r}\nwaits:\n  first: 3\n  last: 2\nown: {{mine: 7}}"
    with pytest.raises(ConfigErrors) as caught:
        load_text(text, "f.yaml", Several)

    assert str(caught.value) == problem


def test_what_is_wrong_with_modules_that_need_a_faulty_one_is_told_too(write_module, load_written, said, tmp_path):
    """All at once, and nothing besides: that they are left out follows from what is told."""
    write_module("base")
    write_module("first", depends=("base",), files={"phrases.yaml": "a: 1\na: 2\n"})
    write_module("second", depends=("first",))
    (tmp_path / "config").mkdir()
    for name, text in {"base": "most: many\n", "second": "\nmots: 3\n"}.items():
        (tmp_path / "config" / f"{name}.yaml").write_text(text)

    modules = load_written()

    assert modules.modules == ()
    assert said(modules.problems) == [
        "config/base.yaml:1: most: must be a whole number (got 'many')",
        "modules/first/phrases.yaml:2: a: set twice; first on line 1",
        "config/second.yaml:2: mots: unknown setting (did you mean `most`?)",
    ]


def test_that_a_module_cannot_import_a_faulty_one_is_not_told(write_module, load_written, said, tmp_path):
    uses = CONFIG.replace("from zhidu.api", "from ..base.config import most\nfrom zhidu.api")
    write_module("base", files={"config.py": "most = 1 / 0\n"})
    write_module("first", depends=("base",), files={"config.py": uses})
    (tmp_path / "texts" / "first").mkdir(parents=True)
    (tmp_path / "texts" / "first" / "en.yaml").write_text("markd: x\n")

    problems = said(load_written().problems)

    assert [problem.partition(":")[0] for problem in problems] == ["modules/base/config.py", "texts/first/en.yaml"]


class Range(StrictModel):
    low: int
    high: int
    note: str = ""

    @together
    def _in_order(self) -> Iterator[str]:
        if self.low > self.high:
            yield "low: is above high"


class Fitting(StrictModel):
    """Settings that must fit one another, in sections and beside them."""

    inner: Range
    outer: Range
    most: int
    ladder: Annotated[Ladder, Knowing(("remind", "warn"))] = Ladder()

    @together
    def _inner_within_outer(self) -> Iterator[str]:
        if self.inner.low < self.outer.low:
            yield "inner.low: is below outer.low"
        if self.inner.high > self.outer.high:
            yield "inner.high: is above outer.high"

    @together
    def _few(self) -> Iterator[str]:
        if self.outer.high > self.most:
            yield "most: is below outer.high"


OUTER = "outer: {low: 2, high: 5}\n"
TOGETHER = {
    # row                                       text                                              said
    "every fault of one check": (
        f"{OUTER}inner: {{low: 1, high: 9}}\nmost: 9",
        [":2: inner.low: is below outer.low (got 1)", ":2: inner.high: is above outer.high (got 9)"],
    ),
    "the faults of every check": (
        f"{OUTER}inner: {{low: 1, high: 4}}\nmost: 4",
        [":2: inner.low: is below outer.low (got 1)", ":3: most: is below outer.high (got 4)"],
    ),
    "beside a setting that is wrong in itself": (
        f"{OUTER}inner: x\nmost: 4",
        [":2: inner: must be a mapping (name: value) (got 'x')", ":3: most: is below outer.high (got 4)"],
    ),
    "beside one that is not set": (
        f"{OUTER}most: 4",
        [":1: inner: required, not set", ":2: most: is below outer.high"],
    ),
    "beside one that is unknown": (
        f"{OUTER}inner: {{low: 1, high: 4}}\nmost: 9\nmost_of_all: 3",
        [":2: inner.low: is below outer.low", ":4: most_of_all: unknown setting"],
    ),
    "beside a wrong one of the same section": (
        f"{OUTER}inner: {{low: 1, high: 4, note: 7}}\nmost: x",
        [":2: inner.low: is below outer.low", ":3: most: must be a whole number"],
    ),
    "what was found before a wrong one is looked at": (
        f"{OUTER}inner: {{low: 1, high: x}}\nmost: 9",
        [":2: inner.high: must be a whole number", ":2: inner.low: is below outer.low"],
    ),
    "nothing that rests on a wrong one": (
        "outer: {low: x, high: 5}\ninner: {low: 1, high: 4}\nmost: 9",
        [":1: outer.low: must be a whole number"],
    ),
    "in a section and around it": (
        f"{OUTER}inner: {{low: 4, high: 3}}\nmost: 4",
        [":2: inner.low: is above high", ":3: most: is below outer.high"],
    ),
    "nothing that rests on what was refused": (
        "outer: {low: &a 2, high: 5}\ninner: {low: 1, high: 9}\nmost: 9",
        [":1: outer.low: anchors"],
    ),
    "each unknown effect of a ladder": (
        f"{OUTER}inner: {{low: 3, high: 4}}\nmost: 9\nladder:\n  - {{at: 180%, do: remind}}\n"
        "  - {at: 50%, do: [remid, warn]}\n  - {at: 60%, do: [explode], by: x}",
        [
            ":5: ladder[0].at: a rung is a share",
            ":6: ladder[1].do[0]: unknown effect; did you mean `remind`?; a rung can remind, warn (got 'remid')",
            ":7: ladder[2].do[0]: unknown effect; a rung can remind, warn (got 'explode')",
            ":7: ladder[2].by: unknown setting",
        ],
    ),
}


@pytest.mark.parametrize(("text", "said"), TOGETHER.values(), ids=TOGETHER)
def test_what_settings_get_wrong_together_is_told_beside_all_else(text, said):
    with pytest.raises(ConfigErrors) as caught:
        load_text(text, "f.yaml", Fitting)

    assert len(caught.value.problems) == len(said), caught.value
    for problem, words in zip(map(str, caught.value.problems), said, strict=True):
        assert words in problem
