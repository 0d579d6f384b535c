"""The page behind a mailed one-time link: it tells what would be shown, and shows it once, after a press of its button.

Opening the link shows nothing of an original, since scanners of mails and previews open links. What is shown is kept
by no cache, found by no search engine, framed by no other page, and stands in no log.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from urllib.parse import quote
from zoneinfo import ZoneInfo

import structlog
from flask import Blueprint, Response, request
from markupsafe import Markup

from integrations.store.errors import NotFound, StoreError
from integrations.store.vault.errors import Denied, Shredded
from integrations.store.vault.records import Actor, Original, Request, RequestStatus, Way
from integrations.store.vault.vault import Vault
from policies.kernel.facts import Post
from policies.kernel.texts import Language
from policies.kernel.voice import moment
from webhooks.limiter import Limiter
from webhooks.vault_words import accepted, kind_of, place_of, texts

PATH: Final = "/originals"
PER_MINUTE: Final = 60
"""Requests to these pages that one address may make."""

_STYLE: Final = (
    "body{font:16px/1.6 system-ui,sans-serif;max-width:40rem;margin:0 auto;padding:1rem;color:#1c2733;background:#fff}"
    "h1{font-size:1.35rem}dl{display:grid;grid-template-columns:max-content 1fr;gap:.3rem 1rem;margin:1rem 0}"
    "dt{color:#5a6b7b}dd{margin:0;overflow-wrap:anywhere}"
    "pre{white-space:pre-wrap;overflow-wrap:anywhere;background:#fff7df;border:1px solid #e3c766;padding:1rem;"
    "border-radius:.4rem;font:inherit;user-select:text}"
    "button{font:inherit;width:100%;padding:.8rem;border:0;border-radius:.4rem;background:#0b5cad;color:#fff}"
    "button:focus{outline:3px solid #7fb2e5}p{margin:1rem 0}"
    "@media(prefers-color-scheme:dark){body{background:#12181f;color:#dfe7ee}dt{color:#93a3b3}"
    "pre{background:#3a3113;border-color:#6b5a1f}}"
)
_POLICY: Final = (
    f"default-src 'none'; style-src 'sha256-{base64.b64encode(hashlib.sha256(_STYLE.encode()).digest()).decode()}'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
_PAGE: Final = Markup(
    '<!doctype html><html lang="{tongue}"><meta charset="utf-8">'
    '<meta name="viewport" content="width=device-width, initial-scale=1"><meta name="robots" content="noindex">'
    "<title>{title}</title><style>{style}</style><h1>{title}</h1>{body}</html>\n"
)
_FORM: Final = Markup('<dl>{rows}</dl><p>{once}</p><form method="post"><button>{show}</button></form>')
_ROW: Final = Markup("<dt>{name}</dt><dd>{value}</dd>")
_SAID: Final = Markup("<p>{text}</p>")
_SHOWN: Final = Markup("<p>{text}</p><pre>{original}</pre>")

log = structlog.get_logger("webhooks.vault")


@dataclass(frozen=True, slots=True, kw_only=True)
class Pages:
    """What the pages need.

    post_of    the post that a login holds now; None: none any more, and nothing is shown
    zone       in which times are shown
    language   where the browser names none of ours
    """

    vault: Vault
    post_of: Callable[[str], Post | None]
    now: Callable[[], datetime]
    zone: ZoneInfo
    language: Language


def vault_blueprint(pages: Pages) -> Blueprint:
    """`GET` and `POST /originals/<request>/<signature>`."""
    blueprint = Blueprint("originals", __name__)
    limiter = Limiter(most=PER_MINUTE, within=timedelta(minutes=1), now=pages.now)

    def page(id: int, signature: str) -> Response:
        tongue = accepted(request.accept_languages, pages.language)
        if not limiter.lets(request.remote_addr or ""):
            return _said(tongue, "later", 429, {"Retry-After": "60"})
        try:
            found = pages.vault.linked(id, signature, request.remote_addr)
            if found is None:
                return _said(tongue, "no_link", 404)
            if request.method == "POST":
                return _revealed(pages, found, tongue)
            return _told(pages, found, tongue)
        except StoreError as error:
            log.error("an original could not be shown", request=id, error=type(error).__name__)
            return _said(tongue, "later" if error.transient else "unreadable", 503)

    blueprint.add_url_rule(f"{PATH}/<int:id>/<signature>", view_func=page, methods=["GET", "POST"])
    return blueprint


def _told(pages: Pages, found: Request, tongue: Language) -> Response:
    """What would be shown; or why not."""
    status = found.status(pages.now())
    if status is not RequestStatus.APPROVED:
        return _said(tongue, f"is.{status}", 410)
    record = pages.vault.rows.record(found.record_id)
    if record.shredded_at is not None:
        return _said(tongue, "destroyed", 410)
    values = {
        "ticket": str(record.origin.ticket_id),
        "what": kind_of(record.origin, tongue),
        "where": place_of(record.origin, tongue),
        "size": texts().get("bytes", tongue, count=record.size),
        "asked": found.by,
        "reason": found.reason,
        "approved": found.approver or "",
        "until": moment(found.expires_at, tongue, pages.zone),
    }
    rows = Markup().join(_ROW.format(name=texts().get(key, tongue), value=value) for key, value in values.items())
    show = texts().get("show" if record.text else "fetch", tongue)
    return _answer(tongue, _FORM.format(rows=rows, once=texts().get("once", tongue), show=show), 200)


def _revealed(pages: Pages, found: Request, tongue: Language) -> Response:
    """The original, once."""
    by = Actor(login=found.by, post=pages.post_of(found.by), way=Way.LINK, address=request.remote_addr)
    try:
        _, original = pages.vault.reveal(found.id, by)
    except Shredded:
        return _said(tongue, "destroyed", 410)
    except (Denied, NotFound):
        status = pages.vault.rows.request(found.id).status(pages.now())
        return _said(tongue, "no_link" if status is RequestStatus.APPROVED else f"is.{status}", 410)
    if original.text:
        text = original.content.decode("utf-8", "replace")
        return _answer(tongue, _SHOWN.format(text=texts().get("shown", tongue), original=text), 200)
    return _file(original)


def _file(original: Original) -> Response:
    answer = Response(original.content, content_type="application/octet-stream")
    name = quote(original.name or "original.bin", safe="")
    answer.headers["Content-Disposition"] = f"attachment; filename*=UTF-8''{name}"
    answer.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return _private(answer)


def _said(tongue: Language, key: str, status: int, headers: dict[str, str] | None = None) -> Response:
    answer = _answer(tongue, _SAID.format(text=texts().get(key, tongue)), status)
    answer.headers.update(headers or {})
    return answer


def _answer(tongue: Language, body: Markup, status: int) -> Response:
    title = texts().get("title", tongue)
    page = _PAGE.format(tongue=tongue, title=title, style=Markup(_STYLE), body=body)  # noqa: S704 - our own constant
    answer = Response(page, status=status, content_type="text/html; charset=utf-8")
    answer.headers["Content-Security-Policy"] = _POLICY
    answer.headers["Content-Language"] = tongue
    answer.headers["Vary"] = "Accept-Language"
    return _private(answer)


def _private(answer: Response) -> Response:
    answer.headers["Cache-Control"] = "no-store, private"
    answer.headers["X-Robots-Tag"] = "noindex, nofollow, noarchive, nosnippet"
    return answer
