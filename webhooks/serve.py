"""The web server: waitress in a thread of its own, which stops without cutting anybody off."""

import logging
import socket
import threading
import time
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

import structlog
from waitress.server import create_server
from waitress.task import ErrorTask, ThreadedTaskDispatcher
from waitress.wasyncore import close_all, loop

from webhooks.intake import MAX_BYTES, PATH, SECURITY_HEADERS
from webhooks.lane import LaneChannel, LaneDispatcher, Together
from webhooks.ports import Meter, Outcome

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication

_TICK = 0.1
_BACKLOG = 1024
_MAX_HEADER_BYTES = 32_768

_log = structlog.get_logger("webhooks.serve")


class Server:
    """Serves `app` between `start` and `stop`; `host` and `port` say where.

    port             0 takes a free one
    threads          requests handled at a time, deliveries not counted where they come `together`
    max_bytes        of a request's body. Longer ones get 413 without being read, and a body never rests on disk
    idle_after       seconds after which a connection without a request is closed
    connections      at a time; more wait in the system's queue
    together         `Intake.together`: deliveries that arrive together share a commit; None: each is by itself
    meter            hears of bodies that the server itself found too long

    raises           OSError – `host` and `port` cannot be listened on
    """

    def __init__(
        self,
        app: "WSGIApplication",
        *,
        host: str = "127.0.0.1",
        port: int = 0,
        threads: int = 16,
        max_bytes: int = MAX_BYTES,
        idle_after: int = 30,
        connections: int = 100,
        together: "Together | None" = None,
        meter: Meter | None = None,
    ) -> None:
        # Bound here, since the server would leave its half-made parts open where the port is taken.
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        listener = socket.create_server((host, port), family=family, backlog=_BACKLOG)
        self._map: dict[int, Any] = {}
        self._dispatcher = _dispatcher(threads, together)
        self._server = create_server(
            app,
            map=self._map,
            _dispatcher=self._dispatcher,
            sockets=[listener],
            backlog=_BACKLOG,
            ident=None,
            max_request_header_size=_MAX_HEADER_BYTES,
            max_request_body_size=max_bytes,
            inbuf_overflow=max_bytes + 65_536,
            channel_timeout=idle_after,
            cleanup_interval=max(1, idle_after // 3),
            connection_limit=connections,
            asyncore_use_poll=True,
            clear_untrusted_proxy_headers=True,
        )
        self._server.channel_class = _channel_class(meter)
        if isinstance(self._dispatcher, LaneDispatcher):
            self._server.pull_trigger = self._dispatcher.once_for_all(self._server.pull_trigger)
        self._thread = threading.Thread(target=self._run, name="http", daemon=True)
        self._stopping = threading.Event()
        self._stopped = threading.Event()
        self._patience = 0.0

    @property
    def host(self) -> str:
        """The address it listens on."""
        return str(self._server.effective_host)

    @property
    def port(self) -> int:
        """The port it listens on."""
        return int(self._server.effective_port)

    def start(self) -> None:
        """Begins to serve; connections made before, since the server was built, have waited."""
        self._thread.start()
        _log.info("serving", host=self.host, port=self.port)

    def stop(self, *, patience: float = 10.0) -> bool:
        """Accepts nothing more, finishes the requests in flight, closes the connections. Can be called again.

        patience   seconds given to requests in flight
        returns    whether all of them were finished
        """
        self._patience = patience
        self._stopping.set()
        if self._thread.ident is None:
            self._run()
        else:
            # It looks at every tick. Waking it could race with its end, and write into a file that is another by then.
            self._thread.join(patience + 20 * _TICK)
        return self._stopped.is_set()

    def _run(self) -> None:
        try:
            while not self._stopping.is_set():
                loop(timeout=_TICK, use_poll=True, map=self._map, count=1)
            self._finish()
        finally:
            self._dispatcher.shutdown(timeout=1)
            close_all(self._map)

    def _finish(self) -> None:
        """Closes the listening socket, then each connection as it falls idle, until none is left or time is up."""
        self._server.accepting = False
        self._server.del_channel()
        self._server.socket.close()
        until = time.monotonic() + self._patience
        while True:
            for channel in self._channels():
                if not _is_busy(channel):
                    channel.handle_close()
            left = list(self._channels())
            if not left:
                self._stopped.set()
                return
            if time.monotonic() >= until:
                _log.warning("stopped with requests in flight", count=len(left))
                return
            loop(timeout=_TICK / 4, use_poll=True, map=self._map, count=1)

    def _channels(self) -> Iterable[Any]:
        return list(self._server.active_channels.values())


def _dispatcher(threads: int, together: "Together | None") -> ThreadedTaskDispatcher:
    made = ThreadedTaskDispatcher() if together is None else LaneDispatcher(path=PATH, together=together)
    made.set_thread_count(threads)
    # waitress warns of every request that waits for a thread, which is how a burst is meant to be met.
    made.queue_logger = logging.Logger("webhooks.queue", level=logging.ERROR)
    return made


def _is_busy(channel: Any) -> bool:
    """Whether a request is being received or handled, or an answer is not sent yet."""
    return bool(channel.requests or channel.request is not None or channel.total_outbufs_len)


def _channel_class(meter: Meter | None) -> type[Any]:
    """waitress' connection, with our own way of refusing what is no acceptable request."""

    class Refusal(ErrorTask):  # type: ignore[misc]
        """The server's own refusals: a plain status, a line in the log, a count for what was too long."""

        def execute(self) -> None:
            code = int(self.request.error.code)
            _log.warning("request refused", status=code, peer=self.channel.addr[0])
            if code == 413 and meter is not None:
                meter.delivered(Outcome.TOO_LARGE, 0.0)
            body = f"{self.request.error.reason}\n".encode()
            self.status = f"{code} {self.request.error.reason}"
            self.content_length = len(body)
            self.response_headers.extend([("Content-Type", "text/plain; charset=utf-8"), *SECURITY_HEADERS])
            self.set_close_on_finish()
            self.write(body)

    class Channel(LaneChannel):
        error_task_class = Refusal

    return Channel
