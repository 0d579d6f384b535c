"""How personal data is masked, per kind: `defaults.yaml`, with the configuration's `masking.yaml` laid over it."""

from collections.abc import Mapping
from enum import StrEnum, unique
from typing import Self

from pydantic import Field, model_validator

from policies.kernel.config import StrictModel
from policies.kernel.masking.kinds import DataClass, Kind


@unique
class Action(StrEnum):
    """What happens to a kind."""

    MASK = "mask"
    """It is found, and replaced where text is masked."""
    FLAG = "flag"
    """It is found and reported, and stays readable."""
    IGNORE = "ignore"
    """It is not reported; it still keeps its characters from being taken for another kind."""


@unique
class Style(StrEnum):
    """What stands in the place of a value."""

    STARS = "stars"
    """The value with stars for what must not show."""
    REDACT = "redact"
    """The kind's name in brackets."""
    TOKEN = "token"  # noqa: S105 – the name of a style
    """A keyed token: the same value gives the same one, nobody without the key can tell which."""


class Display(StrictModel):
    """How a kind is treated and shown."""

    data_class: DataClass
    """Class of JR/T 0171-2020."""
    action: Action = Action.MASK
    """What happens to the kind (6.1.1)."""
    style: Style | None = None
    """What stands in its place; without one, the data class's."""
    first: int = Field(default=0, ge=0, le=10)
    """Characters that still show at the beginning. For an e-mail address: of the part before the @."""
    last: int = Field(default=0, ge=0, le=10)
    """Characters that still show at the end. An e-mail address always shows its domain."""
    least_hidden: int = Field(default=3, ge=1, le=20)
    """Of a value too short to hide so many characters nothing shows."""
    fixed: int = Field(default=0, ge=0, le=20)
    """So many stars whatever the value's length was; 0: a star a character."""

    @model_validator(mode="after")
    def _hides_secrets(self) -> Self:
        if self.data_class is DataClass.C3 and (self.first or self.last):
            raise ValueError("data of class C3 must not show in part")
        return self


class Masking(StrictModel):
    """Which personal data is found and how it is shown (6.1.1)."""

    kinds: Mapping[Kind, Display]
    """Each kind of personal data."""
    styles: Mapping[DataClass, Style]
    """What stands in the place of a value, per data class."""
    least_confidence: float = Field(default=0.6, ge=0, le=1)
    """Findings below this are left out."""
    keep: frozenset[str] = frozenset()
    """The institution's own numbers and addresses, which are published: they stay. Blanks and dashes do not matter."""

    @model_validator(mode="after")
    def _complete(self) -> Self:
        missing = [kind.value for kind in Kind if kind not in self.kinds]
        missing += [name.value for name in DataClass if name not in self.styles]
        if missing:
            raise ValueError(f"not all are told: {', '.join(missing)} missing")
        return self

    def of(self, kind: Kind) -> Display:
        return self.kinds[kind]
