"""First start on a desk with old tickets: each is observed once, or taken in when told to, never in a burst."""

from copy import deepcopy
from datetime import datetime, timedelta

import pytest

from integrations.store.records import MessageStatus
from integrations.zammad.client import Client
from integrations.zammad.sandbox.state import iso
from jobs.manner import ADOPT
from jobs.older import OBSERVE, Older, Walk, keep_walk, walk_of
from tests.jobs.conftest import Desk
from zhidu.older import count_older, open_states

WELCOME = 1
"""The ticket that a new helpdesk greets with is older, too."""


def older(desk: Desk, batch: int = 50) -> Older:
    return Older(
        helpdesk=lambda: client(desk),
        store=desk.store,
        open=lambda: open_states(desk.processor.reader.names),
        adopt_from=lambda: began(desk),
        wake=lambda: None,
        every=timedelta(minutes=1),
        batch=batch,
    )


def client(desk: Desk) -> Client:
    found = desk.processor.helpdesk()
    assert isinstance(found, Client)
    return found


def began(desk: Desk) -> datetime:
    adopt_from = desk.processor.adopt_from()
    assert adopt_from is not None
    return adopt_from


def old_tickets(desk: Desk, count: int) -> list[int]:
    """Complaints of weeks before the service began, every third one of the same second; every fifth is closed."""
    now = desk.clock.at
    desk.clock.at = now - timedelta(days=30)
    made = []
    for number in range(count):
        if number % 3:
            desk.clock.forward(seconds=3)
        made.append(desk.complain(state="closed" if number % 5 == 4 else "open"))
    desk.deliveries()
    desk.clock.at = now
    return made


def old_copies(desk: Desk, ticket: int, count: int) -> None:
    """So many tickets like this one, each three seconds younger than the last, laid into the helpdesk as it keeps them:
    asking it for thousands takes longer than all that is looked at."""
    held = desk.box.desk
    like = held.tickets.get(ticket)
    (message,) = (held.articles.get(key) for key in held.articles_of[ticket])
    began_at = datetime.fromisoformat(like["created_at"])
    for number in range(1, count + 1):
        at = {key: iso(began_at + timedelta(seconds=3 * number)) for key in ("created_at", "updated_at")}
        text = str(held.next_number)
        held.next_number += 1
        made = held.tickets.add({**deepcopy(like), **at, "number": text})["id"]
        article = held.articles.add({**deepcopy(message), **at, "ticket_id": made})["id"]
        held.numbers[text], held.articles_of[made], held.tags_of[made] = made, [article], []
        held.tickets_of[like["customer_id"]].add(made)
        held.history_of["Ticket", made] = [
            entry | {"o_id": article, "related_o_id": made, "created_at": at["created_at"]}
            if entry["object"] == "Ticket::Article"
            else entry | {"o_id": made, "created_at": at["created_at"]}
            for entry in held.history_of["Ticket", ticket]
        ]


def test_each_is_observed_once_in_batches(desk: Desk) -> None:
    tickets = old_tickets(desk, 20)
    job = older(desk, batch=3)

    rounds = []
    while (walk := walk_of(desk.store, OBSERVE)) is None or not walk.over:
        rounds.append(job.run())
        desk.settle()

    assert (sum(rounds), max(rounds) <= 5, job.run()) == (16 + WELCOME, True, 0)
    states = [desk.ticket(ticket)["preferences"].get("zhidu", {}).get("observed") for ticket in tickets]
    assert states == [None if number % 5 == 4 else True for number in range(20)]


def test_adoption_goes_at_its_measure_and_can_be_stopped(desk: Desk) -> None:
    tickets = old_tickets(desk, 10)
    keep_walk(desk.store, OBSERVE, Walk(over=True))
    keep_walk(desk.store, ADOPT, Walk(per_hour=120))
    job = older(desk)

    first = job.run()
    desk.settle()
    adopted = [ticket for ticket in tickets if desk.ticket(ticket)["zhidu_kind"] == "complaint"]
    walk = walk_of(desk.store, ADOPT)
    assert walk is not None
    keep_walk(desk.store, ADOPT, Walk(upto=walk.upto, per_hour=120, taken=walk.taken, over=True))

    assert 2 <= first == len(adopted) == walk.taken < 8
    assert adopted == tickets[: len(adopted)]
    assert job.run() == 0


@pytest.mark.parametrize(("per_hour", "rounds"), [(10, [0, 0, 0, 0, 0, 1]), (90, [1, 2, 1, 2]), (1, [0] * 59)])
def test_so_many_an_hour_whatever_a_round_takes(per_hour: int, rounds: list[int], desk: Desk) -> None:
    now = desk.clock.at
    desk.clock.at = now - timedelta(days=30)
    for _ in range(8):
        desk.clock.forward(seconds=3)
        desk.complain()
    desk.deliveries()
    desk.clock.at = now
    keep_walk(desk.store, OBSERVE, Walk(over=True))
    keep_walk(desk.store, ADOPT, Walk(per_hour=per_hour))
    job = older(desk)

    assert [job.run() for _ in rounds] == rounds


@pytest.mark.parametrize(("since", "count"), [("all", 16 + WELCOME), ("half", 8 + WELCOME)])
def test_what_is_older_is_counted_by_the_helpdesk(since: str, count: int, desk: Desk) -> None:
    tickets = old_tickets(desk, 20)
    of = desk.ticket(tickets[10])["created_at"]
    start = datetime.fromisoformat("2000-01-01T00:00:00Z" if since == "all" else of)

    assert count_older(client(desk), desk.processor.reader.names, start, began(desk)) == count


def test_the_first_minutes_on_a_desk_with_five_thousand_old_tickets(desk: Desk) -> None:
    """Three rounds of observing, then one of taking in: so many calls and no more, nobody hears anything."""
    *_, last = old_tickets(desk, 9)
    old_copies(desk, last, 4_991)
    job, told = older(desk), len(desk.box.notifications)
    desk.processor.reader.names.states()
    desk.box.counters.reset()

    observed = sum(job.run() for _ in range(3))
    desk.settle()

    spent = desk.box.counters.by_path
    assert 150 <= observed < 160
    assert spent["POST /api/v1/tickets/search"] == 3
    assert [spent[f"{call}/:id"] for call in ("GET /api/v1/tickets", "GET /api/v1/ticket_history")] == [observed] * 2
    assert (spent["PUT /api/v1/tickets/:id"], desk.box.counters.writes) == (observed, observed)
    assert (len(desk.box.notifications), desk.store.outbox.list(MessageStatus.WAITING)) == (told, ())

    keep_walk(desk.store, OBSERVE, Walk(over=True))
    keep_walk(desk.store, ADOPT, Walk(per_hour=600))
    taken = job.run()
    desk.settle()
    assert 10 <= taken < 14
    assert spent["POST /api/v1/tickets/search"] == 4
    assert [ticket for ticket in range(1, taken + 5) if desk.notes(ticket)] == []
    assert (desk.store.outbox.list(MessageStatus.WAITING), desk.store.findings.list()) == ((), ())
