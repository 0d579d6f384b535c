"""A server on a random port that does what a test tells it, misdeeds included; a clock that sleeps in no time."""

import json
import socket
import struct
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Literal

import pytest

from integrations.zammad.client import Client
from integrations.zammad.transport import Connection, Limits, OnCall

TOKEN = "Zx9-very-secret-token-Qw7"

Misdeed = Literal["reset", "stall", "drip", "stop half-way", "reset half-way"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """A request as it arrived."""

    method: str
    path: str
    headers: dict[str, str]
    body: bytes
    peer: tuple[str, int]

    @property
    def json(self) -> Any:
        return json.loads(self.body)


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """What the server does: answers, or misbehaves."""

    status: int = 200
    json: Any = None
    body: bytes | None = None
    headers: dict[str, str] = field(default_factory=dict)
    misdeed: Misdeed | None = None

    @property
    def payload(self) -> bytes:
        return json.dumps(self.json).encode() if self.body is None else self.body


@dataclass(slots=True)
class Clock:
    """A clock that moves only when somebody sleeps or the test moves it."""

    now: float = 1000.0
    slept: list[float] = field(default_factory=list)

    def monotonic(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.now += seconds


class Scripted:
    """Answers the n-th request with the n-th reply, and from then on with the last; or asks a function."""

    def __init__(self) -> None:
        self.seen: list[Seen] = []
        self.replies: list[Reply] = []
        self.answer: Callable[[Seen], Reply] = self._next
        self.over = threading.Event()
        outer = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            wbufsize = -1

            def handle_any(self) -> None:
                length = int(self.headers.get("Content-Length") or 0)
                body = self.rfile.read(length)
                seen = Seen(
                    method=self.command,
                    path=self.path,
                    headers=dict(self.headers),
                    body=body,
                    peer=self.client_address,
                )
                outer.seen.append(seen)
                outer.perform(self, outer.answer(seen))

            do_GET = do_POST = do_PUT = do_DELETE = handle_any

            def log_message(self, format: str, *args: object) -> None:
                pass

        class Server(ThreadingHTTPServer):
            daemon_threads = True

            def handle_error(self, request: object, client_address: object) -> None:
                """Connections break here on purpose."""

        self._server = Server(("127.0.0.1", 0), Handler)
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.01})
        self._thread.start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_port}"

    def does(self, *replies: Reply) -> None:
        self.replies = list(replies)

    def _next(self, _: Seen) -> Reply:
        return self.replies[min(len(self.seen), len(self.replies)) - 1]

    def perform(self, handler: BaseHTTPRequestHandler, reply: Reply) -> None:
        payload = reply.payload
        if reply.misdeed == "reset":
            return self._reset(handler)
        if reply.misdeed == "stall":
            self.over.wait(10)
            return self._reset(handler)
        missing = 1000 if reply.misdeed is not None else 0
        handler.send_response(reply.status)
        handler.send_header("Content-Length", str(len(payload) + missing))
        for name, value in {"Content-Type": "application/json; charset=utf-8", **reply.headers}.items():
            handler.send_header(name, value)
        handler.end_headers()
        handler.wfile.write(payload)
        handler.wfile.flush()
        if reply.misdeed == "drip":
            self._drip(handler)
        if reply.misdeed == "reset half-way":
            self._reset(handler)
        if reply.misdeed is not None:
            handler.close_connection = True
        return None

    def _drip(self, handler: BaseHTTPRequestHandler) -> None:
        for _ in range(500):
            if self.over.wait(0.01):
                return
            try:
                handler.wfile.write(b" ")
                handler.wfile.flush()
            except OSError:
                return

    def _reset(self, handler: BaseHTTPRequestHandler) -> None:
        handler.close_connection = True
        connection: socket.socket = handler.connection
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        connection.close()

    def close(self) -> None:
        self.over.set()
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()


@pytest.fixture
def scripted() -> Iterator[Scripted]:
    server = Scripted()
    yield server
    server.close()


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def reply() -> type[Reply]:
    return Reply


@pytest.fixture
def token() -> str:
    return TOKEN


Connect = Callable[..., Client]


@pytest.fixture
def connect(scripted: Scripted, clock: Clock) -> Iterator[Connect]:
    """Makes clients of the scripted server, with short limits and a clock of the test's own."""
    made: list[Client] = []

    def make(*, limits: Limits | None = None, on_call: OnCall | None = None, real_time: bool = False) -> Client:
        connection = Connection(url=scripted.url, token=TOKEN, limits=limits or Limits())
        if real_time:
            client = Client(connection, on_call=on_call, sleep=clock.sleep)
        else:
            client = Client(connection, on_call=on_call, sleep=clock.sleep, monotonic=clock.monotonic)
        made.append(client)
        return client

    yield make
    for client in made:
        client.close()
