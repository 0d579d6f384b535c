"""Whether the helpdesk lets us in: without a good token no ticket can be looked at, so nobody tries but one probe."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Final, Protocol

import structlog

from integrations.zammad.errors import Refused, ZammadError

log = structlog.get_logger()

FIRST: Final = timedelta(seconds=5)
LONGEST: Final = timedelta(minutes=5)
_LOST_PERMISSION: Final = ("Not authorized (token)", "Not authorized (user)")
_WHAT_TO_DO: Final = (
    "give zhidu a token that is good (or mend the permissions of its user) in Zammad; what waits is kept and goes on "
    "by itself when the token works again, a new token after a restart"
)


class Admission(Protocol):
    """Is told how the helpdesk answers, and tells whether to ask it."""

    def refused(self, error: Exception) -> None: ...
    def worked(self) -> None: ...
    def open(self) -> bool: ...


class Unguarded:
    """For work in the calling thread, where who calls sees what comes of it: always open."""

    def refused(self, error: Exception) -> None:
        """Nothing follows from it."""

    def worked(self) -> None:
        """Nothing follows from it."""

    def open(self) -> bool:
        """Always."""
        return True


class Access:
    """Shut while the helpdesk refuses the token. Safe to call from any thread.

    probe   asks the helpdesk who we are; raises ZammadError
    """

    def __init__(self, probe: Callable[[], object], now: Callable[[], datetime]) -> None:
        self._probe = probe
        self._now = now
        self._lock = threading.Lock()
        self._shut = False
        self._wait = FIRST
        self._next_at: datetime | None = None

    @property
    def shut(self) -> bool:
        """Whether the last word of the helpdesk was that the token is no good."""
        return self._shut

    def refused(self, error: Exception) -> None:
        """The helpdesk refused the token: nobody works until a probe gets through."""
        with self._lock:
            if self._shut:
                return
            self._shut = True
            self._next_at = self._now() + self._wait
        log.error("the helpdesk refuses the token: work pauses", error=str(error), what_to_do=_WHAT_TO_DO)

    def worked(self) -> None:
        """A call for which the token is needed went through."""
        if not self._shut and self._wait == FIRST:
            return
        with self._lock:
            was, self._shut, self._wait = self._shut, False, FIRST
        if was:
            log.info("the helpdesk accepts the token again: work goes on")

    def open(self) -> bool:
        """Whether to work now. While shut, one caller asks the helpdesk when it is time, after longer and longer waits.

        A permission may be missing although the helpdesk says who we are: the wait is short again only after `worked`.
        """
        if not self._shut:
            return True
        with self._lock:
            if self._next_at is not None and self._now() < self._next_at:
                return False
            self._wait = min(self._wait * 2, LONGEST)
            self._next_at = self._now() + self._wait
        try:
            self._probe()
        except ZammadError as error:
            log.warning("the helpdesk still refuses the token", error=str(error), again_at=str(self._next_at))
            return False
        with self._lock:
            self._shut = False
        log.info("the helpdesk says who we are again: work goes on")
        return True


def admitted(access: Admission, run: Callable[[], object]) -> Callable[[], object]:
    """`run`, where the helpdesk lets us in, else nothing and 0; that it refuses the token is told to `access`."""

    def job() -> object:
        if not access.open():
            return 0
        try:
            return run()
        except Refused as error:
            if not is_lockout(error):
                raise
            access.refused(error)
            return 0

    return job


def is_lockout(error: Exception) -> bool:
    """Whether it is the token, and not what was asked with it, that the helpdesk refuses."""
    if not isinstance(error, Refused):
        return False
    # What a role or the token may not do at all; a ticket that is not for us is refused without such a word.
    return error.kind == "credentials" or (error.status == 403 and error.message.startswith(_LOST_PERMISSION))
