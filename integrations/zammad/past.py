"""A ticket as it was: what the history says changed since an instant is put back."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import datetime
from typing import Any

from integrations.zammad.fields import read_fields
from integrations.zammad.wire import PREFIX
from policies.kernel.facts import NOBODY, Facts, Memory
from policies.kernel.vocabulary import FIELDS, LISTS, TIMES


def facts_at(facts: Facts, at: datetime) -> Facts:
    """The facts of the same ticket at an earlier instant, as far as its history tells.

    Articles, changes and the memory of later are left out; people, desks and tags are as they are now, for the history
    that rules may know does not tell them. Raises ValueError when the ticket did not exist yet.
    """
    if at < facts.ticket.created_at:
        raise ValueError(f"the ticket was made at {facts.ticket.created_at.isoformat()}, after {at.isoformat()}")
    values: dict[str, Any] = {}
    for change in reversed(facts.history):
        if change.at > at:
            values.update(_put_back(change.field, change.old))
    closed = [change.at for change in facts.history if change.field == "state" and change.new == "closed"]
    values["closed_at"] = next((time for time in reversed(closed) if time <= at), None)
    return replace(
        facts,
        now=at,
        ticket=replace(facts.ticket, updated_at=min(at, facts.ticket.updated_at), **values),
        articles=tuple(article for article in facts.articles if article.at <= at),
        history=tuple(change for change in facts.history if change.at <= at),
        memory=Memory(case_id=facts.memory.case_id),
    )


def _put_back(field: str, old: str) -> dict[str, Any]:
    match field:
        case "state":
            return {"state": old, "state_type": old}
        case "group":
            return {"group": old}
        case "owner":
            return {"owner": None if old in ("", str(NOBODY)) else int(old)}
        case "priority":
            return {"priority": int(old[0]) if old[:1] in ("1", "2", "3") else 2}
        case "pending_time":
            return {"pending_until": _time(old)}
        case _ if field in FIELDS:
            stored: object = old
            if field in LISTS:
                stored = json.loads(old) if old.startswith("[") else [old] if old else []
            elif field in TIMES:
                time = _time(old)
                stored = None if time is None else time.isoformat()
            return dict(read_fields({f"{PREFIX}{field}": stored}).core) or {field: None}
        case _:
            return {}


def _time(text: str) -> datetime | None:
    """The history writes `2026-11-24 06:57:27 UTC`."""
    try:
        return datetime.fromisoformat(text.replace(" UTC", "+00:00"))
    except ValueError:
        return None
