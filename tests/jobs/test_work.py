"""Workers, the timetable, the watchdog and the post: they stop when told to, and one failure stops nothing else."""

import itertools
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from integrations.notify.mail import Mail, Permanent, Transient
from integrations.store.errors import StoreUnavailable
from integrations.store.records import ClockRow, ClockStatus, EntryStatus, Message, MessageStatus, Work
from integrations.store.store import Store, open_store
from jobs.drain import Workers
from jobs.outcomes import Outcome
from jobs.post import Post
from jobs.schedule import Schedule, Tick
from jobs.sweep import Sweep, recompute_provisional
from jobs.watchdog import Watchdog
from policies.kernel.evaluate import RuleTimeout
from tests.prepared import migrated

NOW = datetime(2026, 5, 6, 1, 0, tzinfo=UTC)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    ids = itertools.count()
    with open_store(
        migrated(tmp_path / "z.db"), now=lambda: NOW, jitter=lambda: 0.0, new_id=lambda: f"n{next(ids)}"
    ) as opened:
        yield opened


class Seen:
    """Processes by finishing; remembers the tickets, and can be told to hold one until released."""

    def __init__(self, store: Store) -> None:
        self.store, self.tickets = store, list[int]()
        self.hold, self.holding = threading.Event(), threading.Event()
        self.hold.set()

    def __call__(self, work: Work) -> Outcome:
        self.holding.set()
        self.hold.wait(10)
        self.tickets.append(work.ticket_id)
        self.store.inbox.done(work)
        return Outcome.SAME


def until(condition: Any, seconds: float = 10.0) -> bool:
    """Whether the condition comes true; asks again as soon as a worker may have moved."""
    waited = threading.Event()
    for _ in range(int(seconds / 0.01)):
        if condition():
            return True
        waited.wait(0.01)
    return False


def test_workers_take_what_waits_and_what_comes(store: Store) -> None:
    seen = Seen(store)
    workers = Workers(store=store, process=seen, name="w", count=2, idle_for=30)
    store.inbox.enqueue_all((1, 2, 3), "manual")
    workers.start()
    try:
        assert until(lambda: sorted(seen.tickets) == [1, 2, 3])
        store.inbox.enqueue(4, "manual")
        workers.wake()
        assert until(lambda: 4 in seen.tickets)
    finally:
        workers.stop()


def test_stopping_finishes_the_ticket_at_hand_and_gives_back_the_rest(store: Store) -> None:
    seen = Seen(store)
    seen.hold.clear()
    workers = Workers(store=store, process=seen, name="w", count=1, batch=3)
    store.inbox.enqueue_all((1, 2, 3), "manual")
    workers.start()
    assert seen.holding.wait(10)
    stopper = threading.Thread(target=workers.stop)
    stopper.start()
    assert until(lambda: workers._stopping)
    seen.hold.set()
    stopper.join(10)

    assert len(seen.tickets) == 1
    assert store.inbox.depth().waiting == 2
    assert store.inbox.depth().working == 0


def test_a_store_that_is_away_does_not_end_the_workers(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    seen, claim, failures = Seen(store), store.inbox.claim, iter((True, False))

    def shaky(*args: Any) -> list[Work]:
        if next(failures, False):
            raise StoreUnavailable("the store is away")
        return claim(*args)

    monkeypatch.setattr(store.inbox, "claim", shaky)
    workers = Workers(store=store, process=seen, name="w", count=1, idle_for=0.01)
    store.inbox.enqueue(1, "manual")
    workers.start()
    try:
        assert until(lambda: seen.tickets == [1])
    finally:
        workers.stop()


def test_work_that_cannot_be_finished_is_left_to_its_lease(store: Store) -> None:
    def process(work: Work) -> Outcome:
        raise StoreUnavailable("the store is away")

    workers = Workers(store=store, process=process, name="w", count=1, idle_for=0.01)
    store.inbox.enqueue(1, "manual")
    workers.start()
    assert until(lambda: store.inbox.depth().working == 1)
    workers.stop()

    assert len(store.inbox.list(EntryStatus.WORKING)) == 1


def test_the_timetable_runs_its_jobs_and_survives_one_that_fails() -> None:
    ran, failed = threading.Event(), threading.Event()

    def fails() -> None:
        failed.set()
        raise RuntimeError("a bad round")

    schedule = Schedule({"good": ran.set, "bad": fails}, (Tick(name="bad", every=0.01), Tick(name="good", every=0.01)))
    schedule.start()
    try:
        assert failed.wait(10)
        assert ran.wait(10)
        ran.clear()
        assert ran.wait(10)
    finally:
        schedule.stop()


HALF = {
    # row                      how far the start came
    "its thread runs": True,
    "it has no thread": False,
}


@pytest.mark.parametrize("thread_runs", HALF.values(), ids=HALF)
def test_a_timetable_that_half_started_is_shut_down(thread_runs: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    ran = threading.Event()
    schedule = Schedule({"job": ran.set}, (Tick(name="job", every=0.01),))
    before, start = set(threading.enumerate()), threading.Thread.start

    def stumble(self: threading.Thread) -> None:
        if self.name != "APScheduler":
            start(self)
            return
        if thread_runs:
            start(self)
            assert ran.wait(10)
        raise RuntimeError("can't start new thread")

    with monkeypatch.context() as patched:
        patched.setattr(threading.Thread, "start", stumble)
        with pytest.raises(RuntimeError, match="can't start new thread"):
            schedule.start()

    assert until(lambda: set(threading.enumerate()) <= before)
    ran.clear()
    assert not ran.wait(0.1)


def test_a_timetable_that_names_no_job_is_refused() -> None:
    with pytest.raises(ValueError, match=r"names swep; the jobs are sweep"):
        Schedule({"sweep": lambda: None}, (Tick(name="swep", every=1),))


def test_the_watchdog_stops_what_never_ends() -> None:
    def forever() -> None:
        while True:
            pass

    with pytest.raises(RuleTimeout), Watchdog(0.05).watching():
        forever()


def test_the_watchdog_leaves_alone_what_ends() -> None:
    with Watchdog(30).watching():
        total = sum(range(1000))

    assert total == 499_500


def clock(ticket: int, *, provisional: bool = False, next_at: datetime = NOW) -> ClockRow:
    return ClockRow(
        name="resolve", run=f"r{ticket}", clause="2.1.3", started_at=NOW, due_at=NOW + timedelta(days=3),
        next_at=next_at, status=ClockStatus.RUNNING, provisional=provisional,
    )  # fmt: skip


def test_the_sweep_enqueues_what_is_due_once(store: Store) -> None:
    woken: list[bool] = []
    store.clocks.replace(1, (clock(1),))
    store.clocks.replace(2, (clock(2, next_at=NOW + timedelta(minutes=1)),))
    sweep = Sweep(store=store, now=lambda: NOW, wake=lambda: woken.append(True))

    assert (sweep.run(), sweep.run()) == (1, 1)
    assert [entry.ticket_id for entry in store.inbox.list(EntryStatus.WAITING)] == [1]
    assert woken == [True, True]


def test_provisional_deadlines_are_counted_again_once_the_data_has_come(store: Store) -> None:
    store.clocks.replace(1, (clock(1, provisional=True),))
    store.clocks.replace(2, (clock(2),))

    assert [recompute_provisional(store, years) for years in ("2024-2026", "2024-2026", "2024-2027")] == [1, 0, 1]
    assert [entry.reason for entry in store.inbox.list(EntryStatus.WAITING)] == ["calendar"]


class Counted:
    """A meter that only remembers mails."""

    def __init__(self) -> None:
        self.mails: list[str] = []

    def mailed(self, outcome: str) -> None:
        self.mails.append(outcome)

    def died(self, queue: str) -> None:
        self.mails.append(f"dead {queue}")


class Postbox:
    """A mail server that fails as told."""

    def __init__(self, *errors: Exception | None) -> None:
        self.errors, self.sent = list(errors), list[Mail]()

    def send(self, mail: Mail) -> None:
        error = self.errors.pop(0) if self.errors else None
        if error is not None:
            raise error
        self.sent.append(mail)


MAILS: dict[str, tuple[tuple[Exception | None, ...], MessageStatus, list[str]]] = {
    # row                  the server          the message after      counted
    "goes": ((None,), MessageStatus.SENT, ["sent"]),
    "comes again": ((Transient("busy"),), MessageStatus.WAITING, ["retried"]),
    "is given up": ((Permanent("no such user"),), MessageStatus.DEAD, ["dead", "dead outbox"]),
}


@pytest.mark.parametrize(("errors", "status", "counted"), MAILS.values(), ids=MAILS)
def test_a_message(
    store: Store, errors: tuple[Exception | None, ...], status: MessageStatus, counted: list[str]
) -> None:
    store.outbox.put(Message(key="k", kind="mail", to="sup@example.com", subject="s", body="b"))
    meter = Counted()

    Post(store=store, mailer=Postbox(*errors), meter=meter).run()  # type: ignore[arg-type]

    assert store.outbox.show("k").status is status
    assert meter.mails == counted


def test_without_a_mail_server_messages_wait(store: Store) -> None:
    store.outbox.put(Message(key="k", kind="mail", to="sup@example.com", subject="s", body="b"))

    assert Post(store=store, mailer=None, meter=Counted()).run() == 0  # type: ignore[arg-type]
    assert store.outbox.show("k").status is MessageStatus.WAITING
