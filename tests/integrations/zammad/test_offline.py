"""A helpdesk out of a file of recorded exchanges."""

import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from integrations.zammad.errors import NotFound
from integrations.zammad.names import Names
from integrations.zammad.offline import Offline, UnreadableExport
from integrations.zammad.people import Directory
from tests.integrations.zammad.tickets import AGNES, CUSTOMERS, NOW, STAFF, article, ticket, user

RECORDINGS = Path(__file__).parents[2] / "recordings"


def exchange(path: str, answer: Any, status: int = 200, method: str = "GET") -> str:
    return json.dumps(
        {"request": {"method": method, "path": f"/api/v1/{path}"}, "response": {"status": status, "json": answer}}
    )


def one(id: int = 7, **fields: Any) -> dict[str, Any]:
    rows = [article(), article(2, "Agent", "note", internal=True, preferences={"zhidu": {"key": "k"}})]
    return {
        "ticket_id": id,
        "ticket_article_ids": [1, 2],
        "assets": {
            "Ticket": {str(id): ticket(id=id, **fields)},
            "TicketArticle": {str(row["id"]): row for row in rows},
            "User": {str(row["id"]): row for row in (*STAFF, *CUSTOMERS)},
        },
    }


def write(folder: Path, *lines: str, name: str = "a.jsonl") -> Path:
    path = folder / name
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def test_tickets_histories_and_lists_are_found(tmp_path: Path) -> None:
    history: dict[str, Any] = {"history": [], "assets": {}}
    first = write(
        tmp_path,
        exchange("tickets/7?all=true", one()),
        "",
        exchange("ticket_history/7", history),
        exchange("groups?per_page=100", [{"id": 5, "name": "Cards"}]),
        exchange("groups/6", {"id": 6, "name": "Loans"}),
        exchange("roles", [{"id": 9, "name": "Lead", "group_ids": {"5": ["full"]}}]),
        exchange("users/31", user(31, "Rolf", role_ids=[9])),
        exchange("ticket_states", [{"id": 50, "name": "on hold", "state_type_id": 2}]),
        exchange("settings", [{"id": 1}]),
        exchange("groups", "no list"),
        exchange("tickets/9?all=true", {"error": "no"}, status=404),
        exchange("groups/8", None, status=204),
    )
    second = write(tmp_path, exchange("tickets/8?x=1&all=true", one(8)), name="b.jsonl")
    found = Offline.load([first, second])

    assert found.tickets == (7, 8)
    assert found.ticket(7).ticket.number == "21007"
    assert found.history(7).entries == ()
    assert found.read_at(7) == found.ticket(7).ticket.updated_at + timedelta(seconds=1)
    assert {group.name for group in found.groups()} >= {"Users", "Cards", "Loans"}
    assert 50 in {state.id for state in found.states()}
    assert {priority.name for priority in found.priorities()} == {"1 low", "2 normal", "3 high"}
    names = Names(lambda: found)
    people = Directory(found.staff, names, {}).people(NOW.date())
    assert people[31].groups == {"Cards"}
    assert AGNES in people
    assert {row["id"] for row in CUSTOMERS}.isdisjoint(people)
    assert found.service_user == AGNES
    assert [(a.type, a.sender) for a in found.articles(7)] == [("web", "Customer"), ("note", "Agent")]
    for missing in (lambda: found.history(8), lambda: found.ticket(9), lambda: found.read_at(9)):
        with pytest.raises(NotFound, match="not in the file"):
            missing()


def test_the_latest_answer_of_several_counts(tmp_path: Path) -> None:
    path = write(tmp_path, exchange("tickets/7?all=true", one()), exchange("tickets/7?all=true", one(title="later")))
    assert Offline.load([path]).ticket(7).ticket.title == "later"


def test_nothing_of_ours_is_nobody(tmp_path: Path) -> None:
    row = one()
    row["ticket_article_ids"] = [1]
    assert Offline.load([write(tmp_path, exchange("tickets/7?all=true", row))]).service_user is None
    assert Offline.load([]).service_user is None


def test_what_changed_since(tmp_path: Path) -> None:
    rows = [exchange(f"tickets/{id}?all=true", one(id, updated_at=at)) for id, at in
            ((7, "2026-05-06T02:00:00.000Z"), (8, "2026-05-06T03:00:00.000Z"))]  # fmt: skip
    assert [ticket.id for ticket in Offline.load([write(tmp_path, *rows)]).changed_since(NOW)] == [8]


BAD = {
    "no JSON": "{",
    "no object": "[]",
    "no request": "{}",
    "a request without path": '{"request": {}, "response": {"status": 200}}',
    "a response that is none": '{"request": {"path": "/x"}, "response": 5}',
    "a status that is none": '{"request": {"path": "/x"}, "response": {"status": "ok", "json": {}}}',
    "a history that is none": exchange("ticket_history/7", []),
    "a ticket that is none": exchange("tickets/7?all=true", []),
    "people who are none": exchange("tickets/7?all=true", {"assets": {"User": {"x": {}}}}),
}


@pytest.mark.parametrize("line", BAD.values(), ids=BAD)
def test_a_bad_line_is_named(tmp_path: Path, line: str) -> None:
    path = write(tmp_path, exchange("groups", []), line)
    with pytest.raises(UnreadableExport, match=r"a\.jsonl:2: "):
        Offline.load([path])


def test_a_file_that_is_no_text_is_named(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    path.write_bytes(b"\xff\xfe\x00")
    with pytest.raises(UnreadableExport, match=r"a\.jsonl"):
        Offline.load([path])


def test_a_file_that_is_not_there_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(OSError, match="none"):
        Offline.load([tmp_path / "none.jsonl"])


def test_a_recorded_week_can_be_read() -> None:
    found = Offline.load([RECORDINGS / "week.jsonl"])
    assert len(found.tickets) >= 60
    assert all(found.ticket(id).ticket.id == id for id in found.tickets)
    assert sum(1 for id in found.tickets if found.histories.get(id)) >= 60
    assert found.staff().users
