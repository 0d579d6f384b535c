"""The vault on both engines, with keys of their own for each test."""

import os
from collections.abc import Callable
from datetime import timedelta

import pytest

from integrations.store.store import Store
from integrations.store.vault.keys import KeyRing, RingKey
from integrations.store.vault.records import Actor, Event, Origin, Original, Rules
from integrations.store.vault.vault import Vault
from policies.kernel.facts import Post

SECRET = os.urandom(32)
KEYS = {name: os.urandom(32) for name in ("2026h1", "2026h2", "2027h1")}
CARD = "6222 0212 0200 0000 018"
BODY = Origin(ticket_id=42, article_id=900, place="body", kind="bank_card")

AGNES = Actor(login="agnes", post=Post.SPECIALIST, account="agnes-os")
XU = Actor(login="xu", post=Post.SUPERVISOR, account="xu-os")
STRANGER = Actor(login="stranger", post=None, account="stranger-os")
REASON = "the customer disputes the card number"
RULES = Rules(approve_within=timedelta(hours=24), reveal_within=timedelta(minutes=30))


def ring(current: str = "2026h1", *more: str, retired: tuple[str, ...] = (), missing: tuple[str, ...] = ()) -> KeyRing:
    names = (current, *more, *retired)
    return KeyRing(
        keys=[RingKey(id=name, secret=KEYS[name], retired=name in retired) for name in names],
        current=current,
        secret=SECRET,
        missing=dict.fromkeys(missing, "keys/old cannot be read: No such file or directory"),
    )


Open = Callable[..., Vault]


@pytest.fixture
def opened_by(store: Store) -> Open:
    """Opens the vault with a ring: `opened_by(ring())`."""

    def by(keys: KeyRing, rules: Rules = RULES, random: Callable[[int], bytes] = os.urandom) -> Vault:
        return store.vault(keys, rules, random)

    return by


@pytest.fixture
def vault(opened_by: Open) -> Vault:
    return opened_by(ring())


@pytest.fixture
def sealed(vault: Vault) -> int:
    return vault.seal(BODY, Original.of_text(CARD)).id


@pytest.fixture
def asked(vault: Vault, sealed: int) -> int:
    return vault.ask(sealed, AGNES, REASON).id


def shown(vault: Vault, record_id: int) -> Original:
    """The original, by the whole way."""
    request = vault.ask(record_id, AGNES, "the customer asks for the last digits")
    vault.approve(request.id, XU)
    return vault.reveal(request.id, AGNES)[1]


@pytest.fixture
def approved(vault: Vault, asked: int) -> int:
    return vault.approve(asked, XU).id


def events(vault: Vault) -> list[tuple[Event, str]]:
    return [(line.event, line.who) for line in vault.rows.log()]
