"""What the helpdesk was asked: reads and writes, in all and by path."""

import re
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

IDS = re.compile(r"/\d+(?=/|$)")
READS = frozenset({"GET", "HEAD"})
READING_POSTS = re.compile(r"/(search|selector)$")


@dataclass(slots=True)
class Counters:
    """Requests so far. Searches by POST are reads. `by_path` has ids as ``:id``: ``PUT /api/v1/tickets/:id``."""

    reads: int = 0
    writes: int = 0
    by_path: Counter[str] = field(default_factory=Counter)
    by_status: Counter[int] = field(default_factory=Counter)

    def count(self, method: str, path: str) -> None:
        if method in READS or READING_POSTS.search(path):
            self.reads += 1
        else:
            self.writes += 1
        self.by_path[f"{method} {IDS.sub('/:id', path)}"] += 1

    def reset(self) -> None:
        self.reads = self.writes = 0
        self.by_path.clear()
        self.by_status.clear()

    def as_json(self) -> dict[str, Any]:
        return {"reads": self.reads, "writes": self.writes, "by_path": dict(self.by_path.most_common()),
                "by_status": {str(key): value for key, value in sorted(self.by_status.items())}}  # fmt: skip
