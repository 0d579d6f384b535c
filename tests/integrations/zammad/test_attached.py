"""What differs in a helpdesk from what zhidu needs: one thing changed a row, and what is said of it."""

import json
from typing import Any

import pytest

from integrations.zammad.attached import Expected, field_gaps, our_webhook, trigger_gaps, webhook_gaps
from integrations.zammad.provision.calling import PAYLOAD
from integrations.zammad.provision.fields import data_type
from integrations.zammad.wire import ObjectAttribute, Thing
from policies.kernel.config import Layer
from policies.kernel.provisioning import FieldNeed, Needs, load_needs

PATH = "/hooks/zammad"
EXPECTED = Expected(endpoint=f"https://zhidu.example.com{PATH}", path=PATH, secret="a-secret")
NEEDS: Needs = load_needs(
    Layer(
        path="provision.yaml",
        text="""
ticket_fields:
  - {name: cause, type: text, display: {zh-CN: 原因, zh-TW: 原因, en: Cause}}
  - name: severity
    type: select
    display: {zh-CN: 等级, zh-TW: 等級, en: Severity}
    options:
      ordinary: {zh-CN: 一般, zh-TW: 一般, en: Ordinary}
      major: {zh-CN: 重大, zh-TW: 重大, en: Major}
""",
    )
)
CAUSE: FieldNeed = NEEDS.ticket_fields[0]
CAUSE_THERE: dict[str, Any] = {
    "id": 60,
    "name": "zhidu_cause",
    "object": "Ticket",
    "data_type": "input",
    "data_option": {"type": "text", "maxlength": 250},
}
SEVERITY_THERE: dict[str, Any] = {
    "id": 61,
    "name": "zhidu_severity",
    "object": "Ticket",
    "data_type": "select",
    "data_option": {"options": {"ordinary": "一般", "major": "重大"}},
}

FIELDS: dict[str, tuple[dict[str, Any] | None, dict[str, Any] | None, list[str]]] = {
    # row             cause                         severity   said
    "as needed": ({}, {}, []),
    "none": (None, None, ["Ticket lacks zhidu_cause (input), zhidu_severity (select)"]),
    "one is missing": ({}, None, ["Ticket lacks zhidu_severity (select)"]),
    "of users": ({"object": "User"}, {}, ["Ticket lacks zhidu_cause (input)"]),
    "another type": ({"data_type": "textarea"}, {}, ["Ticket field zhidu_cause is of type textarea, not input"]),
    "inactive": ({"active": False}, {}, ["Ticket field zhidu_cause is inactive"]),
    "not migrated": ({"to_create": True}, {}, ["Ticket field zhidu_cause waits for the database"]),
    "too short": ({"data_option": {"maxlength": 100}}, {}, ["Ticket field zhidu_cause holds 100 characters only"]),
    "no options": ({}, {"data_option": None}, ["Ticket field zhidu_severity lacks the options ordinary, major"]),
    "an option is missing": (
        {},
        {"data_option": {"options": {"major": "重大"}}},
        ["Ticket field zhidu_severity lacks the options ordinary"],
    ),
    "options in an order": (
        {},
        {"data_option": {"options": [{"value": "major", "name": "x"}, {"value": "ordinary", "name": "y"}]}},
        [],
    ),
}


@pytest.mark.parametrize(("cause", "severity", "said"), FIELDS.values(), ids=FIELDS)
def test_fields(cause: dict[str, Any] | None, severity: dict[str, Any] | None, said: list[str]) -> None:
    there = [
        ObjectAttribute(**{**base, **change})
        for base, change in ((CAUSE_THERE, cause), (SEVERITY_THERE, severity))
        if change is not None
    ]
    gaps = list(field_gaps(there, "Ticket", NEEDS.ticket_fields))
    assert [gap.what for gap in gaps] == said
    assert all(gap.do for gap in gaps)


def test_types() -> None:
    assert data_type(CAUSE) == "input"


def thing(**fields: Any) -> Thing:
    return Thing(**{"id": 1, **fields})


HOOK: dict[str, Any] = {
    "name": "zhidu",
    "active": True,
    "endpoint": EXPECTED.endpoint,
    "signature_token": "a-secret",
    "ssl_verify": True,
    "customized_payload": True,
    "custom_payload": json.dumps(PAYLOAD, indent=2),
}

HOOKS: dict[str, tuple[dict[str, Any], bool | None, str]] = {
    # row            change                                grave  said
    "as needed": ({}, None, ""),
    "inactive": ({"active": False}, True, "inactive"),
    "elsewhere": ({"endpoint": "https://zhidu.example.com/other"}, True, "calls https://zhidu.example.com/other"),
    "another host": ({"endpoint": f"http://10.0.0.5:8800{PATH}"}, False, "the configuration says https://zhidu"),
    "unsigned": ({"signature_token": None}, True, "does not sign"),
    "another secret": ({"signature_token": "another"}, True, "with another secret"),
    "standard payload": ({"customized_payload": False}, False, "another payload"),
    "own payload": ({"custom_payload": '{"title": "#{ticket.title}"}'}, False, "another payload"),
    "broken payload": ({"custom_payload": "{"}, False, "another payload"),
    "no certificates": ({"ssl_verify": False}, False, "checks no certificate"),
}


@pytest.mark.parametrize(("change", "grave", "said"), HOOKS.values(), ids=HOOKS)
def test_webhook(change: dict[str, Any], grave: bool | None, said: str) -> None:
    gaps = list(webhook_gaps(thing(**{**HOOK, **change}), EXPECTED))
    assert [gap.grave for gap in gaps] == ([] if grave is None else [grave])
    assert said in "".join(gap.what for gap in gaps)
    assert "a-secret" not in repr([*gaps, EXPECTED])


def test_no_webhook() -> None:
    (gap,) = webhook_gaps(None, EXPECTED)
    assert gap.grave
    assert EXPECTED.endpoint in gap.do


FOUND = {
    # row                webhooks, as (name, endpoint)                                      which
    "by its name": ([("other", f"http://x.invalid{PATH}"), ("zhidu", "http://x.invalid/y")], 1),
    "by its path": ([("ids", "http://x.invalid/y"), ("ours", f"http://x.invalid{PATH}")], 1),
    "none": ([("ids", "http://x.invalid/y"), ("empty", None)], None),
}


@pytest.mark.parametrize(("hooks", "which"), FOUND.values(), ids=FOUND)
def test_which_webhook_is_ours(hooks: list[tuple[str, str | None]], which: int | None) -> None:
    there = [thing(id=number, name=name, endpoint=endpoint) for number, (name, endpoint) in enumerate(hooks)]
    found = our_webhook(there, PATH)
    assert (None if found is None else found.id) == which


def trigger(action: object, **change: Any) -> dict[str, Any]:
    return {
        "name": f"on {action}",
        "active": True,
        "activator": "action",
        "execution_condition_mode": "always",
        "condition": {"ticket.action": {"operator": "is", "value": action}},
        "perform": {"notification.webhook": {"webhook_id": 7}},
        **change,
    }


BOTH = [trigger("create"), trigger("update")]
TRIGGERS: dict[str, tuple[list[dict[str, Any]], list[str]]] = {
    # row            triggers   said
    "as needed": (BOTH, []),
    "as provisioned": ([trigger("create", execution_condition_mode="selective"), trigger("update")], []),
    "the id as text": (
        [trigger("create"), trigger("update", perform={"notification.webhook": {"webhook_id": "7"}})],
        [],
    ),
    "none": ([], ["no trigger calls the webhook on create", "no trigger calls the webhook on update"]),
    "another webhook": (
        [trigger("create"), trigger("update", perform={"notification.webhook": {"webhook_id": 8}})],
        ["no trigger calls the webhook on update"],
    ),
    "no webhook": ([trigger("create"), trigger("update", perform={})], ["no trigger calls the webhook on update"]),
    "a list never matches": ([trigger(["create"]), trigger("update")], ["no trigger calls the webhook on create"]),
    "inactive": ([trigger("create", active=False), trigger("update")], ["the trigger 'on create' is inactive"]),
    "only when changed": (
        [trigger("create"), trigger("update", execution_condition_mode="selective")],
        ["the trigger 'on update' does not fire on every update"],
    ),
    "for one group only": (
        [
            trigger(
                "create",
                condition={
                    "ticket.action": {"operator": "is", "value": "create"},
                    "ticket.group_id": {"operator": "is", "value": ["1"]},
                },
            ),
            trigger("update"),
        ],
        ["the trigger 'on create' does not fire on every create"],
    ),
    "by time": ([trigger("create"), trigger("update", activator="time")], ["the trigger 'on update' does not fire"]),
}


@pytest.mark.parametrize(("triggers", "said"), TRIGGERS.values(), ids=TRIGGERS)
def test_triggers(triggers: list[dict[str, Any]], said: list[str]) -> None:
    there = [thing(id=number, **fields) for number, fields in enumerate(triggers, start=1)]
    gaps = list(trigger_gaps(there, 7))
    assert len(gaps) == len(said)
    assert all(gap.what.startswith(text) and gap.grave for gap, text in zip(gaps, said, strict=True))


def test_without_a_webhook_no_trigger_is_ours() -> None:
    assert len(list(trigger_gaps([thing(**fields) for fields in BOTH], None))) == 2
