"""Mails by SMTP."""

import smtplib
import ssl
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from email.message import Message
from typing import Literal

import structlog

from integrations.notify.mail import Mail, MailError, Permanent, Transient
from integrations.notify.message import address, compose, fingerprint

_log = structlog.get_logger("integrations.notify")


@dataclass(frozen=True, slots=True, kw_only=True)
class SmtpSettings:
    """A mail server and in whose name to send.

    security     `tls`: from the first byte · `starttls`: asked for, and refused without · `none`: a server nearby
    ca_file      certificates to trust instead of the system's
    username     with `password`; only over TLS
    domain       right side of Message-IDs; empty: that of `sender`
    timeout      seconds, of each step with the server

    raises   ValueError – a user without a password, a password without TLS, a sender that is no address
    """

    host: str
    port: int
    sender: str
    sender_name: str = ""
    security: Literal["none", "starttls", "tls"] = "starttls"
    ca_file: str | None = None
    username: str | None = None
    password: str | None = field(default=None, repr=False)
    domain: str = ""
    timeout: float = 20.0

    def __post_init__(self) -> None:
        if (self.username is None) != (self.password is None):
            raise ValueError("mail: username and password belong together")
        if self.username is not None and self.security == "none":
            raise ValueError("mail: a password is not sent without TLS")
        try:
            address("sender", self.sender)
        except Permanent as error:
            raise ValueError(f"mail: {error}") from None


class SmtpMailer:
    """Sends each mail over a connection of its own. Safe to use from several threads."""

    def __init__(self, settings: SmtpSettings, *, now: Callable[[], datetime]) -> None:
        self._settings = settings
        self._now = now
        self._domain = settings.domain or settings.sender.rpartition("@")[2]

    def send(self, mail: Mail) -> None:
        """Returns when the server has taken the mail.

        raises   Transient – no connection, an answer of 4xx, a connection that broke. A retry carries the same
                 Message-ID, so that a mail the server took before it broke can be told to be the same
                 Permanent – an answer of 5xx, no TLS, a certificate that is not trusted, a mail that cannot be one
        """
        message = compose(
            mail,
            sender=self._settings.sender,
            sender_name=self._settings.sender_name,
            domain=self._domain,
            at=self._now(),
        )
        with _translated():
            self._hand_over(message, mail.to)
        _log.info("mail sent", message_id=fingerprint(mail.key))

    def check(self) -> None:
        """Connects and logs in, sends nothing. Raises as `send` does."""
        with _translated(), self._connection() as server:
            server.noop()

    def _hand_over(self, message: Message, to: str) -> None:
        with self._connection() as server:
            server.send_message(message, from_addr=self._settings.sender, to_addrs=[to])

    @contextmanager
    def _connection(self) -> Iterator[smtplib.SMTP]:
        settings = self._settings
        context = None if settings.security == "none" else ssl.create_default_context(cafile=settings.ca_file)
        if settings.security == "tls":
            server: smtplib.SMTP = smtplib.SMTP_SSL(
                settings.host, settings.port, local_hostname=self._domain, timeout=settings.timeout, context=context
            )
        else:
            server = smtplib.SMTP(settings.host, settings.port, local_hostname=self._domain, timeout=settings.timeout)
        try:
            if settings.security == "starttls":
                server.starttls(context=context)
            if settings.username is not None and settings.password is not None:
                server.login(settings.username, settings.password)
            yield server
            _quit(server)
        finally:
            server.close()


def _quit(server: smtplib.SMTP) -> None:
    """Says good-bye. The mail has been taken by then, so a server that has already gone changes nothing."""
    try:
        server.quit()
    except (OSError, smtplib.SMTPException):
        _log.debug("mail server did not answer the good-bye")


@contextmanager
def _translated() -> Iterator[None]:
    """Inside, the library's errors leave as Transient or Permanent, without what the server wrote."""
    try:
        yield
    except smtplib.SMTPRecipientsRefused as error:
        raise _answered("the recipient was refused", min(code for code, _ in error.recipients.values())) from None
    except smtplib.SMTPSenderRefused as error:
        raise _answered("the sender was refused", error.smtp_code) from None
    except smtplib.SMTPAuthenticationError as error:
        raise _answered("the login was refused", error.smtp_code) from None
    except smtplib.SMTPResponseException as error:
        raise _answered("the mail was refused", error.smtp_code) from None
    except smtplib.SMTPNotSupportedError:
        raise Permanent("the server lacks something needed: TLS, or logins") from None
    except smtplib.SMTPException as error:
        raise Transient(f"the connection broke ({type(error).__name__})") from None
    except ssl.SSLCertVerificationError:
        raise Permanent("the server's certificate is not trusted") from None
    except FileNotFoundError:
        raise Permanent("the file of trusted certificates is not there") from None
    except (OSError, ssl.SSLError) as error:
        raise Transient(f"no connection to the mail server ({type(error).__name__})") from None


def _answered(what: str, code: int) -> MailError:
    """5xx is for good; everything else (4xx, or an answer cut off, which counts as -1) may pass."""
    return Permanent(f"{what} ({code})") if 500 <= code <= 599 else Transient(f"{what} ({code})")
