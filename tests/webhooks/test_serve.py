"""The real server on a free port: over the wire, under load, and stopped in the middle of things."""

import http.client
import re
import socket
import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest
from structlog.testing import capture_logs

from webhooks.intake import PATH
from webhooks.lane import LaneChannel
from webhooks.ports import Outcome
from webhooks.serve import Server
from webhooks.signature import sign


@pytest.fixture
def serving():
    """Starts servers and stops them after the test."""
    servers = []

    def start(app, **options):
        servers.append(Server(app, **options))
        servers[-1].start()
        return servers[-1]

    yield start
    for server in servers:
        server.stop(patience=0.0)


def post(server, body, headers, *, path=PATH):
    connection = http.client.HTTPConnection(server.host, server.port, timeout=10)
    try:
        connection.request("POST", path, body, headers)
        answer = connection.getresponse()
        return answer.status, dict(answer.headers), answer.read()
    finally:
        connection.close()


def raw(server, data):
    """What comes back for `data` until the server closes."""
    with socket.create_connection((server.host, server.port), timeout=10) as connection:
        connection.sendall(data)
        parts = []
        while part := connection.recv(65536):
            parts.append(part)
        return b"".join(parts)


class Gate:
    """An application whose requests wait inside until they are let through."""

    def __init__(self):
        self.entered = threading.Semaphore(0)
        self.open = threading.Event()

    def __call__(self, environ, start_response):
        self.entered.release()
        assert self.open.wait(10)
        start_response("200 OK", [("Content-Length", "4")])
        return [b"done"]


@pytest.mark.parametrize("together", [True, False], ids=["together", "each by itself"])
def test_the_week_over_the_wire(house, week, serving, together):
    """Many senders at once, each with its own connection, as Zammad has."""
    server = serving(house.app, together=house.app.extensions["intake"].together if together else None)

    with ThreadPoolExecutor(8) as pool:
        statuses = list(pool.map(lambda one: post(server, one.body, one.headers)[0], week))

    assert statuses == [202] * 249
    assert len(house.inbox.kept) == 249


def test_an_answer_over_the_wire(house, week, serving):
    server = serving(house.app)

    status, headers, body = post(server, week[0].body, week[0].headers)

    assert (status, body) == (202, b"")
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert "Server" not in headers


def test_chunked_bodies(house, serving):
    body = b'{"ticket_id":7}'
    server = serving(house.app)

    status, _, _ = post(server, iter([body[:5], body[5:]]), {"X-Hub-Signature": sign(body, b"demo-secret")})

    assert status == 202


def test_deliveries_that_arrive_together_share_a_commit(house, week, serving):
    """While one commit lasts the others gather, whoever sends them; each gets its own answer."""
    batches, entered, free = [], threading.Semaphore(0), threading.Event()

    def together(environs):
        entered.release()
        assert free.wait(10)
        batches.append(len(environs))
        return house.app.extensions["intake"].together(environs)

    server = serving(house.app, together=together)
    forged = week[8].headers | {"X-Hub-Signature": "sha1=0"}
    with ThreadPoolExecutor(9) as pool:
        answers = [pool.submit(post, server, week[0].body, week[0].headers)]
        assert entered.acquire(timeout=10)
        answers += [pool.submit(post, server, one.body, one.headers) for one in week[1:8]]
        answers.append(pool.submit(post, server, week[8].body, forged))
        while server._dispatcher._waiting.qsize() < 8:
            threading.Event().wait(0.005)
        # Other requests have threads of their own.
        assert post(server, b"", {}, path="/nowhere")[0] == 404
        free.set()
        statuses = [answer.result(10)[0] for answer in answers]

    assert statuses == [202] * 8 + [401]
    assert (batches[0], sum(batches)) == (1, 9)
    assert len(batches) <= 3
    assert 1 < len(house.wakes) <= len(batches)
    assert set(house.inbox.kept) == {one.headers["X-Zammad-Delivery"] for one in week[:8]}


def test_requests_one_after_another_on_a_connection(house, week, serving):
    """Sent without waiting for the answers, which come in order; the last one closes."""
    server = serving(house.app, together=house.app.extensions["intake"].together)

    def request(one, more):
        headers = one.headers | {"Content-Length": str(len(one.body))} | more
        lines = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
        return f"POST {PATH} HTTP/1.1\r\nHost: x\r\n{lines}\r\n".encode() + one.body

    without = {name: value for name, value in week[1].headers.items() if name != "X-Hub-Signature"}
    unsigned = replace(week[1], headers=without)
    kept, closed = {"Connection": "keep-alive"}, {"Connection": "close"}
    data = request(week[0], kept) + request(unsigned, kept) + request(week[2], closed)

    answer = raw(server, data)

    assert re.findall(rb"HTTP/1.1 (\d+)", answer) == [b"202", b"401", b"202"]


def test_what_cannot_be_taken_in_together_is_taken_in_alone(house, week, serving):
    def together(environs):
        raise RuntimeError("no")

    server = serving(house.app, together=together)

    with capture_logs() as lines:
        assert post(server, week[0].body, week[0].headers)[0] == 202

    assert [line["event"] for line in lines] == ["deliveries could not be taken in together"]
    assert len(house.inbox.kept) == 1


def test_one_that_cannot_be_read_leaves_the_others_together(house, week, serving, monkeypatch):
    """Of five that arrive while a commit lasts, one cannot be read: the four share a commit, it gets its own answer."""
    batches, entered, free = [], threading.Semaphore(0), threading.Event()
    read_ahead = LaneChannel.read_ahead

    def unreadable(channel):
        if channel.requests[0].headers.get("X_ZAMMAD_DELIVERY") == week[3].headers["X-Zammad-Delivery"]:
            raise ValueError("no environment can be made of it")
        return read_ahead(channel)

    def together(environs):
        entered.release()
        assert free.wait(10)
        batches.append(len(environs))
        return house.app.extensions["intake"].together(environs)

    monkeypatch.setattr(LaneChannel, "read_ahead", unreadable)
    server = serving(house.app, together=together)
    with ThreadPoolExecutor(6) as pool, capture_logs() as lines:
        answers = [pool.submit(post, server, week[0].body, week[0].headers)]
        assert entered.acquire(timeout=10)
        answers += [pool.submit(post, server, one.body, one.headers) for one in week[1:6]]
        while server._dispatcher._waiting.qsize() < 5:
            threading.Event().wait(0.005)
        free.set()
        statuses = [answer.result(10)[0] for answer in answers]

    assert statuses == [202] * 6
    assert batches == [1, 4]
    assert "a delivery could not be read ahead" in [line["event"] for line in lines]
    assert len(house.inbox.kept) == 6


def test_stop_finishes_deliveries_in_flight(house, week, serving):
    gate, entered = threading.Event(), threading.Event()

    def together(environs):
        entered.set()
        assert gate.wait(10)
        return house.app.extensions["intake"].together(environs)

    server = serving(house.app, together=together)
    with ThreadPoolExecutor(2) as pool:
        answer = pool.submit(post, server, week[0].body, week[0].headers)
        assert entered.wait(10)
        stopped = pool.submit(server.stop)
        gate.set()

        assert answer.result(10)[0] == 202
        assert stopped.result(10)
    assert "deliveries" not in {thread.name for thread in threading.enumerate()}


def head(extra):
    return f"POST {PATH} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n{extra}\r\n".encode()


WIRE = {
    # row: (request, status, what is counted)
    "a body announced too long": (head("Content-Length: 2000\r\n"), 413, [Outcome.TOO_LARGE]),
    "a chunk too long": (
        head("Transfer-Encoding: chunked\r\n") + b"7d0\r\n" + b"x" * 2000 + b"\r\n0\r\n\r\n",
        413,
        [Outcome.TOO_LARGE],
    ),
    "two lengths": (head("Content-Length: 3\r\nContent-Length: 4\r\n") + b"abcd", 400, []),
    "no request at all": (b"13800138000\r\n\r\n", 400, []),
}


@pytest.mark.parametrize(("request_", "status", "counted"), WIRE.values(), ids=WIRE)
def test_what_the_server_itself_refuses(build, serving, request_, status, counted):
    """Counted and logged like the intake's own refusals, and nothing of the request is repeated."""
    house = build(max_bytes=1000)
    server = serving(house.app, max_bytes=1000, meter=house.meter)

    with capture_logs() as lines:
        answer = raw(server, request_)

    assert answer.split(b" ")[1] == str(status).encode()
    assert b"waitress" not in answer
    assert b"13800138000" not in answer
    assert house.meter.outcomes == counted
    assert [line["status"] for line in lines if line["event"] == "request refused"] == [status]


def test_stop_finishes_what_is_in_flight(serving):
    gate = Gate()
    server = serving(gate)
    with ThreadPoolExecutor(4) as pool:
        answers = [pool.submit(post, server, b"", {}) for _ in range(3)]
        for _ in answers:
            assert gate.entered.acquire(timeout=10)
        stopped = pool.submit(server.stop)
        refused = threading.Event()
        while not refused.is_set():
            try:
                socket.create_connection((server.host, server.port), timeout=10).close()
            except ConnectionResetError:
                continue  # it had waited to be accepted when the socket was closed
            except ConnectionRefusedError:
                refused.set()

        assert not stopped.done()
        gate.open.set()

        assert [answer.result(10)[::2] for answer in answers] == [(200, b"done")] * 3
        assert stopped.result(10)


def test_stop_closes_idle_connections(house, serving):
    server = serving(house.app)
    connection = http.client.HTTPConnection(server.host, server.port, timeout=10)
    connection.request("GET", "/healthz")
    assert connection.getresponse().read() == b"alive\n"

    assert server.stop()

    assert connection.sock.recv(1) == b""
    connection.close()


def test_stop_waits_no_longer_than_told(serving):
    gate = Gate()
    server = serving(gate)
    with ThreadPoolExecutor(1) as pool:
        answer = pool.submit(post, server, b"", {})
        assert gate.entered.acquire(timeout=10)

        with capture_logs() as lines:
            assert not server.stop(patience=0.05)

        assert [line["event"] for line in lines] == ["stopped with requests in flight"]
        gate.open.set()
        with pytest.raises((http.client.HTTPException, OSError)):
            answer.result(10)


def test_stop_before_start_and_twice(house):
    server = Server(house.app)

    assert server.stop()
    assert server.stop()
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection((server.host, server.port), timeout=10)


def test_a_taken_port_is_said_at_once(house, serving):
    server = serving(house.app)

    with pytest.raises(OSError, match="in use"):
        Server(house.app, port=server.port)
