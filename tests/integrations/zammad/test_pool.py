"""One client a thread, and none left open."""

import gc
import threading
import weakref
from typing import Any

import pytest

from integrations.zammad.client import Client
from integrations.zammad.pool import ClientPool
from integrations.zammad.transport import Connection


@pytest.fixture
def pool(scripted: Any, reply: Any, token: str) -> Any:
    scripted.does(reply(json={"version": "6.5.0"}))
    pool = ClientPool(Connection(url=scripted.url, token=token))
    yield pool
    pool.close()


def test_a_thread_keeps_its_client(pool: ClientPool, scripted: Any) -> None:
    for _ in range(3):
        pool.client().version()

    assert pool.client() is pool.client()
    assert len({seen.peer for seen in scripted.seen}) == 1


def test_threads_do_not_share(pool: ClientPool, scripted: Any) -> None:
    clients: list[Client] = []
    together = threading.Barrier(4)

    def work() -> None:
        clients.append(pool.client())
        pool.client().version()
        together.wait()

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len({id(client) for client in clients}) == 4
    assert len({seen.peer for seen in scripted.seen}) == 4


def test_the_client_of_a_thread_that_ended_goes(pool: ClientPool) -> None:
    """zammad-py alone would keep every session until the process ends."""
    left: list[weakref.ref[object]] = []

    def work() -> None:
        pool.client().version()
        left.extend((weakref.ref(pool.client()), weakref.ref(pool.client()._api.session)))

    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    gc.collect()

    assert [reference() for reference in left] == [None, None]


def test_a_closed_pool_gives_no_clients(pool: ClientPool) -> None:
    pool.client().version()
    pool.close()
    pool.close()

    with pytest.raises(RuntimeError, match="closed"):
        pool.client()


def test_its_repr_shows_no_token(pool: ClientPool, token: str, scripted: Any) -> None:
    assert repr(pool) == f"ClientPool({scripted.url})"
    assert token not in repr(vars(pool))


def test_attempts_of_all_threads_are_counted(scripted: Any, reply: Any, token: str) -> None:
    scripted.does(reply(json={"version": "6.5.0"}))
    counted: list[str] = []
    pool = ClientPool(
        Connection(url=scripted.url, token=token), on_call=lambda method, path, status, seconds: counted.append(path)
    )
    thread = threading.Thread(target=lambda: pool.client().version())
    thread.start()
    thread.join()
    pool.client().version()
    pool.close()

    assert counted == ["version", "version"]
