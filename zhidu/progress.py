"""How far a piece of work is, for whoever waits for it."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import timedelta
from typing import Final, TextIO

_SHOWN_AFTER: Final = 2.0
"""Seconds of work after which progress is shown."""
_EVERY: Final = 0.5
"""Seconds between two states of the line on a terminal."""
_SELDOM: Final = 10.0
"""Seconds between two lines where there is no terminal."""


class Progress:
    """How many are done, how fast, how long it will still take; on one line of a terminal, else in steps.

    noun     what is counted
    before   tickets that were done already when the run went on: they say nothing of its speed
    to       where it is written; None: nowhere
    """

    def __init__(
        self,
        total: int,
        *,
        noun: str = "tickets",
        before: int = 0,
        to: TextIO | None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._total, self._noun, self._to, self._clock = total, noun, to, clock
        self._began = self._shown = clock()
        self._before = self._done = before
        self._tty = to is not None and to.isatty()
        self._open = False

    def __call__(self, more: int) -> None:
        """`more` are done."""
        self._done += more
        now = self._clock()
        every = _EVERY if self._tty else _SELDOM
        if self._to is not None and now - self._began > _SHOWN_AFTER and now - self._shown > every:
            self._shown = now
            print(self._line(now), end="" if self._tty else "\n", file=self._to, flush=True)
            self._open = self._tty

    def _line(self, now: float) -> str:
        rate = (self._done - self._before) / (now - self._began)
        left = timedelta(seconds=round((self._total - self._done) / rate)) if rate > 0 else "?"
        line = f"{self._done:,} of {self._total:,} {self._noun}, {rate:,.0f}/s, {left} left"
        return f"\r{line}\033[K" if self._tty else line

    def end(self) -> None:
        """Leaves the line as it is: something else is said, or there is nothing more to do."""
        if self._open:
            print(file=self._to)
            self._open = False
