"""The HTTP face: routes, credentials, transactions, faults."""

import json
import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from flask import Flask, Response, request
from waitress.channel import ClientDisconnected
from werkzeug.exceptions import HTTPException, MethodNotAllowed, NotFound

from integrations.zammad.sandbox import access, control, pages, routing
from integrations.zammad.sandbox.call import Call, Raw
from integrations.zammad.sandbox.errors import Refused, no_page
from integrations.zammad.sandbox.faults import Fault

if TYPE_CHECKING:
    from integrations.zammad.sandbox.box import Sandbox

PREFIX = "/api/v1"
JSON = "application/json; charset=utf-8"
METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")
CHANNEL = "sandbox.channel"
MAX_BODY = 64 * 1024 * 1024


def build(box: "Sandbox") -> Flask:
    """The WSGI application of `box`."""
    app = Flask("integrations.zammad.sandbox", template_folder="templates", static_folder="static")
    app.config.update(MAX_CONTENT_LENGTH=MAX_BODY, PROPAGATE_EXCEPTIONS=True)
    app.json.sort_keys = False  # type: ignore[attr-defined]
    app.add_url_rule(f"{PREFIX}/<path:path>", "api", _view(box), methods=METHODS)
    control.register(app, box)
    pages.register(app, box)

    def unknown(error: HTTPException) -> Response:
        return answer(404, no_page().body())

    app.register_error_handler(NotFound, unknown)
    app.register_error_handler(MethodNotAllowed, unknown)
    return app


def answer(status: int, content: Any, headers: dict[str, str] | None = None) -> Response:
    if isinstance(content, Raw):
        response = Response(content.content, status=status, headers=content.headers)
        response.headers["Content-Type"] = content.content_type
        return response
    text = json.dumps(content, ensure_ascii=False, separators=(",", ":"))
    return Response(text, status=status, headers=headers, content_type=JSON)


def _view(box: "Sandbox") -> Callable[..., Response]:
    def view(path: str) -> Response:
        with box.lock:
            box.counters.count(request.method, request.path)
            fault = box.faults.for_request(request.method, request.path)
            gone = box.gone
        if gone:
            _hang_up()
        early = _before(fault)
        if early is not None:
            box.counters.by_status[early.status_code] += 1
            return early
        response = _run(box, path)
        box.counters.by_status[response.status_code] += 1
        if fault is not None and fault.kind == "lost_answer":
            _hang_up()
        return response

    return view


def _before(fault: Fault | None) -> Response | None:
    """What a fault makes of the request before anything is done; None where it goes on."""
    if fault is None or fault.kind == "lost_answer":
        return None
    if fault.kind == "slow":
        time.sleep(fault.seconds)
        return None
    if fault.kind == "error":
        return answer(500, {"error": "Error ID sandbox: Please contact your administrator."})
    if fault.kind == "rate_limit":
        return answer(429, {"error": "Too many requests"}, {"Retry-After": str(int(fault.seconds))})
    if fault.kind == "unauthorized":
        return answer(401, Refused(401, "Can't find User for Token").body())
    _hang_up()
    return None


def _hang_up() -> None:
    """End the connection without an answer. Without a socket (test client) raises `ConnectionResetError`."""
    channel = request.environ.get(CHANNEL)
    if channel is None:
        raise ConnectionResetError("the sandbox was told to end this connection")
    channel.hang_up()
    raise ClientDisconnected


def _run(box: "Sandbox", path: str) -> Response:
    """One request as one transaction: all of it, or a refusal and none of it."""
    try:
        found = routing.find(request.method, path)
        if found is None:
            raise no_page()
        handler, keys, public = found
        body = _body()
        with box.lock:
            try:
                if public:
                    user, permissions = box.desk.users.get(1), frozenset[str]()
                else:
                    user, permissions = access.authenticate(box.desk, request.headers)
                call = Call(desk=box.desk, user=user, permissions=permissions, query=request.args, body=body,
                            form=request.form)  # fmt: skip
                status, content = handler(call, **keys)
                box.commit()
                return answer(status, content() if callable(content) else content)
            finally:
                box.rollback()
    except Refused as refusal:
        return answer(refusal.status, refusal.body())


def _body() -> dict[str, Any]:
    """The JSON body; empty where there is none. Raises `Refused` 500 for what is no JSON object, as Zammad does."""
    if not (request.content_type or "").startswith("application/json"):
        return {}
    raw = request.get_data()
    if not raw:
        return {}
    try:
        value = json.loads(raw)
    except ValueError:
        raise Refused(500, "Error occurred while parsing request parameters", human=False) from None
    return value if isinstance(value, dict) else {"_json": value}
