"""1.3.4 somebody goes out of office and no ticket tells of it."""

from jobs.absences import Absences
from tests.jobs.conftest import Desk


def _absences(desk: Desk, away: set[int]) -> Absences:
    names = desk.processor.reader.names

    def opened() -> tuple[int, ...]:
        return tuple(one.id for one in names.states() if names.state_type(one.id) not in ("closed", "merged"))

    helpdesk = desk.processor.helpdesk
    return Absences(helpdesk=helpdesk, store=desk.store, away=lambda: away, open=opened, wake=lambda: None)  # type: ignore[arg-type]


def test_the_open_tickets_of_somebody_newly_away_are_looked_at_once(desk: Desk) -> None:
    """A closed one and one of somebody else are left alone; who stays away is not searched for again."""
    agnes, bo = desk.people["agnes"], desk.people["bo"]
    mine, closed, other = (desk.complain() for _ in range(3))
    for ticket, owner in ((mine, agnes), (closed, agnes), (other, bo)):
        desk.call("PUT", f"tickets/{ticket}", {"owner_id": owner})
    desk.call("PUT", f"tickets/{closed}", {"zhidu_cause": "c", "zhidu_responsible": "r", "zhidu_remedy": "m"})
    desk.call("PUT", f"tickets/{closed}", {"state": "closed"})
    desk.settle()
    desk.seen.clear()
    away: set[int] = set()
    absences = _absences(desk, away)

    assert absences.run() == 0
    away.add(agnes)
    assert absences.run() == 1
    desk.settle()

    assert {ticket for ticket, _ in desk.seen} == {mine}
    assert absences.run() == 0


def test_who_stands_in_gets_the_case_without_anybody_touching_it(desk: Desk) -> None:
    agnes, bo = desk.people["agnes"], desk.people["bo"]
    ticket = desk.complain()
    desk.call("PUT", f"tickets/{ticket}", {"owner_id": agnes})
    desk.settle()
    leave = {"out_of_office": True, "out_of_office_start_at": "2026-05-06", "out_of_office_end_at": "2026-05-20"}
    entered = leave | {"out_of_office_replacement_id": bo}
    desk.call("PUT", "users/out_of_office", entered, **{"X-On-Behalf-Of": "agnes@example.com"})
    desk.processor.reader.directory.refresh()

    assert _absences(desk, {agnes}).run() == 1
    desk.settle()

    assert desk.ticket(ticket)["owner_id"] == bo
