"""Which key an id means, so that another key under the same id, or another secret, is noticed before it does harm."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection, select

from integrations.store.database import insert_into
from integrations.store.vault.errors import WrongKey
from integrations.store.vault.keys import KeyRing
from integrations.store.vault.tables import VAULT_KEYS

SECRET = ""
"""The id of the secret."""


def remember(connection: Connection, ring: KeyRing, key_id: str, at: datetime) -> None:
    """Remembers which key `key_id` means. raises WrongKey – it means another one by now"""
    if not check(connection, ring, key_id):
        statement = insert_into(connection, VAULT_KEYS).values(id=key_id, mark=ring.mark(key_id), first_used_at=at)
        connection.execute(statement.on_conflict_do_nothing(index_elements=["id"]))
        check(connection, ring, key_id)


def check(connection: Connection, ring: KeyRing, key_id: str) -> bool:
    """Whether `key_id` was used before, with this very key. raises WrongKey – with another one · KeyGone"""
    mark = ring.mark(key_id)
    seen = connection.scalar(select(VAULT_KEYS.c.mark).where(VAULT_KEYS.c.id == key_id))
    if seen not in (None, mark):
        raise WrongKey(key_id)
    return seen is not None
