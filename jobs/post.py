"""The outbox: messages to persons, each sent once."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

import structlog

from integrations.notify.gateway import WAYS, Gateway, ShortMessage
from integrations.notify.mail import Mail, Mailer, MailError
from integrations.store.records import Message, MessageStatus, Parcel
from integrations.store.store import Store
from jobs.ports import Meter

log = structlog.get_logger()

LEASE = timedelta(minutes=2)
MAIL: Final = "mail"
LINK_MAIL: Final = "vault_link"
"""A mail whose link is put in as it is sent."""

_MAILS: Final = frozenset({MAIL, LINK_MAIL})


@dataclass(frozen=True, slots=True, kw_only=True)
class Post:
    """Sends what waits in the outbox; without a mail server, or without a gateway, what needs it waits.

    text   of a message as it is sent, for what may not lie in the store; raises Transient, Permanent
    """

    store: Store
    mailer: Mailer | None
    gateway: Gateway | None = None
    meter: Meter
    worker: str = "post"
    batch: int = 20
    text: Callable[[Message], str] = lambda message: message.body

    @property
    def kinds(self) -> frozenset[str]:
        """What can be sent."""
        mail = frozenset() if self.mailer is None else _MAILS
        return mail if self.gateway is None else mail | frozenset(WAYS)

    def run(self) -> int:
        """Send all that is due; returns how many went."""
        if not self.kinds:
            return 0
        sent = 0
        while parcels := self.store.outbox.claim(self.worker, self.batch, LEASE, kinds=self.kinds):
            sent += sum(map(self._send, parcels))
        return sent

    def _send(self, parcel: Parcel) -> bool:
        message = parcel.message
        try:
            self._hand_over(message)
        except MailError as error:
            if error.transient:
                log.warning("message will be tried again", key=message.key, error=str(error))
                self.store.outbox.retry(parcel, str(error))
                self.meter.mailed("retried")
            else:
                log.error("message given up", key=message.key, error=str(error))
                self.store.outbox.fail(parcel, str(error))
                self.meter.mailed("dead")
                self.meter.died("outbox")
            self._look_again(message)
            return False
        self.meter.mailed("sent")
        return self.store.outbox.sent(parcel)

    def _hand_over(self, message: Message) -> None:
        """raises MailError"""
        for way in WAYS:
            if message.kind == way and self.gateway is not None:
                self.gateway.send(ShortMessage(key=message.key, way=way, to=message.to, text=self.text(message)))
        if message.kind in _MAILS and self.mailer is not None:
            self.mailer.send(
                Mail(
                    key=message.key,
                    to=message.to,
                    subject=message.subject,
                    text=self.text(message),
                    headers=message.headers,
                )
            )

    def _look_again(self, message: Message) -> None:
        """A customer whom a message will not reach is a matter for the policy: the ticket is looked at."""
        ticket = message.key.partition(":")[0]
        if ticket.isdecimal() and self.store.outbox.show(message.key).status is MessageStatus.DEAD:
            self.store.inbox.enqueue(int(ticket), "message given up")
