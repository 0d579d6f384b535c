"""The outbox: messages to persons, each sent once."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Final, TypeAlias

import structlog

from integrations.notify.gateway import WAYS, Gateway, ShortMessage
from integrations.notify.mail import Mail, Mailer, MailError
from integrations.store.records import Message, MessageStatus, Parcel
from integrations.store.store import Store
from jobs.gathering import GATHERED, groups
from jobs.ports import Meter

log = structlog.get_logger()

Frame: TypeAlias = Callable[[Sequence[Message]], Mail]

LEASE = timedelta(minutes=2)
MAIL: Final = "mail"
MOST_GATHERED: Final = 1000
"""Entries of mails of the day that are taken at once: those of one person belong into one mail."""

LINK_MAIL: Final = "vault_link"
"""A mail whose link is put in as it is sent."""

_MAILS: Final = frozenset({MAIL, LINK_MAIL})


@dataclass(frozen=True, slots=True, kw_only=True)
class Post:
    """Sends what waits in the outbox; without a mail server, or without a gateway, what needs it waits.

    text    of a message as it is sent, for what may not lie in the store; raises Transient, Permanent
    frame   puts what was gathered for one person into one mail; without it that waits
    """

    store: Store
    mailer: Mailer | None
    gateway: Gateway | None = None
    meter: Meter
    worker: str = "post"
    batch: int = 20
    text: Callable[[Message], str] = lambda message: message.body
    frame: Frame | None = None

    @property
    def kinds(self) -> frozenset[str]:
        """What can be sent."""
        mail = frozenset() if self.mailer is None else _MAILS
        return mail if self.gateway is None else mail | frozenset(WAYS)

    def run(self) -> int:
        """Send all that is due; returns how many messages went, each entry of a mail counted."""
        if not self.kinds:
            return 0
        sent = self._send_gathered()
        while parcels := self.store.outbox.claim(self.worker, self.batch, LEASE, kinds=self.kinds):
            sent += sum(map(self._send, parcels))
        return sent

    def _send_gathered(self) -> int:
        """What is due of the mails of the day: a mail for each person."""
        sent = 0
        while self.frame is not None and self.mailer is not None:
            parcels = self.store.outbox.claim(self.worker, MOST_GATHERED, LEASE, kinds={GATHERED})
            if not parcels:
                break
            sent += sum(self._send_together(self.frame, self.mailer, group) for group in groups(parcels))
        return sent

    def _send_together(self, frame: Frame, mailer: Mailer, parcels: Sequence[Parcel]) -> int:
        try:
            mailer.send(frame([parcel.message for parcel in parcels]))
        except MailError as error:
            for parcel in parcels:
                self._missed(parcel, error, together=True)
            return 0
        self.meter.mailed("sent")
        return sum(self.store.outbox.sent(parcel) for parcel in parcels)

    def _send(self, parcel: Parcel) -> bool:
        message = parcel.message
        try:
            self._hand_over(message)
        except MailError as error:
            self._missed(parcel, error)
            return False
        self.meter.mailed("sent")
        return self.store.outbox.sent(parcel)

    def _missed(self, parcel: Parcel, error: MailError, *, together: bool = False) -> None:
        message = parcel.message
        if error.transient:
            log.warning("message will be tried again", key=message.key, error=str(error))
            self.store.outbox.retry(parcel, str(error), together=together)
            self.meter.mailed("retried")
        else:
            log.error("message given up", key=message.key, error=str(error))
            self.store.outbox.fail(parcel, str(error))
            self.meter.mailed("dead")
            self.meter.died("outbox")
        self._look_again(message)

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
