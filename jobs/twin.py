"""Makes tickets anew with confidential data masked: sealed, erased, made, filled, finished (6.1.1).

A journal keeps each step once it is done. A crash between any two calls is made good by the next round: every step
looks at the helpdesk first, and does what is not done yet.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final, Protocol

import structlog

from integrations.store.errors import StoreError
from integrations.store.records import Finding
from integrations.store.store import Repositories, Store
from integrations.store.twins import Step, Twin
from integrations.store.vault.records import Origin, Original, Sealed
from integrations.zammad.client import Client
from integrations.zammad.errors import NotFound, Permanent, Transient, ZammadError
from integrations.zammad.names import Names, UnknownName
from integrations.zammad.twin_copy import TicketCopy, mark_of
from integrations.zammad.twin_making import Maker
from integrations.zammad.twin_taking import WHOLE, Taker, seen
from integrations.zammad.wire import Ticket
from integrations.zammad.writes import ArticleWrite
from policies.kernel.masking import Kind

log = structlog.get_logger()

_MARGIN = timedelta(minutes=5)
"""How far the helpdesk's clock may be behind ours."""

UNCOMPARED: Final = frozenset({WHOLE, Kind.PASSWORD, Kind.ONE_TIME_CODE, Kind.CVV})
"""What equality tells nothing useful of, or, of secrets that are so few, too much."""


class Safe(Protocol):
    """Seals originals; durable when it returns."""

    def seal(
        self, origin: Origin, original: Original, *, value: str | None = None, comparable: bool = True
    ) -> Sealed: ...


class CopyRoom(Protocol):
    """Keeps the masked copy while it is needed."""

    def seal(self, ticket_id: int, copy: bytes) -> int: ...
    def open(self, record_id: int) -> bytes: ...
    def drop(self, record_id: int) -> None: ...


class Eraser(Protocol):
    """Erases a ticket with everything; an administrator's client is one."""

    def delete_ticket(self, id: int) -> None: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Twinning:
    """The job.

    client, admin   of the calling thread: the service user's, an administrator's
    taker           made for each ticket, for it gathers
    authors         ids of active staff
    note            the note that says what happened
    holds           whether a text holds anything that is masked
    """

    client: Callable[[], Client]
    admin: Callable[[], Eraser]
    names: Names
    taker: Callable[[], Taker]
    authors: Callable[[], frozenset[int]]
    note: Callable[[TicketCopy], ArticleWrite]
    holds: Callable[[str], bool]
    safe: Safe
    copies: CopyRoom
    store: Store
    me: Callable[[], int]
    now: Callable[[], datetime]
    wake: Callable[[], None] = lambda: None

    def run(self) -> int:
        """Goes on with every ticket that is not done; how many were finished. raises StoreError"""
        for twin in self.store.twins.leftovers():
            self._drop_copy(twin)
        return sum(self._advance(twin) for twin in self.store.twins.unfinished())

    def _advance(self, twin: Twin) -> bool:
        with structlog.contextvars.bound_contextvars(ticket_id=twin.ticket_id):
            try:
                while twin.step is not Step.DONE:
                    following = self._step(twin)
                    if following is None:
                        return False
                    twin = following
            except Transient as error:
                log.warning("twin waits", step=twin.step, error=str(error))
                self.store.twins.put(replace(twin, trouble=str(error)))
                return False
            except (Permanent, ZammadError, UnknownName, StoreError, ValueError) as error:
                self._trouble(twin, error)
                return False
            log.info("made anew", new_id=twin.new_id)
            return True

    def _step(self, twin: Twin) -> Twin | None:
        """The next step, done and kept; None: there is nothing (more) to do."""
        match twin.step:
            case Step.WANTED:
                return self._seal(twin)
            case Step.SEALED:
                return self._erase(twin)
            case Step.ERASED:
                return self._made(twin)
            case Step.MADE:
                return self._finish(twin)
            case Step.DONE:
                return None

    def _seal(self, twin: Twin) -> Twin | None:
        """Everything is sealed before anything is changed."""
        try:
            taken = self.taker().take(twin.ticket_id)
        except NotFound:
            self.store.twins.drop(twin.ticket_id)
            return None
        for kept in taken.originals:
            origin = Origin(ticket_id=twin.ticket_id, article_id=kept.article, place=kept.place, kind=kept.kind)
            original = Original(content=kept.content, name=kept.name, text=kept.text)
            self.safe.seal(origin, original, comparable=UNCOMPARED.isdisjoint(kept.kind.split(",")))
        record = self.copies.seal(twin.ticket_id, taken.copy.dump())
        return self._keep(replace(twin, step=Step.SEALED, record_id=record, seen=taken.seen, trouble=None))

    def _erase(self, twin: Twin) -> Twin:
        """Erased only as it was sealed: whatever was changed meanwhile is sealed first."""
        try:
            read = self.client().ticket(twin.ticket_id)
        except NotFound:
            return self._keep(replace(twin, step=Step.ERASED, erased_at=twin.erased_at or self.now()))
        if seen(read) != twin.seen:
            again = self._keep(replace(twin, step=Step.WANTED, record_id=None, seen=None))
            if twin.record_id is not None:
                self.copies.drop(twin.record_id)
            return again
        self._keep(replace(twin, erased_at=self.now()))
        self._maker(twin).hide_items()
        self.admin().delete_ticket(twin.ticket_id)
        return self._keep(replace(twin, step=Step.ERASED, erased_at=self.now()))

    def _made(self, twin: Twin) -> Twin:
        new = self._maker(twin).make()
        self.store.cases.put(new, self._case(twin))
        return self._keep(replace(twin, step=Step.MADE, new_id=new))

    def _finish(self, twin: Twin) -> Twin:
        maker, copy, new = self._maker(twin), self._copy(twin), self._new(twin)
        read = maker.fill(new, self.note(copy))
        since = (twin.erased_at or twin.begun_at) - _MARGIN
        merged = [self._emptied(twin, ticket) for ticket in maker.gap(new, since)]
        if merged:
            read = self.client().ticket(new)
        whole = (mark := mark_of(read.ticket.preferences)) is not None and not mark.making
        ticket = read.ticket if whole else maker.finish(new, read)
        done = replace(twin, step=Step.DONE, trouble=None)
        with self.store.unit() as unit:
            self._hand_over(unit, twin, ticket)
            for id in merged:
                unit.clocks.replace(id, ())
                unit.looks.forget(id)
            unit.twins.put(done)
            unit.inbox.enqueue(new, "twin")
        self.wake()
        self._drop_copy(done)
        return done

    def _emptied(self, twin: Twin, stray: Ticket) -> int:
        """What is left of a ticket that was merged is its title and history: erased where they hold something."""
        if self.holds(stray.title):
            origin = Origin(ticket_id=twin.ticket_id, article_id=0, place=f"merged:{stray.id}", kind=WHOLE)
            self.safe.seal(origin, Original.of_text(stray.title), comparable=False)
            self.admin().delete_ticket(stray.id)
        return stray.id

    def _hand_over(self, unit: Repositories, twin: Twin, ticket: Ticket) -> None:
        """The case goes on under the new id: its look with the history as rules may know it, without old clocks."""
        old = unit.looks.get(twin.ticket_id)
        if old is not None:
            look = replace(
                old, ticket_id=ticket.id, updated_at=ticket.updated_at, by_user_id=ticket.updated_by_id,
                article_count=ticket.article_count or 0, history_until=ticket.updated_at, clean=True,
            )  # fmt: skip
            unit.looks.put(look)
        unit.cases.put(ticket.id, self._case(twin))
        unit.looks.forget(twin.ticket_id)
        unit.clocks.replace(twin.ticket_id, ())
        unit.matters.forget(twin.ticket_id)

    def _case(self, twin: Twin) -> str:
        case = self._copy(twin).memory.get("case") if twin.record_id is not None else None
        return case if isinstance(case, str) else self.store.cases.of(twin.ticket_id) or f"T{twin.ticket_id}"

    def _maker(self, twin: Twin) -> Maker:
        return Maker(self.client(), self.names, self._copy(twin), self.authors())

    def _copy(self, twin: Twin) -> TicketCopy:
        if twin.record_id is None:
            raise ValueError(f"twin of {twin.ticket_id}: at step {twin.step} without its copy")
        return TicketCopy.load(self.copies.open(twin.record_id))

    @staticmethod
    def _new(twin: Twin) -> int:
        if twin.new_id is None:
            raise ValueError(f"twin of {twin.ticket_id}: at step {twin.step} without the new ticket's id")
        return twin.new_id

    def _drop_copy(self, twin: Twin) -> None:
        """Destroys the copy of a twin that is done, and forgets where it was."""
        if twin.record_id is not None:
            self.copies.drop(twin.record_id)
            self.store.twins.put(replace(twin, record_id=None))

    def _keep(self, twin: Twin) -> Twin:
        self.store.twins.put(twin)
        return twin

    def _trouble(self, twin: Twin, error: Exception) -> None:
        """Somebody must see it: the ticket is between the old and the new one. It is tried again every round."""
        why = f"{type(error).__name__}: {error}"
        log.error("twin cannot be made", step=twin.step, error=why)
        self.store.twins.put(replace(twin, trouble=why))
        case = self.store.cases.of(twin.ticket_id) or f"T{twin.ticket_id}"
        finding = Finding(
            key=f"{twin.ticket_id}:twin:{twin.step}", case_id=case,
            ticket_id=twin.ticket_id, clause="6.1.1", code="twin_stuck", person_id=None, at=self.now(),
            evidence=why, grave=True,
        )  # fmt: skip
        self.store.findings.raise_(finding)
