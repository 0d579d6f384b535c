"""Conditions of searches, triggers and workflows, operator by operator."""

import pytest

# Ticket 1 is the seeded one; ticket 2: title "Fees twice", state open, tags a and b, owner Agnes (4), pending in a day.
CONDITIONS = {
    # row: condition, the tickets it finds
    "is, one":                  ({"ticket.state_id": {"operator": "is", "value": "2"}}, [2]),
    "is, several":              ({"ticket.state_id": {"operator": "is", "value": ["1", "2"]}}, [1, 2]),
    "is not":                   ({"ticket.state_id": {"operator": "is not", "value": ["1"]}}, [2]),
    "contains":                 ({"ticket.title": {"operator": "contains", "value": "FEES"}}, [2]),
    "contains not":             ({"ticket.title": {"operator": "contains not", "value": "fees"}}, [1]),
    "starts with":              ({"ticket.title": {"operator": "starts with", "value": "fee"}}, [2]),
    "ends with one of":         ({"ticket.title": {"operator": "ends with one of", "value": ["x", "twice"]}}, [2]),
    "is set":                   ({"ticket.pending_time": {"operator": "is set"}}, [2]),
    "not set":                  ({"ticket.pending_time": {"operator": "not set"}}, [1]),
    "contains one":             ({"ticket.tags": {"operator": "contains one", "value": "b, z"}}, [2]),
    "contains all":             ({"ticket.tags": {"operator": "contains all", "value": "a, b"}}, [2]),
    "contains all, not all":    ({"ticket.tags": {"operator": "contains all", "value": "a, z"}}, []),
    "contains one not":         ({"ticket.tags": {"operator": "contains one not", "value": "a"}}, [1]),
    "nobody's":                 ({"ticket.owner_id": {"operator": "is", "pre_condition": "not_set"}}, [1]),
    "one's own":                ({"ticket.owner_id": {"operator": "is", "pre_condition": "current_user.id"}}, []),
    "of the customer":          ({"customer.lastname": {"operator": "is", "value": "Braun"}}, [1]),
    "of the group":             ({"group.name": {"operator": "is", "value": "Users"}}, [1, 2]),
    "of an article":            ({"article.body": {"operator": "contains", "value": "charged"}}, [2]),
    "of an article's type":     ({"article.type": {"operator": "is", "value": "web"}}, [2]),
    "subscribers":              ({"ticket.mention_user_ids": {"operator": "is", "value": ["3"]}}, [2]),
    "within next":              ({"ticket.pending_time": {"operator": "within next (relative)", "value": 2,
                                                          "range": "day"}}, [2]),
    "till":                     ({"ticket.pending_time": {"operator": "till (relative)", "value": 1,
                                                          "range": "hour"}}, []),
    "after, relative":          ({"ticket.pending_time": {"operator": "after (relative)", "value": 1,
                                                          "range": "hour"}}, [2]),
    "before, relative":         ({"ticket.created_at": {"operator": "before (relative)", "value": 5,
                                                        "range": "minute"}}, [1]),
    "within last":              ({"ticket.created_at": {"operator": "within last (relative)", "value": 5,
                                                        "range": "minute"}}, [2]),
    "today":                    ({"ticket.pending_time": {"operator": "today"}}, []),
    "expert, or":               ({"operator": "OR", "conditions": [
        {"name": "ticket.title", "operator": "contains", "value": "fees"},
        {"name": "ticket.state_id", "operator": "is", "value": ["1"]}]}, [1, 2]),
    "expert, not":              ({"operator": "NOT", "conditions": [
        {"name": "ticket.title", "operator": "contains", "value": "fees"}]}, [1]),
    "nothing asked":            ({}, [1, 2]),
}  # fmt: skip


@pytest.fixture
def found(box, clock):
    box.add_person(login="agnes@example.com", email="agnes@example.com", password="p", roles=["Agent"],
                   groups={"Users": ["full"]})  # fmt: skip
    tomorrow = clock.at.replace(day=clock.at.day + 1).isoformat()
    body = {"title": "Fees twice", "group": "Users", "customer_id": "guess:wei@example.com", "state": "open",
            "owner": "agnes@example.com", "tags": "a,b",
            "article": {"body": "charged twice", "type": "web", "sender": "Customer"}}  # fmt: skip
    assert box.request("POST", "/api/v1/tickets", json=body)[0] == 201
    pending = {"state": "pending reminder", "pending_time": tomorrow}
    assert box.request("PUT", "/api/v1/tickets/2", json=pending)[0] == 200
    box.desk.tickets.rows[2]["state_id"] = 2
    assert box.request("POST", "/api/v1/mentions", json={"mentionable_type": "Ticket", "mentionable_id": 2})[0] == 201

    def search(condition):
        asked = {"condition": condition, "sort_by": "id", "order_by": "asc"}
        return box.request("POST", "/api/v1/tickets/search", json=asked)

    return search


@pytest.mark.parametrize(("condition", "tickets"), CONDITIONS.values(), ids=CONDITIONS)
def test_conditions(found, condition, tickets):
    status, rows = found(condition)

    assert (status, [row["id"] for row in rows]) == (200, tickets)


REFUSED = {
    "unknown field": {"ticket.nonsense": {"operator": "is", "value": 1}},
    "unknown scope": {"weather.rain": {"operator": "is", "value": 1}},
    "unknown field of an article": {"article.nonsense": {"operator": "is", "value": 1}},
    "unknown operator": {"ticket.title": {"operator": "smells of", "value": "x"}},
    "no time": {"ticket.created_at": {"operator": "after (absolute)", "value": "soon"}},
}


@pytest.mark.parametrize("condition", REFUSED.values(), ids=REFUSED)
def test_refused(found, condition):
    assert found(condition)[0] == 422


def test_plain_words_are_found_and_field_queries_are_not(box):
    def search(query):
        return [row["id"] for row in box.request("GET", f"/api/v1/tickets/search?query={query}")[1]]

    assert search("welcome") == search("21001") == search("thank") == search("*") == [1]
    assert search("title:welcome") == search("nothing-like-it") == search("") == []
    assert box.request("POST", "/api/v1/tickets/search", json={"query": "*", "sort_by": "nonsense"})[0] == 422


TRIGGERS = {
    # row: condition, mode, perform, what is PUT, what ticket 1 shows afterwards
    "sets a field":          ({"ticket.title": {"operator": "contains", "value": "urgent"}}, "selective",
                              {"ticket.priority_id": {"value": "3"}}, {"title": "urgent"}, {"priority_id": 3}),
    "selective, unchanged":  ({"ticket.title": {"operator": "contains", "value": "Welcome"}}, "selective",
                              {"ticket.priority_id": {"value": "3"}}, {"note": "x"}, {"priority_id": 2}),
    "always":                ({"ticket.title": {"operator": "contains", "value": "Welcome"}}, "always",
                              {"ticket.priority_id": {"value": "3"}}, {"note": "x"}, {"priority_id": 3}),
    "has changed":           ({"ticket.priority_id": {"operator": "has changed"}}, "selective",
                              {"ticket.state_id": {"value": "4"}}, {"priority_id": 1}, {"state_id": 4}),
    "has not changed":       ({"ticket.priority_id": {"operator": "has not changed"}}, "always",
                              {"ticket.state_id": {"value": "4"}}, {"priority_id": 1}, {"state_id": 1}),
    "changed to":            ({"ticket.priority_id": {"operator": "changed to", "value": "1"}}, "selective",
                              {"ticket.state_id": {"value": "4"}}, {"priority_id": 1}, {"state_id": 4}),
    "to who acts":           ({"ticket.title": {"operator": "is", "value": "t"}}, "selective",
                              {"ticket.owner_id": {"pre_condition": "current_user.id"}}, {"title": "t"},
                              {"owner_id": 3}),
    "to nobody":             ({"ticket.title": {"operator": "is", "value": "t"}}, "selective",
                              {"ticket.owner_id": {"pre_condition": "not_set"}}, {"title": "t", "owner_id": 3},
                              {"owner_id": 1}),
    "by an article":         ({"article.internal": {"operator": "is", "value": "true"}}, "selective",
                              {"ticket.priority_id": {"value": "3"}},
                              {"article": {"body": "n", "internal": True}}, {"priority_id": 3}),
    "a list never matches":  ({"ticket.action": {"operator": "is", "value": ["update"]}}, "always",
                              {"ticket.priority_id": {"value": "3"}}, {"note": "x"}, {"priority_id": 2}),
    "action alone, selective": ({"ticket.action": {"operator": "is", "value": "update"}}, "selective",
                              {"ticket.priority_id": {"value": "3"}}, {"note": "x"}, {"priority_id": 2}),
    "expert":                ({"operator": "AND", "conditions": [
                                  {"name": "ticket.title", "operator": "is", "value": "t"}]}, "selective",
                              {"ticket.priority_id": {"value": "3"}}, {"title": "t"}, {"priority_id": 3}),
}  # fmt: skip


@pytest.mark.parametrize(("condition", "mode", "perform", "body", "expected"), TRIGGERS.values(), ids=TRIGGERS)
def test_triggers(box, condition, mode, perform, body, expected):
    trigger = {"name": "t", "condition": condition, "perform": perform, "execution_condition_mode": mode}
    assert box.request("POST", "/api/v1/triggers", json=trigger)[0] == 201

    status, ticket = box.request("PUT", "/api/v1/tickets/1", json=body)

    assert status == 200
    assert {name: ticket[name] for name in expected} == expected


def test_a_trigger_tags_and_notes(box):
    perform = {"ticket.tags": {"operator": "add", "value": "a, b"},
               "article.note": {"subject": "s", "body": "<p>note</p>", "internal": "true"}}  # fmt: skip
    trigger = {"name": "t", "condition": {"ticket.title": {"operator": "is", "value": "t"}}, "perform": perform}
    box.request("POST", "/api/v1/triggers", json=trigger)
    remove = trigger | {"name": "u", "perform": {"ticket.tags": {"operator": "remove", "value": "a"}}}
    box.request("POST", "/api/v1/triggers", json=remove)

    box.request("PUT", "/api/v1/tickets/1", json={"title": "t"})

    read = box.request("GET", "/api/v1/tickets/1?all=true")[1]
    note = read["assets"]["TicketArticle"]["2"]
    assert read["tags"] == ["b"]
    assert (note["body"], note["internal"], note["sender_id"]) == ("<p>note</p>", True, 3)
    history = box.request("GET", "/api/v1/ticket_history/1")[1]["history"]
    assert ("Trigger", "t") in [(row["sourceable_type"], row["sourceable_name"]) for row in history]
