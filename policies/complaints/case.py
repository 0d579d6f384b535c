"""A complaint as its rules see it: what is derived from the facts, once for all of them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from policies.core.flags import taken_away
from policies.kernel.course import Course, looked_at, share
from policies.kernel.derived import derived
from policies.kernel.facts import Change, Facts, Post

MODULE: Final = "complaints"
SEVERITIES: Final = ("ordinary", "serious", "major")
LEADERS: Final = (Post.SUPERVISOR, Post.MANAGER)

_VIEW: Final = "_complaint"


def view(facts: Facts) -> Case:
    """The case of these facts; the same object for the same facts, so that nothing is derived twice."""
    known = facts.__dict__.get(_VIEW)
    if known is None:
        known = facts.__dict__[_VIEW] = Case(looked_at(facts))
        share(facts, known)
    return known


@dataclass(frozen=True)
class Case(Course):
    """What several rules ask about one complaint."""

    @derived
    def answered_at(self) -> datetime | None:
        """When the customer was first answered: by a person, or by the acknowledgement the company lets zhidu send."""
        own = self.sent_at("acknowledgement")
        reply = None if self.first_reply is None else self.first_reply.at
        return own if reply is None else reply if own is None else min(own, reply)

    @derived
    def removed_flags(self) -> frozenset[str]:
        """Flags that a person took away: they do not come back by themselves."""
        return taken_away(self.facts)

    @derived
    def exhausted(self) -> Change | None:
        """The documented decision that nothing more can be done, by somebody who may take it (4.3.5)."""
        if not (self.facts.ticket.exhausted_remedy or "").strip():
            return None
        decided = self.facts.last_set("exhausted_remedy")
        return decided if decided is not None and self.facts.post_of(decided.by) in LEADERS else None


def higher(severity: str | None) -> str:
    """One level up; major stays major."""
    rank = SEVERITIES.index(severity) if severity in SEVERITIES else 0
    return SEVERITIES[min(rank + 1, len(SEVERITIES) - 1)]
