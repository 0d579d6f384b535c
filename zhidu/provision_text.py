"""A plan of provisioning as people and machines read it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from integrations.zammad.provision.changes import Create, Migrate, Retire, Update, as_json, lines

if TYPE_CHECKING:
    from integrations.zammad.provision.whole import Look

_GRANT = "give the service user's token in Zammad, Profile → Token Access"


def plan_lines(found: Look, *, drift: bool = False) -> Iterator[str]:
    """The changes in order, then what stands in the way; a line begins with its sign.

    drift   only what undoes changes made in Zammad
    """
    for change in found.plan.drifted if drift else found.plan.changes:
        yield from lines(change)
    for obstacle in () if drift else found.plan.obstacles:
        yield f"? {obstacle.what}"
        yield f"    → {obstacle.do}"


def plan_summary(found: Look, refusals: Sequence[str]) -> str:
    """What it amounts to, and what `apply` will not do as it is."""
    plan = found.plan
    kinds = {"to make": Create, "to change": Update, "to retire": Retire}
    counts = {word: sum(isinstance(change, kind) for change in plan.changes) for word, kind in kinds.items()}
    shown = [f"{count} {word}" for word, count in counts.items() if count]
    told = [", ".join(shown) or f"nothing differs: {plan.known} objects are as they must be"]
    if any(isinstance(change, Migrate) and change.away for change in plan.changes):
        told.append("Zammad restarts itself once for the database migration: it is gone for some ten seconds")
    if plan.obstacles:
        told.append(f"{len(plan.obstacles)} in the way or to know (?)")
    told += [f"needs --force: {why}" for why in refusals]
    if found.lacking:
        told.append(f"the token lacks {', '.join(found.lacking)}: {_GRANT}")
    if found.rights.granted is None:
        told.append(
            "Zammad does not tell what the token permits (it would with user_preferences.access_token): "
            "what it may not do shows when it is done"
        )
    return "\n".join(told)


def plan_json(found: Look, refusals: Sequence[str], *, drift: bool = False) -> dict[str, object]:
    """The plan for machines."""
    plan = found.plan
    return {
        "changes": [as_json(change) for change in (plan.drifted if drift else plan.changes)],
        "obstacles": [
            {"object": None if one.key is None else str(one.key), "what": one.what, "do": one.do}
            for one in plan.obstacles
        ],
        "needs_force": list(refusals),
        "lacking": list(found.lacking),
        "known": plan.known,
    }
