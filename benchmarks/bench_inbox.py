"""How fast deliveries become durable: the inbox against a bare append and fdatasync of the same bytes.

    python benchmarks/bench_inbox.py [--threads 16] [--seconds 2] [--url sqlite:///…]

Both sides run behind the same small HTTP server, the same number of clients and threads: what a service that only
appended each delivery to a file and called fdatasync would reach is the measure. The target is a ratio of 0.8. The
second pair of figures is without HTTP, from threads that call straight in.
"""

import argparse
import http.client
import itertools
import json
import logging
import os
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from uuid import uuid4

from integrations.store.records import Delivery
from integrations.store.store import Store, open_store

ROUNDS = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """per_second: calls · p50, p99: milliseconds."""

    per_second: float
    p50: float
    p99: float

    def __str__(self) -> str:
        return f"{self.per_second:8,.0f}/s   p50 {self.p50:6.2f} ms   p99 {self.p99:6.2f} ms"


def deliver(number: int) -> Delivery:
    now = datetime.now(UTC)
    return Delivery(
        delivery_id=f"{os.getpid():08x}-{number:012d}-{threading.get_ident():x}",
        ticket_id=1 + number % 5000,
        trigger="zhidu: a ticket changed",
        updated_at=now,
        updated_by_id=7,
        article_count=3,
        article_id=number,
        article_by_id=7,
        digest="5f1d0a77c2b94e0fb1d2c3a4958677ff5f1d0a77c2b94e0fb1d2c3a4958677ff",
        received_at=now,
    )


class BareFile:
    """The measure: one line appended and one fdatasync for each delivery."""

    def __init__(self, path: Path) -> None:
        self._file = os.open(path, os.O_CREAT | os.O_WRONLY | os.O_APPEND)

    def accept(self, delivery: Delivery) -> None:
        line = "\t".join(str(getattr(delivery, name)) for name in Delivery.__slots__)
        os.write(self._file, line.encode() + b"\n")
        os.fdatasync(self._file)


def measure(call: Callable[[int], object], threads: int, seconds: float) -> Figure:
    """`call` from `threads` threads for `seconds`."""
    latencies: list[list[float]] = [[] for _ in range(threads)]
    numbers = itertools.count(1)
    stop_at = time.perf_counter() + seconds

    def work(mine: list[float]) -> None:
        while (begin := time.perf_counter()) < stop_at:
            call(next(numbers))
            mine.append(time.perf_counter() - begin)

    workers = [threading.Thread(target=work, args=(mine,)) for mine in latencies]
    begin = time.perf_counter()
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    took = time.perf_counter() - begin
    every = sorted(itertools.chain.from_iterable(latencies))
    return Figure(
        per_second=len(every) / took, p50=1000 * statistics.median(every), p99=1000 * every[int(len(every) * 0.99)]
    )


def store_at(url: str) -> Store:
    store = open_store(url, now=lambda: datetime.now(UTC), jitter=lambda: 0.5, new_id=lambda: uuid4().hex)
    store.migrate()
    return store


def in_process(folder: Path, url: str, threads: int, seconds: float) -> tuple[Figure, Figure]:
    bare = BareFile(folder / f"bare-{uuid4().hex}")
    with store_at(url) as store:
        return (
            measure(lambda number: bare.accept(deliver(number)), threads, seconds),
            measure(lambda number: store.inbox.accept(deliver(number)), threads, seconds),
        )


def serve(kind: str, where: str, threads: int) -> None:
    """The server of one side, in a process of its own: reads a JSON body, keeps the delivery, answers 202."""
    from waitress import create_server

    logging.getLogger("waitress").setLevel(logging.ERROR)
    accept = BareFile(Path(where)).accept if kind == "bare" else store_at(where).inbox.accept
    numbers = itertools.count(1)

    def application(environ: dict[str, object], start_response: Callable[..., object]) -> list[bytes]:
        json.loads(environ["wsgi.input"].read())  # type: ignore[attr-defined]
        accept(deliver(next(numbers)))
        start_response("202 Accepted", [("Content-Length", "0")])
        return [b""]

    server = create_server(application, host="127.0.0.1", port=0, threads=threads, backlog=256)
    print(server.effective_port, flush=True)
    server.run()


def over_http(kind: str, where: str, threads: int, seconds: float) -> Figure:
    command = [sys.executable, __file__, "--serve", kind, "--where", where, "--threads", str(threads)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as server:  # noqa: S603 - this very file
        try:
            assert server.stdout is not None
            port = int(server.stdout.readline())
            local = threading.local()
            body = json.dumps({"ticket": {"id": 42, "title": "x" * 200}, "article": {"body": "y" * 1500}}).encode()

            def post(_: int) -> None:
                if not hasattr(local, "connection"):
                    local.connection = http.client.HTTPConnection("127.0.0.1", port)
                local.connection.request("POST", "/", body)
                answer = local.connection.getresponse()
                answer.read()
                assert answer.status == 202

            return measure(post, threads, seconds)
        finally:
            server.kill()


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--threads", type=int, default=16)
    parser.add_argument("--seconds", type=float, default=2.0)
    parser.add_argument("--url", help="the store; default: SQLite in a temporary folder")
    parser.add_argument("--serve", choices=("bare", "inbox"), help=argparse.SUPPRESS)
    parser.add_argument("--where", help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.serve:
        serve(given.serve, given.where, given.threads)
        return 0
    ratios = []
    with tempfile.TemporaryDirectory(dir=Path.cwd()) as name:
        folder = Path(name)
        for round_ in range(ROUNDS):
            url = given.url or f"sqlite:///{folder / f'{round_}.db'}"
            bare, inbox = in_process(folder, url, given.threads, given.seconds)
            print(
                f"round {round_ + 1}, in process  bare  {bare}\n                     inbox {inbox}   "
                f"ratio {inbox.per_second / bare.per_second:.2f}"
            )
            bare = over_http("bare", str(folder / f"bare-{round_}"), given.threads, given.seconds)
            inbox = over_http("inbox", url, given.threads, given.seconds)
            ratios.append(inbox.per_second / bare.per_second)
            print(
                f"round {round_ + 1}, over HTTP   bare  {bare}\n                     inbox {inbox}   "
                f"ratio {ratios[-1]:.2f}"
            )
    print(f"\nover HTTP, median of {ROUNDS} rounds: ratio {statistics.median(ratios):.2f} (target 0.80)")
    return 0 if statistics.median(ratios) >= 0.8 else 1


if __name__ == "__main__":
    sys.exit(main())
