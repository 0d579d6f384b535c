"""Faults on requests and deliveries, over real HTTP, and the figures that tell what happened."""

import threading
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
import requests

from integrations.zammad.sandbox import Fault, Sandbox, serve

AUTH = {"Authorization": "Token token=t"}
TICKET = {"title": "fees", "group": "Users", "customer_id": "guess:wei@example.com",
          "article": {"body": "twice", "type": "web", "sender": "Customer"}}  # fmt: skip


@contextmanager
def receiver(answers):
    """A webhook endpoint that answers with `answers` in turn, then 200; yields (address, what came)."""
    came, turn = [], iter(answers)

    class Endpoint(BaseHTTPRequestHandler):
        def do_POST(self):
            came.append((dict(self.headers), self.rfile.read(int(self.headers["Content-Length"]))))
            self.send_response(next(turn, 200))
            self.end_headers()

        def log_message(self, *args):
            """Quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Endpoint)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/hook", came
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def provision(box, url, *, payload='{"id": "#{ticket.id}", "title": "#{ticket.title}"}'):
    """A webhook with a payload of its own, and triggers for every creation and update."""
    for path, body in (
        ("webhooks", {"name": "w", "endpoint": url, "signature_token": "s", "customized_payload": True,
                      "custom_payload": payload}),
        ("triggers", {"name": "created", "condition": {"ticket.action": {"operator": "is", "value": "create"}},
                      "perform": {"notification.webhook": {"webhook_id": 1}}}),
        ("triggers", {"name": "updated", "condition": {"ticket.action": {"operator": "is", "value": "update"}},
                      "perform": {"notification.webhook": {"webhook_id": 1}}, "execution_condition_mode": "always"}),
    ):  # fmt: skip
        assert box.request("POST", f"/api/v1/{path}", json=body)[0] == 201


ANSWERED = {
    "error": (500, {}),
    "rate_limit": (429, {"Retry-After": "7"}),
    "unauthorized": (401, {}),
}


@pytest.mark.parametrize(("kind", "expected"), ANSWERED.items(), ids=ANSWERED)
def test_answered_faults_write_nothing(box, kind, expected):
    box.faults.add(Fault(kind=kind, method="PUT", seconds=7))
    with serve(box, deliver=False) as url:
        answer = requests.put(f"{url}/api/v1/tickets/1", json={"title": "new"}, headers=AUTH, timeout=5)
        again = requests.put(f"{url}/api/v1/tickets/1", json={"note": "x"}, headers=AUTH, timeout=5)

    status, headers = expected
    assert answer.status_code == status
    assert headers.items() <= answer.headers.items()
    assert (again.status_code, again.json()["title"]) == (200, "Welcome to Zammad!")


BROKEN = {"reset: before the write": ("reset", "Welcome to Zammad!"), "lost answer: after it": ("lost_answer", "new")}


@pytest.mark.parametrize(("kind", "title"), BROKEN.values(), ids=BROKEN)
def test_broken_connections(box, kind, title):
    box.faults.add(Fault(kind=kind, method="PUT", path=r"/tickets/\d+$"))
    with serve(box, deliver=False) as url:
        with pytest.raises(requests.ConnectionError):
            requests.put(f"{url}/api/v1/tickets/1", json={"title": "new"}, headers=AUTH, timeout=5)
        read = requests.get(f"{url}/api/v1/tickets/1", headers=AUTH, timeout=5)

    assert read.json()["title"] == title


def test_outage_ends_by_the_clock(box, clock):
    box.faults.outage(60)
    with serve(box, deliver=False) as url:
        with pytest.raises(requests.ConnectionError):
            requests.get(f"{url}/api/v1/version", headers=AUTH, timeout=5)
        clock.forward(seconds=61)
        assert requests.get(f"{url}/api/v1/version", headers=AUTH, timeout=5).json() == {"version": "6.5.0"}


def test_slow(box):
    box.faults.add(Fault(kind="slow", seconds=0.3))
    with serve(box, deliver=False) as url:
        with pytest.raises(requests.Timeout):
            requests.get(f"{url}/api/v1/version", headers=AUTH, timeout=0.1)
        assert requests.get(f"{url}/api/v1/version", headers=AUTH, timeout=5).status_code == 200


def test_probability_is_repeatable(clock):
    def hits(seed):
        box = Sandbox(now=clock.now, token="t", seed=seed)
        box.faults.add(Fault(kind="error", probability=0.5, times=None))
        return [box.request("GET", "/api/v1/version")[0] for _ in range(20)]

    assert hits(1) == hits(1)
    assert {200, 500} == set(hits(1))
    assert hits(1) != hits(2)


def test_faults_and_figures_over_http(box):
    with serve(box, deliver=False) as url:
        assert requests.get(f"{url}/_sandbox/stats", timeout=5).status_code == 401
        fault = {"kind": "error", "path": "users"}
        posted = requests.post(f"{url}/_sandbox/faults", json=fault, headers=AUTH, timeout=5)
        wrong = requests.post(f"{url}/_sandbox/faults", json={"kind": "earthquake"}, headers=AUTH, timeout=5)
        assert [row["kind"] for row in posted.json()] == ["error"]
        assert (wrong.status_code, "earthquake" in wrong.json()["error"]) == (422, True)
        assert requests.get(f"{url}/api/v1/users/me", headers=AUTH, timeout=5).status_code == 500
        requests.get(f"{url}/api/v1/tickets/1?all=true", headers=AUTH, timeout=5)
        requests.post(f"{url}/api/v1/tickets/search", json={"condition": {}}, headers=AUTH, timeout=5)
        requests.put(f"{url}/api/v1/tickets/1", json={"note": "x"}, headers=AUTH, timeout=5)
        stats = requests.get(f"{url}/_sandbox/stats", headers=AUTH, timeout=5).json()

    assert (stats["reads"], stats["writes"]) == (3, 1)
    assert stats["by_path"]["PUT /api/v1/tickets/:id"] == 1
    assert (box.counters.reads, box.counters.writes) == (3, 1)


def test_failed_deliveries_come_again_after_10_20_30_40_seconds_and_then_never(box, clock):
    provision(box, "http://127.0.0.1:9/x")
    box.request("POST", "/api/v1/tickets", json=TICKET)

    box.pump(lambda url, headers, body: 410, clock.at)
    gaps = []
    while (due := box.queue.next_at()) is not None:
        gaps.append(round((due - box.sent[-1].at).total_seconds()) if box.sent else 1)
        clock.at = due
        box.pump(lambda url, headers, body: 410, due)

    assert gaps == [1, 10, 20, 30, 40]
    assert [one.attempt for one in box.sent] == [1, 2, 3, 4, 5]
    assert len({one.delivery_id for one in box.sent}) == 1
    assert len(box.worker.lost) == 1


ASTRAY = {
    "duplicate": ("duplicate", ["created", "created", "updated"]),
    "reorder": ("reorder", ["updated", "created"]),
    "drop": ("drop", ["updated"]),
}


@pytest.mark.parametrize(("kind", "names"), ASTRAY.values(), ids=ASTRAY)
def test_deliveries_gone_astray(box, kind, names):
    provision(box, "http://127.0.0.1:9/x")
    box.faults.add(Fault(kind=kind, seconds=5))
    box.request("POST", "/api/v1/tickets", json=TICKET)
    box.request("PUT", "/api/v1/tickets/2", json={"title": "again"})

    box.pump(lambda url, headers, body: 200)

    assert [one.trigger for one in box.sent] == names


def test_background_worker_delivers_by_real_http(box, clock, comparing):
    with receiver([500]) as (address, came), serve(box) as url:
        provision(box, address)
        requests.post(f"{url}/api/v1/tickets", json=TICKET, headers=AUTH, timeout=5)
        waiting = threading.Event()
        while len(came) < 2 and not waiting.wait(0.01):
            clock.forward(seconds=1)

    assert [body for _, body in came] == [b'{"id":2,"title":"fees"}'] * 2
    for headers, body in came:
        assert headers["X-Hub-Signature"] == comparing.signature("s", body)
        assert (headers["User-Agent"], headers["X-Zammad-Trigger"]) == ("Zammad User Agent", "created")
    assert came[0][0]["X-Zammad-Delivery"] == came[1][0]["X-Zammad-Delivery"]


def test_skewed_clock(box, clock):
    clock.at = clock.at.replace(hour=12)
    box.faults.skew = box.clock() - box.clock().replace(hour=11)
    assert box.request("PUT", "/api/v1/tickets/1", json={"note": "x"})[1]["updated_at"][11:13] == "13"
