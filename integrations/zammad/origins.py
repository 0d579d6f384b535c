"""What an article that was made anew once was: its id, time, author and channel, kept in `preferences.zhidu.was`.

Zammad gives every article a new id and time. Rules go on with the true ones, so that nothing is said or counted twice.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from integrations.zammad.rows import ArticleRow
from integrations.zammad.writes import Value

WAS = "was"


@dataclass(frozen=True, slots=True, kw_only=True)
class Was:
    """at: aware UTC; channel: the name of its type."""

    id: int
    at: datetime
    by: int
    channel: str

    def stored(self) -> Mapping[str, Value]:
        """As it is kept on the article."""
        return {"id": self.id, "at": self.at.isoformat(), "by": self.by, "channel": self.channel}


def was(article: ArticleRow) -> Was | None:
    """Tolerant: None for an article that was not made anew, or whose mark is of another shape."""
    kept = article.memory.get(WAS)
    if not isinstance(kept, dict):
        return None
    id, at, by, channel = (kept.get(name) for name in ("id", "at", "by", "channel"))
    if not (isinstance(id, int) and isinstance(at, str) and isinstance(by, int) and isinstance(channel, str)):
        return None
    try:
        when = datetime.fromisoformat(at)
    except ValueError:
        return None
    return None if when.tzinfo is None else Was(id=id, at=when.astimezone(UTC), by=by, channel=channel)


def identity(article: ArticleRow) -> int:
    """The id by which rules know the article: for one that was made anew, the first it had."""
    before = was(article)
    return article.id if before is None else before.id
