"""Hands mails over to the SMTP server of the helpdesk's mailbox, and tells what it said, in codes alone."""

from __future__ import annotations

import re
import smtplib
import ssl
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Final, Literal

import structlog

from integrations.relay.mails import LATE, TAKEN, Received, Reply

_log = structlog.get_logger("integrations.relay")

_ENHANCED: Final = re.compile(rb"([245]\.\d{1,3}\.\d{1,3})\b")
_AWAY: Final = Reply(code=451, text="4.4.1 the next server cannot be reached; keep it and try again")
_BROKEN: Final = Reply(code=451, text="4.4.2 the next server broke off; keep it and try again", unsure=True)
_OURS: Final = Reply(code=451, text="4.3.5 the next server does not let this one in; keep it and try again")


@dataclass(frozen=True, slots=True, kw_only=True)
class UpstreamSettings:
    """Where mails go on to.

    security   `tls`: from the first byte · `starttls`: asked for, and refused without · `none`: a server nearby
    hostname   what we call ourselves
    timeout    seconds, of each step
    asking     seconds, of each step where it is only asked of a recipient
    """

    host: str
    port: int
    security: Literal["none", "starttls", "tls"] = "none"
    ca_file: str | None = None
    username: str | None = None
    password: str | None = field(default=None, repr=False)
    hostname: str
    timeout: float = 60.0
    asking: float = 3.0


class SmtpUpstream:
    """A connection of its own for each mail. Safe to use from several threads."""

    def __init__(self, settings: UpstreamSettings) -> None:
        self._settings = settings

    def hand_over(self, mail: Received) -> Reply:
        """TAKEN once the server has taken it for all recipients.

        A refusal for good is passed on with its code; where only some recipients are refused, or it is not sure what
        has become of the mail, it is a 451, so that the sender keeps it.
        """
        return self._told(lambda server: _sent(server, mail), self._settings.timeout)

    def accepts(self, sender: str, recipient: str) -> Reply:
        """What the server says of a recipient, asked without a mail; LATE where it says nothing in time."""
        return self._told(lambda server: _asked(server, sender, (recipient,)) or TAKEN, self._settings.asking)

    def check(self) -> Reply:
        """Connects and signs in, sends nothing."""
        return self._told(lambda server: _reply(*server.noop()) or TAKEN, self._settings.timeout)

    def _told(self, talk: Callable[[smtplib.SMTP], Reply], timeout: float) -> Reply:
        try:
            with self._connection(timeout) as server:
                return talk(server)
        except smtplib.SMTPResponseException as error:
            _log.warning("upstream refused", code=error.smtp_code, error=type(error).__name__)
            if isinstance(error, smtplib.SMTPDataError):
                said = error.smtp_error
                return _reply(error.smtp_code, said if isinstance(said, bytes) else said.encode()) or _BROKEN
            return _OURS
        except (smtplib.SMTPNotSupportedError, ssl.SSLError) as error:
            _log.error("upstream cannot be talked to safely", error=type(error).__name__)
            return _OURS
        except (smtplib.SMTPServerDisconnected, TimeoutError) as error:
            _log.warning("upstream broke off", error=type(error).__name__)
            return LATE if _late(error) else _BROKEN
        except (OSError, smtplib.SMTPException) as error:
            _log.warning("upstream cannot be reached", error=type(error).__name__)
            return _AWAY

    @contextmanager
    def _connection(self, timeout: float) -> Iterator[smtplib.SMTP]:
        to = self._settings
        context = None if to.security == "none" else ssl.create_default_context(cafile=to.ca_file)
        if to.security == "tls":
            server: smtplib.SMTP = smtplib.SMTP_SSL(
                to.host, to.port, local_hostname=to.hostname, timeout=timeout, context=context
            )
        else:
            server = smtplib.SMTP(to.host, to.port, local_hostname=to.hostname, timeout=timeout)
        try:
            if to.security == "starttls":
                server.starttls(context=context)
            if to.username is not None and to.password is not None:
                server.login(to.username, to.password)
            server.ehlo_or_helo_if_needed()
            yield server
            try:
                server.quit()
            except (OSError, smtplib.SMTPException):
                _log.debug("upstream did not answer the good-bye")
        finally:
            server.close()


def _late(error: BaseException) -> bool:
    """Whether it is that nothing was said; the library takes that for a connection that was closed."""
    return isinstance(error, TimeoutError) or isinstance(error.__context__, TimeoutError)


def _sent(server: smtplib.SMTP, mail: Received) -> Reply:
    refused = _asked(server, mail.sender, mail.recipients, size=len(mail.content))
    if refused is not None:
        return refused
    code, text = server.data(mail.content)
    return _reply(code, text) or TAKEN


def _asked(server: smtplib.SMTP, sender: str, recipients: tuple[str, ...], size: int | None = None) -> Reply | None:
    """None: sender and all recipients are accepted."""
    options = ["BODY=8BITMIME"] if server.has_extn("8bitmime") else []
    if size is not None and server.has_extn("size"):
        options.append(f"SIZE={size}")
    refused = _reply(*server.mail(sender, options))
    if refused is not None:
        return refused
    said = [_reply(*server.rcpt(recipient)) for recipient in recipients]
    refusals = [one for one in said if one is not None]
    if not refusals:
        return None
    if len(refusals) == len(said) and not any(one.transient for one in refusals):
        return refusals[0]
    return next((one for one in refusals if one.transient), Reply(code=451, text="4.2.0 some recipients are refused"))


def _reply(code: int, text: bytes) -> Reply | None:
    """None: it is taken. What the server wrote is not repeated, but for its enhanced code."""
    if 200 <= code < 300:
        return None
    found = _ENHANCED.match(text)
    if 500 <= code < 600:
        enhanced = found[1].decode() if found and found[1].startswith(b"5") else "5.0.0"
        return Reply(code=code, text=f"{enhanced} the next server refuses it")
    enhanced = found[1].decode() if found and found[1].startswith(b"4") else "4.0.0"
    return Reply(code=451, text=f"{enhanced} the next server does not take it now; keep it and try again")
