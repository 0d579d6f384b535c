"""The web application: the intake in front, everything else by Flask."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

import structlog
from flask import Flask, Response
from prometheus_client import CollectorRegistry
from werkzeug.exceptions import HTTPException

from webhooks.health import health_blueprint
from webhooks.intake import MAX_BYTES, PATH, SECURITY_HEADERS, Intake
from webhooks.messages import Messages, messages_blueprint
from webhooks.ports import Inbox, Meter, Readiness
from webhooks.vault import Pages, vault_blueprint

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

_log = structlog.get_logger("webhooks.app")


@dataclass(frozen=True, slots=True, kw_only=True)
class _IntakeFirst:
    """Deliveries go straight to the intake: routing and request objects would cost as much as keeping them."""

    intake: Intake
    others: "WSGIApplication"

    def __call__(self, environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        chosen = self.intake if environ.get("PATH_INFO") == PATH else self.others
        return chosen(environ, start_response)


def create_app(
    *,
    inbox: Inbox,
    secret: str | None,
    readiness: Readiness,
    registry: CollectorRegistry,
    meter: Meter,
    now: Callable[[], datetime],
    max_bytes: int = MAX_BYTES,
    wake: Callable[[], None] | None = None,
    originals: Pages | None = None,
    messages: Messages | None = None,
) -> Flask:
    """The application: `POST /hooks/zammad`, `GET /healthz`, `/readyz`, `/metrics`, and where there is a vault
    `/originals/…`, where there is a gate `/intake/messages`. `extensions["intake"]`: the Intake.

    secret       the webhook's `signature_token`; None: deliveries get 503 until one is configured
    registry     what `/metrics` shows
    now          aware UTC
    max_bytes    of one request's body
    wake         called after each commit of a new delivery
    originals    for the pages of one-time links; None: there are none
    messages     for `POST /intake/messages`; None: there is no such page
    """
    app = Flask("webhooks", static_folder=None)
    app.config["MAX_CONTENT_LENGTH"] = max_bytes
    app.register_blueprint(health_blueprint(readiness=readiness, registry=registry))
    if originals is not None:
        app.register_blueprint(vault_blueprint(originals))
    if messages is not None:
        app.register_blueprint(messages_blueprint(messages))
    app.register_error_handler(HTTPException, _plain)
    app.register_error_handler(Exception, _failed)
    app.after_request(_secured)
    intake = Intake(
        inbox=inbox,
        secret=secret.encode() if secret else None,
        meter=meter,
        now=now,
        max_bytes=max_bytes,
        wake=wake,
    )
    app.extensions["intake"] = intake
    app.wsgi_app = _IntakeFirst(intake=intake, others=app.wsgi_app)  # type: ignore[method-assign]
    return app


def _secured(response: Response) -> Response:
    for name, value in SECURITY_HEADERS:
        response.headers.setdefault(name, value)
    return response


def _plain(error: HTTPException) -> Response:
    """The status alone: the standard pages repeat what was asked for."""
    response = Response(f"{error.name}\n", status=error.code or 500, content_type="text/plain; charset=utf-8")
    for name, value in error.get_headers():
        if name == "Allow":
            response.headers[name] = value
    return response


def _failed(error: Exception) -> Response:
    _log.error("request failed", exc_info=error)
    return Response("Internal Server Error\n", status=500, content_type="text/plain; charset=utf-8")
