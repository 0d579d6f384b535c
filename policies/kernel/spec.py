"""Periods as settings write them: a whole number and a unit, `2wh`, `3wd`, `15d`."""

import re
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, Final, Literal, Self, TypeAlias

from pydantic_core import CoreSchema, core_schema

Unit: TypeAlias = Literal["wm", "wh", "wd", "m", "h", "d"]

UNITS: Final[tuple[Unit, ...]] = ("wm", "wh", "wd", "m", "h", "d")
OPEN_UNITS: Final[frozenset[Unit]] = frozenset({"wm", "wh", "wd"})
UNITS_IN_WORDS: Final = (
    "wm working minutes, wh working hours, wd working days, m minutes, h hours, d calendar days; for example 2wh"
)
_UNIT_SECONDS: Final[dict[Unit, int]] = {"wm": 60, "wh": 3600, "wd": 0, "m": 60, "h": 3600, "d": 0}
# Six digits are 114 years of minutes: enough for any period a policy can mean, and safely inside every calendar.
_PATTERN: Final = re.compile(r"([1-9][0-9]{0,5})(wm|wh|wd|m|h|d)")


@dataclass(frozen=True, slots=True)
class Spec:
    """A period: `amount` (1 to 999,999) of `unit`. Written `2wh`; `str()` gives back what `parse` reads.

    Settings use it as a field type: pydantic accepts the text or a `Spec`, and writes the text.
    """

    amount: int
    unit: Unit
    length: timedelta = field(init=False, repr=False, compare=False)
    """Of `wm`, `wh`, `m`, `h`; zero for the day units, which have no fixed length."""
    open_seconds: int = field(init=False, repr=False, compare=False)
    """The length of `wm` and `wh` in seconds; 0 for the other units."""
    _hash: int = field(init=False, repr=False, compare=False)
    """Of numbers alone: the same in every process."""

    def __post_init__(self) -> None:
        if self.unit not in UNITS:
            raise ValueError(f"unknown unit {self.unit!r}; the units are {UNITS_IN_WORDS}")
        if not 1 <= self.amount <= 999_999:
            raise ValueError(f"a period is a whole number from 1 to 999999, got {self.amount!r}")
        seconds = self.amount * _UNIT_SECONDS[self.unit]
        object.__setattr__(self, "length", timedelta(seconds=seconds))
        object.__setattr__(self, "open_seconds", seconds if self.unit in ("wm", "wh") else 0)
        object.__setattr__(self, "_hash", hash((self.amount, UNITS.index(self.unit))))

    def __hash__(self) -> int:
        return self._hash

    @classmethod
    def parse(cls, text: str) -> Self:
        """Reads `2wh`. Raises ValueError, naming the units, for everything else: spaces, signs, fractions, zero."""
        match = _PATTERN.fullmatch(text)
        if match is None:
            raise ValueError(f"a period is a whole number and a unit ({UNITS_IN_WORDS}), got {text[:40]!r}")
        unit: Unit = match[2]  # type: ignore[assignment]  # the pattern admits the six units only
        return cls(int(match[1]), unit)

    def __str__(self) -> str:
        return f"{self.amount}{self.unit}"

    @property
    def is_open_time(self) -> bool:
        """Whether the period is counted on a working calendar (`wm`, `wh`, `wd`) and not on the wall."""
        return self.unit in OPEN_UNITS

    @classmethod
    def _validate(cls, value: object) -> "Spec":
        if isinstance(value, Spec):
            return value
        if not isinstance(value, str):
            raise ValueError(f"a period is text: a whole number and a unit ({UNITS_IN_WORDS})")
        return cls.parse(value)

    @classmethod
    def __get_pydantic_core_schema__(cls, source: Any, handler: Any) -> CoreSchema:
        return core_schema.no_info_plain_validator_function(
            cls._validate,
            json_schema_input_schema=core_schema.str_schema(pattern=f"^{_PATTERN.pattern}$"),
            serialization=core_schema.to_string_ser_schema(),
        )
