"""The ticket's checklist as a plan wants it: which lines are still to come and to go, and how they do.

Compared with what stands there, so that a second try goes on where the first one ended.
"""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import suppress
from typing import Protocol

from integrations.zammad.errors import Permanent, Refused, Stale
from integrations.zammad.wire import Begun, ChecklistItem, OneRead
from policies.kernel.decisions import Checklist

_TAKEN = "taken"


class Lister(Protocol):
    """What checklists need of the client."""

    def begin_checklist(self, ticket_id: int) -> Begun: ...
    def add_line(self, checklist_id: int, text: str) -> None: ...
    def write_line(self, item_id: int, text: str) -> None: ...
    def remove_line(self, item_id: int) -> None: ...


def to_come(wanted: Checklist, read: OneRead) -> tuple[str, ...]:
    """The lines that are not there yet."""
    there = {item.text.strip() for item in read.items}
    return tuple(line for line in wanted.lines if line not in there)


def to_go(wanted: Checklist, read: OneRead) -> tuple[ChecklistItem, ...]:
    """The lines that are to go, and that nobody has ticked or written on."""
    return tuple(item for item in read.items if item.text in wanted.gone and not item.checked)


def differs(wanted: Checklist, read: OneRead) -> bool:
    """Whether anything is to be done; never in a helpdesk that has no checklists."""
    return read.ticket.has_checklists and bool(to_come(wanted, read) or to_go(wanted, read))


def bring(lists: Iterable[Checklist], read: OneRead, writer: Lister) -> int:
    """Brings the checklist to where it is wanted; returns how many calls that took.

    Checklists that are switched off, or not for us to write, stop nothing: the field for all documents is there then.
    raises  Stale – somebody began one since the ticket was read; other ZammadError
    """
    calls = 0
    for wanted in lists:
        with suppress(Permanent):
            calls += _bring(wanted, read, writer)
    return calls


def _bring(wanted: Checklist, read: OneRead, writer: Lister) -> int:
    calls = 0
    for item in to_go(wanted, read):
        writer.remove_line(item.id)
        calls += 1
    lines = to_come(wanted, read)
    if not lines:
        return calls
    checklist, items = read.ticket.checklist_id, read.items
    if checklist is None:
        begun = _begun(read.ticket.id, writer)
        checklist, items = begun.id, begun.items
        calls += 1
    blank = items[0] if len(items) == 1 and not items[0].text.strip() else None
    for line in lines:
        if blank is None:
            writer.add_line(checklist, line)
        else:  # a checklist begins with one blank line
            writer.write_line(blank.id, line)
            blank = None
        calls += 1
    return calls


def _begun(ticket_id: int, writer: Lister) -> Begun:
    try:
        return writer.begin_checklist(ticket_id)
    except Refused as error:
        if _TAKEN in error.message:
            raise Stale(error.message, status=error.status, method=error.method, path=error.path) from None
        raise
