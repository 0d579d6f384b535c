"""What a plan leaves in the store before it is written: keyed, so that a second try adds nothing and counts nothing."""

from __future__ import annotations

from integrations.store.records import DecisionRow, Finding, FindingStatus
from integrations.store.store import Repositories, Store
from jobs.gathering import GATHERED, end_of_day
from jobs.outcomes import Judged
from jobs.ports import Meter
from jobs.record import Recorder, fired_rungs
from policies.kernel.scrub import scrub_text


def stage(judged: Judged, store: Store, recorder: Recorder, meter: Meter) -> None:
    """Keep decisions, findings and mails of the plan in one transaction, and count those that were not kept before."""
    plan, verdict, facts = judged.plan, judged.verdict, judged.verdict.facts
    rows = recorder.decisions(plan, verdict, judged.case_id)
    messages = tuple(recorder.messages(plan, verdict))
    with store.unit() as unit:
        added = unit.decisions.append(rows)
        for message in messages:
            unit.outbox.put(
                message, not_before=end_of_day(facts.calendar, facts.now) if message.kind == GATHERED else None
            )
        opened = [
            finding
            for finding, waived_by in recorder.findings(plan, verdict, judged.case_id)
            if _opened(unit, finding, waived_by, judged)
        ]
    _count(judged, added, opened, meter)


def _opened(unit: Repositories, finding: Finding, waived_by: int | None, judged: Judged) -> bool:
    """Open the finding, and waive it at once where a person's override covers it. False: it was there already."""
    if not unit.findings.raise_(finding):
        return False
    if waived_by is not None:
        why = scrub_text(judged.facts.ticket.override_reason or finding.evidence)
        who = judged.facts.person(waived_by)
        name = who.name if who is not None else str(waived_by)
        unit.findings.transition(finding.key, FindingStatus.WAIVED, by=name, why=why, at=judged.verdict.facts.now)
    return True


def _count(judged: Judged, added: tuple[DecisionRow, ...], opened: list[Finding], meter: Meter) -> None:
    for row in added:
        meter.decided(row.clauses)
    for finding in opened:
        meter.found(finding.clause, grave=finding.grave)
    new = {(row.rule, row.slot) for row in added}
    for decision, clause, rung in fired_rungs(judged.plan):
        if (decision.rule, decision.action.slot) in new:
            meter.rung_fired(clause, rung)
            if rung == "100%":
                meter.breached(clause)
