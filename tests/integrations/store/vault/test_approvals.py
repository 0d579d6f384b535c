"""6.1.4 an approval is one only if the vault gave it, whatever somebody writes in the database."""

import json
import os
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import insert, select, update

from integrations.store.records import FindingStatus
from integrations.store.store import Store
from integrations.store.types import instant_text
from integrations.store.vault.errors import Denied, Forged
from integrations.store.vault.records import Event, Original, RequestStatus, Way
from integrations.store.vault.tables import VAULT_LOG, VAULT_RECORDS, VAULT_REQUESTS
from integrations.store.vault.vault import Vault
from tests.integrations.store.conftest import HandClock
from tests.integrations.store.vault.conftest import AGNES, BODY, CARD, REASON, RULES, XU, Open, ring

MINUTES = timedelta(minutes=10)
ONES = VAULT_REQUESTS.c


def written(store: Store, id: int, **values: Any) -> None:
    """As an administrator of the database writes."""
    with store._database.write() as connection:
        connection.execute(update(VAULT_REQUESTS).where(ONES.id == id).values(**values))


def tampered(vault: Vault) -> list[tuple[str, Way, int | None]]:
    return [(line.who, line.way, line.about.request_id) for line in vault.rows.log() if line.event is Event.TAMPERED]


def test_an_approval_written_into_the_database_is_none(
    vault: Vault, store: Store, asked: int, clock: HandClock
) -> None:
    """As one from before there were marks: it waits for a second person still."""
    written(store, asked, approver="xu", approved_at=clock(), nonce="00" * 16)

    with pytest.raises(Denied, match="is waiting, not approved"):
        vault.reveal(asked, AGNES)
    request = vault.rows.request(asked)
    assert vault.linked(asked, vault.link(request)) is None
    assert request.status(clock()) is RequestStatus.WAITING
    held = vault.rows.holdings(clock())
    assert (held.waiting, held.approved) == (1, 0)

    assert vault.approve(asked, XU).approver == "xu"
    assert vault.reveal(asked, AGNES)[1].content == CARD.encode()


FORGED = {
    "a mark of one's own": {"approval_mark": "0" * 64},
    "no text of ours": {"approval_mark": "é"},
    "an empty mark": {"approval_mark": ""},
    "another approver": {"approver": "shen"},
    "another asker": {"by": "AGNES"},
    "another account of the asker": {"account": "bao-os"},
    "another reason": {"reason": "because"},
    "another nonce": {"nonce": "11" * 16},
}


def later(name: str) -> Callable[[Vault, int], dict[str, Any]]:
    return lambda vault, id: {name: getattr(vault.rows.request(id), name) + MINUTES}


def another_original(vault: Vault, id: int) -> dict[str, Any]:
    return {"record_id": vault.seal(BODY, Original.of_text("6217 0000 1000 0000 002")).id}


CHANGES: dict[str, Callable[[Vault, int], dict[str, Any]]] = {
    **{name: (lambda vault, id, values=values: values) for name, values in FORGED.items()},  # type: ignore[misc]
    "more time": later("expires_at"),
    "approved later": later("approved_at"),
    "asked later": later("requested_at"),
    "another original": another_original,
}


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_an_approval_that_was_changed_is_none(
    vault: Vault, store: Store, asked: int, change: Callable[[Vault, int], dict[str, Any]]
) -> None:
    vault.approve(asked, XU)
    written(store, asked, **change(vault, asked))

    with pytest.raises(Forged, match="not as it was given"):
        vault.reveal(asked, AGNES)
    assert vault.linked(asked, vault.link(vault.rows.request(asked))) is None

    assert vault.rows.request(asked).revealed_at is None
    assert tampered(vault) == [("agnes", Way.COMMAND, asked), ("", Way.LINK, asked)]
    (found,) = store.findings.list(code="vault_tampered")
    assert (found.finding.clause, found.finding.grave, found.status) == ("6.1.4", True, FindingStatus.OPEN)
    assert vault.rows.holdings(vault.rows.request(asked).requested_at).faults == {}
    assert vault.log_broken_at() is None


def test_an_approval_of_one_request_is_none_of_another(vault: Vault, store: Store, sealed: int, asked: int) -> None:
    vault.approve(asked, XU)
    second = vault.ask(sealed, AGNES, REASON).id
    names = ("approver", "approved_at", "expires_at", "nonce", "approval_mark", "requested_at")
    with store._database.read() as connection:
        row = connection.execute(select(VAULT_REQUESTS).where(ONES.id == asked)).one()
    written(store, second, **{name: row._mapping[name] for name in names})

    with pytest.raises(Forged, match=f"request {second} is not as it was given"):
        vault.reveal(second, AGNES)


ENDED = {
    "used": (lambda vault, id: vault.reveal(id, AGNES), {"revealed_at": None}),
    "taken back": (
        lambda vault, id: vault.refuse(id, XU, "no"),
        {"refused_by": None, "refused_why": None, "refused_at": None},
    ),
}


@pytest.mark.parametrize(("end", "values"), ENDED.values(), ids=ENDED)
def test_an_approval_that_ended_does_not_come_back(
    vault: Vault, store: Store, asked: int, end: Callable[[Vault, int], object], values: dict[str, None]
) -> None:
    vault.approve(asked, XU)
    end(vault, asked)
    written(store, asked, **values)

    with pytest.raises(Forged, match="used or refused before"):
        vault.reveal(asked, AGNES)
    assert tampered(vault) == [("agnes", Way.COMMAND, asked)]


def test_the_mark_is_of_the_secret_and_of_nothing_else(opened_by: Open, vault: Vault, asked: int) -> None:
    """Another current key changes nothing; what else the secret keys gives no mark."""
    request = vault.approve(asked, XU)
    assert request.approval_mark not in {vault.link(request), None}

    other = opened_by(ring("2026h2", "2026h1"))
    other.check(other.rows.request(asked))
    assert other.reveal(asked, AGNES)[1].content == CARD.encode()


def test_what_was_approved_and_logged_before_there_were_marks(opened: Callable[[], Store], clock: HandClock) -> None:
    """The approval waits for another; the log's chain holds, old rows and new ones."""
    store, keys, at = opened(), ring(), clock()
    store.migrate("0009")
    told = {
        "id": 1, "at": instant_text(at), "event": "requested", "who": "agnes", "account": "", "post": "",
        "way": "command", "why": REASON, "what": "", "request_id": 1, "record_id": 1, "ticket_id": 42,
    }  # fmt: skip
    mark = keys.chained("", json.dumps(told, sort_keys=True, separators=(",", ":")).encode())
    request = {
        "id": 1, "record_id": 1, "ticket_id": 42, "by": "agnes", "account": "agnes-os", "reason": REASON,
        "requested_at": at, "expires_at": at + MINUTES, "approver": "xu", "approved_at": at, "nonce": "00",
    }  # fmt: skip
    record = {
        "id": 1, "ticket_id": 42, "article_id": 1, "place": "body", "kind": "mobile", "key_id": "2026h1", "version": 1,
        "text": True, "size": 0, "pieces": 0, "sealed_at": at,
    }  # fmt: skip
    with store._database.write() as connection:
        connection.execute(insert(VAULT_RECORDS).values(record))
        connection.execute(insert(VAULT_REQUESTS).values(request))
        connection.execute(insert(VAULT_LOG).values({**told, "at": at, "mark": mark}))

    store.migrate()

    vault = store.vault(keys, RULES, os.urandom)
    assert vault.rows.request(1).status(at) is RequestStatus.WAITING
    with pytest.raises(Denied, match="is waiting, not approved"):
        vault.reveal(1, AGNES)
    assert [line.event for line in vault.rows.log()] == [Event.REQUESTED, Event.DENIED]
    assert vault.log_broken_at() is None
