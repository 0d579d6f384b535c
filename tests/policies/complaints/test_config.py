"""Settings that would be laxer than the law, or make no sense, are refused with their line."""

import pytest

from policies.complaints.config import Config
from policies.core.config import nominal_days
from policies.kernel.config import Layer, load
from policies.kernel.problems import ConfigErrors
from policies.kernel.spec import Spec
from zhidu.policy import load_policy

BASE = Layer(
    path="defaults.yaml",
    text=next(module for module in load_policy(None).modules if module.name == "complaints").config.model_dump_json(),
)

REFUSED = {
    "laxer than the law": ("resolve: {within: {ordinary: 20d}}", "laxer than the law's 15d"),
    "laxer in working days": ("resolve: {within: {major: 12wd}}", "laxer than the law's 15d"),
    "an acknowledgement laxer than the law": (
        "{profile: hk-hkma-ic4, acknowledge: {within: {ordinary: 20wd}}}",
        "acknowledge.within.ordinary: 20wd is laxer than the law's 7d (hk-hkma-ic4)",
    ),
    "an acknowledgement laxer than working days of the law": (
        "{profile: sg-faa-chr-2021, acknowledge: {within: {serious: 3wd}}}",
        "acknowledge.within.serious: 3wd is laxer than the law's 2wd (sg-faa-chr-2021)",
    ),
    "an unknown profile": ("profile: cn-cbirc-2021", "unknown regulation profile; did you mean `cn-cbirc-2020`?"),
    "major below serious": ("{serious_from: 3, major_from: 2}", "major_from must not be below serious_from"),
    "reminders after the end": ("survey_ends: 3d", "before survey_ends"),
    "reminders in the wrong order": ("survey_reminders: [5d, 2d]", "one after the other"),
    "an unknown effect": ("take_over: {ladder: [{at: 50%, do: [shout]}]}", "take_over.ladder[0].do[0]: unknown effect"),
    "an unknown flag": ("flag_weights: {weather: 1}", "weather"),
    "a sum of nothing": ("amount_from: 0", "amount_from"),
    "a group of one": ("group_from: 1", "group_from"),
}


@pytest.mark.parametrize(("text", "what"), REFUSED.values(), ids=REFUSED)
def test_refused(text: str, what: str) -> None:
    with pytest.raises(ConfigErrors) as errors:
        load(Config, [BASE, Layer(path="complaints.yaml", text=text)])

    assert what in str(errors.value)


def test_exactly_as_strict_as_the_law_is_taken() -> None:
    config = load(Config, [BASE, Layer(path="complaints.yaml", text="resolve: {within: {ordinary: 15d}}")]).config

    assert str(config.resolve.within.of("ordinary")) == "15d"
    assert config.resolve.within.of(None) == config.resolve.within.ordinary
    assert config.resolve.within.of("major") == config.resolve.within.major


DAYS = {"15d": 15, "5wd": 7, "24h": 1, "1440m": 1, "8wh": 1.4, "480wm": 1.4}


@pytest.mark.parametrize(("period", "days"), DAYS.items(), ids=DAYS)
def test_nominal_days(period: str, days: float) -> None:
    assert nominal_days(Spec.parse(period)) == pytest.approx(days)
