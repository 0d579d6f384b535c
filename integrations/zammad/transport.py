"""HTTP to Zammad with an end to every call: time-outs, a total budget, a size limit, retries for reads only.

It knows nothing of tickets. A call gives back an `Answer` (2xx) or raises one of `errors`.
"""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from urllib.parse import urlsplit

import requests
from requests.adapters import HTTPAdapter
from urllib3.exceptions import HTTPError

from integrations.zammad.errors import Permanent, Transient, ZammadError, error_for
from integrations.zammad.network import network_error

OnCall = Callable[[str, str, int | None, float], None]
"""`on_call(method, path template, status or None, seconds)`: after every single attempt; numbers are `{id}`."""

Params = Mapping[str, str | list[str]]

Timeout = float | tuple[float, float] | tuple[float, None] | None

_CHUNK = 1 << 16
_SHORTEST_TOKEN = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """How long and how much a call may take.

    connect_within  seconds to open a connection.
    read_within     seconds without a single byte of the answer.
    budget          seconds for the whole call: all attempts, all waiting, the last byte of the body.
    attempts        for reads; a write is sent once.
    backoff         seconds before the second attempt of a read; doubles each time; varied by the jitter.
    largest         bytes of an unpacked answer; more is an error, not a full memory.
    """

    connect_within: float = 5.0
    read_within: float = 30.0
    budget: float = 60.0
    attempts: int = 4
    backoff: float = 0.25
    largest: int = 64 * 1024 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class Connection:
    """Where the helpdesk is and who asks.

    url      of the helpdesk, as a browser has it: `https://desk.example.com` or with a path; without `/api/v1`.
    token    the service user's; shown nowhere.
    ca_file  a bundle of certificates to trust instead of the usual ones. Certificates are always checked.
    proxy    `http://proxy:3128`; the environment's proxies are not used.
    raises   ValueError – an address that is none, a token with characters no token has (the token is not quoted).
    """

    url: str
    token: str = field(repr=False)
    limits: Limits = Limits()
    user_agent: str = "zhidu"
    ca_file: str | None = None
    proxy: str | None = field(default=None, repr=False)

    def __post_init__(self) -> None:
        parts = urlsplit(self.url)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise ValueError("the helpdesk's address must be like https://desk.example.com")
        if parts.username or parts.password or parts.query or parts.fragment:
            raise ValueError("the helpdesk's address may hold no user, password, query or fragment")
        if not self.token or not all("!" <= letter <= "~" for letter in self.token):
            raise ValueError("the helpdesk's token is empty or has a blank or a control character in it")


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """An answer of 2xx: status, content type and the unpacked body.

    dated_at   when it was given by the helpdesk's own clock (aware, to the second); None: it does not say
    """

    status: int
    content_type: str
    body: bytes = field(repr=False)
    dated_at: datetime | None = None


class TimedAdapter(HTTPAdapter):
    """Gives every request of a session time-outs, also those that ask for none; never repeats one by itself."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        super().__init__(pool_connections=1, pool_maxsize=1, max_retries=0)

    def send(
        self,
        request: requests.PreparedRequest,
        stream: bool = False,
        timeout: Timeout = None,
        verify: bool | str = True,
        cert: bytes | str | tuple[bytes | str, bytes | str] | None = None,
        proxies: Mapping[str, str] | None = None,
    ) -> requests.Response:
        if timeout is None:
            timeout = (self._limits.connect_within, self._limits.read_within)
        return super().send(request, stream=stream, timeout=timeout, verify=verify, cert=cert, proxies=proxies)


class Transport:
    """Calls over one session; for one thread at a time.

    session    carries the authorisation; what is sent per call never stays on it.
    base       address in front of every path, ending in `/`.
    secret     struck out of every message, should a server or a proxy repeat it.
    sleep, jitter (0 … 1), monotonic   time and chance, passed in.
    """

    def __init__(
        self,
        session: requests.Session,
        *,
        base: str,
        limits: Limits,
        secret: str,
        on_call: OnCall | None = None,
        sleep: Callable[[float], None] = time.sleep,
        jitter: Callable[[], float] = lambda: 0.5,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._session = session
        self._base = base
        self._limits = limits
        self._secret = secret
        self._on_call = on_call
        self._sleep = sleep
        self._jitter = jitter
        self._monotonic = monotonic

    def call(
        self,
        method: str,
        path: str,
        *,
        template: str,
        read: bool,
        params: Params | None = None,
        json: object = None,
        headers: Mapping[str, str] | None = None,
    ) -> Answer:
        """One call, with as many attempts as a read may have within the budget.

        path      relative to the base, `tickets/1`.
        template  the same without ids, for counting.
        read      nothing changes by it (a search by POST too): it is repeated after time-outs, resets, 429 and 5xx,
                  waiting as long as `Retry-After` says when that fits the budget.
        raises    ZammadError
        """
        ends = self._monotonic() + self._limits.budget
        attempt = 1
        while True:
            outcome = self._attempt(method, path, template, read, ends, params, json, headers)
            if isinstance(outcome, Answer):
                return outcome
            if not read or not isinstance(outcome, Transient) or attempt >= self._limits.attempts:
                raise outcome
            wait = self._wait(attempt, outcome.retry_after)
            if self._monotonic() + wait >= ends:
                raise outcome
            self._sleep(wait)
            attempt += 1

    def _wait(self, attempt: int, retry_after: float | None) -> float:
        """Seconds before the next attempt: what the server asked for, at least; else doubling, ±50 %."""
        own = self._limits.backoff * 2.0 ** (attempt - 1) * (0.5 + self._jitter())
        return own if retry_after is None else max(own, retry_after)

    def _attempt(
        self,
        method: str,
        path: str,
        template: str,
        read: bool,
        ends: float,
        params: Params | None,
        json: object,
        headers: Mapping[str, str] | None,
    ) -> Answer | ZammadError:
        """One attempt. Errors are returned, so that no chained exception drags the request's headers along."""
        begins = self._monotonic()
        status: int | None = None
        try:
            with self._session.request(
                method,
                self._base + path,
                params=params,
                json=json,
                headers=headers,
                timeout=self._timeout(ends),
                stream=True,
                allow_redirects=False,
            ) as response:
                status = response.status_code
                body = self._body(response, ends)
                return self._judge(response, body, method, path, read)
        except _TooMuch as much:
            return Permanent(str(much), status=status, method=method, path=path)
        except (requests.RequestException, HTTPError, OSError) as failure:
            return network_error(failure, method=method, path=path, read=read, status=status)
        finally:
            if self._on_call is not None:
                self._on_call(method, template, status, self._monotonic() - begins)

    def _timeout(self, ends: float) -> tuple[float, float]:
        left = max(ends - self._monotonic(), 0.001)
        return min(self._limits.connect_within, left), min(self._limits.read_within, left)

    def _body(self, response: requests.Response, ends: float) -> bytes:
        """The unpacked body, read piece by piece so that neither a drip nor a flood goes on for ever."""
        parts: list[bytes] = []
        size = 0
        while True:
            left = ends - self._monotonic()
            if left <= 0:
                raise requests.ReadTimeout("the answer took longer than the call may take")
            socket = getattr(response.raw.connection, "sock", None)
            if socket is not None:
                socket.settimeout(min(self._limits.read_within, left))
            part: bytes = response.raw.read1(_CHUNK, decode_content=True)
            if not part:
                return b"".join(parts)
            size += len(part)
            if size > self._limits.largest:
                raise _TooMuch(f"the answer is larger than {self._limits.largest} bytes")
            parts.append(part)

    def _judge(
        self, response: requests.Response, body: bytes, method: str, path: str, read: bool
    ) -> Answer | ZammadError:
        status = response.status_code
        if 200 <= status < 300 and not body.startswith(b'{"error"'):
            content_type = response.headers.get("Content-Type", "")
            return Answer(
                status=status, content_type=content_type, body=body, dated_at=dated(response.headers.get("Date"))
            )
        return error_for(
            status=status,
            body=self._hushed(body),
            method=method,
            path=path,
            write=not read,
            retry_after=_seconds(response.headers.get("Retry-After")),
        )

    def _hushed(self, body: bytes) -> bytes:
        """Without the token. One of a few letters is a toy's, and would be struck out of every word."""
        return body if len(self._secret) < _SHORTEST_TOKEN else body.replace(self._secret.encode(), b"<hidden>")


class _TooMuch(Exception):
    pass


def dated(header: str | None) -> datetime | None:
    """The `Date` header; None where there is none or it cannot be read."""
    try:
        at = parsedate_to_datetime(header or "")
    except ValueError:
        return None
    return at if at.tzinfo is not None else at.replace(tzinfo=UTC)


def _seconds(header: str | None) -> float | None:
    """`Retry-After` in seconds. A date is not compared with our clock, which may differ: it counts as not given."""
    if header is None or not header.strip().isdecimal():
        return None
    return float(header.strip())
