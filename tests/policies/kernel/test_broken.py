"""One broken file for each message: the file itself says, in its last lines, what must be said of it."""

import enum
from collections.abc import Callable
from datetime import date, time, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Annotated, Any, Literal, Self

import pytest
from pydantic import AfterValidator, Field, SecretStr, model_validator

from policies.kernel.case_files import load_cases
from policies.kernel.clauses import Clause, ClauseTable, load_clauses
from policies.kernel.config import Layer, StrictModel, load, read
from policies.kernel.manifest import load_manifest
from policies.kernel.problems import ConfigErrors

BROKEN = Path(__file__).parents[2] / "broken"

CLAUSES = ClauseTable.of(
    tuple(Clause(id=number, zh="…", en="…", kind="process", enforce="…") for number in ("1.3.1", "4.3.2", "4.3.3"))
)


class Colour(enum.Enum):
    RED = "red"
    BLUE = "blue"


class Desk(StrictModel):
    group: str
    answer_within: timedelta

    @model_validator(mode="after")
    def takes_time(self) -> Self:
        if not self.answer_within:
            raise ValueError("answers need time")
        return self


class Shift(StrictModel):
    start: Annotated[int, Field(alias="from")]
    to: int


class Door(StrictModel):
    code: int


class Remind(StrictModel):
    kind: Literal["remind"]
    after: int


class Move(StrictModel):
    kind: Literal["move"]
    to: str


def only_even(value: int) -> int:
    if value % 2:
        raise ValueError(f"{value} is odd")
    if value > 100:
        raise ValueError(f"at most 100, got {value}")
    return value


def quoting(value: str) -> str:
    assert value == "right", f"{value} is wrong"
    return value


class Settings(StrictModel):
    """Every sort of field that a module may have."""

    name: str = ""
    limit: Annotated[int, Field(ge=1)] = 1
    share: Annotated[float, Field(le=1.0)] = 0.5
    open: bool = True
    keywords: tuple[str, ...] = ()
    desks: dict[str, Desk] = Field(default_factory=dict)
    exact: Decimal = Decimal(1)
    opens_at: time = time(9)
    since: date = date(2026, 1, 1)
    shift: Shift | None = None
    send: Literal["auto", "draft", "off"] = "draft"
    colour: Colour = Colour.RED
    level: Literal[1, 2, 3] = 1
    mixed: Literal["a"] | Colour | None = None
    code: Annotated[str, Field(pattern="^[0-9]+$")] = "0"
    short: Annotated[str, Field(min_length=2)] = "ab"
    long: Annotated[str, Field(max_length=5)] = "ab"
    few: Annotated[tuple[str, ...], Field(min_length=1)] = ("a",)
    many: Annotated[tuple[str, ...], Field(max_length=3)] = ()
    nearly: Annotated[int, Field(gt=0)] = 1
    below: Annotated[int, Field(lt=10)] = 1
    even: Annotated[int, AfterValidator(only_even)] = 2
    also_even: Annotated[int, AfterValidator(only_even)] = 2
    token: SecretStr = SecretStr("")
    pin: Annotated[int, Field(json_schema_extra={"secret": True})] = 0
    door: Annotated[Door | None, Field(json_schema_extra={"secret": True})] = None
    checked: Annotated[str, AfterValidator(quoting), Field(json_schema_extra={"secret": True})] = "right"
    steps: tuple[Annotated[Remind | Move, Field(discriminator="kind")], ...] = ()
    either: int | timedelta = 1
    nothing: None = None
    years: dict[int, int] = Field(default_factory=dict)
    custom: Any = None


LOADERS: dict[str, Callable[[Layer], object]] = {
    "settings": lambda layer: load(Settings, [layer]),
    "manifests": load_manifest,
    "cases": lambda layer: load_cases(layer, CLAUSES),
    "clauses": load_clauses,
}
FILES = {str(path.relative_to(BROKEN)): path for path in sorted(BROKEN.rglob("*.yaml"))}


@pytest.mark.parametrize("path", FILES.values(), ids=FILES)
def test_every_fault_is_named_with_its_line(path):
    layer = read(path, shown=path.name)
    expected = [line.removeprefix("# → ") for line in layer.text.splitlines() if line.startswith("# → ")]

    with pytest.raises(ConfigErrors) as caught:
        LOADERS[path.parent.name](layer)

    assert str(caught.value).splitlines() == [path.name + line for line in expected]
    assert "hunter" not in str(caught.value)


def test_there_is_a_broken_file_for_every_loader():
    assert {path.parent.name for path in FILES.values()} == set(LOADERS)
