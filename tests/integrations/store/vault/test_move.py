"""6.1.1 an original that was sealed before there was a ticket comes to lie under the ticket's own key."""

import pytest
from sqlalchemy import select, update

from integrations.store.errors import NotFound
from integrations.store.store import Store
from integrations.store.vault.errors import Denied, KeyGone, Tampered
from integrations.store.vault.records import Origin, Original
from integrations.store.vault.tables import VAULT_DATA_KEYS, VAULT_PIECES, VAULT_RECORDS
from integrations.store.vault.vault import Vault
from tests.integrations.store.vault.conftest import AGNES, CARD, XU, Open, ring, shown

BEFORE = Origin(ticket_id=-7, article_id=0, place="gate:7", kind="whole")
AFTER = Origin(ticket_id=42, article_id=900, place="gate:7", kind="whole")
MAIL = Original(content=CARD.encode() * 200_000, name="7.eml")


def owners(store: Store) -> list[int]:
    with store._database.read() as connection:
        return sorted(connection.scalars(select(VAULT_DATA_KEYS.c.ticket_id)))


def test_it_is_shown_listed_and_destroyed_with_its_ticket(store: Store, vault: Vault) -> None:
    id = vault.seal(BEFORE, MAIL).id
    vault.move(id, AFTER)
    assert [record.origin for record in vault.rows.records(ticket_id=42)] == [AFTER]
    assert vault.rows.records(ticket_id=-7) == ()
    assert owners(store) == [42]
    assert shown(vault, id).content == MAIL.content
    vault.shred(42, XU, "asked for")
    assert owners(store) == []
    with pytest.raises(Denied, match="destroyed"):
        vault.ask(id, AGNES, "again")


def test_the_data_key_of_others_that_wait_stays(store: Store, vault: Vault) -> None:
    first, second = vault.seal(BEFORE, MAIL).id, vault.seal(BEFORE, Original.of_text("another")).id
    vault.move(first, AFTER)
    assert owners(store) == [-7, 42]
    assert shown(vault, second).content == b"another"


def test_what_was_asked_for_meanwhile_goes_on(vault: Vault) -> None:
    id = vault.seal(BEFORE, MAIL).id
    request = vault.ask(id, AGNES, "the customer is on the telephone")
    vault.move(id, AFTER)
    vault.approve(request.id, XU)
    assert vault.reveal(request.id, AGNES)[1].content == MAIL.content
    assert vault.rows.request(request.id).ticket_id == 42


def test_one_that_is_destroyed_is_told_to_have_been_there(store: Store, vault: Vault) -> None:
    id = vault.seal(BEFORE, MAIL).id
    vault.shred(-7, XU, "asked for")
    vault.move(id, AFTER)
    record = vault.rows.record(id)
    assert (record.origin, record.shredded_at is None) == (AFTER, False)
    assert owners(store) == []


def test_one_whose_key_is_gone_stays_where_it_is(opened_by: Open) -> None:
    id = opened_by(ring("2026h1")).seal(BEFORE, MAIL).id
    later = opened_by(ring("2026h2", missing=("2026h1",)))
    with pytest.raises(KeyGone):
        later.move(id, AFTER)
    assert opened_by(ring("2026h2", "2026h1")).rows.record(id).origin == BEFORE


def test_one_that_was_changed_stays_and_is_a_grave_finding(store: Store, vault: Vault) -> None:
    id = vault.seal(BEFORE, MAIL).id
    with store._database.write() as connection:
        connection.execute(update(VAULT_PIECES).where(VAULT_PIECES.c.turn == 1).values(sealed=b"x" * 40))
    with pytest.raises(Tampered):
        vault.move(id, AFTER)
    assert vault.rows.record(id).origin == BEFORE
    assert [(one.finding.code, one.finding.grave) for one in store.findings.list()] == [("vault_tampered", True)]


def test_there_is_none(vault: Vault) -> None:
    with pytest.raises(NotFound):
        vault.move(99, AFTER)


def test_moved_it_is_bound_to_its_new_place(store: Store, vault: Vault) -> None:
    """A row that is put back where it stood does not open."""
    id = vault.seal(BEFORE, MAIL).id
    vault.move(id, AFTER)
    with store._database.write() as connection:
        connection.execute(update(VAULT_RECORDS).where(VAULT_RECORDS.c.id == id).values(article_id=901))
    with pytest.raises(Tampered):
        vault.move(id, BEFORE)
