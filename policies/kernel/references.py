"""Settings in place of the values of a YAML document that begin with `@`, such as `@acknowledge.within.major`.

`*` stands for every entry (`@desks.*.group`). Inside a list, several values, or a list, take the place of the one.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from policies.kernel.problems import ConfigErrors, Loc, Problem
from policies.kernel.yaml_nodes import Document, Value, locs


def filled(document: Document, settings: Mapping[str, Value]) -> Document:
    """The document with settings in place of what begins with `@`; lines stay those of the file.

    raises   ConfigErrors – every reference that leads nowhere, or to several values where one is needed
    """
    filling = _Filling(document, settings)
    value = filling.walk(document.value, (), ())
    if filling.problems:
        raise ConfigErrors(filling.problems)
    return Document(path=document.path, value=value, marks=filling.marks, prefix=document.prefix)


class _Filling:
    """One walk over a document. `loc`: where a value goes to, `origin`: where it stands in the file."""

    def __init__(self, document: Document, settings: Mapping[str, Value]) -> None:
        self._document, self._settings = document, settings
        self.problems: list[Problem] = []
        self.marks = dict(document.marks)

    def walk(self, value: Value, loc: Loc, origin: Loc) -> Value:
        self.marks[loc] = self._document.mark(*origin)
        if isinstance(value, dict):
            return {key: self.walk(item, (*loc, key), (*origin, key)) for key, item in value.items()}
        if isinstance(value, list):
            return self._spliced(value, loc, origin)
        if not isinstance(value, str) or not value.startswith("@"):
            return value
        found = self._look_up(value, origin)
        if len(found) == 1:
            return self._inserted(found[0], loc, origin)
        what = f"{value}: one value is needed here, the setting has {len(found)}"
        self.problems.append(self._document.problem(what, *origin))
        return value

    def _spliced(self, items: Sequence[Value], loc: Loc, origin: Loc) -> list[Value]:
        result: list[Value] = []
        for index, item in enumerate(items):
            here = (*origin, index)
            if isinstance(item, str) and item.startswith("@"):
                for value in self._look_up(item, here):
                    for one in value if isinstance(value, list) else [value]:
                        result.append(self._inserted(one, (*loc, len(result)), here))
            else:
                result.append(self.walk(item, (*loc, len(result)), here))
        return result

    def _inserted(self, value: Value, loc: Loc, origin: Loc) -> Value:
        for inner in locs(value, loc):
            self.marks[inner] = self._document.mark(*origin)
        return value

    def _look_up(self, reference: str, origin: Loc) -> list[Value]:
        try:
            return list(_at(self._settings, reference[1:].split(".")))
        except KeyError as unknown:
            self.problems.append(self._document.problem(f"{reference}: there is no setting {unknown}", *origin))
            return [reference]


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
