"""One client a thread: a session is no thing to share."""

import threading
import time
import weakref
from collections.abc import Callable

from integrations.zammad.client import Client
from integrations.zammad.transport import Connection, OnCall


class ClientPool:
    """Gives each thread its own client, and takes them all back at the end.

    A thread's client is closed when the thread has ended and its locals are gone, or by `close`.
    """

    def __init__(
        self,
        connection: Connection,
        *,
        on_call: OnCall | None = None,
        sleep: Callable[[float], None] = time.sleep,
        jitter: Callable[[], float] = lambda: 0.5,
    ) -> None:
        self._connection = connection
        self._on_call = on_call
        self._sleep = sleep
        self._jitter = jitter
        self._own = threading.local()
        self._all: weakref.WeakSet[Client] = weakref.WeakSet()
        self._lock = threading.Lock()
        self._closed = False

    def __repr__(self) -> str:
        return f"ClientPool({self._connection.url})"

    def client(self) -> Client:
        """The calling thread's client. raises RuntimeError – the pool is closed."""
        found: Client | None = getattr(self._own, "client", None)
        if self._closed:
            raise RuntimeError("the pool of clients is closed")
        if found is None:
            found = Client(self._connection, on_call=self._on_call, sleep=self._sleep, jitter=self._jitter)
            with self._lock:
                self._all.add(found)
            self._own.client = found
        return found

    def close(self) -> None:
        """Closes every client. A call under way in another thread still ends."""
        self._closed = True
        with self._lock:
            clients = list(self._all)
        for client in clients:
            client.close()
