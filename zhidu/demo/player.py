"""Plays the week: from one thing that happens to the next, on virtual time, without waiting unless asked to."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Final

from integrations.store.records import EntryStatus, MessageStatus, Work
from integrations.zammad.errors import ZammadError
from integrations.zammad.sandbox import Fault
from jobs.drain import Workers
from jobs.gathering import GATHERED
from jobs.outcomes import Outcome
from jobs.post import MOST_GATHERED
from policies.kernel.decisions import RunClock
from zhidu.clock_runs import Runs, kinds_of
from zhidu.demo.actors import Actors, FormAsks, Opened
from zhidu.demo.installation import PEOPLE_EVERY, RECONCILE_EVERY
from zhidu.demo.originals import Showing
from zhidu.demo.script import Act, Astray, Case, Cue, Leave, Outage, Reveal
from zhidu.demo.stage import Stage
from zhidu.demo.story import Story
from zhidu.demo.watching import Judgement, WatchedPlanner

SWEEP_EVERY: Final = timedelta(seconds=30)
"""Between two looks for due clocks of tickets that could not be looked at."""

RETRY_EVERY: Final = timedelta(seconds=5)
"""Between two tries to find work when what waits may not be done yet."""

AGAIN: Final = timedelta(minutes=1)
"""Who found the helpdesk gone tries again, one after the other, once it is back."""

OWN_TIME: Final = 1.0
"""Seconds that each thing takes, so that no two changes of a ticket bear one time."""


@dataclass(slots=True, kw_only=True)
class Tally:
    """What the player itself counts: looks by outcome, why tickets were looked at, the last judgement of each.

    A ticket counts by its number, which it keeps when it is made anew. `anew`: how often one was; `replied`: reply →
    when it was written; `runs`: the runs of each ticket's clocks; `kinds`: rule → the kind of ticket it is for.
    """

    kinds: Mapping[str, str | None]
    looks: Counter[str] = field(default_factory=Counter)
    reasons: Counter[str] = field(default_factory=Counter)
    runs: dict[str, Runs] = field(default_factory=dict)
    last: dict[str, Judgement] = field(default_factory=dict)
    anew: int = 0
    replied: dict[int, datetime] = field(default_factory=dict)

    def judged(self, judgement: Judgement) -> None:
        """The next look at a ticket."""
        ticket = judgement.facts.ticket.number
        self.last[ticket] = judgement
        self.replied.update((reply.id, reply.at) for reply in judgement.facts.to_customer)
        verdict = judgement.verdict
        clocks = (decision for decision in verdict.decisions if isinstance(decision.action, RunClock))
        self.runs.setdefault(ticket, Runs(self.kinds)).take(judgement.facts.now, verdict, clocks)


@dataclass(slots=True, kw_only=True)
class Player:
    """Plays `cues` on `stage` and tells `story`.

    wait   waits so many virtual seconds in real time; does nothing when time is not to be seen
    """

    stage: Stage
    cues: list[Cue]
    story: Story
    wait: Callable[[float], None]
    tally: Tally = field(init=False)
    actors: Actors = field(init=False)
    workers: Workers = field(init=False)
    jobs: Mapping[str, Callable[[], object]] = field(init=False)
    _opened: dict[str, tuple[Case, Opened]] = field(default_factory=dict)
    _judgement: Judgement | None = None
    _swept_at: datetime = field(init=False)
    _reconcile_at: datetime = field(init=False)
    _people_at: datetime = field(init=False)
    _idle_at: datetime = field(init=False)
    _back_at: datetime | None = None
    _anew_at: datetime | None = None
    _gathered_at: datetime | None = None
    _told_waiting: bool = False
    _put_off: int = 0

    def __post_init__(self) -> None:
        stage, processor = self.stage, self.stage.service.processor
        assert processor is not None  # noqa: S101 - a stage's service is connected
        self.tally = Tally(kinds=kinds_of(processor.units))
        self.actors = Actors(box=stage.box, url=stage.url, private=stage.private, documents=stage.documents)
        planner = WatchedPlanner(names=processor.planner.names, notes=processor.planner.notes, watch=self._watch)
        watched = replace(processor, planner=planner)
        stage.service.processor = watched
        self.workers = Workers(store=stage.service.store, process=self._process, name="demo")
        self.jobs = stage.service.jobs()
        self._swept_at = self._reconcile_at = self._people_at = self._idle_at = stage.clock.now()

    @property
    def example(self) -> int:
        """A ticket worth explaining: the one about which most was decided."""
        judged = sorted(self.tally.last.values(), key=lambda one: one.facts.ticket.number)
        return max(judged, key=lambda one: len(one.verdict.decisions)).facts.ticket.id if judged else 1

    def play(self, until: datetime) -> None:
        """Everything up to `until`."""
        clock = self.stage.clock
        self.cues = [cue for cue in self.cues if cue.at < until]
        while (at := self._next()) < until:
            self.wait((at - clock.now()).total_seconds())
            clock.move(at)
            self.step()
        self.wait((until - clock.now()).total_seconds())
        clock.move(until)
        self.step()

    def step(self) -> None:
        """Do what is due now."""
        if self._back_at is not None and self.stage.clock.now() >= self._back_at:
            self._back_at, self._told_waiting = None, False
            self.story.company(self.stage.clock.now(), "back")
        self.stage.box.deliver_due(post=self.actors.deliver)
        if self.cues and self.cues[0].at <= self.stage.clock.now():
            self._cue(self.cues.pop(0))
            self.stage.clock.tick(OWN_TIME)
        self._sweep()
        self._timetable()
        # Asking what waits costs a read where claiming costs a write.
        waits = self.stage.service.store.inbox.list(EntryStatus.WAITING, limit=1)
        if waits and self.workers.drain():
            self._post(self.stage.clock.now())
        else:
            self._idle_at = self.stage.clock.now()

    def _next(self) -> datetime:
        """When something happens next."""
        store = self.stage.service.store
        found = [self._reconcile_at, self._people_at]
        found += [cue.at for cue in self.cues[:1]]
        found += [
            at
            for at in (self.stage.box.queue.next_at(), self._back_at, self._anew_at, self._gathered_at)
            if at is not None
        ]
        due = store.clocks.next_at()
        if due is not None:
            found.append(max(due, self._swept_at + SWEEP_EVERY))
        found += [
            max(entry.due_at, self._idle_at + RETRY_EVERY) for entry in store.inbox.list(EntryStatus.WAITING, limit=1)
        ]
        return max(min(found), self.stage.clock.now())

    def _sweep(self) -> None:
        now, store = self.stage.clock.now(), self.stage.service.store
        due = store.clocks.next_at()
        if due is not None and due <= now and now >= self._swept_at + SWEEP_EVERY:
            self._swept_at = now
            self.jobs["sweep"]()

    def _timetable(self) -> None:
        """The rounds that the timetable wants; what fails while the helpdesk is gone comes again."""
        now = self.stage.clock.now()
        if now >= self._reconcile_at:
            self._reconcile_at = now + timedelta(seconds=RECONCILE_EVERY)
            if missed := self._round("reconcile"):
                self.story.company(now, "missed", count=missed)
        if self._gathered_at is not None and now >= self._gathered_at:
            self._post(now)
        if now >= self._people_at:
            self._people_at = now + timedelta(seconds=PEOPLE_EVERY)
            self._round("absences")
        if self._anew_at is not None and now >= self._anew_at:
            self._make_anew(now)

    def _post(self, now: datetime) -> None:
        """Send what is due, and tell of mails of the day."""
        service, words = self.stage.service, self.story.words
        waits = service.store.outbox.list(MessageStatus.WAITING, limit=MOST_GATHERED)
        gathered = [one for one in waits if one.message.kind == GATHERED]
        self._gathered_at = min((one.due_at for one in gathered if one.due_at > now), default=None)
        due = Counter(one.message.to for one in gathered if one.due_at <= now)
        if service.post.run() and due:
            people = words.joined(f"{words.person(to)} {count}" for to, count in sorted(due.items()))
            self.story.company(now, "gathered", people=people)

    def _next_round(self) -> datetime:
        """Of the job that makes tickets anew."""
        return self.stage.clock.now() + timedelta(seconds=self.stage.service.config.schedule.twin_every_seconds)

    def _make_anew(self, now: datetime) -> None:
        """What is to be masked is made anew; what could not be, the next time."""
        store, vaulted = self.stage.service.store, self.stage.service.vaulted
        waiting = {twin.ticket_id: twin.number for twin in store.twins.unfinished()}
        self._round("twin")
        left = {twin.ticket_id for twin in store.twins.unfinished()}
        self._anew_at = self._next_round() if left else None
        for ticket, number in waiting.items():
            if ticket not in left and vaulted is not None:
                self.tally.anew += 1
                self.story.anew(self.stage.clock.now(), number, vaulted.vault.rows.records(ticket_id=ticket))

    def _round(self, job: str) -> object:
        try:
            return self.jobs[job]()
        except ZammadError:
            self._wait_for_helpdesk()
            return None

    def _wait_for_helpdesk(self) -> None:
        if not self._told_waiting:
            self._told_waiting = True
            self.story.company(self.stage.clock.now(), "waiting")

    def _watch(self, judgement: Judgement) -> None:
        self._judgement = judgement

    def _process(self, work: Work) -> Outcome:
        processor = self.stage.service.processor
        assert processor is not None  # noqa: S101 - set when the player was made
        self._judgement = None
        outcome = processor.process(work)
        self.tally.looks[outcome.name.lower()] += 1
        self.tally.reasons.update(work.reasons)
        if outcome is Outcome.RETRIED:
            self._wait_for_helpdesk()
        elif self._judgement is not None:
            self.tally.judged(self._judgement)
            if self._judgement.plan.twinning and self._anew_at is None:
                self._anew_at = self._next_round()
            if self._judgement.plan.decisions:
                self.story.decided(self._judgement)
        self.stage.clock.tick(OWN_TIME)
        return outcome

    def _cue(self, cue: Cue) -> None:
        if self._back_at is None or isinstance(cue.what, Outage | Astray):
            self._perform(cue)
        else:
            self._put_off += 1
            self.cues.append(replace(cue, at=self._back_at + AGAIN * self._put_off))
            self.cues.sort(key=lambda other: other.at)

    def _perform(self, cue: Cue) -> None:
        now, box = self.stage.clock.now(), self.stage.box
        match cue.what:
            case Case() as case:
                opened = self.actors.open(case)
                self._opened[cue.case] = case, opened
                self.story.comes(now, opened.number, case)
            case Act() as act:
                case, opened = self._opened[cue.case]
                try:
                    self.actors.act(act, opened, case)
                except FormAsks as asked:
                    self.story.asked(now, opened.number, act, asked.field)
                else:
                    self.story.acts(now, opened.number, act, case)
            case Reveal() as reveal:
                self._reveal(reveal, self._opened[cue.case][1])
            case Outage(minutes=minutes):
                box.faults.outage(minutes * 60)
                self._back_at, self._put_off = now + timedelta(minutes=minutes), 0
                self.story.company(now, "outage", minutes=minutes)
            case Leave() as leave:
                self.actors.leave(leave)
                self._tell_leave(now, leave)
            case Astray(how=how):
                box.faults.add(Fault(kind=how))
                self.story.company(now, how)

    def _reveal(self, reveal: Reveal, ticket: Opened) -> None:
        vaulted = self.stage.service.vaulted
        if vaulted is not None:
            showing = Showing(vault=vaulted.vault, clock=self.stage.clock, story=self.story)
            showing.play(reveal, ticket.id, ticket.number)

    def _tell_leave(self, now: datetime, leave: Leave) -> None:
        words = self.story.words
        until = words.when(leave.until)
        if leave.stand_in is None:
            self.story.company(now, "leave", person=words.person(leave.who), until=until)
            return
        stand_in = words.person(leave.stand_in)
        self.story.company(now, "stand_in", person=words.person(leave.who), until=until, stand_in=stand_in)
