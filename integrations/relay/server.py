"""Takes mails by SMTP: from known peers, for known recipients, and answers for each only when it is known what became
of it."""

from __future__ import annotations

import asyncio
import logging
import ssl
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from ipaddress import IPv4Network, IPv6Network, ip_address
from typing import Any, Final

import structlog
from aiosmtpd.smtp import SMTP, Envelope, Session

from integrations.relay.asking import Asking
from integrations.relay.mails import OWN_FAILURE, Received, Reply

logging.getLogger("mail.log").setLevel(logging.CRITICAL)  # the library writes addresses there, and mails line by line

_log = structlog.get_logger("integrations.relay")

Network = IPv4Network | IPv6Network

_IDENT: Final = "zhidu"
_NOBODY: Final = "<>"
_FOREIGN: Final = Reply(code=554, text="5.7.1 this server takes mails from known ones only")
_BUSY: Final = Reply(code=421, text="4.3.2 too many at once; try again")
_TOO_MANY: Final = Reply(code=452, text="4.5.3 too many recipients; send it to the others by itself")
_STOPPING: Final = Reply(code=421, text="4.3.2 this server is being stopped; keep it and try again")
_NO_RELAY: Final = Reply(code=550, text="5.7.1 no mail for this recipient is taken here")
_DETOURS: Final = frozenset("%!@")
"""`li%example.org@ours`, `example.org!li@ours`: old ways to have a server pass a mail on."""
_IDLE_SECONDS: Final = 300.0
_LONGEST_LINE: Final = 1 << 20


@dataclass(frozen=True, slots=True, kw_only=True)
class RelaySettings:
    """Where mails are taken, from whom, and for whom.

    port         0 takes a free one
    hostname     what the server calls itself
    peers        networks that may connect
    recipients   addresses, or domains with all their addresses, in lower case; mails for others are refused
    max_bytes    of a mail
    tls          for STARTTLS; None: it is not offered
    require_tls  no mail without it
    at_once      mails that are worked on at a time
    connections  at a time; more are asked to come again
    per_peer     connections of one peer at a time
    max_recipients   of a mail; for more it is sent again
    ask_within   seconds that the next server has to say whether it takes mails for a recipient
    """

    host: str
    port: int
    hostname: str
    peers: tuple[Network, ...]
    recipients: frozenset[str]
    max_bytes: int
    tls: ssl.SSLContext | None = None
    require_tls: bool = False
    at_once: int = 4
    connections: int = 100
    per_peer: int = 50
    max_recipients: int = 100
    ask_within: float = 3.0

    def lets(self, address: str) -> bool:
        """Whether a peer may connect."""
        try:
            ip = ip_address(address.partition("%")[0])
        except ValueError:
            return False
        mapped = getattr(ip, "ipv4_mapped", None)
        return any((mapped or ip) in network for network in self.peers)

    def is_for(self, recipient: str) -> bool:
        """Whether mails for this address are taken; never one that another server may read as a way to a third."""
        address = recipient.lower()
        local, _, domain = address.rpartition("@")
        if not local or not _DETOURS.isdisjoint(local):
            return False
        return address in self.recipients or domain in self.recipients


class Relay:
    """Listens between `start` and `stop`, in a thread of its own.

    take      what becomes of a mail; may block, may raise: then it is a 451
    accepts   what is said of a recipient, besides that he is one of ours; may block and raise as well

    raises    OSError – host and port cannot be listened on
    """

    def __init__(
        self,
        settings: RelaySettings,
        take: Callable[[Received], Reply],
        accepts: Callable[[str, str], Reply],
    ) -> None:
        self.settings, self.take = settings, take
        self.asking = Asking(accepts, within=settings.ask_within)
        self.stopping = False
        self.sessions: set[_Session] = set()
        self.workers = ThreadPoolExecutor(max_workers=settings.at_once, thread_name_prefix="gate")
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._run, name="relay", daemon=True)
        try:
            listening = self._loop.create_server(self._session, settings.host, settings.port)
            self._server = self._loop.run_until_complete(listening)
        except OSError:
            self._loop.close()
            self.workers.shutdown()
            self.asking.end()
            raise

    @property
    def port(self) -> int:
        """The port it listens on."""
        return int(self._server.sockets[0].getsockname()[1])

    def crowded(self, peer: str) -> bool:
        """Whether there are more connections than may be, of this peer or in all."""
        there = [one.peer for one in self.sessions if not one.ended]
        return len(there) > self.settings.connections or there.count(peer) > self.settings.per_peer

    def start(self) -> None:
        """Begins to answer; connections made before have waited."""
        self._thread.start()
        _log.info("relay listening", host=self.settings.host, port=self.port)

    def stop(self, *, patience: float = 30.0) -> None:
        """Takes nothing new; a mail that is being taken is finished, or refused with 421 when `patience` seconds are
        over. A second time does nothing."""
        if self._loop.is_closed():
            return
        if self._thread.ident is None:
            self._loop.run_until_complete(self._end(0.0))
        else:
            asyncio.run_coroutine_threadsafe(self._end(patience), self._loop).result()
            self._loop.call_soon_threadsafe(self._loop.stop)
            self._thread.join()
        self.workers.shutdown(wait=True)
        self._loop.close()

    def _run(self) -> None:
        asyncio.set_event_loop(self._loop)
        self._loop.run_forever()

    def _session(self) -> _Session:
        return _Session(self)

    async def _end(self, patience: float) -> None:
        self.stopping = True
        self._server.close()
        until = self._loop.time() + patience
        for session in [one for one in self.sessions if not one.busy]:
            session.end()
        self.asking.end()
        while self.sessions and self._loop.time() < until:
            await asyncio.sleep(0.02)
        for session in list(self.sessions):
            session.end()
        await asyncio.sleep(0)
        left = [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]
        for task in left:
            task.cancel()
        await asyncio.gather(*left, return_exceptions=True)
        await asyncio.sleep(0)


class _Session(SMTP):
    """One connection.

    peer   its address
    busy   a mail is being received, or worked on
    ended  it was told good-bye
    """

    line_length_limit = _LONGEST_LINE

    def __init__(self, relay: Relay) -> None:
        self._relay, self.peer, self.busy, self.ended = relay, "", False, False
        settings = relay.settings
        super().__init__(
            _Handler(relay),
            data_size_limit=settings.max_bytes,
            hostname=settings.hostname,
            ident=_IDENT,
            tls_context=settings.tls,
            require_starttls=settings.require_tls,
            timeout=_IDLE_SECONDS,
            loop=relay._loop,
        )

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        relay = self._relay
        super().connection_made(transport)
        if self in relay.sessions:
            return  # the same one, by TLS from now on
        relay.sessions.add(self)
        peer = transport.get_extra_info("peername")
        self.peer = str(peer[0]) if peer else ""
        if not relay.settings.lets(self.peer):
            _log.warning("relay refused a peer", peer=self.peer)
            self.end(_FOREIGN)
        elif relay.stopping:
            self.end()
        elif relay.crowded(self.peer):
            _log.warning("relay has too many connections", peer=self.peer)
            self.end(_BUSY)

    def connection_lost(self, error: Exception | None) -> None:
        self._relay.sessions.discard(self)
        super().connection_lost(error)

    def end(self, reply: Reply = _STOPPING) -> None:
        """Says good-bye, and hangs up."""
        transport: Any = self.transport
        if transport is not None and not transport.is_closing() and not self.ended:
            self.ended = True
            transport.write(f"{reply}\r\n".encode())
            transport.close()
            handler = self._handler_coroutine
            if handler is not None:
                handler.cancel()

    async def smtp_DATA(self, arg: str) -> None:
        if self._relay.stopping:
            self.end()
            return
        self.busy = True
        try:
            await super().smtp_DATA(arg)
        finally:
            self.busy = False
        if self._relay.stopping:
            self.end()


class _Handler:
    """What the library asks."""

    def __init__(self, relay: Relay) -> None:
        self._relay = relay

    async def handle_MAIL(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if self._relay.stopping:
            return str(_STOPPING)
        # The library takes an empty sender for none at all.
        envelope.mail_from = address or _NOBODY
        envelope.mail_options.extend(options)
        return "250 2.1.0 OK"

    async def handle_RCPT(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        relay = self._relay
        if not relay.settings.is_for(address):
            _log.warning("relay refused a recipient")
            return str(_NO_RELAY)
        if len(envelope.rcpt_tos) >= relay.settings.max_recipients:
            return str(_TOO_MANY)
        reply = await relay.asking.reply(_sender(envelope), address)
        if reply.taken:
            envelope.rcpt_tos.append(address)
            return "250 2.1.5 OK"
        return str(reply)

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        content = envelope.original_content or b""
        mail = Received(sender=_sender(envelope), recipients=tuple(envelope.rcpt_tos), content=content)
        return str(await self._worked(lambda: self._relay.take(mail)))

    async def handle_exception(self, error: Exception) -> str:
        _log.error("relay failed", error=type(error).__name__)
        return str(OWN_FAILURE)

    async def _worked(self, work: Callable[[], Reply]) -> Reply:
        """In a thread of its own; whatever goes wrong there is our failure, and the sender keeps the mail."""
        try:
            return await asyncio.get_running_loop().run_in_executor(self._relay.workers, work)
        except Exception as error:
            # Its text may quote the mail.
            _log.error("a mail could not be taken", error=type(error).__name__)
            return OWN_FAILURE


def _sender(envelope: Envelope) -> str:
    return "" if envelope.mail_from in (None, _NOBODY) else str(envelope.mail_from)
