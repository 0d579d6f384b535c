"""What a module needs of the helpdesk, as `provision.yaml` says it.

A value `"@path"` stands for the module's own setting at that path (`@acknowledge.within.major`); `*` for every entry
(`@desks.*.group`). Inside a list, several values, or a list, take the place of the one.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from policies.kernel.config import Layer, Loaded, StrictModel, load
from policies.kernel.problems import ConfigErrors, Loc, Problem
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
from policies.kernel.yaml_nodes import Document, Value, locs, parse

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
    return load(Needs, [_filled(parse(layer.text, layer.path), settings or {})])


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


def _filled(document: Document, settings: Mapping[str, Value]) -> Document:
    """The document with settings in place of what begins with `@`; lines stay those of the file."""
    problems: list[Problem] = []
    marks = dict(document.marks)

    def walk(value: Value, loc: Loc, origin: Loc) -> Value:
        marks[loc] = document.mark(*origin)
        if isinstance(value, dict):
            return {key: walk(item, (*loc, key), (*origin, key)) for key, item in value.items()}
        if isinstance(value, list):
            return spliced(value, loc, origin)
        if not isinstance(value, str) or not value.startswith("@"):
            return value
        found = look_up(value, origin)
        if len(found) == 1:
            return inserted(found[0], loc, origin)
        problems.append(document.problem(f"{value}: one value is needed here, the setting has {len(found)}", *origin))
        return value

    def spliced(items: Sequence[Value], loc: Loc, origin: Loc) -> list[Value]:
        result: list[Value] = []
        for index, item in enumerate(items):
            here = (*origin, index)
            if isinstance(item, str) and item.startswith("@"):
                for value in look_up(item, here):
                    for one in value if isinstance(value, list) else [value]:
                        result.append(inserted(one, (*loc, len(result)), here))
            else:
                result.append(walk(item, (*loc, len(result)), here))
        return result

    def inserted(value: Value, loc: Loc, origin: Loc) -> Value:
        for inner in locs(value, loc):
            marks[inner] = document.mark(*origin)
        return value

    def look_up(reference: str, origin: Loc) -> list[Value]:
        try:
            return list(_at(settings, reference[1:].split(".")))
        except KeyError as unknown:
            problems.append(document.problem(f"{reference}: there is no setting {unknown}", *origin))
            return [reference]

    value = walk(document.value, (), ())
    if problems:
        raise ConfigErrors(problems)
    return Document(path=document.path, value=value, marks=marks, prefix=document.prefix)


def _at(value: Value, path: Sequence[str]) -> Iterator[Value]:
    """What the setting holds; nothing where it, or an entry on the way, is null. Raises KeyError for no setting."""
    if not path:
        if value is not None:
            yield value
        return
    if value is None:
        return
    first, *rest = path
    if first == "*":
        for item in value.values() if isinstance(value, Mapping) else value:
            yield from _at(item, rest)
    elif isinstance(value, Mapping) and first in value:
        yield from _at(value[first], rest)
    else:
        raise KeyError(first)
