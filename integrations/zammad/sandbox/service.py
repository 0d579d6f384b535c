"""Settings, one's own notifications, the webhook log, overviews with counts, applications, health."""

from integrations.zammad.sandbox import views
from integrations.zammad.sandbox.call import Answer, Call, Route, number
from integrations.zammad.sandbox.errors import not_found, unprocessable
from integrations.zammad.sandbox.overviews import overviews_of
from integrations.zammad.sandbox.search import find
from integrations.zammad.sandbox.state import Desk, Row


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
    names = ("id", "name", "prio", "link")
    return 200, [
        {name: row[name] for name in names} | {"count": len(find(call, row["condition"]))}
        for row in overviews_of(call.desk, call.user)
    ]


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
    ("GET", "/settings", settings), ("PUT", "/settings/<key>", put_setting), ("GET", "/version", version),
    ("GET", "/online_notifications", notifications),
    ("POST", "/online_notifications/mark_all_as_read", mark_all_as_read), ("GET", "/http_logs/webhook", webhook_log),
    ("GET", "/ticket_overviews", overview_counts), ("GET", "/recent_view", recent_view),
    ("GET", "/channels_email", channels_email), ("GET", "/applications", applications),
    ("POST", "/applications", new_application), ("GET", "/monitoring/health_check", health),
    ("GET", "/reports/config", reports), ("GET", "/time_accounting/types", time_accounting),
)  # fmt: skip
