"""SMS and messengers by an HTTP gateway: one signed POST a message, as docs/gateway.md has it."""

import hashlib
import hmac
import json
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Final, Literal, Protocol
from urllib.parse import urlsplit

import requests
import structlog
from urllib3.exceptions import HTTPError

from integrations.notify.mail import Permanent, Transient
from integrations.notify.message import fingerprint

_log = structlog.get_logger("integrations.notify")

Way = Literal["sms", "messenger"]
WAYS: Final[tuple[Way, ...]] = ("sms", "messenger")

SIGNATURE: Final = "X-Zhidu-Signature"
TIMESTAMP: Final = "X-Zhidu-Timestamp"
IDEMPOTENCY: Final = "Idempotency-Key"

_LATER: Final = frozenset({408, 425, 429})
"""Answers below 500 that may pass; all other 4xx are for good."""
_LONGEST: Final = 2000
"""Characters of a text: more than any gateway splits into parts that a customer would read."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ShortMessage:
    """One text to one customer.

    key   its identity: the same key is the same message, however often it is sent
    to    number or address, as the helpdesk has it
    """

    key: str
    way: Way
    to: str
    text: str


class Gateway(Protocol):
    """Something that sends short messages."""

    def send(self, message: ShortMessage) -> None:
        """Returns when the message is handed over. Raises Transient or Permanent."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class GatewaySettings:
    """Where the gateway is and what messages are signed with.

    timeout   seconds, to connect and between two bytes of the answer

    raises   ValueError – an address that is none; http to another machine; a secret of less than 16 characters
    """

    url: str
    secret: str = field(repr=False)
    ca_file: str | None = None
    timeout: float = 20.0

    def __post_init__(self) -> None:
        parts = urlsplit(self.url)
        if parts.scheme not in ("http", "https") or not parts.hostname or parts.username or parts.query:
            raise ValueError("gateway: url must be an address such as https://sms.example.com/send")
        if parts.scheme == "http" and parts.hostname not in ("localhost", "127.0.0.1", "::1"):
            raise ValueError("gateway: url must begin with https, except on this machine")
        if len(self.secret) < 16:
            raise ValueError("gateway: the secret needs at least 16 characters")


def signature(secret: str, timestamp: str, body: bytes) -> str:
    """What the gateway compares: `sha256=` and the HMAC-SHA256 of timestamp, a dot, and the body's bytes, in hex."""
    signed = hmac.new(secret.encode(), timestamp.encode() + b"." + body, hashlib.sha256)
    return f"sha256={signed.hexdigest()}"


class HttpGateway:
    """Sends each message by a request of its own; safe to use from several threads. Redirects are not followed: a
    number and a text go to the configured address alone."""

    def __init__(self, settings: GatewaySettings, *, now: Callable[[], datetime]) -> None:
        self._settings = settings
        self._now = now

    def send(self, message: ShortMessage) -> None:
        """Returns when the gateway has taken the message.

        raises   Transient – no connection, no answer in time, 408, 425, 429, 5xx. The message may have been taken: the
                 same Idempotency-Key goes with the next attempt
                 Permanent – every other answer that is not 2xx, a certificate that is not trusted, a text too long
        """
        if len(message.text) > _LONGEST:
            raise Permanent(f"the text is longer than {_LONGEST} characters")
        status = self._post(message)
        if status in _LATER or status >= 500:
            raise Transient(f"the gateway cannot take it now ({status})")
        if not 200 <= status < 300:
            raise Permanent(f"the gateway refused it ({status})")
        _log.info("message sent", way=message.way, message_id=fingerprint(message.key))

    def _post(self, message: ShortMessage) -> int:
        """The status of the answer. Errors leave without what the library says, which names addresses."""
        settings = self._settings
        body = _body(message)
        timestamp = str(int(self._now().astimezone(UTC).timestamp()))
        headers = {
            "Content-Type": "application/json",
            "User-Agent": "zhidu",
            TIMESTAMP: timestamp,
            SIGNATURE: signature(settings.secret, timestamp, body),
            IDEMPOTENCY: fingerprint(message.key),
        }
        with requests.Session() as session:
            # Neither proxies nor certificates nor passwords from the environment.
            session.trust_env = False
            try:
                with session.post(
                    settings.url,
                    data=body,
                    headers=headers,
                    timeout=settings.timeout,
                    verify=settings.ca_file or True,
                    allow_redirects=False,
                    stream=True,
                ) as answer:
                    return answer.status_code
            except requests.exceptions.SSLError:
                raise Permanent("the gateway's certificate is not trusted") from None
            except (requests.RequestException, HTTPError, OSError) as error:
                raise Transient(f"no connection to the gateway ({type(error).__name__})") from None


def _body(message: ShortMessage) -> bytes:
    """The same message gives the same bytes."""
    values = {
        "id": fingerprint(message.key),
        "channel": message.way,
        "to": message.to,
        "text": message.text,
    }
    try:
        return json.dumps(values, ensure_ascii=False, separators=(",", ":")).encode()
    except UnicodeError:
        raise Permanent("the message holds text that no encoding can carry") from None
