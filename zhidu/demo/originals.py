"""Somebody must see what was masked: asked for with a reason, approved by a second person, shown once (6.1.4)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from integrations.store.vault.errors import Denied
from integrations.store.vault.records import Actor, Record, Request
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
