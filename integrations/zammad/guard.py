"""The guard between plan and apply: an absurdly large plan is a mistake in the policy, and is not written."""

from __future__ import annotations

from dataclasses import dataclass

from integrations.zammad.plan import Plan


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What one evaluation of one ticket may at most do; more is taken for a mistake in the policy."""

    fields: int = 25
    note_characters: int = 20_000
    replies: int = 3
    tells: int = 10
    tags: int = 20
    links: int = 10
    lines: int = 40


class Absurd(Exception):
    """A plan that the guard refuses: it would do more to one ticket than any policy should."""


def guard(plan: Plan, limits: Limits) -> None:
    """Raises `Absurd`, naming what is too much and which rules want it."""
    note = len(plan.note.article.body) if plan.note is not None else 0
    counts = {
        "fields": (len(plan.changes), limits.fields),
        "characters of note": (note, limits.note_characters),
        "replies": (len(plan.replies), limits.replies),
        "messages": (len(plan.tells) + len(plan.notices), limits.tells),
        "tags": (len(plan.tagging), limits.tags),
        "links": (len(plan.linking), limits.links),
        "lines of the checklist": (sum(len(wanted.lines) for wanted in plan.lists), limits.lines),
    }
    over = [f"{what} {count} (at most {most})" for what, (count, most) in counts.items() if count > most]
    if over:
        rules = sorted({decision.rule for decision in plan.decisions})
        raise Absurd(f"ticket {plan.ticket_id}: {', '.join(over)}; wanted by {', '.join(rules)}")
