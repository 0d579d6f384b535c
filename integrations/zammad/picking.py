"""The decisions that a plan carries as they are, picked out by what they do."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from integrations.zammad.origins import identity
from integrations.zammad.wire import OneRead
from policies.kernel.decisions import Decision, Mask, Tag, Untag


def of(decisions: Iterable[Decision], kind: type, wanted: Any = lambda action: True) -> tuple[Decision, ...]:
    """Those whose action is of this kind, and wanted."""
    return tuple(d for d in decisions if isinstance(d.action, kind) and wanted(d.action))


def tagging(decisions: Iterable[Decision], there: frozenset[str]) -> Iterator[Decision]:
    """The decisions that change the tags; of several about one tag, the last."""
    last = {d.action.name: d for d in decisions if isinstance(d.action, Tag | Untag)}
    for name, decision in last.items():
        if isinstance(decision.action, Untag) == (name in there):
            yield decision


def hiding(decisions: Iterable[Decision], read: OneRead) -> tuple[Decision, ...]:
    """The decisions about articles that the customer can still see."""
    shown = {identity(article) for article in read.articles if not article.internal}
    return of(decisions, Mask, lambda action: action.way == "flag" and action.article in shown)
