"""What differs is planned, what does not is left alone."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from types import MappingProxyType
from typing import Any

import pytest

from integrations.zammad.guard import Absurd, Limits, guard
from integrations.zammad.plan import Plan, plain
from integrations.zammad.silence import hushed, silent
from policies.kernel.decisions import (
    Action,
    Assign,
    Find,
    Note,
    Prioritise,
    Reply,
    Route,
    SetField,
    SetState,
    Tag,
    Tell,
    Untag,
    say,
)
from policies.kernel.facts import Fired, Memory
from tests.integrations.zammad import tickets
from tests.integrations.zammad.tickets import AGNES, BO, EVA, SUP, facts, one_read, plan_for, planner, verdict

AT = datetime(2026, 5, 8, 1, 0, tzinfo=UTC)
STORED = "2026-05-08T01:00:00.000Z"
WORDS = tickets.plain("so")

DIFFERENT: dict[str, tuple[dict[str, Any], Action, dict[str, Any]]] = {
    "a field": ({}, SetField(field="kind", value="complaint"), {"zhidu_kind": "complaint"}),
    "a field in place of nonsense": (
        {"zhidu_kind": "rant"},
        SetField(field="kind", value="complaint"),
        {"zhidu_kind": "complaint"},
    ),
    "a field cleared": ({"zhidu_kind": "complaint"}, SetField(field="kind", value=None), {"zhidu_kind": None}),
    "a list": ({}, SetField(field="flags", value=frozenset({"media", "amount"})), {"zhidu_flags": ("amount", "media")}),
    "a list cleared": ({"zhidu_flags": ["media"]}, SetField(field="flags", value=frozenset()), {"zhidu_flags": ()}),
    "a person": ({}, SetField(field="case_owner", value=AGNES), {"zhidu_case_owner": "Agnes Chen #11"}),
    "words": ({}, SetField(field="missing", value=say("words.plain", what="it")), {"zhidu_missing": "It is it"}),
    "words too long": (
        {},
        SetField(field="missing", value=say("words.plain", what="x" * 300)),
        {"zhidu_missing": "It is " + "x" * 244},
    ),
    "text too long": ({}, SetField(field="remedy", value=" " + "x" * 300), {"zhidu_remedy": "x" * 249}),
    "a time": ({}, SetField(field="promised_at", value=AT), {"zhidu_promised_at": AT}),
    "a time a second later": (
        {"zhidu_promised_at": STORED},
        SetField(field="promised_at", value=AT + timedelta(seconds=1)),
        {"zhidu_promised_at": AT + timedelta(seconds=1)},
    ),
    "a custom field": ({"zhidu_sum": 3}, SetField(field="sum", value=4), {"zhidu_sum": 4}),
    "a custom field named as one of Zammad's": (
        {"zhidu_state": None},
        SetField(field="state", value="x"),
        {"zhidu_state": "x"},
    ),
    "a group": ({}, Route(group="Complaints"), {"group_id": 2}),
    "an owner": ({}, Assign(owner=AGNES), {"owner_id": AGNES}),
    "nobody": ({"owner_id": AGNES}, Assign(owner=None), {"owner_id": 1}),
    "a priority": ({}, Prioritise(priority=3), {"priority_id": 3}),
    "a state": ({}, SetState(state="open"), {"state_id": 2}),
    "a state by its type": ({}, SetState(state="pending action", until=AT), {"state_id": 6, "pending_time": AT}),
    "a pending state": ({}, SetState(state="pending reminder", until=AT), {"state_id": 3, "pending_time": AT}),
    "pending for longer": (
        {"state_id": 3, "pending_time": STORED},
        SetState(state="pending reminder", until=AT + timedelta(days=1)),
        {"pending_time": AT + timedelta(days=1)},
    ),
}


@pytest.mark.parametrize(("stored", "action", "fields"), DIFFERENT.values(), ids=DIFFERENT)
def test_a_difference_is_written(stored: dict[str, Any], action: Action, fields: dict[str, Any]) -> None:
    plan = plan_for(one_read(**stored), action)
    assert plan.write is not None
    assert dict(plan.write.fields) == fields
    assert not plan.empty
    assert [decision.action for decision in plan.decisions] == [action]


SAME: dict[str, tuple[dict[str, Any], Action]] = {
    "a field": ({"zhidu_kind": "complaint"}, SetField(field="kind", value="complaint")),
    "nothing": ({}, SetField(field="kind", value=None)),
    "an empty text": ({"zhidu_remedy": ""}, SetField(field="remedy", value=None)),
    "text with blanks": ({"zhidu_remedy": "paid"}, SetField(field="remedy", value=" paid ")),
    "the option for nothing": ({"zhidu_extension": ""}, SetField(field="extension", value="none")),
    "a list in another order": (
        {"zhidu_flags": ["media", "amount"]},
        SetField(field="flags", value=frozenset({"amount", "media"})),
    ),
    "an empty list": ({"zhidu_flags": None}, SetField(field="flags", value=frozenset())),
    "a person renamed": ({"zhidu_case_owner": "A. Chen #11"}, SetField(field="case_owner", value=AGNES)),
    "words": ({"zhidu_missing": "It is it"}, SetField(field="missing", value=say("words.plain", what="it"))),
    "a time within the second": (
        {"zhidu_promised_at": STORED},
        SetField(field="promised_at", value=AT + timedelta(microseconds=999_000)),
    ),
    "a custom time": ({"zhidu_until": STORED}, SetField(field="until", value=AT)),
    "a custom list": ({"zhidu_parts": ["b", "a"]}, SetField(field="parts", value=frozenset({"a", "b"}))),
    "a custom list, empty": ({"zhidu_parts": []}, SetField(field="parts", value=frozenset())),
    "a group": ({}, Route(group="Users")),
    "an owner": ({"owner_id": AGNES}, Assign(owner=AGNES)),
    "nobody": ({}, Assign(owner=None)),
    "a priority": ({}, Prioritise(priority=2)),
    "a state": ({"state_id": 4}, SetState(state="closed")),
    "pending till then": (
        {"state_id": 3, "pending_time": STORED},
        SetState(state="pending reminder", until=AT + timedelta(microseconds=5)),
    ),
}


@pytest.mark.parametrize(("stored", "action"), SAME.values(), ids=SAME)
def test_no_difference_is_nothing(stored: dict[str, Any], action: Action) -> None:
    plan = plan_for(one_read(**stored), action)
    assert plan.empty
    assert plan.write is None
    assert plan == Plan(ticket_id=7)


def test_the_first_of_two_that_agree_is_the_ground() -> None:
    plan = plan_for(one_read(), Assign(owner=AGNES), Assign(owner=SUP))
    assert [change.desired for change in plan.changes] == [AGNES]


UNKNOWN: dict[str, tuple[Action, str]] = {
    "a group": (Route(group="Cards"), "group 'Cards'"),
    "a state": (SetState(state="on hold"), "state of type 'on hold'"),
    "a priority": (Prioritise(priority=4), "begins with 4"),
}


@pytest.mark.parametrize(("action", "words"), UNKNOWN.values(), ids=UNKNOWN)
def test_what_the_helpdesk_does_not_have_is_named_and_the_rest_is_written(action: Action, words: str) -> None:
    plan = plan_for(one_read(), action, SetField(field="kind", value="complaint"))
    assert [change.field for change in plan.changes] == ["kind"]
    (what,) = plan.impossible
    assert words in what


def test_a_person_without_access_to_the_group_does_not_become_owner() -> None:
    """Zammad would answer 200 and leave the ticket with nobody."""
    plan = plan_for(one_read(), Route(group="Complaints"), Assign(owner=BO))
    assert "owner" not in [change.field for change in plan.changes]
    assert "has no access to the group" in plan.impossible[0]


def test_a_field_that_the_helpdesk_lacks_is_named_and_not_written() -> None:
    plan = plan_for(one_read(), SetField(field="sum", value=3), SetField(field="kind", value="complaint"))
    assert (plan.lacking, [change.field for change in plan.changes]) == (("sum",), ["kind"])
    assert silent(plan, Memory()).lacking == ("sum",)


REFUSED: dict[str, tuple[Action, dict[str, object], bool]] = {
    "the same": (Assign(owner=AGNES), {"owner": AGNES}, False),
    "another value": (Assign(owner=SUP), {"owner": AGNES}, True),
    "another field": (Assign(owner=AGNES), {"group": "Complaints"}, True),
    "a list": (SetField(field="flags", value=frozenset({"media"})), {"flags": ["media"]}, False),
    "a time": (SetField(field="promised_at", value=AT), {"promised_at": AT.isoformat()}, False),
}


@pytest.mark.parametrize(("action", "refused", "tried"), REFUSED.values(), ids=REFUSED)
def test_what_was_refused_is_not_repeated(action: Action, refused: dict[str, object], tried: bool) -> None:
    plan = plan_for(one_read(), action, refused=refused)
    assert (bool(plan.changes), bool(plan.refused)) == (tried, not tried)


def test_values_as_json_keeps_them() -> None:
    assert [plain("x", value) for value in (AT, frozenset({"b", "a"}), "x", 3, None)] == [
        AT.isoformat(), ["a", "b"], "x", 3, None,
    ]  # fmt: skip
    told = plain("remedy", "the money back")
    assert told == plain("remedy", "the money back") != plain("remedy", "an apology")
    assert "money" not in str(told)


def test_tags_are_added_and_removed_once() -> None:
    plan = plan_for(
        one_read(tags=("old", "kept")),
        Tag(name="new"),
        Tag(name="new"),
        Tag(name="kept"),
        Untag(name="old"),
        Untag(name="gone"),
    )
    assert (plan.add_tags, plan.remove_tags, plan.write) == (("new",), ("old",), None)


REPLY = Reply(key="reply:1", text=say("words.reply", what="<b>ok</b>"), send="auto")
AUTO: dict[str, tuple[dict[str, Any], Reply, str]] = {
    "sent": ({"group_id": 1}, REPLY, "sent"),
    "no address of the group": ({"group_id": 2}, REPLY, "draft"),
    "a group that is gone": ({"group_id": 99}, REPLY, "draft"),
    "no address of the customer": ({"customer_id": EVA}, REPLY, "draft"),
    "a customer who did not come along": ({"customer_id": 99}, REPLY, "draft"),
    "as a draft": ({"group_id": 1}, replace(REPLY, send="draft"), "draft"),
    "switched off": ({"group_id": 1}, replace(REPLY, send="off"), ""),
}


@pytest.mark.parametrize(("stored", "reply", "how"), AUTO.values(), ids=AUTO)
def test_replies(stored: dict[str, Any], reply: Reply, how: str) -> None:
    plan = plan_for(one_read(**stored), reply)
    assert ("sent" if plan.replies else "draft" if plan.note else "") == how


def test_a_reply_as_it_is_sent() -> None:
    rows = [
        tickets.article(1),
        tickets.article(2, "Agent", "email"),
        tickets.article(3, "Agent", "note", internal=True),
    ]
    ((_, sent),) = plan_for(one_read(rows), REPLY).replies
    assert (sent.type, sent.sender, sent.to, sent.internal, sent.subject) == (
        "email", "Agent", "si@example.com", False, "a complaint",
    )  # fmt: skip
    assert sent.body == "Dear customer,<br>&lt;b&gt;ok&lt;/b&gt;"
    assert (sent.key, sent.in_reply_to) == ("7:reply:1", "<2@example.com>")
    ((_, first),) = plan_for(one_read([]), REPLY).replies
    assert first.in_reply_to is None


def test_a_reply_that_stands_there_is_not_sent_again() -> None:
    ours = tickets.article(2, "Agent", "email", preferences={"zhidu": {"key": "7:reply:1"}})
    plan = plan_for(one_read([tickets.article(), ours]), REPLY)
    assert (plan.replies, plan.note) == ((), None)


def test_mails_findings_and_mentions_go_their_own_ways() -> None:
    mail = Tell(key="a", person=AGNES, text=WORDS)
    mention = Tell(key="b", person=AGNES, text=WORDS, how="mention")
    finding = Find(key="c", code="late", text=WORDS)
    plan = plan_for(one_read(), mail, mention, finding)
    assert [d.action for d in plan.tells] == [mail]
    assert [d.action for d in plan.findings] == [finding]
    assert plan.note is not None
    assert [d.action for d in plan.note.decisions] == [mention]
    assert {d.action for d in plan.decisions} == {mail, mention, finding}


REMEMBERED: dict[str, tuple[dict[str, Any], Memory, bool]] = {
    "a case id alone is not worth a write": ({}, Memory(case_id="c"), False),
    "something done": ({}, Memory(case_id="c", done=frozenset({"x"})), True),
    "observed": ({}, Memory(case_id="c", observed=True), True),
    "as it was": ({"zhidu": {"case": "c", "done": ["x"]}}, Memory(case_id="c", done=frozenset({"x"})), False),
    "more done": ({"zhidu": {"case": "c"}}, Memory(case_id="c", done=frozenset({"x"})), True),
    "another case": ({"zhidu": {"case": "c"}}, Memory(case_id="d"), True),
    "rungs": (
        {"zhidu": {"case": "c"}},
        Memory(case_id="c", fired=MappingProxyType({"a": Fired(run="r", rungs=frozenset({"50%"}))})),
        True,
    ),
}


@pytest.mark.parametrize(("stored", "memory", "written"), REMEMBERED.values(), ids=REMEMBERED)
def test_memory_is_written_where_it_differs(stored: dict[str, Any], memory: Memory, written: bool) -> None:
    plan = plan_for(one_read(preferences=stored), memory=memory)
    assert (plan.memory is not None, plan.write is not None) == (written, written)
    if plan.write is not None:
        assert plan.write.preferences is not None
        assert set(plan.write.preferences) == {"zhidu"}


def test_what_is_observed_is_silent() -> None:
    given = Memory(case_id="c", done=frozenset({"x"}), situation="s", observed=True)
    late = Find(key="c@now/100%/finding", code="late", text=WORDS)
    wanted = (Note(key="n", text=WORDS), Find(key="f", code="old", text=WORDS), late)
    fired = {"c": Fired(run="c@now", rungs=frozenset({"100%"}))}
    after = replace(given, fired=fired, done=frozenset({"x", "n", "f", "thanks"}), situation="t")
    plan = plan_for(one_read(), Assign(owner=AGNES), *wanted, Tag(name="t"), REPLY, memory=after)
    quiet = silent(plan, given)
    memory = replace(given, fired=fired, done=frozenset({"x", "t.f"}))
    assert silent(plan, memory).memory is None
    assert (quiet.memory, quiet.changes, quiet.note, quiet.add_tags, quiet.replies, quiet.decisions) == (
        memory, (), None, (), (), (),
    )  # fmt: skip


def test_what_is_hushed_changes_the_ticket_and_tells_nobody() -> None:
    given = Memory(case_id="c", done=frozenset({"x"}), situation="s")
    wanted = (Note(key="n", text=WORDS), Find(key="f", code="old", text=WORDS), Tell(key="a", person=AGNES, text=WORDS))
    after = replace(given, done=frozenset({"x", "n", "f", "a", "thanks"}), situation="t")
    plan = plan_for(one_read(), Assign(owner=AGNES), *wanted, Tag(name="t"), REPLY, memory=after)

    quiet = hushed(plan, given)

    assert ([change.field for change in quiet.changes], quiet.add_tags) == (["owner"], ("t",))
    assert (quiet.note, quiet.replies, quiet.tells, quiet.findings) == (None, (), (), ())
    assert quiet.memory == replace(given, done=frozenset({"x", "t.f"}))
    assert all(isinstance(decision.action, Assign | Tag) for decision in quiet.decisions)


NONE_AT_ALL = Limits(fields=0, note_characters=0, replies=0, tells=0, tags=0)
ABSURD: dict[str, tuple[Action, str]] = {
    "fields": (Assign(owner=AGNES), "fields 1"),
    "a note": (Note(key="n", text=WORDS), "characters of note"),
    "replies": (REPLY, "replies 1"),
    "messages": (Tell(key="a", person=AGNES, text=WORDS), "messages 1"),
    "tags": (Tag(name="t"), "tags 1"),
}


@pytest.mark.parametrize(("action", "words"), ABSURD.values(), ids=ABSURD)
def test_absurd_plans_are_refused_with_their_rules(action: Action, words: str) -> None:
    plan = plan_for(one_read(), action)
    guard(plan, Limits())
    with pytest.raises(Absurd, match=f"ticket 7: {words}.*wanted by.*"):
        guard(plan, NONE_AT_ALL)
    guard(plan_for(one_read()), NONE_AT_ALL)


def test_tags_name_their_rules_in_absurd_plans() -> None:
    with pytest.raises(Absurd, match=r"wanted by t\.rule"):
        guard(plan_for(one_read(), Tag(name="t")), NONE_AT_ALL)


def test_names_in_fields_are_those_of_the_ticket_as_decided() -> None:
    read = one_read()
    given = facts(read)
    plan = planner("zh-CN").plan(verdict(given, SetField(field="missing", value=WORDS)), given, read)
    assert plan.changes[0].desired == "这是so"
