"""What reconciling asks of the store: one question for a page of changed tickets, not one for each."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

from sqlalchemy import Engine, event

from jobs.reconcile import OVERLAP
from tests.jobs.conftest import Desk


@contextmanager
def asked_of_looks() -> Iterator[list[str]]:
    """The statements that read the last looks."""
    found: list[str] = []

    def listen(connection: Any, cursor: Any, statement: str, *more: Any) -> None:
        if "FROM looks" in statement:
            found.append(statement)

    event.listen(Engine, "before_cursor_execute", listen)
    try:
        yield found
    finally:
        event.remove(Engine, "before_cursor_execute", listen)


def test_a_page_of_tickets_costs_one_question(desk: Desk) -> None:
    """Of twelve that changed eight were looked at; the four whose deliveries were lost are found."""
    desk.reconcile()
    desk.clock.forward(seconds=OVERLAP.total_seconds())
    for _ in range(8):
        desk.complain()
    desk.settle()
    lost = [desk.complain() for _ in range(4)]
    desk.clock.forward(minutes=1)
    desk.deliveries()

    with asked_of_looks() as asked:
        assert desk.reconcile() == 4

    assert len(asked) == 1
    waiting = desk.store.inbox.claim("w", 20, timedelta(minutes=1))
    assert sorted(work.ticket_id for work in waiting) == lost
