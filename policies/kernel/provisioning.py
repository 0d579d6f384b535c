"""What a module needs of the helpdesk, as `provision.yaml` says it.

A value `"@path"` stands for the module's own setting at that path (`@acknowledge.within.major`); `*` for every entry
(`@desks.*.group`). Inside a list, several values, or a list, take the place of the one.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from policies.kernel.config import Layer, Loaded, StrictModel, load
from policies.kernel.provision_needs import (
    ChecklistNeed,
    CoreWorkflowNeed,
    FieldNeed,
    GroupNeed,
    MacroNeed,
    OverviewNeed,
    RoleNeed,
    SlaNeed,
    TemplateNeed,
    TextModuleNeed,
)
from policies.kernel.references import filled
from policies.kernel.yaml_nodes import Value, parse

__all__ = ["FieldNeed", "Needs", "load_needs", "loaded_needs", "united"]


class Needs(StrictModel):
    """The whole of `provision.yaml`."""

    ticket_fields: tuple[FieldNeed, ...] = ()
    """Fields of tickets."""
    user_fields: tuple[FieldNeed, ...] = ()
    """Fields of users."""
    group_fields: tuple[FieldNeed, ...] = ()
    """Fields of groups."""
    groups: tuple[GroupNeed, ...] = ()
    roles: tuple[RoleNeed, ...] = ()
    overviews: tuple[OverviewNeed, ...] = ()
    macros: tuple[MacroNeed, ...] = ()
    text_modules: tuple[TextModuleNeed, ...] = ()
    core_workflows: tuple[CoreWorkflowNeed, ...] = ()
    slas: tuple[SlaNeed, ...] = ()
    templates: tuple[TemplateNeed, ...] = ()
    checklists: tuple[ChecklistNeed, ...] = ()


PARTS: tuple[str, ...] = tuple(Needs.model_fields)


def load_needs(layer: Layer, settings: Mapping[str, Value] | None = None) -> Needs:
    """The needs that a file names. See `loaded_needs`."""
    return loaded_needs(layer, settings).config


def loaded_needs(layer: Layer, settings: Mapping[str, Value] | None = None) -> Loaded[Needs]:
    """The needs that a file names, and where each stands.

    settings   of the module, plain as JSON has them, for the values that begin with `@`; None: it has none
    raises     ConfigErrors – all that is wrong with the file
    """
    return load(Needs, [filled(parse(layer.text, layer.path), settings or {})])


def united(needs: Sequence[Needs]) -> Needs:
    """All of them as one, in order; of several of one name the last, which depends on those before, is what counts."""
    parts: dict[str, Any] = {part: _last(part, needs) for part in PARTS}
    return Needs.model_construct(**parts)


def _last(part: str, needs: Sequence[Needs]) -> tuple[object, ...]:
    found: dict[str, object] = {}
    for one in needs:
        for item in getattr(one, part):
            found.pop(item.name, None)
            found[item.name] = item
    return tuple(found.values())
