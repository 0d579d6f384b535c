"""What goes wrong between the policy and the helpdesk, as findings that a person sees (1.3.2)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from markupsafe import escape

from integrations.store.records import Finding
from integrations.store.store import Store
from integrations.zammad.errors import Refused
from integrations.zammad.plan import FieldChange, Plan
from integrations.zammad.wire import OneRead
from integrations.zammad.writes import ArticleWrite
from policies.kernel.digest import digest
from policies.kernel.evaluate import Verdict
from policies.kernel.facts import Facts
from policies.kernel.history import kept_word
from policies.kernel.scrub import scrub_text
from policies.kernel.voice import Voice

CLAUSE = "1.3.2"
"""Deviations are findings with an owner; these are the administrator's."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Troubles:
    """Keeps them. Each is one finding, however often it is met."""

    store: Store
    voice: Callable[[Facts], Voice]
    now: Callable[[], datetime]

    def of(self, read: OneRead, case_id: str, plan: Plan, verdict: Verdict) -> str:
        """What an administrator must see of an evaluation: fields the helpdesk lacks, conflicts, rules that failed.

        returns   the failed rules in a line, for the dead letter; empty when none failed
        """
        for name in plan.lacking:
            self._find(read, case_id, "field_missing", name, f"zhidu_{name}", key=f"field_missing:{name}")
        for what in plan.impossible:
            self._find(read, case_id, "not_possible", what, what)
        for conflict in verdict.conflicts:
            sides = " / ".join(f"{side.rule} ({', '.join(side.clauses)})" for side in conflict.sides)
            self._find(read, case_id, "policy_conflict", conflict.slot, f"{conflict.slot}: {sides}")
        failed = [f"{failure.rule} ({', '.join(failure.clauses)}): {failure.error}" for failure in verdict.failures]
        failed += [f"{module}: skipped, a module it needs failed" for module in verdict.skipped]
        return "; ".join(failed)

    def ignored(self, read: OneRead, case_id: str, change: FieldChange) -> None:
        """Zammad answered 200 and did not make the change."""
        self._find(read, case_id, "write_ignored", change.field, f"{change.field} → {_shown(change)}")

    def refused(self, read: OneRead, case_id: str, plan: Plan, error: Refused) -> None:
        """Zammad refused the write, in words of its own or of somebody's core workflow."""
        self._find(read, case_id, "write_refused", _occasion(plan, error), str(error))

    def refusal_note(self, read: OneRead, facts: Facts, plan: Plan, error: Refused) -> ArticleWrite | None:
        """A note that tells the desk of a refusal; None when it stands in the ticket already."""
        key = f"{read.ticket.id}:refused:{_occasion(plan, error)}"
        if any(article.key == key for article in read.articles):
            return None
        words = self.voice(facts).text("core", "note.refused", words=scrub_text(error.message))
        return ArticleWrite(body=str(escape(words)), internal=True, key=key)

    def _find(self, read: OneRead, case_id: str, code: str, what: str, evidence: str, *, key: str = "") -> None:
        self.store.findings.raise_(
            Finding(
                key=key or f"{read.ticket.id}:{code}:{what}",
                case_id=case_id,
                ticket_id=read.ticket.id,
                clause=CLAUSE,
                code=code,
                person_id=None,
                at=self.now(),
                evidence=scrub_text(evidence),
            )
        )


def _shown(change: FieldChange) -> object:
    desired = change.desired
    return kept_word(change.field, desired) if isinstance(desired, str) else desired


def _occasion(plan: Plan, error: Refused) -> str:
    """The same refusal of the same changes is one occasion, or our own note would call for the next."""
    return digest(error.message, *(f"{change.field}={change.desired}" for change in plan.changes))
