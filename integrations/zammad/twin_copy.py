"""The masked copy of a ticket: all that is needed to make it anew, as it will stand in the helpdesk again."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from pydantic import AwareDatetime, BaseModel, ConfigDict


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, strict=True, ser_json_bytes="base64", val_json_bytes="base64")

    def __repr__(self) -> str:
        return type(self).__name__

    __str__ = __repr__


class FileCopy(_Part):
    """name: masked; content: masked, or a text in place of what could not be masked; inline: shown in the body."""

    id: int
    name: str
    mime_type: str
    content: bytes
    inline: bool = False


class ArticleCopy(_Part):
    """An article as it will be; `type` and `sender` are the names it had."""

    id: int
    at: AwareDatetime
    by: int
    type: str
    sender: str
    internal: bool
    content_type: str
    subject: str | None
    body: str
    from_: str | None
    to: str | None
    cc: str | None
    message_id: str | None
    in_reply_to: str | None
    memory: dict[str, Any]
    files: tuple[FileCopy, ...]


class LinkCopy(_Part):
    """What the other ticket is to this one, and its number."""

    kind: str
    number: str


class ItemCopy(_Part):
    """An item of the checklist; `masked`: it is not as it was."""

    id: int
    text: str
    checked: bool
    masked: bool


class TicketCopy(_Part):
    """The ticket; `fields`: Zammad's names to values, of all fields that are a company's own or ours."""

    id: int
    number: str
    title: str
    group_id: int
    owner_id: int
    customer_id: int
    priority_id: int
    state_id: int
    state_type: str
    pending_time: AwareDatetime | None
    created_at: AwareDatetime
    closed_at: AwareDatetime | None
    memory: dict[str, Any]
    fields: dict[str, Any]
    tags: tuple[str, ...]
    links: tuple[LinkCopy, ...]
    subscribers: tuple[int, ...]
    items: tuple[ItemCopy, ...]
    articles: tuple[ArticleCopy, ...]

    def dump(self) -> bytes:
        return self.model_dump_json().encode()

    @classmethod
    def load(cls, text: bytes) -> TicketCopy:
        """raises ValueError – another program wrote it"""
        return cls.model_validate_json(text)


class Mark(_Part):
    """`preferences.zhidu_twin` of a ticket that was made anew.

    of         id of the original
    making     it is not whole yet: nobody but the maker writes to it
    closed_at  when the original was closed, where it was
    reopened   it was created closed and set to its state afterwards, which is no reopening
    """

    of: int
    making: bool = False
    closed_at: str | None = None
    reopened: bool = False


MARK = "zhidu_twin"


def mark_of(preferences: Any) -> Mark | None:
    """Tolerant: None for a ticket that was not made anew."""
    kept = preferences.get(MARK)
    try:
        return Mark.model_validate(kept) if isinstance(kept, dict) else None
    except ValueError:
        return None


def closed_at(mark: Mark | None) -> datetime | None:
    return None if mark is None or mark.closed_at is None else datetime.fromisoformat(mark.closed_at)
