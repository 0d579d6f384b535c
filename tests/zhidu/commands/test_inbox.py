"""`zhidu inbox`: what waits, failed and is dead; dead ones are made to wait again."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from integrations.store.records import Delivery
from integrations.store.store import Store

AT = datetime(2026, 5, 6, 1, 0, tzinfo=UTC)
LEASE = timedelta(minutes=5)


def delivered(store: Store, ticket: int) -> None:
    store.inbox.accept(
        Delivery(
            delivery_id=f"delivery-{ticket}",
            ticket_id=ticket,
            trigger="zhidu: update",
            updated_at=AT,
            updated_by_id=5,
            article_count=2,
            article_id=9,
            article_by_id=5,
            digest="sha1=0",
            received_at=AT,
        )
    )


def fill(store: Store) -> None:
    """Ticket 1 is done, 2 dead, 3 failed once, 4 is being worked on, 5 waits."""
    for ticket in (1, 2, 3):
        delivered(store, ticket)
    first, second, third = store.inbox.claim("w", 3, LEASE)
    store.inbox.done(first)
    store.inbox.fail(second, "Refused: the service user has no access to group 7")
    store.inbox.retry(third, "no answer within the time allowed")
    store.inbox.enqueue(4, "due")
    store.inbox.claim("w", 1, LEASE)
    delivered(store, 5)


LISTS = {
    # row             words                          tickets, in order
    "what is open": ([], [2, 4, 3, 5]),
    "by name": (["list"], [2, 4, 3, 5]),
    "waiting": (["list", "--status", "waiting"], [3, 5]),
    "failed": (["list", "--status", "failed"], [3]),
    "worked on": (["list", "--status", "working"], [4]),
    "dead": (["list", "--status", "dead"], [2]),
    "done": (["list", "--status", "done"], [1]),
    "a few": (["list", "--status", "waiting", "--limit", "1"], [3]),
}


@pytest.mark.parametrize(("words", "tickets"), LISTS.values(), ids=LISTS)
def test_list(words: list[str], tickets: list[int], run, folder: Path, store: Store) -> None:
    fill(store)

    status, out, _ = run("--config", folder, "--json", "inbox", *words)
    shown = run("--config", folder, "inbox", *words)[1].splitlines()

    assert status == 0
    assert [entry["ticket"] for entry in json.loads(out)] == tickets
    assert [int(line.split()[1]) for line in shown[1:-1]] == tickets
    assert shown[-1].endswith("2 waiting (1 failed before), 1 being worked on, 1 dead")


def test_what_is_kept_of_an_entry(run, folder: Path, store: Store) -> None:
    """Ids, times, attempts and the error."""
    fill(store)

    answer = json.loads(run("--config", folder, "inbox", "list", "--status", "dead", "--json")[1])

    assert answer == [
        {
            "id": 2,
            "ticket": 2,
            "reason": "delivery",
            "status": "dead",
            "attempts": 1,
            "error": "Refused: the service user has no access to group 7",
            "received_at": AT.isoformat(),
            "due_at": AT.isoformat(),
            "finished_at": answer[0]["finished_at"],
            "delivery": {"id": "delivery-2", "trigger": "zhidu: update"},
        }
    ]


def test_show(run, folder: Path, store: Store) -> None:
    fill(store)
    status, out, _ = run("--config", folder, "inbox", "show", 3)
    assert status == 0
    assert "status     failed" in out
    assert "received   2026-05-06T09:00:00+08:00" in out
    assert "error      no answer within the time allowed" in out
    assert json.loads(run("--config", folder, "--json", "inbox", "show", 3)[1])["status"] == "failed"
    assert "reason     due" in run("--config", folder, "inbox", "show", 4)[1]


REPLAYS = {
    # row             words          exit status  said                            dead after
    "one": (["2"], 0, "1 waiting again", 0),
    "all": (["--all"], 0, "1 waiting again", 0),
    "not dead": (["3"], 1, "no dead entry 3", 1),
    "unknown": (["99"], 1, "no dead entry 99", 1),
    "none named": ([], 2, "name one dead entry by its ID, or all", 1),
    "both": (["2", "--all"], 2, "name one dead entry by its ID, or all", 1),
}


@pytest.mark.parametrize(("words", "status", "said", "dead"), REPLAYS.values(), ids=REPLAYS)
def test_replay(words: list[str], status: int, said: str, dead: int, run, folder: Path, store: Store) -> None:
    fill(store)
    ended, out, err = run("--config", folder, "inbox", "replay", *words)
    assert ended == status
    assert said in out + err
    assert store.inbox.depth().dead == dead


def test_replay_for_machines(run, folder: Path, store: Store) -> None:
    fill(store)
    assert json.loads(run("--config", folder, "inbox", "replay", "--all", "--json")[1]) == {"replayed": 1}
    assert json.loads(run("--config", folder, "inbox", "replay", "--all", "--json")[1]) == {"replayed": 0}


def test_an_unknown_entry(run, folder: Path, store: Store) -> None:
    assert run("--config", folder, "inbox", "show", 7)[::2] == (1, "inbox: no entry 7\n")
