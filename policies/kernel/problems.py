"""What is wrong in a file, and where: the one shape in which every loader of zhidu reports errors."""

import difflib
from collections.abc import Iterable
from dataclasses import dataclass

Loc = tuple[str | int, ...]

FIELD_SHOWN = 160
"""The longest name of a field that a line shows in full, in characters."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """A line of a file. `path` is what is shown to people; `line` counts from 1. `str()` gives `path:line`."""

    path: str
    line: int

    def __str__(self) -> str:
        return f"{self.path}:{self.line}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """One thing that is wrong. `line` 0: the whole file; `field` "": not about one field.

    `str()` gives `path:line: field: what`, the form of every error of zhidu about a file: one line whatever keys the
    file has, an overlong field cut in its middle.
    """

    path: str
    line: int = 0
    field: str = ""
    what: str

    def __str__(self) -> str:
        place = f"{self.path}:{self.line}" if self.line else self.path
        return _one_line(f"{place}: {_cut(self.field)}: {self.what}" if self.field else f"{place}: {self.what}")


class ConfigErrors(Exception):
    """All problems found, in the order of files and lines; never only the first. `str()` has one line for each."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        found = dict.fromkeys(problems)
        paths = {path: rank for rank, path in enumerate(dict.fromkeys(problem.path for problem in found))}
        self.problems: tuple[Problem, ...] = tuple(sorted(found, key=lambda p: (paths[p.path], p.line)))
        super().__init__("\n".join(str(problem) for problem in self.problems))


def _cut(field: str) -> str:
    half = FIELD_SHOWN // 2
    return field if len(field) <= FIELD_SHOWN else f"{field[:half]}…{field[1 - half :]}"


def _one_line(text: str) -> str:
    """The text with line ends and control characters as they are written in a string."""
    return text if text.isprintable() else "".join(c if c.isprintable() else ascii(c)[1:-1] for c in text)


def field_name(loc: Loc) -> str:
    """A loc as people write it: `("desks", "major", 2, "group")` is `desks.major[2].group`."""
    text = ""
    for part in loc:
        text += f"[{part}]" if isinstance(part, int) else f".{part}" if text else part
    return text


def did_you_mean(word: object, known: Iterable[str]) -> str:
    """A hint with the known word nearest to `word`, ready to be appended to a message; "" when none is near."""
    words = {name.casefold(): name for name in known}
    near = difflib.get_close_matches(str(word).casefold(), words, n=1)
    return f"; did you mean `{words[near[0]]}`?" if near else ""
