"""The examples in the modules' pages are valid settings."""

import re
from pathlib import Path

import pytest

from policies.kernel.config import Layer, load
from policies.kernel.modules import Module
from zhidu.policy import load_policy

POLICY = load_policy(None)
EXAMPLE = re.compile(r"```yaml\n(.*?)```", re.DOTALL)


@pytest.mark.parametrize("module", tuple(POLICY.modules), ids=lambda module: module.name)
def test_examples_are_valid(module: Module) -> None:
    page = (Path("policies") / module.name / "README.md").read_text(encoding="utf-8")
    examples = EXAMPLE.findall(page)
    base = Layer(path="defaults.yaml", text=module.config.model_dump_json())

    assert examples
    for example in examples:
        load(type(module.config), [base, Layer(path="README.md", text=example)])
