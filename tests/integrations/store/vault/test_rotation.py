"""Keys change: what lies under a retired one is sealed anew, bit by bit, and nothing is lost wherever that stops."""

import os
from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from sqlalchemy import select, update

from integrations.store.store import Store
from integrations.store.vault.records import Event, Origin, Original
from integrations.store.vault.tables import VAULT_DATA_KEYS, VAULT_PIECES
from integrations.store.vault.vault import Vault
from tests.integrations.store.vault.conftest import Open, ring, shown

COUNT = 5


class Stopped(Exception):
    """The process is gone."""


def origin(number: int) -> Origin:
    return Origin(ticket_id=number // 2, article_id=number, place="body", kind="bank_card")


def filled(vault: Vault) -> dict[int, bytes]:
    """Originals by record: two tickets with two, one with one."""
    contents = {number: f"card {number}".encode() for number in range(2, 2 + COUNT)}
    return {vault.seal(origin(number), Original(content=text)).id: text for number, text in contents.items()}


def by_key(vault: Vault) -> dict[str, int]:
    return dict(vault.rows.holdings(datetime.now(UTC)).by_key)


def test_what_is_retired_moves_and_what_is_not_stays(opened_by: Open) -> None:
    kept = filled(opened_by(ring("2026h1")))
    middle = opened_by(ring("2026h2", "2026h1"))
    stays = middle.seal(origin(90), Original(content=b"of the middle"))
    vault = opened_by(ring("2027h1", "2026h2", retired=("2026h1",)))

    done = [vault.reseal(2) for _ in range(4)]

    assert [(one.moved, one.left) for one in done] == [(2, 3), (2, 1), (1, 0), (0, 0)]
    assert by_key(vault) == {"2026h2": 1, "2027h1": COUNT}
    only_new = opened_by(ring("2027h1"))
    assert {id: shown(only_new, id).content for id in kept} == kept
    assert shown(vault, stays.id).content == b"of the middle"
    assert [line.what for line in vault.rows.log() if line.event is Event.RESEALED][:1] == ["2 under 2027h1, 3 left"]


def test_the_old_data_keys_are_gone_in_the_end(opened_by: Open, store: Store) -> None:
    filled(opened_by(ring("2026h1")))
    opened_by(ring("2026h2", retired=("2026h1",))).reseal(100)

    with store._database.read() as connection:
        assert set(connection.scalars(select(VAULT_DATA_KEYS.c.key_id))) == {"2026h2"}


def test_the_same_is_still_sealed_once_afterwards(opened_by: Open) -> None:
    kept = filled(opened_by(ring("2026h1")))
    vault = opened_by(ring("2026h2", retired=("2026h1",)))
    before = {record.id: record.token for record in vault.rows.records()}
    vault.reseal(100)

    assert {record.id: record.token for record in vault.rows.records()} == before
    again = vault.seal(origin(2), Original(content=b"card 2"))
    assert (again.new, again.id in kept) == (False, True)


class Failing:
    """Randomness that ends, as the process does, at the n-th time it is asked."""

    def __init__(self, at: int) -> None:
        self.left = at

    def __call__(self, count: int) -> bytes:
        if self.left == 0:
            raise Stopped
        self.left -= 1
        return os.urandom(count)


@pytest.mark.parametrize("step", range(12))
def test_stopped_after_any_step_it_goes_on(opened_by: Open, step: int) -> None:
    """Chance is asked for before each data key, its nonce, and each piece: that is every step there is."""
    kept = filled(opened_by(ring("2026h1")))
    keys = ring("2026h2", retired=("2026h1",))
    stopped = False
    try:
        opened_by(keys, random=Failing(step)).reseal(100)
    except Stopped:
        stopped = True

    assert stopped is (step < 3 * 2 + COUNT)
    vault = opened_by(keys)
    assert sum(by_key(vault).values()) == COUNT
    assert {id: shown(vault, id).content for id in kept} == kept
    while vault.reseal(1).left:
        pass
    assert by_key(vault) == {"2026h2": COUNT}
    assert {id: shown(vault, id).content for id in kept} == kept


class Gone:
    """A database whose writes fail from the n-th on, before or after their commit."""

    def __init__(self, database: object, at: int, after: bool) -> None:
        self._database, self._left, self._after = database, at, after

    def write(self):
        self._left -= 1
        return self._dying() if self._left < 0 else self._database.write()  # type: ignore[attr-defined]

    def read(self):
        return self._database.read()  # type: ignore[attr-defined]

    def _dying(self):
        from contextlib import contextmanager

        @contextmanager
        def dying():
            if self._after:
                with self._database.write() as connection:  # type: ignore[attr-defined]
                    yield connection
            raise Stopped

        return dying()


@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
@pytest.mark.parametrize("step", range(COUNT + 2))
def test_killed_around_any_commit_it_goes_on(opened_by: Open, store: Store, step: int, after: bool) -> None:
    kept = filled(opened_by(ring("2026h1")))
    vault = opened_by(ring("2026h2", retired=("2026h1",)))
    vault._originals._session = Gone(store._database, step, after)  # type: ignore[assignment]

    if step <= COUNT:
        with pytest.raises(Stopped):
            vault.reseal(100)
    else:
        vault.reseal(100)

    again = opened_by(ring("2026h2", retired=("2026h1",)))
    while again.reseal(2).left:
        pass
    assert by_key(again) == {"2026h2": COUNT}
    assert {id: shown(again, id).content for id in kept} == kept


def test_one_that_does_not_open_holds_up_no_other(opened_by: Open, store: Store) -> None:
    kept = filled(opened_by(ring("2026h1")))
    first = min(kept)
    with store._database.write() as connection:
        connection.execute(update(VAULT_PIECES).where(VAULT_PIECES.c.record_id == first).values(sealed=bytes(40)))
    vault = opened_by(ring("2026h2", retired=("2026h1",)))

    moved = [vault.reseal(1).moved for _ in range(COUNT)]

    assert moved == [0, *[1] * (COUNT - 1)]
    assert vault.reseal(1).left == 0
    assert by_key(vault) == {"2026h1": 1, "2026h2": COUNT - 1}
    assert dict(vault.rows.holdings(datetime.now(UTC)).faulty) == {"2026h1": 1}
    assert [record.finding.grave for record in store.findings.list(code="vault_tampered")] == [True]


def test_two_services_at_once_move_each_once(opened_by: Open) -> None:
    import threading

    kept = filled(opened_by(ring("2026h1")))
    vaults = [opened_by(ring("2026h2", retired=("2026h1",))) for _ in range(2)]
    moved: list[int] = []

    def run(work: Callable[[int], object]) -> None:
        moved.append(work(100).moved)  # type: ignore[attr-defined]

    threads = [threading.Thread(target=run, args=(vault.reseal,)) for vault in vaults]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sum(moved) == COUNT
    assert {id: shown(vaults[0], id).content for id in kept} == kept


def test_a_retired_key_that_is_missing_leaves_its_originals_named(opened_by: Open) -> None:
    kept = filled(opened_by(ring("2026h1")))
    vault = opened_by(ring("2026h2", missing=("2026h1",)))

    assert vault.reseal(100).moved == 0
    assert {record.id for record in vault.rows.unreadable("2026h1")} == set(kept)
