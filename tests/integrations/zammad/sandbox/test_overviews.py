"""Overviews as agents find them: whose, which tickets, in which order, with which columns; and what a form hides."""

from datetime import UTC, datetime
from typing import Any

import pytest
from flask.testing import FlaskClient

from integrations.zammad.sandbox import Sandbox

NOW = datetime(2026, 5, 6, 3, 0, tzinfo=UTC)
AGNES, BERT = "agnes@example.com", "bert@example.com"


@pytest.fixture
def box() -> Sandbox:
    """Two agents, of whom one may read the group Users, and three tickets with due times out of order."""
    box = Sandbox(now=lambda: NOW, token="t")
    box.add_person(
        login=AGNES, email=AGNES, password="pw", roles=["Agent"], groups={"Users": ["full"]}, firstname="Agnes"
    )
    box.add_person(login=BERT, email=BERT, password="pw", roles=["Agent"], groups={}, firstname="Bert")
    field = {"object": "Ticket", "active": True, "position": 1500,
             "screens": {"edit": {"ticket.agent": {"shown": True, "required": False}}}}  # fmt: skip
    many: tuple[dict[str, Any], ...] = (
        {"name": "due", "display": "Due next", "data_type": "datetime", "data_option": {"future": True, "past": True}},
        {"name": "papers", "display": "Papers", "data_type": "input", "data_option": {"type": "text", "maxlength": 99}},
    )
    for one in many:
        ask(box, "POST", "object_manager_attributes", {**field, **one})
    ask(box, "POST", "object_manager_attributes_execute_migrations", {})
    for title, hour in (("second", 9), ("first", 8), ("not yet", 23)):
        due = f"2026-05-06T{hour - 8:02}:00:00Z"
        ask(box, "POST", "tickets", {
            "title": title, "group": "Users", "customer": "nicole.braun@zammad.org", "owner": AGNES, "due": due,
            "article": {"body": "b", "internal": True},
        })  # fmt: skip
    ask(box, "POST", "overviews", {
        "name": "Overdue", "link": "ours", "prio": 10, "active": True, "role_ids": [2],
        "condition": {
            "ticket.owner_id": {"operator": "is", "pre_condition": "current_user.id"},
            "ticket.due": {"operator": "before (relative)", "value": "1", "range": "minute"},
        },
        "order": {"by": "due", "direction": "ASC"}, "view": {"s": ["number", "title", "owner", "due"]},
    })  # fmt: skip
    return box


def ask(box: Sandbox, method: str, path: str, json: Any = None, *, who: str | None = None) -> Any:
    headers = {"X-On-Behalf-Of": who} if who else {}
    status, answer = box.request(method, f"/api/v1/{path}", json=json, headers=headers)
    assert status < 300, answer
    return answer


@pytest.fixture
def pages(box: Sandbox) -> FlaskClient:
    return box.app.test_client()


def identity(box: Sandbox, login: str) -> int:
    return box.desk.logins[login]


def test_an_overview_of_the_company_s_own_is_listed_before_those_after_it(box: Sandbox) -> None:
    """By the API: whose role has it, by its position, with the number of tickets that this person finds in it."""
    (first, *_), none = ask(box, "GET", "ticket_overviews", who=AGNES), ask(box, "GET", "ticket_overviews", who=BERT)
    assert first == {"id": 11, "name": "Overdue", "prio": 10, "link": "ours", "count": 2}
    assert none[0]["count"] == 0
    assert [one["name"] for one in ask(box, "GET", "ticket_overviews", who="nicole.braun@zammad.org")] == [
        "My Tickets", "My Organization Tickets",
    ]  # fmt: skip


def test_its_page_has_its_tickets_in_its_order_with_its_columns(box: Sandbox, pages: FlaskClient) -> None:
    text = pages.get(f"/overviews/11?as={identity(box, AGNES)}").text
    heads = text.partition("<thead>")[2].partition("</thead>")[0]
    assert [head in heads for head in ("#", "Ticket", "Owner", "Due next")] == [True] * 4
    assert text.index(">first<") < text.index(">second<")
    assert "not yet" not in text
    assert "2026-05-06 08:00" in text


def test_who_may_not_read_the_group_finds_nothing(box: Sandbox, pages: FlaskClient) -> None:
    text = pages.get(f"/overviews/11?as={identity(box, BERT)}").text
    assert ">first<" not in text
    assert "none" in text


def test_without_a_name_it_is_seen_by_who_has_most_tickets(pages: FlaskClient) -> None:
    assert "<b>Agnes" in pages.get("/overviews/11").text


def test_the_first_page_lists_the_overviews(box: Sandbox, pages: FlaskClient) -> None:
    text = pages.get("/").text
    assert f'href="/overviews/11?as={identity(box, AGNES)}"' in text
    assert pages.get("/overviews/99").status_code == 404


def test_a_field_that_a_workflow_hides_is_not_on_the_page(box: Sandbox, pages: FlaskClient) -> None:
    """An agent's form has it only where the workflow does not hold."""
    workflow = {
        "name": "papers", "object": "Ticket", "active": True, "priority": 500, "stop_after_match": False,
        "changeable": True, "preferences": {"screen": ["edit"]}, "condition_saved": {},
        "condition_selected": {"ticket.title": {"operator": "is not", "value": ["first"]}},
        "perform": {"ticket.papers": {"operator": ["hide"], "hide": "true"}},
    }  # fmt: skip
    shown = {title: pages.get(f"/tickets/{key}").text for key, title in ((2, "second"), (3, "first"))}
    assert all("Papers" in text for text in shown.values())
    ask(box, "POST", "core_workflows", workflow)
    assert "Papers" not in pages.get("/tickets/2").text
    assert "Papers" in pages.get("/tickets/3").text
    assert "Due next" in pages.get("/tickets/2").text
