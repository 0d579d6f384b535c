"""What the vault holds, as people and machines read it; never anything of an original."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

from integrations.store.vault.records import LogEntry, Record, Request, RequestStatus
from zhidu.vault_state import KeyState, VaultState

if TYPE_CHECKING:
    from zhidu.vaulting import AtHand


def state_line(state: VaultState) -> str:
    """One line, for `zhidu status`."""
    if state.problem:
        return f"{state.problem}; {state.sealed} originals cannot be read"
    keys = ", ".join(f"{key.id} {key.originals}" for key in state.keys if key.originals or key.current)
    text = f"{state.sealed} sealed ({keys}), {state.shredded} destroyed, {state.unreadable} unreadable"
    text += f", {state.waiting} requests waiting, {state.approved} approved"
    left = sum(key.originals for key in state.keys if key.retired)
    return f"{text}; {left} to be sealed anew" if left else text


def state_lines(state: VaultState) -> Iterator[str]:
    """The same, with each key and each original that does not open."""
    yield state_line(state)
    for key in state.keys:
        yield f"  key {key.id}: {key.originals} originals{_marks(key)}{f'; {key.trouble}' if key.trouble else ''}"
    for id, why in state.faults.items():
        yield f"  original {id}: {why}"


def _marks(key: KeyState) -> str:
    return f"{', current' if key.current else ''}{', retired' if key.retired else ''}"


def state_plain(state: VaultState) -> dict[str, Any]:
    """For machines."""
    return {
        "sealed": state.sealed,
        "keys": [
            {
                "id": key.id,
                "originals": key.originals,
                "current": key.current,
                "retired": key.retired,
                "trouble": key.trouble or None,
                "since": None if key.since is None else key.since.isoformat(),
            }
            for key in state.keys
        ],
        "destroyed": state.shredded,
        "unreadable": state.unreadable,
        "faults": {str(id): why for id, why in state.faults.items()},
        "waiting": state.waiting,
        "approved": state.approved,
        "problem": state.problem or None,
    }


def record_lines(records: Sequence[Record], here: AtHand) -> Iterator[str]:
    """Where each original stood."""
    yield f"{'original':>8} {'ticket':>8} {'article':>8} {'kind':<16} {'place':<16} {'key':<10} {'sealed':<25} state"
    for one in records:
        origin = one.origin
        state = "destroyed" if one.shredded_at else "unreadable" if one.fault else f"{one.size} bytes"
        yield (
            f"{one.id:>8} {origin.ticket_id:>8} {origin.article_id:>8} {origin.kind:<16} {origin.place:<16} "
            f"{one.key_id:<10} {here.shown(one.sealed_at):<25} {state}"
        )


def record_plain(record: Record) -> dict[str, Any]:
    """For machines."""
    return {
        "original": record.id,
        "ticket": record.origin.ticket_id,
        "article": record.origin.article_id,
        "kind": record.origin.kind,
        "place": record.origin.place,
        "token": record.token,
        "key": record.key_id,
        "text": record.text,
        "size": record.size,
        "sealed_at": record.sealed_at.isoformat(),
        "destroyed_at": None if record.shredded_at is None else record.shredded_at.isoformat(),
        "fault": record.fault,
    }


def request_lines(requests: Sequence[Request], here: AtHand) -> Iterator[str]:
    """Each request with where it stands."""
    for one in requests:
        yield f"request {one.id}  {one.status(here.now)}, until {here.shown(one.expires_at)}"
        who = _who(one.by, one.account)
        yield f"  original {one.record_id} of ticket {one.ticket_id}, asked by {who}: {one.reason}"
        if one.approver is not None and one.status(here.now) is not RequestStatus.WAITING:
            yield f"  approved by {one.approver} at {here.shown(one.approved_at)}"
        if one.refused_by is not None:
            yield f"  refused by {one.refused_by} at {here.shown(one.refused_at)}: {one.refused_why}"
        if one.revealed_at is not None:
            yield f"  shown at {here.shown(one.revealed_at)}"


def _who(name: str, account: str) -> str:
    return f"{name} (account {account})" if account else name


def request_plain(request: Request, now: datetime) -> dict[str, Any]:
    """For machines."""
    times = ("requested_at", "expires_at", "approved_at", "refused_at", "revealed_at")
    return {
        "request": request.id,
        "status": str(request.status(now)),
        "original": request.record_id,
        "ticket": request.ticket_id,
        "by": request.by,
        "account": request.account,
        "reason": request.reason,
        "approver": request.approver,
        "refused_by": request.refused_by,
        "refused_why": request.refused_why,
        **{name: None if (at := getattr(request, name)) is None else at.isoformat() for name in times},
    }


def log_lines(entries: Sequence[LogEntry], here: AtHand) -> Iterator[str]:
    """Each row in one line."""
    for one in entries:
        about = [f"request {one.about.request_id}" if one.about.request_id else ""]
        about += [f"original {one.about.record_id}" if one.about.record_id else ""]
        about += [f"ticket {one.about.ticket_id}" if one.about.ticket_id else "", one.what]
        who = _who(one.who or "somebody", one.account)
        whence = f" from {one.address}" if one.address else ""
        yield (
            f"{one.id:>6} {here.shown(one.at)} {one.event:<9} {who} by {one.way}{whence}: "
            f"{', '.join(filter(None, about))}{f' – {one.why}' if one.why else ''}"
        )


def log_plain(entry: LogEntry) -> dict[str, Any]:
    """For machines."""
    return {
        "row": entry.id,
        "at": entry.at.isoformat(),
        "event": str(entry.event),
        "who": entry.who,
        "account": entry.account,
        "post": entry.post,
        "way": str(entry.way),
        "address": entry.address,
        "request": entry.about.request_id,
        "original": entry.about.record_id,
        "ticket": entry.about.ticket_id,
        "what": entry.what,
        "why": entry.why,
    }


def verified_lines(count: int, mark: str, broken: int | None) -> Iterator[str]:
    """What checking the chain has shown."""
    if broken is None:
        yield f"{count} rows, each as it was written"
        yield f"keep this elsewhere, to see whether rows at the end are taken away later: {count} {mark}"
    else:
        yield f"broken at row {broken}: it, or one before it, was changed, added or taken away"
