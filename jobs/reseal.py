"""Originals of retired keys, sealed anew with the current one, some a round."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import structlog

from integrations.store.vault.records import Resealing

log = structlog.get_logger()


class Resealer(Protocol):
    """What the job asks of the vault."""

    def reseal(self, limit: int) -> Resealing: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Reseal:
    """`batch` originals a round, each in a transaction of its own: stopped anywhere, the next round goes on.

    vault   None: there is none, and nothing is done
    """

    vault: Resealer | None
    batch: int = 100

    def run(self) -> int:
        """How many were sealed anew. raises StoreError"""
        if self.vault is None:
            return 0
        done = self.vault.reseal(self.batch)
        if done.moved:
            log.info("originals sealed anew", count=done.moved, left=done.left)
        return done.moved
