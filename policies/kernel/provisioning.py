"""What a module needs of the helpdesk, as `provision.yaml` says it."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from policies.kernel.config import Layer, StrictModel, load
from policies.kernel.manifest import LocalText


class FieldNeed(StrictModel):
    """A custom field of tickets or users."""

    name: str
    """Without `zhidu_`."""
    type: Literal["text", "select", "multiselect", "datetime", "date"]
    """As people fill it in."""
    display: LocalText
    """Its name in the sidebar."""
    options: dict[str, LocalText] = Field(default_factory=dict)
    """Stored value → what people see; for selects."""
    set_by: Literal["people", "zhidu"] = "people"
    """Whether people fill it in, or only read it."""


class Needs(StrictModel):
    """The whole of `provision.yaml`."""

    ticket_fields: tuple[FieldNeed, ...] = ()
    """Fields of tickets."""
    user_fields: tuple[FieldNeed, ...] = ()
    """Fields of users."""


def load_needs(layer: Layer) -> Needs:
    """raises ConfigErrors – all that is wrong with the file."""
    return load(Needs, [layer]).config
