"""What is known of a ticket beside what it shows: what zhidu must remember about it, and which other cases matter."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from types import MappingProxyType

from policies.kernel.quick import quick


@quick
@dataclass(frozen=True, slots=True, kw_only=True)
class Fired:
    """The rungs that already took effect in one run of a clock."""

    run: str
    rungs: frozenset[str] = frozenset()


@quick
@dataclass(frozen=True, slots=True, kw_only=True)
class Memory:
    """What zhidu itself must remember about a ticket so that nothing is done twice; it lives on the ticket.

    fired       clock name → rungs that took effect in its current run
    done        keys of things done once (asked for, told, drafted)
    situation   digest of the situation that the last note described
    observed    the case is older than the service and is watched in silence
    """

    case_id: str | None = None
    fired: Mapping[str, Fired] = field(default_factory=lambda: MappingProxyType({}))
    done: frozenset[str] = frozenset()
    situation: str | None = None
    observed: bool = False


@quick
@dataclass(frozen=True, slots=True, kw_only=True)
class Related:
    """Other cases that matter to this one.

    earlier       ids of the same customer's complaints received before this one, within the repeat period
    same_cause    customers (this one included) with a complaint of the same cause within the group period
    linked        those of them that had the same cause
    undelivered   keys of messages to this customer that were given up: they will not arrive by themselves
    first_at      when the first of the tickets that are this case came in; None: this one did
    """

    earlier: tuple[int, ...] = ()
    same_cause: int = 1
    linked: tuple[int, ...] = ()
    undelivered: frozenset[str] = frozenset()
    first_at: datetime | None = None
