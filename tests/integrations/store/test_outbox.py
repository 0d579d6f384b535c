"""The outbox: each key once, tried again with back-off, dead letters for people to see."""

from datetime import timedelta

import pytest

from integrations.store.errors import NotFound
from integrations.store.records import Message, MessageStatus, Parcel
from integrations.store.store import Store

LEASE = timedelta(minutes=2)

MESSAGE = Message(
    key="42/escalate/1",
    kind="mail",
    to="supervisor@example.com",
    subject="工单 20042 已升级",
    body="请在两个工作小时内处理。",
    headers={"Importance": "high"},
)


def claim(store: Store, limit: int = 10) -> list[Parcel]:
    return store.outbox.claim("w", limit, LEASE)


def test_a_message_comes_back_as_it_was_put(store: Store, clock) -> None:
    assert store.outbox.put(MESSAGE)

    record = store.outbox.show(MESSAGE.key)

    assert (record.message, record.status, record.attempts) == (MESSAGE, MessageStatus.WAITING, 0)
    assert (record.created_at, record.due_at, record.sent_at) == (clock(), clock(), None)


def test_a_key_is_put_once_even_after_it_was_sent(store: Store, clock) -> None:
    assert store.outbox.put(MESSAGE)
    assert not store.outbox.put(MESSAGE)
    (parcel,) = claim(store)
    assert parcel.message == MESSAGE
    assert claim(store) == []
    assert store.outbox.sent(parcel)

    assert not store.outbox.put(MESSAGE)
    assert claim(store) == []
    assert store.outbox.list(MessageStatus.SENT)[0].sent_at == clock()


def test_messages_go_in_order_and_not_before_their_time(store: Store, clock) -> None:
    for key, hours in (("c", 2), ("a", 0), ("b", 1)):
        store.outbox.put(
            Message(key=key, kind="mail", to="a@b.c", subject="s", body="b"),
            not_before=clock() + timedelta(hours=hours),
        )

    assert [parcel.message.key for parcel in claim(store)] == ["a"]
    clock.advance(hours=2)
    assert [parcel.message.key for parcel in claim(store, limit=2)] == ["a", "b"]


def test_a_sender_that_lost_its_lease_has_no_effect(store: Store, clock) -> None:
    store.outbox.put(MESSAGE)
    (stale,) = claim(store)
    clock.advance(minutes=2)
    (fresh,) = claim(store)

    assert fresh.attempt == 2
    assert not store.outbox.sent(stale)
    assert not store.outbox.retry(stale, "late")
    assert not store.outbox.fail(stale, "late")
    assert not store.outbox.release(stale)
    assert store.outbox.sent(fresh)


def test_back_off_then_dead_then_replayed(store: Store, clock) -> None:
    store.outbox.put(MESSAGE)
    for seconds in (5, 10, 20):
        (parcel,) = claim(store)
        assert store.outbox.retry(parcel, "mail server: 451")
        clock.advance(seconds=seconds, milliseconds=-1)
        assert claim(store) == []
        clock.advance(milliseconds=1)
    (last,) = claim(store)
    assert store.outbox.retry(last, "mail server: 451")

    assert [(r.attempts, r.error) for r in store.outbox.list(MessageStatus.DEAD)] == [(4, "mail server: 451")]
    assert store.outbox.depth().dead == 1
    assert store.outbox.replay(MESSAGE.key) == 1
    assert claim(store)[0].attempt == 1


def test_a_sender_that_dies_again_and_again_uses_up_the_attempts(store: Store, clock) -> None:
    store.outbox.put(MESSAGE)
    for attempt in range(1, 5):
        assert claim(store)[0].attempt == attempt
        clock.advance(minutes=2)

    assert claim(store) == []
    assert store.outbox.show(MESSAGE.key).error == "the sender stopped without a word"


def test_a_release_does_not_count(store: Store) -> None:
    store.outbox.put(MESSAGE)
    store.outbox.release(claim(store)[0])

    assert claim(store)[0].attempt == 1


def test_replay_of_all_dead_ones(store: Store) -> None:
    for key in "ab":
        store.outbox.put(Message(key=key, kind="mail", to="a@b.c", subject="s", body="b"))
    for parcel in claim(store):
        store.outbox.fail(parcel, "no such address")

    assert store.outbox.replay() == 2
    assert store.outbox.replay() == 0
    with pytest.raises(NotFound):
        store.outbox.replay("a")


def test_depth_and_purge(store: Store, clock) -> None:
    start = clock()
    for key in "abc":
        store.outbox.put(Message(key=key, kind="mail", to="a@b.c", subject="s", body="b"))
    first, second = claim(store, limit=2)
    store.outbox.sent(first)
    store.outbox.retry(second, "451")

    depth = store.outbox.depth()
    assert (depth.waiting, depth.failing, depth.working, depth.dead) == (2, 1, 0, 0)
    assert depth.oldest_at == start
    clock.advance(days=1)
    assert store.outbox.purge(clock()) == 1
    with pytest.raises(NotFound):
        store.outbox.show("a")
