"""What a look at a ticket finds and how it ends."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

from integrations.zammad.plan import Plan
from integrations.zammad.wire import OneRead
from jobs.looks import Known
from policies.kernel.evaluate import Verdict
from policies.kernel.facts import Facts


class Outcome(StrEnum):
    """How one look at a ticket ended."""

    ECHO = "echo"
    SAME = "no difference"
    WRITTEN = "written"
    VANISHED = "vanished"
    OVER = "merged or removed"
    RETRIED = "retried"
    FAILED = "failed"
    LOST = "lease lost"
    MAKING = "being made anew"


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """One ticket, read and judged, with the difference; nothing is written yet."""

    read: OneRead
    known: Known
    facts: Facts
    verdict: Verdict
    plan: Plan
    case_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Over:
    """A ticket with which nothing more is done; `into` is the one it was merged into, where that is known."""

    outcome: Outcome
    into: int | None = None


@dataclass(slots=True)
class Calls:
    """How many calls a look has cost the helpdesk, and the clauses it decided by."""

    reads: int = 0
    writes: int = 0
    clauses: list[str] = field(default_factory=list)
