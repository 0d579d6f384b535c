"""The figures of a report: how often under today's policy and under the proposed one, and the tickets behind them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

from zhidu.endings import Clocks


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """One row: how often under today's policy and under the proposed one (0 where none is proposed).

    only_today, only_proposed   tickets that it happens to under one of them alone
    other                       tickets that it happens to under both, not equally often
    """

    times: tuple[int, int]
    tickets: tuple[int, int]
    only_today: int
    only_proposed: int
    other: int

    @property
    def differs(self) -> bool:
        return bool(self.only_today or self.only_proposed or self.other)


@dataclass(frozen=True, slots=True, kw_only=True)
class ClockRow:
    """A clock under both policies. newly_late, no_longer_late: tickets that are late under one alone."""

    clause: str
    name: str
    module: str
    today: Clocks
    proposed: Clocks
    no_longer_late: int
    newly_late: int

    @property
    def differs(self) -> bool:
        return self.today != self.proposed or bool(self.no_longer_late or self.newly_late)


@dataclass(frozen=True, slots=True, kw_only=True)
class DayRow:
    """A person's day: load → times, under today's policy, under the proposed one, and as it really was."""

    day: date
    person: int
    today: Mapping[str, int]
    proposed: Mapping[str, int]
    really: Mapping[str, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Really:
    """What really was in the period; times in seconds, None where there is none to tell."""

    tickets: int
    came: int
    answered: int
    first_reply_median: float | None
    first_reply_most: float | None
    closings: int
    solved_median: float | None
    reopened: int
    handed: int
    by_zhidu: int


class Behind(NamedTuple):
    """A ticket behind a figure: the number that people know, the helpdesk's id, and what there is to say of it."""

    number: str
    ticket: int
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ClockMoved:
    """A clock whose runs end at another time under the proposed policy, in time or not.

    earlier, later   runs
    open             those of them that have not ended under both
    middle           seconds by which the middle one moved, earlier ones negative
    """

    clause: str
    name: str
    module: str
    earlier: int
    later: int
    open: int
    tickets: int
    middle: float


class MovedRun(NamedTuple):
    """A run that ends at another time. today, proposed: when, in seconds since 1970; open: it has not ended under
    both."""

    behind: Behind
    today: float
    proposed: float
    open: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Moved:
    """The tickets of runs that end at another time, one for each run."""

    earlier: tuple[Behind, ...]
    later: tuple[Behind, ...]

    def parts(self) -> Iterator[tuple[str, tuple[Behind, ...]]]:
        """Those that hold tickets, by the key of their name."""
        for name, tickets in (("moved.earlier", self.earlier), ("moved.later", self.later)):
            if tickets:
                yield name, tickets

    def everywhere(self, *, compared: bool) -> Iterator[tuple[str, tuple[Behind, ...]]]:
        """All parts that hold tickets."""
        return self.parts()


@dataclass(frozen=True, slots=True, kw_only=True)
class Tickets:
    """The tickets behind a figure; `other`: under both policies, not equally often."""

    only_today: tuple[Behind, ...]
    only_proposed: tuple[Behind, ...]
    other: tuple[Behind, ...]
    alike: tuple[Behind, ...]

    def parts(self) -> Iterator[tuple[str, tuple[Behind, ...]]]:
        """Those parts that differ and hold tickets, by the key of their name."""
        for name, numbers in (
            ("decisions.only_today", self.only_today),
            ("decisions.only_proposed", self.only_proposed),
            ("decisions.other", self.other),
        ):
            if numbers:
                yield name, numbers

    def everywhere(self, *, compared: bool) -> Iterator[tuple[str, tuple[Behind, ...]]]:
        """All parts that hold tickets; without a proposed policy there is one."""
        if compared:
            yield from self.parts()
            if self.alike:
                yield "alike", self.alike
        elif every := tuple(sorted((*self.only_today, *self.other, *self.alike))):
            yield "today", every
