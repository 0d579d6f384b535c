"""A policy has come into force: every case with a running clock is looked at again, some at a time, in silence."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import structlog

from integrations.store.store import Store

log = structlog.get_logger()

REASON: Final = "policy"
"""Why a ticket is looked at. A look for this reason alone tells nobody anything: what fell due by the new policy before
it was in force is no departure."""

_CURSOR: Final = "relook"
_ALL: Final = "all"


@dataclass(frozen=True, slots=True, kw_only=True)
class Relook:
    """`batch` tickets a round, so that what people do meanwhile is not kept waiting.

    policy   the digest of the policy at work
    """

    store: Store
    policy: Callable[[], str]
    wake: Callable[[], None]
    batch: int = 100

    def run(self) -> int:
        """Enqueue the next tickets; returns how many. Nothing runs yet under an installation's first policy."""
        digest, seen = self.policy(), self.store.cursors.text(_CURSOR)
        if seen is None:
            self.store.cursors.put(_CURSOR, f"{digest} {_ALL}")
            return 0
        known, _, upto = seen.partition(" ")
        if known == digest and upto == _ALL:
            return 0
        last = int(upto) if known == digest else 0
        tickets = self.store.clocks.open_tickets(after=last, limit=self.batch)
        with self.store.unit() as unit:
            unit.inbox.enqueue_all(tickets, REASON)
            unit.cursors.put(_CURSOR, f"{digest} {tickets[-1] if tickets else _ALL}")
        if known != digest:
            log.info("open cases are looked at again by another policy", policy=digest)
        if tickets:
            self.wake()
        return len(tickets)
