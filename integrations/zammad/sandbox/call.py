"""One request as the concept files see it, and what they answer."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from werkzeug.datastructures import MultiDict

from integrations.zammad.sandbox.access import allows
from integrations.zammad.sandbox.errors import forbidden, not_found
from integrations.zammad.sandbox.state import Desk, Row


@dataclass(frozen=True, slots=True)
class Raw:
    """An answer that is not JSON: bytes with their type, or JSON already spelled out."""

    content: bytes
    content_type: str
    headers: dict[str, str] = field(default_factory=dict)


Answer = tuple[int, Any]


@dataclass(slots=True)
class Call:
    """The acting user with permissions, the query and the JSON body (empty where there is none)."""

    desk: Desk
    user: Row
    permissions: frozenset[str]
    query: MultiDict[str, str]
    body: Row
    form: MultiDict[str, str]

    @property
    def user_id(self) -> int:
        return int(self.user["id"])

    @property
    def expand(self) -> bool:
        return self.query.get("expand") == "true" or self.body.get("expand") in (True, "true")

    def need(self, permission: str) -> None:
        """Raises `Refused` 403 where the user lacks `permission`."""
        if not allows(self.permissions, permission):
            raise forbidden("User authorization failed.")

    @property
    def agent(self) -> bool:
        return "ticket.agent" in self.permissions


Handler = Callable[..., Answer]
Route = tuple[str, str, Handler]


def number(model: str, key: str) -> int:
    """The id in a path. Raises `Refused` 404 for what is no number."""
    if not key.isdigit():
        raise not_found(model, key)
    return int(key)


def page_of(call: Call, rows: list[Row], *, default: int, most: int) -> list[Row]:
    """The page that `page` and `per_page` (or `limit`) name; more than `most` a page is cut silently."""

    def whole(name: str, otherwise: int) -> int:
        value = call.query.get(name) or call.body.get(name)
        return int(value) if value is not None and str(value).isdigit() and int(value) > 0 else otherwise

    size = min(whole("per_page", whole("limit", default)), most)
    start = (whole("page", 1) - 1) * size
    return rows[start : start + size]
