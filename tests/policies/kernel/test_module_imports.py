"""What a module's source may import and call, read from the source."""

import pytest

from policies.kernel.module_imports import Imports, import_problems

IMPURE = "{} may not be imported: a module only looks at facts and decides"
OWN = "{} is the program's own; a module imports zhidu.api"
DEPENDS = "imports module {}, which its manifest's depends does not list"

SOURCES = {
    # row                          source                                    what is wrong with it
    "pure": ("import re, datetime\nfrom zhidu.api import rule\nfrom .config import Config", []),
    "zhidu.api by name": ("import zhidu.api\nfrom zhidu import api", []),
    "its own package": ("from zhidu_modules.vip.config import Config\nfrom . import config", []),
    "a module it depends on": ("from policies.complaints.config import Config", []),
    "another module": ("from policies.promises.config import Config", [DEPENDS.format("promises")]),
    "another module from its package": ("from policies import promises, complaints", [DEPENDS.format("promises")]),
    "a neighbour by its private name": ("import zhidu_modules.promises", [DEPENDS.format("promises")]),
    "a neighbour by dots": ("from ..promises import config", [DEPENDS.format("promises")]),
    "network": ("import socket", [IMPURE.format("socket")]),
    "part of a package": ("import urllib.request", [IMPURE.format("urllib")]),
    "several names of one": ("from os import path, environ", [IMPURE.format("os")]),
    "two in one line": ("import os, sys", [IMPURE.format("os"), IMPURE.format("sys")]),
    "adapter": ("from integrations.store import tables", [IMPURE.format("integrations")]),
    "inside a function": ("def f():\n    import time", [IMPURE.format("time")]),
    "kernel": ("from policies.kernel.rules import rule", [OWN.format("policies.kernel.rules.rule")]),
    "program": ("import zhidu.compose", [OWN.format("zhidu.compose")]),
    "too many dots": ("from ...x import y", []),
    "reads a file": ("open('x')", ["open() is not for rules, which only look at facts and decide"]),
    "runs text": ("eval('1')", ["eval() is not for rules, which only look at facts and decide"]),
    "reads the clock": ("datetime.now()", [".now() reads the clock; the only now is facts.now"]),
    "the only now": ("facts.now", []),
    "a call of a call": ("f()()", []),
    "not Python": ("def", ["is not valid Python: invalid syntax"]),
    "a null byte": ("\0", ["is not valid Python: source code string cannot contain null bytes"]),
}


@pytest.mark.parametrize(("source", "wrong"), SOURCES.values(), ids=SOURCES)
def test_what_a_module_from_outside_may_not_do(source, wrong):
    allowed = Imports(
        package="zhidu_modules.vip",
        modules=("vip", "complaints", "promises"),
        depends=("complaints",),
        trusted=False,
    )

    assert [problem.what for problem in import_problems(source, "rules.py", "zhidu_modules.vip", allowed)] == wrong


TRUSTED = {
    "kernel": ("from policies.kernel.rules import rule", []),
    "its own package": ("from policies.vip.config import Config", []),
    "shipped data": ("from policies.calendars import names", []),
    "another module": ("from policies.promises.config import Config", [DEPENDS.format("promises")]),
    "calls": ("print()\nx.now()\nimport os", []),
}


@pytest.mark.parametrize(("source", "wrong"), TRUSTED.values(), ids=TRUSTED)
def test_of_a_module_of_the_house_only_its_dependencies_are_looked_at(source, wrong):
    allowed = Imports(package="policies.vip", modules=("vip", "promises"), depends=(), trusted=True)

    assert [problem.what for problem in import_problems(source, "rules.py", "policies.vip", allowed)] == wrong


def test_lines():
    allowed = Imports(package="zhidu_modules.vip", modules=(), depends=(), trusted=False)

    found = import_problems(
        "if True:\n    import os\nimport sys\n\nopen('x')\n", "vip/rules.py", "zhidu_modules.vip", allowed
    )

    assert [(problem.path, problem.line) for problem in found] == [("vip/rules.py", line) for line in (2, 3, 5)]
