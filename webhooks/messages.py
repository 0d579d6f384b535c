"""`POST /intake/messages`: what web forms, apps and messengers send, signed; see docs/gate.md for the contract.

Nothing is decided here: the signature is verified, the JSON read, and what became of the message answered. No answer
and no line of the log holds anything of a message.
"""

from __future__ import annotations

import base64
import binascii
import hmac
import json
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Annotated, Final, Literal

import structlog
from flask import Blueprint, Response, request
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError, field_validator, model_validator
from werkzeug.exceptions import RequestEntityTooLarge

from integrations.relay.messages import File, Message, NotTaken, Posted, Sender, Why
from webhooks.ports import MessageDesk

PATH: Final = "/intake/messages"
SIGNATURE: Final = "X-Hub-Signature-256"

_STATUS: Final = {
    Why.NO_TICKET: 404,
    Why.OTHER_CONTENT: 409,
    Why.OTHER_CUSTOMER: 409,
    Why.MERGED: 409,
    Why.NO_SUBJECT: 400,
    Why.UNREADABLE: 422,
    Why.REFUSED: 422,
    Why.LATER: 503,
}
_CONTROL: Final = re.compile(r"[\x00-\x1f\x7f]")
_NAMES: Final = frozenset(
    {"key", "channel", "from", "email", "login", "name", "subject", "text", "html", "attachments", "type", "data",
     "ticket"}
)  # fmt: skip

_log = structlog.get_logger("webhooks.messages")


def _line(text: str) -> str:
    if _CONTROL.search(text):
        raise ValueError("holds control characters")
    return text


def _sound(text: str) -> str:
    if any("\ud800" <= letter <= "\udfff" for letter in text):
        raise ValueError("holds half a character")
    return text.replace("\x00", "")


Line = Annotated[str, AfterValidator(_sound), AfterValidator(_line)]
Text = Annotated[str, AfterValidator(_sound)]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, hide_input_in_errors=True)


class _From(_Strict):
    email: Annotated[Line, Field(max_length=254, pattern=r"^(?:[^@\s<>,;]+@[^@\s<>,;]+)?$")] = ""
    login: Annotated[Line, Field(max_length=254)] = ""
    name: Annotated[Line, Field(max_length=200)] = ""

    @model_validator(mode="after")
    def _somebody(self) -> _From:
        if bool(self.email) == bool(self.login.strip()):
            raise ValueError("needs email or login, and not both")
        return self


class _Attachment(_Strict):
    name: Annotated[Line, Field(min_length=1, max_length=255)]
    type: Annotated[str, Field(max_length=127, pattern=r"^[A-Za-z0-9.+-]+/[A-Za-z0-9.+-]+$")]
    data: str

    @property
    def content(self) -> bytes:
        return base64.b64decode(self.data)

    @field_validator("data")
    @classmethod
    def _octets(cls, text: str) -> str:
        try:
            base64.b64decode(text, validate=True)
        except (binascii.Error, ValueError):
            raise ValueError("is no base64") from None
        return text


class _Message(_Strict):
    key: Annotated[Line, Field(min_length=1, max_length=200)]
    channel: Literal["web", "app", "messenger", "phone"]
    from_: Annotated[_From, Field(alias="from")]
    subject: Annotated[Line, Field(max_length=500)] = ""
    text: Text | None = None
    html: Text | None = None
    attachments: Annotated[list[_Attachment], Field(max_length=50)] = []
    ticket: Annotated[str, Field(pattern=r"^[A-Za-z0-9-]{1,40}$")] | None = None

    @model_validator(mode="after")
    def _whole(self) -> _Message:
        if (self.text is None) == (self.html is None):
            raise ValueError("needs text or html, and not both")
        if self.ticket is None and not self.subject.strip():
            raise ValueError("needs subject, or ticket")
        return self

    def message(self, raw: bytes) -> Message:
        sender = Sender(email=self.from_.email, login=self.from_.login.strip(), name=self.from_.name)
        files = tuple(File(name=one.name, mime_type=one.type, content=one.content) for one in self.attachments)
        return Message(
            key=self.key, channel=self.channel, sender=sender, subject=self.subject, text=self.html or self.text or "",
            html=self.html is not None, files=files, number=self.ticket, raw=raw,
        )  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Messages:
    """What the page needs.

    secret      what messages are signed with
    max_bytes   of one
    """

    desk: MessageDesk
    secret: bytes = field(repr=False)
    max_bytes: int


def messages_blueprint(messages: Messages) -> Blueprint:
    """`POST /intake/messages`."""
    blueprint = Blueprint("messages", __name__)

    def post() -> Response:
        request.max_content_length = messages.max_bytes
        try:
            raw = request.get_data(cache=False)
        except RequestEntityTooLarge:
            return _said(413, f"longer than {messages.max_bytes} bytes")
        if not _genuine(request.headers.get(SIGNATURE), raw, messages.secret):
            answer = _said(401, "no signature, or a wrong one")
            answer.headers["WWW-Authenticate"] = SIGNATURE
            return answer
        try:
            message = _Message.model_validate_json(raw).message(raw)
        except ValidationError as error:
            return _said(400, _complaint(error))
        return _taken(messages.desk.take, message)

    blueprint.add_url_rule(PATH, view_func=post, methods=["POST"])
    return blueprint


def _taken(take: Callable[[Message], Posted], message: Message) -> Response:
    try:
        posted = take(message)
    except NotTaken as error:
        answer = _said(_STATUS[error.why], str(error))
        if error.why is Why.LATER:
            answer.headers["Retry-After"] = "30"
        return answer
    body = {"ticket": posted.number, "id": posted.id, "masked": dict(posted.kinds)}
    return Response(json.dumps(body), status=201 if posted.new else 200, content_type="application/json")


def sign(body: bytes, secret: bytes) -> str:
    """What is sent in `X-Hub-Signature-256`."""
    return "sha256=" + hmac.digest(secret, body, "sha256").hex()


def _genuine(given: str | None, body: bytes, secret: bytes) -> bool:
    expected = sign(body, secret).encode()
    return given is not None and hmac.compare_digest(given.strip().encode("utf-8", "replace"), expected)


def _said(status: int, what: str) -> Response:
    _log.warning("message not taken", status=status, reason=what)
    return Response(json.dumps({"error": what}), status=status, content_type="application/json")


def _complaint(error: ValidationError) -> str:
    """`attachments.0.data: is no base64; …`. Names that are none of ours are the sender's, and not repeated."""
    parts = []
    for fault in error.errors(include_url=False, include_context=False, include_input=False):
        place = ".".join(str(step) if isinstance(step, int) or step in _NAMES else "?" for step in fault["loc"])
        said = fault["msg"].removeprefix("Value error, ")
        if fault["type"] == "json_invalid":
            said = "is no JSON"
        elif fault["type"] == "extra_forbidden":
            said = "is no field of a message"
        parts.append(f"{place or 'the message'}: {said[0].lower()}{said[1:]}")
    return "; ".join(parts[:10])
