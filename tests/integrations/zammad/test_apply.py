"""Writing a plan: in which order, what was ignored, what somebody else did meanwhile."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from integrations.zammad import wire
from integrations.zammad.apply import Applied, apply
from integrations.zammad.client import Client
from integrations.zammad.errors import Transient
from integrations.zammad.plan import Plan
from integrations.zammad.pool import ClientPool
from integrations.zammad.sandbox import Sandbox, serve
from integrations.zammad.transport import Connection
from integrations.zammad.wire import OneRead, Ticket
from integrations.zammad.writes import ArticleWrite, TicketWrite
from policies.kernel.decisions import (
    Action,
    Assign,
    Note,
    Prioritise,
    Reply,
    Route,
    SetField,
    SetState,
    Tag,
    Untag,
    say,
)
from policies.kernel.facts import Memory
from tests.integrations.zammad.tickets import AGNES, NOW, answer, facts, one_read, plain, plan_for, planner, verdict
from tests.integrations.zammad.tickets import article as row

AT = datetime(2026, 5, 8, 1, 0, tzinfo=UTC)
STORED = "2026-05-08T01:00:00.000Z"
REPLY = Reply(key="r", text=say("words.reply", what="ok"), send="auto")


class Writer:
    """Notes the calls and answers what it is told."""

    def __init__(self, ticket: Ticket, failing: str = "") -> None:
        self.ticket, self.failing = ticket, failing
        self.calls: list[str] = []

    def _call(self, name: str) -> None:
        self.calls.append(name)
        if self.failing and name.startswith(self.failing):
            raise Transient("down", status=503, method="POST", path=name)

    def update_ticket(self, id: int, write: TicketWrite) -> Ticket:
        self._call("put")
        return self.ticket

    def add_article(self, ticket_id: int, article: ArticleWrite) -> wire.Article:
        self._call(f"article {article.type}")
        return wire.ARTICLE.one(json.dumps(row(9)).encode())

    def add_tag(self, ticket_id: int, tag: str) -> None:
        self._call(f"+{tag}")

    def remove_tag(self, ticket_id: int, tag: str) -> None:
        self._call(f"-{tag}")


ALL = (
    Untag(name="old"),
    SetField(field="kind", value="complaint"),
    Tag(name="new"),
    REPLY,
    Note(key="n", text=plain("x")),
)


def test_replies_then_tags_then_the_one_put() -> None:
    read = one_read(tags=("old",))
    writer = Writer(answer(read, zhidu_kind="complaint", article_count=3))
    applied = apply(plan_for(read, *ALL), read, writer)
    assert writer.calls == ["article email", "+new", "-old", "put"]
    assert applied == Applied(ticket=writer.ticket, writes=4)


@pytest.mark.parametrize("failing", ["article", "+", "-", "put"])
def test_nothing_is_written_after_a_failure(failing: str) -> None:
    read = one_read(tags=("old",))
    writer = Writer(read.ticket, failing)
    with pytest.raises(Transient):
        apply(plan_for(read, *ALL), read, writer)
    assert writer.calls[-1].startswith(failing)


SIDE: dict[str, tuple[tuple[Action, ...], list[str], bool]] = {
    "nothing": ((), [], False),
    "a tag": ((Tag(name="a"),), ["+a"], True),
    "a reply": ((REPLY,), ["article email"], True),
}


@pytest.mark.parametrize(("actions", "calls", "again"), SIDE.values(), ids=SIDE)
def test_without_a_put_there_is_no_answer_to_trust(actions: tuple[Action, ...], calls: list[str], again: bool) -> None:
    read = one_read()
    writer = Writer(read.ticket)
    assert apply(plan_for(read, *actions), read, writer) == Applied(ticket=None, foreign=again, writes=len(calls))
    assert writer.calls == calls


IGNORED: dict[str, tuple[dict[str, Any], Action, dict[str, Any], list[str]]] = {
    "all is well": ({}, SetField(field="kind", value="complaint"), {"zhidu_kind": "complaint"}, []),
    "an owner without access": ({}, Assign(owner=AGNES), {"owner_id": 1}, ["owner"]),
    "an owner": ({}, Assign(owner=AGNES), {"owner_id": AGNES}, []),
    "nobody": ({"owner_id": AGNES}, Assign(owner=None), {"owner_id": 1}, []),
    "text that became no time": (
        {},
        SetField(field="promised_at", value=AT),
        {"zhidu_promised_at": None},
        ["promised_at"],
    ),
    "a time": ({}, SetField(field="promised_at", value=AT), {"zhidu_promised_at": STORED}, []),
    "a time cut to the second": (
        {},
        SetState(state="pending reminder", until=AT + timedelta(milliseconds=900)),
        {"state_id": 3, "pending_time": STORED},
        [],
    ),
    "another time": (
        {},
        SetField(field="promised_at", value=AT),
        {"zhidu_promised_at": "2026-05-09T01:00:00.000Z"},
        ["promised_at"],
    ),
    "a list": (
        {},
        SetField(field="flags", value=frozenset({"media", "amount"})),
        {"zhidu_flags": ["media", "amount"]},
        [],
    ),
    "half a list": (
        {},
        SetField(field="flags", value=frozenset({"media", "amount"})),
        {"zhidu_flags": ["media"]},
        ["flags"],
    ),
    "a list cleared": (
        {"zhidu_flags": ["media"]},
        SetField(field="flags", value=frozenset()),
        {"zhidu_flags": None},
        [],
    ),
    "a text cleared": ({"zhidu_remedy": "x"}, SetField(field="remedy", value=None), {"zhidu_remedy": ""}, []),
    "a group": ({}, Route(group="Complaints"), {"group_id": 2}, []),
    "a group we may not": ({}, Route(group="Complaints"), {"group_id": 1}, ["group"]),
    "a priority": ({}, Prioritise(priority=3), {"priority_id": 3}, []),
}


@pytest.mark.parametrize(("stored", "action", "became", "ignored"), IGNORED.values(), ids=IGNORED)
def test_what_zammad_ignored_is_told(
    stored: dict[str, Any], action: Action, became: dict[str, Any], ignored: list[str]
) -> None:
    read = one_read(**stored)
    applied = apply(plan_for(read, action), read, Writer(answer(read, **became)))
    assert [change.field for change in applied.ignored] == ignored
    assert not applied.foreign


FOREIGN: dict[str, tuple[dict[str, Any], Action, dict[str, Any], bool]] = {
    "a title": ({}, SetField(field="kind", value="task"), {"title": "other"}, True),
    "a state": ({}, SetField(field="kind", value="task"), {"state_id": 4}, True),
    "an owner": ({}, SetField(field="kind", value="task"), {"owner_id": AGNES}, True),
    "an owner lost with the group": (
        {"owner_id": AGNES},
        Route(group="Complaints"),
        {"group_id": 2, "owner_id": 1},
        True,
    ),
    "a field of ours": ({}, SetField(field="kind", value="task"), {"zhidu_cause": "fees"}, True),
    "a field of ours that is new": ({}, SetField(field="kind", value="task"), {"zhidu_sum": 3}, True),
    "an article": ({}, SetField(field="kind", value="task"), {"article_count": 2}, True),
    "our note": ({}, Note(key="n", text=plain("x")), {"article_count": 2}, False),
    "our note and another": ({}, Note(key="n", text=plain("x")), {"article_count": 3}, True),
    "no count": ({}, SetField(field="kind", value="task"), {"article_count": None}, False),
    "nothing but times and preferences": (
        {},
        SetField(field="kind", value="task"),
        {"updated_at": "2026-05-06T03:00:00.000Z", "updated_by_id": 3, "preferences": {"x": 1}},
        False,
    ),
    "a pending time that goes with its state": (
        {"state_id": 3, "pending_time": STORED},
        SetState(state="open"),
        {"state_id": 2, "pending_time": None},
        False,
    ),
    "the same with an article of somebody": (
        {"state_id": 3, "pending_time": STORED},
        SetState(state="open"),
        {"state_id": 2, "pending_time": None, "article_count": 2},
        True,
    ),
    "a pending time of somebody": (
        {"state_id": 3, "pending_time": STORED},
        SetField(field="kind", value="task"),
        {"pending_time": "2026-05-09T01:00:00.000Z"},
        True,
    ),
}


@pytest.mark.parametrize(("stored", "action", "became", "foreign"), FOREIGN.values(), ids=FOREIGN)
def test_what_others_did_is_seen(stored: dict[str, Any], action: Action, became: dict[str, Any], foreign: bool) -> None:
    read = one_read(**stored)
    plan = plan_for(read, action)
    asked = {name: _json(value) for change in plan.changes for name, value in change.writes}
    applied = apply(plan, read, Writer(answer(read, **asked | became)))
    assert (applied.foreign, applied.ignored) == (foreign, ())


def _json(value: object) -> object:
    return value.isoformat() if isinstance(value, datetime) else value


@pytest.fixture
def desk() -> Iterator[tuple[Sandbox, Client]]:
    box = Sandbox(now=lambda: NOW, token="t")
    with serve(box, deliver=False) as url:
        pool = ClientPool(Connection(url=url, token="t"))
        yield box, pool.client()
        pool.close()


def at_a_desk(client: Client, *actions: Action, memory: Memory | None = None) -> tuple[OneRead, Plan, Applied]:
    read = client.ticket(1)
    given = facts(read)
    plan = planner().plan(verdict(given, *actions, memory=memory), given, read)
    return read, plan, apply(plan, read, client)


def test_at_a_desk_memory_and_note_are_one_write(desk: tuple[Sandbox, Client]) -> None:
    box, client = desk
    memory = Memory(case_id="c", done=frozenset({"n"}))
    read, plan, applied = at_a_desk(client, Note(key="n", text=plain("x")), Tag(name="vip"), memory=memory)
    assert (applied.writes, applied.foreign, applied.ignored) == (2, False, ())
    again = client.ticket(1)
    assert (facts(again).memory, again.tags) == (memory, ("vip",))
    assert plan.note is not None
    assert again.articles[-1].key == plan.note.article.key
    assert again.ticket.article_count == (read.ticket.article_count or 0) + 1
    assert box.counters.by_path["PUT /api/v1/tickets/:id"] == 1


def test_at_a_desk_an_owner_without_access_is_nobody(desk: tuple[Sandbox, Client]) -> None:
    _, client = desk
    _, _, applied = at_a_desk(client, Assign(owner=2))
    assert [change.field for change in applied.ignored] == ["owner"]
    assert applied.ticket is not None
    assert applied.ticket.owner_id == 1
    assert not applied.foreign


def test_at_a_desk_a_pending_time_comes_and_goes_with_its_state(desk: tuple[Sandbox, Client]) -> None:
    _, client = desk
    _, _, applied = at_a_desk(client, SetState(state="pending reminder", until=AT))
    assert applied.ticket is not None
    assert (applied.ignored, applied.foreign, applied.ticket.pending_time) == ((), False, AT)
    _, _, applied = at_a_desk(client, SetState(state="open"))
    assert applied.ticket is not None
    assert (applied.ignored, applied.foreign, applied.ticket.pending_time) == ((), False, None)
