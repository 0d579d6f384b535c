"""A ticket's parts as typed values, as Zammad answers them: strict in what is used, indifferent to the rest.

What Zammad may add, leave out or rename among the fields we do not use changes nothing here. A field we do use must be
there and of its type. All times are aware and UTC. `wire` reads them from bytes and is where to import them from; what
a helpdesk has besides its tickets is in `registers`.

Custom fields of ours (`zhidu_…`) are in `fields`, those of the company behind `custom(name)`. They hold whatever Zammad
stores, nonsense included: reading them tolerantly is the reader's task.
"""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Annotated, Final

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


_TRIED: Final = 4
"""As often Zammad tries to send a mail; then it says so on the ticket, and opens it."""


def gave_up(preferences: Mapping[str, object]) -> bool:
    """Whether an article with these preferences was to be sent, and never will be."""
    tried = preferences.get("delivery_retry")
    return preferences.get("delivery_status") == "fail" and isinstance(tried, int) and tried >= _TRIED


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

    @property
    def has_checklists(self) -> bool:
        """Whether this helpdesk has checklists: every ticket of one that has says which is its own, if any."""
        return "checklist_id" in self.model_fields_set


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

    @property
    def given_up(self) -> bool:
        """Whether it is a mail of ours that Zammad will not try to send again."""
        return gave_up(self.preferences)


class ChecklistItem(Wire):
    checklist_id: int
    text: str = ""
    checked: bool = False
    ticket_id: int | None = None


class Checklist(Wire):
    name: str = ""
    sorted_item_ids: tuple[Annotated[int, Field(strict=False)], ...] = ()


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
