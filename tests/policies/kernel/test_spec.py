"""Periods as settings write them."""

from datetime import timedelta

import pytest
from pydantic import ValidationError

from policies.kernel.config import StrictModel, load_text
from policies.kernel.problems import ConfigErrors
from policies.kernel.spec import Spec

GOOD = {
    "working minutes": ("30wm", 30, "wm", timedelta(minutes=30), True),
    "working hours": ("2wh", 2, "wh", timedelta(hours=2), True),
    "working days": ("15wd", 15, "wd", timedelta(0), True),
    "minutes": ("45m", 45, "m", timedelta(minutes=45), False),
    "hours": ("24h", 24, "h", timedelta(hours=24), False),
    "calendar days": ("15d", 15, "d", timedelta(0), False),
    "the longest": ("999999m", 999_999, "m", timedelta(minutes=999_999), False),
}
BAD = [
    "2 hours",
    "2 wh",
    " 2wh",
    "2wh\n",
    "0wh",
    "-1wd",
    "+1wd",
    "1.5wh",
    "wh",
    "2",
    "",
    "2w",
    "2WH",
    "02wh",
    "٢wh",
    "1000000m",
]


class Settings(StrictModel):
    acknowledge_within: Spec


@pytest.mark.parametrize(("text", "amount", "unit", "length", "open_time"), GOOD.values(), ids=GOOD)
def test_good(text: str, amount: int, unit: str, length: timedelta, open_time: bool) -> None:
    """1.3.1 a setting always says which unit; what is read is written back."""
    spec = Spec.parse(text)

    assert (spec.amount, spec.unit, spec.length, spec.is_open_time) == (amount, unit, length, open_time)
    assert str(spec) == text
    assert spec == Spec(amount, spec.unit)
    assert spec.open_seconds == (length.total_seconds() if unit in ("wm", "wh") else 0)


@pytest.mark.parametrize("text", BAD)
def test_bad(text: str) -> None:
    """1.3.1 anything else is refused with the units named."""
    with pytest.raises(ValueError, match="wm working minutes, wh working hours, wd working days") as raised:
        Spec.parse(text)
    assert repr(text) in str(raised.value)


def test_amounts_and_units_are_checked_in_code_too() -> None:
    with pytest.raises(ValueError, match="from 1 to 999999"):
        Spec(0, "wh")
    with pytest.raises(ValueError, match="unknown unit"):
        Spec(1, "weeks")  # type: ignore[arg-type]


def test_as_a_setting() -> None:
    assert load_text("acknowledge_within: 2wh", "x.yaml", Settings).config.acknowledge_within == Spec(2, "wh")
    assert Settings(acknowledge_within=Spec(2, "wh")).model_dump_json() == '{"acknowledge_within":"2wh"}'
    assert Settings.model_json_schema()["properties"]["acknowledge_within"]["type"] == "string"


@pytest.mark.parametrize("value", ["2 hours", "2", "[1]"])
def test_a_wrong_setting_points_at_its_line(value: str) -> None:
    with pytest.raises(ConfigErrors, match=r"x\.yaml:2: acknowledge_within: .*wm working minutes"):
        load_text(f"\nacknowledge_within: {value}", "x.yaml", Settings)


def test_a_number_is_no_period() -> None:
    with pytest.raises(ValidationError, match="a period is text"):
        Settings.model_validate({"acknowledge_within": 2})
