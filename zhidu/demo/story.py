"""The story: one line for each thing that happens – when, which ticket, who, what, and by which clause."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Final, Literal
from unicodedata import east_asian_width

from integrations.store.vault.records import Record
from integrations.zammad.twin_taking import WHOLE
from policies.kernel.calendar import WorkingCalendar
from policies.kernel.decisions import (
    Assign,
    Checklist,
    Decision,
    Find,
    Note,
    Notify,
    Prioritise,
    Reply,
    Route,
    SetField,
    SetState,
    Tag,
    Tell,
)
from policies.kernel.voice import Voice
from zhidu.demo.private import told
from zhidu.demo.script import ZONE, Act, Case
from zhidu.demo.watching import Judgement
from zhidu.demo.words import Words

Tone = Literal["day", "company", "customer", "agent", "zhidu", "finding", "grave"]

UNTOLD: Final = frozenset({"next_due_at", "next_duty", "received_at", "missing", "case_owner", "told"})
"""Fields that only show what other lines tell."""

_QUOTE: Final = 60
_WHO: Final = 14


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One line. `tone` is who speaks, for colours."""

    at: datetime
    number: str
    who: str
    what: str
    clauses: tuple[str, ...] = ()
    tone: Tone

    def text(self) -> str:
        if self.tone == "day":
            return f"\n{self.what}"
        grounds = f"  [{', '.join(self.clauses)}]" if self.clauses else ""
        number = f"#{self.number}" if self.number else ""
        return f"{self.at.astimezone(ZONE):%H:%M}  {number:<7} {padded(self.who, _WHO)} {self.what}{grounds}"


def padded(text: str, width: int) -> str:
    """Filled with blanks to `width` columns of a terminal."""
    return text + " " * max(0, width - columns(text))


@dataclass(slots=True, kw_only=True)
class Story:
    """Tells what happens to `tell`, a line at a time, with a headline for each day.

    speak   the voice of the policy's sentences for the facts of a ticket
    """

    words: Words
    calendar: WorkingCalendar
    speak: Callable[[Judgement], Voice]
    tell: Callable[[Line], None]
    lines: int = 0
    _day: date | None = field(default=None)

    def company(self, at: datetime, key: str, **values: object) -> None:
        """Something befalls the company."""
        what = self.words.of(f"company.{key}", **values)
        self._tell(Line(at=at, number="", who=self.words.of("people.company"), what=what, tone="company"))

    def comes(self, at: datetime, number: str, case: Case) -> None:
        how = self.words.of(f"act.{case.channel}")
        what = self.words.of("act.comes", how=how, title=self._quote(f"{case.title} – {case.text}"))
        who = case.name or self.words.of("people.customer")
        self._tell(Line(at=at, number=number, who=who, what=what, tone="customer"))

    def acts(self, at: datetime, number: str, act: Act, case: Case) -> None:
        """What one person did, on one line."""
        if act.by == "customer":
            what = self.words.of("act.answers", text=self._quote(act.mail or ""))
            who = case.name or self.words.of("people.customer")
            self._tell(Line(at=at, number=number, who=who, what=what, tone="customer"))
            return
        what = ("; " if self.words.tongue == "en" else "；").join(self._deeds(act))
        self._tell(Line(at=at, number=number, who=self.words.person(act.by), what=what, tone="agent"))

    def asked(self, at: datetime, number: str, act: Act, field: str) -> None:
        """What one person wanted to do, and the form did not let through before something was filled in."""
        wanted = ("; " if self.words.tongue == "en" else "；").join(self._deeds(act))
        what = self.words.of("act.asked", wanted=wanted, field=self.words.field(field))
        self._tell(Line(at=at, number=number, who=self.words.person(act.by), what=what, tone="agent"))

    def _deeds(self, act: Act) -> Iterator[str]:
        of, person = self.words.of, self.words.person
        if act.take:
            yield of("act.take")
        if act.owner is not None:
            yield of("act.owner", person=person(act.owner))
        if act.group is not None:
            yield of("act.group", group=act.group)
        if act.set:
            entered = (
                of("effect.field", field=self.words.field(name), value=self.words.value(name, value))
                for name, value in act.set.items()
            )
            yield of("act.set", fields=self.words.joined(entered))
        for key, text in (("reply", act.reply), ("call", act.call), ("note", act.note)):
            if text is not None:
                yield of(f"act.{key}", text=self._quote(text))
        if act.until is not None:
            yield of("act.pending", until=self.words.when(act.until))
        elif act.state is not None:
            yield of(f"act.{act.state}")

    def _quote(self, text: str) -> str:
        """On one line, cut where it grows too long for one; what is confidential is only named."""
        return _cut(told(text, lambda name: self.words.of(f"private.{name}")))

    def anew(self, at: datetime, number: str, originals: Iterable[Record]) -> None:
        """A ticket was made anew: how many originals were sealed, and which kinds were masked where."""
        sealed = list(originals)
        masked = Counter(kind for one in sealed if one.origin.kind != WHOLE for kind in one.origin.kind.split(","))
        kinds = self.words.joined(f"{self.words.kind(kind)} {count}" for kind, count in sorted(masked.items()))
        what = self.words.of("vault.anew", kinds=kinds, originals=len(sealed))
        who = self.words.of("people.zhidu")
        self._tell(Line(at=at, number=number, who=who, what=what, clauses=("6.1.1",), tone="zhidu"))

    def vault(self, at: datetime, number: str, by: str, key: str, **values: object) -> None:
        """What somebody does to see an original."""
        what = self.words.of(f"vault.{key}", **values)
        self._tell(Line(at=at, number=number, who=self.words.person(by), what=what, tone="agent"))

    def refused(self, at: datetime, number: str, by: str, key: str, clause: str) -> None:
        """What somebody may not do with an original."""
        what = self.words.of(f"vault.{key}", person=self.words.person(by))
        who = self.words.of("people.zhidu")
        self._tell(Line(at=at, number=number, who=who, what=what, clauses=(clause,), tone="finding"))

    def decided(self, judgement: Judgement) -> None:
        """What zhidu wrote, a line for each reason, with the clauses it rests on and its effects."""
        voice = self.speak(judgement)
        number = judgement.facts.ticket.number
        grounds: dict[tuple[str, tuple[str, ...]], list[Decision]] = {}
        for decision in dict.fromkeys(judgement.plan.decisions):
            why = voice.say(decision.because, decision.module)
            grounds.setdefault((why, decision.clauses), []).append(decision)
        for (why, clauses), decisions in grounds.items():
            effects = list(dict.fromkeys(filter(None, (self._effect(d, voice) for d in decisions))))
            if not effects:
                continue
            line = Line(
                at=judgement.facts.now,
                number=number,
                who=self.words.of("people.zhidu"),
                what=f"{why}  → {self.words.joined(effects)}",
                clauses=clauses,
                tone=_tone(decisions),
            )
            self._tell(line)

    def _effect(self, decision: Decision, voice: Voice) -> str:
        of, action = self.words.of, decision.action
        match action:
            case SetField(field=name, value=value):
                if name in UNTOLD or (name == "stage" and value in ("received", "handling")):
                    return ""
                return of("effect.field", field=self.words.field(name), value=self.words.value(name, value))
            case Route(group=group):
                return of("effect.group", group=group)
            case Assign(owner=owner):
                return of("effect.owner", person=of("effect.nothing") if owner is None else voice.person(owner))
            case SetState(state=state):
                return of("effect.state", state=state)
            case Prioritise(priority=priority):
                return of("effect.priority", priority=priority)
            case Note():
                return of("effect.note")
            case Reply(send=send):
                return of("effect.sent" if send == "auto" else "effect.draft")
            case Notify(way=way):
                return of(f"effect.{way}_to_customer")
            case Tell(person=person, how=how, gathered=gathered):
                return of("effect.gathered" if gathered else f"effect.{how}", person=voice.person(person))
            case Find(grave=grave, waived_by=waived):
                return of("effect.waived" if waived is not None else "effect.grave" if grave else "effect.finding")
            case Tag(name=name):
                return of("effect.tag", tag=name)
            case Checklist(lines=lines) if lines:
                return of("effect.checklist", lines=self.words.joined(lines))
            case _:
                return ""

    def _tell(self, line: Line) -> None:
        day = line.at.astimezone(ZONE).date()
        if self._day is None or day > self._day:
            self._day = day
            for told in self._headline(line.at, day):
                self.tell(told)
        self.lines += 1
        self.tell(line)

    def _headline(self, at: datetime, day: date) -> Iterable[Line]:
        found = self.calendar.day(day)
        kind = self.words.of(f"day.{found.kind}", name=found.name)
        noon = datetime(day.year, day.month, day.day, 12, tzinfo=ZONE)
        what = self.words.when(noon).removesuffix(" 12:00") + (f" – {kind}" if kind else "")
        yield Line(at=at, number="", who="", what=what, tone="day")


def _tone(decisions: Iterable[Decision]) -> Tone:
    tone: Tone = "zhidu"
    for decision in decisions:
        if isinstance(decision.action, Find):
            if decision.action.grave:
                return "grave"
            tone = "finding"
    return tone


def columns(text: str) -> int:
    """How many columns of a terminal it takes; a Chinese character takes two."""
    return sum(2 if east_asian_width(letter) in "WF" else 1 for letter in text)


def _cut(text: str) -> str:
    """On one line, cut where it grows too long for one."""
    line = " ".join(text.split())
    if columns(line) <= _QUOTE:
        return line
    while columns(line) >= _QUOTE:
        line = line[:-1]
    return f"{line.rstrip()}…"
