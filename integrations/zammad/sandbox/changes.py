"""What the running request did to which ticket: noted here, acted upon when it is done."""

from integrations.zammad.sandbox.state import Change, Desk, Row


def change_of(desk: Desk, ticket_id: int, user_id: int, *, kind: str = "update") -> Change:
    """The running request's change of this ticket, begun where there is none."""
    return desk.changes.setdefault(ticket_id, Change(kind=kind, ticket_id=ticket_id, user_id=user_id, at=desk.stamp()))


def touch(desk: Desk, ticket: Row, by: int | None = None) -> None:
    """Move `updated_at` without a change that triggers would see."""
    ticket["updated_at"] = desk.stamp()
    if by is not None:
        ticket["updated_by_id"] = by
