"""Every problem at once: a fault hides no other, and each is told at its own line."""

import pytest
from pydantic import Field, model_validator

from policies.kernel.config import StrictModel, load, load_text
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
