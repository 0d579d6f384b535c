"""What an event costs the helpdesk, as docs/architecture.md says it."""

import re
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from tests.jobs.conftest import Desk

PAGE = Path(__file__).parents[2] / "docs" / "architecture.md"
READS = ("GET /api/v1/tickets/:id", "GET /api/v1/ticket_history/:id")
WRITES = ("PUT /api/v1/tickets/:id", "POST /api/v1/ticket_articles", "POST /api/v1/tags/add", "POST /api/v1/links/add")


def table() -> Mapping[str, tuple[int, int]]:
    """Event → reads, writes; of `1 if …` the 1."""
    rows = re.findall(r"^\| (.+?) \| (\d)[^|]* \| (\d)[^|]* \|$", PAGE.read_text(encoding="utf-8"), re.MULTILINE)
    return {event: (int(reads), int(writes)) for event, reads, writes in rows}


def new_ticket(desk: Desk) -> None:
    desk.complain()


def persons_change(desk: Desk) -> None:
    ticket = known_ticket(desk)
    who = {"X-On-Behalf-Of": "agnes@example.com"}
    desk.call("PUT", f"tickets/{ticket}", {"owner_id": desk.people["agnes"]}, **who)


def known_ticket(desk: Desk) -> int:
    ticket = desk.complain()
    desk.settle()
    return ticket


def due(desk: Desk) -> None:
    known_ticket(desk)
    desk.clock.forward(hours=1, minutes=5)


def echo(desk: Desk) -> None:
    desk.complain()
    desk.clock.forward(seconds=7)
    for delivery in desk.deliveries():
        desk.store.inbox.accept(delivery)
    desk.workers.drain()


def nothing_to_do(desk: Desk) -> None:
    desk.store.inbox.enqueue(known_ticket(desk), "manual")


def late_delivery(desk: Desk) -> None:
    desk.complain()
    desk.clock.forward(seconds=7)
    early = desk.deliveries()
    desk.answer(early[0].ticket_id, "您好，非常抱歉，今天下班前给您答复。")
    desk.settle()
    for delivery in early:
        desk.store.inbox.accept(delivery)


EVENTS: Mapping[str, tuple[str, Callable[[Desk], None]]] = {
    "a new ticket": ("a new ticket, or a person's change", new_ticket),
    "a person's change": ("a new ticket, or a person's change", persons_change),
    "a deadline": ("a deadline that falls due, nobody has touched the ticket", due),
    "an echo": ("the echo of our own write", echo),
    "a late delivery": ("an older delivery that comes late", late_delivery),
    "nothing to do": ("a look that finds nothing to do", nothing_to_do),
}


@pytest.mark.parametrize(("event", "happen"), EVENTS.values(), ids=EVENTS)
def test_an_event_costs_what_the_page_says(event: str, happen: Callable[[Desk], None], desk: Desk) -> None:
    happen(desk)
    before = dict(desk.box.counters.by_path)

    desk.sweep()

    spent = {path: count - before.get(path, 0) for path, count in desk.box.counters.by_path.items()}
    reads, writes = (sum(spent.get(path, 0) for path in paths) for paths in (READS, WRITES))
    assert (reads, writes) == table()[event]


def test_the_page_names_no_other_event() -> None:
    assert set(table()) == {event for event, _ in EVENTS.values()}
