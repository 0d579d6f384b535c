"""What can go wrong between zhidu and Zammad, as types a caller can act on.

    ZammadError
    ├── Transient        worth trying again later, the same way
    │   └── AnswerLost   a write that may have happened: look before repeating it
    ├── Permanent        trying again will not help; a person must see it
    │   ├── NotFound     the ticket (user, group …) is not there, or not for us
    │   └── Refused      Zammad understood and said no, in its own words
    └── Stale            what was read is no longer what is there: read again, decide again

Every error keeps the HTTP status (None when there was no answer), Zammad's own message, the method and the path without
its query. None ever holds the token, a header, or the body that was sent.
"""

import json
import re
from typing import Literal

RefusedKind = Literal["credentials", "rights", "value"]

_LONGEST_MESSAGE = 500
_PG = re.compile(r"^PG::(\w+): ERROR:\s*(.*?)(?:\n|$)")
_MALFORMED = "Error occurred while parsing request parameters"


class ZammadError(Exception):
    """A call to Zammad did not do what was asked.

    status   the HTTP status, or None when no answer was received.
    message  Zammad's own words (made readable, at most 500 characters), or what the network said.
    method   GET, POST, PUT, DELETE.
    path     of the call, without query and without the `/api/v1` in front.
    """

    def __init__(self, message: str, *, status: int | None, method: str, path: str) -> None:
        self.status = status
        self.message = message[:_LONGEST_MESSAGE]
        self.method = method
        self.path = path.partition("?")[0]
        super().__init__(self.message)

    def __str__(self) -> str:
        status = f"{self.status}: " if self.status is not None else ""
        return f"{self.method} {self.path}: {status}{self.message}"

    def __repr__(self) -> str:
        return f"{type(self).__name__}({str(self)!r})"

    def __reduce__(self) -> tuple[object, ...]:
        return _rebuild, (type(self), self.args, self.__dict__)


class Transient(ZammadError):
    """Overloaded, unreachable, too slow: worth trying again.

    retry_after  seconds Zammad asked us to wait, if it did.
    """

    def __init__(
        self, message: str, *, status: int | None, method: str, path: str, retry_after: float | None = None
    ) -> None:
        super().__init__(message, status=status, method=method, path=path)
        self.retry_after = retry_after


class AnswerLost(Transient):
    """A write whose outcome is unknown: it may or may not have happened.

    The connection broke or timed out after the request had left, a gateway answered in Zammad's place (502, 504), or
    Zammad failed half-way (500). Before repeating it, read the ticket and look for the idempotency key.
    """


class Permanent(ZammadError):
    """The same call will fail again."""


class NotFound(Permanent):
    """404: there is no such object, or the service user may not see it."""


class Refused(Permanent):
    """Zammad understood the call and refused it.

    kind  `credentials` – the token is missing, wrong, revoked or expired: nothing will work until a person mends it;
          `rights` – the token is good, but its user may not do this (role, group access, 403);
          `value` – what was asked breaks a rule of Zammad's: an unknown name, a mandatory field, a taken name (422).
    """

    def __init__(self, message: str, *, status: int | None, method: str, path: str, kind: RefusedKind) -> None:
        super().__init__(message, status=status, method=method, path=path)
        self.kind: RefusedKind = kind


class Stale(ZammadError):
    """The object is no longer as it was read: a decision made on that reading must be made anew."""


def _rebuild(kind: type[ZammadError], args: tuple[object, ...], state: dict[str, object]) -> ZammadError:
    error = kind.__new__(kind, *args)
    error.args = args
    error.__dict__.update(state)
    return error


def error_for(
    *, status: int, body: bytes, method: str, path: str, write: bool, retry_after: float | None = None
) -> ZammadError:
    """The typed error for an answer that is none of the 2xx, or that is a 200 holding nothing but an error.

    write        whether the call may have changed something (an ambiguous failure is then `AnswerLost`).
    retry_after  seconds, from the `Retry-After` header.
    """
    said = message_in(body)
    message = readable(said) if said else f"no message (HTTP {status})"
    if status in (401, 403):
        return Refused(message, status=status, method=method, path=path, kind=_kind_of_denial(status, said))
    if status in (404, 410):
        return NotFound(message, status=status, method=method, path=path)
    if status in (409, 412):
        return Stale(message, status=status, method=method, path=path)
    if status == 422 or status < 300:
        return Refused(message, status=status, method=method, path=path, kind="value")
    if status in (408, 425, 429, 503):
        return Transient(message, status=status, method=method, path=path, retry_after=retry_after)
    if status >= 500:
        if said == _MALFORMED:
            return Permanent(message, status=status, method=method, path=path)
        kind = AnswerLost if write else Transient
        return kind(_explained(said, message), status=status, method=method, path=path, retry_after=retry_after)
    if 300 <= status < 400:
        message = "redirected to another address: is the address of the helpdesk the right one (https, host name)?"
    return Permanent(message, status=status, method=method, path=path)


def message_in(body: bytes) -> str:
    """Zammad's own words in an answer: `error`, else `error_human`; "" for anything that is not Zammad's JSON."""
    try:
        answer = json.loads(body)
    except ValueError:
        return ""
    if not isinstance(answer, dict):
        return ""
    for name in ("error", "error_human"):
        words = answer.get(name)
        if isinstance(words, str) and words:
            return words
    return ""


def readable(message: str) -> str:
    """PostgreSQL's raw texts, which Zammad passes on with a 422, as a sentence; other messages as they are."""
    found = _PG.match(message)
    if found is None:
        return " ".join(message.split())
    if found[1] == "InFailedSqlTransaction":
        return "the helpdesk's database refused it, probably because a value that must be unique is taken already"
    return f"the helpdesk's database refused it: {' '.join(found[2].split())}"


def _kind_of_denial(status: int, said: str) -> RefusedKind:
    if status == 401 or said.lower().startswith("authentication required"):
        return "credentials"
    return "rights"


def _explained(said: str, message: str) -> str:
    if said.startswith("Error ID"):
        return (
            f"{message} (the reason is in Zammad's production log; for an e-mail: the group may have no e-mail address)"
        )
    return message
