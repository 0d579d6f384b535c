"""What tests and demonstrations rely on beyond the recordings: access, silence, transactions, absence, pages."""

from datetime import timedelta

import pytest

from integrations.zammad.sandbox import Sandbox

AGNES = {"login": "agnes@example.com", "email": "agnes@example.com", "firstname": "Agnes", "lastname": "Agent",
         "password": "pw", "roles": ["Agent"], "groups": {"Users": ["full"]}}  # fmt: skip
BEHALF = {"X-On-Behalf-Of": "agnes@example.com"}
HOOK = {"name": "w", "endpoint": "http://127.0.0.1:9/x", "customized_payload": True,
        "custom_payload": '{"note": "is #{ticket.id}", "by": "#{ticket.owner.login}",'
                          ' "at": "#{ticket.close_at}"}'}  # fmt: skip
ON_UPDATE = {"name": "u", "condition": {"ticket.action": {"operator": "is", "value": "update"}},
             "perform": {"notification.webhook": {"webhook_id": 1}}, "execution_condition_mode": "always"}  # fmt: skip


@pytest.fixture
def desk(box):
    """A sandbox with one agent, a webhook on updates, and a ticket of that agent."""
    box.add_person(**AGNES)
    call(box, "POST", "webhooks", HOOK, 201)
    call(box, "POST", "triggers", ON_UPDATE, 201)
    call(box, "POST", "tickets", {"title": "fees", "group": "Users", "customer": "nicole.braun@zammad.org",
                                  "owner": "agnes@example.com",
                                  "article": {"body": "x", "internal": True}}, 201)  # fmt: skip
    box.worker.told.clear()
    return box


def call(box, method, path, body=None, status=200, headers=None):
    answered, content = box.request(method, f"/api/v1/{path}", json=body, headers=headers)
    assert answered == status, content
    return content


SILENT = {
    # row                   method  path        body                                    deliveries
    "preferences":           ("PUT", "tickets/2", {"preferences": {"zhidu": {"v": 1}}}, 1),
    "a tag":                 ("POST", "tags/add", {"object": "Ticket", "o_id": 2, "item": "a"}, 0),
    "an absent tag removed": ("DELETE", "tags/remove", {"object": "Ticket", "o_id": 2, "item": "a"}, 0),
    "visibility":            ("PUT", "ticket_articles/2", {"internal": False}, 0),
    "a checklist":           ("POST", "checklists", {"ticket_id": 2}, 0),
    "the same value again":  ("PUT", "tickets/2", {"title": "fees"}, 0),
}  # fmt: skip


@pytest.mark.parametrize(("method", "path", "body", "deliveries"), SILENT.values(), ids=SILENT)
def test_silent_changes_tell_nobody(desk, method, path, body, deliveries):
    call(desk, method, path, body, 201 if method == "POST" else 200)
    desk.pump(lambda url, headers, body: 200)

    assert desk.notifications == []
    assert len(desk.sent) == deliveries


TOLD = {
    "a field tells the owner": ({"priority": "3 high"}, {}, ["agnes@example.com"]),
    "one's own change does not": ({"priority": "3 high"}, BEHALF, []),
    "a note tells the owner": ({"article": {"body": "n", "internal": True}}, {}, ["agnes@example.com"]),
}


@pytest.mark.parametrize(("body", "headers", "logins"), TOLD.values(), ids=TOLD)
def test_who_is_told(desk, body, headers, logins):
    call(desk, "PUT", "tickets/2", body, headers=headers)

    assert [one.login for one in desk.notifications] == logins


def test_a_refused_put_leaves_nothing_behind(desk):
    before = call(desk, "GET", "tickets/2?all=true")
    refused = {"title": "new", "preferences": {"a": 1},
               "article": {"type": "email", "sender": "Agent", "to": "nobody", "body": "x"}}  # fmt: skip

    call(desk, "PUT", "tickets/2", refused, 422)
    desk.pump(lambda url, headers, body: 200)

    assert call(desk, "GET", "tickets/2?all=true") == before
    assert desk.sent == []


def test_fields_article_and_preferences_are_one_delivery(desk):
    call(desk, "PUT", "tickets/2", {"state": "closed", "preferences": {"zhidu": {"v": 1}},
                                    "article": {"body": "n", "internal": True,
                                                "preferences": {"zhidu": {"key": "k"}}}})  # fmt: skip
    desk.pump(lambda url, headers, body: 200)

    read = call(desk, "GET", "tickets/2?all=true")
    articles = read["assets"]["TicketArticle"]
    assert [row["preferences"] for row in articles.values()] == [{}, {"zhidu": {"key": "k"}}]
    assert read["assets"]["Ticket"]["2"]["preferences"] == {"zhidu": {"v": 1}}
    assert [one.trigger for one in desk.sent] == ["u"]


def test_placeholders_inside_a_text(desk):
    call(desk, "PUT", "tickets/2", {"note": "x"})
    desk.pump(lambda url, headers, body: 200)

    assert desk.sent[0].body == b'{"note":"is 2","by":"agnes@example.com","at":""}'


def test_a_write_followed_by_deletion_is_never_delivered(desk):
    call(desk, "PUT", "tickets/2", {"note": "x"})
    assert desk.request("DELETE", "/api/v1/tickets/2") == (200, b"")

    desk.pump(lambda url, headers, body: 200)

    assert desk.sent == []


def test_token_with_few_permissions(desk):
    token = call(desk, "POST", "user_access_token", {"name": "n", "permission": ["ticket.agent"]})["token"]
    headers = {"Authorization": f"Token token={token}"}

    call(desk, "GET", "tickets/2", headers=headers)
    call(desk, "POST", "groups", {"name": "X"}, 403, headers=headers)
    call(desk, "GET", "tickets/2", status=403, headers=headers | BEHALF)


def test_no_access_to_the_group(desk):
    call(desk, "PUT", "users/4", {"group_ids": {}})

    assert call(desk, "GET", "tickets/2", status=403, headers=BEHALF) == {
        "error": "Not authorized", "error_human": "Not authorized"}  # fmt: skip
    assert call(desk, "GET", "tickets", headers=BEHALF) == []


def test_a_workflow_binds_everybody_but_the_excluded_session(desk):
    flow = {"name": "f", "object": "Ticket", "priority": 500, "preferences": {"screen": ["edit"]},
            "condition_selected": {"ticket.state_id": {"operator": "is", "value": ["4"]},
                                   "session.id": {"operator": "is not", "value": ["3"]}},
            "perform": {"ticket.pending_time": {"operator": ["set_mandatory"], "set_mandatory": "true"}}}  # fmt: skip
    call(desk, "POST", "core_workflows", flow, 201)

    refused = call(desk, "PUT", "tickets/2", {"state": "closed"}, 422, headers=BEHALF)
    assert refused == {"error": "Missing required value for field 'pending_time'!"}
    call(desk, "PUT", "tickets/2", {"state": "closed"})


def test_notes_are_deletable_for_ten_minutes(desk, clock):
    note = call(desk, "POST", "ticket_articles", {"ticket_id": 2, "body": "n", "internal": True}, 201)
    clock.forward(minutes=11)

    call(desk, "DELETE", f"ticket_articles/{note['id']}", status=403)


def test_search_pages_are_cut_at_200(box):
    for index in range(210):
        call(box, "POST", "tickets", {"title": f"t{index}", "group": "Users", "customer_id": 2}, 201)
    everything = {"ticket.updated_at": {"operator": "after (absolute)", "value": "2020-01-01T00:00:00Z"}}

    assert len(call(box, "POST", "tickets/search", {"condition": everything, "per_page": 500})) == 200
    assert len(call(box, "POST", "tickets/search", {"condition": everything})) == 50
    second = {"condition": everything, "per_page": 200, "page": 2, "sort_by": "id", "order_by": "asc"}
    assert [row["id"] for row in call(box, "POST", "tickets/search", second)] == list(range(201, 212))


def test_bounds_of_times_hold_at_the_bound(box):
    at = call(box, "GET", "tickets/1")["updated_at"]
    for operator in ("after (absolute)", "before (absolute)"):
        condition = {"ticket.updated_at": {"operator": operator, "value": at}}
        asked = {"condition": condition, "only_total_count": True}
        assert call(box, "POST", "tickets/search", asked) == {"total_count": 1}


def test_gone_after_a_migration(clock):
    box = Sandbox(now=clock.now, token="t", absence=timedelta(seconds=10))
    field = {"name": "zd_a", "object": "Ticket", "display": "A", "data_type": "input", "active": True, "position": 1,
             "data_option": {"type": "text", "maxlength": 10}, "screens": {}}  # fmt: skip
    call(box, "POST", "object_manager_attributes", field, 201)
    call(box, "POST", "object_manager_attributes_execute_migrations", {})
    call(box, "GET", "version")

    clock.forward(seconds=4)
    with pytest.raises(ConnectionResetError):
        box.request("GET", "/api/v1/version")
    clock.forward(seconds=10)
    assert call(box, "GET", "tickets/1")["zd_a"] is None


def test_two_boxes_with_one_seed_send_the_same(clock):
    def ids(seed):
        box = Sandbox(now=clock.now, token="t", seed=seed)
        call(box, "POST", "webhooks", HOOK, 201)
        call(box, "POST", "triggers", ON_UPDATE, 201)
        call(box, "PUT", "tickets/1", {"title": "x"})
        box.pump(lambda url, headers, body: 200)
        return [one.delivery_id for one in box.sent]

    assert ids(1) == ids(1) != ids(2)


def test_pages(desk):
    hostile = "<script>alert(1)</script>"
    note = {"ticket_id": 2, "body": f"<p style=\"color:#900\">why</p>{hostile}", "content_type": "text/html",
            "internal": True, "subject": hostile,
            "attachments": [{"filename": "a.txt", "data": "aGk=", "mime-type": "text/html"}]}  # fmt: skip
    call(desk, "POST", "ticket_articles", note, 201)
    client = desk.app.test_client()

    page, listed, missing = client.get("/tickets/2"), client.get("/"), client.get("/tickets/99")

    assert (page.status_code, listed.status_code, missing.status_code) == (200, 200, 404)
    assert 'class="agent internal"' in page.text
    assert "script-src" not in page.headers["Content-Security-Policy"]
    assert page.headers["Content-Security-Policy"].startswith("default-src 'none'")
    assert hostile not in page.text
    assert '<p style="color:#900;">why</p>' in page.text
    assert "#21002" in page.text
    assert "fees" in listed.text
    attached = client.get("/tickets/2/files/1")
    assert (attached.data, attached.content_type) == (b"hi", "application/octet-stream")
    assert client.get("/tickets/1/files/1").status_code == 404
    assert "所有者" in client.get("/tickets/2", headers={"Accept-Language": "zh-CN,zh;q=0.9"}).text


@pytest.mark.parametrize(
    ("article", "last"), [(None, True), ({"body": "a note", "internal": True}, False)], ids=["fields", "with a note"]
)
def test_a_write_with_an_article_ends_later_than_its_history_says(desk, clock, article, last):
    """As each of the 119 writes of the recorded week: the article comes last, and moves the ticket on."""
    clock.forward(minutes=1)
    body = {"priority": "3 high"} | ({"article": article} if article else {})
    answer = call(desk, "PUT", "tickets/2", body)

    history = call(desk, "GET", "ticket_history/2")["history"]
    (changed,) = [entry["created_at"] for entry in history if entry.get("attribute") == "priority"]
    assert (changed == answer["updated_at"]) is last
    assert changed <= answer["updated_at"]


def test_a_mail_to_nowhere_is_tried_four_times_and_then_said_so(desk):
    """As a worker of Zammad's does it: the ticket is open again, with a note of the system's, and that is delivered."""
    desk.give_group_address()
    mail = {"type": "email", "sender": "Agent", "to": "x@gone.invalid", "body": "done", "internal": False}
    id = call(desk, "PUT", "tickets/2", {"state": "closed", "article": mail})["article_ids"][-1]
    delivered = []
    desk.pump(lambda url, headers, body: delivered.append(body) or 200)

    articles = call(desk, "GET", "ticket_articles/by_ticket/2")
    tried = next(row for row in articles if row["id"] == id)["preferences"]
    assert (tried["delivery_status"], tried["delivery_retry"]) == ("fail", 4)
    last = articles[-1]
    assert (last["sender"], last["internal"], last["preferences"]["delivery_article_id_related"]) == (
        "System",
        True,
        id,
    )
    assert call(desk, "GET", "tickets/2")["state_id"] == call(desk, "GET", "tickets/1")["state_id"] + 1  # open
    assert len(delivered) == 2
    assert not any("email" in line["type"] for line in call(desk, "GET", "ticket_history/2")["history"])
