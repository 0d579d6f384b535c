"""Is it alive, is it ready, how is it doing: for supervisors of processes and for Prometheus.

No answer holds anything about a ticket, a person or a configuration; put `/metrics` behind the proxy nevertheless.
"""

import structlog
from flask import Blueprint, Response
from prometheus_client import CollectorRegistry
from prometheus_client.exposition import CONTENT_TYPE_LATEST, generate_latest

from webhooks.ports import Check, Readiness
from webhooks.readiness import CheckAnswer, ReadyAnswer

_log = structlog.get_logger("webhooks.health")


def health_blueprint(*, readiness: Readiness, registry: CollectorRegistry) -> Blueprint:
    """`/healthz`: 200 while the process answers at all. `/readyz`: 200, or 503 with the names of what is not ready.
    `/metrics`: Prometheus' text format."""
    blueprint = Blueprint("health", __name__)

    def healthz() -> Response:
        return Response("alive\n", content_type="text/plain; charset=utf-8")

    def readyz() -> Response:
        checks = _checks(readiness)
        ready = all(check.ok or not check.needed for check in checks)
        answer = ReadyAnswer(ready=ready, checks=[CheckAnswer(name=check.name, ok=check.ok) for check in checks])
        return Response(answer.model_dump_json(), status=200 if ready else 503, content_type="application/json")

    def metrics() -> Response:
        return Response(generate_latest(registry), content_type=CONTENT_TYPE_LATEST)

    for path, view in (("/healthz", healthz), ("/readyz", readyz), ("/metrics", metrics)):
        blueprint.add_url_rule(path, view_func=view, methods=["GET"])
    return blueprint


def _checks(readiness: Readiness) -> tuple[Check, ...]:
    """Every check; one that could not even be made counts as not ready."""
    try:
        checks = tuple(readiness.checks())
    except Exception:
        _log.exception("readiness could not be checked")
        return (Check(name="readiness", ok=False),)
    for check in checks:
        if not check.ok:
            _log.warning("not ready", check=check.name, note=check.note)
    return checks
