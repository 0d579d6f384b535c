"""Frozen things made fast are what `dataclass` would have made."""

from __future__ import annotations

import inspect
from dataclasses import FrozenInstanceError, dataclass, field, replace

import pytest

from policies.kernel.quick import quick


@dataclass(frozen=True, slots=True, kw_only=True)
class Plain:
    key: str
    values: tuple[int, ...] = ()
    names: list[str] = field(default_factory=list)
    total: int = field(init=False, default_factory=int)

    def __post_init__(self) -> None:
        object.__setattr__(self, "total", sum(self.values))


@quick
@dataclass(frozen=True, slots=True, kw_only=True)
class Quick(Plain):
    more: str = "-"


def test_it_is_made_as_the_plain_one_is() -> None:
    made = Quick(key="a", values=(1, 2))
    assert (made.key, made.values, made.names, made.total, made.more) == ("a", (1, 2), [], 3, "-")
    assert made == Quick(key="a", values=(1, 2))
    assert made.names is not Quick(key="a").names
    assert replace(made, values=(5,), more="x").total == 5
    assert Quick(key="a", names=["n"]).names == ["n"]
    assert str(inspect.signature(Quick)).startswith("(*, key")


def test_it_is_frozen_and_wants_its_fields() -> None:
    with pytest.raises(FrozenInstanceError):
        Quick(key="a").key = "b"  # type: ignore[misc]
    with pytest.raises(TypeError, match="key"):
        Quick()  # type: ignore[call-arg]
    with pytest.raises(TypeError, match="nonsense"):
        Quick(key="a", nonsense=1)  # type: ignore[call-arg]


def test_what_it_cannot_make_it_refuses() -> None:
    @dataclass(frozen=True)
    class Open:
        key: str

    with pytest.raises(TypeError, match=r"Open\.key: only slotted classes whose fields are given by name"):
        quick(Open)
