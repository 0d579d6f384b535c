"""What people did in Zammad since the last apply is told from what the modules changed, with who did it; put back."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from integrations.zammad.client import Client
from integrations.zammad.provision.changes import Update, is_drift
from integrations.zammad.provision.compare import same
from integrations.zammad.provision.wanted import Key
from integrations.zammad.provision.whole import Exceptions
from integrations.zammad.transport import Answer, Connection
from tests.integrations.zammad.provision.conftest import ADA, NEEDS, TOKEN, Place, needs_of

By = Callable[[Place], object]

DRIFT: dict[str, tuple[By, list[str]]] = {
    "a renamed macro": (lambda p: p.put("macros", "Take", name="Grab"), ["~ macros/take: name"]),
    "a trigger off": (lambda p: p.put("triggers", "zhidu: update", active=False), ["~ triggers/update: active"]),
    "a webhook that calls elsewhere": (
        lambda p: p.put("webhooks", "zhidu", endpoint="http://127.0.0.1:8/x"),
        ["~ webhooks/zhidu: endpoint"],
    ),
    "another secret": (
        lambda p: p.put("webhooks", "zhidu", signature_token="theirs"),
        ["~ webhooks/zhidu: signature_token"],
    ),
    "a role that may more": (lambda p: p.put("roles", "Lead", permission_ids=[1]), ["~ roles/lead: permission_ids"]),
    "a workflow for everybody": (
        lambda p: p.put("core_workflows", "zhidu: Reason", condition_selected={}),
        ["~ core_workflows/reason_at_close: condition_selected"],
    ),
    "a field taken off the form": (
        lambda p: p.put("object_manager_attributes", "zhidu_kind", screens={}),
        ["~ object_manager_attributes/Ticket.zhidu_kind: screens"],
    ),
    "a renamed group": (
        lambda p: p.put("groups", "Complaints::Major", name_last="Minor"),
        ["~ groups/Complaints::Major: name_last"],
    ),
    "a deleted overview": (
        lambda p: p.by_ada("DELETE", f"overviews/{p.row('overviews', 'Due')['id']}", {}),
        ["+ overviews/due"],
    ),
}  # fmt: skip


@pytest.mark.parametrize(("done", "changes"), DRIFT.values(), ids=DRIFT)
def test_what_somebody_changed_is_told_and_put_back(made: Place, done: By, changes: list[str]) -> None:
    done(made)
    assert made.changes() == changes
    assert len(made.plan().drifted) == 1
    told = "\n".join(made.shown())
    assert f"changed in Zammad by {ADA}, 2026-05-06 03:00 UTC]" in told or "[deleted in Zammad]" in told
    assert "theirs" not in told
    made.apply()
    assert made.changes() == []


def permission(place: Place, name: str) -> int:
    return next(row["id"] for row in place.box.desk.permissions if row["name"] == name)


def with_option(place: Place) -> None:
    """An option more, and the database not updated yet."""
    option = place.row("object_manager_attributes", "zhidu_kind")["data_option"]
    place.put(
        "object_manager_attributes",
        "zhidu_kind",
        data_option={**option, "options": {**option["options"], "gift": "Gift"}},
    )


TOLD: dict[str, tuple[By, list[str]]] = {
    "permissions by their names": (
        lambda p: p.put("roles", "Lead", permission_ids=[permission(p, "report")]),
        ["~ role Lead", 'permission_ids: ["report"] → ["ticket.agent", "report"]'],
    ),
    "a calendar by its name": (
        lambda p: p.put("slas", "zhidu: Quick", calendar_id=1),
        ["~ SLA zhidu: Quick", 'calendar_id: "Default" → "zhidu: 中国大陆 Mainland China"'],
    ),
    "states of a condition by their names, and only what differs": (
        lambda p: p.put(
            "overviews",
            "Due",
            condition={
                **p.row("overviews", "Due")["condition"],
                "ticket.state_id": {"operator": "is", "value": ["1", "4"]},
            },
        ),
        ["~ overview Due", 'condition.ticket.state_id.value: ["new", "closed"] → ["new", "open"]'],
    ),
    "what a macro no longer does": (
        lambda p: p.put(
            "macros",
            "Take",
            perform={name: act for name, act in p.row("macros", "Take")["perform"].items() if name != "ticket.tags"},
        ),
        ["~ macro Take", 'perform.ticket.tags: – → {"operator": "add", "value": "taken"}'],
    ),
    "one option of many, and the field by what people see": (
        with_option,
        ["~ field zhidu_kind “A”", 'data_option.options.gift: "Gift" → –', "! database migration for 1 field"],
    ),
}  # fmt: skip


@pytest.mark.parametrize(("done", "lines"), TOLD.values(), ids=TOLD)
def test_what_differs_is_told_by_names_and_no_more_than_that(made: Place, done: By, lines: list[str]) -> None:
    done(made)
    assert [line.partition("   [changed")[0].strip() for line in made.shown()] == lines


def test_of_many_parts_some_are_told_and_the_rest_counted(made: Place) -> None:
    """A calendar without its holidays: a year has more than a hundred free days."""
    calendar = made.row("calendars", "zhidu: 中国大陆 Mainland China")
    free = len(calendar["public_holidays"])
    kept = dict(list(calendar["public_holidays"].items())[:1])
    made.put("calendars", calendar["name"], public_holidays=kept)
    told = made.shown()
    assert len(told) == 1 + 8 + 1
    assert told[-1].strip().startswith(f"public_holidays: and {free - 1 - 8} more")


def test_an_option_that_still_waits_for_its_migration_is_put_back_at_once(made: Place) -> None:
    """Zammad drops what waits only for something else than what is in force."""
    with_option(made)
    assert [done.ignored for done in made.apply()] == [(), ()]
    assert made.changes() == []
    assert "gift" not in made.row("object_manager_attributes", "zhidu_kind")["data_option"]["options"]


def test_the_migration_that_undoes_what_somebody_did_is_not_due_by_itself(made: Place) -> None:
    with_option(made)
    assert [is_drift(change) for change in made.plan().changes] == [True, False]
    assert made.plan().due == ()


def test_what_the_own_account_changed_is_drift_too(made: Place) -> None:
    """A script with zhidu's token, or somebody who signs in as it."""
    made.client.call("PUT", f"macros/{made.row('macros', 'Take')['id']}", json={"name": "Grab"})
    (change,) = made.plan().drifted
    assert isinstance(change, Update)
    assert [one.by for one in change.differences] == ["zhidu's own account"]
    assert "[changed in Zammad by zhidu's own account, 2026-05-06 03:00 UTC]" in made.shown()[1]


def test_what_the_modules_changed_is_no_drift(made: Place) -> None:
    made.needs = needs_of(NEEDS.replace("en: Take}", "en: Take it}"))
    assert made.changes() == ["~ macros/take: name, perform"]
    assert made.plan().drifted == ()


def test_both_at_once_are_told_apart(made: Place) -> None:
    made.put("macros", "Take", ux_flow_next_up="next_task")
    made.needs = needs_of(NEEDS.replace("en: Take}", "en: Take it}"))
    (change,) = made.plan().changes
    assert isinstance(change, Update)
    assert {one.field: one.by for one in change.differences} == {"name": None, "perform": None, "ux_flow_next_up": ADA}


ORDERED = {
    "an administrator's order of overviews": lambda p: p.put("overviews", "Due", prio=7),
    "an administrator's order of fields": lambda p: p.put("object_manager_attributes", "zhidu_kind", position=7),
    "options in an order of their own": lambda p: p.put(
        "object_manager_attributes",
        "zhidu_kind",
        data_option={
            **p.row("object_manager_attributes", "zhidu_kind")["data_option"],
            "customsort": "on",
            "options": [{"name": "A", "value": "complaint"}, {"name": "A", "value": "inquiry"}],
        },
    ),
}


@pytest.mark.parametrize("done", ORDERED.values(), ids=ORDERED)
def test_what_is_left_to_people_is_no_drift(made: Place, done: By) -> None:
    done(made)
    assert [change for change in made.changes() if change != "!"] == []


def test_kept_as_it_is_in_zammad(made: Place) -> None:
    """With the company's exception the change stays, and the rest of the object is still looked after."""
    made.put("macros", "Take", name="Grab")
    made.exceptions = Exceptions(keep={Key(kind="macros", name="take"): {"name": "Grab"}})
    assert made.changes() == []
    made.apply()
    made.put("macros", "Grab", active=False)
    assert made.changes() == ["~ macros/take: active"]


def test_left_out_is_neither_made_nor_retired(made: Place) -> None:
    key = Key(kind="overviews", name="due")
    made.exceptions = Exceptions(keep={}, left_out=frozenset({key}))
    made.put("overviews", "Due", name="Mine")
    assert made.changes() == []
    made.without("overviews")
    assert made.changes() == []


def test_after_putting_back_nothing_is_drift_any_more(made: Place) -> None:
    made.put("macros", "Take", name="Grab")
    made.apply()
    made.needs = needs_of(NEEDS.replace("en: Take}", "en: Take it}"))
    assert [is_drift(change) for change in made.plan().changes] == [False]


class Logging(Client):
    """A Zammad 7, whose audit log answers as its documentation says."""

    log: list[dict[str, object]] = []  # noqa: RUF012 - set by the test

    def call(self, method: str, path: str, **rest: Any) -> Answer:
        if path != "audit_logs":
            return super().call(method, path, **rest)
        assert rest["params"]["order_by"] == "DESC"
        return Answer(status=200, content_type="application/json", body=json.dumps(self.log).encode(), dated_at=None)


def test_who_deleted_it_where_zammad_keeps_a_log(made: Place) -> None:
    overview, macro = made.row("overviews", "Due")["id"], made.row("macros", "Take")["id"]
    made.by_ada("DELETE", f"overviews/{overview}", {})
    made.by_ada("DELETE", f"macros/{macro}", {})
    entry = {
        "user_id": 3, "user_fullname": "Ada Admin", "auditable_name": "Due", "value_from": {}, "value_to": {},
        "source_ip": "172.19.0.1", "preferences": {}, "created_at": "2026-07-23T09:14:51.650Z",
    }  # fmt: skip
    with Logging(Connection(url=made.url, token=TOKEN)) as client:
        client.log = [
            {**entry, "id": 3, "action_type": "destroy", "auditable_type": "Overview", "auditable_id": overview},
            {**entry, "id": 2, "action_type": "update", "auditable_type": "Macro", "auditable_id": macro},
            {**entry, "id": 1, "action_type": "destroy", "auditable_type": "Setting", "auditable_id": 280},
        ]
        made.client = client
        assert made.shown() == [
            "+ macro Take   [deleted in Zammad]",
            "+ overview Due   [deleted in Zammad by Ada Admin, 2026-07-23 09:14 UTC]",
        ]


SAME = {
    "a link with what the sanitiser adds": (
        '<a href="https://example.com">x</a>',
        '<a href="https://example.com" rel="nofollow noreferrer noopener" target="_blank">x</a>',
    ),
    "closed tags": ("a<br/>b", "a<br>b"),
    "entities": ("<p>A &amp; B</p>", "<p>A & B</p>"),
    "lines": ("<p>a</p>\n<p>b</p>", "<p>a</p><p>b</p>"),
}


@pytest.mark.parametrize(("ours", "theirs"), SAME.values(), ids=SAME)
def test_what_the_sanitiser_writes_is_the_same(ours: str, theirs: str) -> None:
    assert same("content", theirs, ours)
    assert not same("content", theirs.replace("x", "y").replace("b", "c").replace("B", "C"), ours)
