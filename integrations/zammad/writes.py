"""What is sent to Zammad, typed: everything whose silence would mean something in Zammad is said aloud."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from math import isfinite

Value = str | int | float | bool | None | datetime | date | tuple["Value", ...] | Mapping[str, "Value"]
"""What a field may take. Datetimes must be aware; None clears a field, () a list."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ArticleWrite:
    """An article to be.

    internal   always said, for Zammad's own default is to show it to the customer.
    key        idempotency key, kept in `preferences.zhidu.key`, by which the article is known again.
    memory     more of ours beside the key, in `preferences.zhidu` of the article; fixed at creation.
    type       `note`; `email` is sent to `to` by Zammad; `phone`, `web` …
    sender     `Agent`, `Customer`, `System`; Zammad takes the writer's own role when None.
    """

    body: str
    internal: bool
    key: str | None
    type: str = "note"
    content_type: str = "text/html"
    subject: str | None = None
    to: str | None = None
    cc: str | None = None
    sender: str | None = None
    from_: str | None = None
    message_id: str | None = None
    in_reply_to: str | None = None
    origin_by_id: int | None = None
    memory: Mapping[str, Value] = field(default_factory=dict)
    attachments: tuple["AttachmentWrite", ...] = ()

    def json(self) -> dict[str, object]:
        """As Zammad takes it, inside a ticket's PUT or by itself."""
        optional: dict[str, object] = {
            "subject": self.subject,
            "to": self.to,
            "cc": self.cc,
            "sender": self.sender,
            "from": self.from_,
            "message_id": self.message_id,
            "in_reply_to": self.in_reply_to,
            "origin_by_id": self.origin_by_id,
        }
        ours = {**self.memory, **({"key": self.key} if self.key is not None else {})}
        json: dict[str, object] = {
            "body": self.body,
            "internal": self.internal,
            "type": self.type,
            "content_type": self.content_type,
            **{name: value for name, value in optional.items() if value is not None},
        }
        if ours:
            json["preferences"] = {"zhidu": plain(ours)}
        if self.attachments:
            json["attachments"] = [attachment.json() for attachment in self.attachments]
        return json


@dataclass(frozen=True, slots=True, kw_only=True)
class AttachmentWrite:
    """A file to send along; `data` in base64."""

    filename: str
    mime_type: str
    data: str = field(repr=False)

    def json(self) -> dict[str, object]:
        return {"filename": self.filename, "mime-type": self.mime_type, "data": self.data}


@dataclass(frozen=True, slots=True, kw_only=True)
class TicketWrite:
    """One PUT: fields, at most one article, and preferences, in one transaction and one delivery.

    fields       Zammad's names to values: `state_id`, `group_id`, `owner_id`, `pending_time`, `zhidu_kind` …; names
                 instead of ids work too (`state`, `group`).
    preferences  keys to write into the ticket's `preferences`; Zammad merges them by key, so the whole value of
                 `zhidu` must be given. None: not written.
    """

    fields: Mapping[str, Value] = field(default_factory=dict)
    article: ArticleWrite | None = None
    preferences: Mapping[str, Value] | None = None

    def json(self) -> dict[str, object]:
        """raises ValueError – a datetime without a zone, or a field that has its own place here."""
        misplaced = {"article", "preferences"} & set(self.fields)
        if misplaced:
            raise ValueError(f"{', '.join(sorted(misplaced))}: not a field; use the attribute of that name")
        json = {name: plain(value) for name, value in self.fields.items()}
        if self.article is not None:
            json["article"] = self.article.json()
        if self.preferences is not None:
            json["preferences"] = plain(self.preferences)
        return json


def plain(value: Value) -> object:
    """A value as JSON has it: datetimes as `2026-11-24T05:58:22.000Z` in UTC, dates as `2026-11-24`, tuples as lists.

    raises ValueError – a datetime has no zone, a number is not finite.
    """
    if isinstance(value, float) and not isfinite(value):
        raise ValueError("a number that is not finite")
    if isinstance(value, datetime):
        if value.tzinfo is None:
            raise ValueError("a time without a zone")
        return value.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Mapping):
        return {name: plain(inner) for name, inner in value.items()}
    if isinstance(value, tuple | list):
        return [plain(inner) for inner in value]
    return value


@dataclass(frozen=True, slots=True, kw_only=True)
class Where:
    """A condition of a search: `Where(field="ticket.state_id", operator="is", value=("1", "2"))`."""

    field: str
    operator: str
    value: Value = None
    range: str | None = None

    def json(self) -> dict[str, object]:
        json: dict[str, object] = {"operator": self.operator, "value": plain(self.value)}
        if self.range is not None:
            json["range"] = self.range
        return json
