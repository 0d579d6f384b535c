"""Calls to Zammad for one thread: the session, and what comes back of it read as typed values.

Built on zammad-py's session and addresses; its resource methods are not used, for they lose the HTTP status, wait for
ever, and leave another person's `X-On-Behalf-Of` on the session after an exception. Reads are repeated within their
budget; writes are sent once (see `transport`). All calls raise `errors.ZammadError`.
"""

import atexit
import re
import time
from collections.abc import Callable
from http.cookiejar import DefaultCookiePolicy
from types import TracebackType
from typing import Self, TypeVar

from zammad_py import ZammadAPI

from integrations.zammad import wire
from integrations.zammad.errors import AnswerLost, Permanent, Transient, ZammadError
from integrations.zammad.paging import all_pages
from integrations.zammad.transport import Answer, Connection, OnCall, Params, TimedAdapter, Transport

T = TypeVar("T")

_NUMBER = re.compile(r"(?<=/)\d+")
_LIST_PAGE = 100


class Calls:
    """One connection to Zammad as the service user.

    on_call  told of every attempt: method, path with `{id}` for numbers, status or None, seconds.
    sleep, jitter, monotonic   how waiting, chance and time enter; the defaults are deterministic but for time itself.
    """

    def __init__(
        self,
        connection: Connection,
        *,
        on_call: OnCall | None = None,
        sleep: Callable[[float], None] = time.sleep,
        jitter: Callable[[], float] = lambda: 0.5,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._api = ZammadAPI(url=f"{connection.url.rstrip('/')}/api/v1/", http_token=connection.token)
        session = self._api.session
        atexit.unregister(session.close)  # it would keep the session of every thread that ever was
        session.trust_env = False  # a ~/.netrc would replace the token, a proxy variable would re-route it
        session.cookies.set_policy(DefaultCookiePolicy(allowed_domains=()))  # sessions precede tokens
        session.headers["User-Agent"] = connection.user_agent
        session.headers["Accept"] = "application/json"
        session.verify = connection.ca_file or True
        if connection.proxy is not None:
            session.proxies = {"http": connection.proxy, "https": connection.proxy}
        for scheme in ("https://", "http://"):
            session.mount(scheme, TimedAdapter(connection.limits))
        self._transport = Transport(
            session,
            base=self._api.url,
            limits=connection.limits,
            secret=connection.token,
            on_call=on_call,
            sleep=sleep,
            jitter=jitter,
            monotonic=monotonic,
        )
        self._url = connection.url

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self._url})"

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Gives the connection back. A closed client may be used again; it then opens a new one."""
        self._api.session.close()

    def call(
        self,
        method: str,
        path: str,
        *,
        params: Params | None = None,
        json: object = None,
        read: bool | None = None,
        on_behalf_of: int | str | None = None,
    ) -> Answer:
        """Any call; the others come down to it.

        path          below `/api/v1/`.
        read          changes nothing, may be repeated; GETs are unless said otherwise.
        on_behalf_of  id, login or e-mail of the person in whose name and with whose rights it is done; for this call
                      only. raises Refused (403) – there is no such person.
        """
        headers = None if on_behalf_of is None else {"X-On-Behalf-Of": _header_value(on_behalf_of)}
        return self._transport.call(
            method,
            path,
            template=_NUMBER.sub("{id}", path),
            read=method == "GET" if read is None else read,
            params=params,
            json=json,
            headers=headers,
        )

    def get(self, shape: Callable[[bytes], T], path: str, params: Params | None = None) -> T:
        """A GET read as `shape`. raises Permanent – an answer that cannot be read."""
        return self._shaped(shape, "GET", path, self.call("GET", path, params=params), read=True)

    def listed(self, shape: wire.Shape[wire.X], path: str, params: Params | None = None) -> list[wire.X]:
        """A list, read to its end, each object once."""

        def page(number: int) -> list[wire.X]:
            return self.get(shape.many, path, {**(params or {}), "per_page": str(_LIST_PAGE), "page": str(number)})

        return list(all_pages(page))

    def send(
        self, shape: Callable[[bytes], T], method: str, path: str, json: object, on_behalf_of: int | str | None = None
    ) -> T:
        """A write whose answer is read as `shape`; sent once."""
        answer = self.call(method, path, json=json, on_behalf_of=on_behalf_of)
        return self._shaped(shape, method, path, answer, read=False)

    def find(self, shape: Callable[[bytes], T], path: str, json: object) -> T:
        """A read by POST, as searches are: repeated like a GET."""
        return self._shaped(shape, "POST", path, self.call("POST", path, json=json, read=True), read=True)

    def _shaped(self, shape: Callable[[bytes], T], method: str, path: str, answer: Answer, read: bool) -> T:
        problem: str
        try:
            return shape(answer.body)
        except wire.WireError as unreadable:
            problem = f"an answer we cannot read: {unreadable}"
        raise _unreadable(problem, method, path, answer, read)


def _unreadable(problem: str, method: str, path: str, answer: Answer, read: bool) -> ZammadError:
    """Another Zammad than ours is for a person to see; a page of a proxy in between (maintenance) may pass."""
    if answer.body.lstrip()[:1] != b"<":
        return Permanent(problem, status=answer.status, method=method, path=path)
    kind = Transient if read else AnswerLost
    words = "a web page came instead of an answer: is there a proxy in between?"
    return kind(words, status=answer.status, method=method, path=path)


def _header_value(person: int | str) -> str:
    value = str(person)
    if not value or not all(" " <= letter <= "~" for letter in value):
        raise ValueError("on behalf of: an id, or a login or e-mail address in plain ASCII")
    return value
