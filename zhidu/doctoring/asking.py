"""Questions to the helpdesk whose refusal is an answer too."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import TypeVar

from integrations.zammad.attached import Gap
from integrations.zammad.errors import Transient, ZammadError
from zhidu.doctoring.lines import GUIDE, Level, Line, fail

T = TypeVar("T")


def asked(question: Callable[[], T], permission: str) -> T | Line:
    """The answer; or, where the token may not ask, the line that says so. raises Transient"""
    try:
        return question()
    except Transient:
        raise
    except ZammadError as error:
        do = f"give the service user's token the permission {permission} ({GUIDE})"
        return fail("permissions", f"{error}", do)


def gap_lines(about: str, gaps: Sequence[Gap]) -> Iterator[Line]:
    """A line for each gap, with where it is written how to close it."""
    for gap in gaps:
        level = Level.FAIL if gap.grave else Level.WARN
        yield Line(about=about, level=level, what=gap.what, do=f"{gap.do} ({GUIDE})")
