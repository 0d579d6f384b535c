"""Ladders: what happens along a clock, as settings write it: `at: 50%`, `80%`, `100%`, `+24h`, `+1wd`."""

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from operator import itemgetter
from typing import Annotated, Any, Final, Self

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    GetCoreSchemaHandler,
    ValidationError,
)
from pydantic_core import CoreSchema, ErrorDetails, InitErrorDetails, core_schema

from policies.kernel.problems import did_you_mean
from policies.kernel.spec import UNITS_IN_WORDS, Spec

_PERCENT: Final = re.compile(r"([1-9][0-9]?|100)%")
_FORMS: Final = "a share of the period from 1% to 100%, or a time after its end such as +24h or +1wd"


@dataclass(frozen=True, slots=True, kw_only=True)
class Rung:
    """One step of a ladder: `percent` of the period, or `after` its end, and what is done then.

    Exactly one of percent (1 to 100) and after is set. `do` names effects; what they mean is the module's business.
    """

    percent: int | None = None
    after: Spec | None = None
    do: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if (self.percent is None) == (self.after is None):
            raise ValueError("a rung is either a share of the period or a time after its end")
        if self.percent is not None and not 1 <= self.percent <= 100:
            raise ValueError(f"a rung is {_FORMS}, got {self.percent}%")

    @classmethod
    def parse(cls, at: str, do: Iterable[str] = ()) -> Self:
        """Reads `80%` or `+1wd`. Raises ValueError, naming both forms, for everything else."""
        percent = _PERCENT.fullmatch(at)
        if percent is not None:
            return cls(percent=int(percent[1]), do=tuple(do))
        if not at.startswith("+"):
            raise ValueError(f"a rung is {_FORMS}, got {at[:40]!r}")
        try:
            return cls(after=Spec.parse(at[1:]), do=tuple(do))
        except ValueError:
            raise ValueError(f"a rung is {_FORMS} ({UNITS_IN_WORDS}), got {at[:40]!r}") from None

    @property
    def name(self) -> str:
        """The rung as settings write it; unique in its ladder, and what is remembered once it has taken effect."""
        return f"{self.percent}%" if self.after is None else f"+{self.after}"


@lru_cache(maxsize=512)
def rung_named(name: str) -> Rung | None:
    """The rung a remembered name means; None when it means none (memory written by another program)."""
    try:
        return Rung.parse(name)
    except ValueError:
        return None


def _one_or_more(value: object) -> object:
    if isinstance(value, str):
        return (value,)
    return tuple(value) if isinstance(value, list) else value


def _rung_name(at: str) -> str:
    return Rung.parse(at).name


class RungSetting(BaseModel):
    """A rung in a configuration file."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    at: Annotated[str, AfterValidator(_rung_name)] = Field(description=_FORMS)
    do: Annotated[tuple[Annotated[str, Field(min_length=1)], ...], BeforeValidator(_one_or_more), Field(min_length=1)]


_Settings = tuple[RungSetting, ...]


def _each_once(value: object, handler: Callable[[object], _Settings]) -> _Settings:
    """The rungs as `handler` reads them; one that is given again is told beside all that is wrong with any."""
    faults = list(_given_again(value)) if isinstance(value, list | tuple) else []
    try:
        settings = handler(tuple(value) if isinstance(value, list) else value)
    except ValidationError as errors:
        faults[:0] = [_as_given(error) for error in errors.errors(include_url=False)]
    if faults:
        raise ValidationError.from_exception_data("Ladder", faults)
    return settings


def _as_given(error: ErrorDetails) -> InitErrorDetails:
    return {"type": error["type"], "loc": error["loc"], "input": error["input"], "ctx": error.get("ctx", {})}


def _given_again(rungs: Iterable[object]) -> Iterator[InitErrorDetails]:
    seen: set[str] = set()
    for index, rung in enumerate(rungs):
        at = rung.get("at") if isinstance(rung, dict) else getattr(rung, "at", None)
        known = rung_named(at) if isinstance(at, str) else None
        if known is None:
            continue  # what is wrong with it is told by its own validator
        if known.name in seen:
            why = ValueError(f"the rung {known.name} is given twice")
            yield {"type": "value_error", "loc": (index, "at"), "input": at, "ctx": {"error": why}}
        seen.add(known.name)


@dataclass(frozen=True, slots=True)
class Ladder:
    """The rungs of a clock: shares of the period first, ascending; then what comes after its end, as written.

    A settings field of this type takes a list such as `[{at: 80%, do: [remind]}, {at: +24h, do: hand_up}]`.
    Raises ValueError when a rung is given twice.
    """

    rungs: tuple[Rung, ...] = ()
    shares: tuple[tuple[int, Rung], ...] = field(init=False, repr=False, compare=False)
    """The rungs that are shares of the period, each with its percentage."""
    later: tuple[tuple[Spec, Rung], ...] = field(init=False, repr=False, compare=False)
    """The rungs after the end of the period, each with how long after."""
    _hash: int = field(init=False, repr=False, compare=False)
    """Of numbers alone: the same in every process."""

    def __post_init__(self) -> None:
        names = [rung.name for rung in self.rungs]
        for name in names:
            if names.count(name) > 1:
                raise ValueError(f"the rung {name} is given twice")
        shares = sorted(((rung.percent, rung) for rung in self.rungs if rung.percent is not None), key=itemgetter(0))
        later = tuple((rung.after, rung) for rung in self.rungs if rung.after is not None)
        object.__setattr__(self, "shares", tuple(shares))
        object.__setattr__(self, "later", later)
        object.__setattr__(self, "rungs", tuple(rung for _, rung in (*shares, *later)))
        object.__setattr__(self, "_hash", hash(tuple((rung.percent or 0, rung.after or 0) for rung in self.rungs)))

    def __hash__(self) -> int:
        return self._hash

    @property
    def effects(self) -> frozenset[str]:
        """Every effect that any rung names, for a module to check against those it knows."""
        return frozenset(effect for rung in self.rungs for effect in rung.do)

    @classmethod
    def __get_pydantic_core_schema__(cls, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        return cls.schema_of(handler.generate_schema(tuple[RungSetting, ...]))

    @classmethod
    def schema_of(cls, settings: CoreSchema) -> CoreSchema:
        """How a ladder is read whose rungs `settings` reads."""
        read = core_schema.no_info_wrap_validator_function(_each_once, settings)
        built = core_schema.no_info_after_validator_function(cls._built, read)
        return core_schema.json_or_python_schema(
            json_schema=built,
            python_schema=core_schema.no_info_wrap_validator_function(cls._kept, built),
            serialization=core_schema.plain_serializer_function_ser_schema(
                lambda ladder: [{"at": rung.name, "do": list(rung.do)} for rung in ladder.rungs]
            ),
        )

    @classmethod
    def _built(cls, settings: _Settings) -> "Ladder":
        return cls(tuple(Rung.parse(setting.at, setting.do) for setting in settings))

    @classmethod
    def _kept(cls, value: object, handler: Callable[[object], "Ladder"]) -> "Ladder":
        return value if isinstance(value, Ladder) else handler(value)


@dataclass(frozen=True, slots=True)
class Knowing:
    """In `Annotated[Ladder, Knowing(("remind", "finding"))]`: a ladder whose rungs have these effects and no others.

    Each unknown one is told in its own place, whatever else is wrong with the ladder.
    """

    effects: tuple[str, ...]

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        class KnownRung(RungSetting):
            do: Annotated[
                tuple[Annotated[str, AfterValidator(self._known)], ...],
                BeforeValidator(_one_or_more),
                Field(min_length=1),
            ]

        return Ladder.schema_of(handler.generate_schema(tuple[KnownRung, ...]))

    def _known(self, effect: str) -> str:
        if effect not in self.effects:
            near = did_you_mean(effect, self.effects)
            raise ValueError(f"unknown effect{near}; a rung can {', '.join(self.effects)}")
        return effect
