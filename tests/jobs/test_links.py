"""Repeats of one cause stand among the ticket's links, made once; then both tickets rest. 4.3.6."""

from typing import Any

from jobs.outcomes import Outcome
from tests.jobs.conftest import Desk

CAUSE = "fees"
AGENT = {"X-On-Behalf-Of": "agnes@example.com"}


def links(desk: Desk, ticket: int) -> list[tuple[str, int]]:
    found = desk.call("GET", f"tickets/{ticket}?all=true")["links"]
    return sorted((link["link_type"], link["link_object_value"]) for link in found)


def two_of_one_cause(desk: Desk, **fields: Any) -> tuple[int, int]:
    earlier = desk.complain(zhidu_cause=CAUSE)
    desk.settle()
    desk.clock.forward(days=8)  # beyond the days within which one cause alone has the other looked at again
    desk.sweep()
    later = desk.complain(**({"zhidu_cause": CAUSE} | fields))
    desk.settle()
    return earlier, later


def posts(desk: Desk) -> int:
    return desk.box.counters.by_path.get("POST /api/v1/links/add", 0)


def test_a_repeat_is_linked_with_the_earlier_one(desk: Desk) -> None:
    earlier, later = two_of_one_cause(desk)

    assert links(desk, later) == [("normal", earlier)]
    assert links(desk, earlier) == [("normal", later)]
    assert posts(desk) == 1
    rows = [row for row in desk.store.decisions.list(ticket_id=later) if row.action.startswith("link")]
    assert [(row.action, row.clauses) for row in rows] == [(f"link ticket={earlier}", ("4.3.6",))]
    assert sum("linked with this ticket: 1" in note["body"] for note in desk.notes(later)) == 1


def test_it_is_linked_when_the_cause_becomes_known(desk: Desk) -> None:
    earlier, later = two_of_one_cause(desk, zhidu_cause="")
    assert links(desk, later) == []

    desk.call("PUT", f"tickets/{later}", {"zhidu_cause": CAUSE}, **AGENT)
    desk.settle()

    assert links(desk, later) == [("normal", earlier)]


def test_both_come_to_rest(desk: Desk) -> None:
    """A link moves the time of both tickets without a delivery: reconciliation looks once more, and writes nothing."""
    desk.reconcile()
    earlier, later = two_of_one_cause(desk)
    before = {number: desk.ticket(number)["updated_at"] for number in (earlier, later)}

    found = []
    for _ in range(3):
        desk.clock.forward(minutes=1)
        found.append(desk.reconcile())
        desk.settle()

    assert found == [1, 0, 0]
    assert desk.seen[-1] == (earlier, Outcome.SAME)
    assert {number: desk.ticket(number)["updated_at"] for number in (earlier, later)} == before
    assert posts(desk) == 1


def test_a_person_who_cuts_the_link_has_the_last_word(desk: Desk) -> None:
    earlier, later = two_of_one_cause(desk)
    ends = {"link_object_source_value": earlier, "link_object_target_value": later}
    desk.call("DELETE", "links/remove", {"link_type": "normal", **ends})

    desk.answer(later, "您好，非常抱歉，今天下班前给您答复。")
    desk.settle()

    assert links(desk, later) == []
    assert posts(desk) == 1


def test_what_a_person_has_linked_is_not_linked_again(desk: Desk) -> None:
    earlier, later = two_of_one_cause(desk, zhidu_cause="")
    number = desk.ticket(earlier)["number"]
    target = {"link_object_target": "Ticket", "link_object_target_value": later}
    source = {"link_object_source": "Ticket", "link_object_source_number": number}
    desk.call("POST", "links/add", {"link_type": "parent", **source, **target})
    desk.call("PUT", f"tickets/{later}", {"zhidu_cause": CAUSE}, **AGENT)
    desk.settle()

    assert posts(desk) == 1


def test_a_ticket_that_is_gone_cannot_be_linked_and_stops_nothing(desk: Desk) -> None:
    earlier, later = two_of_one_cause(desk, zhidu_cause="")
    desk.call("DELETE", f"tickets/{earlier}")
    desk.call("PUT", f"tickets/{later}", {"zhidu_cause": CAUSE}, **AGENT)
    desk.settle()

    assert links(desk, later) == []
    assert desk.store.inbox.depth().dead == 0
    assert f"link:{earlier}" in desk.ticket(later)["preferences"]["zhidu"]["done"]
