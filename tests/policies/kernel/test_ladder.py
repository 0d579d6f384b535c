"""Ladders as settings write them."""

import pytest
from pydantic import BaseModel, ValidationError

from policies.kernel.config import StrictModel, load_text
from policies.kernel.ladder import Ladder, Rung, rung_named
from policies.kernel.problems import ConfigErrors
from policies.kernel.spec import Spec


class Settings(StrictModel):
    ladder: Ladder = Ladder()


TEXT = """
ladder:
  - {at: +24h, do: hand_up}
  - {at: 100%, do: [raise_priority, remind]}
  - {at: 50%, do: [remind]}
  - {at: +1wd, do: reassign}
"""
WRONG = {
    "beyond the end": ("{at: 120%, do: x}", r"3: ladder\[0\].at: .*from 1% to 100%, or a time after its end"),
    "nothing": ("{at: 0%, do: x}", "from 1% to 100%"),
    "before the end": ("{at: -1wd, do: x}", "or a time after its end such as"),
    "a unit that is none": ("{at: +1w, do: x}", "wm working minutes"),
    "no effect": ("{at: 50%, do: []}", "do"),
    "an empty effect": ("{at: 50%, do: ''}", "do"),
    "an effect that is none": ("{at: 50%, do: {a: b}}", "do"),
    "no time": ("{do: x}", "at"),
    "twice": ("{at: 50%, do: x}\n  - {at: 50%, do: y}", r"4: ladder\[1\].at: the rung 50% is given twice"),
    "twice, beside one that is wrong": (
        "{at: 50%, do: x}\n  - {at: 180%, do: y}\n  - {at: 50%, do: []}\n  - {at: +1wd, do: x}\n  - {at: +1wd, do: x}",
        r"(?s)4: ladder\[1\].at: .*5: ladder\[2\].do.*5: ladder\[2\].at: the rung 50% "
        r".*7: ladder\[4\].at: the rung \+1wd is",
    ),
}


def test_as_a_setting() -> None:
    """4.3.2 rungs are shares of the period or times after its end; shares come first, ascending."""
    ladder = load_text(TEXT, "x.yaml", Settings).config.ladder

    assert [(rung.name, rung.do) for rung in ladder.rungs] == [
        ("50%", ("remind",)),
        ("100%", ("raise_priority", "remind")),
        ("+24h", ("hand_up",)),
        ("+1wd", ("reassign",)),
    ]
    assert [percent for percent, _ in ladder.shares] == [50, 100]
    assert [after for after, _ in ladder.later] == [Spec(24, "h"), Spec(1, "wd")]
    assert ladder.effects == {"remind", "raise_priority", "hand_up", "reassign"}


def test_written_as_it_is_read() -> None:
    config = load_text(TEXT, "x.yaml", Settings).config

    assert Settings.model_validate_json(config.model_dump_json()) == config
    assert Settings.model_validate({"ladder": config.ladder}) == config
    assert Settings.model_validate({"ladder": [{"at": "50%", "do": ["remind"]}]}).ladder.effects == {"remind"}
    assert Settings().ladder.rungs == ()
    assert "ladder" in Settings.model_json_schema()["properties"]


@pytest.mark.parametrize(("rung", "message"), WRONG.values(), ids=WRONG)
def test_wrong(rung: str, message: str) -> None:
    with pytest.raises(ConfigErrors, match=message):
        load_text(f"\nladder:\n  - {rung}\n", "x.yaml", Settings)


def test_wrong_in_code() -> None:
    for arguments in ({}, {"percent": 50, "after": Spec(1, "h")}):
        with pytest.raises(ValueError, match="either a share"):
            Rung(**arguments)  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="got 101%"):
        Rung(percent=101)


def test_a_field_of_a_plain_model_too() -> None:
    class Plain(BaseModel):
        ladder: Ladder

    with pytest.raises(ValidationError):
        Plain.model_validate({"ladder": "50%"})


def test_remembered_names() -> None:
    assert rung_named("80%") == Rung(percent=80)
    assert rung_named("eighty") is None
