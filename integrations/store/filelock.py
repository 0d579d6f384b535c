"""One writer at a time, across processes, by an advisory lock on a file beside the database."""

import fcntl
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from integrations.store.errors import StoreUnavailable

_LOOK_AGAIN_AFTER = 0.002


class FileLock:
    """An exclusive `flock` on `path`, which is created and stays. The kernel frees it when its process dies."""

    def __init__(self, path: Path, *, wait_seconds: float) -> None:
        self._path = path
        self._wait_seconds = wait_seconds
        try:
            self._file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        except OSError as error:
            raise StoreUnavailable(f"{path}: {error.strerror}") from error

    @contextmanager
    def held(self) -> Iterator[None]:
        """Holds the lock. Raises StoreUnavailable when another process kept it for `wait_seconds`."""
        self._acquire()
        try:
            yield
        finally:
            fcntl.flock(self._file, fcntl.LOCK_UN)

    def _acquire(self) -> None:
        give_up_at = time.monotonic() + self._wait_seconds
        while True:
            try:
                fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                if time.monotonic() >= give_up_at:
                    raise StoreUnavailable(
                        f"{self._path}: another process has been writing for {self._wait_seconds:g} s"
                    ) from None
                time.sleep(_LOOK_AGAIN_AFTER)
            else:
                return

    def close(self) -> None:
        """Gives the lock's file back."""
        os.close(self._file)
