"""The query log: only added to, by one secret, and whoever is shown nothing is in it as well."""

import os
from collections.abc import Callable

import pytest
from sqlalchemy import delete, select, update

from integrations.store.errors import StoreBroken
from integrations.store.store import Store
from integrations.store.vault.errors import KeyGone, Tampered, WrongKey
from integrations.store.vault.keys import KeyRing, RingKey
from integrations.store.vault.records import Event
from integrations.store.vault.tables import VAULT_LOG, VAULT_PIECES
from integrations.store.vault.vault import Vault
from tests.integrations.store.vault.conftest import AGNES, CARD, KEYS, REASON, SECRET, STRANGER, XU, Open, events, ring

LOG_CHANGES = {
    "a row changed": lambda: update(VAULT_LOG).where(VAULT_LOG.c.id == 1).values(why="nothing"),
    "a row gone": lambda: delete(VAULT_LOG).where(VAULT_LOG.c.id == 1),
}


@pytest.mark.parametrize("change", LOG_CHANGES.values(), ids=LOG_CHANGES)
def test_the_database_refuses_to_change_the_log(
    vault: Vault, store: Store, approved: int, change: Callable[[], object]
) -> None:
    with pytest.raises(StoreBroken, match="only added to"), store._database.write() as connection:
        connection.execute(change())
    assert len(vault.rows.log()) == 2
    assert vault.log_broken_at() is None


@pytest.mark.parametrize("change", LOG_CHANGES.values(), ids=LOG_CHANGES)
def test_who_lifts_that_is_found_out_by_the_chain(
    vault: Vault, store: Store, approved: int, change: Callable[[], object]
) -> None:
    vault.reveal(approved, AGNES)
    with store._database.write() as connection:
        if connection.dialect.name == "sqlite":
            for verb in ("update", "delete"):
                connection.exec_driver_sql(f"DROP TRIGGER tr_vault_log_no_{verb}")
        else:
            connection.exec_driver_sql("ALTER TABLE vault_log DISABLE TRIGGER USER")
        connection.execute(change())
        if connection.dialect.name == "postgresql":
            connection.exec_driver_sql("ALTER TABLE vault_log ENABLE TRIGGER USER")

    assert vault.log_broken_at() == 1


PUT = (
    "INTO vault_log (id, at, event, who, account, post, way, why, what, mark) VALUES "
    "({id}, '2026-09-28T08:00:00.000000+00:00', 'revealed', 'nobody', '', '', 'command', '', '', '{mark}')"
)


def test_the_database_refuses_to_empty_the_log_or_to_put_a_row_in_another_s_place(
    vault: Vault, store: Store, approved: int
) -> None:
    """Neither of which is a change or a deletion to the database."""
    statements = {"sqlite": f"REPLACE {PUT.format(id=2, mark='')}", "postgresql": "TRUNCATE vault_log"}
    with pytest.raises(StoreBroken, match="only added to"), store._database.write() as connection:
        connection.exec_driver_sql(statements[connection.dialect.name])
    assert [who for _, who in events(vault)] == ["agnes", "xu"]
    assert vault.log_broken_at() is None


@pytest.mark.parametrize("id", [-7, 0, 3, 9])
def test_a_row_that_somebody_else_adds_breaks_the_chain(vault: Vault, store: Store, approved: int, id: int) -> None:
    """In front, too."""
    with store._database.write() as connection:
        last = connection.scalar(select(VAULT_LOG.c.mark).where(VAULT_LOG.c.id == 2))
        connection.exec_driver_sql(f"INSERT {PUT.format(id=id, mark=last)}")

    assert vault.log_broken_at() == min(id, 3)


def test_with_another_secret_nothing_is_asked_or_shown_and_the_chain_holds(
    opened_by: Open, store: Store, vault: Vault, sealed: int, approved: int
) -> None:
    """A file that was mixed up is no reason to mark rows by it, nor to say that somebody forged an approval."""
    keys = [RingKey(id="2026h1", secret=KEYS["2026h1"])]
    other = opened_by(KeyRing(keys=keys, current="2026h1", secret=os.urandom(32)))
    steps = {
        "ask": lambda: other.ask(sealed, AGNES, REASON),
        "ask without a post": lambda: other.ask(sealed, STRANGER, REASON),
        "approve": lambda: other.approve(approved, XU),
        "reveal": lambda: other.reveal(approved, AGNES),
        "link": lambda: other.linked(approved, vault.link(vault.rows.request(approved))),
        "shred": lambda: other.shred(42, XU, "the customer asked for it"),
    }
    for step in steps.values():
        with pytest.raises(WrongKey, match="the vault's secret is another"):
            step()

    assert len(vault.rows.log()) == 2
    assert vault.log_broken_at() is None
    assert not store.findings.list(code="vault_tampered")
    assert vault.reveal(approved, AGNES)[1].content == CARD.encode()


UNREADABLE = {
    "its key is gone": lambda: ring("2026h2", missing=("2026h1",)),
    "its key is another": lambda: KeyRing(
        keys=[RingKey(id="2026h1", secret=os.urandom(32))], current="2026h1", secret=SECRET
    ),
}


@pytest.mark.parametrize("keys", UNREADABLE.values(), ids=UNREADABLE)
def test_who_is_shown_nothing_because_it_does_not_open_is_in_the_log(
    opened_by: Open, vault: Vault, approved: int, keys: Callable[[], KeyRing]
) -> None:
    with pytest.raises((KeyGone, WrongKey)):
        opened_by(keys()).reveal(approved, AGNES)

    last = vault.rows.log()[-1]
    assert (last.event, last.who, last.about.request_id) == (Event.DENIED, "agnes", approved)


def test_who_meets_one_that_was_tampered_with_is_in_the_log(vault: Vault, store: Store, approved: int) -> None:
    with store._database.write() as connection:
        connection.execute(update(VAULT_PIECES).values(sealed=bytes(40)))

    with pytest.raises(Tampered):
        vault.reveal(approved, AGNES)

    assert [event for event, _ in events(vault)[2:]] == [Event.DENIED, Event.TAMPERED]
    assert vault.rows.log()[2].who == "agnes"
