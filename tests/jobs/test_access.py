"""The token revoked: nothing is given up, one probe asks again and again, and everything catches up."""

import itertools
from collections import Counter
from dataclasses import replace
from datetime import timedelta

import pytest
from structlog.testing import capture_logs

from integrations.zammad.errors import NotFound, Refused, ZammadError
from jobs.access import FIRST, LONGEST, Access, admitted, is_lockout
from jobs.drain import Workers
from tests.jobs.conftest import TOKEN, Desk


def refusal(status: int, message: str, kind: str) -> Refused:
    return Refused(message, status=status, method="GET", path="/tickets/1", kind=kind)  # type: ignore[arg-type]


LOCKOUTS: dict[str, tuple[ZammadError, bool]] = {
    # row                        the answer                                                       is it the token?
    "a token that is no good": (refusal(401, "Invalid token", "credentials"), True),
    "a token without the right": (refusal(403, "Not authorized (token)!", "rights"), True),
    "a role without the right": (refusal(403, "Not authorized (user)!", "rights"), True),
    "a ticket that is not ours": (refusal(403, "Not authorized", "rights"), False),
    "a value that is refused": (refusal(422, "unknown state", "value"), False),
    "nothing there": (NotFound("none", status=404, method="GET", path="/tickets/1"), False),
}


@pytest.mark.parametrize(("error", "lockout"), LOCKOUTS.values(), ids=LOCKOUTS)
def test_what_is_the_tokens_fault(error: ZammadError, lockout: bool) -> None:
    assert is_lockout(error) is lockout


def test_a_revoked_token_leaves_no_dead_letter_and_no_storm(desk: Desk) -> None:
    access = Access(lambda: desk.processor.helpdesk().me(), desk.clock.now)  # type: ignore[attr-defined]
    desk.processor = replace(desk.processor, access=access)
    workers = Workers(store=desk.store, process=desk.process, name="w", access=access)
    tickets = [desk.complain() for _ in range(12)]
    desk.clock.forward(seconds=7)
    for delivery in desk.deliveries():
        desk.store.inbox.accept(delivery)
    revoked = desk.box.desk.tokens.pop(TOKEN)
    asked = Counter(desk.box.counters.by_path)
    with capture_logs() as lines:
        for _ in range(6 * 60 * 2):
            workers.drain()
            desk.clock.forward(seconds=10)

    depth = desk.store.inbox.depth()
    assert (depth.dead, access.shut) == (0, True)
    assert sum((Counter(desk.box.counters.by_path) - asked).values()) < 60
    (told,) = [line for line in lines if line["log_level"] == "error"]
    assert "token" in told["what_to_do"]

    desk.box.desk.tokens[TOKEN] = revoked
    desk.clock.forward(seconds=LONGEST.total_seconds())
    for _ in range(60):
        workers.drain()
        desk.clock.forward(minutes=1)
    assert not access.shut
    desk.settle()
    assert [desk.ticket(ticket)["zhidu_kind"] for ticket in tickets] == ["complaint"] * len(tickets)


def test_the_waits_grow_until_a_look_has_worked(desk: Desk) -> None:
    """Who we are is told to a token that may do nothing else."""
    access, asked = Access(lambda: None, desk.clock.now), []
    for _ in range(600):
        access.refused(refusal(403, "Not authorized (token)!", "rights"))
        if access.open():
            asked.append(desk.clock.now())
        desk.clock.forward(seconds=5)
    waits = [later - sooner for sooner, later in itertools.pairwise(asked)]
    assert waits == sorted(waits)
    assert waits[-1] >= LONGEST - timedelta(seconds=5)


JOBS: dict[str, tuple[ZammadError | None, object, bool]] = {
    # row                            what the helpdesk says                                   what comes of it, shut?
    "it works":            (None, 3, False),
    "the token is refused": (refusal(401, "Invalid token", "credentials"), 0, True),
    "something else is":   (refusal(422, "unknown state", "value"), Refused, False),
}  # fmt: skip


@pytest.mark.parametrize(("error", "comes", "shut"), JOBS.values(), ids=JOBS)
def test_a_job_of_the_timetable_tells_of_a_refused_token(
    error: ZammadError | None, comes: object, shut: bool, desk: Desk
) -> None:
    access, runs = Access(lambda: None, desk.clock.now), []

    def run() -> int:
        runs.append(1)
        if error is not None:
            raise error
        return 3

    job = admitted(access, run)
    if isinstance(comes, type):
        with pytest.raises(comes):
            job()
    else:
        assert job() == comes
    assert access.shut is shut
    if shut:
        assert (job(), len(runs)) == (0, 1)
        desk.clock.forward(seconds=FIRST.total_seconds())
        job()
        assert len(runs) == 2
