"""kill -9: what was accepted is there, what was half done is not, and a dead worker's tickets come back."""

import signal
import sqlite3
import subprocess
import sys
import textwrap
from collections.abc import Callable
from datetime import timedelta

import pytest

from integrations.store.records import EntryStatus
from integrations.store.store import Store

# Eight threads accept as fast as they can and say each id only once `accept` has returned. `kind` chooses what else
# goes on in the process when it dies.
WRITER = textwrap.dedent(
    """
    import itertools, sys, threading
    from datetime import UTC, datetime, timedelta
    from integrations.store.records import Delivery
    from integrations.store.store import open_store

    NOW = datetime(2026, 9, 28, 8, 0, tzinfo=UTC)
    store = open_store(sys.argv[1], now=lambda: NOW, jitter=lambda: 0.0, new_id=lambda: "dead")
    numbers = itertools.count()
    said = threading.Lock()

    def accept():
        while True:
            number = next(numbers)
            store.inbox.accept(
                Delivery(
                    delivery_id=f"d{number}", ticket_id=number % 50, trigger="t", updated_at=NOW, updated_by_id=1,
                    article_count=1, article_id=None, article_by_id=None, digest="x", received_at=NOW,
                )
            )
            with said:
                print(f"d{number}", flush=True)

    def claim():
        while True:
            for work in store.inbox.claim("doomed", 5, timedelta(minutes=2)):
                with store.unit() as unit:
                    unit.cursors.put("half", str(work.ticket_id))
                    unit.inbox.done(work)

    for target in [accept] * 8 + [claim] * (sys.argv[2] == "busy"):
        threading.Thread(target=target, daemon=True).start()
    threading.Event().wait()
    """
)


def write_and_die(url: str, kind: str, after: int) -> list[str]:
    """The ids that the process had said when it was killed."""
    command = [sys.executable, "-c", WRITER, url, kind]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:  # noqa: S603 - the text above
        assert process.stdout is not None
        said = [process.stdout.readline().strip() for _ in range(after)]
        process.send_signal(signal.SIGKILL)
        # What it had already said into the pipe counts as well; a line cut short does not.
        said += [line.strip() for line in process.stdout.read().splitlines(keepends=True) if line.endswith("\n")]
    assert process.returncode == -signal.SIGKILL
    return said


KILLS = {"at the first": ("idle", 1), "while workers work": ("busy", 150)}


@pytest.mark.parametrize(("kind", "after"), KILLS.values(), ids=KILLS)
def test_nothing_accepted_is_lost(store: Store, store_url: str, kind: str, after: int) -> None:
    said = write_and_die(store_url, kind, after)

    kept = {
        entry.delivery.delivery_id
        for status in EntryStatus
        for entry in store.inbox.list(status, limit=100_000)
        if entry.delivery is not None
    }
    assert len(said) >= after
    assert kept >= set(said)


def test_a_dead_process_does_not_keep_its_tickets(store: Store, store_url: str, clock: Callable[[], object]) -> None:
    write_and_die(store_url, "busy", 100)
    held = {entry.ticket_id for entry in store.inbox.list(EntryStatus.WORKING, limit=100_000)}

    clock.advance(minutes=2)  # type: ignore[attr-defined]
    works = store.inbox.claim("w", 50, timedelta(minutes=2))

    assert held <= {work.ticket_id for work in works}
    for work in works:
        assert store.inbox.done(work)
    assert store.inbox.depth().working == 0


@pytest.mark.parametrize("store_url", ["sqlite"], indirect=True)
def test_the_file_is_sound_after_the_kill(store: Store, store_url: str) -> None:
    write_and_die(store_url, "busy", 200)

    with sqlite3.connect(store_url.removeprefix("sqlite:///")) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
    connection.close()
