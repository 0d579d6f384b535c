"""Where the gate stands: whether the relay answers, what came in, what waits for its ticket."""

from __future__ import annotations

import socket
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from integrations.store.gate import GateCounts
from integrations.store.store import Store
from zhidu.config_gate import GateRelay, GateSettings

_WITHIN: Final = 2.0
_ANYWHERE: Final = {"0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104 - replaced, not listened on


@dataclass(frozen=True, slots=True, kw_only=True)
class GateState:
    """relay   where it is looked for, and how it is; None: none is configured
    intake   whether messages are taken by HTTP
    """

    relay: tuple[str, str] | None
    intake: bool
    counts: GateCounts

    def line(self, now: datetime) -> str:
        """One line for a person."""
        parts = [] if self.relay is None else [f"relay {self.relay[0]}: {self.relay[1]}"]
        parts += ["intake by HTTP"] if self.intake else []
        counts = self.counts
        told = f"{counts.mails} mails and {counts.messages} messages masked, {counts.unbound} without a ticket yet"
        if counts.oldest_at is not None:
            told += f", the oldest for {(now - counts.oldest_at).days} days"
        return "; ".join([", ".join(parts) or "not configured", told])

    def plain(self) -> Mapping[str, object]:
        """As JSON has it."""
        oldest = self.counts.oldest_at
        return {
            "relay": None if self.relay is None else {"address": self.relay[0], "state": self.relay[1]},
            "intake": self.intake,
            "mails": self.counts.mails,
            "messages": self.counts.messages,
            "unbound": self.counts.unbound,
            "oldest_unbound_at": None if oldest is None else oldest.isoformat(),
        }


def gate_state(gate: GateSettings | None, store: Store) -> GateState | None:
    """None: no gate is configured, and nothing ever came in through one. raises StoreError"""
    counts = store.gate.counts()
    if gate is None:
        return GateState(relay=None, intake=False, counts=counts) if counts.mails or counts.messages else None
    relay = None if gate.relay is None else (f"{gate.relay.host}:{gate.relay.port}", relay_answer(gate.relay))
    return GateState(relay=relay, intake=gate.intake is not None, counts=counts)


def relay_answer(relay: GateRelay) -> str:
    """What a relay on this machine says: `answers`, `no answer`, or who else it is."""
    if relay.port == 0:
        return "listens on any free port"
    try:
        with socket.create_connection((_ANYWHERE.get(relay.host, relay.host), relay.port), timeout=_WITHIN) as there:
            said = there.recv(512)
            there.sendall(b"QUIT\r\n")
    except OSError:
        return "no answer"
    if said.startswith(b"220 ") and said.rstrip().endswith(b" zhidu"):
        return "answers"
    if said.startswith(b"554 5.7.1 "):
        return "answers, and does not let this machine in"
    if said.startswith(b"421 4.3.2 "):
        return "answers that it is busy"
    return "somebody else answers"
