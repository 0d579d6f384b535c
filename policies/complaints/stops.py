"""What stops the law's clock: an external appraisal that a leader answers for and the customer was told of. 1.3.2."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from policies.complaints.case import LEADERS, MODULE, view
from policies.complaints.config import Config
from policies.kernel.course import stamp
from policies.kernel.deadlines import Clock, Pause
from policies.kernel.decisions import Note, Tell, say
from policies.kernel.facts import Change, Facts
from policies.kernel.ladders import run_clock
from policies.kernel.rules import Wants, rule
from policies.kernel.traits import OPEN, changed, has

_APPRAISAL: Final = "external_appraisal"
_NAMED: Final = "appraisal"
"""The label of words that name an appraisal, in a notice to the customer and in a leader's note."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Stop:
    """One appraisal.

    set         the change that says so
    answered_at when a leader answered for it: set it, or wrote of it while it lasted; None: nobody did
    told_at     when the customer was told of it by name, while it lasted; None: not at all
    until_at    when it was over; None while it lasts
    """

    set: Change
    answered_at: datetime | None
    told_at: datetime | None
    until_at: datetime | None

    @property
    def begins_at(self) -> datetime | None:
        """From when it stops the law's clock; None: it stops nothing."""
        if self.answered_at is None or self.told_at is None:
            return None
        return max(self.answered_at, self.told_at)


def stops(facts: Facts, config: Config) -> tuple[Stop, ...]:
    """The appraisals, oldest first; none where the profile knows no such ground or the company does not rely on it."""
    ground = config.law.stop_clock
    if "waiting_for" not in facts.latest or ground is None or not config.law_stops or _APPRAISAL not in ground.events:
        return ()
    return tuple(_stop(facts, since, until) for since, until in _stretches(facts))


def pauses(facts: Facts, config: Config) -> tuple[Pause, ...]:
    """When the law's clock stands still."""
    return tuple(
        Pause(from_at=stop.begins_at, until_at=stop.until_at)
        for stop in stops(facts, config)
        if stop.begins_at is not None
    )


def _stretches(facts: Facts) -> Iterator[tuple[Change, datetime | None]]:
    since: Change | None = None
    for change in facts.history:
        if change.field != "waiting_for":
            continue
        if since is None and change.new == "appraisal":
            since = change
        elif since is not None and change.new != "appraisal":
            yield since, change.at
            since = None
    if since is not None:
        yield since, None


def _stop(facts: Facts, since: Change, until: datetime | None) -> Stop:
    named = [
        article
        for article in facts.articles
        if not article.from_customer and article.at >= since.at and (until is None or article.at < until)
        if article.features.has(_NAMED)
    ]
    led = (article.at for article in named if facts.post_of(article.by) in LEADERS)
    answered = since.at if facts.post_of(since.by) in LEADERS else next(led, None)
    told = next((article.at for article in named if article.to_customer), None)
    return Stop(set=since, answered_at=answered, told_at=told, until_at=until)


@rule("1.3.2", kind="complaint", when=OPEN & has("waiting_for", "appraisal"))
def appraisal_needs_notice(facts: Facts, config: Config) -> Wants:
    """An external appraisal stops the profile's clock only once the customer was told of it: whoever has it is told."""
    found = stops(facts, config)
    if found and found[-1].until_at is None and found[-1].told_at is None:
        why = say("law.tell_of_appraisal")
        yield Note(key=f"appraisal:{stamp(found[-1].set)}", text=why, weight=70), why


@rule("1.3.2", kind="complaint", when=OPEN & has("waiting_for", "appraisal"))
def leader_hears_of_stop(facts: Facts, config: Config) -> Wants:
    """The supervisor hears of each stop, and is asked to answer for one no leader set; of an own one the manager."""
    found = stops(facts, config)
    if not found or found[-1].until_at is not None:
        return
    stop = found[-1]
    by = stop.set.by
    leader = facts.supervisor
    if leader is not None and leader.id == by:
        leader = facts.manager
    if leader is None or leader.id == by:
        return
    why = say("law.confirm_stop" if stop.answered_at is None else "law.stop_set", person=f"person:{by}")
    yield Tell(key=f"law_stop:{stamp(stop.set)}", person=leader.id, text=why), why


@rule("1.3.2", kind="complaint", when=changed("waiting_for"))
def stop_ends(facts: Facts, config: Config) -> Wants:
    """A stop of the law's clock has a time of its own: one that lasts longer is reminded of, and a finding."""
    found = stops(facts, config)
    begins = found[-1].begins_at if found else None
    solved, limit = view(facts).solved_at, config.law_stop
    if begins is None or (solved is not None and solved <= begins):
        return
    ends = [at for at in (found[-1].until_at, solved) if at is not None]
    clock = Clock.of(
        "law_stop",
        "1.3.2",
        begins,
        facts.calendar,
        within=limit.within,
        ladder=limit.ladder,
        met_at=min(ends, default=None),
    )
    yield from run_clock(clock, facts, MODULE)
