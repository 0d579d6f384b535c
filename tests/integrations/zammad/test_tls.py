"""Certificates are always checked; one that is not trusted is for a person, not for a repetition."""

import shutil
import ssl
import subprocess
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import pytest

from integrations.zammad.client import Client
from integrations.zammad.errors import Permanent, Transient
from integrations.zammad.transport import Connection

OPENSSL = shutil.which("openssl")


class _Version(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        body = b'{"version": "6.5.0"}'
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        pass


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A key and a certificate for 127.0.0.1 that nobody trusts by itself, in one file."""
    if OPENSSL is None:
        pytest.skip("openssl is needed to make a certificate")
    folder = tmp_path_factory.mktemp("tls")
    key, certificate = folder / "key.pem", folder / "certificate.pem"
    subject = ["-subj", "/CN=desk", "-addext", "subjectAltName=IP:127.0.0.1"]
    new = ["req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-keyout", str(key), "-out", str(certificate)]
    subprocess.run([OPENSSL, *new, *subject], check=True, capture_output=True)  # noqa: S603
    (folder / "both.pem").write_text(key.read_text() + certificate.read_text())
    return certificate


@pytest.fixture
def port(certificate: Path) -> Iterator[int]:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate.parent / "both.pem")

    class Server(HTTPServer):
        def handle_error(self, request: object, client_address: object) -> None:
            """A client that does not trust us breaks off."""

        def get_request(self) -> tuple[Any, Any]:
            connection, address = super().get_request()
            connection.settimeout(5)
            return context.wrap_socket(connection, server_side=True), address

    server = Server(("127.0.0.1", 0), _Version)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield server.server_port
    server.shutdown()
    thread.join()
    server.server_close()


def test_a_certificate_nobody_trusts(port: int, clock: Any) -> None:
    client = Client(Connection(url=f"https://127.0.0.1:{port}", token="t"), sleep=clock.sleep)

    with client, pytest.raises(Permanent, match="certificate is not trusted, or has expired"):
        client.version()

    assert clock.slept == []


def test_a_certificate_of_the_companys_own(port: int, certificate: Path) -> None:
    connection = Connection(url=f"https://127.0.0.1:{port}", token="t", ca_file=str(certificate))

    with Client(connection) as client:
        assert client.version() == "6.5.0"


def test_a_certificate_for_another_name(port: int, certificate: Path) -> None:
    connection = Connection(url=f"https://localhost:{port}", token="t", ca_file=str(certificate))

    with Client(connection) as client, pytest.raises(Permanent, match="certificate"):
        client.version()


def test_https_where_there_is_none(scripted: Any, clock: Any) -> None:
    url = scripted.url.replace("http://", "https://")

    with Client(Connection(url=url, token="t"), sleep=clock.sleep) as client, pytest.raises(Transient):
        client.version()
