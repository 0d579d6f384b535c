"""From answers to facts, whatever the helpdesk holds."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from integrations.zammad import slim, wire
from integrations.zammad.features import FeatureCache
from integrations.zammad.sandbox.seed import type_id
from integrations.zammad.wire import ARTICLE
from policies.kernel.facts import Change, Fired, Ticket
from policies.kernel.text import Extractor
from policies.kernel.vocabulary import FIELDS
from tests.integrations.zammad.tickets import (
    AGNES,
    CUSTOMERS,
    EVA,
    LI,
    ME,
    NOW,
    SUP,
    article,
    facts,
    one_read,
    reader,
    ticket,
    user,
)

TICKETS: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
    "a new ticket": ({}, {"state": "new", "state_type": "new", "owner": None, "group": "Users", "priority": 2}),
    "owned": ({"owner_id": AGNES}, {"owner": AGNES}),
    "an unknown state is open": ({"state_id": 99}, {"state": "#99", "state_type": "open", "nonsense": {"state"}}),
    "an unknown group": ({"group_id": 99}, {"group": "#99", "nonsense": {"group"}}),
    "an unknown priority is normal": ({"priority_id": 99}, {"priority": 2, "nonsense": {"priority"}}),
    "high": ({"priority_id": 3}, {"priority": 3}),
    "pending": (
        {"state_id": 3, "pending_time": "2026-05-08T01:00:00.000Z"},
        {"state_type": "pending reminder", "pending_until": datetime(2026, 5, 8, 1, tzinfo=UTC)},
    ),
    "pending for ever": (
        {"state_id": 3, "pending_time": "9999-12-31T23:59:59.000Z"},
        {"state_type": "pending reminder", "pending_until": None},
    ),
    "pending close": ({"state_id": 6}, {"state_type": "pending action"}),
    "closed again": (
        {"state_id": 4, "close_at": "2026-05-06T01:10:00.000Z", "last_close_at": "2026-05-06T02:00:00.000Z"},
        {"closed": True, "closed_at": datetime(2026, 5, 6, 2, tzinfo=UTC)},
    ),
    "closed once": (
        {"close_at": "2026-05-06T01:10:00.000Z"},
        {"closed_at": datetime(2026, 5, 6, 1, 10, tzinfo=UTC)},
    ),
    "a nonsense value": ({"zhidu_kind": "rant"}, {"kind": None, "nonsense": {"kind"}}),
    "a field of another module": ({"zhidu_sum": 3}, {"custom": {"sum": 3}}),
    "memory": (
        {"preferences": {"zhidu": {"case": "c"}, "escalation_calculation": {}}},
        {"id": 7, "number": "21007"},
    ),
    "a customer without a name": ({"customer_id": EVA}, {"customer_named": True, "customer_reachable": False}),
    "a customer who did not come along": ({"customer_id": 99}, {"customer_named": True, "customer_reachable": True}),
}


@pytest.mark.parametrize(("fields", "expected"), TICKETS.values(), ids=TICKETS)
def test_tickets(fields: dict[str, Any], expected: dict[str, Any]) -> None:
    ticket = facts(one_read(**fields)).ticket
    assert {name: getattr(ticket, name) for name in expected} == expected


def test_a_customer_without_any_name() -> None:
    people = (user(LI, "", "", login="138", email=None, mobile="138"), *CUSTOMERS[1:])
    ticket = facts(one_read(people=people)).ticket
    assert (ticket.customer_named, ticket.customer_reachable) == (False, True)


def test_fields_the_helpdesk_lacks_are_absent() -> None:
    read = one_read()
    bare = read.ticket.model_copy()
    assert bare.__pydantic_extra__ is not None
    kept = {name: value for name, value in bare.__pydantic_extra__.items() if name != "zhidu_kind"}
    object.__setattr__(bare, "__pydantic_extra__", kept)
    found = reader().facts(
        wire.OneRead(**{name: getattr(read, name) for name in read.__slots__} | {"ticket": bare}), (), NOW
    )
    assert found.ticket.absent == {"kind"}
    assert facts(read).ticket.absent == frozenset()
    assert found.ticket.kind is None


MAILS = {
    # row: status, attempts, whether it was given up
    "sent": ("success", 1, False),
    "sent in the end": ("success", 4, False),
    "tried again later": ("fail", 3, False),
    "given up": ("fail", 4, True),
    "not tried yet": (None, None, False),
    "nonsense": ("fail", "often", False),
}


@pytest.mark.parametrize(("status", "attempts", "lost"), MAILS.values(), ids=MAILS)
def test_a_mail_of_ours_that_the_helpdesk_gave_up(status: str | None, attempts: object, lost: bool) -> None:
    """4.2.5: only one of ours, and only once no attempt is left."""
    told = {"delivery_status": status, "delivery_retry": attempts}
    ours = article(2, "Agent", "email", preferences={"zhidu": {"key": "7:completion:0"}, **told})
    theirs = article(3, "Agent", "email", preferences=told)
    body = {"Ticket": {"7": ticket()}, "TicketArticle": {str(row["id"]): row for row in (ours, theirs)}}
    answer = json.dumps({"ticket_id": 7, "ticket_article_ids": [2, 3], "assets": body}).encode()
    for read in (wire.one_read, slim.one_read):
        found = reader().facts(read(answer), (), NOW).related.undelivered
        assert found == ({"completion:0"} if lost else frozenset())


def test_a_helpdesk_without_checklists() -> None:
    """4.2.3: its tickets do not say which they have."""
    row = ticket()
    del row["checklist_id"]
    body = {"ticket_id": 7, "assets": {"Ticket": {"7": row}}}
    for read in (wire.one_read, slim.one_read):
        assert reader().facts(read(json.dumps(body).encode()), (), NOW).ticket.absent == {"checklist"}


def test_memory_comes_along() -> None:
    stored = {"case": "c", "fired": {"a": {"run": "a@1", "rungs": ["50%"]}}}
    assert facts(one_read(preferences={"zhidu": stored})).memory.fired == {
        "a": Fired(run="a@1", rungs=frozenset({"50%"}))
    }
    assert facts(one_read(preferences={"zhidu": "garbage"})).memory.fired == {}


ARTICLES: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
    "web": (article(), {"sender": "customer", "channel": "web", "by": LI, "internal": False}),
    "sms": (article(kind="sms"), {"channel": "sms"}),
    "chat": (article(kind="chat"), {"channel": "chat"}),
    "telegram": (article(kind="telegram personal-message"), {"channel": "chat"}),
    "whatsapp": (article(kind="whatsapp message"), {"channel": "chat"}),
    "an agent's answer": (article(sender="Agent", kind="email"), {"sender": "agent", "to_customer": True}),
    "an agent's note": (article(sender="Agent", kind="note", internal=True), {"to_customer": False}),
    "the system": (article(sender="System", kind="email"), {"sender": "system", "to_customer": False}),
    "written for the customer": (
        article(kind="phone", created_by_id=AGNES, origin_by_id=LI),
        {"by": LI, "from_customer": True},
    ),
    "ours": (
        article(sender="Agent", kind="email", preferences={"zhidu": {"key": "k"}}),
        {"key": "k", "to_customer": False},
    ),
    "no key": (article(preferences={"zhidu": {"key": 5}}), {"key": None}),
}


@pytest.mark.parametrize(("row", "expected"), ARTICLES.values(), ids=ARTICLES)
def test_articles(row: dict[str, Any], expected: dict[str, Any]) -> None:
    (found,) = facts(one_read([row])).articles
    assert {name: getattr(found, name) for name in expected} == expected


def test_the_channel_is_that_of_the_first_article() -> None:
    assert facts(one_read([article(kind="phone"), article(2, "Agent", "email")])).ticket.channel == "phone"
    assert facts(one_read([])).ticket.channel == ""


def history(*entries: dict[str, Any]) -> tuple[Change, ...]:
    base = {
        "object": "Ticket",
        "type": "updated",
        "o_id": 7,
        "created_by_id": AGNES,
        "created_at": "2026-05-06T02:00:00.000Z",
    }
    rows = [{"id": number} | base | entry for number, entry in enumerate(entries, start=1)]
    return reader().changes(wire.history(json.dumps({"history": rows}).encode()))


def entry(attribute: str, old: str = "", new: str = "", **more: Any) -> dict[str, Any]:
    return {"attribute": attribute, "value_from": old, "value_to": new} | more


CHANGES: dict[str, tuple[dict[str, Any], tuple[str, str, str] | None]] = {
    "state by type": (entry("state", "new", "pending close", id_from=1, id_to=6), ("state", "new", "pending action")),
    "a state that is gone": (entry("state", "old", "closed", id_from=77, id_to=4), ("state", "old", "closed")),
    "state without ids": (entry("state", "new", "open"), ("state", "new", "open")),
    "owner by id": (entry("owner", "-", "Agnes Chen", id_from=1, id_to=AGNES), ("owner", "1", str(AGNES))),
    "owner without ids": (entry("owner", "-", "Agnes Chen"), ("owner", "1", "1")),
    "group": (entry("group", "Users", "Complaints", id_from=1, id_to=2), ("group", "Users", "Complaints")),
    "priority": (entry("priority", "2 normal", "3 high"), ("priority", "2 normal", "3 high")),
    "pending time": (
        entry("pending_time", "", "2026-05-08 01:00:00 UTC"),
        ("pending_time", "", "2026-05-08 01:00:00 UTC"),
    ),
    "a field of ours": (entry("zhidu_flags", "", '["media"]'), ("flags", "", '["media"]')),
    "nothing before": (entry("zhidu_kind") | {"value_from": None, "value_to": None}, ("kind", "", "")),
    "a title": (entry("title", "a", "b"), None),
    "a customer": (entry("customer", "Si Li", "Eva Meier"), None),
    "created": ({"type": "created"}, None),
    "a tag": (entry("tag", "", "vip") | {"type": "added"}, None),
    "without a field": ({}, None),
    "of an article": (entry("state", "a", "b", object="Ticket::Article"), None),
}


@pytest.mark.parametrize(("row", "expected"), CHANGES.values(), ids=CHANGES)
def test_history(row: dict[str, Any], expected: tuple[str, str, str] | None) -> None:
    changes = history(row)
    assert [(change.field, change.old, change.new) for change in changes] == ([] if expected is None else [expected])
    assert all((change.by, change.at) == (AGNES, datetime(2026, 5, 6, 2, tzinfo=UTC)) for change in changes)


def test_who_is_away_is_counted_in_the_zone_of_the_helpdesk() -> None:
    """23:30 UTC on the fifth is the sixth in Shanghai."""
    sup = user(SUP, "Su", group_ids={"1": ["full"]}, out_of_office=True,
               out_of_office_start_at="2026-05-06", out_of_office_end_at="2026-05-06",
               updated_at="2026-05-06T02:00:00.000Z")  # fmt: skip
    read, made = one_read(people=(sup, *CUSTOMERS)), reader()
    made.directory.refresh()
    late = made.facts(read, (), datetime(2026, 5, 5, 23, 30, tzinfo=UTC))
    early = made.facts(read, (), datetime(2026, 5, 5, 15, 30, tzinfo=UTC))
    assert (late.people[SUP].away, early.people[SUP].away) == (True, False)


def test_who_we_are_and_what_time_it_is() -> None:
    found = facts(one_read())
    assert (found.me, found.now, set(found.people) >= {ME, AGNES}) == (ME, NOW, True)
    assert LI not in found.people


def test_every_field_of_the_vocabulary_has_a_place() -> None:
    assert set(Ticket.__dataclass_fields__) >= FIELDS


class Counting(Extractor):
    calls = 0

    def features(self, *args: Any, **more: Any) -> Any:
        self.calls += 1
        return super().features(*args, **more)


def test_features_are_computed_once_and_the_oldest_are_forgotten() -> None:
    extractor = Counting(())
    cache = FeatureCache(extractor, most=2)
    rows = ARTICLE.many(json.dumps([article(number) for number in (1, 2, 3)]).encode())
    first, second, third = rows
    assert cache.of(first) is cache.of(first)
    for one in (second, first, third, first, second):
        cache.of(one)
    assert extractor.calls == 4


def test_our_own_words_say_nothing() -> None:
    ours, theirs = ARTICLE.many(json.dumps([article(1, preferences={"zhidu": {"key": "k"}}), article(2)]).encode())
    cache = FeatureCache(Extractor(()))
    assert (cache.of(ours).length, cache.of(theirs).length > 0) == (0, True)


@pytest.mark.parametrize("kind", ["email", "fax", "twitter status", "facebook feed comment"])
def test_types_are_learnt_from_zammad(kind: str) -> None:
    row = article(kind=kind)
    assert row["type_id"] == type_id(kind)
    assert facts(one_read([row])).articles[0].channel
