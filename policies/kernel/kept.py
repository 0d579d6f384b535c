"""What a pure function made of things that never change, kept by what these are, not by what they are equal to.

An article's features stay the same object for as long as anybody looks at its ticket, and settings for as long as they
are in force; to find what was made of them costs less than to compare them.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable
from functools import wraps
from typing import Final, ParamSpec, TypeVar, cast

P = ParamSpec("P")
T = TypeVar("T")

_MOST: Final = 2048
"""Results kept of one function, with what they were made of, texts' features above all; then all are forgotten, which
costs no more than making each once again. More would be held by a long run that never asks for them again."""


def kept(make: Callable[P, T]) -> Callable[P, T]:
    """`make(one, settings, *more)`, made once for each `one` and `settings` and equal `more`; all given by position.

    For pure functions of frozen things; what they return is shared, and frozen too.
    """
    known: dict[tuple[Hashable, ...], tuple[T, object, object]] = {}
    anew = cast(Callable[..., T], make)

    @wraps(make)
    def found(one: object, settings: object, *more: Hashable) -> T:
        key = (id(one), id(settings), *more)
        entry = known.get(key)
        if entry is None:
            if len(known) >= _MOST:
                known.clear()
            # Both are held on to: as long as the entry stands nothing else can have their identities.
            entry = known[key] = (anew(one, settings, *more), one, settings)
        return entry[0]

    return cast(Callable[P, T], found)
