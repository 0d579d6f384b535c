"""Escalation times of tickets under an SLA, in minutes of working time of its calendar."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from integrations.zammad.sandbox.conditions import Context, matches
from integrations.zammad.sandbox.state import Desk, Row, iso

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
FAR = 3660
HALF_SECOND = timedelta(microseconds=500_000)


def _frames(calendar: Row, day: date) -> list[tuple[datetime, datetime]]:
    """The open hours of a day, aware; none on a holiday."""
    hours = calendar["business_hours"].get(DAYS[day.weekday()]) or {}
    holiday = (calendar["public_holidays"] or {}).get(day.isoformat()) or {}
    if not hours.get("active") or holiday.get("active"):
        return []
    zone = ZoneInfo(calendar["timezone"])
    frames = []
    for opens, closes in hours.get("timeframes") or []:
        start = datetime.fromisoformat(f"{day.isoformat()}T{opens}:00").replace(tzinfo=zone)
        end = start.replace(hour=0, minute=0) + timedelta(days=1) if closes in ("24:00", "23:59") else \
            datetime.fromisoformat(f"{day.isoformat()}T{closes}:00").replace(tzinfo=zone)  # fmt: skip
        frames.append((start, end))
    return frames


def working_end(calendar: Row, start: datetime, minutes: int) -> datetime | None:
    """When `minutes` of working time have passed since `start`; None where the calendar has none in ten years.

    An end in another stretch of hours than the start is rounded to whole seconds, as Zammad does.
    """
    left, day = timedelta(minutes=minutes), start.astimezone(ZoneInfo(calendar["timezone"])).date()
    for offset in range(FAR):
        for opens, closes in _frames(calendar, day + timedelta(days=offset)):
            begin = max(opens, start)
            if begin >= closes:
                continue
            if begin + left <= closes:
                end = begin + left
                return end if begin == start else (end + HALF_SECOND).replace(microsecond=0)
            left -= closes - begin
    return None


def escalate(desk: Desk, ticket: Row) -> None:
    """Set the ticket's escalation times by the first SLA that fits; none while its state ignores escalation.

    Times waited in pending states are not given back: a ticket that leaves them is counted from its beginning.
    """
    slas = sorted(desk.table("slas"), key=lambda row: str(row["name"]))
    context = Context(desk=desk, ticket=ticket)
    sla = next((row for row in slas if matches(row["condition"] or {}, context)), None)
    if sla is None:
        return
    calendar = desk.table("calendars").get(sla["calendar_id"])
    resting = desk.states.rows[ticket["state_id"]]["ignore_escalation"]
    created, contact = ticket["created_at"], ticket["last_contact_customer_at"]
    waits = contact is not None and (ticket["last_contact_agent_at"] or "") < contact
    due = {
        "first_response_escalation_at": (sla["first_response_time"], created, ticket["first_response_at"] is None),
        "update_escalation_at": (sla["response_time"] or sla["update_time"], contact, waits),
        "close_escalation_at": (sla["solution_time"], created, ticket["close_at"] is None),
    }
    for name, (minutes, start, running) in due.items():
        end = None
        if minutes and start and running and not resting:
            end = working_end(calendar, datetime.fromisoformat(start), minutes)
        ticket[name] = iso(end) if end else None
    ticket["escalation_at"] = min((ticket[name] for name in due if ticket[name]), default=None)
    ticket["preferences"] = {**ticket["preferences"], "escalation_calculation": {
        "first_response_at": ticket["first_response_at"], "last_update_at": contact, "close_at": ticket["close_at"],
        "last_contact_at": ticket["last_contact_at"], "sla_id": sla["id"], "sla_updated_at": sla["updated_at"],
        "calendar_id": calendar["id"], "calendar_updated_at": calendar["updated_at"], "escalation_disabled": resting,
    }}  # fmt: skip
    calculation = ticket["preferences"]["escalation_calculation"]
    for name in ("first_response_at", "close_at", "last_update_at"):
        if calculation[name] is None:
            del calculation[name]
