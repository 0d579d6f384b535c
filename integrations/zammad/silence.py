"""Tickets that are older than the service: watched, until a person takes them up."""

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
    found = frozenset(
        once_key(d.module, d.action) for d in plan.findings if isinstance(d.action, Find) and "/" not in d.action.key
    )
    memory = plan.memory and replace(plan.memory, done=given.done | found, situation=given.situation)
    return Plan(ticket_id=plan.ticket_id, memory=None if memory == given else memory, lacking=plan.lacking)
