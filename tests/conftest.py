"""What all tests share: only loopback is reached, work is done in memory, and there is a PostgreSQL server."""

import gc
import getpass
import ipaddress
import os
import shutil
import socket
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from uuid import uuid4

import psycopg
import pytest
import structlog

_NAMED = os.environ.get("ZHIDU_TEST_POSTGRES")
_USUAL = f"postgresql://{getpass.getuser()}@127.0.0.1:5432/test"

_NEVER_RESOLVED = (".invalid", ".example", ".test")
_OWN_NAMES = frozenset({"", "localhost", socket.gethostname()})


class NetworkRefused(RuntimeError):
    """A test tried to leave the machine. No OSError, so that no code under test takes it for a broken connection."""


def _guard(event: str, arguments: tuple[Any, ...]) -> None:
    """The audit hook: refuses connections to other machines and questions about their names."""
    if event in ("socket.connect", "socket.sendto"):
        connection, address = arguments
        if connection.family in (socket.AF_INET, socket.AF_INET6) and not _is_loopback(address[0]):
            raise NetworkRefused(f"tests stay on loopback; this one wanted {address[0]}:{address[1]}")
    elif event == "socket.getaddrinfo":
        host = arguments[0]
        _refuse_foreign(host.decode() if isinstance(host, bytes) else host or "")


def _refuse_foreign(name: str) -> None:
    if name in _OWN_NAMES or name.endswith(".localhost") or _address(name) is not None:
        return
    if name.endswith(_NEVER_RESOLVED):
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")
    raise NetworkRefused(f"tests stay on loopback; this one asked for {name}")


def _address(host: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    try:
        return ipaddress.ip_address(host)
    except ValueError:
        return None


def _is_loopback(host: str) -> bool:
    address = _address(host)
    return host in _OWN_NAMES if address is None else address.is_loopback


sys.addaudithook(_guard)


_MEMORY = Path("/dev/shm")  # noqa: S108 - what is put there belongs to the run
_ROOM = 2 << 30


def _work_in_memory() -> None:
    """Temporary files go to memory, where there is room and no other place was named.

    Thousands of small databases are made, and each of their commits waits for the disk. What tests look at, a process
    that is killed, loses nothing of what it had written either way.
    """
    if "TMPDIR" in os.environ or not _MEMORY.is_mount() or not os.access(_MEMORY, os.W_OK):
        return
    free = os.statvfs(_MEMORY)
    if free.f_bavail * free.f_frsize >= _ROOM:
        os.environ["TMPDIR"] = str(_MEMORY)
        tempfile.tempdir = None


_work_in_memory()

# Thousands of tests and a policy live as long as the run: to look for garbage among them seldom is enough.
gc.set_threshold(100_000, 20, 100)


def _answers(url: str) -> bool:
    try:
        with psycopg.connect(url, connect_timeout=3) as connection:
            return connection.info.server_version >= 150000
    except psycopg.OperationalError:
        return False


def _free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


def _programs() -> Path | None:
    """The newest PostgreSQL's programs, where one of 15 or newer is installed."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/pg_ctl"), key=lambda path: int(path.parts[-3]))
    return found[-1].parent if found and int(found[-1].parts[-3]) >= 15 else None


def _as_postgres(*command: str | Path) -> None:
    """Runs a program that refuses to be run by root."""
    user = ("runuser", "-u", "postgres", "--") if os.geteuid() == 0 else ()
    subprocess.run([*user, *map(str, command)], check=True, stdout=subprocess.DEVNULL, cwd="/tmp")  # noqa: S603, S108


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[str]:
    """The URL of a PostgreSQL server (15+) in which databases may be made; skips where there is none to be had.

    The one that ZHIDU_TEST_POSTGRES names; else one of this run's own, which waits for no disk, if the programs are
    installed; else what answers on 127.0.0.1:5432.
    """
    programs = _programs()
    if _NAMED is None and programs is not None:
        with _started(programs) as url:
            yield url
        return
    url = _NAMED or _USUAL
    if not _answers(url):
        missing = "NO POSTGRESQL: nothing answers where one is named or usual, and none of 15 or newer is installed"
        if "ZHIDU_TEST_POSTGRES_REQUIRED" in os.environ:
            pytest.fail(missing)
        pytest.skip(missing)
    yield url


@contextmanager
def _started(programs: Path) -> Iterator[str]:
    folder = Path(tempfile.mkdtemp(prefix="zhidu-postgres-"))
    port = _free_port()
    try:
        if os.geteuid() == 0:
            shutil.chown(folder, "postgres")
        _as_postgres(programs / "initdb", "-D", folder / "data", "-U", "postgres", "-A", "trust", "--no-sync")
        options = f"-p {port} -k {folder} -c listen_addresses=127.0.0.1 -c fsync=off -c full_page_writes=off"
        _as_postgres(programs / "pg_ctl", "-D", folder / "data", "-l", folder / "log", "-o", options, "-w", "start")
        yield f"postgresql://postgres@127.0.0.1:{port}/postgres"
    finally:
        if (folder / "data" / "postmaster.pid").exists():
            _as_postgres(programs / "pg_ctl", "-D", folder / "data", "-m", "immediate", "-w", "stop")
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def postgres_database(postgres_server: str) -> Iterator[str]:
    """The URL of a database of this run's own."""
    name = f"zhidu_test_{uuid4().hex[:12]}"
    with psycopg.connect(postgres_server, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}")
    try:
        yield f"{postgres_server.rpartition('/')[0]}/{name}"
    finally:
        with psycopg.connect(postgres_server, autocommit=True) as connection:
            connection.execute(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture(scope="session")
def new_postgres_schema(postgres_database: str) -> Callable[[], str]:
    """Makes an empty schema and gives its SQLAlchemy URL; all are gone with the run's database."""

    def make() -> str:
        name = f"s_{uuid4().hex[:12]}"
        with psycopg.connect(postgres_database, autocommit=True) as connection:
            connection.execute(f"CREATE SCHEMA {name}")
        address = postgres_database.replace("postgresql://", "postgresql+psycopg://")
        return f"{address}?options=-csearch_path%3D{name}"

    return make


@pytest.fixture
def postgres_url(new_postgres_schema: Callable[[], str]) -> str:
    """The SQLAlchemy URL of an empty schema."""
    return new_postgres_schema()


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--update-golden", action="store_true", help="write the golden files anew")


@pytest.fixture(scope="session")
def update_golden(request: pytest.FixtureRequest) -> bool:
    """Whether golden files are written instead of only compared."""
    return bool(request.config.getoption("--update-golden"))


@pytest.fixture(autouse=True)
def plain_logs() -> None:
    """Logs as lines on standard output, whatever an earlier test made of them.

    The library's own default draws tracebacks with every local variable: slow, and full of what tests invent.
    """
    structlog.reset_defaults()
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.format_exc_info,
            structlog.processors.KeyValueRenderer(),
        ]
    )
