"""Settings of the core module that make no sense are refused."""

import pytest

from policies.core.config import Config
from policies.kernel.config import Layer, load
from policies.kernel.problems import ConfigErrors
from zhidu.policy import load_policy

BASE = Layer(
    path="defaults.yaml",
    text=next(module for module in load_policy(None).modules if module.name == "core").config.model_dump_json(),
)
REFUSED = {
    "a repeat period in working days": ("repeat_within: 90wd", "is counted in calendar days"),
    "an unknown effect": ("owner_ladder: [{at: 100%, do: [sing]}]", "owner_ladder[0].do[0]: unknown effect"),
    "a period without a unit": ("owner_within: 30", "owner_within"),
}


@pytest.mark.parametrize(("text", "what"), REFUSED.values(), ids=REFUSED)
def test_refused(text: str, what: str) -> None:
    with pytest.raises(ConfigErrors) as errors:
        load(Config, [BASE, Layer(path="core.yaml", text=text)])

    assert what in str(errors.value)
