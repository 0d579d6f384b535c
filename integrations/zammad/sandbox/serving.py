"""Serving the sandbox over real HTTP."""

import socket
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from threading import Event, Thread
from typing import Any

from waitress import create_server
from waitress.channel import HTTPChannel
from waitress.task import WSGITask
from waitress.wasyncore import close_all, loop

from integrations.zammad.sandbox.box import Sandbox
from integrations.zammad.sandbox.http import CHANNEL

THREADS = 8
_BACKLOG = 1024


class _Task(WSGITask):  # type: ignore[misc]
    """Lets the application reach its connection, so that a fault can end it."""

    def get_environment(self) -> dict[str, Any]:
        environ: dict[str, Any] = super().get_environment()
        environ[CHANNEL] = self.channel
        return environ


class _Channel(HTTPChannel):  # type: ignore[misc]
    task_class = _Task

    def hang_up(self) -> None:
        """End the connection at once; the client sees it closed without an answer."""
        self.will_close = True
        try:
            self.socket.shutdown(socket.SHUT_RDWR)
        except OSError:
            return


class Listener:
    """A waitress server for `box`, bound when made. It runs in a thread, which alone touches its sockets.

    port   0: any free one
    """

    def __init__(self, box: Sandbox, *, host: str = "127.0.0.1", port: int = 0) -> None:
        # Bound here, since the server would leave its half-made parts open where the port is taken.
        listener = socket.create_server((host, port), backlog=_BACKLOG)
        self._map: dict[int, Any] = {}
        self._server = create_server(box.app, map=self._map, sockets=[listener], threads=THREADS, ident="nginx")
        self._server.channel_class = _Channel
        self._stopping = Event()
        self._thread = Thread(target=self._run, name="sandbox-http", daemon=True)
        self.url = f"http://{host}:{self._server.effective_port}"

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        """Returns when the requests in flight were answered or cut off, and every socket is closed."""
        self._stopping.set()
        with suppress(OSError):  # the thread may have woken by itself, and closed the trigger, by now
            self._server.pull_trigger()
        self._thread.join(timeout=10)

    def _run(self) -> None:
        try:
            while not self._stopping.is_set():
                loop(timeout=1, use_poll=True, map=self._map, count=1)
        finally:
            self._server.task_dispatcher.shutdown(timeout=1)
            close_all(self._map)


@contextmanager
def serve(box: Sandbox, *, host: str = "127.0.0.1", port: int = 0, deliver: bool = True) -> Iterator[str]:
    """Serve in a thread; yields the base address (`http://127.0.0.1:PORT`), stops cleanly at the end.

    deliver  also run the worker in the background, so that webhooks go out by themselves.
    """
    listener = Listener(box, host=host, port=port)
    listener.start()
    if deliver:
        box.start()
    try:
        yield listener.url
    finally:
        box.stop()
        listener.stop()
