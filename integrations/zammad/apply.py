"""Writing a plan, and holding Zammad's answer against what was asked: it ignores much in silence."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from integrations.zammad.checklists import Lister, bring
from integrations.zammad.errors import Permanent
from integrations.zammad.fields import as_instant
from integrations.zammad.origins import identity
from integrations.zammad.plan import FieldChange, Plan
from integrations.zammad.wire import Article, OneRead, Ticket
from integrations.zammad.writes import ArticleWrite, TicketWrite, plain

_COMPARED = ("title", "group_id", "state_id", "priority_id", "owner_id", "customer_id", "pending_time")


class Writer(Lister, Protocol):
    """What applying needs of the client."""

    def update_ticket(self, id: int, write: TicketWrite) -> Ticket: ...
    def add_article(self, ticket_id: int, article: ArticleWrite) -> Article: ...
    def add_tag(self, ticket_id: int, tag: str) -> None: ...
    def remove_tag(self, ticket_id: int, tag: str) -> None: ...
    def add_link(self, ticket_id: int, other_number: str) -> None: ...
    def set_internal(self, article_id: int, internal: bool) -> Article: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Applied:
    """What became of a plan.

    ticket     as Zammad answered; None when no PUT was needed
    ignored    changes that Zammad accepted and did not make
    foreign    something we did not ask for differs from our read: somebody else was at it, look again
    writes     calls made
    """

    ticket: Ticket | None
    ignored: tuple[FieldChange, ...] = ()
    foreign: bool = False
    writes: int = 0


def apply(plan: Plan, read: OneRead, writer: Writer) -> Applied:
    """Write `plan`, which was made from `read`.

    What must not be seen is hidden first. Articles to the customer, tags, links, the checklist go next, the one PUT
    with what must be remembered last: whatever is lost in between is found again, by its key or as it stands, and
    nothing is remembered that was not done. A ticket that cannot be linked, because it is gone or not for us to see,
    stops nothing.
    raises  ZammadError – nothing after the failed call was written
    """
    articles = 0
    hidden = [article.id for article in read.articles if identity(article) in plan.hidden]
    for article in hidden:
        writer.set_internal(article, True)
    for _, reply in plan.replies:
        writer.add_article(plan.ticket_id, reply)
        articles += 1
    for tag in plan.add_tags:
        writer.add_tag(plan.ticket_id, tag)
    for tag in plan.remove_tags:
        writer.remove_tag(plan.ticket_id, tag)
    for other in plan.add_links:
        with suppress(Permanent):
            writer.add_link(other, read.ticket.number)
    listed = bring(plan.lists, read, writer)
    side = len(hidden) + articles + len(plan.tagging) + len(plan.linking) + listed
    write = plan.write
    if write is None:
        return Applied(ticket=None, foreign=side > 0, writes=side)
    ticket = writer.update_ticket(plan.ticket_id, write)
    ours = articles + (0 if plan.note is None else 1)
    return Applied(
        ticket=ticket,
        ignored=tuple(_ignored(plan.changes, ticket)),
        foreign=_foreign(read, plan, ticket, ours),
        writes=side + 1,
    )


def _ignored(changes: Iterable[FieldChange], ticket: Ticket) -> Iterable[FieldChange]:
    for change in changes:
        if not all(_is(ticket, name, value) for name, value in change.writes):
            yield change


def _is(ticket: Ticket, name: str, wanted: object) -> bool:
    actual = _value(ticket, name)
    if isinstance(wanted, datetime):
        at = actual if isinstance(actual, datetime) else as_instant(actual)
        return at is not None and abs((at - wanted).total_seconds()) < 1
    if isinstance(wanted, tuple):
        return sorted(map(str, actual if isinstance(actual, list) else [])) == sorted(map(str, wanted))
    return actual == plain(wanted) or (wanted in (None, "") and actual in (None, ""))  # type: ignore[arg-type]


def _value(ticket: Ticket, name: str) -> object:
    return getattr(ticket, name) if name in type(ticket).model_fields else ticket.custom(name)


def _foreign(read: OneRead, plan: Plan, ticket: Ticket, ours: int) -> bool:
    """Whether anything differs that we neither wrote nor Zammad moves by itself."""
    written = {name for change in plan.changes for name, _ in change.writes}
    before: Mapping[str, object] = read.ticket.fields
    after = ticket.fields
    if any(before.get(name) != value for name, value in after.items() if name not in written):
        return True
    if "state_id" in written and ticket.pending_time is None:
        written.add("pending_time")  # leaving a pending state clears its time without being asked
    if any(getattr(read.ticket, name) != getattr(ticket, name) for name in _COMPARED if name not in written):
        return True
    return ticket.article_count is not None and ticket.article_count != (read.ticket.article_count or 0) + ours
