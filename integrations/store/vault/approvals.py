"""What makes an approval one: a mark, by a key that is not in the database, over all that was consented to.

Whoever writes in the database without the vault's secret can neither make an approval nor turn one into another's, and
cannot have one used a second time: that it was used is in the query log, whose rows are only added to.
"""

from __future__ import annotations

import json
from typing import Final

from sqlalchemy import Connection

from integrations.store.types import instant_text
from integrations.store.vault import log
from integrations.store.vault.errors import Forged
from integrations.store.vault.keys import KeyRing
from integrations.store.vault.records import Event, Request

_VERSION: Final = 1
_ENDS: Final = (Event.REVEALED, Event.REFUSED)


def mark(ring: KeyRing, request: Request) -> str:
    """Of an approved request: by it nothing of the request, its approval or its times is anything else."""
    times = (request.requested_at, request.approved_at, request.expires_at)
    told = (
        _VERSION, request.id, request.record_id, request.by, request.account, request.reason, request.approver,
        request.nonce, *(None if at is None else instant_text(at) for at in times),
    )  # fmt: skip
    return ring.approval(json.dumps(told, ensure_ascii=True, separators=(",", ":")).encode())


def check(ring: KeyRing, request: Request) -> None:
    """raises Forged – no such approval was given"""
    if request.approval_mark is None or not ring.same(request.approval_mark, mark(ring, request)):
        raise Forged(f"the approval of request {request.id} is not as it was given: it counts as none")


def check_unused(connection: Connection, request: Request) -> None:
    """raises Forged – by the query log it was used, or taken back, which the request itself does not say"""
    if log.holds(connection, request.id, _ENDS):
        raise Forged(f"request {request.id} was used or refused before, by the query log, and says otherwise")
