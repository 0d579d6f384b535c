"""Batches of deliveries: each is answered for itself, whichever way the batch is written."""

from collections.abc import Callable

import pytest

from integrations.store.accepting import flush_to
from integrations.store.records import Accepted, Delivery
from integrations.store.store import Store

BATCHES = {
    # row: ids in one batch, which of them are new; "known" is in the store before
    "all are new": (("a", "b", "c"), "nnn"),
    "one is known": (("a", "known", "c"), "ndn"),
    "one comes twice": (("a", "b", "a"), "nnd"),
    "all are known": (("known", "known"), "dd"),
    "more than fit into one statement": (tuple(map(str, range(120))), "n" * 120),
    "one of many is known": ((*map(str, range(60)), "known", *map(str, range(60, 120))), "n" * 60 + "d" + "n" * 60),
}


@pytest.mark.parametrize(("ids", "wanted"), BATCHES.values(), ids=BATCHES)
def test_each_of_a_batch_is_answered(
    store: Store, delivery: Callable[..., Delivery], ids: tuple[str, ...], wanted: str
) -> None:
    store.inbox.accept(delivery(delivery_id="known"))

    answers = flush_to(store._database, [delivery(delivery_id=name) for name in ids])

    assert "".join("n" if answer is Accepted.NEW else "d" for answer in answers) == wanted
    assert store.inbox.depth().waiting == len({*ids, "known"})
