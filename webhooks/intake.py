"""The webhook's end: verify, read the ids, commit, then answer. Nothing is decided here.

| answer | when |
| --- | --- |
| 202 | kept, durably; or kept before (the same `X-Zammad-Delivery`) |
| 400 | signed, but no payload, or an impossible delivery id |
| 401 | no signature, or a wrong one |
| 405 | another method than POST |
| 413 | longer than `max_bytes`; such a body is not read |
| 503 | no secret is configured, or the store cannot keep anything now: Zammad sends it again |

The kind of content is not asked for: a signed body that reads as a payload is one, and refusing it because a proxy
changed a header would lose an event. The delivery's id and the trigger's name are headers, so they are not signed:
who replays a signed body under a new id makes a ticket be looked at once more, and nothing else.
"""

import re
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING, NoReturn, TypeAlias

import structlog

from integrations.store.errors import Refused, StoreError
from integrations.store.records import Accepted, Delivery
from webhooks import payloads
from webhooks.lane import ANSWER
from webhooks.ports import Inbox, Meter, Outcome
from webhooks.signature import Verdict, sign, verify

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

PATH = "/hooks/zammad"
MAX_BYTES = 2 * 1024 * 1024

SECURITY_HEADERS = (
    ("Cache-Control", "no-store"),
    ("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'"),
    ("Cross-Origin-Resource-Policy", "same-origin"),
    ("Referrer-Policy", "no-referrer"),
    ("X-Content-Type-Options", "nosniff"),
)

_STATUS = {
    Outcome.NEW: "202 Accepted",
    Outcome.DUPLICATE: "202 Accepted",
    Outcome.NO_SECRET: "503 Service Unavailable",
    Outcome.UNSIGNED: "401 Unauthorized",
    Outcome.FORGED: "401 Unauthorized",
    Outcome.TOO_LARGE: "413 Content Too Large",
    Outcome.MALFORMED: "400 Bad Request",
    Outcome.UNAVAILABLE: "503 Service Unavailable",
    Outcome.FAILED: "500 Internal Server Error",
}
_EXTRA_HEADERS = {
    Outcome.UNSIGNED: (("WWW-Authenticate", "X-Hub-Signature"),),
    Outcome.FORGED: (("WWW-Authenticate", "X-Hub-Signature"),),
    # Whatever follows on this connection belongs to a body nobody reads.
    Outcome.TOO_LARGE: (("Connection", "close"),),
}
_KEPT = (Outcome.NEW, Outcome.DUPLICATE)

_DELIVERY_ID = re.compile(r"[A-Za-z0-9._:-]{1,100}", re.ASCII)
_LONGEST_TRIGGER = 200

Answer: TypeAlias = "Callable[[StartResponse], Iterable[bytes]]"

_log = structlog.get_logger("webhooks.intake")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Ending:
    """How a request ends. `outcome` is None for what is no delivery at all; `reason` holds nothing of its content."""

    outcome: Outcome | None
    reason: str = ""


_POST_ONLY = _Ending(outcome=None, reason="POST only")
_FAILED = _Ending(outcome=Outcome.FAILED, reason="failed")
_ENDINGS = {Accepted.NEW: _Ending(outcome=Outcome.NEW), Accepted.DUPLICATE: _Ending(outcome=Outcome.DUPLICATE)}


class _Stop(Exception):
    """The request ends here."""

    def __init__(self, ending: _Ending) -> None:
        super().__init__(ending.reason)
        self.ending = ending


def _stop(outcome: Outcome, reason: str) -> NoReturn:
    raise _Stop(_Ending(outcome=outcome, reason=reason))


@dataclass(frozen=True, slots=True, kw_only=True)
class Intake:
    """A WSGI application that takes deliveries in.

    secret       the webhook's `signature_token`; None or empty refuses everything
    now          aware UTC
    max_bytes    of a body
    wake         called after each commit of a new delivery, so that a worker need not wait for its next round
    """

    inbox: Inbox
    secret: bytes | None
    meter: Meter
    now: Callable[[], datetime]
    max_bytes: int = MAX_BYTES
    wake: Callable[[], None] | None = None

    def __call__(self, environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        answer: Answer | None = environ.get(ANSWER)
        if answer is None:
            [answer] = self.together((environ,))
        return answer(start_response)

    def together(self, environs: "Sequence[WSGIEnvironment]") -> "Sequence[Answer]":
        """Takes in what arrived together, with one commit, and gives each request's answer. Raises nothing.

        A server that can calls this first, and the application with the answer as `environ[ANSWER]`.
        """
        began = time.perf_counter()
        readings = [self._read(environ) for environ in environs]
        deliveries = [reading for reading in readings if isinstance(reading, Delivery)]
        kept = iter(self._keep(deliveries))
        endings = [next(kept) if isinstance(reading, Delivery) else reading for reading in readings]
        if self.wake is not None and any(ending.outcome is Outcome.NEW for ending in endings):
            try:
                self.wake()
            except Exception:
                # It is committed: the workers' next round finds it.
                _log.exception("wake failed")
        took = time.perf_counter() - began
        for environ, ending in zip(environs, endings, strict=True):
            self._note(environ, ending, took)
        return [partial(_answer, ending) for ending in endings]

    def _note(self, environ: "WSGIEnvironment", ending: _Ending, took: float) -> None:
        """Counts the request, and logs it where it was not kept.

        What was kept is not: the line about the look it leads to names the deliveries.
        """
        if ending.outcome is None:
            return
        self.meter.delivered(ending.outcome, took)
        if ending.outcome not in _KEPT and ending.outcome is not Outcome.FAILED:
            _log.warning(
                "delivery refused",
                outcome=ending.outcome.value,
                reason=ending.reason,
                delivery_id=_delivery_id(environ) or None,
                length=environ.get("CONTENT_LENGTH") or None,
                peer=environ.get("REMOTE_ADDR"),
            )

    def _keep(self, deliveries: Sequence[Delivery]) -> Sequence[_Ending]:
        """What the inbox made of `deliveries`, once they are durable."""
        if not deliveries:
            return ()
        try:
            answers = self.inbox.accept_all(deliveries)
        except Exception:
            _log.exception("intake failed", delivery_id=[delivery.delivery_id for delivery in deliveries])
            return [_FAILED] * len(deliveries)
        return [_ENDINGS[answer] if isinstance(answer, Accepted) else _not_kept(answer) for answer in answers]

    def _read(self, environ: "WSGIEnvironment") -> Delivery | _Ending:
        """The delivery, or how the request ends without one."""
        if environ["REQUEST_METHOD"] != "POST":
            return _POST_ONLY
        try:
            return self._genuine(environ)
        except _Stop as stop:
            return stop.ending
        except Exception:
            _log.exception("intake failed", delivery_id=_delivery_id(environ) or None)
            return _FAILED

    def _genuine(self, environ: "WSGIEnvironment") -> Delivery:
        if not self.secret:
            _stop(Outcome.NO_SECRET, "no webhook secret is configured")
        body = self._body(environ)
        digest = sign(body, self.secret)
        match verify(environ.get("HTTP_X_HUB_SIGNATURE"), expected=digest):
            case Verdict.MISSING:
                _stop(Outcome.UNSIGNED, "no signature")
            case Verdict.WRONG:
                _stop(Outcome.FORGED, "wrong signature")
            case Verdict.GENUINE:
                return self._delivery(environ, body, digest=digest)

    def _body(self, environ: "WSGIEnvironment") -> bytes:
        """The raw body, of which at most `max_bytes` + 1 bytes are ever read."""
        announced = environ.get("CONTENT_LENGTH") or ""
        stream = environ["wsgi.input"]
        if not announced:
            # Without a length only a server that ends the stream itself can be read from.
            body: bytes = stream.read(self.max_bytes + 1) if environ.get("wsgi.input_terminated") else b""
        elif not (announced.isascii() and announced.isdigit()):
            _stop(Outcome.MALFORMED, "the announced length is no number")
        elif len(announced) > 18 or int(announced) > self.max_bytes:
            _stop(Outcome.TOO_LARGE, f"longer than {self.max_bytes} bytes")
        else:
            body = stream.read(int(announced))
            if len(body) < int(announced):
                _stop(Outcome.MALFORMED, "shorter than announced")
        if len(body) > self.max_bytes:
            _stop(Outcome.TOO_LARGE, f"longer than {self.max_bytes} bytes")
        return body

    def _delivery(self, environ: "WSGIEnvironment", body: bytes, *, digest: str) -> Delivery:
        """The record to keep. `digest` is keyed with the secret, so that it tells nothing about the body."""
        try:
            hint = payloads.read(body)
        except payloads.Malformed as error:
            _stop(Outcome.MALFORMED, str(error))
        received_at = self.now()
        delivery_id = _delivery_id(environ)
        if delivery_id is None:
            _stop(Outcome.MALFORMED, "X-Zammad-Delivery: not an id")
        if not delivery_id:
            # Somebody took the header out. Two real events may have the very same body, and a look too many costs
            # one read where a look too few loses an event: so each one counts as new.
            delivery_id = f"unnamed:{digest.removeprefix('sha1=')}:{received_at:%Y%m%dT%H%M%S.%f}"
        return Delivery(
            delivery_id=delivery_id,
            ticket_id=hint.ticket_id,
            trigger=_trigger(environ),
            updated_at=hint.updated_at,
            updated_by_id=hint.updated_by_id,
            article_count=hint.article_count,
            article_id=hint.article_id,
            article_by_id=hint.article_by_id,
            digest=digest,
            received_at=received_at,
        )


def _delivery_id(environ: "WSGIEnvironment") -> str | None:
    """The delivery's id; empty where the header is missing, None where it is not an id."""
    given: str = environ.get("HTTP_X_ZAMMAD_DELIVERY") or ""
    return given if not given or _DELIVERY_ID.fullmatch(given) else None


def _trigger(environ: "WSGIEnvironment") -> str:
    """The trigger's name, cut and made printable. WSGI hands UTF-8 on as if it were Latin-1."""
    given: str = environ.get("HTTP_X_ZAMMAD_TRIGGER") or ""
    text = given.encode("latin-1", "replace").decode("utf-8", "replace")[:_LONGEST_TRIGGER]
    return text if text.isprintable() else "".join(character for character in text if character.isprintable())


def _not_kept(error: StoreError) -> _Ending:
    if isinstance(error, Refused):
        return _Ending(outcome=Outcome.MALFORMED, reason="a value the store cannot hold")
    return _Ending(outcome=Outcome.UNAVAILABLE, reason=f"the store cannot keep it now ({type(error).__name__})")


def _answer(ending: _Ending, start_response: "StartResponse") -> Iterable[bytes]:
    outcome = ending.outcome
    status = "405 Method Not Allowed" if outcome is None else _STATUS[outcome]
    headers = (("Allow", "POST"),) if outcome is None else _EXTRA_HEADERS.get(outcome, ())
    body = f"{ending.reason}\n".encode() if ending.reason else b""
    kind = [("Content-Type", "text/plain; charset=utf-8")] if body else []
    start_response(status, [*kind, ("Content-Length", str(len(body))), *SECURITY_HEADERS, *headers])
    return [body] if body else []
