"""Golden rows as they are written: the cast, and what a row gives.

A time is written `2026-05-06 09:05`, which is China's, or in full with its zone.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta, timezone
from typing import Annotated, Literal

from pydantic import AwareDatetime, BeforeValidator, Field, TypeAdapter

from policies.kernel.config import StrictModel
from policies.kernel.facts import Post

_PLAIN = re.compile(r"\d{4}-\d\d-\d\d \d\d:\d\d")


def _in_china(value: object) -> object:
    if isinstance(value, str):
        value = datetime.fromisoformat(f"{value}:00+08:00" if _PLAIN.fullmatch(value) else value)
    return value.astimezone(UTC) if isinstance(value, datetime) and value.tzinfo is not None else value


When = Annotated[AwareDatetime, BeforeValidator(_in_china)]
INSTANT: TypeAdapter[datetime] = TypeAdapter(When)
_CHINA = timezone(timedelta(hours=8))


def as_given(at: datetime) -> str:
    """A time as rows write it; to the second where it is not on the minute."""
    local = at.astimezone(_CHINA)
    return f"{local:%Y-%m-%d %H:%M}" if local.second == local.microsecond == 0 else f"{local:%Y-%m-%d %H:%M:%S}"


class PersonRow(StrictModel):
    id: int
    post: Post | None = None
    groups: list[str] = Field(default_factory=list)
    active: bool = True
    away: bool = False
    stands_in: str | None = None
    staff_no: str = ""
    department: str = ""


class DeskRow(StrictModel):
    supervisor: str | None = None
    deputy: str | None = None
    manager: str | None = None
    calendar: str = "default"
    language: str = "zh-CN"
    kind: str | None = None
    department: str | None = None


class Cast(StrictModel):
    """The people and desks that rows take as given."""

    people: dict[str, PersonRow]
    desks: dict[str, DeskRow]


class PersonChange(StrictModel):
    post: Post | None = None
    groups: list[str] | None = None
    active: bool | None = None
    away: bool | None = None
    stands_in: str | None = None


class ArticleRow(StrictModel):
    at: When
    sender: str = Field(default="customer", alias="from")
    text: str
    subject: str = ""
    channel: Literal["email", "phone", "web", "chat", "note", "sms"] = "email"
    internal: bool = False
    key: str | None = None
    files: dict[str, str] = Field(default_factory=dict)


class ChangeRow(StrictModel):
    at: When
    by: str
    field: str
    old: str = Field(default="", alias="from")
    new: str = Field(default="", alias="to")


class ItemRow(StrictModel):
    text: str
    checked: bool = False


class TicketRow(StrictModel):
    id: int = 1
    title: str = ""
    group: str = "Service"
    owner: str | None = None
    state: str = "open"
    priority: int = 2
    created_at: When | None = None
    closed_at: When | None = None
    pending_until: When | None = None
    tags: list[str] = Field(default_factory=list)
    channel: str = "email"
    customer_named: bool = True
    customer_reachable: bool = True
    ways: tuple[Literal["reply", "mail", "phone"], ...] = ("reply", "mail", "phone")
    kind: str | None = None
    category: str | None = None
    severity: str | None = None
    flags: list[str] = Field(default_factory=list)
    stage: str | None = None
    case_owner: str | None = None
    received_at: When | None = None
    next_due_at: When | None = None
    next_duty: str | None = None
    missing: str | None = None
    told: str | None = None
    finding: str | None = None
    cause: str | None = None
    responsible: str | None = None
    remedy: str | None = None
    answer_summary: str | None = None
    identity_method: str | None = None
    promised_at: When | None = None
    extension: str | None = None
    extension_reason: str | None = None
    close_approval: str | None = None
    exhausted_remedy: str | None = None
    override_reason: str | None = None
    waiting_for: str | None = None
    satisfaction: str | None = None
    language: str | None = None
    checklist: list[ItemRow] = Field(default_factory=list)
    custom: dict[str, str | int | list[str]] = Field(default_factory=dict)
    absent: list[str] = Field(default_factory=list)
    nonsense: list[str] = Field(default_factory=list)


class FiredRow(StrictModel):
    run: str
    rungs: list[str] = Field(default_factory=list)


class MemoryRow(StrictModel):
    fired: dict[str, FiredRow] = Field(default_factory=dict)
    done: list[str] = Field(default_factory=list)
    situation: str | None = None
    observed: bool = False


class RelatedRow(StrictModel):
    earlier: list[int] = Field(default_factory=list)
    same_cause: int = 1
    linked: list[int] = Field(default_factory=list)
    undelivered: list[str] = Field(default_factory=list)
    first_at: When | None = None


class Given(StrictModel):
    """What a row gives; what it leaves out is as in the cast, or empty."""

    now: When
    ticket: TicketRow = TicketRow()
    articles: list[ArticleRow] = Field(default_factory=list)
    history: list[ChangeRow] = Field(default_factory=list)
    people: dict[str, PersonChange] = Field(default_factory=dict)
    memory: MemoryRow = MemoryRow()
    related: RelatedRow = RelatedRow()
