"""Requests to see an original: asked for, consented to by a second person, shown once, in time. Transactions are the
caller's, so that what is decided and what is logged are one."""

from __future__ import annotations

import re
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Connection, insert, select, update

from integrations.store.accounts import shared
from integrations.store.errors import NotFound
from integrations.store.vault import approvals
from integrations.store.vault.errors import Denied
from integrations.store.vault.keys import KeyRing
from integrations.store.vault.records import Actor, Record, Request, RequestStatus, Rules
from integrations.store.vault.rows import record_of, request_of
from integrations.store.vault.tables import VAULT_RECORDS, VAULT_REQUESTS

_TABLE = VAULT_REQUESTS.c
_FEWEST_LETTERS: Final = 4
_HIDDEN: Final = re.compile(r"\[[a-z-]+]")
"""What stands in a reason for what was hidden of it."""


def ask(connection: Connection, record_id: int, by: Actor, reason: str, rules: Rules, at: datetime) -> Request:
    """A new request. raises NotFound · Denied – no post that may ask; no reason in words; the original was destroyed"""
    record = record_at(connection, record_id)
    if by.post is None or by.post not in rules.ask:
        raise Denied(f"{by.login} holds no post that may ask to see an original")
    if not in_words(reason):
        raise Denied("a request needs a reason in words, which the second person can weigh")
    if record.shredded_at is not None:
        raise Denied(f"original {record_id} was destroyed")
    values = {
        "record_id": record_id, "ticket_id": record.origin.ticket_id, "by": by.login, "account": by.account,
        "reason": reason, "requested_at": at, "expires_at": at + rules.approve_within,
    }  # fmt: skip
    return request_of(connection.execute(insert(VAULT_REQUESTS).values(**values).returning(VAULT_REQUESTS)).one())


def approve(
    connection: Connection, id: int, by: Actor, rules: Rules, *, ring: KeyRing, nonce: str, at: datetime
) -> Request:
    """A second person's consent, marked as such.

    raises   NotFound · Denied – no post that may; the asker's own; from the asker's account, or from one that
             cannot be told; it waits no more
    """
    request = locked(connection, id)
    if by.post is None or by.post not in rules.approve:
        raise Denied(f"{by.login} holds no post that may approve")
    if same(by.login, request.by):
        raise Denied(f"request {id} is {request.by}'s own: a second person approves it")
    if not rules.same_account and (where := shared(request.account, by.account)):
        raise Denied(f"request {id} came {where}: a second person uses another one")
    _must_be(request, RequestStatus.WAITING, at)
    values = {"approver": by.login, "approved_at": at, "expires_at": at + rules.reveal_within, "nonce": nonce}
    approved = _changed(connection, request, values)
    return _changed(connection, approved, {"approval_mark": approvals.mark(ring, approved)})


def refuse(connection: Connection, id: int, by: Actor, why: str, rules: Rules, at: datetime) -> Request:
    """No consent, or none any more; the asker may take the request back.

    raises   NotFound · Denied – no post that may, and not the asker; no reason; it is decided already
    """
    request = locked(connection, id)
    if not same(by.login, request.by) and (by.post is None or by.post not in rules.approve):
        raise Denied(f"{by.login} holds no post that may refuse")
    if not why:
        raise Denied("a refusal needs a reason")
    if request.status(at) is not RequestStatus.APPROVED:
        _must_be(request, RequestStatus.WAITING, at)
    return _changed(connection, request, {"refused_by": by.login, "refused_why": why, "refused_at": at})


def take(connection: Connection, id: int, by: Actor, rules: Rules, *, ring: KeyRing, at: datetime) -> Request:
    """The one use of an approved request, of which nothing is left once the transaction is committed.

    raises   NotFound · Denied – somebody else's, or of one who holds no post any more that may ask; not approved,
             used, refused or expired · Forged – that is so in the store alone
    """
    request = locked(connection, id)
    if not same(by.login, request.by):
        raise Denied(f"request {id} is {request.by}'s: nobody else is shown the original")
    if by.post is None or by.post not in rules.ask:
        raise Denied(f"{by.login} holds no post any more that may ask to see an original")
    _must_be(request, RequestStatus.APPROVED, at)
    approvals.check(ring, request)
    approvals.check_unused(connection, request)
    return _changed(connection, request, {"revealed_at": at})


def record_at(connection: Connection, id: int) -> Record:
    """raises NotFound"""
    row = connection.execute(select(VAULT_RECORDS).where(VAULT_RECORDS.c.id == id)).first()
    if row is None:
        raise NotFound(f"the vault has no original {id}")
    return record_of(row)


def locked(connection: Connection, id: int) -> Request:
    """The request, which nobody else changes until the transaction ends. raises NotFound"""
    row = connection.execute(select(VAULT_REQUESTS).where(_TABLE.id == id).with_for_update()).first()
    if row is None:
        raise NotFound(f"there is no request {id}")
    return request_of(row)


def same(one: str, other: str) -> bool:
    """Whether two logins are one person's."""
    return one.strip().casefold() == other.strip().casefold()


def in_words(reason: str) -> bool:
    """Whether there is anything to weigh in a reason: four different letters or signs of a script, beside what was
    hidden of it. That keeps out "x", "...", "1234" and "aaaaaaaa", and judges nothing else."""
    return len({letter for letter in _HIDDEN.sub("", reason).casefold() if letter.isalpha()}) >= _FEWEST_LETTERS


def _must_be(request: Request, wanted: RequestStatus, at: datetime) -> None:
    status = request.status(at)
    if status is not wanted:
        raise Denied(f"request {request.id} is {status}, not {wanted}")


def _changed(connection: Connection, request: Request, values: dict[str, Any]) -> Request:
    statement = update(VAULT_REQUESTS).where(_TABLE.id == request.id).values(**values).returning(VAULT_REQUESTS)
    return request_of(connection.execute(statement).one())
