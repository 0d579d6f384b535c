"""What is left of a plan where nobody is to be told."""

from __future__ import annotations

from dataclasses import replace

from integrations.zammad.plan import Plan
from policies.kernel.decisions import Find
from policies.kernel.facts import Memory
from policies.kernel.once import once_key


def silent(plan: Plan, given: Memory) -> Plan:
    """The same evaluation of a ticket that is only observed: what must be remembered, and nothing anybody notices.

    given    the memory as read. Rungs that have passed and findings of the past are used up, so that nothing old is
             made up for once the ticket is taken in; what was to be said is not, for nobody has heard it.
    """
    return Plan(ticket_id=plan.ticket_id, memory=_unsaid(plan, given), lacking=plan.lacking)


def hushed(plan: Plan, given: Memory) -> Plan:
    """The same evaluation without a word to anybody: fields, places, tags, checklist are brought to where they belong.

    given    as for `silent`
    """
    return Plan(
        ticket_id=plan.ticket_id,
        changes=plan.changes,
        memory=_unsaid(plan, given),
        tagging=plan.tagging,
        linking=plan.linking,
        listing=plan.listing,
        hiding=plan.hiding,
        twinning=plan.twinning,
        lacking=plan.lacking,
        refused=plan.refused,
        impossible=plan.impossible,
    )


def _unsaid(plan: Plan, given: Memory) -> Memory | None:
    found = frozenset(
        once_key(d.module, d.action) for d in plan.findings if isinstance(d.action, Find) and "/" not in d.action.key
    )
    memory = plan.memory and replace(plan.memory, done=given.done | found, situation=given.situation)
    return None if memory == given else memory
