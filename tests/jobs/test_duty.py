"""Who keeps the timetable: one at a time, however long a job runs, and another as soon as that one is gone."""

import threading
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from itertools import count
from pathlib import Path

import pytest

from integrations.store.errors import StoreUnavailable
from integrations.store.locks import Locks
from integrations.store.store import Store, open_store
from jobs.duty import Duty

LEASE = 1.5


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    ids = count()
    with open_store(
        f"sqlite:///{tmp_path}/z.db",
        now=lambda: datetime.now(UTC),
        jitter=lambda: 0.0,
        new_id=lambda: f"n{next(ids)}",
    ) as opened:
        opened.migrate()
        yield opened


def until(met: Callable[[], bool], seconds: float = 10.0) -> float:
    """Seconds after which it was so."""
    began = time.monotonic()
    while not met():
        assert time.monotonic() < began + seconds, "it never came"
        time.sleep(0.01)
    return time.monotonic() - began


@pytest.fixture
def two(store: Store) -> Iterator[tuple[Duty, Duty]]:
    first, second = (Duty(store, name, LEASE) for name in ("first", "second"))
    first.start()
    second.start()
    yield first, second
    first.stop()
    second.stop()


def test_a_job_longer_than_the_lease_runs_in_one(two: tuple[Duty, Duty]) -> None:
    first, second = two
    ended = time.monotonic() + 3 * LEASE
    began: list[str] = []

    def long() -> None:
        began.append("first")
        while time.monotonic() < ended:
            assert second.job(lambda: began.append("second"))() == 0
            time.sleep(0.02)

    first.job(long)()

    assert began == ["first"]
    assert (first.on, second.on) == (True, False)


def test_who_stops_hands_over_with_the_next_beat(two: tuple[Duty, Duty]) -> None:
    first, second = two
    first.stop()
    assert not first.on
    assert until(lambda: second.on) < LEASE


def test_who_is_gone_without_a_word_hands_over_when_the_lease_ends(store: Store) -> None:
    """Killed: it beats no more and gives nothing back."""
    killed, other = Duty(store, "killed", LEASE), Duty(store, "other", LEASE)
    killed.beat()
    other.start()
    try:
        assert (killed.on, other.on) == (True, False)
        assert until(lambda: other.on) >= LEASE / 2
        assert not killed.on
    finally:
        other.stop()


def test_who_cannot_reach_the_store_begins_nothing_after_its_lease(
    two: tuple[Duty, Duty], monkeypatch: pytest.MonkeyPatch
) -> None:
    """And goes on when it is back."""
    first, second = two

    def away(self: Locks, *asked: object) -> None:
        raise StoreUnavailable("the store is away")

    with monkeypatch.context() as patched:
        patched.setattr(Locks, "take", away)
        assert first.on
        until(lambda: not first.on)
        assert first.job(lambda: pytest.fail("it ran"))() == 0
    until(lambda: first.on or second.on)
    assert first.on is not second.on


def test_what_nobody_foresaw_does_not_end_the_beat(two: tuple[Duty, Duty], monkeypatch: pytest.MonkeyPatch) -> None:
    first, second = two
    met = threading.Event()

    def broken(self: Locks, *asked: object) -> None:
        met.set()
        raise RuntimeError("unforeseen")

    with monkeypatch.context() as patched:
        patched.setattr(Locks, "take", broken)
        assert met.wait(10)
        until(lambda: not first.on)
    until(lambda: first.on or second.on)


def test_a_store_that_is_away_at_the_start_is_told(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    def away(self: Locks, *asked: object) -> None:
        raise StoreUnavailable("the store is away")

    duty = Duty(store, "first", LEASE)
    monkeypatch.setattr(Locks, "take", away)
    with pytest.raises(StoreUnavailable):
        duty.start()
    duty.stop()
    assert not duty.on
