"""What others made is never touched, and named where it stands in the way; what is no longer needed is retired."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from integrations.zammad.client import Client
from integrations.zammad.errors import Refused
from integrations.zammad.provision.wanted import Key
from integrations.zammad.provision.whole import Exceptions
from integrations.zammad.transport import Answer, Connection
from tests.integrations.zammad.provision.conftest import NEEDS, SERVICE, TOKEN, Place, grant, needs_of

By = Callable[[Place], object]
CREATE = {"ticket.action": {"operator": "is", "value": "update"}}


def field(p: Place, **other: Any) -> object:
    body = {
        "name": "zhidu_reason",
        "object": "Ticket",
        "display": "x",
        "data_type": "integer",
        "data_option": {"min": 0},
    }
    return p.by_ada("POST", "object_manager_attributes", {**body, **other})


def trigger(p: Place, perform: dict[str, Any]) -> object:
    return p.by_ada("POST", "triggers", {"name": "t", "condition": CREATE, "perform": perform})


IN_THE_WAY: dict[str, tuple[By, str, str, set[str]]] = {
    # row: what is done; what is said; what to do; what is not made because of it
    "a macro of the same name": (
        lambda p: p.by_ada("POST", "macros", {"name": "Take", "perform": {"ticket.state_id": {"value": "4"}}}),
        "there is a macro 'Take' already, which zhidu did not make",
        "--take-over macros/take",
        {"macros/take"},
    ),
    "a template of the same name": (
        lambda p: p.by_ada("POST", "templates", {"name": "Call", "options": {}}),
        "there is a ticket template 'Call' already",
        "--take-over templates/call",
        {"templates/call"},
    ),
    "a group of the same name, inactive": (
        lambda p: p.by_ada("POST", "groups", {"name": "Complaints", "active": False}),
        "group Complaints is there and is inactive",
        "activate it in Zammad",
        {"groups/Complaints", "groups/Complaints::Major", "overviews/due", "roles/lead", "text_modules/sorry"},
    ),
    "a field of another type": (
        field,
        "field Ticket.zhidu_reason is of type integer, not input",
        "its values are lost",
        {"object_manager_attributes/Ticket.zhidu_reason", "core_workflows/reason_at_close"},
    ),
}  # fmt: skip


@pytest.mark.parametrize(("done", "what", "do", "blocked"), IN_THE_WAY.values(), ids=IN_THE_WAY)
def test_somebody_else_s_stands_in_the_way(place: Place, done: By, what: str, do: str, blocked: set[str]) -> None:
    done(place)
    first = place.plan().obstacles[0]
    assert what in first.what
    assert do in first.do
    place.apply()
    assert {str(one.key) for one in place.plan().obstacles} >= blocked
    made = {str(one.key) for one in place.record.all()}
    assert not made & blocked
    assert place.changes() == [] or place.changes() == ["!"]


def test_a_macro_of_another_s_stays_as_it_is(place: Place) -> None:
    theirs = place.by_ada("POST", "macros", {"name": "Take", "perform": {"ticket.state_id": {"value": "4"}}})
    place.apply()
    assert place.row("macros", "Take")["perform"] == theirs["perform"]
    place.exceptions = Exceptions(keep={}, taken=frozenset({Key(kind="macros", name="take")}))
    assert place.changes() == ["~ macros/take: perform, note"]
    place.apply()
    place.exceptions = Exceptions(keep={})
    assert place.changes() == []


def test_a_group_of_the_company_serves_and_is_not_ours(place: Place) -> None:
    theirs = place.by_ada("POST", "groups", {"name": "Complaints", "active": True})
    place.apply()
    row = place.row("groups", "Complaints")
    assert (row["id"], row["note"]) == (theirs["id"], None)
    assert place.row("groups", "Complaints::Major")["parent_id"] == theirs["id"]
    place.without("groups", "roles", "overviews", "text_modules")
    assert "- groups/Complaints" not in place.changes()
    assert "- groups/Complaints::Major" in place.changes()


FIGHTS: dict[str, tuple[By, str]] = {
    "a trigger that writes our field": (
        lambda p: trigger(p, {"ticket.zhidu_kind": {"value": "x"}}),
        "the trigger 't' writes zhidu_kind, which zhidu fills in",
    ),
    "a trigger that moves tickets": (
        lambda p: trigger(p, {"ticket.group_id": {"value": "1"}}),
        "the trigger 't' sets the group, which the policy decides",
    ),
    "a trigger that calls a second time": (
        lambda p: trigger(p, {"notification.webhook": {"webhook_id": p.row("webhooks", "zhidu")["id"]}}),
        "the trigger 't' calls zhidu's webhook a second time",
    ),
    "a scheduler": (
        lambda p: p.by_ada(
            "POST", "jobs", {"name": "j", "perform": {"ticket.owner_id": {"value": "1"}}, "timezone": "UTC"}
        ),
        "the scheduler 'j' sets the owner",
    ),
    "a workflow that binds the service": (
        lambda p: p.by_ada(
            "POST", "core_workflows",
            {"name": "w", "perform": {"ticket.title": {"operator": ["set_mandatory"], "set_mandatory": "true"}}},
        ),
        "the core workflow 'w' makes a field mandatory, for zhidu too",
    ),
}  # fmt: skip


@pytest.mark.parametrize(("done", "what"), FIGHTS.values(), ids=FIGHTS)
def test_what_works_against_the_policy_is_named_and_hinders_nothing(made: Place, done: By, what: str) -> None:
    before = made.plan().obstacles
    assert before == ()
    done(made)
    (obstacle,) = made.plan().obstacles
    assert obstacle.what.startswith(what)
    assert obstacle.key is None
    assert made.changes() == []


def test_what_no_module_needs_is_retired_and_comes_back(made: Place) -> None:
    made.without("macros", "text_modules", "templates", "checklists", "core_workflows", "slas", "overviews", "roles")
    assert made.changes() == [
        "- overviews/due",
        "- core_workflows/reason_at_close",
        "- templates/call",
        "- checklist_templates/papers",
        "- macros/take",
        "- text_modules/sorry",
        "- slas/quick",
        "- calendars/default",
        "- roles/lead",
    ]
    made.apply()
    assert made.changes() == []
    assert not made.row("macros", "Take")["active"]
    assert not made.row("overviews", "Due")["active"]
    made.needs = needs_of()
    assert "~ macros/take: active" in made.changes()
    made.apply()
    assert made.changes() == []
    assert made.row("macros", "Take")["active"]


def renamed(field: str) -> str:
    """The needs with another field in the place of this one, and nothing that uses it."""
    lines = NEEDS.splitlines()
    kept = [line for line in lines if not line.startswith(f"      - {{field: {field},")]
    text = "\n".join(kept).replace(f"{{name: {field}, type", "{name: other, type")
    return text.replace("next_due_at]", "updated_at]") if field == "next_due_at" else text


FORCE: dict[str, tuple[By, str]] = {
    "more than a third": (
        lambda p: p.without("macros", "text_modules", "templates", "checklists", "core_workflows", "slas", "overviews"),
        "would change, more than a third",
    ),
    "a field with values": (
        lambda p: (
            p.client.call("PUT", "tickets/1", json={"zhidu_reason": "because"}),
            setattr(p, "needs", needs_of(NEEDS.replace("  - {name: reason, type", "  - {name: other, type"))),
        ),
        "field zhidu_reason is retired, in which 1 ticket has values",
    ),
    "an option that tickets have": (
        lambda p: (
            p.client.call("PUT", "tickets/1", json={"zhidu_kind": "complaint"}),
            setattr(p, "needs", needs_of(NEEDS.replace(", complaint: {zh-CN: 甲, zh-TW: 乙, en: A}}", "}"))),
        ),
        "field zhidu_kind loses the options complaint, which 1 ticket has",
    ),
    "a field of several values": (
        lambda p: (
            p.client.call("PUT", "tickets/1", json={"zhidu_flags": ["media"]}),
            setattr(p, "needs", needs_of(renamed("flags"))),
        ),
        "field zhidu_flags is retired, in which 1 ticket has values",
    ),
    "a field of times": (
        lambda p: (
            p.client.call("PUT", "tickets/1", json={"zhidu_next_due_at": "2026-05-07T01:00:00Z"}),
            setattr(p, "needs", needs_of(renamed("next_due_at"))),
        ),
        "field zhidu_next_due_at is retired, in which 1 ticket has values",
    ),
    "one of several values": (
        lambda p: (
            p.client.call("PUT", "tickets/1", json={"zhidu_flags": ["media"]}),
            setattr(p, "needs", needs_of(NEEDS.replace("options: {media:", "options: {legal:"))),
        ),
        "field zhidu_flags loses the options media, which 1 ticket has",
    ),
    "what Zammad does not count": (
        lambda p: (
            setattr(p, "needs", needs_of(renamed("flags"))),
            [ticket.pop("zhidu_flags") for ticket in p.box.desk.tickets],  # the database lost the column
        ),
        "field zhidu_flags is retired, and whether tickets have values in it is unknown",
    ),
    "a group with tickets": (
        lambda p: (
            p.client.call("PUT", "tickets/1", json={"group": "Complaints::Major"}),
            p.without("groups"),
        ),
        "group Complaints::Major is retired and has 1 ticket",
    ),
}  # fmt: skip


@pytest.mark.parametrize(("done", "why"), FORCE.values(), ids=FORCE)
def test_what_needs_force(made: Place, done: By, why: str) -> None:
    assert made.refusals() == ()
    done(made)
    assert any(why in refusal for refusal in made.refusals()), made.refusals()


def test_an_option_nobody_has_goes_without_force(made: Place) -> None:
    made.needs = needs_of(NEEDS.replace(", complaint: {zh-CN: 甲, zh-TW: 乙, en: A}}", "}"))
    assert made.refusals() == ()


def test_what_the_token_may_not_do_is_told_before_the_first_write(place: Place) -> None:
    few = [
        row["name"] for row in place.box.desk.permissions if row["name"] not in ("admin", "admin.macro", "admin.sla")
    ]
    with place.box.lock:
        place.box.desk.tokens["t"]["preferences"]["permission"] = few
    place.box.counters.reset()
    assert place.look().lacking == ("admin.macro (Macros)", "admin.sla (SLAs)")
    assert place.box.counters.writes == 0


def test_a_token_that_may_not_see_tokens_tells_nothing_beforehand(place: Place) -> None:
    place.box.desk.tokens["t"]["last_used_at"] = None
    user = place.box.desk.logins[SERVICE]
    grant(place.box, user, "other", ["ticket.agent"])
    rights = place.look().rights
    assert rights.granted is not None
    assert "admin.macro" in rights.granted  # of two tokens the one that was used a moment ago


UNKNOWN = {
    "a state": ("{field: state, to: pending reminder}", "{field: state, to: lost}", "this Zammad has no state 'lost'"),
    "a role": ("roles: [Agent, lead]", "roles: [Agent, leed]", "needs the role 'leed', which is not there"),
    "a group": ("groups: [Complaints]}", "groups: [Complains]}", "needs the group 'Complains', which is not there"),
}


@pytest.mark.parametrize(("old", "new", "what"), UNKNOWN.values(), ids=UNKNOWN)
def test_a_name_that_this_helpdesk_does_not_know(place: Place, old: str, new: str, what: str) -> None:
    assert old in NEEDS
    place.needs = needs_of(NEEDS.replace(old, new))
    (obstacle,) = place.plan().obstacles
    assert what in obstacle.what
    place.apply()
    assert place.changes() == []


def test_a_call_without_the_right_ends_it_with_zammad_s_words(place: Place) -> None:
    place.box.desk.tokens["t"]["preferences"]["permission"] = ["ticket.agent"]
    with pytest.raises(Refused):
        place.apply()


class Older(Client):
    """A Zammad that has no checklists yet answers 404, as for every page that it does not have."""

    def call(self, method: str, path: str, **rest: Any) -> Answer:
        return super().call(method, "no_such_page" if path == "checklist_templates" else path, **rest)


def test_a_zammad_without_checklists_goes_without(place: Place) -> None:
    """Told by the list that is not there, whatever the version."""
    place.client = Older(Connection(url=place.url, token=TOKEN))
    (obstacle,) = place.plan().obstacles
    assert obstacle.what == "this Zammad has no checklist templates: Papers"
    assert not obstacle.hinders
    place.apply()
    assert place.changes() == []
    place.client.close()


def test_a_list_that_the_token_may_not_see_is_named_once(place: Place) -> None:
    with place.box.lock:
        place.box.desk.tokens["t"]["preferences"]["permission"] = [
            row["name"] for row in place.box.desk.permissions if row["name"] not in ("admin", "admin.object")
        ]
    first = place.plan().obstacles[0]
    assert first.what.startswith("the token may not look at any field")
    assert first.do == "give it the permission admin.object"
    assert sum("may not look" in one.what for one in place.plan().obstacles) == 1
