"""What a webhook's body says about a ticket: ids and a time. Everything else in it is dropped here.

Two shapes are understood: the payload that zhidu provisions (flat, ids only), and Zammad's standard payload
(`ticket` and `article` objects, whole or cut down), which a company may have configured already.
"""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError
from pydantic_core import from_json

_LARGEST_ID = 2**63 - 1


class Malformed(Exception):
    """The body is no payload. The text names places and kinds of fault, never what the body contains."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Hint:
    """What is kept of a payload.

    updated_at       the ticket's, aware UTC; whole seconds in the payload of our own
    article_count    the ticket's at the moment of sending
    article_id       the article of the write; None where the write had none
    """

    ticket_id: int
    updated_at: datetime | None
    updated_by_id: int | None
    article_count: int | None
    article_id: int | None
    article_by_id: int | None


def _absent(value: object) -> object:
    """None for a placeholder that Zammad could not fill: `#{article.id / no such method}`."""
    return None if isinstance(value, str) and value.startswith("#{") else value


def _instant(value: object) -> object:
    """`2026-11-24 06:57:01 UTC` and ISO 8601 as aware UTC."""
    value = _absent(value)
    if value is None or isinstance(value, datetime):
        return value
    if not isinstance(value, str):
        raise ValueError("should be a time as text")
    try:
        at = datetime.fromisoformat(value.removesuffix(" UTC") + "Z" if value.endswith(" UTC") else value)
        if at.tzinfo is not None:
            return at.astimezone(UTC)
    except (ValueError, OverflowError):
        # Without `from`: the original's text quotes the value.
        raise ValueError("is no time that exists") from None
    raise ValueError("has no time zone")


_Id = Annotated[int, Field(strict=True, ge=1, le=_LARGEST_ID)]
_OptionalId = Annotated[_Id | None, BeforeValidator(_absent)]
_OptionalCount = Annotated[Annotated[int, Field(strict=True, ge=0, le=_LARGEST_ID)] | None, BeforeValidator(_absent)]
_OptionalTime = Annotated[datetime | None, BeforeValidator(_instant)]


class _Payload(BaseModel):
    model_config = ConfigDict(extra="ignore", frozen=True, hide_input_in_errors=True)


class _Own(_Payload):
    """The payload zhidu provisions."""

    ticket_id: _Id
    updated_at: _OptionalTime = None
    updated_by_id: _OptionalId = None
    article_count: _OptionalCount = None
    article_id: _OptionalId = None
    article_by_id: _OptionalId = None

    def hint(self) -> Hint:
        return Hint(
            ticket_id=self.ticket_id,
            updated_at=self.updated_at,
            updated_by_id=self.updated_by_id,
            article_count=self.article_count,
            article_id=self.article_id,
            article_by_id=self.article_by_id,
        )


class _Ticket(_Payload):
    id: _Id
    updated_at: _OptionalTime = None
    updated_by_id: _OptionalId = None
    article_count: _OptionalCount = None
    article_ids: list[Any] | None = None


class _Article(_Payload):
    id: _OptionalId = None
    created_by_id: _OptionalId = None


class _Standard(_Payload):
    """Zammad's own payload, whole or with fewer fields."""

    ticket: _Ticket
    article: Annotated[_Article | None, BeforeValidator(_absent)] = None

    def hint(self) -> Hint:
        count = self.ticket.article_count
        if count is None and self.ticket.article_ids is not None:
            count = len(self.ticket.article_ids)
        return Hint(
            ticket_id=self.ticket.id,
            updated_at=self.ticket.updated_at,
            updated_by_id=self.ticket.updated_by_id,
            article_count=count,
            article_id=self.article.id if self.article else None,
            article_by_id=self.article.created_by_id if self.article else None,
        )


def read(body: bytes) -> Hint:
    """What `body` says.

    raises   Malformed – no JSON (NaN and infinities are none), no object, no ticket id, a value of the wrong kind
    """
    try:
        content = from_json(body, allow_inf_nan=False, cache_strings="none")
    except ValueError:
        raise Malformed("not JSON") from None
    if not isinstance(content, dict):
        raise Malformed("not a JSON object")
    model: type[_Own] | type[_Standard] = _Standard if "ticket_id" not in content and "ticket" in content else _Own
    try:
        return model.model_validate(content).hint()
    except ValidationError as error:
        raise Malformed(_complaint(error)) from None


def _complaint(error: ValidationError) -> str:
    """`ticket.id: input should be …; …`. Places are names of our own fields; the messages carry no input."""
    parts = []
    for fault in error.errors(include_url=False, include_context=False, include_input=False):
        place = ".".join(str(step) for step in fault["loc"])
        message = fault["msg"].removeprefix("Value error, ")
        parts.append(f"{place}: {message[0].lower()}{message[1:]}")
    return "; ".join(parts)
