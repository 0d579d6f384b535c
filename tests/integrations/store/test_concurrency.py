"""Many threads and several stores at once: each delivery once, each ticket by one worker at a time."""

import itertools
import threading
import time
from collections import Counter
from collections.abc import Callable
from datetime import timedelta

from integrations.store.records import Accepted, Delivery, EntryStatus
from integrations.store.store import Store

LEASE = timedelta(minutes=2)
Make = Callable[..., Delivery]


def run(*jobs: Callable[[], None]) -> None:
    """Runs `jobs` in threads that start together; raises what the first of them raised."""
    together = threading.Barrier(len(jobs))
    errors: list[BaseException] = []

    def one(job: Callable[[], None]) -> None:
        together.wait()
        try:
            job()
        except BaseException as error:
            errors.append(error)

    threads = [threading.Thread(target=one, args=(job,)) for job in jobs]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if errors:
        raise errors[0]


def test_each_delivery_is_new_for_one_caller_only(store: Store, opened: Callable[[], Store], delivery: Make) -> None:
    """The same 60 deliveries by six threads of two processes, each in an order of its own."""
    stores = (store, opened())
    answers: list[tuple[str, Accepted]] = []

    def accept(turn: int) -> None:
        for number in range(60):
            name = f"d{(number * 7 + turn * 11) % 60}"
            answers.append((name, stores[turn % 2].inbox.accept(delivery(name, number))))

    run(*(lambda turn=turn: accept(turn) for turn in range(6)))

    new = Counter(name for name, answer in answers if answer is Accepted.NEW)
    assert new == Counter(f"d{number}" for number in range(60))
    assert store.inbox.depth().waiting == 60


def test_a_ticket_has_one_worker_at_a_time(store: Store, opened: Callable[[], Store], delivery: Make) -> None:
    """300 deliveries on 12 tickets, six workers on three stores, while further deliveries arrive."""
    stores = (store, opened(), opened())
    at_work: set[int] = set()
    handled: list[str] = []
    guard = threading.Lock()
    total = 300
    numbers = itertools.count()
    give_up_at = time.monotonic() + 60

    def send() -> None:
        for number in range(total // 2):
            store.inbox.accept(delivery(f"d{next(numbers)}", number % 12))

    def work(mine: Store) -> None:
        while len(handled) < total:
            assert time.monotonic() < give_up_at
            for item in mine.inbox.claim("w", 2, LEASE):
                with guard:
                    assert item.ticket_id not in at_work
                    at_work.add(item.ticket_id)
                time.sleep(0)
                with guard:
                    at_work.remove(item.ticket_id)
                    handled.extend(given.delivery_id for given in item.deliveries)
                assert mine.inbox.done(item)

    run(send, send, *(lambda mine=mine: work(mine) for mine in stores * 2))

    assert sorted(handled) == sorted(f"d{number}" for number in range(total))
    assert store.inbox.depth().waiting == store.inbox.depth().working == 0


def test_claims_at_the_same_instant_share_the_tickets_out(
    store: Store, opened: Callable[[], Store], delivery: Make
) -> None:
    stores = (store, opened(), opened(), opened())
    for ticket in range(40):
        store.inbox.accept(delivery(f"d{ticket}", ticket))
    claimed: list[int] = []

    def claim(mine: Store) -> None:
        claimed.extend(work.ticket_id for work in mine.inbox.claim("w", 5, LEASE))

    run(*(lambda mine=mine: claim(mine) for mine in stores))

    assert len(claimed) == len(set(claimed))
    assert len(store.inbox.list(EntryStatus.WORKING)) == len(claimed) > 0


def test_one_sender_for_each_message(store: Store, opened: Callable[[], Store]) -> None:
    from integrations.store.records import Message

    stores = (store, opened(), opened())
    for number in range(60):
        store.outbox.put(Message(key=str(number), kind="mail", to="a@b.c", subject="s", body="b"))
    sent: list[str] = []

    def send(mine: Store) -> None:
        while parcels := mine.outbox.claim("w", 7, LEASE):
            for parcel in parcels:
                sent.append(parcel.message.key)
                assert mine.outbox.sent(parcel)

    run(*(lambda mine=mine: send(mine) for mine in stores))

    assert sorted(sent, key=int) == [str(number) for number in range(60)]


def test_two_who_enqueue_the_same_fold_into_one(store: Store, opened: Callable[[], Store]) -> None:
    stores = (store, opened(), opened())

    def enqueue(mine: Store) -> None:
        for _ in range(10):
            mine.inbox.enqueue_all((3, 1, 2), "due")

    run(*(lambda mine=mine: enqueue(mine) for mine in stores))

    assert store.inbox.depth().waiting == 3


def test_two_who_migrate_at_once_both_succeed(opened: Callable[[], Store]) -> None:
    stores = [opened() for _ in range(3)]

    run(*(mine.migrate for mine in stores))

    assert {mine.revision() for mine in stores} == {stores[0].health().head}
