"""Beginnings that many tests share, made once in a process and copied: a migrated file, a helpdesk made ready."""

import pickle
import tempfile
from collections.abc import Callable, Hashable
from datetime import UTC, datetime
from functools import cache
from pathlib import Path

from integrations.store.store import open_store
from integrations.zammad.sandbox import Sandbox

_OWN = ("now", "new_id")
"""Of a helpdesk's state the two that are no data: its clock and its dice."""

_KNOWN: dict[Hashable, bytes] = {}


def migrated(path: Path) -> str:
    """Puts a migrated SQLite store without rows there; returns its URL."""
    path.write_bytes(_migrated())
    return f"sqlite:///{path}"


@cache
def _migrated() -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "zhidu.db"
        at = datetime(2026, 1, 1, tzinfo=UTC)
        with open_store(f"sqlite:///{path}", now=lambda: at, jitter=lambda: 0.0, new_id=lambda: "x") as store:
            store.migrate()
        return path.read_bytes()


def furnish(box: Sandbox, like: Hashable, make: Callable[[], None]) -> None:
    """Brings a fresh helpdesk to where `make` would bring it.

    like   equal for helpdesks that `make` does the same to at the same time; the first of them is made, the others are
           copies of what it was then
    """
    if like in _KNOWN:
        vars(box.desk).update(pickle.loads(_KNOWN[like]))  # noqa: S301 - our own
        return
    make()
    state = {name: value for name, value in vars(box.desk).items() if name not in _OWN}
    _KNOWN[like] = pickle.dumps(state)
