"""The store as it stands, for commands that look at it or change a row: nothing is made, nothing is migrated."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from integrations.store.errors import SchemaMismatch
from integrations.store.store import Store, open_store
from zhidu.compose import Outside
from zhidu.config import SQLITE
from zhidu.exits import Unreachable
from zhidu.settings import Settings


def file_of(settings: Settings) -> Path | None:
    """The SQLite file, which may not be there; None: the store is on PostgreSQL. raises ConfigErrors"""
    url = settings.store_url()
    return Path(url.removeprefix(SQLITE)) if url.startswith(SQLITE) else None


def opened(settings: Settings, outside: Outside) -> Store:
    """The store as it is, whatever its revision.

    raises   Unreachable – SQLite: there is no file yet · ConfigErrors · StoreError
    """
    file = file_of(settings)
    if file is not None and not file.is_file():
        raise Unreachable(f"there is no store at {file} yet: `zhidu serve` makes it")
    return open_store(
        settings.store_url(),
        now=outside.now,
        jitter=outside.jitter,
        new_id=outside.new_id,
        pool_size=settings.config.store.pool_size,
    )


@contextmanager
def at_hand(settings: Settings, outside: Outside) -> Iterator[Store]:
    """The store, when it has this program's revision; a service may be working on it meanwhile.

    raises   Unreachable · SchemaMismatch – it is of an older or a newer program · ConfigErrors · StoreError
    """
    with opened(settings, outside) as store:
        health = store.health()
        if not health.reachable:
            raise Unreachable(f"the store cannot be reached: {'; '.join(health.notes)}")
        if health.revision is None:
            raise Unreachable("the store is empty: `zhidu serve` makes its tables")
        if health.revision != health.head:
            raise SchemaMismatch(
                f"the store is at revision {health.revision}, this program works with {health.head}: "
                "start `zhidu serve` of this version once, or use the version that made it"
            )
        yield store


def if_there(settings: Settings, outside: Outside) -> Store | None:
    """The store where it has this program's tables; None where it was not made, or not brought to this revision, yet.

    raises   Unreachable · ConfigErrors · StoreError
    """
    file = file_of(settings)
    if file is not None and not file.is_file():
        return None
    store = opened(settings, outside)
    health = store.health()
    if not health.reachable:
        store.close()
        raise Unreachable(f"the store cannot be reached: {'; '.join(health.notes)}")
    if health.revision != health.head:
        store.close()
        return None
    return store
