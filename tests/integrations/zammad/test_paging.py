"""Lists are read to the end: none twice, none left out, although rows move under the reader's hands."""

import random
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest

from integrations.zammad.paging import SMALLEST_LIMIT, all_pages, by_time
from integrations.zammad.wire import Priority, Ticket

BEGIN = datetime(2026, 11, 24, tzinfo=UTC)

LISTS = {
    # row                            objects  cut at  pages read
    "empty":                        (0, 100, 1),
    "one page":                     (49, 100, 1),
    "just the smallest limit":      (50, 100, 2),
    "several pages":                (250, 100, 4),
    "ends with a page":             (300, 100, 4),
    "cut lower than asked":         (120, 50, 3),
}  # fmt: skip


@pytest.mark.parametrize(("objects", "cut", "pages"), LISTS.values(), ids=LISTS)
def test_lists_are_read_to_the_end(objects: int, cut: int, pages: int) -> None:
    everything = [Priority(id=id, name=str(id)) for id in range(1, objects + 1)]
    asked: list[int] = []

    def page(number: int) -> list[Priority]:
        asked.append(number)
        return everything[(number - 1) * cut : number * cut]

    assert list(all_pages(page)) == everything
    assert len(asked) == pages


def test_an_endpoint_that_does_not_page() -> None:
    everything = [Priority(id=id, name=str(id)) for id in range(1, 121)]

    assert list(all_pages(lambda number: everything)) == everything


def _ticket(id: int, seconds: float) -> Ticket:
    at = BEGIN + timedelta(seconds=seconds)
    return Ticket(
        id=id,
        number=str(id),
        title="t",
        group_id=1,
        state_id=1,
        priority_id=1,
        owner_id=1,
        customer_id=1,
        created_by_id=1,
        updated_by_id=1,
        created_at=BEGIN,
        updated_at=at,
    )


class Desk:
    """Tickets that change while they are being read; sorted by time of change and id, as Zammad's search does it."""

    def __init__(self, tickets: list[Ticket], limit: int, between: Callable[["Desk"], None] | None = None) -> None:
        self.tickets = {ticket.id: ticket for ticket in tickets}
        self.limit = limit
        self.between = between
        self.reads = 0

    def touch(self, id: int, seconds: float) -> None:
        self.tickets[id] = _ticket(id, seconds)

    def page(self, at: datetime, number: int) -> list[Ticket]:
        if self.reads and self.between is not None:
            self.between(self)
        self.reads += 1
        assert self.reads < 200, "does not end"
        rows = sorted(
            (ticket for ticket in self.tickets.values() if ticket.updated_at >= at),
            key=lambda ticket: (ticket.updated_at, ticket.id),
        )
        return rows[(number - 1) * self.limit : number * self.limit]

    def read(self, since: datetime = BEGIN) -> list[Ticket]:
        return list(by_time(self.page, lambda ticket: ticket.updated_at, since))


def _one_a_second(count: int) -> list[Ticket]:
    return [_ticket(id, id) for id in range(1, count + 1)]


STILL = {
    "none": ([], 1),
    "a few": (_one_a_second(3), 1),
    "three pages": (_one_a_second(160), 4),
    "all at one instant": ([_ticket(id, 5) for id in range(1, 171)], 9),
    "many at one instant in between": (
        [*_one_a_second(20), *[_ticket(id, 21) for id in range(21, 161)], _ticket(161, 22)],
        7,
    ),
}


@pytest.mark.parametrize(("tickets", "reads"), STILL.values(), ids=STILL)
def test_a_desk_at_rest(tickets: list[Ticket], reads: int) -> None:
    desk = Desk(tickets, limit=SMALLEST_LIMIT)

    assert [ticket.id for ticket in desk.read()] == [ticket.id for ticket in tickets]
    assert desk.reads == reads


def test_at_or_after() -> None:
    desk = Desk(_one_a_second(10), limit=SMALLEST_LIMIT)

    assert [ticket.id for ticket in desk.read(BEGIN + timedelta(seconds=8))] == [8, 9, 10]


def test_rows_that_move_make_nothing_skipped() -> None:
    """Tickets of the first page change: with numbered pages, as many of the second page would be passed over."""
    changed = iter(range(1, 11))

    def change(desk: Desk) -> None:
        if (id := next(changed, None)) is not None:
            desk.touch(id, 1000 + id)

    desk = Desk(_one_a_second(180), limit=SMALLEST_LIMIT, between=change)

    read = desk.read()

    assert {ticket.id for ticket in read} == set(range(1, 181))
    again = [ticket for ticket in read if ticket.updated_at >= BEGIN + timedelta(seconds=1000)]
    assert again
    assert len(read) == 180 + len(again)


@pytest.mark.parametrize("seed", range(30))
def test_a_busy_desk(seed: int) -> None:
    """Whatever moves, the last state of every ticket is given by the end of the reading."""
    chance = random.Random(seed)
    count = chance.randrange(0, 400)
    spread = chance.choice([1, 5, 1000])
    tickets = [_ticket(id, chance.randrange(spread)) for id in range(1, count + 1)]
    moves = chance.randrange(20)

    def change(desk: Desk) -> None:
        nonlocal moves
        if moves and desk.tickets:
            moves -= 1
            for id in chance.sample(sorted(desk.tickets), k=min(len(desk.tickets), chance.randrange(20))):
                desk.touch(id, 2000 + desk.reads)

    desk = Desk(tickets, limit=chance.choice([SMALLEST_LIMIT, 60, 200]), between=change)

    given = {ticket.id: ticket.updated_at for ticket in desk.read()}

    assert given == {id: ticket.updated_at for id, ticket in desk.tickets.items()}
