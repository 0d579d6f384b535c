"""6.1.1 what came in through the gate is known again, and finds its ticket."""

from datetime import timedelta

from integrations.store.gate import GateCounts
from integrations.store.store import Store


def take(store: Store, identity: str, mark: str = "m", way: str = "mail"):
    return store.gate.take(identity=identity, message_mark=mark, content_mark="c", way=way)


def test_the_very_same_one_is_one(store: Store) -> None:
    first = take(store, "a")
    again = take(store, "a", mark="other")
    assert (first.new, again.new) == (True, False)
    assert (again.id, again.message_mark) == (first.id, "m")


def test_recipients_add_up(store: Store) -> None:
    one = take(store, "a")
    store.gate.sealed(one.id, 12)
    store.gate.forwarded(one.id, {"x"})
    store.gate.forwarded(one.id, {"y", "x"})
    known = take(store, "a")
    assert (known.record_id, known.forwarded, known.forwarded_at is None) == (12, {"x", "y"}, False)


def test_those_that_wait_are_found_by_their_message_oldest_first(store: Store) -> None:
    first, other, second = take(store, "a"), take(store, "b", mark="n"), take(store, "c")
    assert [one.id for one in store.gate.unbound(["m"])] == [first.id, second.id]
    store.gate.bound(first.id, ticket_id=42, article_id=900, number="21042")
    assert [one.id for one in store.gate.unbound(["m", "n"])] == [other.id, second.id]
    assert store.gate.unbound([]) == ()
    assert store.gate.of_article([900, 901]) == {900}
    bound = take(store, "a")
    assert (bound.ticket_id, bound.article_id, bound.number) == (42, 900, "21042")


def test_counted(store: Store) -> None:
    assert store.gate.counts() == GateCounts()
    first, second = take(store, "a"), take(store, "b", way="intake")
    store.gate.bound(second.id, ticket_id=1, article_id=2, number="3")
    counts = store.gate.counts()
    assert (counts.mails, counts.messages, counts.unbound) == (1, 1, 1)
    assert counts.oldest_at is not None
    assert abs(counts.oldest_at - first.taken_at) < timedelta(seconds=1)
