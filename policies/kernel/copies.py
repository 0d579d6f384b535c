"""A frozen thing with some of its fields changed, at a fraction of what `dataclasses.replace` costs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

    T = TypeVar("T", bound=DataclassInstance)
else:
    T = TypeVar("T")


def twin(thing: T) -> T:
    """The same once more, with all that was derived of it so far.

    What is kept on a thing and itself looks at that thing makes a ring, which stays in memory until it is looked for;
    what looks at a twin goes with the thing. For frozen dataclasses without slots.
    """
    made = object.__new__(type(thing))
    made.__dict__.update(thing.__dict__)
    return made


def varied(thing: T, **changes: Any) -> T:
    """`thing` with other values for the fields that `changes` names; what was derived and kept on it is left behind.

    For frozen dataclasses without slots, without `__post_init__` and without fields that `__init__` makes: evaluation
    copies facts dozens of times a look. Raises TypeError for a name that is no field.
    """
    fields, known = thing.__dataclass_fields__, thing.__dict__
    if not changes.keys() <= fields.keys():
        raise TypeError(f"{type(thing).__name__} has no {sorted(changes.keys() - fields.keys())[0]!r}")
    made = object.__new__(type(thing))
    copied = made.__dict__
    if len(known) == len(fields):
        copied.update(known)
    else:
        copied.update({name: known[name] for name in fields})
    copied.update(changes)
    return made
