"""What an administrator sets up: read, made, changed, removed; and the pause after a migration of fields."""

from collections.abc import Callable
from typing import Any

import pytest

from integrations.zammad.client import Client
from integrations.zammad.errors import NotFound, Refused, Transient
from integrations.zammad.objects import migrate

Connect = Callable[..., Client]

GROUP = {"id": 3, "name": "Complaints::Major", "active": True, "parent_id": 2}


def test_all_are_read(connect: Connect, scripted: Any, reply: Any) -> None:
    scripted.answer = lambda seen: reply(
        json=[{"id": id, "name": f"macro {id}"} for id in _page_of(seen.path, total=230)]
    )
    macros = connect().objects("macros")

    assert [macro.id for macro in macros.list()] == list(range(1, 231))
    assert len(scripted.seen) == 3
    assert macros.named("macro 217").id == 217  # type: ignore[union-attr]
    assert macros.named("macro") is None


def _page_of(path: str, total: int) -> range:
    number = int(path.rpartition("&page=")[2])
    return range((number - 1) * 100 + 1, min(number * 100, total) + 1)


def test_one_by_one(connect: Connect, scripted: Any, reply: Any) -> None:
    scripted.does(reply(json=GROUP), reply(status=201, json=GROUP), reply(json=GROUP), reply(json={}))
    groups = connect().objects("groups")

    read = groups.read(3)
    made = groups.create({"name_last": "Major", "parent_id": 2})
    groups.update(3, {"note": None})
    groups.delete(3)

    assert (read.id, made.name, made.active, made.custom("parent_id")) == (3, "Complaints::Major", True, 2)
    assert [f"{seen.method} {seen.path}" for seen in scripted.seen] == [
        "GET /api/v1/groups/3",
        "POST /api/v1/groups",
        "PUT /api/v1/groups/3",
        "DELETE /api/v1/groups/3",
    ]
    assert [seen.json for seen in scripted.seen[1:3]] == [{"name_last": "Major", "parent_id": 2}, {"note": None}]


def test_what_cannot_be_done_says_why(connect: Connect, scripted: Any, reply: Any) -> None:
    client = connect()
    scripted.does(
        reply(status=422, json={"error": "Can't delete, object has references."}),
        reply(status=404, json={"error": "This page doesn't exist."}),
    )

    with pytest.raises(Refused, match="object has references"):
        client.objects("groups").delete(2)
    with pytest.raises(NotFound):
        client.objects("roles").delete(4)


def _migration(reply: Any, outage: range) -> Callable[[Any], Any]:
    """Answers the migration, then `version`, but for the requests of the outage."""
    asked = iter(range(10_000))

    def answer(seen: Any) -> Any:
        if seen.method == "POST":
            return reply(json={})
        return reply(misdeed="reset") if next(asked) in outage else reply(json={"version": "6.5.0"})

    return answer


def _migrate(client: Client, clock: Any, **limits: float) -> float:
    began = clock.now
    migrate(client, sleep=clock.sleep, monotonic=clock.monotonic, **limits)
    return float(clock.now - began)


def test_a_migration_waits_for_the_interface_to_be_back(
    connect: Connect, scripted: Any, reply: Any, clock: Any
) -> None:
    """A column is added: three seconds later the interface is gone, and some seconds after it is back."""
    scripted.answer = _migration(reply, outage=range(6, 26))

    took = _migrate(connect(), clock)

    assert scripted.seen[0].path.endswith("/object_manager_attributes_execute_migrations")
    assert 6 < took < 40
    assert len(scripted.seen) == 1 + 26 + 1


def test_a_migration_without_an_outage(connect: Connect, scripted: Any, reply: Any, clock: Any) -> None:
    """Only options were added: nothing is restarted, and a few seconds of peace are proof enough."""
    scripted.answer = _migration(reply, outage=range(0))

    assert _migrate(connect(), clock, quiet=8.0) == 8.0


def test_a_helpdesk_that_does_not_come_back(connect: Connect, scripted: Any, reply: Any, clock: Any) -> None:
    scripted.answer = _migration(reply, outage=range(2, 10_000))

    with pytest.raises(Transient):
        _migrate(connect(), clock, within=60.0)

    assert 60 <= clock.now - 1000 < 70
