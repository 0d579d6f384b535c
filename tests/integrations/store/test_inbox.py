"""The inbox: durable, each delivery once, one worker per ticket, back-off, dead letters, replay."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from integrations.store.errors import NotFound, Refused, StoreUnavailable
from integrations.store.records import Accepted, Delivery, EntryStatus, Work
from integrations.store.store import Store

LEASE = timedelta(minutes=2)
Make = Callable[..., Delivery]


def claim(store: Store, limit: int = 10) -> list[Work]:
    return store.inbox.claim("w", limit, LEASE)


def only(works: list[Work]) -> Work:
    assert len(works) == 1
    return works[0]


def test_a_delivery_is_kept_as_it_was_given(store: Store, delivery: Make) -> None:
    given = delivery("a")

    assert store.inbox.accept(given) is Accepted.NEW

    entry = store.inbox.list(EntryStatus.WAITING)[0]
    assert entry.delivery == given
    assert (entry.reason, entry.attempts, entry.due_at) == ("delivery", 0, given.received_at)
    assert store.inbox.show(entry.id) == entry


def test_absent_values_stay_absent(store: Store, delivery: Make) -> None:
    bare = replace(
        delivery("a"), updated_at=None, updated_by_id=None, article_count=None, article_id=None, article_by_id=None
    )

    store.inbox.accept(bare)

    assert store.inbox.list(EntryStatus.WAITING)[0].delivery == bare


def test_an_id_is_accepted_once_even_after_it_was_worked_on(store: Store, delivery: Make) -> None:
    assert store.inbox.accept(delivery("a")) is Accepted.NEW
    assert store.inbox.accept(delivery("a")) is Accepted.DUPLICATE

    assert store.inbox.done(only(claim(store)))

    assert store.inbox.accept(delivery("a")) is Accepted.DUPLICATE
    assert claim(store) == []


REFUSED = {
    "no id": {"delivery_id": ""},
    "id with a NUL": {"delivery_id": "a\x00"},
    "very long trigger": {"trigger": "x" * 501},
    "ticket beyond 64 bits": {"ticket_id": 2**63},
    "negative article": {"article_id": -1},
    "time without a zone": {"received_at": datetime(2026, 9, 28)},  # noqa: DTZ001 - what is refused
}


@pytest.mark.parametrize("change", REFUSED.values(), ids=REFUSED)
def test_what_no_database_holds_is_refused(store: Store, delivery: Make, change: dict[str, object]) -> None:
    with pytest.raises(Refused):
        store.inbox.accept(replace(delivery("a"), **change))  # type: ignore[arg-type]

    assert store.inbox.depth().waiting == 0


def test_a_claim_is_one_ticket_with_all_that_waits_for_it(store: Store, delivery: Make) -> None:
    store.inbox.accept(delivery("a", 1))
    store.inbox.accept(delivery("b", 2))
    store.inbox.accept(delivery("c", 1))
    store.inbox.enqueue(1, "due")

    first, second = claim(store)

    assert (first.ticket_id, second.ticket_id) == (1, 2)
    assert [delivery.delivery_id for delivery in first.deliveries] == ["a", "c"]
    assert first.reasons == ("delivery", "due")
    assert first.attempt == 1


def test_a_ticket_that_is_worked_on_cannot_be_claimed(store: Store, delivery: Make) -> None:
    store.inbox.accept(delivery("a"))
    work = only(claim(store))
    store.inbox.accept(delivery("b"))

    assert claim(store) == []
    assert store.inbox.done(work)

    assert [d.delivery_id for d in only(claim(store)).deliveries] == ["b"]


def test_the_limit_counts_tickets(store: Store, delivery: Make) -> None:
    for number in range(40):
        store.inbox.accept(delivery(f"hot {number}", 1))
    for ticket in range(2, 6):
        store.inbox.accept(delivery(f"cold {ticket}", ticket))

    works = claim(store, limit=3)

    assert [work.ticket_id for work in works] == [1, 2, 3]
    assert [len(work.entries) for work in works] == [40, 1, 1]


def test_a_lease_that_ran_out_is_another_workers(store: Store, clock, delivery: Make) -> None:
    store.inbox.accept(delivery("a"))
    stale = only(claim(store))

    clock.advance(minutes=2)
    fresh = only(claim(store))

    assert fresh.attempt == 2
    for late in (store.inbox.done, store.inbox.release):
        assert late(stale) is False
    for late_failure in (store.inbox.retry, store.inbox.fail):
        assert late_failure(stale, "late") is False
    assert store.inbox.renew(stale, LEASE) is False
    assert store.inbox.depth().working == 1
    assert store.inbox.done(fresh)


def test_a_late_answer_counts_while_nobody_else_has_the_ticket(store: Store, clock, delivery: Make) -> None:
    store.inbox.accept(delivery("a"))
    work = only(claim(store))
    clock.advance(hours=1)

    assert store.inbox.done(work)
    assert claim(store) == []


def test_a_renewed_lease_holds(store: Store, clock, delivery: Make) -> None:
    store.inbox.accept(delivery("a"))
    work = only(claim(store))
    clock.advance(minutes=1)
    assert store.inbox.renew(work, LEASE)
    clock.advance(minutes=1, seconds=59)

    assert claim(store) == []


def test_back_off_grows_then_a_person_must_see_it(store: Store, clock, delivery: Make) -> None:
    """first 10 s, cap 60 s, four attempts, jitter 0: half of 10, 20, 40."""
    store.inbox.accept(delivery("a"))

    for attempt, seconds in enumerate((5, 10, 20), start=1):
        work = only(claim(store))
        assert work.attempt == attempt
        assert store.inbox.retry(work, f"failure {attempt}")
        clock.advance(seconds=seconds, milliseconds=-1)
        assert claim(store) == []
        clock.advance(milliseconds=1)
    assert store.inbox.depth().failing == 1
    assert store.inbox.retry(only(claim(store)), "failure 4")

    dead = store.inbox.list(EntryStatus.DEAD)[0]
    assert (dead.attempts, dead.error, dead.finished_at) == (4, "failure 4", clock())
    assert store.inbox.depth().dead == 1


def test_what_arrives_during_the_back_off_waits_for_it(store: Store, clock, delivery: Make) -> None:
    store.inbox.accept(delivery("a"))
    store.inbox.retry(only(claim(store)), "down")
    store.inbox.accept(delivery("b"))

    assert claim(store) == []
    clock.advance(seconds=5)

    assert len(only(claim(store)).entries) == 2


def test_a_dead_ticket_gets_a_fresh_start_from_the_next_delivery(store: Store, delivery: Make) -> None:
    store.inbox.accept(delivery("a"))
    store.inbox.fail(only(claim(store)), "the ticket cannot be read")
    store.inbox.accept(delivery("b"))

    work = only(claim(store))

    assert (work.attempt, [d.delivery_id for d in work.deliveries]) == (1, ["b"])


def test_replay_brings_dead_entries_back(store: Store, delivery: Make) -> None:
    for ticket in (1, 2, 3):
        store.inbox.accept(delivery(f"d{ticket}", ticket))
    for work in claim(store):
        store.inbox.fail(work, "no")
    newest = store.inbox.list(EntryStatus.DEAD)[0]

    assert store.inbox.replay(newest.id) == 1
    with pytest.raises(NotFound):
        store.inbox.replay(newest.id)
    assert store.inbox.replay() == 2

    assert sorted(work.ticket_id for work in claim(store)) == [1, 2, 3]


def test_a_worker_that_dies_again_and_again_uses_up_the_attempts(store: Store, clock, delivery: Make) -> None:
    store.inbox.accept(delivery("a"))
    for attempt in range(1, 5):
        assert only(claim(store)).attempt == attempt
        clock.advance(minutes=2)

    assert claim(store) == []
    assert store.inbox.list(EntryStatus.DEAD)[0].error == "the worker stopped without a word"


def test_a_release_does_not_count(store: Store, delivery: Make) -> None:
    store.inbox.accept(delivery("a"))
    assert store.inbox.release(only(claim(store)))

    assert only(claim(store)).attempt == 1


def test_enqueue_folds_into_the_one_that_waits(store: Store, clock) -> None:
    store.inbox.enqueue(1, "due", not_before=clock() + timedelta(hours=2))
    store.inbox.enqueue(1, "due", not_before=clock() + timedelta(hours=1))
    store.inbox.enqueue(1, "due", not_before=clock() + timedelta(hours=3))

    entry = store.inbox.list(EntryStatus.WAITING)[0]

    assert store.inbox.depth().waiting == 1
    assert entry.due_at == clock() + timedelta(hours=1)
    assert claim(store) == []
    clock.advance(hours=1)
    assert only(claim(store)).reasons == ("due",)


def test_enqueue_while_the_ticket_is_worked_on_waits_for_its_turn(store: Store) -> None:
    store.inbox.enqueue_all((1, 2, 1), "due")
    first, second = claim(store)
    store.inbox.enqueue(1, "due")
    store.inbox.done(first)
    store.inbox.done(second)

    assert only(claim(store)).ticket_id == 1


def test_only_what_is_due_is_taken(store: Store, clock, delivery: Make) -> None:
    store.inbox.accept(delivery("a", 1))
    store.inbox.enqueue(1, "again", not_before=clock() + timedelta(hours=1))

    assert only(claim(store)).reasons == ("delivery",)
    assert store.inbox.depth().waiting == 1


def test_enqueue_of_nothing_is_nothing(store: Store) -> None:
    store.inbox.enqueue_all((), "due")

    assert store.inbox.depth().waiting == 0


def test_deliveries_do_not_come_in_by_enqueue(store: Store) -> None:
    with pytest.raises(ValueError, match="accept"):
        store.inbox.enqueue(1, "delivery")


def test_depth_knows_the_oldest(store: Store, clock, delivery: Make) -> None:
    assert store.inbox.depth().oldest_at is None
    oldest = clock()
    store.inbox.accept(delivery("a", 1))
    clock.advance(minutes=5)
    store.inbox.accept(delivery("b", 2))

    assert store.inbox.depth().oldest_at == oldest
    store.inbox.retry(claim(store)[0], "down")

    depth = store.inbox.depth()
    assert (depth.waiting, depth.failing, depth.working, depth.oldest_at) == (1, 1, 1, oldest)


def test_purge_takes_done_entries_only(store: Store, clock, delivery: Make) -> None:
    for name, ticket in (("done", 1), ("dead", 2), ("waiting", 3)):
        store.inbox.accept(delivery(name, ticket))
    done, dead = claim(store, limit=2)
    store.inbox.done(done)
    store.inbox.fail(dead, "no")
    clock.advance(days=1)

    assert store.inbox.purge(clock()) == 1
    assert store.inbox.depth().dead == 1
    assert store.inbox.accept(delivery("done", 1)) is Accepted.NEW


def test_there_is_no_such_entry(store: Store) -> None:
    with pytest.raises(NotFound):
        store.inbox.show(1)


def test_errors_are_cut(store: Store, delivery: Make) -> None:
    store.inbox.accept(delivery("a"))
    store.inbox.fail(only(claim(store)), "x" * 9000)

    assert store.inbox.list(EntryStatus.DEAD)[0].error == "x" * 500


def test_a_closed_store_says_so(store: Store, delivery: Make) -> None:
    store.close()
    store.close()

    with pytest.raises(StoreUnavailable):
        store.inbox.accept(delivery("a"))
    with pytest.raises(StoreUnavailable):
        store.inbox.depth()


def test_times_come_back_in_utc(store: Store, delivery: Make) -> None:
    store.inbox.accept(delivery("a"))

    entry = store.inbox.list(EntryStatus.WAITING)[0]

    assert entry.received_at.tzinfo is UTC
