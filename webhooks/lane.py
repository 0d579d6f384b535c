"""The deliveries' way through the web server: a thread takes in all that have arrived, with one commit.

A thread for each request would be woken for its request and again for its commit, and every thread of the process
waits for the interpreter's lock in between: that costs more than a delivery does. Other requests keep threads of their
own, so that a slow page holds up no delivery.
"""

import threading
from collections.abc import Callable, Sequence
from queue import Empty, SimpleQueue
from typing import TYPE_CHECKING, Any, TypeAlias

import structlog
from waitress.channel import HTTPChannel
from waitress.task import ThreadedTaskDispatcher, WSGITask

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIEnvironment

ANSWER = "zhidu.answer"
_MOST_AT_ONCE = 100

Together: TypeAlias = "Callable[[Sequence[WSGIEnvironment]], Sequence[object]]"

_log = structlog.get_logger("webhooks.lane")


class LaneChannel(HTTPChannel):  # type: ignore[misc]
    """A connection whose next request may have been read before its turn comes."""

    _read: WSGITask | None = None

    def read_ahead(self) -> "WSGIEnvironment":
        """The environment of the request that is next."""
        self._read = WSGITask(self, self.requests[0])
        environ: WSGIEnvironment = self._read.get_environment()
        return environ

    def task_class(self, channel: HTTPChannel, request: Any) -> WSGITask:
        """The task of `request`, with the environment that was read ahead."""
        read, self._read = self._read, None
        return WSGITask(channel, request) if read is None else read


class LaneDispatcher(ThreadedTaskDispatcher):  # type: ignore[misc]
    """Threads for all requests but those to `path`, which are taken in together.

    together   given environments, the answer for each, which its application finds as `environ[ANSWER]`; raises nothing
    """

    def __init__(self, *, path: str, together: Together) -> None:
        super().__init__()
        self._path = path
        self._together = together
        self._waiting: SimpleQueue[LaneChannel | None] = SimpleQueue()
        self._pull: Callable[[], None] = lambda: None
        # One thread: a second would divide the batches, and the two would wait for each other's lock.
        self._lane = threading.Thread(target=self._run, name="deliveries", daemon=True)
        self._lane.start()

    def add_task(self, task: LaneChannel) -> None:
        request = task.requests[0]
        if request.path == self._path and not request.error:
            self._waiting.put(task)
        else:
            super().add_task(task)

    def shutdown(self, cancel_pending: bool = True, timeout: float = 5) -> bool:
        self._waiting.put(None)
        self._lane.join(timeout)
        return bool(super().shutdown(cancel_pending, timeout))

    def _run(self) -> None:
        while (first := self._waiting.get()) is not None:
            channels = [first]
            try:
                while len(channels) < _MOST_AT_ONCE and (more := self._waiting.get_nowait()) is not None:
                    channels.append(more)
            except Empty:
                pass
            else:
                if len(channels) < _MOST_AT_ONCE:
                    self._waiting.put(None)  # the end came: the next round must see it
            self._serve(channels)

    def _serve(self, channels: Sequence[LaneChannel]) -> None:
        environs = [environ for channel in channels if (environ := _read(channel)) is not None]
        try:
            for environ, answer in zip(environs, self._together(environs), strict=True):
                environ[ANSWER] = answer
        except Exception:
            # Without an answer of their own the application takes them in one by one.
            _log.exception("deliveries could not be taken in together")
        for channel in channels:
            try:
                channel.service()
            except Exception:
                _log.exception("a request could not be served")
        self._pull()

    def once_for_all(self, pull: Callable[[], None]) -> Callable[[], None]:
        """The server's `pull_trigger`, which has its loop look at every connection, without that for each delivery.

        Whoever pulls it in the midst of writing is heard at the loop's next tick.
        """
        self._pull = pull
        lane = self._lane

        def pull_unless_in_the_lane() -> None:
            if threading.current_thread() is not lane:
                pull()

        return pull_unless_in_the_lane


def _read(channel: LaneChannel) -> "WSGIEnvironment | None":
    """None where it cannot be read: it gets its own answer, and the others are taken in together nevertheless."""
    try:
        return channel.read_ahead()
    except Exception:
        _log.exception("a delivery could not be read ahead")
        return None
