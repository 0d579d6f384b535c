"""How fast deliveries are taken in.

    python benchmarks/bench_intake.py [--seconds 1] [--connections 16] [--rounds 9] [--store URL]

The real server in a process of its own, over HTTP on loopback, fed by keep-alive connections from this process. The
yardstick is the same server with a handler that does nothing but append the raw body to a file and wait until it is on
the disk: what durability alone costs. Both stay up and take turns of a second, so that a busy machine troubles both
alike. Each delivery is signed and new; the store is SQLite unless `--store` names another (an empty database).

Exit status 1: the median ratio is under 0.8.
"""

import argparse
import os
import selectors
import socket
import statistics
import subprocess
import sys
import tempfile
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import count
from pathlib import Path
from typing import Any

from prometheus_client import CollectorRegistry

from benchmarks.harness import Row, report
from integrations.store.store import open_store
from webhooks.app import create_app
from webhooks.intake import PATH
from webhooks.serve import Server
from webhooks.signature import sign
from zhidu.metrics import Metrics
from zhidu.observe import configure

SECRET = "demo-secret"  # noqa: S105 - of the benchmark
WANTED = 0.8
WARM_UP_SECONDS = 0.5
MOST_PER_SECOND = 8_000


class AlwaysReady:
    """Nothing to check."""

    def checks(self) -> tuple[()]:
        return ()


@contextmanager
def appending(folder: Path) -> Iterator[Any]:
    """The yardstick: a body is appended and on the disk before the answer."""
    file = os.open(folder / "bodies", os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)

    def app(environ: dict[str, Any], start_response: Callable[..., object]) -> list[bytes]:
        os.write(file, environ["wsgi.input"].read(int(environ["CONTENT_LENGTH"])))
        os.fdatasync(file)
        start_response("202 Accepted", [("Content-Length", "0")])
        return []

    yield app
    os.close(file)


@contextmanager
def keeping(folder: Path, url: str | None) -> Iterator[Any]:
    """The product: verified, read, committed to the store."""
    registry = CollectorRegistry()

    def now() -> datetime:
        return datetime.now(UTC)

    with open_store(
        url or f"sqlite:///{folder / 'zhidu.db'}", now=now, jitter=lambda: 0.0, new_id=lambda: uuid.uuid4().hex
    ) as store:
        store.migrate()
        yield create_app(
            inbox=store.inbox,
            secret=SECRET,
            readiness=AlwaysReady(),
            registry=registry,
            meter=Metrics(registry),
            now=now,
        )


def serve(kind: str, threads: int, url: str | None) -> None:
    """The child: serves until its standard input ends."""
    configure(format="json", level="warning", now=lambda: datetime.now(UTC))
    with tempfile.TemporaryDirectory(dir=os.environ.get("BENCH_DIR")) as name:
        folder = Path(name)
        with appending(folder) if kind == "appending" else keeping(folder, url) as app:
            # The product's own wiring for its application; the yardstick has a thread for each request.
            intake = app.extensions["intake"] if kind == "keeping" else None
            server = Server(app, threads=threads, together=intake and intake.together)
            server.start()
            print(server.port, flush=True)
            sys.stdin.read()
            server.stop()


def requests() -> Iterator[bytes]:
    """Signed deliveries with ids of their own, as the provisioned webhook sends them."""
    run = uuid.uuid4().hex[:12]
    for number in count(1):
        ticket = number % 500 + 1
        body = (
            f'{{"ticket_id":{ticket},"number":"{21000 + ticket}","updated_at":"2026-11-24 06:57:01 UTC",'
            f'"updated_by_id":3,"article_count":1,"article_id":{number},"article_by_id":3}}'
        ).encode()
        yield (
            f"POST {PATH} HTTP/1.1\r\nHost: 127.0.0.1\r\nUser-Agent: Zammad User Agent\r\nAccept: */*\r\n"
            "Accept-Encoding: gzip;q=1.0,deflate;q=0.6,identity;q=0.3\r\n"
            "Content-Type: application/json; charset=utf-8\r\nX-Zammad-Trigger: zhidu: update\r\n"
            f"X-Zammad-Delivery: {number:08x}-0000-4000-8000-{run}\r\n"
            f"X-Hub-Signature: {sign(body, SECRET.encode())}\r\nContent-Length: {len(body)}\r\n\r\n"
        ).encode() + body


@dataclass(slots=True)
class Connection:
    """A keep-alive connection with one request under way."""

    socket: socket.socket
    sent_at: float = 0.0
    answer: bytes = b""


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    per_second: float
    p50_ms: float
    p99_ms: float


def drive(port: int, connections: int, seconds: float, stream: list[bytes]) -> Result:
    """Keeps every connection busy for `seconds`; each answer must be 202 without a body."""
    selector = selectors.EpollSelector()
    for _ in range(connections):
        one = socket.create_connection(("127.0.0.1", port))
        one.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        selector.register(one, selectors.EVENT_READ, Connection(one))
    for key in list(selector.get_map().values()):
        key.data.sent_at = time.perf_counter()
        key.data.socket.sendall(stream.pop())
    waits = []
    began = time.perf_counter()
    until = began + seconds
    while (at := time.perf_counter()) < until:
        for key, _ in selector.select(0.5):
            connection: Connection = key.data
            connection.answer += connection.socket.recv(4096)
            if not connection.answer.endswith(b"\r\n\r\n"):
                continue
            assert connection.answer.startswith(b"HTTP/1.1 202"), connection.answer
            connection.answer = b""
            at = time.perf_counter()
            waits.append(at - connection.sent_at)
            connection.sent_at = at
            connection.socket.sendall(stream.pop())
    took = time.perf_counter() - began
    for key in list(selector.get_map().values()):
        key.data.socket.close()
    selector.close()
    waits.sort()
    return Result(
        per_second=len(waits) / took,
        p50_ms=waits[len(waits) // 2] * 1000,
        p99_ms=waits[len(waits) * 99 // 100] * 1000,
    )


@contextmanager
def child(kind: str, options: argparse.Namespace) -> Iterator[int]:
    """A server of one kind in a process of its own; its port."""
    command = [sys.executable, __file__, "--serve", kind, "--threads", str(options.threads)]
    if options.store:
        command += ["--store", options.store]
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)  # noqa: S603 - this very file
    try:
        assert process.stdout is not None
        yield int(process.stdout.readline())
    finally:
        process.communicate(timeout=30)


def turns(options: argparse.Namespace) -> Iterator[tuple[Result, Result]]:
    """The product's and the yardstick's results, turn by turn, in alternating order."""
    numbers = requests()
    with child("keeping", options) as keeping_port, child("appending", options) as appending_port:

        def turn(port: int, seconds: float) -> Result:
            stream = [next(numbers) for _ in range(int(MOST_PER_SECOND * seconds) + options.connections)]
            return drive(port, options.connections, seconds, stream)

        for port in (keeping_port, appending_port):
            turn(port, WARM_UP_SECONDS)
        for round_ in range(options.rounds):
            if round_ % 2:
                peer = turn(appending_port, options.seconds)
                yield turn(keeping_port, options.seconds), peer
            else:
                ours = turn(keeping_port, options.seconds)
                yield ours, turn(appending_port, options.seconds)


def main() -> int:
    """Prints every turn and the median of their ratios."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=float, default=1.0)
    parser.add_argument("--connections", type=int, default=16)
    parser.add_argument("--rounds", type=int, default=9)
    parser.add_argument("--threads", type=int, default=16)
    parser.add_argument("--store", help="URL of an empty database; SQLite in a temporary folder where none is given")
    parser.add_argument("--serve", choices=("appending", "keeping"), help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.serve:
        serve(options.serve, options.threads, options.store)
        return 0
    results = []
    print("deliveries/s   p50 ms   p99 ms |  append/s   p50 ms   p99 ms |  ratio")
    for ours, peer in turns(options):
        results.append((ours, peer))
        print(
            f"{ours.per_second:12.0f} {ours.p50_ms:8.2f} {ours.p99_ms:8.2f} |"
            f"{peer.per_second:10.0f} {peer.p50_ms:8.2f} {peer.p99_ms:8.2f} |"
            f"{ours.per_second / peer.per_second:7.2f}",
            flush=True,
        )
    throughput = Row(
        what="accepted over HTTP",
        ours=statistics.median(ours.per_second for ours, _ in results),
        unit="deliveries/s",
        peer=statistics.median(peer.per_second for _, peer in results),
        against="append + fdatasync",
        ratio=statistics.median(ours.per_second / peer.per_second for ours, peer in results),
        target=WANTED,
    )
    slowest = Row(
        what="p99 of an answer",
        ours=statistics.median(ours.p99_ms for ours, _ in results),
        unit="ms",
        peer=statistics.median(peer.p99_ms for _, peer in results),
        against="append + fdatasync",
    )
    report(slowest)
    return 0 if report(throughput) else 1


if __name__ == "__main__":
    sys.exit(main())
