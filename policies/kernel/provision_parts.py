"""What the objects of `provision.yaml` are made of: conditions on a ticket, values to put into it, names of things."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import BeforeValidator, Field, model_validator

from policies.kernel.config import StrictModel
from policies.kernel.spec import Spec

Name = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,59}$")]
"""What an object is known by for good, whatever it is called in the helpdesk."""

Scalar = str | int | bool


def listed(value: object) -> tuple[object, ...]:
    """A list as it is, a single value as a list of one."""
    return tuple(value) if isinstance(value, list | tuple) else (value,)


Values = Annotated[tuple[Scalar, ...], BeforeValidator(listed)]
"""One value or a list of them."""

Names = Annotated[tuple[str, ...], BeforeValidator(listed)]
"""One name or a list of them."""

Wall = Literal["m", "h", "d"]
_KINDS_OF_TEST = (
    "is_",
    "is_not",
    "contains",
    "contains_not",
    "filled",
    "before",
    "after",
    "within_last",
    "within_next",
    "until",
    "today",
)


def on_the_wall(period: Spec | None) -> Spec | None:
    """raises ValueError – the period counts working time, which the helpdesk cannot compare with."""
    if period is not None and period.unit not in ("m", "h", "d"):
        raise ValueError(f"the helpdesk compares by the wall clock (m, h, d), got {str(period)!r}")
    return period


class Condition(StrictModel):
    """One thing that must be so of a ticket. Exactly one of the comparisons is given.

    Values are names of states, groups, priorities, people (`me`: who looks, `nobody`; each alone), or stored values.
    """

    field: str
    """One of the helpdesk's own (`state`, `group`, `owner`, `priority`, `tags`, `title`, `created_at`, `updated_at`,
    `pending_time`, `last_contact_at`, `article.type` …) or a field of the modules, without `zhidu_`."""
    is_: Values | None = Field(default=None, validation_alias="is")
    """Any of these."""
    is_not: Values | None = None
    """None of these."""
    contains: Values | None = None
    """Any of these texts or tags; of a multiselect, any of these values."""
    contains_not: Values | None = None
    """None of these texts, tags, values."""
    filled: bool | None = None
    """Whether it has a value at all. Only core workflows can ask so."""
    before: Spec | None = None
    """A time, longer ago than this."""
    after: Spec | None = None
    """A time, further ahead than this."""
    within_last: Spec | None = None
    """A time, not longer ago than this."""
    within_next: Spec | None = None
    """A time, ahead by no more than this."""
    until: Spec | None = None
    """A time, past or ahead by no more than this."""
    today: bool | None = None
    """A time of today."""

    @property
    def comparison(self) -> str:
        """The name of the one comparison given."""
        return next(name for name in _KINDS_OF_TEST if getattr(self, name) is not None)

    @model_validator(mode="after")
    def _one_comparison(self) -> Self:
        given = [name for name in _KINDS_OF_TEST if getattr(self, name) is not None]
        if len(given) != 1:
            shown = ", ".join(name.rstrip("_") for name in _KINDS_OF_TEST)
            raise ValueError(f"exactly one comparison is needed, of {shown}")
        for name in ("before", "after", "within_last", "within_next", "until"):
            on_the_wall(getattr(self, name))
        people = {"me", "nobody"} & {*(self.is_ or ()), *(self.is_not or ())}
        if people and len((*(self.is_ or ()), *(self.is_not or ()))) > 1:
            raise ValueError("me and nobody stand alone")
        return self


class Put(StrictModel):
    """A value put into a field of a ticket. Exactly one of `to`, `in`, `add`, `remove` is given."""

    field: str
    """As in a condition."""
    to: Scalar | None = None
    """A name (`closed`, `me`, `nobody`), a stored value, a text."""
    in_: Spec | None = Field(default=None, validation_alias="in")
    """A time so long from now."""
    add: Names = ()
    """Tags."""
    remove: Names = ()
    """Tags."""

    @model_validator(mode="after")
    def _one_value(self) -> Self:
        given = [self.to is not None, self.in_ is not None, bool(self.add), bool(self.remove)]
        if sum(given) != 1:
            raise ValueError("exactly one of to, in, add, remove is needed")
        if (self.add or self.remove) and self.field != "tags":
            raise ValueError("add and remove are for tags")
        on_the_wall(self.in_)
        return self
