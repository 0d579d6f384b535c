"""Why a ticket is as it is: facts, decisions with clauses, clocks counted out day by day, what would change it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from integrations.zammad.plan import Plan
from policies.intake.kinds import first_reading
from policies.intake.reading import Reading
from policies.kernel.day_count import amount_text
from policies.kernel.deadlines import Clock, look
from policies.kernel.decisions import Decision, RunClock
from policies.kernel.describe import describe, in_words
from policies.kernel.evaluate import Verdict
from policies.kernel.facts import Facts
from policies.kernel.ladders import fired_in
from policies.kernel.text.phrases import readable
from policies.kernel.voice import Voice
from zhidu.action_line import action_line, named
from zhidu.policy import Policy
from zhidu.reading_line import reading_line

_SHOWN = (
    "group", "owner", "state", "priority", "kind", "severity", "flags", "stage", "case_owner", "received_at", "cause",
    "responsible", "remedy", "extension", "close_approval", "waiting_for", "satisfaction", "closed_at", "pending_until",
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Explained:
    """One ticket, judged; `plan` is what would be written now, `observed` whether the service only watches it."""

    facts: Facts
    verdict: Verdict
    plan: Plan
    policy: Policy
    voice: Voice
    observed: bool = False

    def lines(self, *, silent: bool = False) -> Iterator[str]:
        """The explanation for people; `silent`: with every rule that had nothing to say, and what it is for."""
        yield from self._head()
        yield from self._facts()
        yield from self._reading()
        yield from self._texts()
        yield from self._decisions()
        yield from self._silent(each=silent)
        yield from self._clocks()
        yield from self._change()

    def _head(self) -> Iterator[str]:
        ticket = self.facts.ticket
        yield f"ticket {ticket.number} (id {ticket.id}) at {self._time(self.facts.now)}, policy {self.policy.digest}"
        for conflict in self.verdict.conflicts:
            sides = " / ".join(f"{d.rule} wants {in_words(d.action, named(self.voice))}" for d in conflict.sides)
            yield f"! conflict about {conflict.slot}, nothing is done: {sides}"
        for failure in self.verdict.failures:
            yield f"! rule {failure.rule} ({', '.join(failure.clauses)}) failed: {failure.error}"
        for module in self.verdict.skipped:
            yield f"! module {module} did not decide: a module it needs failed"
        if self.observed:
            yield "observed in silence: older than the service, and nobody has touched it since"

    def _facts(self) -> Iterator[str]:
        yield ""
        yield "facts"
        for name in _SHOWN:
            value = getattr(self.facts.ticket, name)
            if value not in (None, "", frozenset()):
                yield f"  {name:<14} {self._value(name, value)}"
        for name, value in sorted(self.facts.ticket.custom.items()):
            yield f"  {name:<14} {self._value(name, value)}"
        if self.facts.ticket.nonsense:
            yield f"  unreadable     {', '.join(sorted(self.facts.ticket.nonsense))}"
        if self.facts.memory.done or self.facts.memory.fired:
            fired = (f"{name} {'/'.join(sorted(f.rungs))}" for name, f in sorted(self.facts.memory.fired.items()))
            yield f"  remembered     {'; '.join((*fired, *sorted(self.facts.memory.done)))}"

    def _reading(self) -> Iterator[str]:
        """What the customer's words say, and whose word stands where a person had another opinion."""
        reading = self.reading
        if reading is None:
            return
        yield ""
        yield "reading"
        yield f"  {reading_line(reading)}"
        for name in ("kind", "flags", "mood", "category", "language"):
            change = self.facts.set_by_person(name)
            if change is not None:
                yield f"  {self.voice.person(change.by)} set {name} at {self._time(change.at)}, which stands"

    @property
    def reading(self) -> Reading | None:
        """Of the message that decides; None without one, or without the module that reads."""
        module = self.policy.modules.get("intake")
        return None if module is None else first_reading(self.facts, module.config)

    def _texts(self) -> Iterator[str]:
        yield ""
        yield "articles"
        for article in self.facts.articles:
            who = article.sender if article.key is None else "zhidu"
            shown = "internal" if article.internal else "public"
            yield f"  {self._time(article.at)}  {who}, {article.channel}, {shown}"
            if article.key is not None:
                continue  # what zhidu wrote weighs nothing
            for label, weight in article.features.weights:
                phrases = {readable(match.phrase): match.weight for match in article.features.of(label)}
                words = ", ".join(f"{phrase} {part:+g}" for phrase, part in phrases.items())
                yield f"      {label} {weight:g}: {words}"
            for amount in article.features.amounts:
                yield f"      sum {amount.value} {amount.currency} ({amount.role})"

    def _decisions(self) -> Iterator[str]:
        written = set(self.plan.decisions)
        yield ""
        yield "rules that decided (* = would be written now)"
        for decision in self.verdict.decisions:
            mark = "*" if decision in written else " "
            yield f" {mark}{', '.join(decision.clauses):<6} {decision.rule}: {self._action(decision)}"
            yield f"         {self._say(decision)}"
        for decision in self.verdict.overruled:
            yield f" -{', '.join(decision.clauses):<6} {decision.rule}: {self._action(decision)} (overruled)"

    def _silent(self, *, each: bool) -> Iterator[str]:
        decided = {decision.rule for decision in self.verdict.decisions}
        silent = [rule for module in self.policy.modules for rule in module.rules if rule.name not in decided]
        yield ""
        if not each:
            yield f"{len(silent)} rules had nothing to say (--all lists them)"
            return
        yield "rules that had nothing to say"
        for rule in silent:
            yield f"  {', '.join(rule.clauses):<6} {rule.name}: {rule.doc.splitlines()[0]}"

    def _clocks(self) -> Iterator[str]:
        yield ""
        yield "clocks"
        if not self.verdict.running:
            yield "  none"
        for action in self.verdict.running:
            yield from self._clock(action.clock)

    def _clock(self, clock: Clock) -> Iterator[str]:
        status, due = clock.status(self.facts.now), clock.due
        until = "stands still" if due is None else f"due {self._time(due.at)}"
        within = "" if clock.within is None else f"{clock.within} "
        begun = f"{within}from {self._time(clock.started_at)}"
        yield f"  {clock.name} ({', '.join(clock.clauses)}): {begun}, {until}, {status}"
        if due is not None and due.provisional:
            yield "      provisional: the period reaches into a year whose holidays are not known"
        if clock.met_at is not None:
            yield f"      met {self._time(clock.met_at)}"
        for pause in clock.pauses if clock.pausable else ():
            end = "now" if pause.until_at is None else self._time(pause.until_at)
            yield f"      stood still from {self._time(pause.from_at)} until {end}"
        if clock.within is not None:
            for day in clock.calendar.explain(clock.started_at, clock.within):
                name = f" {day.name}" if day.name else ""
                amount = amount_text(day.counted, clock.within) if day.counted else "-"
                total = amount_text(day.total, clock.within)
                yield f"      {day.date:%a %Y-%m-%d}  {amount:>9}  {total:>9}  {day.kind}{name}"
        fired = fired_in(self.facts.memory, clock)
        for rung in clock.ladder.rungs:
            mark = "done" if rung.name in fired else "to come"
            yield f"      {rung.name:>6}: {', '.join(rung.do)} ({mark})"

    def _change(self) -> Iterator[str]:
        yield ""
        yield "what would change it"
        docs = {rule.name: rule.doc.splitlines()[0] for module in self.policy.modules for rule in module.rules}
        for decision in self.verdict.decisions:
            if isinstance(decision.action, RunClock) and decision.action in self.verdict.running:
                clock = decision.action.clock
                seen = look(clock, self.facts.now, fired_in(self.verdict.facts.memory, clock))
                if seen.status in ("met", "met late"):
                    continue
                when = "only by what people do" if seen.next_at is None else f"by itself at {self._time(seen.next_at)}"
                yield f"  {clock.name}: {when}; {docs.get(decision.rule, '')}"

    def as_json(self) -> dict[str, Any]:
        """The same for machines; instants in UTC."""
        return {
            "ticket": self.facts.ticket.id,
            "number": self.facts.ticket.number,
            "at": _utc(self.facts.now),
            "policy": self.policy.digest,
            "facts": {name: _plain(getattr(self.facts.ticket, name)) for name in _SHOWN},
            "reading": None if self.reading is None else reading_line(self.reading),
            "custom": {name: _plain(value) for name, value in sorted(self.facts.ticket.custom.items())},
            "unreadable": sorted(self.facts.ticket.nonsense),
            "observed": self.observed,
            "decisions": [self._json(decision) for decision in self.verdict.decisions],
            "overruled": [self._json(decision) for decision in self.verdict.overruled],
            "conflicts": [
                {"slot": conflict.slot, "sides": [self._json(side) for side in conflict.sides]}
                for conflict in self.verdict.conflicts
            ],
            "failures": [{"rule": failure.rule, "error": failure.error} for failure in self.verdict.failures],
            "skipped": list(self.verdict.skipped),
            "clocks": [self._clock_json(action.clock) for action in self.verdict.running],
            "plan": list(plan_lines(self.plan, self.voice)),
        }

    def _json(self, decision: Decision) -> dict[str, Any]:
        verb, words = describe(decision.action)
        return {
            "rule": decision.rule,
            "clauses": list(decision.clauses),
            "because": self._say(decision),
            "action": {verb: {key.removeprefix("$"): _plain(value) for key, value in words.items()}},
        }

    def _clock_json(self, clock: Clock) -> dict[str, Any]:
        return {
            "name": clock.name,
            "clauses": list(clock.clauses),
            "started_at": _utc(clock.started_at),
            "within": None if clock.within is None else str(clock.within),
            "due_at": _plain(clock.due_at),
            "met_at": _plain(clock.met_at),
            "status": clock.status(self.facts.now),
        }

    def _say(self, decision: Decision) -> str:
        return self.voice.say(decision.because, decision.module)

    def _action(self, decision: Decision) -> str:
        return action_line(decision, self.voice, self._time)

    def _value(self, name: str, value: object) -> str:
        if isinstance(value, datetime):
            return self._time(value)
        if name in ("owner", "case_owner") and isinstance(value, int):
            return self.voice.person(value)
        return ", ".join(sorted(value)) if isinstance(value, frozenset) else str(value)

    def _time(self, at: datetime) -> str:
        return f"{at.astimezone(self.voice.zone):%a %Y-%m-%d %H:%M}"


def plan_lines(plan: Plan, voice: Voice) -> Iterator[str]:
    """A plan in plain words, a line each: what would be written, and why."""
    for change in plan.changes:
        why = voice.say(change.decision.because, change.decision.module)
        values = f"{_shown(change.actual)} → {_shown(change.desired)}"
        yield f"{change.field}: {values}   [{_grounds(change.decision)}] {why}"
    for tag in plan.add_tags:
        yield f"tag + {tag}"
    for tag in plan.remove_tags:
        yield f"tag - {tag}"
    for ticket in plan.add_links:
        yield f"link + {ticket}"
    for decision in plan.listing:
        yield f"{in_words(decision.action)}   [{_grounds(decision)}]"
    if plan.note is not None:
        for line in plan.note.lines:
            yield f"note: {' / '.join(line.splitlines())}"
    for decision, _ in plan.replies:
        yield f"reply: {voice.say(decision.because, decision.module)}   [{_grounds(decision)}]"
    for notice in plan.notices:
        why = voice.say(notice.decision.because, notice.decision.module)
        yield f"{notice.way} to the customer: {why}   [{_grounds(notice.decision)}]"
    for decision in plan.tells:
        yield f"mail: {in_words(decision.action, named(voice))}   [{_grounds(decision)}]"
    for decision in plan.findings:
        yield f"finding: {in_words(decision.action, named(voice))}   [{_grounds(decision)}]"
    for decision in plan.rungs:
        yield f"rung: {in_words(decision.action)}   [{_grounds(decision)}]"
    for name in plan.lacking:
        yield f"not written, the helpdesk has no such field: {name}"


def _grounds(decision: Decision) -> str:
    return f"{decision.rule} {', '.join(decision.clauses)}"


def _shown(value: object) -> str:
    if isinstance(value, frozenset):
        return ", ".join(sorted(value)) or "-"
    return "-" if value is None else str(_plain(value))


def _plain(value: object) -> Any:
    if isinstance(value, datetime):
        return _utc(value)
    if isinstance(value, frozenset | tuple | list):
        return [_plain(item) for item in (sorted(value) if isinstance(value, frozenset) else value)]
    return value


def _utc(at: datetime) -> str:
    return at.astimezone(UTC).isoformat().replace("+00:00", "Z")
