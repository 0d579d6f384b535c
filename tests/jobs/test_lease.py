"""What a dead worker held comes back when its lease has ended, and not before."""

import itertools
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from integrations.store.store import open_store
from jobs.drain import LEASE, Workers
from jobs.outcomes import Outcome
from tests.prepared import migrated

START = datetime(2026, 5, 6, 1, 0, tzinfo=UTC)


@pytest.mark.parametrize("lease", [timedelta(minutes=2), LEASE], ids=["as configured", "usual"])
def test_a_ticket_is_free_again_after_the_lease(tmp_path: Path, lease: timedelta) -> None:
    now, ids = [START], itertools.count()
    with open_store(
        migrated(tmp_path / "z.db"), now=lambda: now[0], jitter=lambda: 0.0, new_id=lambda: f"n{next(ids)}"
    ) as store:
        store.inbox.enqueue(42, "manual")
        dies = Workers(store=store, process=lambda work: Outcome.SAME, name="w", lease=lease)
        assert dies.drain() == 1

        now[0] = START + lease - timedelta(seconds=1)
        assert store.inbox.claim("next", 1, lease) == []
        now[0] = START + lease + timedelta(seconds=1)
        assert [work.ticket_id for work in store.inbox.claim("next", 1, lease)] == [42]
