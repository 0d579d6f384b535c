"""Somebody must see what was masked: asked for with a reason, approved by a second person, shown once (6.1.4)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType
from typing import Final

from integrations.store.records import MessageStatus
from integrations.store.store import Store
from integrations.store.vault.errors import Denied
from integrations.store.vault.records import Actor, Event, Record, Request
from integrations.store.vault.vault import Vault
from zhidu.demo.clock import VirtualClock
from zhidu.demo.company import MEMBERS, login
from zhidu.demo.script import Reveal
from zhidu.demo.story import Story

CLAUSE: Final = "6.1.4"
_A_MOMENT: Final = 40.0
"""Seconds between two steps."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Showing:
    """Plays it and tells it, and never what was seen: `reveal.by` tries to do without the second person first, and
    to see it a second time afterwards."""

    vault: Vault
    clock: VirtualClock
    story: Story

    def play(self, reveal: Reveal, ticket: int, number: str) -> None:
        """`ticket`: the id that the ticket had when it was sealed."""
        asker, second = _actor(reveal.by), _actor(reveal.approver)
        request = self.vault.ask(self._message(ticket).id, asker, reveal.reason)
        self._tell(number, reveal.by, "asks", original=request.record_id, reason=reveal.reason)
        try:
            self.vault.approve(request.id, asker)
        except Denied:
            self._refused(number, reveal.by, "alone")
        self.vault.approve(request.id, second)
        self._tell(number, reveal.approver, "approves", original=request.record_id)
        self._show(request, asker, number, reveal.by)
        try:
            self._show(request, asker, number, reveal.by)
        except Denied:
            self._refused(number, reveal.by, "again")

    def _message(self, ticket: int) -> Record:
        return next(one for one in self.vault.rows.records(ticket_id=ticket) if one.origin.place == "body")

    def _show(self, request: Request, asker: Actor, number: str, by: str) -> None:
        _, original = self.vault.reveal(request.id, asker)
        self._tell(number, by, "sees", original=request.record_id, size=len(original.content))

    def _tell(self, number: str, by: str, key: str, **values: object) -> None:
        self.story.vault(self.clock.now(), number, by, key, **values)
        self.clock.tick(_A_MOMENT)

    def _refused(self, number: str, by: str, key: str) -> None:
        self.story.refused(self.clock.now(), number, by, key, CLAUSE)
        self.clock.tick(_A_MOMENT)


def _actor(member: str) -> Actor:
    """By the command, from an account of their own."""
    return Actor(login=login(member), post=MEMBERS[member].post, account=member)


_ALL: Final = 1_000_000
_GRAVE: Final = re.compile(r":(?:secret_sent|others_data_sent|grave_slip):(\d+)(?::|$)")


def counted(vault: Vault | None) -> Mapping[str, int]:
    """Originals that were sealed; how often one was seen, and how often that was refused."""
    if vault is None:
        return MappingProxyType({})
    events = [entry.event for entry in vault.rows.log(limit=_ALL)]
    sealed = len(vault.rows.records(limit=_ALL))
    return MappingProxyType(
        {"sealed": sealed, "seen": events.count(Event.REVEALED), "refused": events.count(Event.DENIED)}
    )


def told_within(store: Store, replied: Mapping[int, datetime]) -> float | None:
    """The most seconds from a reply that holds something grave until the mail about it had gone; None: there was none.

    replied   article → when it was written
    """
    took = []
    for record in store.outbox.list(MessageStatus.SENT, limit=_ALL):
        found = _GRAVE.search(record.message.key)
        if found is not None and record.sent_at is not None:
            took.append((record.sent_at - replied[int(found[1])]).total_seconds())
    return max(took, default=None)
