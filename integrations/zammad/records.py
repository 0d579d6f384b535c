"""Zammad's objects as typed values: strict in what is used, indifferent to the rest.

What Zammad may add, leave out or rename among the fields we do not use changes nothing here. A field we do use must be
there and of its type. All times are aware and UTC. `wire` reads them from bytes and is where to import them from.

Custom fields of ours (`zhidu_…`) are in `fields`, those of the company behind `custom(name)`. They hold whatever Zammad
stores, nonsense included: reading them tolerantly is the reader's task.
"""

from collections.abc import Mapping
from datetime import UTC, date, datetime
from typing import Annotated

from pydantic import AfterValidator, AwareDatetime, BaseModel, ConfigDict, Field

PREFIX = "zhidu_"

Json = dict[str, object]


def _to_utc(at: datetime) -> datetime:
    return at.astimezone(UTC)


Instant = Annotated[AwareDatetime, AfterValidator(_to_utc)]


class Wire(BaseModel):
    """Common to all: frozen, no coercion, unknown fields kept aside. Its repr shows no content (customers' words)."""

    model_config = ConfigDict(extra="allow", frozen=True, strict=True, populate_by_name=True)

    id: int

    @property
    def fields(self) -> Mapping[str, object]:
        """Our own custom fields by full name (`zhidu_kind`); empty before they are provisioned."""
        return {name: value for name, value in self._unknown.items() if name.startswith(PREFIX)}

    def custom(self, name: str) -> object:
        """The value of any field we have no type for; None when it is empty or unknown."""
        return self._unknown.get(name)

    @property
    def _unknown(self) -> Mapping[str, object]:
        return self.__pydantic_extra__ or {}

    def __repr__(self) -> str:
        return f"{type(self).__name__}(id={self.id})"

    __str__ = __repr__


def ours(preferences: Mapping[str, object]) -> Mapping[str, object]:
    found = preferences.get("zhidu")
    return found if isinstance(found, dict) else {}


class Ticket(Wire):
    """A ticket as every call answers it. The names (`state`, `group` …) are there only when it was read expanded."""

    number: str
    title: str
    group_id: int
    state_id: int
    priority_id: int
    owner_id: int
    customer_id: int
    organization_id: int | None = None
    article_count: int | None = None
    article_ids: tuple[int, ...] = ()
    create_article_type_id: int | None = None
    create_article_sender_id: int | None = None
    create_article_type: str | None = None
    create_article_sender: str | None = None
    pending_time: Instant | None = None
    first_response_at: Instant | None = None
    close_at: Instant | None = None
    last_close_at: Instant | None = None
    last_contact_at: Instant | None = None
    last_contact_agent_at: Instant | None = None
    last_contact_customer_at: Instant | None = None
    last_owner_update_at: Instant | None = None
    escalation_at: Instant | None = None
    checklist_id: int | None = None
    preferences: Json = {}
    created_by_id: int
    updated_by_id: int
    created_at: Instant
    updated_at: Instant

    @property
    def memory(self) -> Mapping[str, object]:
        """`preferences.zhidu`: what zhidu must remember of this ticket; empty when there is none or it is no object."""
        return ours(self.preferences)


class Attachment(Wire):
    """A file of an article; `size` in bytes."""

    filename: str = ""
    size: Annotated[int, Field(strict=False)] = 0
    preferences: Json = {}

    @property
    def mime_type(self) -> str:
        """As the sender declared it; "" when not."""
        declared = self.preferences.get("Mime-Type") or self.preferences.get("Content-Type")
        return declared.partition(";")[0].strip() if isinstance(declared, str) else ""


class Article(Wire):
    """An article. `type` and `sender` (names) are there when it was read by ticket or is the answer of a creation."""

    ticket_id: int
    type_id: int
    sender_id: int
    type: str | None = None
    sender: str | None = None
    from_: Annotated[str | None, Field(alias="from")] = None
    to: str | None = None
    cc: str | None = None
    reply_to: str | None = None
    subject: str | None = None
    message_id: str | None = None
    in_reply_to: str | None = None
    content_type: str = "text/plain"
    body: str = ""
    internal: bool
    preferences: Json = {}
    attachments: tuple[Attachment, ...] = ()
    origin_by_id: int | None = None
    created_by_id: int
    updated_by_id: int
    created_at: Instant
    updated_at: Instant

    @property
    def memory(self) -> Mapping[str, object]:
        """`preferences.zhidu` of the article."""
        return ours(self.preferences)

    @property
    def key(self) -> str | None:
        """The idempotency key it was written with; None for everybody else's articles."""
        key = self.memory.get("key")
        return key if isinstance(key, str) else None

    @property
    def delivery_status(self) -> str | None:
        """Of an e-mail we send: `success`, `fail`, or None while it waits."""
        status = self.preferences.get("delivery_status")
        return status if isinstance(status, str) else None


class User(Wire):
    """An agent, a customer or the system. `group_ids` is the person's own access; roles may grant more."""

    login: str
    firstname: str | None = None
    lastname: str | None = None
    email: str | None = None
    phone: str | None = None
    mobile: str | None = None
    department: str | None = None
    organization_id: int | None = None
    active: bool = True
    vip: bool = False
    role_ids: tuple[int, ...] = ()
    group_ids: dict[int, tuple[str, ...]] = {}
    out_of_office: bool = False
    out_of_office_start_at: date | None = None
    out_of_office_end_at: date | None = None
    out_of_office_replacement_id: int | None = None
    preferences: Json = {}
    created_at: Instant | None = None
    updated_at: Instant | None = None

    @property
    def name(self) -> str:
        """First and last name as Zammad shows and writes them into the history; the login when both are empty."""
        return " ".join(part for part in (self.firstname, self.lastname) if part) or self.login

    @property
    def locale(self) -> str | None:
        """`zh-cn`, `en-us` …, as chosen by the person."""
        locale = self.preferences.get("locale")
        return locale if isinstance(locale, str) else None

    def may(self, access: str, group_id: int) -> bool:
        """Whether the person's own access to the group is `access` (`read`, `change`, `create`, `overview`) or full."""
        granted = self.group_ids.get(group_id, ())
        return access in granted or "full" in granted

    def away_on(self, day: date) -> bool:
        """Out of office on that day of the helpdesk's zone; the first and the last day included, as Zammad counts."""
        if not self.out_of_office or self.out_of_office_start_at is None or self.out_of_office_end_at is None:
            return False
        return self.out_of_office_start_at <= day <= self.out_of_office_end_at


class Organization(Wire):
    """A customer's organisation."""

    name: str
    active: bool = True
    vip: bool = False


class State(Wire):
    """A ticket state; `state_type` (new, open, pending reminder, pending action, closed, merged) when read expanded."""

    name: str
    state_type_id: int
    state_type: str | None = None
    active: bool = True
    next_state_id: int | None = None


class Priority(Wire):
    name: str
    active: bool = True


class Group(Wire):
    """A group; nested ones are named in full: `Complaints::Major`."""

    name: str
    parent_id: int | None = None
    active: bool = True
    email_address_id: int | None = None
    user_ids: tuple[int, ...] = ()


class Role(Wire):
    name: str
    active: bool = True
    permission_ids: tuple[int, ...] = ()
    group_ids: dict[int, tuple[str, ...]] = {}


class ObjectAttribute(Wire):
    """A field of tickets, users, groups or organisations, of Zammad's or ours."""

    name: str
    object: str | None = None
    object_lookup_id: int | None = None
    display: str = ""
    data_type: str
    data_option: Json | None = None
    active: bool = True
    editable: bool = True
    screens: Json = {}
    position: int = 0
    to_create: bool = False
    to_migrate: bool = False
    to_delete: bool = False
    to_config: bool = False

    @property
    def waits_for_migration(self) -> bool:
        return self.to_create or self.to_migrate or self.to_delete or self.to_config


class ChecklistItem(Wire):
    checklist_id: int
    text: str = ""
    checked: bool = False
    ticket_id: int | None = None


class Checklist(Wire):
    name: str = ""
    sorted_item_ids: tuple[Annotated[int, Field(strict=False)], ...] = ()


class Thing(Wire):
    """Any other object of Zammad's (trigger, webhook, calendar …): id, name, and all its fields as they came."""

    name: str | None = None
    active: bool | None = None

    @property
    def data(self) -> Mapping[str, object]:
        known = self.model_fields_set & type(self).model_fields.keys()  # an SLA's answer has a field `data` of its own
        return {**{name: getattr(self, name) for name in known}, **self._unknown}


class HistoryEntry(Wire):
    """One line of a ticket's history.

    type        `created`, `updated`, `added`/`removed` (tags), `notification`, `email`, `merged_into` …
    attribute   the field's name without `_id`: `state`, `owner`, `zhidu_kind`; `tag`.
    value_*     as text: names of states and groups, full names of people, lists as JSON text, times in whole seconds.
    id_*        only where the value is another object.
    o_id        of the ticket, or of the article when `object` is `Ticket::Article`.
    """

    object: str
    type: str
    attribute: str | None = None
    value_from: str | None = None
    value_to: str | None = None
    id_from: int | None = None
    id_to: int | None = None
    o_id: int
    related_o_id: int | None = None
    sourceable_type: str | None = None
    sourceable_name: str | None = None
    created_by_id: int
    created_at: Instant
