"""A limit on the time that rules may take: a rule that never ends is stopped from outside.

Rules are pure Python, so an exception can be raised into their thread between two of its instructions.
"""

from __future__ import annotations

import ctypes
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from policies.kernel.evaluate import RuleTimeout


class Watchdog:
    """Guards one piece of work per call; safe to use from many threads at once."""

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds

    @contextmanager
    def watching(self) -> Iterator[None]:
        """Raises `RuleTimeout` into the calling thread when the body takes longer than the limit.

        The evaluation turns it into the failure of the rule that was running.
        """
        lock, ended, thread = threading.Lock(), False, threading.get_ident()

        def strike() -> None:
            with lock:
                if not ended:
                    ctypes.pythonapi.PyThreadState_SetAsyncExc(ctypes.c_ulong(thread), ctypes.py_object(RuleTimeout))

        timer = threading.Timer(self._seconds, strike)
        timer.daemon = True
        timer.start()
        try:
            yield
        finally:
            with lock:
                ended = True
            timer.cancel()
