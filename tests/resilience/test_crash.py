"""A crash after any one request of a write: the next look finds what was done and does the rest, once."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from integrations.store.records import MessageStatus
from integrations.zammad.sandbox import Fault
from jobs.drain import LEASE
from jobs.outcomes import Outcome
from policies.kernel.provisioning import Needs
from tests.resilience.conftest import Desk, make_desk, make_module
from zhidu.policy import Policy, load_policy

WRITE_MUCH = """
from zhidu.api import Note, Reply, Tag, Tell, rule, say

@rule("4.3.2", kind="complaint")
def write_much(facts, config):
    \"\"\"Everything that can be written.\"\"\"
    for name in ("first", "second"):
        yield Tag(name=name), say("why")
    yield Note(key="seen", text=say("why")), say("why")
    yield Reply(key="thanks", text=say("thanks"), send="auto"), say("why")
    if facts.supervisor is not None:
        yield Tell(key="heard", person=facts.supervisor.id, text=say("why")), say("why")

RULES = (write_much,)
"""
WRITES = ("add_article", "add_tag", "remove_tag", "update_ticket")


class Crash(BaseException):
    """The process ends here."""


@dataclass
class Dying:
    """A client of the helpdesk whose process dies once its nth write is made, before anything else happens."""

    client: Any
    after: int
    calls: int = 0

    def __getattr__(self, name: str) -> Callable[..., Any]:
        call: Callable[..., Any] = getattr(self.client, name)
        return call if name not in WRITES else lambda *arguments: self._write(call, *arguments)

    def _write(self, call: Callable[..., Any], *arguments: Any) -> Any:
        answer = call(*arguments)
        self.calls += 1
        if self.calls == self.after:
            raise Crash
        return answer


@pytest.fixture(scope="module")
def much(tmp_path_factory: pytest.TempPathFactory) -> Policy:
    """The shipped policy and a module that writes everything that can be written."""
    place = make_module(tmp_path_factory.mktemp("much"), "much", WRITE_MUCH)
    return load_policy(None, modules_path=[place])


@pytest.fixture
def busy(tmp_path: Path, much: Policy, needs: Needs) -> Iterator[Desk]:
    for desk in make_desk(tmp_path, much, needs):
        desk.box.give_group_address(2)
        yield desk


def shown(desk: Desk, ticket: int) -> dict[str, object]:
    """What people see in the end, without times and ids."""
    kept = desk.ticket(ticket)
    fields = {name: value for name, value in kept.items() if name.startswith("zhidu_") and not name.endswith("_at")}
    articles = sorted(
        (article["type"], article["preferences"].get("zhidu", {}).get("key", "")) for article in desk.articles(ticket)
    )
    messages = sorted(record.message.key for record in desk.store.outbox.list(MessageStatus.WAITING))
    findings = sorted(record.finding.key for record in desk.store.findings.list())
    # When somebody was told is written out in one of them.
    fields["zhidu_told"] = re.sub(r"\d\d:\d\d", "TIME", fields.get("zhidu_told") or "")
    return {
        "fields": fields | {name: kept[name] for name in ("owner_id", "state_id", "priority_id", "group_id")},
        "articles": articles,
        "tags": sorted(desk.call("GET", f"tags?object=Ticket&o_id={ticket}")["tags"]),
        "messages": messages,
        "findings": findings,
        "clocks": sorted((row.name, row.status) for row in desk.store.clocks.of(ticket)),
        "fired": kept["preferences"]["zhidu"].get("fired", {}).keys(),
    }


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory: pytest.TempPathFactory, much: Policy, needs: Needs) -> dict[str, object]:
    for desk in make_desk(tmp_path_factory.mktemp("calm"), much, needs):
        desk.box.give_group_address(2)
        ticket = desk.complain()
        desk.settle()
        return shown(desk, ticket)
    raise AssertionError


@pytest.mark.parametrize("after", [1, 2, 3, 4], ids=["reply", "tag", "second tag", "fields, note and memory"])
def test_a_crash_between_two_requests_loses_and_doubles_nothing(
    busy: Desk, undisturbed: dict[str, object], after: int
) -> None:
    ticket = busy.complain()
    whole = busy.processor
    dying = Dying(whole.helpdesk(), after)
    busy.processor = replace(whole, helpdesk=lambda: dying)
    with pytest.raises(Crash):
        busy.settle()
    busy.processor = whole
    busy.clock.forward(seconds=LEASE.total_seconds() + 1)
    busy.settle()

    assert dying.calls == after
    assert shown(busy, ticket) == undisturbed
    assert len({note["preferences"]["zhidu"]["key"] for note in busy.notes(ticket)}) == len(busy.notes(ticket)) == 2


@pytest.mark.parametrize("kind", ["lost_answer", "reset", "error", "rate_limit"])
@pytest.mark.parametrize("path", [r"/ticket_articles$", r"/tags/add$", r"/tickets/\d+$"], ids=["reply", "tag", "put"])
def test_a_request_that_goes_wrong_loses_and_doubles_nothing(
    busy: Desk, undisturbed: dict[str, object], path: str, kind: Any
) -> None:
    ticket = busy.complain()
    for method in ("POST", "PUT"):
        busy.box.faults.add(Fault(kind=kind, method=method, path=path, times=3, seconds=0.01))
    busy.settle()
    for _ in range(4):
        busy.box.faults.clear()
        busy.clock.forward(minutes=1)
        busy.settle()

    assert shown(busy, ticket) == undisturbed
    assert busy.store.inbox.depth().waiting == 0


def test_whoever_took_too_long_does_not_write(desk: Desk) -> None:
    """Another worker has the ticket by then; both would write the same note."""
    ticket = desk.complain()
    whole, late = desk.processor, timedelta(minutes=10)
    reader = whole.helpdesk()

    class Slow:
        def __getattr__(self, name: str) -> Any:
            return getattr(reader, name)

        def ticket(self, number: int) -> Any:
            found = reader.ticket(number)
            desk.clock.forward(seconds=late.total_seconds())
            # The other worker, meanwhile.
            desk.processor = whole
            desk.workers.drain("other")
            return found

    desk.processor = replace(whole, helpdesk=lambda: Slow())
    desk.settle()

    assert [outcome for number, outcome in desk.seen if number == ticket][:2] == [Outcome.WRITTEN, Outcome.LOST]
    assert len(desk.notes(ticket)) == len({note["preferences"]["zhidu"]["key"] for note in desk.notes(ticket)})
    assert desk.box.counters.by_path["PUT /api/v1/tickets/:id"] == 1
