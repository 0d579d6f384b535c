"""Requests beyond the recordings, by row: what is answered, and what is refused."""

import pytest

# Rows of `READ` and `REFUSED` run on a fresh installation with one agent (user 4) and one checklist, link, template.
AGNES = {"login": "agnes@example.com", "email": "agnes@example.com", "password": "pw", "roles": ["Agent"],
         "groups": {"Users": ["full"]}}  # fmt: skip
BEHALF = {"X-On-Behalf-Of": "agnes@example.com"}
CUSTOMER = {"X-On-Behalf-Of": "nicole.braun@zammad.org"}


@pytest.fixture
def ask(box):
    box.add_person(**AGNES)

    def request(method, path, body=None, headers=None):
        return box.request(method, f"/api/v1/{path}", json=body, headers=headers)

    for path, body in (
        ("tickets", {"title": "two", "group": "Users", "customer_id": 2, "article": {"body": "x", "internal": True}}),
        ("checklists", {"ticket_id": 2}),
        ("checklist_templates", {"name": "papers", "items": ["card", "form"]}),
        ("links/add", {"link_type": "normal", "link_object_source_number": "21002", "link_object_target_value": 1}),
        ("tags/add", {"object": "Ticket", "o_id": 2, "item": "fees"}),
        ("mentions", {"mentionable_type": "Ticket", "mentionable_id": 2}),
    ):
        assert request("POST", path, body)[0] == 201, path
    return request


ANSWERED = {
    # row: method, path, body, status, part of the answer
    "a state": ("GET", "ticket_states/1", None, 200, {"name": "new"}),
    "a priority": ("GET", "ticket_priorities/3", None, 200, {"name": "3 high"}),
    "a role": ("GET", "roles/2", None, 200, {"name": "Agent"}),
    "an organisation": ("GET", "organizations/1", None, 200, {"member_ids": [2]}),
    "an organisation changed": ("PUT", "organizations/1", {"vip": True}, 200, {"vip": True}),
    "a role changed": ("PUT", "roles/2", {"permissions": ["ticket.agent"], "group_ids": {"1": ["read"]}}, 200,
                       {"permission_ids": [61], "group_ids": {"1": ["read"]}}),
    "a group renamed": ("PUT", "groups/1", {"name": "Desk"}, 200, {"name": "Desk", "name_last": "Desk"}),
    "an organisation of a person": ("PUT", "users/4", {"organization": "Zammad Foundation"}, 200,
                                    {"organization_id": 1}),
    "an address changed": ("PUT", "users/4", {"email": "A@example.com", "login": "a"}, 200,
                           {"email": "a@example.com", "login": "a"}),
    "absence": ("PUT", "users/out_of_office", {"out_of_office": True}, 200, {"message": "ok"}),
    "a customer as an object": ("POST", "tickets", {"title": "t", "group": "Users", "customer": {
        "email": "new@example.com", "firstname": "N"}}, 201, {"customer_id": 5}),
    "tags as a list": ("POST", "tickets", {"title": "t", "group": "Users", "customer_id": 2, "tags": ["a", "b"]}, 201,
                       {"number": "21003"}),
    "a long title is cut": ("PUT", "tickets/2", {"title": "x" * 300}, 200, {"title": "x" * 250}),
    "the system as owner": ("PUT", "tickets/2", {"owner": "-"}, 200, {"owner_id": 1}),
    "mass update": ("POST", "tickets/mass_update", {"ticket_ids": [1, 2], "attributes": {"state": "open"}}, 200,
                    {"ticket_ids": [1, 2]}),
    "a checklist": ("PUT", "checklists/1", {"name": "papers"}, 200, {"name": "papers"}),
    "a checklist removed": ("DELETE", "checklists/1", None, 200, {}),
    "a checklist of a template": ("POST", "checklists", {"ticket_id": 1, "template_id": 1}, 201, {"id": 2}),
    "an item removed": ("DELETE", "checklist_items/1", None, 200, {}),
    "a template": ("PUT", "checklist_templates/1", {"name": "p", "items": ["a"]}, 200, {"sorted_item_ids": ["3"]}),
    "a template removed": ("DELETE", "checklist_templates/1", None, 200, {}),
    "unsubscribed": ("DELETE", "mentions/1", None, 200, True),
    "unlinked": ("DELETE", "links/remove", {"link_object_source_value": 2, "link_object_target_value": 1}, 200, True),
    "a token": ("POST", "user_access_token", {"name": "n", "permission": []}, 200, {}),
    "all read": ("POST", "online_notifications/mark_all_as_read", {}, 200, {}),
    "an application": ("POST", "applications", {"name": "a", "redirect_uri": "https://x.example"}, 200, {"id": 1}),
    "a calendar by default": ("POST", "calendars", {"name": "c", "timezone": "UTC", "default": True}, 201,
                              {"default": True}),
    "a note with a bare article type": ("POST", "ticket_articles", {"ticket_id": 2, "type_id": 10, "sender_id": 1,
                                                                    "body": "n"}, 201, {"type": "note"}),
    "telephony switched on": ("PUT", "settings/238", {"state_current": {"value": True}}, 200, {}),
}  # fmt: skip


@pytest.mark.parametrize(("method", "path", "body", "status", "part"), ANSWERED.values(), ids=ANSWERED)
def test_answered(ask, method, path, body, status, part):
    answered, content = ask(method, path, body)

    assert answered == status, content
    if isinstance(part, dict):
        assert {name: content[name] for name in part} == part
    else:
        assert content == part


LISTED = {
    "tags in use": ("tag_list", [{"id": 1, "name": "fees", "count": 1}]),
    "tags by a part": ("tag_search?term=fe", [{"id": 1, "value": "fees"}]),
    "no tags by another": ("tag_search?term=zz", []),
    "time kinds": ("time_accounting/types", []),
}


@pytest.mark.parametrize(("path", "rows"), LISTED.values(), ids=LISTED)
def test_listed(ask, path, rows):
    assert ask("GET", path) == (200, rows)


REFUSED = {
    # row: method, path, body, headers, status, a piece of the error
    "a login twice": ("POST", "users", {"login": "agnes@example.com"}, {}, 422, "already used"),
    "an address of another": ("PUT", "users/4", {"email": "nicole.braun@zammad.org"}, {}, 422, "already used"),
    "an unknown role": ("POST", "users", {"email": "x@example.com", "roles": ["King"]}, {}, 422, "'roles'"),
    "an unknown group by name": ("PUT", "users/4", {"groups": {"Nowhere": ["full"]}}, {}, 422, "'groups'"),
    "an unknown group by id": ("PUT", "users/4", {"group_ids": {"99": ["full"]}}, {}, 422, "group_ids"),
    "an unknown organisation": ("PUT", "users/4", {"organization": "Nobody"}, {}, 422, "'organization'"),
    "an unknown permission": ("POST", "roles", {"name": "R", "permissions": ["fly"]}, {}, 422, "'permissions'"),
    "a person no agent may change": ("PUT", "users/3", {"note": "x"}, BEHALF, 403, "authorization"),
    "people, to a customer": ("GET", "users/3", None, CUSTOMER, 403, "Not authorized"),
    "an unknown person": ("GET", "users/99", None, {}, 404, "User"),
    "no number": ("GET", "users/abc", None, {}, 404, "abc"),
    "an unknown customer": ("POST", "tickets", {"title": "t", "group": "Users", "customer_id": 99}, {}, 422, "99"),
    "no customer": ("POST", "tickets", {"title": "t", "group": "Users"}, {}, 422, "customer_id"),
    "an unknown article type": ("PUT", "tickets/2", {"article": {"type": "owl", "body": "x"}}, {}, 422, "'type'"),
    "an unknown sender": ("PUT", "tickets/2", {"article": {"sender": "Owl", "body": "x"}}, {}, 422, "'sender'"),
    "an article of nothing": ("PUT", "tickets/2", {"article": {"type": "note"}}, {}, 422, "article body"),
    "a file that is no base64": ("POST", "ticket_articles", {"ticket_id": 2, "body": "x", "attachments": [
        {"filename": "a", "data": "%"}]}, {}, 422, "base64"),
    "merging into nothing": ("PUT", "ticket_merge/2/99999", None, {}, 404, "99999"),
    "linking from nothing": ("POST", "links/add", {"link_type": "normal", "link_object_source_number": "9",
                                                   "link_object_target_value": 1}, {}, 404, "Ticket"),
    "a second checklist": ("POST", "checklists", {"ticket_id": 2}, {}, 422, "taken"),
    "an internal article, to a customer": ("GET", "ticket_articles/2", None, CUSTOMER, 403, "Not authorized"),
    "a raw mail that is none": ("GET", "ticket_article_plain/1", None, {}, 404, "Article"),
    "a file that is none": ("GET", "ticket_attachment/2/2/9", None, {}, 404, "Store"),
    "a webhook to nowhere": ("POST", "webhooks", {"name": "w", "endpoint": "http://"}, {}, 422, "hostname"),
    "a zone that is none": ("POST", "calendars", {"name": "c", "timezone": "Mars/Base"}, {}, 422, "timezone"),
    "a name twice": ("POST", "macros", {"name": "Close & Tag as Spam"}, {}, 422, "taken"),
    "a field of a fresh installation": ("DELETE", "object_manager_attributes/1", None, {}, 422, "number"),
    "a field with capitals": ("POST", "object_manager_attributes", {"name": "Kind", "object": "Ticket"}, {}, 422,
                              "lowercase"),
    "erasing without being sure": ("POST", "data_privacy_tasks", {"deletable_type": "User", "deletable_id": 2}, {},
                                   422, "not allowed"),
    "erasing something else": ("POST", "data_privacy_tasks", {"deletable_type": "Group", "deletable_id": 1,
                                                              "preferences": {"sure": "DELETE"}}, {}, 422, "ticket"),
    "an overview that is none": ("GET", "ticket_overviews?view=none", None, {}, 404, "Overview"),
    "administration, to an agent": ("GET", "http_logs/webhook", None, BEHALF, 403, "authorization"),
    "a wrong password": ("GET", "users/me", None, {"Authorization": "Basic YWduZXNAZXhhbXBsZS5jb206eA=="}, 401,
                         "BasicAuth"),
    "a broken header": ("GET", "users/me", None, {"Authorization": "Basic %%%"}, 401, "BasicAuth"),
}  # fmt: skip


@pytest.mark.parametrize(("method", "path", "body", "headers", "status", "piece"), REFUSED.values(), ids=REFUSED)
def test_refused(ask, method, path, body, headers, status, piece):
    answered, content = ask(method, path, body, headers)

    assert answered == status, content
    assert piece in content["error"]


def test_a_customer_sees_no_internal_articles(ask):
    assert ask("GET", "ticket_articles/by_ticket/2", None, CUSTOMER) == (200, [])
    assert ask("GET", "tickets/2?all=true", None, CUSTOMER)[1]["ticket_article_ids"] == []
    assert [row["id"] for row in ask("GET", "users", None, CUSTOMER)[1]] == [2]


def test_a_customers_ticket_is_the_customers(ask):
    body = {"title": "mine", "group": "Users", "customer_id": 3, "owner_id": 4, "article": {"body": "x"}}

    status, ticket = ask("POST", "tickets", body, CUSTOMER)

    assert (status, ticket["customer_id"], ticket["owner_id"], ticket["create_article_sender_id"]) == (201, 2, 1, 2)


def test_access_by_a_role(ask):
    role = ask("POST", "roles", {"name": "R", "permissions": ["ticket.agent"], "group_ids": {"1": ["full"]}})[1]
    ask("PUT", "users/4", {"group_ids": {}, "role_ids": [role["id"]]})

    assert ask("PUT", "tickets/2", {"owner_id": 4}, BEHALF)[1]["owner_id"] == 4


def test_a_field_not_migrated_is_gone_at_once(ask):
    field = {"name": "zd_x", "object": "Ticket", "data_type": "input", "data_option": {"type": "text"}}
    key = ask("POST", "object_manager_attributes", field)[1]["id"]
    ask("PUT", f"object_manager_attributes/{key}", {"data_option": {"type": "text", "maxlength": 3}})

    assert ask("GET", f"object_manager_attributes/{key}")[1]["data_option"]["maxlength"] == 3
    assert ask("DELETE", f"object_manager_attributes/{key}") == (200, {})
    assert ask("GET", f"object_manager_attributes/{key}")[0] == 404


def test_a_deleted_field_takes_its_values_along_at_the_migration(ask):
    field = {"name": "zd_x", "object": "Ticket", "data_type": "date", "data_option": {}}
    key = ask("POST", "object_manager_attributes", field)[1]["id"]
    ask("POST", "object_manager_attributes_execute_migrations", {})
    assert ask("PUT", "tickets/2", {"zd_x": "soon"})[1]["zd_x"] is None
    assert ask("PUT", "tickets/2", {"zd_x": "2026-12-01"})[1]["zd_x"] == "2026-12-01"

    ask("DELETE", f"object_manager_attributes/{key}")
    assert "zd_x" in ask("GET", "tickets/2")[1]
    ask("POST", "object_manager_attributes_execute_migrations", {})
    assert "zd_x" not in ask("GET", "tickets/2")[1]


def test_privacy_tasks_are_carried_out_when_told(box, ask):
    ask("POST", "data_privacy_tasks", {"deletable_type": "User", "deletable_id": 2, "preferences": {"sure": "DELETE"}})
    assert ask("GET", "tickets/1")[0] == 200

    assert box.carry_out_privacy_tasks() == 1

    assert (ask("GET", "tickets/1")[0], ask("GET", "users/2")[0]) == (404, 404)
    assert ask("GET", "data_privacy_tasks")[1][0]["state"] == "completed"


def test_inline_images_become_attachments(ask):
    text = ('<img src="data:image/png;base64,aGk="><img src="javascript:x"><a href="javascript:x">a</a>'
            '<span style="position:fixed;color:red">b</span>')  # fmt: skip

    article = ask("POST", "ticket_articles", {"ticket_id": 2, "content_type": "text/html", "body": text})[1]

    assert article["body"] == ('<img src="/api/v1/ticket_attachment/2/3/1?view=inline" style="max-width:100%;">'
                               '<a>a</a><span style="color:red;">b</span>')  # fmt: skip
    assert ask("GET", "ticket_attachment/2/3/1?view=inline")[1] == b"hi"


def test_webhook_with_a_password(box, ask):
    ask("POST", "webhooks", {"name": "w", "endpoint": "http://127.0.0.1:9/x", "basic_auth_username": "u",
                             "basic_auth_password": "p"})  # fmt: skip
    ask("POST", "triggers", {"name": "t", "perform": {"notification.webhook": {"webhook_id": 1}},
                             "condition": {"ticket.title": {"operator": "is", "value": "t"}}})  # fmt: skip
    ask("PUT", "tickets/2", {"title": "t"})

    box.pump(lambda url, headers, body: 200)

    assert box.sent[0].headers["Authorization"] == "Basic dTpw"
    assert "X-Hub-Signature" not in box.sent[0].headers
    assert ask("GET", "http_logs/webhook")[1][0]["status"] == "200"
