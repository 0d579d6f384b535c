"""YAML without its traps: text in, plain values and the line of each out.

Only `true` and `false` are booleans, only `null` and `~` are null, only plain integers and decimals are numbers.
Everything else (`17:30`, `on`, `NO`, `2026-05-01`, `1_000`, `1e3`) is text, and what it means is the field's
business. Keys are always text. Refused, each with its line: keys set twice or without a value, anchors, aliases, merge
keys, tags, a second document in the file, and nesting deeper than `MAX_DEPTH`.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, cast

import yaml

from policies.kernel.problems import FIELD_SHOWN, ConfigErrors, Loc, Mark, Problem, field_name

MAX_DEPTH = 40

_INTEGER = re.compile(r"0|-?[1-9][0-9]{0,17}")
_DECIMAL = re.compile(r"-?(0|[1-9][0-9]{0,17})\.[0-9]{1,18}")
_CONSTANTS = {"true": True, "false": False, "null": None, "~": None}
_LOADER: Any = getattr(yaml, "CBaseLoader", yaml.BaseLoader)

Value = Any
"""What a document holds: dict with text keys, list, str, bool, int, `DecimalNumber` or None."""


class DecimalNumber(float):
    """A decimal as a number that remembers how it was written: `21.10` stays "21.10" for a field that wants text."""

    text: str

    def __new__(cls, text: str) -> "DecimalNumber":
        number = super().__new__(cls, text)
        number.text = text
        return number


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """One file's plain value, with the line of every key and list item.

    path      what is shown to people
    value     dict, list, str, bool, int, `DecimalNumber` or None; `{}` for a file without content
    marks     loc → line, for `()` and every loc below it; a key's line is where the key stands
    prefix    where this value stands in its file, when it is a part of one (see `at`)
    """

    path: str
    value: Value
    marks: Mapping[Loc, Mark]
    prefix: Loc = ()

    def at(self, *loc: str | int) -> "Document":
        """The part of the document at `loc`, with lines and field names still those of the whole file.

        raises   KeyError, IndexError – there is no such part.
        """
        value = self.value
        for part in loc:
            value = value[part]
        marks = {inner: self.marks[loc + inner] for inner in locs(value)}
        return Document(path=self.path, value=value, marks=MappingProxyType(marks), prefix=self.prefix + loc)

    def mark(self, *loc: str | int) -> Mark:
        """The file and line of `loc`, or of the nearest part around it that has one."""
        while loc not in self.marks:
            loc = loc[:-1]
        return self.marks[loc]

    def problem(self, what: str, *loc: str | int) -> Problem:
        """A problem about the part at `loc`, which need not exist."""
        mark = self.mark(*loc)
        return Problem(path=mark.path, line=mark.line, field=field_name(self.prefix + loc), what=what)


def locs(value: Value, start: Loc = ()) -> Iterator[Loc]:
    """`start` for the value itself, and the loc of everything in it."""
    yield start
    if isinstance(value, dict | list):
        for part, item in value.items() if isinstance(value, dict) else enumerate(value):
            yield from locs(item, (*start, part))


def parse(text: str, path: str) -> Document:
    """The document in `text`.

    path     what is shown to people in errors; nothing is read.
    raises   ConfigErrors – with every problem found; a text that is no YAML at all has one.
    """
    document, problems, _ = survey(text, path)
    if problems:
        raise ConfigErrors(problems)
    return document


def survey(text: str, path: str) -> tuple[Document, tuple[Problem, ...], tuple[Loc, ...]]:
    """As `parse`, but what could be read is given beside the problems, to look for more of them in it.

    The third value are the locs of which nothing can be said: something in them was refused. A key that is set twice
    has its first value.
    """
    builder = _Builder(path=path)
    try:
        builder.stream(yaml.parse(text, Loader=_LOADER))
    except yaml.MarkedYAMLError as error:
        builder.problems.append(_syntax(error, text, path))
        builder.refused.append(())
    except yaml.YAMLError as error:
        builder.problems.append(Problem(path=path, what=f"not readable as YAML: {' '.join(str(error).split())}"))
        builder.refused.append(())
    document = Document(path=path, value=builder.value, marks=MappingProxyType(builder.marks))
    return document, tuple(builder.problems), tuple(builder.refused)


def scalar(text: str) -> bool | int | DecimalNumber | str | None:
    """What an unquoted word means."""
    if text in _CONSTANTS:
        return _CONSTANTS[text]
    if _INTEGER.fullmatch(text):
        return int(text)
    return DecimalNumber(text) if _DECIMAL.fullmatch(text) else text


def _syntax(error: yaml.MarkedYAMLError, text: str, path: str) -> Problem:
    mark = error.problem_mark or error.context_mark
    line = mark.line + 1 if mark else 0
    lines = text.splitlines()
    written = lines[line - 1] if 0 < line <= len(lines) else ""
    indent = written[: len(written) - len(written.lstrip())]
    if "\t" in indent:
        return Problem(path=path, line=line, what="a tab is used for indentation; use spaces")
    what = ", ".join(part for part in (error.context, error.problem) if part)
    return Problem(path=path, line=line, what=f"not valid YAML: {what}")


@dataclass(slots=True, kw_only=True)
class _Builder:
    """Builds the value from the parser's events; goes on after each problem."""

    path: str
    value: Value = None
    marks: dict[Loc, Mark] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
    refused: list[Loc] = field(default_factory=list)

    def stream(self, events: Iterator[yaml.Event]) -> None:
        documents = 0
        self.value, self.marks[()] = {}, Mark(path=self.path, line=1)
        for event in events:
            if isinstance(event, yaml.DocumentStartEvent):
                documents += 1
                if documents > 1:
                    self.refuse(event, (), "a second document begins here (---); a file holds one")
                    return
                self.document(events)

    def document(self, events: Iterator[yaml.Event]) -> None:
        first = next(events)
        if isinstance(first, yaml.ScalarEvent) and first.implicit[0] and not first.value:
            return  # nothing but comments
        self.marks[()] = Mark(path=self.path, line=_line(first))
        self.value = self.node(first, events, ())

    def refuse(self, event: yaml.Event, loc: Loc, what: str) -> None:
        self.fault(event, loc, what)
        self.refused.append(loc)

    def fault(self, event: yaml.Event, loc: Loc, what: str) -> None:
        self.problems.append(Problem(path=self.path, line=_line(event), field=field_name(loc), what=what))

    def node(self, event: yaml.Event, events: Iterator[yaml.Event], loc: Loc) -> Value:
        if isinstance(event, yaml.AliasEvent):
            self.refuse(
                event, loc, "aliases are not used here; write the value out, or quote a text that begins with *"
            )
            return None
        event = cast(yaml.ScalarEvent | yaml.CollectionStartEvent, event)  # nothing else may begin a value
        if event.anchor is not None:
            self.refuse(event, loc, "anchors are not used here; leave it out, or quote a text that begins with &")
        if event.tag is not None:
            self.refuse(event, loc, "tags are not used here; leave it out, or quote a text that begins with !")
        if isinstance(event, yaml.ScalarEvent):
            return self.scalar(event, loc)
        if len(loc) == MAX_DEPTH:
            self.refuse(event, (), f"nested deeper than {MAX_DEPTH} levels")
            _skip(events)
            return None
        return self.mapping(events, loc) if isinstance(event, yaml.MappingStartEvent) else self.sequence(events, loc)

    def scalar(self, event: yaml.ScalarEvent, loc: Loc) -> Value:
        if not event.implicit[0]:
            return event.value
        if event.value == "":
            self.refuse(event, loc, "has no value; write null to clear it, or remove the line")
        return scalar(event.value)

    def sequence(self, events: Iterator[yaml.Event], loc: Loc) -> list[Value]:
        items: list[Value] = []
        while not isinstance(event := next(events), yaml.SequenceEndEvent):
            here = (*loc, len(items))
            self.marks[here] = Mark(path=self.path, line=_line(event))
            items.append(self.node(event, events, here))
        return items

    def mapping(self, events: Iterator[yaml.Event], loc: Loc) -> dict[str, Value]:
        entries: dict[str, Value] = {}
        while not isinstance(event := next(events), yaml.MappingEndEvent):
            key = self.key(event, events, loc)
            here = loc if key is None else (*loc, key)
            if key is None:
                self.node(next(events), events, here)
            elif key in entries:
                self.fault(event, here, f"set twice; first on line {self.marks[here].line}")
                first, self.marks = self.marks, {}
                try:
                    self.node(next(events), events, here)
                finally:
                    self.marks = first  # also where what follows is no YAML
            else:
                self.marks[here] = Mark(path=self.path, line=_line(event))
                entries[key] = self.node(next(events), events, here)
        return entries

    def key(self, event: yaml.Event, events: Iterator[yaml.Event], loc: Loc) -> str | None:
        """The key; None for one that is refused."""
        if not isinstance(event, yaml.ScalarEvent):
            what = "a key is one word or one quoted text"
            if isinstance(event, yaml.CollectionStartEvent):
                _skip(events)
        elif event.value == "<<" and event.implicit[0]:
            what = "merge keys (<<) are not used here; write the values out"
        elif event.value == "":
            what = "a key is empty"
        elif event.anchor is not None or event.tag is not None:
            what = f"the key {event.value[:FIELD_SHOWN]} has an anchor or a tag; neither is used here"
        else:
            return event.value
        self.refuse(event, loc, what)
        return None


def _line(event: yaml.Event) -> int:
    return event.start_mark.line + 1 if event.start_mark else 0


def _skip(events: Iterator[yaml.Event]) -> None:
    """Drops the rest of a collection whose start has been read."""
    depth = 1
    while depth:
        event = next(events)
        if isinstance(event, yaml.CollectionStartEvent):
            depth += 1
        elif isinstance(event, yaml.CollectionEndEvent):
            depth -= 1
