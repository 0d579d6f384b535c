"""What the jobs ask of the rest of the house; `zhidu/compose.py` hands it in."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Protocol

from integrations.store.vault.records import Origin, Original, Sealed
from integrations.zammad.apply import Writer
from integrations.zammad.wire import History, OneRead, Ticket


class Helpdesk(Writer, Protocol):
    """The helpdesk as the jobs use it; `integrations.zammad.client.Client` is one."""

    def ticket(self, id: int) -> OneRead: ...
    def history(self, id: int) -> History: ...
    def changed_since(self, at: datetime) -> Iterator[Ticket]: ...


class Sealer(Protocol):
    """Where originals go before anything of them is changed in the helpdesk; `integrations.store.vault.vault.Vault`."""

    def seal(
        self, origin: Origin, original: Original, *, value: str | None = None, comparable: bool = True
    ) -> Sealed: ...


class Meter(Protocol):
    """Counts what the jobs do."""

    def processed(self, outcome: str, seconds: float, *, reads: int, writes: int) -> None: ...
    def decided(self, clauses: Iterable[str]) -> None: ...
    def found(self, clause: str, *, grave: bool = False) -> None: ...
    def rung_fired(self, clause: str, rung: str) -> None: ...
    def breached(self, clause: str) -> None: ...
    def died(self, queue: str) -> None: ...
    def mailed(self, outcome: str) -> None: ...
