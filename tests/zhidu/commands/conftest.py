"""Commands as they are run: in this process, or as processes of their own on free ports."""

import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
import requests

from integrations.store.store import Store, open_store
from zhidu import compose, vaulting
from zhidu.cli import main
from zhidu.commands import stored

ROOT = Path(__file__).parents[3]
PROGRAM = (sys.executable, "-c", "import sys, zhidu.cli; sys.exit(zhidu.cli.main())")
ENVIRONMENT = {
    **{name: value for name, value in os.environ.items() if "proxy" not in name.lower()},
    "PYTHONPATH": str(ROOT),
    "ZAMMAD_TOKEN": "a-token-of-tests",
    "ZHIDU_WEBHOOK_SECRET": "a-secret-of-tests",
}
PATIENCE = 60.0


def new_store(url: str) -> Store:
    names = iter(range(1_000_000))
    return open_store(
        url, now=lambda: datetime.now(UTC), jitter=lambda: 0.0, new_id=lambda: f"{os.getpid()}-{next(names)}"
    )


@pytest.fixture(scope="session")
def migrated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("commands") / "zhidu.db"
    with new_store(f"sqlite:///{path}") as store:
        store.migrate()
    return path


@pytest.fixture
def folder(tmp_path: Path, migrated: Path) -> Path:
    """A configuration whose helpdesk is away, over an empty store."""
    config = tmp_path / "config"
    config.mkdir()
    (config / "zhidu.yaml").write_text(
        'helpdesk: {url: "http://127.0.0.1:1"}\nstore: {url: "sqlite:///zhidu.db"}\nhttp: {port: 1}\n', encoding="utf-8"
    )
    shutil.copy(migrated, config / "zhidu.db")
    return config


@pytest.fixture
def store(folder: Path) -> Iterator[Store]:
    """The store of `folder`, for what a service would have put there."""
    with new_store(f"sqlite:///{folder}/zhidu.db") as store:
        yield store


@pytest.fixture
def opened_store() -> Iterator[Callable[[str], Store]]:
    """Opens the store at a URL, as another process would."""
    stores: list[Store] = []

    def open_one(url: str) -> Store:
        stores.append(new_store(url))
        return stores[-1]

    yield open_one
    for store in stores:
        store.close()


Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Run:
    """Runs one command line here: exit status, standard output, standard error.

    A helpdesk that is away is asked as often as ever, but without waiting in between.
    """
    outside = replace(compose.real_outside(), sleep=lambda seconds: None)
    for module in (compose, stored, vaulting):
        monkeypatch.setattr(module, "real_outside", lambda: outside)
    for name in ("ZAMMAD_TOKEN", "ZHIDU_WEBHOOK_SECRET"):
        monkeypatch.setenv(name, ENVIRONMENT[name])

    def command(*words: object) -> tuple[int, str, str]:
        status = main([str(word) for word in words])
        return status, *capsys.readouterr()

    return command


class Running:
    """A command that runs as a process of its own."""

    def __init__(self, *words: object) -> None:
        self.process = subprocess.Popen(  # noqa: S603 – our own program
            [*PROGRAM, *map(str, words)], env=ENVIRONMENT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        )

    def line(self) -> str:
        """The next line of its standard output."""
        assert self.process.stdout is not None
        return self.process.stdout.readline()

    def until(self, holds: Callable[[], bool]) -> None:
        """Waits for a condition; fails when the process is gone, or patience is over."""
        ends = time.monotonic() + PATIENCE
        while not holds():
            assert self.process.poll() is None, self.process.communicate()[1]
            assert time.monotonic() < ends, "it did not come to pass"
            time.sleep(0.05)

    def answers(self, url: str) -> None:
        """Waits until something answers 200 there."""

        def there() -> bool:
            try:
                return requests.get(url, timeout=5).ok
            except requests.RequestException:
                return False

        self.until(there)

    def stop(self, by: signal.Signals = signal.SIGTERM) -> tuple[int, str, str]:
        """Tells it to stop: exit status, and what it has written since."""
        self.process.send_signal(by)
        out, err = self.process.communicate(timeout=PATIENCE)
        return self.process.returncode, out, err

    def end(self) -> None:
        if self.process.poll() is None:
            self.process.kill()
        self.process.communicate(timeout=PATIENCE)


Start = Callable[..., Running]


@pytest.fixture(scope="module")
def start() -> Iterator[Start]:
    """Starts commands; whatever is left of them at the end is ended."""
    begun: list[Running] = []

    def one(*words: object) -> Running:
        begun.append(Running(*words))
        return begun[-1]

    yield one
    for running in begun:
        running.end()


def free_port() -> int:
    """A port that nobody listened on a moment ago."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


@pytest.fixture(scope="module")
def port() -> int:
    return free_port()
