"""After a change of policy every open case is looked at again, some at a time."""

import itertools
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from integrations.store.records import ClockRow, ClockStatus
from integrations.store.store import Store, open_store
from jobs.relook import Relook
from tests.prepared import migrated

NOW = datetime(2026, 5, 6, 1, 0, tzinfo=UTC)
OPEN = ClockRow(
    name="acknowledge",
    run="1",
    clause="4.3.2",
    started_at=NOW,
    due_at=NOW + timedelta(hours=1),
    next_at=NOW,
    status=ClockStatus.RUNNING,
)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    ids = itertools.count()
    with open_store(
        migrated(tmp_path / "z.db"), now=lambda: NOW, jitter=lambda: 0.0, new_id=lambda: f"n{next(ids)}"
    ) as opened:
        for ticket in range(1, 6):
            opened.clocks.replace(ticket, (OPEN, replace(OPEN, name="resolve")))
        opened.clocks.replace(9, (replace(OPEN, status=ClockStatus.MET, next_at=None),))
        yield opened


def test_each_open_case_is_looked_at_once_for_each_policy(store: Store) -> None:
    digest, woken = "first", []
    relook = Relook(store=store, policy=lambda: digest, wake=lambda: woken.append(1), batch=2)

    assert [relook.run() for _ in range(2)] == [0, 0]
    digest = "second"
    assert [relook.run() for _ in range(5)] == [2, 2, 1, 0, 0]

    assert len(woken) == 3
    works = store.inbox.claim("w", 10, timedelta(minutes=5))
    assert sorted((work.ticket_id, work.reasons) for work in works) == [(n, ("policy",)) for n in range(1, 6)]


def test_another_policy_in_the_middle_begins_anew(store: Store) -> None:
    digest = "first"
    relook = Relook(store=store, policy=lambda: digest, wake=lambda: None, batch=3)
    relook.run()
    digest = "second"
    relook.run()
    digest = "third"

    assert [relook.run() for _ in range(3)] == [3, 2, 0]
