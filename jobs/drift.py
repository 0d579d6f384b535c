"""Once a day: what was changed in the helpdesk's set-up since the last apply, and what the policy in force needs that
is not there yet, counted and told to the administrator."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

import structlog

from integrations.store.records import Message
from integrations.store.store import Store
from integrations.zammad.provision.changes import Plan

log = structlog.get_logger()

_LOOKED = "drift"


class DriftMeter(Protocol):
    """Shows how much differs."""

    def drifted(self, drifted: int, differing: int) -> None: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Drift:
    """Looks at most once in `every`, however often it is run and the service restarted; nothing is changed.

    plan   reads the helpdesk and compares
    mail   of a plan in which something differs; None: nobody is to be written to. The same is mailed once.
    """

    plan: Callable[[], Plan]
    mail: Callable[[Plan], Message | None]
    store: Store
    meter: DriftMeter
    now: Callable[[], datetime]
    every: timedelta = timedelta(days=1)

    def run(self) -> int:
        """How many objects were changed there. raises ZammadError, StoreError – the next run looks again"""
        looked = self.store.cursors.time(_LOOKED)
        if looked is not None and self.now() - looked < self.every:
            return 0
        plan = self.plan()
        drifted = plan.drifted
        self.meter.drifted(len(drifted), len(plan.changes))
        if drifted:
            log.warning("changed in the helpdesk since the last apply", objects=len(drifted), see="zhidu plan --drift")
        if plan.due:
            log.warning("the helpdesk is not as the policy in force needs it", changes=len(plan.due), see="zhidu apply")
        if plan.changes:
            message = self.mail(plan)
            if message is not None:
                self.store.outbox.put(message)
        self.store.cursors.put(_LOOKED, self.now())
        return len(drifted)
