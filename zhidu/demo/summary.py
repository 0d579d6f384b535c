"""What came of the week: figures counted from the store, the helpdesk and the service's own counters."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, fields
from datetime import datetime
from typing import Any, Final

from zhidu.demo import counting
from zhidu.demo.originals import counted, told_within
from zhidu.demo.player import Player
from zhidu.demo.script import ZONE
from zhidu.demo.story import columns, padded
from zhidu.demo.words import Words
from zhidu.endings import Clocks

_ALL: Final = 1_000_000
_SEARCH: Final = "POST /api/v1/tickets/search"

_WIDTH, _NAME, _TOTAL = 110, 28, 5
"""Columns of the table, of its names and of its figures."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Summary:
    """All figures.

    clocks           clause → its clocks
    rungs            clause and rung, such as `4.3.2 50%` → how often it took effect
    findings         code → how many
    deliveries       new, duplicate … → how many; echo: of the new, those that told of our own write alone
    reads, writes    the service's calls to the helpdesk in the week; setting up is not counted
    searches         calls that look for changes without a delivery, as the timetable says; not among the reads
    events           deliveries that were taken in, clocks that were due and changes that were found by searching
    mails            to colleagues, by what became of them; remarks: what was gathered for mails of the day
    masked           how often a ticket was made anew with confidential data masked
    originals        sealed, seen, refused: see `originals.counted`
    grave_told_within   the most seconds from a grave reply until the mail about it had gone; None: there was none
    told             login → how often the helpdesk told that person of something
    told_by_zhidu    how often of these it told of what zhidu did
    seconds          real time that the play took; the only figure that differs from one play to the next
    """

    begins: datetime
    ends: datetime
    seed: int
    policy: str
    tickets: int
    cases: int
    kinds: Mapping[str, int]
    severities: Mapping[str, int]
    reopened: int
    ended: int
    clocks: Mapping[str, Clocks]
    rungs: Mapping[str, int]
    findings: Mapping[str, int]
    grave: int
    notes: int
    replies: int
    mails: Mapping[str, int]
    remarks: int
    masked: int
    originals: Mapping[str, int]
    grave_told_within: float | None
    told: Mapping[str, int]
    told_by_zhidu: int
    deliveries: Mapping[str, int]
    looks: Mapping[str, int]
    events: int
    reads: int
    writes: int
    searches: int
    lines: int
    seconds: float

    def as_json(self) -> dict[str, Any]:
        """One object; instants with their offset, shares to the hundredth."""
        found = {one.name: _plain(getattr(self, one.name)) for one in fields(self) if one.name != "clocks"}
        found["clocks"] = {clause: asdict(clocks) for clause, clocks in self.clocks.items()}
        found["clocks_met"] = sum(clocks.met for clocks in self.clocks.values())
        found["clocks_breached"] = sum(clocks.late for clocks in self.clocks.values())
        found["clocks_ended"] = sum(clocks.ended for clocks in self.clocks.values())
        found["reads_per_event"] = round(self.reads / max(1, self.events), 2)
        found["writes_per_event"] = round(self.writes / max(1, self.events), 2)
        return found

    def table(self, words: Words) -> Iterator[str]:
        """For people."""
        of = words.of
        yield f"── {of('summary.title')} " + "─" * 60
        days = (self.ends.astimezone(ZONE).date() - self.begins.astimezone(ZONE).date()).days
        took = {"seconds": f"{self.seconds:.0f}", "policy": self.policy, "seed": self.seed, "days": days}
        yield of("summary.took", begins=words.when(self.begins), ends=words.when(self.ends), **took)
        yield ""
        for key, total, parts in self._rows(words):
            yield from _row(of(f"summary.{key}"), total, parts)
        yield ""
        yield from self._clock_rows(words)

    def _rows(self, words: Words) -> Iterator[tuple[str, int, list[str]]]:
        grades = {words.value("severity", grade): count for grade, count in self.severities.items()}
        kinds = {words.value("kind", kind): count for kind, count in self.kinds.items()}
        yield "tickets", self.tickets, []
        yield "cases", self.cases, [*_counts(kinds), *_counts(grades)]
        yield "ended", self.ended, []
        yield "reopened", self.reopened, []
        yield "rungs", sum(self.rungs.values()), _counts(self.rungs)
        yield "findings", sum(self.findings.values()), [*_counts(self.findings), *self._grave(words)]
        yield "notes", self.notes, []
        yield "replies", self.replies, []
        remarks = words.of("summary.remarks")
        yield "mails", sum(self.mails.values()), [*_counts(self.mails), *_counts({remarks: self.remarks})]
        originals = {words.of(f"summary.{name}"): count for name, count in self.originals.items()}
        yield "masked", self.masked, _counts(originals)
        by_zhidu = words.of("summary.by_zhidu", count=self.told_by_zhidu)
        told = {words.person(who): count for who, count in self.told.items()}
        yield "told", sum(self.told.values()), [by_zhidu, *_counts(told)]
        taken = {name: count for name, count in self.deliveries.items() if name != "echo"}
        yield "deliveries", sum(taken.values()), _counts(self.deliveries)
        yield "looks", sum(self.looks.values()), _counts(self.looks)
        searches = words.of("summary.searches", count=self.searches)
        yield "helpdesk", self.reads + self.writes + self.searches, [self._per_event(words), searches]

    def _grave(self, words: Words) -> Iterator[str]:
        yield words.of("summary.grave", count=self.grave)
        if self.grave_told_within is not None:
            yield words.of("summary.grave_told", seconds=f"{self.grave_told_within:.0f}")

    def _per_event(self, words: Words) -> str:
        reads, writes = self.reads / max(1, self.events), self.writes / max(1, self.events)
        return words.of("summary.per_event", events=self.events, reads=f"{reads:.2f}", writes=f"{writes:.2f}")

    def _clock_rows(self, words: Words) -> Iterator[str]:
        heads = [words.of(f"summary.{key}") for key in ("clocks", "met", "late", "breached", "open", "ended_clocks")]
        yield " ".join(f"{head:>10}" for head in heads)
        for clause, clocks in self.clocks.items():
            cells = (clause, clocks.met, clocks.met_late, clocks.breached, clocks.open, clocks.ended)
            yield " ".join(f"{cell:>10}" for cell in cells)


def _counts(counts: Mapping[str, int]) -> list[str]:
    return [f"{name} {count}" for name, count in counts.items() if count]


def _row(name: str, total: int, parts: list[str]) -> Iterator[str]:
    """A figure with its parts, on as many lines as they need."""
    margin = " " * (_NAME + _TOTAL + 3)
    lines: list[str] = []
    line = ""
    for part in parts:
        if line and columns(line) + columns(part) + 2 > _WIDTH - len(margin):
            lines, line = [*lines, f"{line},"], ""
        line = f"{line}, {part}" if line else part
    first, *more = [*lines, line]
    yield f"{padded(name, _NAME)} {total:>{_TOTAL}}   {first}".rstrip()
    for rest in more:
        yield f"{margin} {rest}"


def _plain(value: object) -> object:
    if isinstance(value, datetime):
        return value.astimezone(ZONE).isoformat()
    if isinstance(value, float):
        return round(value, 2)
    return dict(value) if isinstance(value, Mapping) else value


def summarise(player: Player, *, begins: datetime, seed: int, before: tuple[int, int], seconds: float) -> Summary:
    """`before` are the helpdesk's reads and writes when the play began."""
    stage, tally, actors = player.stage, player.tally, player.actors
    service, box, counters = stage.service, stage.box, stage.box.counters
    delivered = counting.samples(service.registry, "zhidu_deliveries_total", "outcome")
    facts = [judgement.verdict.facts for judgement in tally.last.values()]
    found = service.store.findings.list(limit=_ALL)
    searches = counters.by_path[_SEARCH]
    return Summary(
        begins=begins,
        ends=stage.clock.now(),
        seed=seed,
        policy=stage.policy.digest,
        tickets=len(box.desk.tickets),
        cases=len({service.store.cases.of(one.ticket.id) for one in facts}),
        kinds=counting.by_name(Counter(one.ticket.kind or "" for one in facts)),
        severities=counting.by_name(Counter(one.ticket.severity for one in facts if one.ticket.severity)),
        reopened=sum(counting.reopenings(one.history) for one in facts),
        ended=sum(one.ticket.stage == "ended" for one in facts),
        clocks=counting.clocks(player),
        rungs=counting.rungs(service.registry),
        findings=counting.by_name(Counter(record.finding.code for record in found)),
        grave=sum(record.finding.grave for record in found),
        notes=counting.articles_of_ours(box, internal=True),
        replies=counting.articles_of_ours(box, internal=False),
        mails=counting.mails(service),
        remarks=len(counting.gathered(service.store)),
        masked=tally.anew,
        originals=counted(None if service.vaulted is None else service.vaulted.vault),
        grave_told_within=told_within(service.store, tally.replied),
        told=counting.told(box),
        told_by_zhidu=counting.told_by_zhidu(box),
        deliveries=counting.whole({**delivered, "echo": tally.looks["echo"]}),
        looks=counting.by_name(tally.looks),
        events=int(delivered.get("new", 0)) + tally.reasons["due"] + tally.reasons["missed"],
        reads=counters.reads - before[0] - actors.reads - searches,
        writes=counters.writes - before[1] - actors.writes,
        searches=searches,
        lines=player.story.lines,
        seconds=seconds,
    )
