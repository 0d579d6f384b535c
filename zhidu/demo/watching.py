"""A planner that lets somebody watch: what was decided about which facts, and what is written of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from integrations.zammad.plan import NO_CHANGES, Plan, Planner
from integrations.zammad.wire import OneRead
from policies.kernel.evaluate import Verdict
from policies.kernel.facts import Facts


@dataclass(frozen=True, slots=True, kw_only=True)
class Judgement:
    """One look at a ticket: the facts as read, what was decided, what differs from the helpdesk."""

    facts: Facts
    verdict: Verdict
    plan: Plan


@dataclass(frozen=True, slots=True, kw_only=True)
class WatchedPlanner(Planner):
    """Plans as `Planner` does and shows each plan to `watch`."""

    watch: Callable[[Judgement], None]

    def plan(self, verdict: Verdict, given: Facts, read: OneRead, refused: Mapping[str, object] = NO_CHANGES) -> Plan:
        plan = Planner.plan(self, verdict, given, read, refused)
        self.watch(Judgement(facts=given, verdict=verdict, plan=plan))
        return plan
