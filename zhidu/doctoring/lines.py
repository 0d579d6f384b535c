"""One thing that was looked at: how it is, and what to do about it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from zhidu import exits

GUIDE: Final = "docs/attach.md"
"""Where it is written how a helpdesk is attached by hand."""


class Level(StrEnum):
    """ok: as it should be · warn: it works, and somebody should know · fail: it does not work so."""

    OK = "ok"
    WARN = "warn"
    FAIL = "fail"


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """about    the part it belongs to: `configuration`, `store`, `helpdesk` …
    do       what a person does about it; empty where all is well
    status   the exit status that a failure stands for
    """

    about: str
    level: Level = Level.OK
    what: str
    do: str = ""
    status: int = exits.NO


def warn(about: str, what: str, do: str) -> Line:
    return Line(about=about, level=Level.WARN, what=what, do=do)


def fail(about: str, what: str, do: str, status: int = exits.NO) -> Line:
    return Line(about=about, level=Level.FAIL, what=what, do=do, status=status)


def exit_status(lines: Iterable[Line]) -> int:
    """A wrong configuration comes before a helpdesk out of reach, for it may be the cause."""
    failed = {line.status for line in lines if line.level is Level.FAIL}
    return next((status for status in (exits.WRONG, exits.OUT_OF_REACH, exits.NO) if status in failed), exits.DONE)
