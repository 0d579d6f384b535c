"""An apply that dies after any of its requests, before or after it has recorded it, is made good by the next one."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from integrations.zammad.client import Client
from integrations.zammad.errors import ZammadError
from integrations.zammad.provision.record import Applied, Forgetful
from integrations.zammad.provision.wanted import ORDER
from integrations.zammad.sandbox import Fault, Sandbox, serve
from integrations.zammad.transport import Answer, Connection
from tests.integrations.zammad.provision.conftest import NEEDS, TOKEN, Place, needs_of, new_box


class Killed(BaseException):
    """The process is gone."""


class Dying(Client):
    """Is killed once so many requests that change something have been answered."""

    left = -1
    sent = 0

    def call(self, method: str, path: str, **rest: Any) -> Answer:
        answer = super().call(method, path, **rest)
        reads = rest["read"] if rest.get("read") is not None else method == "GET"
        if not reads:
            self.sent += 1
            self.left -= 1
            if self.left == 0:
                raise Killed
        return answer


class Unwritten(Forgetful):
    """A store that dies when so many objects have been recorded: after the helpdesk has the change."""

    left = -1

    def put(self, applied: Applied) -> None:
        self.left -= 1
        if self.left == 0:
            raise Killed
        super().put(applied)


class Intending(Forgetful):
    """A store that dies once an intention is kept: after the helpdesk has the change."""

    def put(self, applied: Applied) -> None:
        if any(one.intended for one in self.all()):
            raise Killed
        super().put(applied)


@contextmanager
def dying() -> Iterator[tuple[Place, Dying]]:
    box = new_box()
    with serve(box, deliver=False) as url, Dying(Connection(url=url, token=TOKEN), sleep=lambda _: None) as client:
        yield Place(box=box, url=url, client=client), client


def contents(box: Sandbox) -> dict[str, list[str]]:
    """Everything there is, without ids and times."""
    left_out = {"id", "created_at", "updated_at", "last_sync", "item_ids", "sorted_item_ids", "position"}
    tables = {kind: box.desk.table(kind) for kind in ORDER if kind not in ("object_manager_attributes", "users")}
    found = {
        kind: sorted(repr({key: value for key, value in row.items() if key not in left_out}) for row in table)
        for kind, table in tables.items()
    }
    return found | {
        "fields": sorted(f"{row['object']}.{row['name']} {row['to_create']}" for row in box.desk.attributes)
    }


@pytest.fixture(scope="module")
def whole() -> tuple[int, int, dict[str, list[str]]]:
    """How many requests an apply without interruption makes, how much it records, and what is there afterwards."""
    with dying() as (place, client):
        done = place.apply()
        return client.sent, len(done), contents(place.box)


def test_killed_after_each_request_in_turn(whole: tuple[int, int, dict[str, list[str]]]) -> None:
    requests, _, wanted = whole
    assert requests > 20
    for number in range(1, requests + 1):
        with dying() as (place, client):
            client.left = number
            with pytest.raises(Killed):
                place.apply()
            place.apply()
            assert place.changes() == [], number
            assert contents(place.box) == wanted, number
            assert client.sent <= requests + 1, number  # nothing is made twice; a migration may be asked for again


def test_killed_before_each_change_is_recorded(whole: tuple[int, int, dict[str, list[str]]]) -> None:
    _, changes, wanted = whole
    for number in range(1, changes, 4):
        with dying() as (place, _):
            record = Unwritten()
            record.left, place.record = number, record
            with pytest.raises(Killed):
                place.apply()
            place.apply()
            assert place.changes() == [], number
            assert contents(place.box) == wanted, number


def test_written_and_not_recorded_is_no_drift_whatever_is_needed_next(made: Place) -> None:
    """The process ends after Zammad has the change, and the modules need something else before the next apply."""
    record = Intending()
    for one in made.record.all():
        record.put(one)
    made.record = record
    made.needs = needs_of(NEEDS.replace("en: Take}", "en: Take it}"))
    with pytest.raises(Killed):
        made.apply()
    assert made.row("macros", "Take it")
    made.needs = needs_of(NEEDS.replace("en: Take}", "en: Take that}"))
    assert made.changes() == ["~ macros/take: name, perform"]
    assert made.plan().drifted == ()


def test_a_store_that_was_lost_finds_its_objects_again(made: Place) -> None:
    before = contents(made.box)
    made.record = Forgetful()
    assert made.changes() == []
    made.apply()
    assert contents(made.box) == before


@pytest.mark.parametrize("path", ["/object_manager_attributes$", "/macros$", "/templates$", "/webhooks$"])
def test_a_lost_answer_is_looked_after(place: Place, path: str) -> None:
    place.box.faults.add(Fault(kind="lost_answer", method="POST", path=path))
    place.apply()
    assert place.changes() == []


@pytest.mark.parametrize("path", ["/object_manager_attributes$", "_migrations", "/roles", "/overviews$"])
def test_an_outage_ends_it_and_the_next_goes_on(place: Place, path: str) -> None:
    place.box.faults.add(Fault(kind="error", method="POST", path=path, times=9))
    with pytest.raises(ZammadError):
        place.apply()
    place.box.faults.clear()
    place.apply()
    assert place.changes() == []
