"""The outbox: messages to persons, each sent once."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

import structlog

from integrations.notify.mail import Mail, Mailer, Permanent, Transient
from integrations.store.records import Message, Parcel
from integrations.store.store import Store
from jobs.ports import Meter

log = structlog.get_logger()

LEASE = timedelta(minutes=2)


@dataclass(frozen=True, slots=True, kw_only=True)
class Post:
    """Sends what waits in the outbox; `mailer` None: no mail server is configured and everything waits.

    text   of a message as it is sent, for what may not lie in the store; raises Transient, Permanent
    """

    store: Store
    mailer: Mailer | None
    meter: Meter
    worker: str = "post"
    batch: int = 20
    text: Callable[[Message], str] = lambda message: message.body

    def run(self) -> int:
        """Send all that is due; returns how many went."""
        if self.mailer is None:
            return 0
        sent = 0
        while parcels := self.store.outbox.claim(self.worker, self.batch, LEASE):
            sent += sum(self._send(parcel, self.mailer) for parcel in parcels)
        return sent

    def _send(self, parcel: Parcel, mailer: Mailer) -> bool:
        message = parcel.message
        try:
            mailer.send(
                Mail(
                    key=message.key,
                    to=message.to,
                    subject=message.subject,
                    text=self.text(message),
                    headers=message.headers,
                )
            )
        except Transient as error:
            log.warning("mail will be tried again", key=message.key, error=str(error))
            self.store.outbox.retry(parcel, str(error))
            self.meter.mailed("retried")
            return False
        except Permanent as error:
            log.error("mail given up", key=message.key, error=str(error))
            self.store.outbox.fail(parcel, str(error))
            self.meter.mailed("dead")
            self.meter.died("outbox")
            return False
        self.meter.mailed("sent")
        return self.store.outbox.sent(parcel)
