"""Serving the sandbox over real HTTP."""

import socket
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Thread
from typing import Any

from waitress import create_server
from waitress.channel import HTTPChannel
from waitress.task import WSGITask

from integrations.zammad.sandbox.box import Sandbox
from integrations.zammad.sandbox.http import CHANNEL

THREADS = 8


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


def listen(box: Sandbox, *, host: str = "127.0.0.1", port: int = 0) -> Any:
    """A waitress server for `box`, bound and not yet running; port 0: any free one. See `serve`."""
    server = create_server(box.app, host=host, port=port, threads=THREADS, ident="nginx")
    server.channel_class = _Channel
    return server


@contextmanager
def serve(box: Sandbox, *, host: str = "127.0.0.1", port: int = 0, deliver: bool = True) -> Iterator[str]:
    """Serve in a thread; yields the base address (`http://127.0.0.1:PORT`), stops cleanly at the end.

    deliver  also run the worker in the background, so that webhooks go out by themselves.
    """
    server = listen(box, host=host, port=port)
    thread = Thread(target=server.run, name="sandbox-http", daemon=True)
    thread.start()
    if deliver:
        box.start()
    try:
        yield f"http://{host}:{server.effective_port}"
    finally:
        box.stop()
        server.trigger.pull_trigger(lambda: None)
        server.close()
        server.task_dispatcher.shutdown()
        thread.join(timeout=10)
