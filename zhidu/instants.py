"""Instants as people give them on a command line."""

from __future__ import annotations

from datetime import datetime

from zhidu.exits import WrongUse


def instant(option: str, text: str) -> datetime:
    """An aware time. Raises WrongUse for anything else, naming the option."""
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        raise WrongUse(f"{option} is a time such as 2026-05-06T09:00+08:00, got {text[:40]!r}") from None
    if at.tzinfo is None:
        raise WrongUse(f"{option} needs its offset, such as {text}+08:00")
    return at
