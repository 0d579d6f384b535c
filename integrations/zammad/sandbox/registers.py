"""Everything that is kept as a plain list: webhooks, triggers, calendars, SLAs, overviews, macros, workflows …"""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from integrations.zammad.sandbox.call import Answer, Call, Handler, Route, number
from integrations.zammad.sandbox.errors import unprocessable
from integrations.zammad.sandbox.state import Desk, Row, iso


def _no_check(desk: Desk, row: Row) -> None:
    """Nothing to refuse."""


def _webhook(desk: Desk, row: Row) -> None:
    address = urlsplit(str(row["endpoint"] or ""))
    if address.scheme not in ("http", "https"):
        raise unprocessable("Endpoint The provided endpoint is invalid, no http or https protocol was specified.")
    if not address.hostname:
        raise unprocessable("Endpoint The provided endpoint is invalid, no hostname was specified.")
    if row["customized_payload"] and row["custom_payload"]:
        try:
            json.loads(row["custom_payload"])
        except ValueError:
            raise unprocessable("Custom payload The provided payload is invalid. Please check your syntax.") from None


def _calendar(desk: Desk, row: Row) -> None:
    try:
        ZoneInfo(str(row["timezone"]))
    except (KeyError, ValueError, OSError):
        raise unprocessable("Invalid timezone") from None
    row["last_sync"] = desk.stamp()
    if row["default"]:
        for other in desk.table("calendars"):
            other["default"] = other is row or other["id"] == row["id"]


def _job(desk: Desk, row: Row) -> None:
    row["next_run_at"] = _next_run(desk.now(), row) if row["active"] else None


def _next_run(now: datetime, row: Row) -> str | None:
    """The next ten minutes that the time plan names, in its zone."""
    plan, zone = row["timeplan"] or {}, ZoneInfo(row["timezone"] or "UTC")
    at = now.replace(minute=now.minute // 10 * 10, second=0, microsecond=0)
    for _ in range(8 * 24 * 6):
        at += timedelta(minutes=10)
        local = at.astimezone(zone)
        named = (("days", local.strftime("%a")), ("hours", str(local.hour)), ("minutes", str(local.minute)))
        if all((plan.get(part) or {}).get(key) for part, key in named):
            return iso(at)
    return None


@dataclass(frozen=True, slots=True)
class Register:
    """One list: its path, who may change it, the fields with their defaults, extra fields of answers, checks."""

    name: str
    permission: str
    blank: Mapping[str, Any]
    ids: Mapping[str, Any] = field(default_factory=dict)
    check: Callable[[Desk, Row], None] = _no_check


REGISTERS = (
    Register("webhooks", "admin.webhook", {
        "name": None, "endpoint": None, "signature_token": None, "ssl_verify": True, "basic_auth_username": None,
        "basic_auth_password": None, "note": None, "pre_defined_webhook_type": None, "customized_payload": False,
        "custom_payload": None, "preferences": {}, "active": True,
    }, check=_webhook),
    Register("triggers", "admin.trigger", {
        "name": None, "condition": {}, "perform": {}, "disable_notification": True, "localization": None,
        "timezone": None, "note": None, "activator": "action", "execution_condition_mode": "selective", "active": True,
    }),
    Register("calendars", "admin.calendar", {
        "name": None, "timezone": None, "business_hours": {}, "default": False, "ical_url": None,
        "public_holidays": {}, "last_log": None, "last_sync": None,
    }, check=_calendar),
    Register("slas", "admin.sla", {
        "calendar_id": None, "name": None, "first_response_time": None, "response_time": None, "update_time": None,
        "solution_time": None, "condition": {},
    }),
    Register("overviews", "admin.overview", {
        "name": None, "link": None, "prio": None, "condition": {}, "order": {}, "group_by": None,
        "group_direction": None, "organization_shared": False, "out_of_office": False, "view": {}, "active": True,
    }, ids={"role_ids": [], "user_ids": []}),
    Register("macros", "admin.macro", {
        "name": None, "perform": {}, "active": True, "ux_flow_next_up": "none", "note": None,
    }, ids={"group_ids": []}),
    Register("text_modules", "admin.text_module", {
        "name": None, "keywords": None, "content": None, "note": None, "active": True,
    }, ids={"group_ids": []}),
    Register("core_workflows", "admin.core_workflow", {
        "name": None, "object": "Ticket", "preferences": {}, "condition_saved": {}, "condition_selected": {},
        "perform": {}, "active": True, "stop_after_match": False, "changeable": True, "priority": 500,
    }),
    Register("jobs", "admin.scheduler", {
        "name": None, "timeplan": {}, "object": "Ticket", "condition": {}, "perform": {},
        "disable_notification": True, "last_run_at": None, "next_run_at": None, "running": False, "processed": 0,
        "matching": 0, "pid": None, "localization": None, "timezone": None, "note": None, "active": True,
    }, check=_job),
    Register("templates", "admin.template", {"name": None, "options": {}, "active": True}),
    Register("signatures", "admin.channel_email", {"name": None, "body": None, "active": True, "note": None},
             ids={"group_ids": []}),
    Register("report_profiles", "admin.report_profile", {"name": None, "condition": {}, "active": True}),
    Register("public_links", "admin.public_links", {"link": None, "title": None, "description": None, "screen": [],
                                                    "new_tab": True, "prio": None}),
    Register("postmaster_filters", "admin.channel_email", {"name": None, "channel": "email", "match": {},
                                                           "perform": {}, "active": True, "note": None}),
    Register("email_addresses", "admin.channel_email", {"channel_id": None, "name": None, "email": None,
                                                        "active": True, "note": None, "preferences": None}),
)  # fmt: skip


def _show(desk: Desk, name: str, row: Row) -> Row:
    """Some lists show the groups that use them."""
    column = {"signatures": "signature_id", "email_addresses": "email_address_id"}.get(name)
    if column is None:
        return row
    return {**row, "group_ids": [group["id"] for group in desk.groups if group[column] == row["id"]]}


def _handlers(register: Register) -> tuple[tuple[str, str, Handler], ...]:
    name = register.name

    def index(call: Call) -> Answer:
        return 200, [_show(call.desk, name, row) for row in call.desk.table(name)]

    def read(call: Call, key: str) -> Answer:
        table = call.desk.table(name)
        return 200, _show(call.desk, name, table.get(number(table.model, key)))

    def post(call: Call) -> Answer:
        call.need(register.permission)
        at = call.desk.stamp()
        fields = {column: call.body[column] for column in register.blank if column in call.body}
        row: Row = {
            "id": 0, **register.blank, **fields, "updated_by_id": call.user_id, "created_by_id": call.user_id,
            "created_at": at, "updated_at": at,
            **{column: call.body.get(column) or value for column, value in register.ids.items()},
        }  # fmt: skip
        _unique(call.desk, row)
        register.check(call.desk, row)
        call.desk.table(name).add(row)
        shown = _show(call.desk, name, row)
        return 201, shown | {"data": {}} if name == "slas" else shown

    def put(call: Call, key: str) -> Answer:
        call.need(register.permission)
        table = call.desk.table(name)
        row = table.get(number(table.model, key))
        fields = {column: call.body[column] for column in (*register.blank, *register.ids) if column in call.body}
        changed = row | fields
        _unique(call.desk, changed)
        register.check(call.desk, changed)
        row.update(changed, updated_by_id=call.user_id, updated_at=call.desk.stamp())
        return 200, _show(call.desk, name, row)

    def delete(call: Call, key: str) -> Answer:
        call.need(register.permission)
        table = call.desk.table(name)
        del table.rows[table.get(number(table.model, key))["id"]]
        return 200, {}

    def _unique(desk: Desk, row: Row) -> None:
        other = desk.table(name).named(row.get("name")) if row.get("name") else None
        if other is not None and other["id"] != row["id"]:
            raise unprocessable("Name has already been taken")

    return (("GET", f"/{name}", index), ("POST", f"/{name}", post), ("GET", f"/{name}/<key>", read),
            ("PUT", f"/{name}/<key>", put), ("DELETE", f"/{name}/<key>", delete))  # fmt: skip


ROUTES: tuple[Route, ...] = tuple(route for register in REGISTERS for route in _handlers(register))
