"""Settings that a case keeps from when it began, whatever the policy becomes meanwhile (1.3.2: regulation profiles).

A field of a module's `Config` that is marked with `kept_by_case()` is read, for a case, as the policy had it when the
customer's matter came in; every other setting as it is now.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from pydantic import BaseModel, Field

_MARK: Final = "kept_by_case"


def kept_by_case() -> Any:
    """Marks a field of a `Config`: `profile: str = kept_by_case()`; it stays required, its default is in the YAML."""
    return Field(json_schema_extra={_MARK: True})


@dataclass(frozen=True, slots=True, kw_only=True)
class Era:
    """The settings for cases that began before `until`, and not in an earlier era."""

    until: datetime
    config: Any


def kept_fields(model: type[BaseModel]) -> tuple[str, ...]:
    """The names of the fields that a case keeps."""
    found = []
    for name, info in model.model_fields.items():
        extra = info.json_schema_extra
        if isinstance(extra, dict) and extra.get(_MARK) is True:
            found.append(name)
    return tuple(found)


def eras(current: BaseModel, before: Iterable[tuple[datetime, BaseModel]]) -> Iterator[Era]:
    """The eras of one module; none for a module that keeps nothing, nor where what is kept is what holds now.

    before   until when → the settings that were in force until then, the earliest first; what they did not know yet is
             as it is now
    """
    kept = kept_fields(type(current))
    found = []
    for until, then in before:
        values = {name: getattr(then, name) for name in kept if hasattr(then, name)}
        found.append(Era(until=until, config=current.model_copy(update=values)))
    while found and found[-1].config == current:
        found.pop()
    yield from found
