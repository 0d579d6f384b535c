"""Mail servers on free ports that answer as they are told."""

import asyncio
import ssl
import subprocess
import threading
from dataclasses import dataclass, field
from datetime import UTC, datetime

import pytest
from aiosmtpd.smtp import SMTP, AuthResult

NOW = datetime(2026, 11, 24, 7, 0, tzinfo=UTC)


@dataclass
class Script:
    """What a server answers at each step; it keeps what it takes."""

    mail: str = "250 OK"
    rcpt: str = "250 OK"
    data: str = "250 OK"
    drop_at: str = ""
    taken: list = field(default_factory=list)
    envelopes: list = field(default_factory=list)
    transports: list = field(default_factory=list)

    async def handle_MAIL(self, server, session, envelope, address, options):
        if self.mail.startswith("250"):
            envelope.mail_from = address
        return self._step(server, "mail", self.mail)

    async def handle_RCPT(self, server, session, envelope, address, options):
        if self.rcpt.startswith("250"):
            envelope.rcpt_tos.append(address)
        return self._step(server, "rcpt", self.rcpt)

    async def handle_DATA(self, server, session, envelope):
        if self.data.startswith("250"):
            self.taken.append(envelope.original_content)
            self.envelopes.append((envelope.mail_from, envelope.rcpt_tos))
        return self._step(server, "data", self.data)

    def _step(self, server, name, answer):
        if self.drop_at == name:
            server.transport.abort()
        return answer


class Running:
    """One mail server in a thread with a loop of its own."""

    def __init__(self, script, *, listener_tls=None, **options):
        self.script = script
        self._loop = asyncio.new_event_loop()
        self._server = self._loop.run_until_complete(
            self._loop.create_server(
                lambda: SMTP(script, loop=self._loop, hostname="mail.test", **options), "127.0.0.1", 0, ssl=listener_tls
            )
        )
        self.port = self._server.sockets[0].getsockname()[1]
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()

    def stop(self):
        asyncio.run_coroutine_threadsafe(self._end(), self._loop).result(10)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(10)
        self._loop.close()

    async def _end(self):
        self._server.close()
        await self._server.wait_closed()
        others = [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]
        for task in others:
            task.cancel()
        await asyncio.gather(*others, return_exceptions=True)
        await asyncio.sleep(0)


@pytest.fixture
def mail_server():
    """Starts mail servers; keywords go to the script, `tls`, `listener_tls`, `login` to the server."""
    running = []

    def start(*, starttls=None, listener_tls=None, login=None, **script):
        options = {}
        if starttls is not None:
            options |= {"tls_context": starttls}
        if login is not None:

            def authenticate(server, session, envelope, mechanism, data):
                right = (data.login, data.password) == tuple(part.encode() for part in login)
                return AuthResult(success=right, handled=False)

            options |= {"authenticator": authenticate, "auth_required": True, "auth_require_tls": listener_tls is None}
        running.append(Running(Script(**script), listener_tls=listener_tls, **options))
        return running[-1]

    yield start
    for server in running:
        server.stop()


@pytest.fixture(scope="session")
def certificate(tmp_path_factory):
    """A certificate for localhost that nobody has signed: (certificate, key)."""
    folder = tmp_path_factory.mktemp("tls")
    certificate, key = folder / "certificate.pem", folder / "key.pem"
    command = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=localhost"]
    command += ["-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1", "-keyout", str(key), "-out", str(certificate)]
    subprocess.run(command, check=True, capture_output=True)  # noqa: S603 - fixed words
    return certificate, key


@pytest.fixture
def server_tls(certificate):
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(*certificate)
    return context
