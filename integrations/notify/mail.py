"""A mail to send, what can go wrong, and what sends it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import ClassVar, Protocol


@dataclass(frozen=True, slots=True, kw_only=True)
class Mail:
    """One mail to one person.

    key        its identity: the same key gives the same Message-ID
    to         one address, without a name
    html       the same text for readers that show HTML; None: text only
    headers    additional ones, such as `In-Reply-To`; those that the mail sets itself are refused
    """

    key: str
    to: str
    subject: str
    text: str
    html: str | None = None
    headers: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))


class MailError(Exception):
    """The mail was not sent. The text holds neither addresses nor what the server said, only its codes."""

    transient: ClassVar[bool]


class Transient(MailError):
    """It may be sent later. After a connection that broke at the end it may even have been sent."""

    transient = True


class Permanent(MailError):
    """It cannot be sent as it is: a person must look."""

    transient = False


class Mailer(Protocol):
    """Something that sends mails."""

    def send(self, mail: Mail) -> None:
        """Returns when the mail is handed over. Raises Transient or Permanent."""
        ...
