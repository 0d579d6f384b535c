"""Mails into a folder: for trying things out where there is no mail server."""

import os
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from integrations.notify.mail import Mail, Transient
from integrations.notify.message import compose, fingerprint


class DirectoryMailer:
    """Writes each mail as an `.eml` file that mail programs open. The same key writes the same file again.

    directory   made when the first mail is sent
    """

    def __init__(self, directory: Path, *, sender: str, now: Callable[[], datetime], sender_name: str = "") -> None:
        self._directory = directory
        self._sender = sender
        self._sender_name = sender_name
        self._now = now

    def path(self, key: str) -> Path:
        """Where the mail with `key` is, or would be."""
        return self._directory / f"{fingerprint(key)}.eml"

    def send(self, mail: Mail) -> None:
        """Returns when the file is there, whole. Raises Permanent – no mail · Transient – the disk."""
        message = compose(
            mail,
            sender=self._sender,
            sender_name=self._sender_name,
            domain=self._sender.rpartition("@")[2],
            at=self._now(),
        )
        path = self.path(mail.key)
        half = path.with_suffix(".part")
        try:
            self._directory.mkdir(parents=True, exist_ok=True)
            half.write_bytes(message.as_bytes(policy=message.policy.clone(linesep="\r\n")))
            os.replace(half, path)
        except OSError as error:
            raise Transient(f"the mail could not be written ({type(error).__name__})") from None
