"""The use case: one ticket that may have changed is read, judged, and brought to where the policy wants it."""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

import structlog

from integrations.store.errors import StoreError
from integrations.store.records import Look, Work
from integrations.store.store import Store
from integrations.zammad.apply import Applied, apply
from integrations.zammad.errors import NotFound, Permanent, Refused, Stale, Transient
from integrations.zammad.facts import Reader
from integrations.zammad.guard import Absurd, Limits, guard
from integrations.zammad.names import UnknownName
from integrations.zammad.plan import Planner
from integrations.zammad.twin_copy import mark_of
from integrations.zammad.wire import OneRead
from jobs.access import Admission, Unguarded, is_lockout
from jobs.corrections import corrections, written_over
from jobs.lessons import keep_correction
from jobs.looks import Known, came_between, is_as_last_seen, is_echo, says_nothing_new
from jobs.manner import Manner, in_manner, manner_of
from jobs.outcomes import Calls, Judged, Outcome, Over
from jobs.ports import Helpdesk, Meter
from jobs.record import Recorder
from jobs.related import Relations
from jobs.resting import clocks_after, rested
from jobs.staging import stage
from jobs.troubles import Troubles
from jobs.twin_history import true_changes
from jobs.watchdog import Watchdog
from policies.kernel.decisions import Decision
from policies.kernel.describe import in_words
from policies.kernel.evaluate import Unit, evaluate
from policies.kernel.facts import Facts
from policies.kernel.overlay import overlay

log = structlog.get_logger()

_WRITING = timedelta(minutes=1)
"""How much of a claim must be left before a plan is written; more than a write takes when the helpdesk is slow."""


@dataclass(frozen=True, kw_only=True)
class Processor:
    """Everything a look at a ticket needs.

    helpdesk     the client of the calling thread
    adopt_from   tickets created before it are only observed until a person touches them; None: all are taken in
    access       is told whether the helpdesk lets us in
    bind         ties what came in through the gate to the ticket
    dry_run      say what would be written, and write nothing: neither to the helpdesk nor, but for the inbox, here
    """

    helpdesk: Callable[[], Helpdesk]
    store: Store
    reader: Reader
    planner: Planner
    recorder: Recorder
    relations: Relations
    troubles: Troubles
    units: Sequence[Unit]
    now: Callable[[], datetime]
    new_id: Callable[[], str]
    meter: Meter
    watchdog: Watchdog
    limits: Limits = field(default_factory=Limits)
    adopt_from: Callable[[], datetime | None] = lambda: None
    dry_run: bool = False
    access: Admission = field(default_factory=Unguarded)
    bind: Callable[[OneRead], None] = lambda read: None

    def process(self, work: Work) -> Outcome:
        """Look at the ticket of `work` and finish the work, whatever comes: done, tried again later, or dead letter."""
        began = time.monotonic()
        calls = Calls()
        deliveries = [delivery.delivery_id for delivery in work.deliveries]
        with structlog.contextvars.bound_contextvars(
            ticket_id=work.ticket_id, delivery_id=deliveries, reasons=",".join(work.reasons)
        ):
            try:
                outcome = self._look(work, calls)
            except (Transient, Stale, StoreError) as error:
                outcome = self._again(work, error)
            except (Permanent, UnknownName, Absurd, ValueError) as error:
                outcome = self._locked_out(work, error) if is_lockout(error) else self._give_up(work, error)
            except Exception as error:
                log.exception("look failed")
                outcome = self._give_up(work, error)
            cost = {"reads": calls.reads, "writes": calls.writes, "attempt": work.attempt}
            log.info("looked", outcome=outcome.value, clauses=calls.clauses, **cost)
        self.meter.processed(outcome.name.lower(), time.monotonic() - began, reads=calls.reads, writes=calls.writes)
        return outcome

    def judge(
        self, ticket_id: int, calls: Calls | None = None, *, reasons: Collection[str] = (), sure: bool = True
    ) -> Judged | Over:
        """Read and judge a ticket; nothing is written.

        reasons  why it is looked at: some let nobody be told
        sure     whether a ticket that is as it was last seen needs no look into its history
        """
        calls = calls or Calls()
        calls.reads += 1
        try:
            read = self.helpdesk().ticket(ticket_id)
            mark = mark_of(read.ticket.preferences)
            if mark is not None and mark.making:
                return Over(outcome=Outcome.MAKING)
            known, words = self._known(read, self.store.looks.get(ticket_id), calls, sure)
        except NotFound:
            return Over(outcome=Outcome.VANISHED)
        facts = self.reader.facts(read, known.changes, self.now())
        if facts.ticket.over:
            merged = facts.ticket.state_type == "merged"
            into = next((link.object_id for link in read.links if merged and link.type == "parent"), None)
            return Over(outcome=Outcome.OVER, into=into)
        return self._judged(read, known, facts, reasons, corrections(facts.ticket, words))

    def _judged(
        self, read: OneRead, known: Known, facts: Facts, reasons: Collection[str], put_back: tuple[Decision, ...]
    ) -> Judged:
        with self.watchdog.watching():
            verdict = evaluate(self.units, replace(overlay(facts, put_back), read=None))
        taken = {decision.action.slot for decision in verdict.decisions}
        left = (decision for decision in put_back if decision.action.slot not in taken)
        verdict = replace(verdict, decisions=(*verdict.decisions, *left))
        case_id = facts.memory.case_id or self.store.cases.of(facts.ticket.id) or self.new_id()
        manner = manner_of(facts, reasons, self.adopt_from())
        memory = replace(verdict.memory, case_id=case_id, observed=manner is Manner.OBSERVING)
        plan = self.planner.plan(replace(verdict, memory=memory), facts, read, known.refused)
        guard(plan, self.limits)
        plan = in_manner(plan, manner, facts.memory)
        return Judged(read=read, known=known, facts=facts, verdict=verdict, plan=plan, case_id=case_id)

    def _known(self, read: OneRead, look: Look | None, calls: Calls, sure: bool) -> tuple[Known, Mapping[str, str]]:
        """What is known of the ticket's past, and the words of persons that our own last write undid unseen."""
        kept, me = Known.of(look), self.reader.me
        if kept is not None and sure and is_as_last_seen(read.ticket, look):
            return kept, {}
        calls.reads += 1
        told = self.helpdesk().history(read.ticket.id)
        history = true_changes(read, kept, self.reader.changes(told), me)
        if kept is None:
            return Known(changes=history), {}
        undone = written_over(kept, self.reader.full_changes(told), me)
        return Known(changes=kept.dated(history, me)), undone

    def _look(self, work: Work, calls: Calls) -> Outcome:
        look = self.store.looks.get(work.ticket_id)
        me = self.reader.me
        only_deliveries = len(work.deliveries) == len(work.entries)
        sure = not any(came_between(delivery, look) for delivery in work.deliveries)
        if only_deliveries and look and all(says_nothing_new(delivery, look, me) for delivery in work.deliveries):
            if self._hears(look, sum(is_echo(delivery, look, me) for delivery in work.deliveries)):
                return self._finish(work, Outcome.ECHO)
            sure = False
        judged = self.judge(work.ticket_id, calls, reasons=work.reasons, sure=sure)
        if isinstance(judged, Over):
            return self._close(work, judged)
        self.access.worked()
        calls.clauses = sorted({clause for decision in judged.plan.decisions for clause in decision.clauses})
        if self.dry_run:
            self._say(judged)
            return self._finish(work, Outcome.SAME)
        self.bind(judged.read)
        applied = Applied(ticket=None)
        if not judged.plan.empty or judged.plan.decisions:
            if not self._is_still_ours(work):
                return Outcome.LOST
            stage(judged, self.store, self.recorder, self.meter)
            applied = self._apply(judged, calls)
        return self._commit(work, judged, applied)

    def _hears(self, look: Look, echoes: int) -> bool:
        """Whether these many echoes are all our own; what has been heard is not expected again."""
        known = Known.of(look)
        if self.dry_run or known is None or known.echoes is None or not echoes:
            return True
        if echoes <= known.echoes:
            self.store.looks.put(replace(look, history=replace(known, echoes=known.echoes - echoes).dump()))
            return True
        return False

    def _is_still_ours(self, work: Work) -> bool:
        """Whether nobody else took the ticket while it was read: a slow helpdesk can outlast a claim."""
        return self.now() < work.lease_until - _WRITING or self.store.inbox.renew(work, 2 * _WRITING)

    def _say(self, judged: Judged) -> None:
        """The plan as a line of the log each: fields, and the rules that want something."""
        for decision in judged.plan.decisions:
            log.info("would", rule=decision.rule, clauses=decision.clauses, action=in_words(decision.action))

    def _close(self, work: Work, over: Over) -> Outcome:
        if over.outcome is Outcome.MAKING:
            return self._finish(work, over.outcome)
        with self.store.unit() as unit:
            if not unit.inbox.done(work):
                return Outcome.LOST
            unit.inbox.make_good(work.ticket_id)
            if over.into is not None:
                self.relations.merge(unit, work.ticket_id, over.into)
            unit.clocks.replace(work.ticket_id, ())
            unit.looks.forget(work.ticket_id)
        return over.outcome

    def _apply(self, judged: Judged, calls: Calls) -> Applied:
        try:
            applied = apply(judged.plan, judged.read, self.helpdesk())
        except Refused as error:
            if not is_lockout(error):
                self._note_refusal(judged, error, calls)
            raise
        calls.writes += applied.writes
        return applied

    def _note_refusal(self, judged: Judged, error: Refused, calls: Calls) -> None:
        """A refusal is a thing a person must see: a finding, and a note, which Zammad takes where it refuses a PUT."""
        self.troubles.refused(judged.read, judged.case_id, judged.plan, error)
        note = self.troubles.refusal_note(judged.read, judged.facts, judged.plan, error)
        if note is not None:
            calls.writes += 1
            try:
                self.helpdesk().add_article(judged.plan.ticket_id, note)
            except (Transient, Permanent) as second:
                log.warning("refusal could not be noted", error=str(second))

    def _commit(self, work: Work, judged: Judged, applied: Applied) -> Outcome:
        plan, ticket = judged.plan, applied.ticket or judged.read.ticket
        for change in applied.ignored:
            log.warning("helpdesk ignored a change", field=change.field, rule=change.decision.rule)
            self.troubles.ignored(judged.read, judged.case_id, change)
        known = judged.known.after(plan.changes, applied.ignored, ticket.updated_at, self.reader.me)
        known = known if applied.ticket is None else replace(known, echoes=1 + len(plan.replies))
        look = Look(
            ticket_id=ticket.id,
            case_id=judged.case_id,
            number=ticket.number,
            updated_at=ticket.updated_at,
            article_count=ticket.article_count or len(judged.read.articles),
            by_user_id=ticket.updated_by_id,
            clean=not applied.foreign,
            history=known.dump(),
            history_until=judged.read.ticket.updated_at,
        )
        trouble = self.troubles.of(judged.read, judged.case_id, judged.plan, judged.verdict)
        with self.store.unit() as unit:
            # First, and the rest only where it held: whoever has the ticket by now has seen more than this look.
            if not (unit.inbox.fail(work, trouble) if trouble else unit.inbox.done(work)):
                return Outcome.LOST
            if not trouble:
                unit.inbox.make_good(ticket.id)
            unit.looks.put(look)
            unit.cases.put(ticket.id, judged.case_id)
            self.relations.keep(unit, judged.verdict.facts.ticket, began=self.adopt_from())
            keep_correction(unit, judged, self.reader)
            if plan.twinning:
                unit.twins.want(ticket.id, ticket.number)
            kept = unit.clocks.of(ticket.id) if trouble else ()
            unit.clocks.replace(ticket.id, clocks_after(judged.verdict, kept, self.now()))
            if applied.foreign:
                unit.inbox.enqueue(ticket.id, "again")
        if trouble:
            log.error("policy could not wholly be applied", error=trouble)
            self.meter.died("inbox")
            return Outcome.FAILED
        return Outcome.SAME if plan.empty else Outcome.WRITTEN

    def _finish(self, work: Work, outcome: Outcome) -> Outcome:
        return outcome if self.store.inbox.done(work) else Outcome.LOST

    def _again(self, work: Work, error: Exception) -> Outcome:
        log.warning("will be tried again", error=str(error))
        return Outcome.RETRIED if self.store.inbox.retry(work, str(error)) else Outcome.LOST

    def _locked_out(self, work: Work, error: Exception) -> Outcome:
        """It is no fault of the ticket's: it waits until the token works again."""
        self.access.refused(error)
        return self._again(work, error)

    def _give_up(self, work: Work, error: Exception) -> Outcome:
        what = f"{type(error).__name__}: {error}"
        log.error("dead letter", error=what)
        self.meter.died("inbox")
        with self.store.unit() as unit:
            failed = unit.inbox.fail(work, what)
            if failed:
                unit.clocks.replace(work.ticket_id, rested(unit.clocks.of(work.ticket_id), self.now()))
        return Outcome.FAILED if failed else Outcome.LOST
