"""What an evaluation leaves in the store: clocks, decisions, findings and messages, as rows."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime

from integrations.store.records import ClockRow, ClockStatus, DecisionRow, Finding, Message
from integrations.zammad.plan import Plan
from jobs.gathering import GATHERED, NAME, TONGUE, end_of_day
from policies.kernel.deadlines import Clock, look
from policies.kernel.decisions import Action, Decision, Find, RunClock, Say, SetField, Tell
from policies.kernel.describe import in_words
from policies.kernel.digest import digest
from policies.kernel.evaluate import Verdict
from policies.kernel.facts import Facts, Person
from policies.kernel.history import without_words
from policies.kernel.ladders import fired_in
from policies.kernel.scrub import scrub_text
from policies.kernel.voice import Voice

_STATUS = {
    "running": ClockStatus.RUNNING,
    "paused": ClockStatus.PAUSED,
    "breached": ClockStatus.BREACHED,
    "met": ClockStatus.MET,
    "met late": ClockStatus.MET,
}


def clock_rows(verdict: Verdict) -> tuple[ClockRow, ...]:
    """The clocks as they stand once the verdict has taken effect."""
    rows: dict[str, ClockRow] = {}
    for action in verdict.running:
        clock = action.clock
        seen = look(clock, verdict.facts.now, fired_in(verdict.memory, clock))
        rows[clock.name] = ClockRow(
            name=clock.name,
            run=clock.run,
            clause=clock.clauses[0],
            started_at=clock.started_at,
            due_at=clock.due_at or _unpaused(clock),
            next_at=seen.next_at,
            status=_STATUS[seen.status],
            provisional=clock.due is not None and clock.due.provisional,
        )
    return tuple(rows.values())


def _unpaused(clock: Clock) -> datetime:
    """When a clock that waits would have been due: it has no other due time while it waits."""
    running = replace(clock, pauses=())
    return running.due_at or clock.started_at


@dataclass(frozen=True, slots=True, kw_only=True)
class Recorder:
    """Turns decisions into rows.

    voice    a ticket's voice, for the texts of findings and messages
    policy   digest of the policy in force
    """

    voice: Callable[[Facts], Voice]
    policy: str

    def decisions(self, plan: Plan, verdict: Verdict, case_id: str) -> tuple[DecisionRow, ...]:
        """One row for each decision that has an effect now, on the ticket as it was seen."""
        seen = verdict.facts.ticket.updated_at
        voice = self.voice(verdict.facts)
        return tuple(
            DecisionRow(
                ticket_id=plan.ticket_id,
                case_id=case_id,
                at=verdict.facts.now,
                rule=decision.rule,
                clauses=decision.clauses,
                slot=decision.action.slot,
                action=in_words(_wordless(decision.action, verdict.facts)),
                because=_said(voice, decision.because, decision, verdict.facts),
                policy=self.policy,
                occasion=digest(plan.ticket_id, seen.isoformat(), decision.rule, in_words(decision.action)),
            )
            for decision in dict.fromkeys(plan.decisions)
        )

    def findings(self, plan: Plan, verdict: Verdict, case_id: str) -> Iterator[tuple[Finding, int | None]]:
        """The findings, each with who waived it by an override, if anybody."""
        voice = self.voice(verdict.facts)
        for decision in plan.findings:
            action = decision.action
            if isinstance(action, Find):
                finding = Finding(
                    key=f"{plan.ticket_id}:{action.key}",
                    case_id=case_id,
                    ticket_id=plan.ticket_id,
                    clause=decision.clauses[0],
                    code=action.code,
                    person_id=action.person,
                    at=verdict.facts.now,
                    evidence=_said(voice, action.text, decision, verdict.facts),
                    grave=action.grave,
                )
                yield finding, action.waived_by

    def messages(self, plan: Plan, verdict: Verdict) -> Iterator[Message]:
        """Mails to persons of the company, nobody without an address is written to; and texts to the customer."""
        for notice in plan.notices:
            yield Message(key=notice.key, kind=notice.way, to=notice.to, subject=notice.subject, body=notice.text)
        for decision in plan.tells:
            message = self._message(decision, verdict.facts)
            if message is not None:
                yield message

    def _message(self, decision: Decision, facts: Facts) -> Message | None:
        action = decision.action
        person = facts.person(action.person) if isinstance(action, Tell) else None
        if not isinstance(action, Tell) or person is None or not person.email:
            return None
        voice = self.voice(facts)
        text = voice.say(without_words(action.text, facts.ticket), decision.module)
        if action.gathered:
            return self._entry(action, text, person, facts)
        why = voice.say(without_words(decision.because, facts.ticket), decision.module)
        number, clause = facts.ticket.number, decision.clauses[0]
        body = text if why == text else f"{text}\n{why}"
        return Message(
            key=f"{facts.ticket.id}:{action.key}:{action.person}",
            kind="mail",
            to=person.email,
            subject=voice.text("core", "mail.subject", number=number, clause=clause),
            body=voice.text("core", "mail.body", name=person.name, text=body, number=number, clause=clause),
        )

    def _entry(self, action: Tell, text: str, person: Person, facts: Facts) -> Message:
        """What goes into the person's mail of the day."""
        voice = self.voice(facts)
        return Message(
            key=f"{facts.ticket.id}:{action.key}:{action.person}",
            kind=GATHERED,
            to=person.email,
            subject=str(voice.word(end_of_day(facts.calendar, facts.now), "core")),
            body=text,
            headers={NAME: person.name, TONGUE: voice.tongue},
        )


def _wordless(action: Action, facts: Facts) -> Action:
    if isinstance(action, SetField) and isinstance(action.value, Say):
        return replace(action, value=without_words(action.value, facts.ticket))
    return action


def _said(voice: Voice, text: Say, decision: Decision, facts: Facts) -> str:
    """A sentence as it may be kept as evidence: without what people wrote, and without personal data."""
    return scrub_text(voice.say(without_words(text, facts.ticket), decision.module))


def fired_rungs(plan: Plan) -> Iterator[tuple[Decision, str, str]]:
    """Decision, clause and rung of every rung that takes effect in this plan."""
    for decision in plan.rungs:
        if isinstance(decision.action, RunClock):
            for rung in decision.action.reached:
                yield decision, decision.clauses[0], rung
