"""Zammad's answers → the kernel's facts: the only place that knows both.

What the customer wrote goes no further than the text kernel: facts hold features of it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from integrations.zammad.choices import NORMAL, priority_number
from integrations.zammad.confidential import Inspector
from integrations.zammad.features import FeatureCache
from integrations.zammad.fields import countable, read_fields
from integrations.zammad.memory import read_memory
from integrations.zammad.names import Names, UnknownName
from integrations.zammad.origins import was
from integrations.zammad.people import Directory
from integrations.zammad.replies import sends_mail
from integrations.zammad.rows import ArticleRow, EntryRow, Read, TicketRow, Told
from integrations.zammad.twin_copy import closed_at, mark_of
from integrations.zammad.wire import PREFIX, User
from policies.kernel import facts as kernel
from policies.kernel.calendar import WorkingCalendar
from policies.kernel.history import ZAMMADS_OWN, kept
from policies.kernel.vocabulary import FIELDS

_MADE_WITHIN = timedelta(seconds=1)
"""A ticket that is created closed was closed so soon."""

_CHATS = frozenset(
    {
        "twitter status",
        "twitter direct-message",
        "facebook feed post",
        "facebook feed comment",
        "telegram personal-message",
        "whatsapp message",
    }
)
"""Article types that are one channel to the policy."""


def _channel_named(name: str) -> str:
    return "chat" if name in _CHATS else name


@dataclass(frozen=True, slots=True, kw_only=True)
class Reader:
    """Builds facts from one read.

    names       ids to names of this helpdesk
    directory   the people who work in it
    desks       group → who leads it and how it works, by user ids
    me          zhidu's own user id
    zone        of the helpdesk, for days of absence
    inspector   looks for personal data; None: nobody does
    """

    names: Names
    directory: Directory
    desks: Callable[[], Mapping[str, kernel.Desk]]
    calendars: Mapping[str, WorkingCalendar]
    features: FeatureCache
    me: int
    zone: ZoneInfo
    related: Callable[[kernel.Ticket], kernel.Related] = field(default=lambda ticket: kernel.Related())
    inspector: Inspector | None = None

    def facts(self, read: Read, history: tuple[kernel.Change, ...], now: datetime) -> kernel.Facts:
        """The facts of a ticket at `now`. Raises ZammadError when a list of names has to be read and cannot be."""
        self.directory.learn(read.users.values())
        ticket = self._ticket(read)
        people = self.directory.people(now.astimezone(self.zone).date())
        return kernel.Facts(
            now=now.astimezone(UTC),
            ticket=ticket,
            articles=tuple(self._articles(read, people)),
            history=history,
            people=people,
            desks=self.desks(),
            calendars=self.calendars,
            memory=read_memory(read.ticket.memory),
            related=self._related(ticket, read),
            me=self.me,
        )

    def _related(self, ticket: kernel.Ticket, read: Read) -> kernel.Related:
        """With those mails of ours that the helpdesk gave up: its attempts are as good as ours."""
        related = self.related(ticket)
        sent = (article.key for article in read.articles if article.given_up and article.key is not None)
        lost = frozenset(key.partition(":")[2] for key in sent)
        return replace(related, undelivered=related.undelivered | lost) if lost else related

    def grams(self, read: Read) -> tuple[int, ...]:
        """Hashed runs of the customer's first message; none where the customer wrote nothing."""
        written = (article for article in read.articles if self.names.sender_of(article) == "Customer")
        first = next((article for article in written if article.key is None), None)
        return () if first is None else self.features.grams(first)

    def _ticket(self, read: Read) -> kernel.Ticket:
        ticket = read.ticket
        there = ticket.fields
        fields = read_fields(there)
        nonsense = set(fields.nonsense)
        state, state_type = self._state(ticket, nonsense)
        customer = read.users.get(ticket.customer_id)
        return kernel.Ticket(
            id=ticket.id,
            number=ticket.number,
            group=self._group(ticket, nonsense),
            owner=None if ticket.owner_id == kernel.NOBODY else ticket.owner_id,
            customer=ticket.customer_id,
            customer_named=customer is None or bool(customer.firstname or customer.lastname),
            customer_reachable=customer is None or bool(customer.email or customer.phone or customer.mobile),
            ways=self._ways(customer, ticket.group_id),
            checklist=tuple(kernel.Item(text=item.text, checked=item.checked) for item in read.items),
            state=state,
            state_type=state_type,
            priority=self._priority(ticket, nonsense),
            created_at=ticket.created_at,
            updated_at=ticket.updated_at,
            closed_at=self._closed_at(ticket, state_type),
            pending_until=countable(ticket.pending_time),
            tags=frozenset(read.tags),
            channel=self._channel(read.articles[0]) if read.articles else "",
            custom=fields.custom,
            absent=self._absent(ticket),
            nonsense=frozenset(nonsense),
            confidential=() if self.inspector is None else self.inspector.ticket(read, there),
            **fields.core,
        )

    @staticmethod
    def _absent(ticket: TicketRow) -> frozenset[str]:
        there = ticket.fields
        lacking = [field for field in FIELDS if f"{PREFIX}{field}" not in there]
        return frozenset(lacking if ticket.has_checklists else (*lacking, "checklist"))

    @staticmethod
    def _closed_at(ticket: TicketRow, state_type: str) -> datetime | None:
        """When it was last closed; of one that was made anew, when the original was, unless it was closed since."""
        mark = mark_of(ticket.preferences)
        closed = ticket.last_close_at or ticket.close_at
        if mark is None:
            return closed
        since = closed is not None and closed - ticket.created_at > _MADE_WITHIN
        return closed if since and state_type == "closed" else closed_at(mark)

    def _state(self, ticket: TicketRow, nonsense: set[str]) -> tuple[str, str]:
        """Name and type; a state that nobody knows is treated as open, so that no clock is lost over it."""
        try:
            return self.names.state(ticket.state_id).name, self.names.state_type(ticket.state_id)
        except UnknownName:
            nonsense.add("state")
            return f"#{ticket.state_id}", "open"

    def _group(self, ticket: TicketRow, nonsense: set[str]) -> str:
        try:
            return self.names.group(ticket.group_id).name
        except UnknownName:
            nonsense.add("group")
            return f"#{ticket.group_id}"

    def _priority(self, ticket: TicketRow, nonsense: set[str]) -> int:
        try:
            return priority_number(self.names.priority(ticket.priority_id).name)
        except UnknownName:
            nonsense.add("priority")
            return NORMAL

    def _articles(self, read: Read, people: Mapping[int, kernel.Person]) -> Iterator[kernel.Article]:
        """With what each holds of personal data: a reply is held against what the customer gave before it."""
        if self.inspector is None:
            yield from (self._article(article, people) for article in read.articles)
            return
        given = self.inspector.given(read.users.get(read.ticket.customer_id))
        for article in read.articles:
            seen = self._article(article, people)
            if article.key is not None:
                yield seen
                continue
            yield replace(seen, confidential=self.inspector.article(article, given if seen.to_customer else None))
            if seen.from_customer:
                given |= self.inspector.marks(article)

    def _ways(self, customer: User | None, group_id: int) -> frozenset[str]:
        """How the customer can be reached; of one who was not read, nobody knows better than every way."""
        if customer is None:
            return frozenset({"reply", "mail", "phone"})
        mailed = bool(customer.email) and sends_mail(group_id, self.names)
        known = {"reply": mailed, "mail": customer.email, "phone": customer.mobile or customer.phone}
        return frozenset(way for way, there in known.items() if there)

    def _article(self, article: ArticleRow, people: Mapping[int, kernel.Person]) -> kernel.Article:
        before = was(article)
        read = kernel.Article(
            id=article.id if before is None else before.id,
            at=article.created_at if before is None else before.at,
            sender=self.names.sender_of(article).lower(),
            by=(article.origin_by_id or article.created_by_id) if before is None else before.by,
            channel=self._channel(article) if before is None else _channel_named(before.channel),
            internal=article.internal,
            key=article.key,
            features=self.features.of(article),
        )
        if not read.to_customer:
            return read
        writer = people.get(read.by)
        staff = () if writer is None else (writer.staff_no, writer.department)
        return replace(read, wording=self.features.wording(article, staff))

    def _channel(self, article: ArticleRow) -> str:
        return _channel_named(self.names.type_of(article))

    def changes(self, history: Told) -> tuple[kernel.Change, ...]:
        """The entries that rules may know: states by their type, owners by id, no titles, no words of people."""
        return tuple(map(kept, self._changes(history.entries)))

    def full_changes(self, history: Told) -> tuple[kernel.Change, ...]:
        """The same entries with all their words, to put back what a ticket was; never to be kept."""
        return tuple(self._changes(history.entries))

    def _changes(self, entries: Iterable[EntryRow]) -> Iterable[kernel.Change]:
        for entry in entries:
            name = entry.attribute
            if entry.object != "Ticket" or entry.type != "updated" or name is None:
                continue
            if name in ZAMMADS_OWN or name.startswith(PREFIX):
                old, new = self._values(entry, name)
                yield kernel.Change(
                    at=entry.created_at, by=entry.created_by_id, field=name.removeprefix(PREFIX), old=old, new=new
                )

    def _values(self, entry: EntryRow, name: str) -> tuple[str, str]:
        if name == "owner":
            return str(entry.id_from or kernel.NOBODY), str(entry.id_to or kernel.NOBODY)
        if name == "state":
            return self._state_word(entry.id_from, entry.value_from), self._state_word(entry.id_to, entry.value_to)
        return entry.value_from or "", entry.value_to or ""

    def _state_word(self, state: int | None, name: str | None) -> str:
        try:
            return self.names.state_type(state) if state is not None else name or ""
        except UnknownName:
            return name or ""
