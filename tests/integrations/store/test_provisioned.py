"""What was made in the helpdesk is known again; a lock has one holder, and outlives nobody who died."""

from dataclasses import replace
from datetime import timedelta

import pytest

from integrations.store.provisioned import ProvisionedRow
from integrations.store.store import Store
from tests.integrations.store.conftest import HandClock

MACRO = ProvisionedRow(
    kind="macros", key="take_over", object_id=7, retired=False, fields={"name": "接手", "perform": {"a": [1, None]}}
)


def test_what_was_written_last_is_known(store: Store) -> None:
    other = replace(MACRO, key="ask", object_id=8)
    store.provisioned.put(MACRO)
    store.provisioned.put(other)
    store.provisioned.put(replace(MACRO, retired=True, fields={}))
    assert [replace(row, at=None) for row in store.provisioned.all()] == [
        other,
        replace(MACRO, retired=True, fields={}),
    ]
    assert all(row.at is not None for row in store.provisioned.all())
    store.provisioned.forget("macros", "ask")
    assert [row.key for row in store.provisioned.all()] == ["take_over"]


HOUR = timedelta(hours=1)
TURNS = {
    # row                      who first, how long  the clock goes on   who second   gets it
    "a second one is refused": ("one", HOUR, timedelta(0), "two", False),
    "the same one goes on": ("one", HOUR, timedelta(0), "one", True),
    "who died has lost it": ("one", HOUR, HOUR, "two", True),
    "before that, not": ("one", HOUR, HOUR - timedelta(seconds=1), "two", False),
}


@pytest.mark.parametrize(("first", "within", "passed", "second", "gets"), TURNS.values(), ids=TURNS)
def test_one_holder(
    store: Store, clock: HandClock, first: str, within: timedelta, passed: timedelta, second: str, gets: bool
) -> None:
    assert store.locks.take("provision", first, within) is None
    clock.advance(seconds=passed.total_seconds())
    held = store.locks.take("provision", second, within)
    assert (held is None) is gets
    if held is not None:
        assert held.holder == first


def test_a_lock_given_back_is_free_and_another_s_is_not_given_back(store: Store) -> None:
    store.locks.take("provision", "one", HOUR)
    store.locks.give_back("provision", "two")
    assert store.locks.take("provision", "two", HOUR) is not None
    store.locks.give_back("provision", "one")
    assert store.locks.take("provision", "two", HOUR) is None
    assert store.locks.take("other", "one", HOUR) is None
