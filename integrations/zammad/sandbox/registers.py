"""Everything that is kept as a plain list: webhooks, triggers, calendars, SLAs, overviews, macros, workflows and so on."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from integrations.zammad.sandbox import views
from integrations.zammad.sandbox.call import Answer, Call, Handler, Route, number
from integrations.zammad.sandbox.errors import not_found, unprocessable
from integrations.zammad.sandbox.search import find
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
            raise unprocessable(
                "Custom payload The provided payload is invalid. Please check your syntax."
            ) from None


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
    """One list: its path, who may change it, the fields with their defaults, extra fields of answers, checks.

    reading  the permission that reading needs, where an agent's does not do.
    """

    name: str
    permission: str
    blank: Mapping[str, Any]
    ids: Mapping[str, Any] = field(default_factory=dict)
    check: Callable[[Desk, Row], None] = _no_check
    changeable: bool = True
    deletable: bool = True


STATE: Row = {"active": True}
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


def settings(call: Call) -> Answer:
    call.need("admin")
    return 200, list(call.desk.table("settings"))


def put_setting(call: Call, key: str) -> Answer:
    call.need("admin")
    row = call.desk.table("settings").get(number("Setting", key))
    row["state_current"] = call.body.get("state_current", row["state_current"])
    return 200, row


def version(call: Call) -> Answer:
    return 200, {"version": call.desk.version}


def notifications(call: Call) -> Answer:
    """One's own, newest first."""
    rows = [row for row in call.desk.table("online_notifications") if row["user_id"] == call.user_id]
    rows.sort(key=lambda row: int(row["id"]), reverse=True)
    return 200, [_expanded_notification(call.desk, row) if call.expand else row for row in rows]


def _expanded_notification(desk: Desk, row: Row) -> Row:
    return {**row, "created_by": desk.name_of("users", row["created_by_id"], "login"),
            "updated_by": desk.name_of("users", row["updated_by_id"], "login"),
            "user": desk.name_of("users", row["user_id"], "login"), "object": "Ticket",
            "type": {1: "create", 2: "update"}[row["type_lookup_id"]]}  # fmt: skip


def mark_all_as_read(call: Call) -> Answer:
    for row in call.desk.table("online_notifications"):
        if row["user_id"] == call.user_id:
            row["seen"] = True
    return 200, {}


def webhook_log(call: Call) -> Answer:
    call.need("admin.webhook")
    rows = sorted(call.desk.table("http_logs"), key=lambda row: int(row["id"]), reverse=True)
    return 200, rows[:50]


def overview_counts(call: Call) -> Answer:
    """The overviews of the person with the number of tickets in each."""
    link = call.query.get("view")
    if link:
        return 200, _overview(call, link)
    shown = []
    for seeded in call.desk.fixed["ticket_overviews"]:
        overview = call.desk.table("overviews").find(seeded["id"])
        if overview is not None and overview["active"]:
            shown.append({**seeded, "count": len(find(call, overview["condition"]))})
    return 200, shown


def _overview(call: Call, link: str) -> Row:
    """One overview with its tickets, in its order."""
    overview = next((row for row in call.desk.table("overviews") if row["link"] == link), None)
    if overview is None:
        raise not_found("Overview", link)
    rows = find(call, overview["condition"])
    order = overview["order"] or {"by": "created_at", "direction": "ASC"}
    rows.sort(key=lambda row: str(row[order["by"]]), reverse=order["direction"] == "DESC")
    found = views.assets(call.desk, rows, users=[overview["created_by_id"], overview["updated_by_id"]])
    state_ids = (overview["condition"].get("ticket.state_id") or {}).get("value") or []
    states = {str(key): call.desk.states.get(key) for key in state_ids}
    return {
        "assets": {"Overview": {str(overview["id"]): overview}, "TicketState": states, **found},
        "index": {
            "overview": {"id": overview["id"], "name": overview["name"], "view": overview["link"],
                         "updated_at": overview["updated_at"]},
            "tickets": [{"id": row["id"], "updated_at": row["updated_at"]} for row in rows],
            "count": len(rows),
        },
    }  # fmt: skip


def recent_view(call: Call) -> Answer:
    return 200, []


def channels_email(call: Call) -> Answer:
    call.need("admin.channel_email")
    return 200, call.desk.fixed["channels_email"]


def applications(call: Call) -> Answer:
    call.need("admin.api")
    return 200, list(call.desk.table("applications"))


def new_application(call: Call) -> Answer:
    call.need("admin.api")
    if not str(call.body.get("redirect_uri", "")).startswith("https://"):
        raise unprocessable("Redirect URI must be an HTTPS/SSL URI.")
    row = call.desk.table("applications").add({"id": 0, "name": call.body.get("name"),
                                               "created_at": call.desk.stamp()})  # fmt: skip
    return 200, row


def health(call: Call) -> Answer:
    call.need("admin.monitoring")
    return 200, {"healthy": True, "message": "success", "issues": [], "actions": [], "token": "sandbox"}


def reports(call: Call) -> Answer:
    return 200, {"error": "Elasticsearch needs to be configured!"}


def time_accounting(call: Call) -> Answer:
    return 200, []


ROUTES: tuple[Route, ...] = (
    *(route for register in REGISTERS for route in _handlers(register)),
    ("GET", "/settings", settings), ("PUT", "/settings/<key>", put_setting), ("GET", "/version", version),
    ("GET", "/online_notifications", notifications),
    ("POST", "/online_notifications/mark_all_as_read", mark_all_as_read), ("GET", "/http_logs/webhook", webhook_log),
    ("GET", "/ticket_overviews", overview_counts), ("GET", "/recent_view", recent_view),
    ("GET", "/channels_email", channels_email), ("GET", "/applications", applications),
    ("POST", "/applications", new_application), ("GET", "/monitoring/health_check", health),
    ("GET", "/reports/config", reports), ("GET", "/time_accounting/types", time_accounting),
)  # fmt: skip
