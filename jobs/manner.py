"""How loudly a look acts: aloud, without a word, or as an observer."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from enum import StrEnum
from typing import Final, assert_never

from integrations.zammad.plan import Plan
from integrations.zammad.silence import hushed, silent
from jobs.relook import REASON as POLICY
from policies.kernel.facts import NOBODY, Facts, Memory

ADOPT: Final = "adopt"
"""Why a ticket is looked at that a person has told us to take in."""

_WITHOUT_A_WORD: Final = frozenset({POLICY, ADOPT})


class Manner(StrEnum):
    """aloud: everything; hushed: what belongs on the ticket, and nobody is told; observing: our own memory alone."""

    ALOUD = "aloud"
    HUSHED = "hushed"
    OBSERVING = "observing"


def manner_of(facts: Facts, reasons: Collection[str], adopt_from: datetime | None) -> Manner:
    """How a look for `reasons` acts. What fell due before zhidu or the policy in force was there is old news."""
    if ADOPT not in reasons and _only_observed(facts, adopt_from):
        return Manner.OBSERVING
    return Manner.HUSHED if reasons and _WITHOUT_A_WORD.issuperset(reasons) else Manner.ALOUD


def in_manner(plan: Plan, manner: Manner, given: Memory) -> Plan:
    """What is left of `plan`; `given` is the memory as read."""
    match manner:
        case Manner.ALOUD:
            return plan
        case Manner.HUSHED:
            return hushed(plan, given)
        case Manner.OBSERVING:
            return silent(plan, given)
        case _:  # pragma: no cover - the enumeration is closed
            assert_never(manner)


def _only_observed(facts: Facts, adopt_from: datetime | None) -> bool:
    """Whether the ticket is older than the service and no person has touched it since; triggers are no persons."""
    if adopt_from is None or facts.ticket.created_at >= adopt_from:
        return False
    if facts.memory.case_id is not None and not facts.memory.observed:
        return False
    nobody = (facts.me, NOBODY)
    touched = any(change.at >= adopt_from and change.by not in nobody for change in facts.history)
    spoken = (article for article in facts.articles if article.key is None and article.by not in nobody)
    return not touched and not any(article.at >= adopt_from for article in spoken)
