"""What a rule may know about one ticket: frozen, and free of what the customer wrote.

Texts are represented by their features, so facts can be logged and kept in files. Every instant is aware UTC.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from types import MappingProxyType
from typing import TYPE_CHECKING

from policies.kernel.calendar import WorkingCalendar
from policies.kernel.confidential import Confidential
from policies.kernel.derived import derived
from policies.kernel.quick import quick
from policies.kernel.remembered import Fired as Fired
from policies.kernel.remembered import Memory as Memory
from policies.kernel.remembered import Related as Related
from policies.kernel.text import TextFeatures, Wording

if TYPE_CHECKING:
    from policies.kernel.decisions import Decision

NOBODY = 1  # Zammad's user 1 owns what nobody owns

FieldValue = str | int | datetime | frozenset[str] | None


class Post(StrEnum):
    """The posts of clause 1.2: 客服专员, 客服主管, 客服经理."""

    SPECIALIST = "specialist"
    SUPERVISOR = "supervisor"
    MANAGER = "manager"


@quick
@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """Somebody who works in the helpdesk.

    groups      names of the groups the person may own tickets in
    away        out of office at `facts.now`; `stands_in` is the person Zammad names as replacement meanwhile
    """

    id: int
    name: str = ""
    email: str = ""
    active: bool = True
    post: Post | None = None
    groups: frozenset[str] = frozenset()
    away: bool = False
    stands_in: int | None = None
    staff_no: str = ""
    department: str = ""
    language: str = ""

    @property
    def at_work(self) -> bool:
        return self.active and not self.away


@quick
@dataclass(frozen=True, slots=True, kw_only=True)
class Article:
    """`sender`: customer, agent, system; `key` set where zhidu wrote it; `wording` of replies to the customer alone."""

    id: int
    at: datetime
    sender: str
    by: int = NOBODY
    channel: str = "note"
    internal: bool = False
    key: str | None = None
    features: TextFeatures
    wording: Wording | None = None
    confidential: tuple[Confidential, ...] = ()

    @property
    def from_customer(self) -> bool:
        return self.sender == "customer"

    @property
    def to_customer(self) -> bool:
        """A reply that the customer can read, written by a person of the company."""
        return self.sender == "agent" and not self.internal and self.key is None and self.channel != "note"


@quick
@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One entry of the ticket's history that rules may know; values are the words Zammad keeps."""

    at: datetime
    by: int
    field: str
    old: str = ""
    new: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """A line of the ticket's checklist, as it stands in the helpdesk."""

    text: str
    checked: bool = False


@dataclass(frozen=True, kw_only=True)  # without slots, for `varied`: decisions are laid over it again and again
class Ticket:
    """The ticket as the helpdesk shows it, with zhidu's fields under their own names (without `zhidu_`).

    state_type   new, open, pending reminder, pending action, closed, merged or removed, whatever the state is called
    owner        user id, None when nobody owns it
    custom       `zhidu_` fields of modules outside the core set
    absent       fields of the core set, and `checklist`, that this helpdesk does not have: nobody can fill them in
    nonsense     fields whose value is none of the options; they read as unset
    checklist    its lines in order; empty without one
    ways         ways to the customer: `reply` (a mail from the ticket), `mail` (the address is known), `phone`
    """

    id: int
    number: str = ""
    group: str = ""
    owner: int | None = None
    customer: int = NOBODY
    customer_named: bool = True
    customer_reachable: bool = True
    ways: frozenset[str] = frozenset({"reply", "mail", "phone"})
    state: str = "new"
    state_type: str = "new"
    priority: int = 2
    created_at: datetime
    updated_at: datetime
    closed_at: datetime | None = None
    pending_until: datetime | None = None
    tags: frozenset[str] = frozenset()
    channel: str = ""
    kind: str | None = None
    category: str | None = None
    severity: str | None = None
    flags: frozenset[str] = frozenset()
    stage: str | None = None
    case_owner: int | None = None
    received_at: datetime | None = None
    next_due_at: datetime | None = None
    next_duty: str | None = None
    missing: str | None = None
    told: str | None = None
    finding: str | None = None
    cause: str | None = None
    responsible: str | None = None
    remedy: str | None = None
    answer_summary: str | None = None
    identity_method: str | None = None
    promised_at: datetime | None = None
    extension: str | None = None
    extension_reason: str | None = None
    close_approval: str | None = None
    exhausted_remedy: str | None = None
    override_reason: str | None = None
    waiting_for: str | None = None
    satisfaction: str | None = None
    language: str | None = None
    custom: Mapping[str, FieldValue] = field(default_factory=lambda: MappingProxyType({}))
    checklist: tuple[Item, ...] = ()
    absent: frozenset[str] = frozenset()
    nonsense: frozenset[str] = frozenset()
    confidential: tuple[Confidential, ...] = ()

    @property
    def closed(self) -> bool:
        return self.state_type == "closed"

    @property
    def over(self) -> bool:
        """Merged or removed: nothing more is done with it."""
        return self.state_type in ("merged", "removed")

    @property
    def since(self) -> datetime:
        """When the customer's matter truly came in: a re-created ticket keeps its time, none is younger than itself."""
        received = self.received_at
        return self.created_at if received is None or received > self.created_at else received


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """A group as the policy sees it: who leads it, by which calendar it works, in which language it is written to."""

    group: str
    supervisor: int | None = None
    deputy: int | None = None
    manager: int | None = None
    calendar: str = "default"
    language: str = "zh-CN"
    kind: str | None = None
    department: str | None = None


@dataclass(frozen=True, kw_only=True)
class Facts:
    """Everything a rule may know. Equal facts give equal decisions.

    me is zhidu's own user; read the ticket as read, where decisions are laid over it; decided: for rules that sum up.
    """

    now: datetime
    ticket: Ticket
    read: Ticket | None = None
    articles: tuple[Article, ...] = ()
    history: tuple[Change, ...] = ()
    people: Mapping[int, Person] = field(default_factory=lambda: MappingProxyType({}))
    desks: Mapping[str, Desk] = field(default_factory=lambda: MappingProxyType({}))
    calendars: Mapping[str, WorkingCalendar] = field(default_factory=lambda: MappingProxyType({}))
    memory: Memory = field(default_factory=Memory)
    related: Related = field(default_factory=Related)
    me: int = NOBODY
    decided: tuple[Decision, ...] = ()

    @derived
    def desk(self) -> Desk:
        return self.desks.get(self.ticket.group) or Desk(group=self.ticket.group)

    @derived
    def calendar(self) -> WorkingCalendar:
        """The calendar of the ticket's desk; the default one where it names none."""
        return self.calendars.get(self.desk.calendar) or self.calendars["default"]

    @derived
    def from_customer(self) -> tuple[Article, ...]:
        return tuple(a for a in self.articles if a.from_customer)

    @derived
    def to_customer(self) -> tuple[Article, ...]:
        return tuple(a for a in self.articles if a.to_customer)

    @derived
    def owner(self) -> Person | None:
        return self.person(self.ticket.owner)

    def person(self, user: int | None) -> Person | None:
        return None if user is None else self.people.get(user)

    def on_duty(self, *candidates: int | None) -> Person | None:
        """The first candidate at work, or whoever stands in; None when nobody is."""
        people = self.people
        for candidate in candidates:
            person = None if candidate is None else people.get(candidate)
            if person is None:
                continue
            if person.active and not person.away:
                return person
            stand_in = self.stand_in(person) if person.active else None
            if stand_in is not None:
                return stand_in
        return None

    def stand_in(self, away: Person) -> Person | None:
        """The first at work of the replacements, each Zammad's for the one before; None when it turns or ends."""
        asked, person = {away.id}, self.person(away.stands_in)
        while person is not None and person.active and person.away and person.id not in asked:
            asked.add(person.id)
            person = self.person(person.stands_in)
        return person if person is not None and person.at_work else None

    @derived
    def supervisor(self) -> Person | None:
        """The supervisor of this case; out of office, the replacement, the deputy, the manager in this order (1.2)."""
        return self.on_duty(self.desk.supervisor, self.desk.deputy, self.desk.manager)

    @derived
    def manager(self) -> Person | None:
        """The manager of this case; out of office, the replacement, the supervisor, the deputy in this order (1.2)."""
        return self.on_duty(self.desk.manager, self.desk.supervisor, self.desk.deputy)

    def set_by_person(self, name: str) -> Change | None:
        """The latest change of `name` that a person of the company made: an agent's correction wins for good."""
        return self.latest_by_person.get(name)

    def post_of(self, user: int | None) -> Post | None:
        return None if (person := self.person(user)) is None else person.post

    def last_set(self, name: str) -> Change | None:
        """The latest change that gave `name` a value, for "who approved?" (the history, never the field, says who)."""
        return self.latest.get(name)

    @derived
    def latest(self) -> Mapping[str, Change]:
        """The latest change of each field."""
        return {change.field: change for change in self.history}

    @derived
    def latest_by_person(self) -> Mapping[str, Change]:
        """The latest change of each field that a person of the company made."""
        me, people = self.me, self.people
        return {change.field: change for change in self.history if change.by != me and change.by in people}
