"""Names are read once, again on a miss, and never twice for what is not there."""

import json
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from integrations.zammad.errors import Transient
from integrations.zammad.names import Names, UnknownName
from integrations.zammad.wire import ARTICLE, GROUP, PRIORITY, STATE, Article, Group, Priority, State

ROWS = (Path(__file__).parent / "recorded" / "answers.jsonl").read_text().splitlines()
ANSWERS = {f"{row['from']} {row['kind']}": json.dumps(row["json"]).encode() for row in map(json.loads, ROWS)}

STATES = STATE.many(ANSWERS["basics 5 state"])
PRIORITIES = PRIORITY.many(ANSWERS["basics 6 priority"])
GROUPS = GROUP.many(ANSWERS["provision 31 group"])
BY_TICKET = ARTICLE.many(ANSWERS["outgoing 10 article"])
BARE = [article.model_copy(update={"type": None, "sender": None}) for article in BY_TICKET]


class Desk:
    """Lists as recorded; counts what is read of it."""

    def __init__(self) -> None:
        self.lists: dict[str, list[Any]] = {"states": STATES, "priorities": PRIORITIES, "groups": GROUPS}
        self.reads: list[str] = []
        self.down = False

    def _read(self, name: str) -> list[Any]:
        self.reads.append(name)
        if self.down:
            raise Transient("down", status=503, method="GET", path=name)
        return self.lists[name]

    def states(self) -> list[State]:
        return self._read("states")

    def priorities(self) -> list[Priority]:
        return self._read("priorities")

    def groups(self) -> list[Group]:
        return self._read("groups")

    def articles(self, ticket_id: int) -> list[Article]:
        self.reads.append(f"articles of {ticket_id}")
        return BY_TICKET


@pytest.fixture
def desk() -> Desk:
    return Desk()


@pytest.fixture
def names(desk: Desk, clock: Any) -> Names:
    return Names(lambda: desk, monotonic=clock.monotonic)


LOOKUPS: dict[str, tuple[Callable[[Names], Any], Any]] = {
    "a state": (lambda names: names.state(3).name, "pending reminder"),
    "a priority": (lambda names: names.priority(3).name, "3 high"),
    "a nested group": (lambda names: names.group(3).name, "Complaints::Major"),
    "a nested group by name": (lambda names: names.group_named("Complaints::Major").id, 3),
    "all groups": (lambda names: [group.id for group in names.groups()], [1, 2, 3]),
    "all states": (lambda names: len(names.states()), len(STATES)),
}


@pytest.mark.parametrize(("look", "found"), LOOKUPS.values(), ids=LOOKUPS)
def test_lookups(names: Names, desk: Desk, look: Callable[[Names], Any], found: Any) -> None:
    assert look(names) == found
    assert look(names) == found
    assert desk.reads == ["states", "priorities", "groups"]


TYPES = {
    "new": "new",
    "open": "open",
    "pending reminder": "pending reminder",
    "pending close": "pending action",
    "closed": "closed",
    "merged": "merged",
}


@pytest.mark.parametrize(("state", "kind"), TYPES.items(), ids=TYPES)
def test_state_types_of_seeded_states(names: Names, state: str, kind: str) -> None:
    (found,) = [known for known in names.states() if known.name == state]
    assert names.state_type(found.id) == kind


def test_a_state_of_the_companys_own_has_a_type(names: Names, desk: Desk) -> None:
    """By Zammad's word where it gives it, else by the seeded state that shares the type's id."""
    waiting = State(id=20, name="等待部门", state_type_id=3)
    told = State(id=21, name="已办结", state_type_id=99, state_type="closed")
    strange = State(id=22, name="?", state_type_id=99)
    desk.lists["states"] = [*STATES, waiting, told, strange]

    assert names.state_type(20) == "pending reminder"
    assert names.state_type(21) == "closed"
    with pytest.raises(UnknownName, match="type of state"):
        names.state_type(22)


def test_a_new_group_is_found(names: Names, desk: Desk, clock: Any) -> None:
    names.group(1)
    desk.lists["groups"] = [*GROUPS, Group(id=9, name="理赔")]
    clock.now += 60

    assert names.group(9).name == "理赔"
    assert names.group_named("理赔").id == 9
    assert desk.reads.count("groups") == 2


def test_what_is_not_there_is_not_read_for_again_at_once(names: Names, desk: Desk, clock: Any) -> None:
    names.group(1)
    clock.now += 60

    for _ in range(5):
        with pytest.raises(UnknownName, match="group 77"):
            names.group(77)
        with pytest.raises(UnknownName, match="group 'urgent'"):
            names.group_named("urgent")

    assert desk.reads.count("groups") == 2


def test_a_renamed_group_is_noticed_in_time(names: Names, desk: Desk, clock: Any) -> None:
    names.group(2)
    desk.lists["groups"] = [Group(id=2, name="Complaints 2")]

    assert names.group(2).name == "Complaints"
    clock.now += 600

    assert names.group(2).name == "Complaints 2"


def test_old_names_are_better_than_none(names: Names, desk: Desk, clock: Any) -> None:
    """A helpdesk that is down for a moment stops nothing that is known, and is not asked at every look."""
    names.group(2)
    desk.down = True
    clock.now += 600

    assert [names.group(2).name for _ in range(5)] == ["Complaints"] * 5
    assert desk.reads.count("states") == 2
    desk.down = False
    clock.now += 30
    names.group(2)

    assert desk.reads.count("groups") == 2


def test_nothing_known_and_nothing_there(names: Names, desk: Desk) -> None:
    desk.down = True

    with pytest.raises(Transient):
        names.group(1)


def test_refreshing_on_purpose(names: Names, desk: Desk) -> None:
    names.group(1)
    names.refresh()

    assert desk.reads.count("groups") == 2


def test_types_and_senders_are_learnt_once(names: Names, desk: Desk) -> None:
    kinds = [(names.type_of(article), names.sender_of(article)) for article in BARE]

    assert kinds == [("web", "Customer"), ("email", "System"), ("email", "Agent"), ("email", "Agent")]
    assert desk.reads == ["articles of 2"]


def test_names_that_come_along_cost_nothing(names: Names, desk: Desk) -> None:
    assert names.type_of(BY_TICKET[0]) == "web"
    names.learn(BY_TICKET)

    assert names.type_of(BARE[1]) == "email"
    assert names.sender_of(BARE[1]) == "System"
    assert desk.reads == []


def test_a_type_nobody_knows(names: Names) -> None:
    with pytest.raises(UnknownName, match="article type 99"):
        names.type_of(BARE[0].model_copy(update={"type_id": 99}))


def test_many_threads_read_once(names: Names, desk: Desk) -> None:
    """Those who come while the lists are being read wait for them."""
    found: list[str] = []
    coming = threading.Semaphore(0)

    def look() -> None:
        coming.release()
        found.append(names.group(3).name)

    def wait_for_all() -> list[State]:
        for _ in range(8):
            coming.acquire(timeout=10)
        return STATES

    desk.states = wait_for_all  # type: ignore[method-assign]
    threads = [threading.Thread(target=look) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert found == ["Complaints::Major"] * 8
    assert desk.reads.count("groups") == 1
