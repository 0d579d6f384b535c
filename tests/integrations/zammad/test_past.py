"""A ticket as it was: what the history says is put back."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from types import MappingProxyType
from typing import Any

import pytest

from integrations.zammad.past import facts_at
from policies.kernel.facts import Change, Facts, Fired, Memory
from tests.integrations.zammad.tickets import AGNES, NOW, article, facts, one_read

THEN, LATER = datetime(2026, 5, 6, 1, 30, tzinfo=UTC), datetime(2026, 5, 6, 2, 0, tzinfo=UTC)


def changed(field: str, old: str, new: str, at: datetime = LATER) -> Change:
    return Change(at=at, by=AGNES, field=field, old=old, new=new)


def after(*changes: Change, **stored: Any) -> Facts:
    read = one_read(updated_at="2026-05-06T02:00:00.000Z", **stored)
    return facts(read, history=tuple(changes))


BACK: dict[str, tuple[dict[str, Any], Change, dict[str, Any]]] = {
    "state": (
        {"state_id": 4, "last_close_at": "2026-05-06T02:00:00.000Z"},
        changed("state", "open", "closed"),
        {"state": "open", "state_type": "open"},
    ),
    "group": ({"group_id": 2}, changed("group", "Users", "Complaints"), {"group": "Users"}),
    "a group nobody knows now": (
        {"group_id": 99},
        changed("group", "Users", "x"),
        {"group": "Users", "nonsense": frozenset()},
    ),
    "owner": ({"owner_id": AGNES}, changed("owner", "12", "11"), {"owner": 12}),
    "owner, nobody before": ({"owner_id": AGNES}, changed("owner", "1", "11"), {"owner": None}),
    "owner, unknown before": ({"owner_id": AGNES}, changed("owner", "", "11"), {"owner": None}),
    "owner in words": ({"owner_id": AGNES}, changed("owner", "Agnes", "11"), {"owner": None}),
    "priority": ({"priority_id": 3}, changed("priority", "1 low", "3 high"), {"priority": 1}),
    "priority as we keep it": ({"priority_id": 3}, changed("priority", "2", "3"), {"priority": 2}),
    "priority of the company's own": ({"priority_id": 3}, changed("priority", "urgent", "3 high"), {"priority": 2}),
    "pending time": (
        {"pending_time": "2026-05-09T01:00:00.000Z"},
        changed("pending_time", "2026-05-08 01:00:00 UTC", "2026-05-09 01:00:00 UTC"),
        {"pending_until": datetime(2026, 5, 8, 1, tzinfo=UTC)},
    ),
    "pending time, none before": (
        {"pending_time": "2026-05-09T01:00:00.000Z"},
        changed("pending_time", "", "2026-05-09 01:00:00 UTC"),
        {"pending_until": None},
    ),
    "an option": ({"zhidu_kind": "complaint"}, changed("kind", "inquiry", "complaint"), {"kind": "inquiry"}),
    "no option before": ({"zhidu_kind": "complaint"}, changed("kind", "", "complaint"), {"kind": None}),
    "nonsense before": (
        {"zhidu_kind": "complaint"},
        changed("kind", "rant", "complaint"),
        {"kind": None, "nonsense": frozenset({"kind"})},
    ),
    "nonsense now": (
        {"zhidu_kind": "rant"},
        changed("kind", "task", "rant"),
        {"kind": "task", "nonsense": frozenset()},
    ),
    "a list": (
        {"zhidu_flags": []},
        changed("flags", '["media", "amount"]', "[]"),
        {"flags": frozenset({"media", "amount"})},
    ),
    "a list of one": ({"zhidu_flags": []}, changed("flags", "media", ""), {"flags": frozenset({"media"})}),
    "no list": ({"zhidu_flags": ["media"]}, changed("flags", "", '["media"]'), {"flags": frozenset()}),
    "a broken list": ({"zhidu_flags": ["media"]}, changed("flags", "[", '["media"]'), {"flags": frozenset()}),
    "a time": (
        {"zhidu_promised_at": None},
        changed("promised_at", "2026-05-08 01:00:00 UTC", ""),
        {"promised_at": datetime(2026, 5, 8, 1, tzinfo=UTC)},
    ),
    "a person": ({"zhidu_case_owner": None}, changed("case_owner", "Agnes Chen #11", ""), {"case_owner": 11}),
    "a person as we keep it": ({"zhidu_case_owner": None}, changed("case_owner", "11", ""), {"case_owner": 11}),
    "text": ({"zhidu_remedy": "new"}, changed("remedy", "old", "new"), {"remedy": "old"}),
    "a field of another module": ({"zhidu_sum": 3}, changed("sum", "2", "3"), {"custom": {"sum": "2"}}),
    "one that was not there": ({"zhidu_sum": 3}, changed("sum", "", "3"), {"custom": {}}),
}


@pytest.mark.parametrize(("stored", "change", "was"), BACK.values(), ids=BACK)
def test_what_changed_since_is_put_back(stored: dict[str, Any], change: Change, was: dict[str, Any]) -> None:
    ticket = facts_at(after(change, **stored), THEN).ticket
    assert {name: getattr(ticket, name) for name in was} == was
    same = facts_at(after(change, **stored), NOW).ticket
    assert same == after(change, **stored).ticket


def test_of_several_changes_the_first_after_it_tells() -> None:
    changes = [
        changed("kind", "", "inquiry", THEN - timedelta(minutes=10)),
        changed("kind", "inquiry", "task", THEN + timedelta(minutes=1)),
        changed("kind", "task", "complaint", THEN + timedelta(minutes=2)),
    ]
    found = facts_at(after(*changes, zhidu_kind="complaint"), THEN)
    assert (found.ticket.kind, found.history) == ("inquiry", tuple(changes[:1]))


CLOSED: dict[str, tuple[tuple[Change, ...], dict[str, Any], datetime | None]] = {
    "closed later": ((changed("state", "open", "closed"),), {"last_close_at": "2026-05-06T02:00:00.000Z"}, None),
    "closed before": (
        (changed("state", "open", "closed", THEN),),
        {"last_close_at": "2026-05-06T01:30:00.000Z"},
        THEN,
    ),
    "closed before and again": (
        (changed("state", "open", "closed", THEN), changed("state", "open", "closed")),
        {"last_close_at": "2026-05-06T02:00:00.000Z"},
        THEN,
    ),
    "made closed": ((), {"close_at": "2026-05-06T01:00:00.000Z"}, datetime(2026, 5, 6, 1, tzinfo=UTC)),
    "never": ((), {}, None),
}


@pytest.mark.parametrize(("changes", "stored", "at"), CLOSED.values(), ids=CLOSED)
def test_when_it_was_closed(changes: tuple[Change, ...], stored: dict[str, Any], at: datetime | None) -> None:
    assert facts_at(after(*changes, **stored), THEN).ticket.closed_at == at


def test_articles_and_memory_of_later_are_gone() -> None:
    rows = [article(), article(2, created_at="2026-05-06T02:00:00.000Z")]
    memory = Memory(case_id="c", done=frozenset({"x"}), fired=MappingProxyType({"a": Fired(run="r")}))
    given = replace(facts(one_read(rows, updated_at="2026-05-06T02:00:00.000Z")), memory=memory)
    then = facts_at(given, THEN)
    assert ([a.id for a in then.articles], then.memory, then.now) == ([1], Memory(case_id="c"), THEN)
    assert then.ticket.updated_at == THEN
    assert facts_at(given, LATER).memory == memory


def test_before_it_was_made_there_was_no_ticket() -> None:
    with pytest.raises(ValueError, match="2026-05-06T01:00:00"):
        facts_at(after(), datetime(2026, 5, 6, 0, 59, tzinfo=UTC))
