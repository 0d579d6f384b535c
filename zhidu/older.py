"""Which tickets are older than the service, asked of the helpdesk and the store."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from integrations.store.store import Store
from integrations.zammad.client import Client
from integrations.zammad.names import Names
from integrations.zammad.writes import Where
from zhidu.config import Config

ADOPT_FROM: Final = "adopt_from"
_OVER: Final = frozenset({"closed", "merged", "removed"})


def service_began(config: Config, store: Store) -> datetime | None:
    """From when on tickets are taken in: as configured, else since the first apply, or the first start without one.

    None: neither was.
    """
    return config.adopt_from or store.cursors.time(ADOPT_FROM)


def begin(config: Config, store: Store, now: datetime) -> datetime:
    """From when on tickets are taken in; from `now` where nothing says so yet. raises StoreError"""
    known = service_began(config, store)
    if known is None:
        known = now
        store.cursors.put(ADOPT_FROM, known)
    return known


def open_states(names: Names) -> tuple[int, ...]:
    """Ids of the states in which a ticket is still worked on."""
    return tuple(one.id for one in names.states() if names.state_type(one.id) not in _OVER)


def count_older(client: Client, names: Names, since: datetime, began: datetime) -> int:
    """How many open tickets were created in [`since`, `began`). raises ZammadError"""
    states = tuple(map(str, open_states(names)))
    is_open = Where(field="ticket.state_id", operator="is", value=states)

    def from_on(at: datetime) -> int:
        return client.count(is_open, Where(field="ticket.created_at", operator="after (absolute)", value=at))

    return max(0, from_on(since) - from_on(began))
