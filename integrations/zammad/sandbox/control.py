"""`/_sandbox/…`: faults, figures and the clock, for the administrator's token only."""

from typing import TYPE_CHECKING, Any

from flask import Flask, Response, request

from integrations.zammad.sandbox import http
from integrations.zammad.sandbox.errors import Refused
from integrations.zammad.sandbox.faults import Fault
from integrations.zammad.sandbox.state import iso

if TYPE_CHECKING:
    from integrations.zammad.sandbox.box import Sandbox

FIELDS = ("kind", "method", "path", "times", "probability", "seconds")


def _describe(fault: Fault) -> dict[str, Any]:
    return {name: getattr(fault, name) for name in FIELDS} | {"hits": fault.hits}


def register(app: Flask, box: "Sandbox") -> None:
    def guarded() -> Response | None:
        if request.headers.get("Authorization", "").removeprefix("Token token=") != box.token:
            return http.answer(401, Refused(401, "Can't find User for Token").body())
        return None

    def faults() -> Response:
        refused = guarded()
        if refused is not None:
            return refused
        with box.lock:
            if request.method == "DELETE":
                box.faults.clear()
            elif request.method == "POST":
                given = request.get_json(silent=True)
                try:
                    if not isinstance(given, dict):
                        raise TypeError("a JSON object is needed")
                    box.faults.add(Fault(**given))
                except (TypeError, ValueError) as error:
                    return http.answer(422, {"error": str(error)})
            return http.answer(200, [_describe(fault) for fault in box.faults.active])

    def stats() -> Response:
        refused = guarded()
        if refused is not None:
            return refused
        with box.lock:
            figures = box.counters.as_json() | {
                "now": iso(box.clock()), "tickets": len(box.desk.tickets), "articles": len(box.desk.articles),
                "deliveries": {"waiting": box.queue.waiting(), "attempts": len(box.sent), "lost": len(box.worker.lost)},
                "notifications": len(box.notifications),
            }  # fmt: skip
        return http.answer(200, figures)

    app.add_url_rule("/_sandbox/faults", "faults", faults, methods=["GET", "POST", "DELETE"])
    app.add_url_rule("/_sandbox/stats", "stats", stats, methods=["GET"])
