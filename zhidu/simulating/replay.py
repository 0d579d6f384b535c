"""The life of one ticket under one policy: each moment at which something happened or a clock fell due, judged.

What was decided is laid on the ticket and remembered from moment to moment as the service would, so the next moment
sees it. Nothing is read and nothing written.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, ClassVar, NamedTuple
from zoneinfo import ZoneInfo

from jobs.looks import word
from policies.kernel.calendar import WorkingCalendar
from policies.kernel.copies import varied
from policies.kernel.deadlines import Clock, look
from policies.kernel.decisions import Decision, Reply
from policies.kernel.evaluate import Unit, Verdict, evaluate
from policies.kernel.facts import Article, Change, Desk, Facts, Fired, Memory, Person, Related, Ticket
from policies.kernel.ladders import fired_in
from policies.kernel.text.features import EMPTY
from policies.kernel.vocabulary import FIELDS
from zhidu.simulating.effects import Written, written
from zhidu.simulating.story import Scene, Story

MOST_MOMENTS = 5_000
"""A ticket that wants more looks than this is taken to be looping."""


class Loops(Exception):
    """A ticket's clocks never come to an end; the text names them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """One policy as a replay needs it.

    people   who works in the helpdesk on a day
    related  other cases that matter to a ticket, as far as they are known at an instant
    mails    whether a mail can leave this group for the customer
    """

    units: Sequence[Unit]
    desks: Mapping[str, Desk]
    calendars: Mapping[str, WorkingCalendar]
    people: Callable[[date], Mapping[int, Person]]
    related: Callable[[Ticket, datetime], Related]
    mails: Callable[[str], bool]
    zone: ZoneInfo


class Moment(NamedTuple):
    """One look: the facts as they were, what was decided, what would have been written."""

    given: Facts
    verdict: Verdict
    written: Written

    @property
    def at(self) -> datetime:
        return self.given.now


def replay(story: Story, rules: Rules, until: datetime) -> Iterator[Moment]:
    """Every moment before `until`, in order. Raises Loops."""
    stage, dues = _Stage(story, rules), _Dues()
    moment: Moment | None = None
    events = iter(story.events)
    event = next(events, None)
    due_at: datetime | None = None
    for _ in range(MOST_MOMENTS):
        if event is None and due_at is None:
            return
        if event is not None and (due_at is None or event.at <= due_at):
            now = event.at
            if now >= until:
                return
            stage.scene.play(event)
            told_only, event = event.told_only, next(events, None)
            if told_only and moment is not None and not stage.heard:
                continue
        elif due_at is not None:
            now = due_at
            if now >= until:
                return
        moment = stage.look(now)
        yield moment
        due_at = dues.after(moment.verdict, now)
    running = () if moment is None else moment.verdict.running
    clocks = ", ".join(sorted(action.clock.name for action in running))
    raise Loops(f"more than {MOST_MOMENTS} looks at ticket {story.began.id}: {clocks or 'too many events'}")


class _Dues:
    """When the first clock could change by itself; a clock that stands as it stood is not worked out again."""

    def __init__(self) -> None:
        self._known: dict[str, tuple[Clock, Fired | None, datetime | None]] = {}

    def after(self, verdict: Verdict, now: datetime) -> datetime | None:
        """None: none could."""
        first: datetime | None = None
        for action in verdict.running:
            at = self._next_at(action.clock, verdict.memory, now)
            if at is not None and at > now and (first is None or at < first):
                first = at
        return first

    def _next_at(self, clock: Clock, memory: Memory, now: datetime) -> datetime | None:
        fired = memory.fired.get(clock.name)
        known = self._known.get(clock.name)
        if known is not None and known[1] is fired and known[0] == clock:
            at = known[2]
            if at is None or at > now:
                return at
        at = look(clock, now, fired_in(memory, clock)).next_at
        if clock.met_at is None or clock.met_at <= now:
            self._known[clock.name] = clock, fired, at
        return at


class _Heard(Facts):
    """Facts that tell whether any rule asked what was said."""

    asked: ClassVar[bool] = False

    @property
    def articles(self) -> tuple[Article, ...]:
        type(self).asked = True
        found: tuple[Article, ...] = self.__dict__["articles"]
        return found


class _Stage:
    """The ticket between two looks.

    heard   whether the last look asked for articles: if not, another one changes nothing
    """

    def __init__(self, story: Story, rules: Rules) -> None:
        self.heard = True
        self.rules = rules
        self.base = _heard(story, rules)
        self.scene = Scene(ticket=story.began)
        self.memory = Memory()
        self.known: set[str] = set()

    def look(self, now: datetime) -> Moment:
        facts = self._facts(now)
        _Heard.asked = False
        verdict = evaluate(self.rules.units, facts)
        self.heard = _Heard.asked
        done = written(verdict, facts, self.known, mails=self.rules.mails(verdict.facts.ticket.group))
        self._carry(done, verdict, now)
        return Moment(facts, verdict, done)

    def _facts(self, now: datetime) -> Facts:
        rules, scene = self.rules, self.scene
        return varied(
            self.base,
            now=now,
            ticket=scene.ticket,
            articles=scene.articles,
            history=scene.history,
            people=rules.people(now.astimezone(rules.zone).date()),
            memory=self.memory,
            related=rules.related(scene.ticket, now),
        )

    def _carry(self, done: Written, verdict: Verdict, now: datetime) -> None:
        """What was written is there at the next look: fields with their history, replies, notes, memory."""
        scene, me = self.scene, self.base.me
        self.memory = verdict.memory
        wanted: dict[str, Any] = {}
        for one in done.sets:
            _lay(one.field, one.new, scene.ticket, wanted)
        if done.others:
            wanted["tags"] = verdict.facts.ticket.tags
        if done.sets:
            changes = (
                Change(at=now, by=me, field=s.field, old=word(s.field, s.old), new=word(s.field, s.new))
                for s in done.sets
            )
            scene.history = (*scene.history, *changes)
            if wanted.get("state") == "closed":
                wanted["closed_at"] = now
        if wanted:
            scene.ticket = varied(scene.ticket, updated_at=now, **wanted)
        if done.note_key is not None:
            self.known.add(done.note_key)
        for decision in done.sent:
            scene.articles = (*scene.articles, self._reply(decision, now))

    def _reply(self, decision: Decision, now: datetime) -> Article:
        assert isinstance(decision.action, Reply)  # noqa: S101 - only replies are sent
        key = f"{self.scene.ticket.id}:{decision.action.key}"
        self.known.add(key)
        return Article(id=0, at=now, sender="agent", by=self.base.me, channel="email", key=key, features=EMPTY)


def _heard(story: Story, rules: Rules) -> _Heard:
    """The facts that stay the same from look to look."""
    made = object.__new__(_Heard)
    same = Facts(
        now=story.began.created_at, ticket=story.began, desks=rules.desks, calendars=rules.calendars, me=story.facts.me
    )
    made.__dict__.update(same.__dict__)
    return made


def _lay(field: str, new: Any, ticket: Ticket, wanted: dict[str, Any]) -> None:
    match field:
        case "state":
            wanted["state"] = wanted["state_type"] = new
        case "pending_time":
            wanted["pending_until"] = new
        case "group" | "owner" | "priority":
            wanted[field] = new
        case _ if field in FIELDS:
            wanted[field] = new if new is not None or field != "flags" else frozenset()
        case _:
            wanted["custom"] = {**wanted.get("custom", ticket.custom), field: new}
