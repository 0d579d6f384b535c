"""Zammad's JSON answers as typed values.

An answer in which a field we use is missing or of another type is a `WireError`, which names the field and never its
value; fields we do not use may come and go. What the single objects are like is in `records` and `registers`.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Annotated, Generic, TypeVar

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

from integrations.zammad.records import (
    PREFIX,
    Article,
    Attachment,
    Checklist,
    ChecklistItem,
    HistoryEntry,
    Ticket,
    Wire,
)
from integrations.zammad.registers import (
    Group,
    ObjectAttribute,
    Organization,
    Priority,
    Role,
    State,
    Thing,
    User,
)

__all__ = [
    "PREFIX",
    "Article",
    "Attachment",
    "Begun",
    "Checklist",
    "ChecklistItem",
    "Group",
    "History",
    "HistoryEntry",
    "Link",
    "ObjectAttribute",
    "OneRead",
    "Organization",
    "Priority",
    "Role",
    "Shape",
    "State",
    "Thing",
    "Ticket",
    "User",
    "Wire",
    "WireError",
    "history",
    "one_read",
]


class WireError(ValueError):
    """An answer of Zammad's that we cannot read: which fields, and why; none of the values."""


class _Loose(BaseModel):
    model_config = ConfigDict(extra="ignore", frozen=True, strict=True)


class Link(_Loose):
    """`type` is what the other one is to this ticket: `child`, `parent`, `normal`."""

    type: Annotated[str, Field(alias="link_type")]
    object: Annotated[str, Field(alias="link_object")]
    object_id: Annotated[int, Field(alias="link_object_value")]


class _Mention(_Loose):
    id: int
    user_id: int


class _Assets(_Loose):
    tickets: dict[int, Ticket] = Field(alias="Ticket", default_factory=dict)
    articles: dict[int, Article] = Field(alias="TicketArticle", default_factory=dict)
    users: dict[int, User] = Field(alias="User", default_factory=dict)
    organizations: dict[int, Organization] = Field(alias="Organization", default_factory=dict)
    checklists: dict[int, Checklist] = Field(alias="Checklist", default_factory=dict)
    items: dict[int, ChecklistItem] = Field(alias="ChecklistItem", default_factory=dict)
    mentions: dict[int, _Mention] = Field(alias="Mention", default_factory=dict)


class _OneRead(_Loose):
    ticket_id: int
    ticket_article_ids: tuple[int, ...] = ()
    assets: _Assets
    links: tuple[Link, ...] = ()
    tags: tuple[str, ...] = ()
    mentions: tuple[int | _Mention, ...] = ()


class _UsersOnly(_Loose):
    users: dict[int, User] = Field(alias="User", default_factory=dict)


class _History(_Loose):
    history: tuple[HistoryEntry, ...]
    assets: _UsersOnly = _UsersOnly()


@dataclass(frozen=True, slots=True, kw_only=True)
class OneRead:
    """All that one read of a ticket tells.

    articles    in Zammad's order, oldest first.
    users       everybody who occurs: owner, customer, authors, the agents of its groups; by id.
    subscribers ids of the users who follow the ticket.
    items       of the checklist, in its order; empty without one.
    """

    ticket: Ticket
    articles: tuple[Article, ...]
    users: Mapping[int, User]
    organizations: Mapping[int, Organization]
    tags: tuple[str, ...]
    links: tuple[Link, ...]
    subscribers: tuple[int, ...]
    items: tuple[ChecklistItem, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class History:
    """A ticket's history, oldest first, and the people who occur in it."""

    entries: tuple[HistoryEntry, ...]
    users: Mapping[int, User]


@dataclass(frozen=True, slots=True, kw_only=True)
class Begun:
    """A checklist that was just begun, with the lines that it has."""

    id: int
    items: tuple[ChecklistItem, ...]


class _Begun(_Loose):
    id: int
    assets: _Assets


class _Tags(_Loose):
    tags: tuple[str, ...]


class _Count(_Loose):
    total_count: int


class _Version(_Loose):
    version: str


W = TypeVar("W")
X = TypeVar("X", bound=Wire)


class Shape(Generic[W]):
    """How to read one kind of answer from its bytes."""

    def __init__(self, kind: type[W]) -> None:
        self._name = getattr(kind, "__name__", str(kind))
        self._one: TypeAdapter[W] = TypeAdapter(kind)
        self._many: TypeAdapter[list[W]] = TypeAdapter(list[kind])  # type: ignore[valid-type]

    def one(self, body: bytes) -> W:
        """raises WireError – not JSON, or a field we use is missing or of another type."""
        return _read(self._one, body, self._name)

    def many(self, body: bytes) -> list[W]:
        """A JSON list of them. raises WireError"""
        return _read(self._many, body, f"list of {self._name}")


def _read(adapter: TypeAdapter[W], body: bytes, name: str) -> W:
    problem: str
    try:
        return adapter.validate_json(body)
    except ValidationError as wrong:
        problem = "; ".join(_problems(wrong))
    raise WireError(f"{name}: {problem}")  # outside of the handler: the cause would show the values


def _problems(wrong: ValidationError, most: int = 5) -> Iterator[str]:
    errors = wrong.errors(include_input=False, include_context=False, include_url=False)
    for error in errors[:most]:
        place = ".".join(str(part) for part in error["loc"]) or "answer"
        yield f"{place}: {error['type'] if error['type'] == 'json_invalid' else error['msg']}"
    if len(errors) > most:
        yield f"and {len(errors) - most} more"


TICKET = Shape(Ticket)
ARTICLE = Shape(Article)
USER = Shape(User)
CHECKLIST = Shape(Checklist)
CHECKLIST_ITEM = Shape(ChecklistItem)
STATE = Shape(State)
PRIORITY = Shape(Priority)
GROUP = Shape(Group)
ROLE = Shape(Role)
ATTRIBUTE = Shape(ObjectAttribute)
THING = Shape(Thing)
_ONE_READ = Shape(_OneRead)
_HISTORY = Shape(_History)
_TAGS = Shape(_Tags)
_BEGUN = Shape(_Begun)
_COUNT = Shape(_Count)
_VERSION = Shape(_Version)


def one_read(body: bytes) -> OneRead:
    """The answer of `GET tickets/:id?all=true`. `form_meta` is left out; linked tickets among the assets too.

    raises WireError – also when the assets do not hold the ticket itself.
    """
    read = _ONE_READ.one(body)
    assets = read.assets
    ticket = assets.tickets.get(read.ticket_id)
    if ticket is None:
        raise WireError(f"OneRead: assets.Ticket.{read.ticket_id}: missing")
    checklist = assets.checklists.get(ticket.checklist_id) if ticket.checklist_id is not None else None
    return OneRead(
        ticket=ticket,
        articles=tuple(assets.articles[id] for id in read.ticket_article_ids if id in assets.articles),
        users=assets.users,
        organizations=assets.organizations,
        tags=read.tags,
        links=read.links,
        subscribers=tuple(_subscribers(read)),
        items=tuple(assets.items[id] for id in (checklist.sorted_item_ids if checklist else ()) if id in assets.items),
    )


def _subscribers(read: _OneRead) -> Iterator[int]:
    for mention in read.mentions:
        found = read.assets.mentions.get(mention) if isinstance(mention, int) else mention
        if found is not None:
            yield found.user_id


def history(body: bytes) -> History:
    """The answer of `GET ticket_history/:id`. raises WireError"""
    read = _HISTORY.one(body)
    return History(entries=read.history, users=read.assets.users)


def tags(body: bytes) -> tuple[str, ...]:
    """The answer of `GET tags`. raises WireError"""
    return _TAGS.one(body).tags


def begun(body: bytes) -> Begun:
    """The answer of `POST checklists`. raises WireError"""
    read = _BEGUN.one(body)
    lines = (item for item in read.assets.items.values() if item.checklist_id == read.id)
    return Begun(id=read.id, items=tuple(lines))


def total_count(body: bytes) -> int:
    """The answer of a search that only counts. raises WireError"""
    return _COUNT.one(body).total_count


def version(body: bytes) -> str:
    """The answer of `GET version`. raises WireError"""
    return _VERSION.one(body).version
