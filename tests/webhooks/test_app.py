"""Everything that is no delivery."""

import json

import pytest
from prometheus_client import Counter
from prometheus_client.parser import text_string_to_metric_families
from structlog.testing import capture_logs

from webhooks.ports import Check

STATUS = {
    "alive": ("GET", "/healthz", 200),
    "ready": ("GET", "/readyz", 200),
    "metrics": ("GET", "/metrics", 200),
    "head": ("HEAD", "/healthz", 200),
    "the root": ("GET", "/", 404),
    "another hook": ("POST", "/hooks/other", 404),
    "below the hook": ("POST", "/hooks/zammad/", 404),
    "the hook in capitals": ("POST", "/HOOKS/ZAMMAD", 404),
    "a file": ("GET", "/static/x", 404),
    "asking for what is not offered": ("POST", "/healthz", 405),
}


@pytest.mark.parametrize(("method", "path", "status"), STATUS.values(), ids=STATUS)
def test_status(house, method, path, status):
    answer = house.app.test_client().open(path, method=method)

    assert answer.status_code == status
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Content-Security-Policy"] == "default-src 'none'; frame-ancestors 'none'"
    assert answer.headers["Cache-Control"] == "no-store"


def test_an_error_repeats_nothing_of_what_was_asked(house):
    answer = house.app.test_client().get("/<script>?name=13800138000")

    assert (answer.status_code, answer.text) == (404, "Not Found\n")
    assert answer.content_type == "text/plain; charset=utf-8"


def test_not_ready(house):
    """The one who asks learns the name; the log learns why."""
    house.conditions.answer = lambda: [
        Check(name="store", ok=False, note="no route to 10.0.0.5"),
        Check(name="helpdesk", ok=True),
    ]

    with capture_logs() as lines:
        answer = house.app.test_client().get("/readyz")

    assert answer.status_code == 503
    assert json.loads(answer.data) == {
        "ready": False,
        "checks": [{"name": "store", "ok": False}, {"name": "helpdesk", "ok": True}],
    }
    assert [(line["event"], line["check"], line["note"]) for line in lines] == [
        ("not ready", "store", "no route to 10.0.0.5")
    ]
    assert house.app.test_client().get("/healthz").status_code == 200


def test_readiness_that_cannot_be_told_is_none(house):
    def fail():
        raise OSError("10.0.0.5")

    house.conditions.answer = fail

    answer = house.app.test_client().get("/readyz")

    assert answer.status_code == 503
    assert "10.0.0.5" not in answer.text


def test_metrics_are_those_of_the_registry(house):
    Counter("zhidu_looks", "Looks.", registry=house.registry).inc(3)

    answer = house.app.test_client().get("/metrics")

    assert answer.content_type.startswith("text/plain")
    samples = [sample for family in text_string_to_metric_families(answer.text) for sample in family.samples]
    assert ("zhidu_looks_total", 3.0) in [(sample.name, sample.value) for sample in samples]


def test_a_view_that_fails(house):
    """A page of somebody else's that fails says no more than that."""

    def fail():
        raise RuntimeError("张三")

    house.app.add_url_rule("/broken", view_func=fail)

    with capture_logs() as lines:
        answer = house.app.test_client().get("/broken")

    assert (answer.status_code, answer.text) == (500, "Internal Server Error\n")
    assert [line["event"] for line in lines] == ["request failed"]
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
