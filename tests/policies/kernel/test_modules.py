"""A module's parts come together, and whatever is wrong with one points to its line and leaves the others alone."""

import sys
from importlib.metadata import EntryPoint

import pytest

from policies.kernel.config import StrictModel
from policies.kernel.discovery import ENTRY_POINTS, discover
from policies.kernel.modules import load_modules
from policies.kernel.problems import ConfigErrors


def test_a_module_comes_with_all_its_parts(write_module, load_written):
    folder = write_module("vip", files={"cases.yaml": "[]", "phrases.yaml": "urgent: [急]\n"})

    module = load_written().required()["vip"]

    assert module.config.tag == "marked"
    assert [rule.name for rule in module.rules] == ["vip.mark"]
    assert module.texts.get("marked", "zh-CN", tag="vip") == "标记 vip"
    assert module.phrases is not None
    assert module.phrases.value == {"urgent": ["急"]}
    assert module.cases == folder / "cases.yaml"
    assert (module.unit.name, module.unit.config, module.unit.rules) == ("vip", module.config, module.rules)


def test_a_module_needs_none_of_its_parts(write_module, load_written):
    parts = ("config.py", "rules.py", "defaults.yaml", "i18n/zh-CN.yaml", "i18n/zh-TW.yaml", "i18n/en.yaml")
    write_module("bare", files=dict.fromkeys(parts))

    module = load_written().required()["bare"]

    assert (module.rules, module.texts.keys, module.phrases, module.cases) == ((), (), None, None)
    assert module.config.model_dump() == {}


def test_the_company_tunes_settings_phrases_and_texts(write_module, load_written, tmp_path):
    write_module("vip", files={"phrases.yaml": "urgent: [急]\nsoon: [快]\n"})
    (tmp_path / "config").mkdir()
    (tmp_path / "config" / "vip.yaml").write_text("most: 9\n")
    (tmp_path / "config" / "vip.phrases.yaml").write_text("urgent: [十万火急]\n", encoding="utf-8")
    (tmp_path / "texts" / "vip").mkdir(parents=True)
    (tmp_path / "texts" / "vip" / "en.yaml").write_text("marked: Tagged {tag}\n")

    module = load_written().required()["vip"]

    assert (module.config.tag, module.config.most) == ("marked", 9)
    assert str(module.settings.where("most")) == f"{tmp_path}/config/vip.yaml:1"
    assert str(module.settings.where("tag")) == f"{tmp_path}/modules/vip/defaults.yaml:1"
    assert module.phrases.value == {"urgent": ["十万火急"], "soon": ["快"]}
    assert module.texts.get("marked", "en", tag="x") == "Tagged x"


def test_order_and_what_is_above(write_module, load_written):
    write_module("first", depends=("second",))
    write_module("second", depends=("third",))
    write_module("third")

    modules = load_written().required()

    assert [module.name for module in modules] == ["third", "second", "first"]
    assert modules["first"].above == {"second", "third"}
    assert [unit.name for unit in modules.units] == ["third", "second", "first"]
    with pytest.raises(KeyError, match="fourth"):
        modules["fourth"]


RULE = '@rule("{}")\ndef mark(facts, config):\n    """Marks."""\n    yield from ()\n'
HEAD = "from zhidu.api import rule, say\n"
FAULTS = {
    # row                  files                             problems
    "settings": (
        {"defaults.yaml": "tags: x\n"},
        [
            "modules/vip/defaults.yaml:1: tag: required, not set",
            "modules/vip/defaults.yaml:1: tags: unknown setting (did you mean `tag`?)",
        ],
    ),
    "no settings at all": ({"defaults.yaml": None}, ["modules/vip/defaults.yaml:1: tag: required, not set"]),
    "no Config": ({"config.py": "\n", "rules.py": None}, ["modules/vip/config.py: has no class Config(StrictModel)"]),
    "Config of another kind": (
        {"config.py": "class Config: pass", "rules.py": None},
        ["modules/vip/config.py: has no class Config(StrictModel)"],
    ),
    "no RULES": ({"rules.py": "\n"}, ["modules/vip/rules.py: has no RULES = (…), a tuple of functions marked @rule"]),
    "RULES of another kind": (
        {"rules.py": "RULES = (len,)\n"},
        ["modules/vip/rules.py: has no RULES = (…), a tuple of functions marked @rule"],
    ),
    "config.py fails": (
        {"config.py": "from zhidu.api import StrictModel\nx = 1 / 0\n"},
        ["modules/vip/config.py:2: cannot be imported: ZeroDivisionError: division by zero"],
    ),
    "rules.py fails in a helper": (
        {
            "rules.py": "from .helper import x\n",
            "helper.py": "\n\ndef f():\n    raise ValueError('no\\nway')\n\nx = f()\n",
        },
        ["modules/vip/helper.py:4: cannot be imported: ValueError: no"],
    ),
    "no clause": (
        {"rules.py": HEAD + "\n\n@rule()\ndef f(facts, config):\n    yield\n"},
        ['modules/vip/rules.py:4: cannot be imported: TypeError: a rule cites its clause: @rule("4.3.2")'],
    ),
    "not Python": ({"rules.py": "def\n"}, ["modules/vip/rules.py:1: is not valid Python: invalid syntax"]),
    "not Python either": (
        {"config.py": "from zhidu.api import StrictModel\nreturn\n"},
        ["modules/vip/config.py:2: cannot be imported: SyntaxError: 'return' outside function (config.py, line 2)"],
    ),
    "impure": (
        {"rules.py": "import socket\nRULES = ()\n"},
        ["modules/vip/rules.py:1: socket may not be imported: a module only looks at facts and decides"],
    ),
    "impure in a folder of its own": (
        {"parts/deep.py": "import socket\n"},
        ["modules/vip/parts/deep.py:1: socket may not be imported: a module only looks at facts and decides"],
    ),
    "unknown clause": (
        {"rules.py": HEAD + RULE.format("4.3.33") + "RULES = (mark,)\n"},
        ["modules/vip/rules.py:2: vip.mark: there is no clause '4.3.33'; did you mean `4.3.3`?"],
    ),
    "clause of another module": (
        {"rules.py": HEAD + RULE.format("4.3.2") + "RULES = (mark,)\n"},
        ["modules/vip/rules.py:2: vip.mark: cites 4.3.2, which the manifest's clauses does not list"],
    ),
    "a rule twice": (
        {"rules.py": HEAD + RULE.format("4.3.3") + "RULES = (mark, mark)\n"},
        ["modules/vip/rules.py:2: vip.mark: is in RULES twice"],
    ),
    "a language missing": (
        {"i18n/zh-TW.yaml": None},
        ["modules/vip/i18n/zh-TW.yaml: there is no such file; texts come in every language"],
    ),
    "texts differ": (
        {"i18n/en.yaml": "marked: Marked\n"},
        ["modules/vip/i18n/en.yaml:1: marked: zh-CN has {tag}, en has not"],
    ),
    "a text that is not there": (
        {"rules.py": HEAD + "SAY = say('markd', tag=1)\nRULES = ()\n"},
        ["modules/vip/rules.py:2: say: there is no text 'markd'; did you mean `marked`?"],
    ),
    "a value that is not there": (
        {"rules.py": HEAD + "SAY = say('marked', tags=1)\nRULES = ()\n"},
        [
            "modules/vip/rules.py:2: say: text 'marked' has {tag}, which gets no value",
            "modules/vip/rules.py:2: say: text 'marked' has no {tags}",
        ],
    ),
    "phrases": ({"phrases.yaml": "a: 1\na: 2\n"}, ["modules/vip/phrases.yaml:2: a: set twice; first on line 1"]),
    "faults in several parts": (
        {"defaults.yaml": "", "i18n/en.yaml": "{}", "rules.py": "\n"},
        [
            "modules/vip/rules.py: has no RULES = (…), a tuple of functions marked @rule",
            "modules/vip/defaults.yaml:1: tag: required, not set",
            "modules/vip/i18n/en.yaml:1: no text marked, which zh-CN has",
        ],
    ),
}


@pytest.mark.parametrize(("files", "problems"), FAULTS.values(), ids=FAULTS)
def test_a_faulty_module_is_named_with_its_lines_and_the_others_load(write_module, load_written, said, files, problems):
    write_module("vip", files=files)
    write_module("sound")

    modules = load_written()

    assert said(modules.problems) == problems
    assert [module.name for module in modules] == ["sound"]
    with pytest.raises(ConfigErrors):
        modules.required()


SAID_RIGHT = {
    "with its value": "say('marked', tag=1)",
    "values from elsewhere": "say('marked', **dict(tag=1))",
    "another module's text": "say('greeting', module='core')",
    "key worked out": "say('mark' + 'ed', tag=1)",
    "key by name": "say(5)",
    "nothing said": "say.__name__.upper()",
}


@pytest.mark.parametrize("call", SAID_RIGHT.values(), ids=SAID_RIGHT)
def test_what_is_said_rightly_or_cannot_be_known(write_module, load_written, call):
    write_module("vip", files={"rules.py": f"{HEAD}def f(): return {call}\nRULES = ()\n"})

    assert load_written().problems == ()


def test_modules_that_need_a_faulty_one_do_not_load(write_module, load_written, said):
    write_module("base", files={"rules.py": "\n"})
    write_module("first", depends=("base",))
    write_module("second", depends=("first",))

    modules = load_written()

    assert modules.modules == ()
    assert said(modules.problems) == [
        "modules/base/rules.py: has no RULES = (…), a tuple of functions marked @rule",
    ]


def test_a_file_for_a_module_that_is_not_there(write_module, load_written, said, tmp_path):
    write_module("vip")
    (tmp_path / "config").mkdir()
    for name in ("vip.yaml", "vipp.yaml", "guests.phrases.yaml"):
        (tmp_path / "config" / name).write_text("")

    assert said(load_written().problems) == [
        "config/guests.phrases.yaml: there is no module 'guests'",
        "config/vipp.yaml: there is no module 'vipp'; did you mean `vip`?",
    ]


def test_without_a_companys_folder(write_module, clauses, tmp_path):
    write_module("vip")
    discovery = discover(built_in=tmp_path / "none", paths=[tmp_path / "modules"])

    assert load_modules(discovery, clauses).required()["vip"].config.tag == "marked"


def test_only_what_is_enabled_is_imported(write_module, load_written):
    write_module("sound")
    write_module("vip", files={"config.py": "raise RuntimeError"})

    assert [module.name for module in load_written(enabled=["sound"]).required()] == ["sound"]


def test_loading_again_sees_what_changed(write_module, load_written):
    write_module("vip")
    before = load_written().required()["vip"].config
    write_module(
        "vip", files={"config.py": "from zhidu.api import StrictModel\n\nclass Config(StrictModel):\n    tag: int\n"}
    )
    write_module("vip", files={"defaults.yaml": "tag: 5\n", "config.py": None})

    assert before.tag == "marked"
    assert load_written().required()["vip"].config.tag == 5


@pytest.fixture
def package(tmp_path, write_module, monkeypatch):
    """A module in a package as if installed."""
    folder = write_module("vip")
    folder.rename(tmp_path / "vip")
    (tmp_path / "vip" / "__init__.py").write_text("")
    monkeypatch.syspath_prepend(str(tmp_path))
    yield EntryPoint(name="vip", value="vip", group=ENTRY_POINTS)
    for name in [name for name in sys.modules if name.partition(".")[0] == "vip"]:
        del sys.modules[name]


def test_an_installed_module_loads_under_its_own_name(tmp_path, package, clauses):
    discovery = discover(built_in=tmp_path / "none", entry_points=[package], enabled=["vip"])

    module = load_modules(discovery, clauses).required()["vip"]

    assert type(module.config).__module__ == "vip.config"
    assert isinstance(module.config, StrictModel)


def test_an_error_outside_the_modules_own_files(tmp_path, package, clauses):
    (tmp_path / "vip" / "__init__.py").unlink()
    (tmp_path / "vip" / "config.py").write_text("import no_such_package\n")

    discovery = discover(built_in=tmp_path / "none", entry_points=[package], enabled=["vip"])

    assert [problem.line for problem in load_modules(discovery, clauses).problems] == [1]
