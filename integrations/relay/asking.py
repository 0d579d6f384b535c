"""Asks the next server of recipients, without ever holding up the mails: in threads of its own, for a few seconds."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Final

import structlog

from integrations.relay.mails import LATE, OWN_FAILURE, TAKEN, Reply

_log = structlog.get_logger("integrations.relay")

KEPT_SECONDS: Final = 5.0
"""How long an answer holds; and how long a server that was silent is asked nothing."""
_THREADS: Final = 2


class Asking:
    """To be used in one event loop.

    accepts   what the next server says of a recipient; may block, may raise: then it is a 451
    within    seconds; where nothing is said by then, the recipient is taken, and the mail itself decides
    """

    def __init__(self, accepts: Callable[[str, str], Reply], *, within: float) -> None:
        self._accepts, self._within = accepts, within
        self._threads = ThreadPoolExecutor(max_workers=_THREADS, thread_name_prefix="gate-asking")
        self._asked: dict[tuple[str, str], tuple[float, asyncio.Future[Reply]]] = {}
        self._silent_until = 0.0

    async def reply(self, sender: str, recipient: str) -> Reply:
        """What is said of him; the same for a few seconds."""
        now = asyncio.get_running_loop().time()
        if now < self._silent_until:
            return TAKEN
        asked = self._of(now, sender, recipient)
        await asyncio.wait({asked}, timeout=self._within)
        if not asked.done() or asked.cancelled() or asked.result() == LATE:
            return self._silent()
        return asked.result()

    def end(self) -> None:
        """Whoever is being asked is not waited for."""
        self._forget(lambda until, asked: True)
        self._threads.shutdown(wait=False, cancel_futures=True)

    def _of(self, now: float, sender: str, recipient: str) -> asyncio.Future[Reply]:
        self._forget(lambda until, asked: until <= now)
        who = (sender, recipient.lower())
        if who not in self._asked:
            loop = asyncio.get_running_loop()
            asked = loop.run_in_executor(self._threads, self._said, sender, recipient)
            self._asked[who] = now + KEPT_SECONDS, asked
        return self._asked[who][1]

    def _silent(self) -> Reply:
        """Nobody else waits for the same silence, and no questions pile up before it."""
        _log.warning("upstream does not say whom it takes mails for; the mails will tell")
        self._silent_until = asyncio.get_running_loop().time() + KEPT_SECONDS
        self._forget(lambda until, asked: not asked.done())
        return TAKEN

    def _forget(self, which: Callable[[float, asyncio.Future[Reply]], bool]) -> None:
        for who, (until, asked) in list(self._asked.items()):
            if which(until, asked):
                asked.cancel()
                del self._asked[who]

    def _said(self, sender: str, recipient: str) -> Reply:
        try:
            return self._accepts(sender, recipient)
        except Exception as error:
            # Its text may name the recipient.
            _log.error("a recipient could not be asked for", error=type(error).__name__)
            return OWN_FAILURE
