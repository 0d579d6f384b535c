"""What is made, in which words, order and shape; that a second apply does nothing; how it is told."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from integrations.zammad.provision.calling import PAYLOAD
from integrations.zammad.provision.changes import Migrate, as_json
from integrations.zammad.provision.wanted import ORDER
from tests.integrations.zammad.provision.conftest import CALENDAR, NEEDS, SERVICE, SITE, Place, at, needs_of


def test_a_bare_helpdesk_gets_everything_in_an_order_that_works(place: Place) -> None:
    plan = place.plan()
    assert plan.obstacles == ()
    kinds = [None if isinstance(change, Migrate) else ORDER.index(change.key.kind) for change in plan.changes]
    migration = kinds.index(None)
    assert set(kinds[:migration]) == {0}
    assert kinds[migration + 1 :] == sorted(kinds[migration + 1 :])  # type: ignore[type-var]
    assert set(kinds) == {None, *range(len(ORDER))}
    assert all(done.ignored == () for done in place.apply())


def test_the_second_time_nothing_is_written(made: Place) -> None:
    made.box.counters.reset()
    assert made.apply() == ()
    assert made.box.counters.writes == 0


def test_one_migration_for_all_fields(place: Place) -> None:
    (migration,) = [change for change in place.plan().changes if isinstance(change, Migrate)]
    assert len(migration.fields) == 6
    assert migration.away


def forms_for(permission: str) -> dict[str, Any]:
    return {form: {permission: {"shown": True, "required": False}} for form in ("create", "edit", "view")}


SELECT = {"options": {"inquiry": "A", "complaint": "A"}, "nulloption": True, "multiple": False}
SHAPES: dict[str, tuple[str, str, dict[str, Any]]] = {
    "a select": ("object_manager_attributes", "zhidu_kind", {"data_type": "select", "data_option": SELECT}),
    "a text on both forms, for customers too": (
        "object_manager_attributes",
        "zhidu_reason",
        {
            "data_type": "input",
            "screens": {
                form: {
                    "ticket.agent": {"shown": True, "required": False},
                    "ticket.customer": {"shown": True, "required": False},
                }
                for form in ("create_middle", "edit")
            },
        },
    ),
    "a field of people": (
        "object_manager_attributes",
        "zhidu_staff_no",
        {"object": "User", "screens": forms_for("admin.user")},
    ),
    "a field of groups": (
        "object_manager_attributes",
        "zhidu_paused",
        {"object": "Group", "data_type": "boolean", "screens": forms_for("admin.group")},
    ),
    "a nested group": ("groups", "Complaints::Major", {"name_last": "Major", "note": "zhidu:groups.Complaints::Major"}),
    "a role": ("roles", "Lead", {"permission_ids": [61, 59], "active": True}),
    "a trigger": (
        "triggers",
        "zhidu: update",
        {
            "condition": {"ticket.action": {"operator": "is", "value": "update"}},
            "execution_condition_mode": "always",
            "activator": "action",
        },
    ),
    "an SLA in minutes, without what it cannot count": (
        "slas",
        "zhidu: Quick",
        {"first_response_time": 120, "update_time": 90, "solution_time": None},
    ),
    "a macro": (
        "macros",
        "Take",
        {
            "perform": {
                "ticket.owner_id": {"pre_condition": "current_user.id", "value": "", "value_completion": ""},
                "ticket.state_id": {"value": "3"},
                "ticket.pending_time": {"operator": "relative", "value": "2", "range": "day"},
                "ticket.zhidu_kind": {"value": "inquiry"},
                "ticket.tags": {"operator": "add", "value": "taken"},
                "article.note": {"subject": "Take", "body": "A", "internal": "true"},
            },
            "ux_flow_next_up": "none",
            "note": "zhidu:macros.take",
        },
    ),
    "a text module": ("text_modules", "Sorry", {"keywords": "s", "content": "A"}),
    "a template": (
        "templates",
        "Call",
        {
            "options": {
                "ticket.zhidu_kind": {"value": "inquiry"},
                "ticket.group_id": {"value": "1"},
                "ticket.title": {"value": "A"},
            }
        },
    ),
    "an overview": (
        "overviews",
        "Due",
        {
            "link": "zhidu_due",
            "condition": {
                "ticket.owner_id": {"operator": "is", "pre_condition": "current_user.id"},
                "ticket.state_id": {"operator": "is", "value": ["1", "2"]},
                "ticket.group_id": {"operator": "is not", "value": ["2"]},
                "ticket.zhidu_flags": {"operator": "contains one", "value": ["media"]},
                "ticket.zhidu_next_due_at": {"operator": "till (relative)", "value": "1", "range": "day"},
            },
            "order": {"by": "zhidu_next_due_at", "direction": "ASC"},
            "view": {"s": ["number", "title", "zhidu_kind", "zhidu_next_due_at"], "view_mode_default": "s"},
            "group_by": "zhidu_kind",
        },
    ),
}


@pytest.mark.parametrize(("table", "name", "fields"), SHAPES.values(), ids=SHAPES)
def test_shapes(made: Place, table: str, name: str, fields: dict[str, Any]) -> None:
    row = made.row(table, name)
    found = {field: row[field] for field in fields}
    if "data_option" in fields:
        found["data_option"] = {name: row["data_option"][name] for name in fields["data_option"]}
    assert found == fields


def test_a_core_workflow_leaves_the_service_user_out(made: Place) -> None:
    row = made.row("core_workflows", "zhidu: Reason")
    me = made.box.desk.logins[SERVICE]
    assert row["condition_selected"] == {
        "ticket.state_id": {"operator": "is", "value": ["4"]},
        "session.id": {"operator": "is not", "value": [str(me)]},
    }
    assert row["perform"] == {
        "ticket.zhidu_reason": {"operator": ["show", "set_mandatory"], "show": "true", "set_mandatory": "true"}
    }


def test_the_workflow_binds_agents_and_not_the_service(made: Place) -> None:
    made.by_ada("PUT", "users/4", {"group_ids": {"1": ["full"]}})
    status, refused = made.box.request(
        "PUT", "/api/v1/tickets/1", json={"state": "closed"}, headers={"X-On-Behalf-Of": "ada@example.com"}
    )
    assert (status, refused) == (422, {"error": "Missing required value for field 'zhidu_reason'!"})
    made.client.call("PUT", "tickets/1", json={"state": "closed"})


def test_the_webhook_carries_ids_and_is_signed(made: Place) -> None:
    row = made.row("webhooks", "zhidu")
    assert row["customized_payload"] is True
    assert row["signature_token"] == "a-secret-of-tests"
    assert "article.body" not in row["custom_payload"]
    assert set(PAYLOAD) >= {"ticket_id", "updated_at", "updated_by_id", "article_count"}


def test_the_service_user_has_every_group_and_a_role_of_its_own(made: Place) -> None:
    me = made.client.me()
    assert set(me.group_ids.values()) == {("full",)}
    assert len(me.group_ids) == len(made.box.desk.groups)
    assert made.row("roles", "zhidu")["id"] in me.role_ids
    made.by_ada("POST", "groups", {"name": "New", "active": True})
    assert made.changes() == ["~ users/service: group_ids"]


@pytest.mark.parametrize(
    ("tongue", "field", "macro", "closed"), [("zh-CN", "甲", "接手", "休息日"), ("en", "A", "Take", "not worked")]
)
def test_everything_is_named_in_the_language_of_the_helpdesk(
    place: Place, tongue: Any, field: str, macro: str, closed: str
) -> None:
    at(place, tongue=tongue)
    place.apply()
    assert place.row("object_manager_attributes", "zhidu_kind")["display"] == field
    assert place.row("macros", macro)["active"]
    free = place.row("calendars", f"zhidu: {CALENDAR.title}")["public_holidays"]
    assert free["2026-05-16"] == {"active": True, "summary": closed}


def test_the_calendar_is_exact_make_up_days_and_all(made: Place) -> None:
    """Seven days of hours and every free day a holiday: what Zammad then counts as worked is what the calendar does."""
    row = made.row("calendars", f"zhidu: {CALENDAR.title}")
    zone, day = ZoneInfo(row["timezone"]), date(2026, 1, 1)
    seen = set()
    while day < date(2028, 1, 1):
        theirs = day.isoformat() not in row["public_holidays"]
        noon = datetime(day.year, day.month, day.day, 10, 0, tzinfo=zone)
        assert theirs is CALENDAR.is_open(noon), day
        seen.add(CALENDAR.day(day).kind)
        day += timedelta(days=1)
    assert {"open", "weekend", "holiday", "makeup"} <= seen
    assert all(hours["timeframes"] for hours in row["business_hours"].values())


CHANGED = {
    "an option more": (
        "complaint: {zh-CN: 甲, zh-TW: 乙, en: A}}",
        "complaint: {zh-CN: 甲, zh-TW: 乙, en: A}, task: {zh-CN: 甲, zh-TW: 乙, en: A}}",
        ["~ object_manager_attributes/Ticket.zhidu_kind: data_option", "!"],
    ),
    "another form": (
        "screens: [create, edit]",
        "screens: edit",
        ["~ object_manager_attributes/Ticket.zhidu_reason: screens"],
    ),
    "another name": ("en: Take}", "en: Take it}", ["~ macros/take: name, perform"]),
    "another item": (
        "items: [{zh-CN: 甲, zh-TW: 乙, en: A}, ",
        "items: [{zh-CN: 丙, zh-TW: 丙, en: C}, ",
        ["~ checklist_templates/papers: items"],
    ),
    "another period": ("first_response: 2wh", "first_response: 1wh", ["~ slas/quick: first_response_time"]),
    "another group": (
        "Complaints::Major",
        "Complaints::Grave",
        ["+ groups/Complaints::Grave", "~ users/service: group_ids", "- groups/Complaints::Major"],
    ),
}


@pytest.mark.parametrize(("old", "new", "changes"), CHANGED.values(), ids=CHANGED)
def test_a_change_of_the_modules_is_a_change_there(made: Place, old: str, new: str, changes: list[str]) -> None:
    assert old in NEEDS
    made.needs = needs_of(NEEDS.replace(old, new))
    assert made.changes() == changes
    made.apply()
    assert made.changes() == []


def test_options_alone_need_no_restart(made: Place) -> None:
    old = "complaint: {zh-CN: 甲, zh-TW: 乙, en: A}}"
    made.needs = needs_of(NEEDS.replace(old, f"{old[:-1]}, task: {{zh-CN: 甲, zh-TW: 乙, en: A}}}}"))
    (migration,) = [change for change in made.plan().changes if isinstance(change, Migrate)]
    assert not migration.away
    made.apply()
    assert made.row("object_manager_attributes", "zhidu_kind")["data_option"]["historical_options"]["task"] == "A"


def test_another_secret_is_never_shown(made: Place) -> None:
    at(made, hook=replace(SITE.hook, secret="another-secret"))
    assert made.changes() == ["~ webhooks/zhidu: signature_token"]
    told = "\n".join(made.shown()) + str([as_json(change) for change in made.plan().changes])
    assert "secret-of-tests" not in told
    assert "another-secret" not in told
    assert "signature_token: (secret) → (another secret)" in told
    assert "secret-of-tests" not in str(made.record.all())


def test_told_old_and_new(made: Place) -> None:
    made.needs = needs_of(NEEDS.replace("first_response: 2wh", "first_response: 1wh"))
    assert made.shown() == ["~ SLA zhidu: Quick", "    first_response_time: 120 → 60"]
    (change,) = map(as_json, made.plan().changes)
    assert change["fields"] == [{"field": "first_response_time", "old": 120, "new": 60, "by": None, "at": None}]
