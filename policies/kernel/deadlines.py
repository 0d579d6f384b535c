"""Clocks: one running deadline each, with its pauses and its ladder. 1.3.1, 4.1.3, 4.2.3, 4.3.2.

A clock is derived from facts each time a case is looked at. Only which rungs took effect in which run is remembered.
"""

from collections.abc import Hashable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import lru_cache
from operator import itemgetter
from typing import Any, Final, Literal, NamedTuple, TypeAlias

from policies.kernel.calendar import Due, WorkingCalendar
from policies.kernel.ladder import Ladder, Rung, rung_named
from policies.kernel.pauses import ENDLESS, Pause, Stretch, end_of, instant_after, ran_until, stretches
from policies.kernel.quick import quick
from policies.kernel.spec import Spec

__all__ = ["Clock", "Ladder", "Look", "Pause", "Reached", "Rung", "Status", "fire", "look", "next_at", "same_clock"]

Status: TypeAlias = Literal["running", "paused", "met", "met late", "breached"]

_NO_LADDER: Final = Ladder()
_NONE_FIRED: Final[frozenset[str]] = frozenset()


@quick
@dataclass(frozen=True, slots=True, kw_only=True)
class Clock:
    """One deadline of a case.

    within      the period; or None for a promise, which is due at `until_at` and nothing moves it
    pauses      in any order, overlapping or not; all have begun by the time the clock is looked at. Ignored where
                `pausable` is false (regulatory clocks) or `until_at` is set
    met_at      when what the clock asks for was done
    restarts    how often the clock was started anew from the same instant
    due         when the period ends, pauses taken into account; None while a pause lasts that began before the end

    Pauses: `wh`, `wm`, `h`, `m` go on where they stopped; `wd` and `d` do not count the working days that close, and
    the calendar days that end, during a pause. Raises ValueError without exactly one of within and until_at, and for
    instants that have no zone or that the calendar does not reach.
    """

    name: str
    clauses: tuple[str, ...]
    started_at: datetime
    calendar: WorkingCalendar = field(repr=False)
    within: Spec | None = None
    until_at: datetime | None = None
    pauses: tuple[Pause, ...] = ()
    pausable: bool = True
    met_at: datetime | None = None
    ladder: Ladder = _NO_LADDER
    restarts: int = 0
    due: Due | None = field(init=False)
    known: dict[Hashable, Any] = field(init=False, repr=False, compare=False, default_factory=dict)
    """What was worked out about it and never changes, by the name of what it is."""

    @classmethod
    def of(
        cls,
        name: str,
        clause: str,
        started_at: datetime,
        calendar: WorkingCalendar,
        *,
        within: Spec | None = None,
        until_at: datetime | None = None,
        met_at: datetime | None = None,
        ladder: Ladder = _NO_LADDER,
        pauses: tuple[Pause, ...] = (),
        restarts: int = 0,
    ) -> "Clock":
        """The clock of one clause; of the same deadline, looked at again, the same one: nothing is worked out twice."""
        return same_clock(name, clause, started_at, calendar, within, until_at, met_at, ladder, pauses, restarts)

    def __post_init__(self) -> None:
        object.__setattr__(self, "due", self._end())

    def _end(self) -> Due | None:
        if self.within is None:
            if self.until_at is None or self.until_at.tzinfo is None or self.started_at.tzinfo is None:
                raise ValueError(f"clock {self.name}: within, or until_at and started_at with their zones, are needed")
            return Due(self.until_at.astimezone(UTC), False)
        if self.until_at is not None:
            raise ValueError(f"clock {self.name}: within and until_at exclude one another")
        if not self.pauses or not self.pausable:
            return self.calendar.add(self.started_at, self.within)
        end = end_of(self.calendar, self.started_at, self.within, self.paused)
        if end is None:
            return None
        return Due(end, self.calendar.is_provisional(self.started_at.astimezone(UTC), end, self.within.unit))

    @property
    def run(self) -> str:
        """The identity of this run of the clock: it stays when the end moves, and changes with a new start."""
        run: str | None = self.known.get("run")
        if run is None:
            again = f"#{self.restarts}" if self.restarts else ""
            began = self.started_at.astimezone(UTC).isoformat().removesuffix("+00:00")
            run = self.known["run"] = f"{self.name}@{began}Z{again}"
        return run

    @property
    def due_at(self) -> datetime | None:
        return None if self.due is None else self.due.at

    @property
    def paused(self) -> tuple[Stretch, ...]:
        """The pauses that count, in order and joined."""
        if not self.pauses or not self.pausable or self.within is None:
            return ()
        return stretches(self.pauses, self.started_at)

    def status(self, now: datetime) -> Status:
        """What the clock shows at `now`. Met at the very instant it is due is met; not met by then is breached."""
        due = self.due
        if self.met_at is not None and self.met_at <= now:
            return "met" if due is None or self.met_at <= due.at else "met late"
        if due is not None and due.at <= now:
            return "breached"
        if not self.pauses:
            return "running"
        return "paused" if any(low <= now < high for low, high in self.paused) else "running"


@lru_cache(maxsize=8192)
def same_clock(
    name: str,
    clause: str,
    started_at: datetime,
    calendar: WorkingCalendar,
    within: Spec | None,
    until_at: datetime | None,
    met_at: datetime | None,
    ladder: Ladder,
    pauses: tuple[Pause, ...],
    restarts: int,
) -> Clock:
    """`Clock.of`, at the fraction of its cost that matters where clocks are asked for at every look."""
    return Clock(
        name=name,
        clauses=(clause,),
        started_at=started_at,
        calendar=calendar,
        within=within,
        until_at=until_at,
        met_at=met_at,
        ladder=ladder,
        pauses=pauses,
        restarts=restarts,
    )


class Reached(NamedTuple):
    """The rungs that take effect now, in order. The effects of all go into one write; only the highest tells people."""

    rungs: tuple[Rung, ...] = ()

    @property
    def names(self) -> tuple[str, ...]:
        """What to remember for this run of the clock once the effects are written."""
        return tuple(rung.name for rung in self.rungs)

    @property
    def highest(self) -> Rung | None:
        return self.rungs[-1] if self.rungs else None

    @property
    def effects(self) -> tuple[str, ...]:
        """The effects of all rungs, each once, in order."""
        return tuple(dict.fromkeys(effect for rung in self.rungs for effect in rung.do))


class Look(NamedTuple):
    """A clock at an instant.

    next_at   when it could change by itself: the next rung, the end of the period, or the known end of a pause;
              None when only an event can change it (met, paused, nothing left). With the rungs of `reached` fired.
    """

    status: Status
    reached: Reached
    next_at: datetime | None


_NOTHING: Final = Reached()


def look(clock: Clock, now: datetime, fired: frozenset[str] = _NONE_FIRED) -> Look:
    """The clock at `now`, `fired` being the names of the rungs that took effect in this run.

    Each rung takes effect once per run, also when the end has moved since. A rung below one that took effect counts
    as done, so a ladder changed in configuration does not begin anew. Nothing takes effect while paused or once met.
    """
    status = clock.status(now)
    due = clock.due
    if status == "paused":
        resumes_at = next(high for low, high in clock.paused if low <= now < high)
        return Look(status, _NOTHING, None if resumes_at is ENDLESS else resumes_at)
    if due is None or status == "met" or status == "met late":
        return Look(status, _NOTHING, None)
    return (_after_the_end if status == "breached" else _before_the_end)(clock, now, due.at, fired)


def fire(clock: Clock, now: datetime, fired: frozenset[str] = _NONE_FIRED) -> Reached:
    """The rungs that take effect at `now`; see `look`."""
    return look(clock, now, fired).reached


def next_at(clock: Clock, now: datetime, fired: frozenset[str] = _NONE_FIRED) -> datetime | None:
    """When the clock could next change by itself; see `Look`."""
    return look(clock, now, fired).next_at


def _before_the_end(clock: Clock, now: datetime, due_at: datetime, fired: frozenset[str]) -> Look:
    shares = clock.known.get("shares")
    if shares is None:
        shares = clock.known["shares"] = tuple(_shares(clock, due_at))
    floor = _highest_share(fired) if fired else 0
    reached: list[Rung] = []
    for percent, rung_at, rung in shares:
        if percent <= floor:
            continue
        if rung_at > now:
            return Look("running", Reached(tuple(reached)) if reached else _NOTHING, rung_at)
        reached.append(rung)
    return Look("running", Reached(tuple(reached)) if reached else _NOTHING, due_at)


def _shares(clock: Clock, due_at: datetime) -> Iterator[tuple[int, datetime, Rung]]:
    """The rungs before the end, each with its percentage and when it is reached; all pauses have begun by now."""
    calendar, start, paused = clock.calendar, clock.started_at, clock.paused
    unit = None if clock.within is None else clock.within.unit
    # What a period of minutes or hours runs for is known; of days and of a promise it must be measured.
    total = (clock.within.length if clock.within is not None else None) or ran_until(
        calendar, unit, start, due_at, paused
    )
    for percent, rung in clock.ladder.shares:
        if percent < 100:
            yield percent, instant_after(calendar, unit, start, total * percent // 100, paused), rung


def _after_the_end(clock: Clock, now: datetime, due_at: datetime, fired: frozenset[str]) -> Look:
    add, floor = clock.calendar.add, _highest_share(fired)
    reached = [rung for percent, rung in clock.ladder.shares if percent > floor]
    known = [rung.after for name in fired if (rung := rung_named(name)) is not None and rung.after is not None]
    done_at = max((add(due_at, after).at for after in known), default=due_at)
    later = clock.known.get("later")
    if later is None:
        times = ((add(due_at, after).at, rung) for after, rung in clock.ladder.later)
        later = clock.known["later"] = tuple(sorted(times, key=itemgetter(0)))
    next_at: datetime | None = None
    for at, rung in later:
        if rung.name in fired:
            continue
        if at <= now and at >= done_at:
            reached.append(rung)
        elif at > now and next_at is None:
            next_at = at
    return Look("breached", Reached(tuple(reached)), next_at)


@lru_cache(maxsize=1024)
def _highest_share(fired: frozenset[str]) -> int:
    """The highest share of the period among the fired rungs; 100 when one after its end is among them."""
    rungs = [rung for name in fired if (rung := rung_named(name)) is not None]
    return max((100 if rung.percent is None else rung.percent for rung in rungs), default=0)
