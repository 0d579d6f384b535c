"""What was recorded from a running Zammad reads as typed values, strictly where it is used."""

import gzip
import json
import random
import time
from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest

from integrations.zammad import wire

FOLDER = Path(__file__).parent / "recorded"

SHAPES: dict[str, wire.Shape[Any]] = {
    "ticket": wire.TICKET,
    "article": wire.ARTICLE,
    "user": wire.USER,
    "group": wire.GROUP,
    "role": wire.ROLE,
    "state": wire.STATE,
    "priority": wire.PRIORITY,
    "attribute": wire.ATTRIBUTE,
    "organization": wire.Shape(wire.Organization),
    "thing": wire.THING,
}

SINGLE: dict[str, Callable[[bytes], Any]] = {
    "one_read": wire.one_read,
    "history": wire.history,
    "count": wire.total_count,
    "version": wire.version,
}

ANSWERS = {
    f"{row['from']} {row['kind']}": row for row in map(json.loads, (FOLDER / "answers.jsonl").read_text().splitlines())
}
WEEK = {
    f"{row['from']} {row['kind']}": row
    for row in map(json.loads, gzip.decompress((FOLDER / "week.jsonl.gz").read_bytes()).splitlines())
}


def _bytes(json_value: Any) -> bytes:
    return json.dumps(json_value).encode()


def _recorded(name: str) -> bytes:
    return _bytes(ANSWERS[name]["json"])


@pytest.mark.parametrize("row", ANSWERS.values(), ids=ANSWERS)
def test_every_recorded_answer_reads(row: dict[str, Any]) -> None:
    kind, answer = row["kind"], row["json"]

    if kind in SINGLE:
        SINGLE[kind](_bytes(answer))
    elif isinstance(answer, list):
        read = SHAPES[kind].many(_bytes(answer))
        assert [each.id for each in read] == [each["id"] for each in answer]
    else:
        assert SHAPES[kind].one(_bytes(answer)).id == answer["id"]


def test_a_week_at_a_desk_reads() -> None:
    """60 tickets with their histories; nobody who acts in one is unknown."""
    reads = [wire.one_read(_bytes(row["json"])) for row in WEEK.values() if row["kind"] == "one_read"]
    histories = [wire.history(_bytes(row["json"])) for row in WEEK.values() if row["kind"] == "history"]

    assert (len(reads), len(histories)) == (60, 60)
    for read in reads:
        assert read.ticket.article_count == len(read.articles)
        assert {read.ticket.owner_id, read.ticket.customer_id} <= read.users.keys()
        assert all(article.created_at.tzinfo is UTC for article in read.articles)
        assert list(read.articles) == sorted(read.articles, key=lambda article: article.id)
    for history in histories:
        assert {entry.created_by_id for entry in history.entries} <= history.users.keys()


def test_one_read_is_quick() -> None:
    """Far below the 96 ms that Zammad takes for it."""
    bodies = [_bytes(row["json"]) for row in WEEK.values() if row["kind"] == "one_read"]

    slowest = max(min(_seconds(body) for _ in range(5)) for body in bodies)

    assert slowest < 0.0015


def _seconds(body: bytes) -> float:
    """Of the processor, whatever else the machine does."""
    began = time.thread_time()
    wire.one_read(body)
    return time.thread_time() - began


def test_one_read_of_a_ticket() -> None:
    read = wire.one_read(_recorded("basics 82 one_read"))

    assert read.ticket.number == "21002"
    assert read.ticket.close_at == datetime(2026, 11, 24, 6, 4, 55, 139000, tzinfo=UTC)
    assert [article.id for article in read.articles] == [2, 3, 4, 7, 8]
    assert [article.internal for article in read.articles] == [False, True, True, False, True]
    assert [article.key for article in read.articles] == [None, None, None, "k-1", None]
    attachment = read.articles[-1].attachments[0]
    assert (attachment.filename, attachment.size, attachment.mime_type) == (
        "卡号6222020000000000042.txt",
        26,
        "text/plain",
    )
    assert read.users[4].name == "Wei Wang"
    assert read.users[5].group_ids == {1: ("full",), 2: ("full",)}
    assert read.tags == ()
    assert read.links == ()
    assert read.subscribers == ()


def test_a_checklist_comes_in_its_order() -> None:
    read = wire.one_read(_recorded("extra 30 one_read"))

    assert [(item.id, item.text, item.checked) for item in read.items] == [(1, "", False), (2, "身份证", False)]


def test_preferences_of_ours() -> None:
    """A ticket's memory is `preferences.zhidu`, beside keys of Zammad's own."""
    assert wire.TICKET.one(_recorded("extra 12 ticket")).memory == {"v": 1}
    under_sla = wire.TICKET.one(_recorded("provision 28 ticket"))
    assert under_sla.memory == {}
    assert "escalation_calculation" in under_sla.preferences


def test_an_unsent_and_a_sent_mail() -> None:
    articles = wire.ARTICLE.many(_recorded("outgoing 10 article"))

    ours = next(article for article in articles if article.key == "z-1")
    assert (ours.type, ours.sender, ours.delivery_status) == ("email", "Agent", "success")
    assert wire.ARTICLE.one(_recorded("outgoing 9 article")).delivery_status is None


def test_out_of_office() -> None:
    user = wire.USER.one(_recorded("people 14 user"))

    assert user.out_of_office_replacement_id == 3
    away = {date(2026, 10, 31): False, date(2026, 11, 1): True, date(2027, 12, 1): True, date(2027, 12, 2): False}
    assert {day: user.away_on(day) for day in away} == away
    assert not wire.USER.one(_recorded("people 2 user")).away_on(date(2026, 11, 24))


def test_access() -> None:
    user = wire.USER.one(_recorded("people 4 user"))

    assert user.may("change", 1)  # full
    assert user.may("change", 2)
    assert not user.may("create", 2)
    assert not user.may("read", 3)


def test_a_history_entry() -> None:
    entries = wire.history(_recorded("basics 68 history")).entries

    moved = next(entry for entry in entries if entry.attribute == "group")
    assert (moved.value_from, moved.value_to, moved.id_from, moved.id_to) == ("Users", "Complaints", 1, 2)
    assert moved.created_at == datetime(2026, 11, 24, 6, 4, 49, 973000, tzinfo=UTC)
    tag = next(entry for entry in entries if entry.attribute == "tag")
    assert (tag.type, tag.id_to) == ("added", None)


def test_custom_fields() -> None:
    """Ours by their prefix, anybody's by name."""
    ticket = _ticket(zhidu_kind="complaint", zhidu_flags=["media"], zhidu_missing=None, company_code="A7")

    assert ticket.fields == {"zhidu_kind": "complaint", "zhidu_flags": ["media"], "zhidu_missing": None}
    assert ticket.custom("company_code") == "A7"
    assert ticket.custom("nothing") is None
    user = wire.USER.one(b'{"id": 7, "login": "x", "zhidu_post": "supervisor", "zhidu_staff_no": "0042"}')
    assert user.fields == {"zhidu_post": "supervisor", "zhidu_staff_no": "0042"}


def _json(**changes: Any) -> bytes:
    base = dict(ANSWERS["basics 21 ticket"]["json"])
    return _bytes({**base, **changes})


def _ticket(**changes: Any) -> wire.Ticket:
    return wire.TICKET.one(_json(**changes))


MEMORIES = {
    "none": ({}, {}),
    "ours": ({"zhidu": {"v": 1}}, {"v": 1}),
    "nonsense": ({"zhidu": "x"}, {}),
    "a list": ({"zhidu": [1]}, {}),
}


@pytest.mark.parametrize(("preferences", "memory"), MEMORIES.values(), ids=MEMORIES)
def test_memory_survives_nonsense(preferences: Any, memory: Any) -> None:
    assert _ticket(preferences=preferences).memory == memory


def test_times_of_other_zones_become_utc() -> None:
    ticket = _ticket(pending_time="2026-11-25T17:30:00+08:00")

    assert ticket.pending_time == datetime(2026, 11, 25, 9, 30, tzinfo=UTC)
    assert ticket.pending_time is not None
    assert ticket.pending_time.tzinfo is UTC


WRONG = {
    # row                          changes                                   what the error says
    "an id as text":              ({"group_id": "2"}, "group_id: Input should be a valid integer"),
    "an id as a truth":           ({"state_id": True}, "state_id: Input should be a valid integer"),
    "no id":                      ({"owner_id": None}, "owner_id: Input should be a valid integer"),
    "a time without a zone":      ({"updated_at": "2026-11-24T06:00"}, "updated_at: Input should have timezone info"),
    "no time":                    ({"created_at": "soon"}, "created_at: Input should be a valid datetime"),
    "preferences that are text":  ({"preferences": "{}"}, "preferences: Input should be an object"),
}  # fmt: skip


@pytest.mark.parametrize(("changes", "words"), WRONG.values(), ids=WRONG)
def test_fields_in_use_are_strict(changes: dict[str, Any], words: str) -> None:
    with pytest.raises(wire.WireError) as caught:
        _ticket(title="secret words", **changes)

    assert words in str(caught.value)
    assert "secret words" not in str(caught.value)
    assert caught.value.__cause__ is None
    assert caught.value.__context__ is None


def test_many_problems_are_counted() -> None:
    with pytest.raises(wire.WireError, match="and 7 more"):
        wire.TICKET.one(b"{}")


def test_what_is_no_json() -> None:
    with pytest.raises(wire.WireError, match="Ticket: answer: json_invalid"):
        wire.TICKET.one(b"<html>")


def test_one_read_without_its_ticket() -> None:
    with pytest.raises(wire.WireError, match=r"assets\.Ticket\.9: missing"):
        wire.one_read(b'{"ticket_id": 9, "assets": {}}')


def test_followers_and_links_and_hidden_articles() -> None:
    """Mentions come as ids with their assets; articles the assets lack are left out; linked tickets are not ours."""
    ticket = json.loads(_json())
    read = wire.one_read(
        _bytes(
            {
                "ticket_id": 2,
                "ticket_article_ids": [99],
                "assets": {
                    "Ticket": {"2": ticket, "3": {**ticket, "id": 3}},
                    "Mention": {"8": {"id": 8, "user_id": 5, "mentionable_id": 2}},
                },
                "mentions": [8, {"id": 9, "user_id": 6}, 10],
                "links": [{"link_type": "child", "link_object": "Ticket", "link_object_value": 3}],
                "tags": ["投诉"],
            }
        )
    )

    assert read.ticket.id == 2
    assert read.articles == ()
    assert read.subscribers == (5, 6)
    assert [(link.type, link.object, link.object_id) for link in read.links] == [("child", "Ticket", 3)]
    assert read.tags == ("投诉",)


def test_reprs_hold_no_customers_words() -> None:
    read = wire.one_read(_recorded("basics 82 one_read"))

    assert repr(read.ticket) == "Ticket(id=2)"
    assert "手续费" not in repr(read)
    assert "example.com" not in repr(read)


def test_records_cannot_be_changed() -> None:
    ticket = _ticket()

    with pytest.raises(ValueError, match="frozen"):
        ticket.title = "x"


NAMES = {
    "both": ({"firstname": "Wei", "lastname": "Wang"}, "Wei Wang"),
    "one": ({"firstname": "", "lastname": "Wang"}, "Wang"),
    "none": ({}, "w"),
}


@pytest.mark.parametrize(("fields", "name"), NAMES.values(), ids=NAMES)
def test_names_of_people(fields: dict[str, Any], name: str) -> None:
    assert wire.USER.one(_bytes({"id": 1, "login": "w", **fields})).name == name


def test_locales() -> None:
    assert wire.USER.one(_recorded("people 2 user")).locale == "en-us"
    assert wire.USER.one(b'{"id": 1, "login": "x", "preferences": {"locale": 3}}').locale is None


def test_fields_that_wait_for_a_migration() -> None:
    before = wire.ATTRIBUTE.one(_recorded("objects 2 attribute"))
    after = wire.ATTRIBUTE.one(_recorded("objects 34 attribute"))

    assert (before.waits_for_migration, after.waits_for_migration) == (True, False)


def test_any_object_keeps_all_it_came_with() -> None:
    row = ANSWERS["automation 5 thing"]["json"]

    assert wire.THING.one(_bytes(row)).data == row


def _spoilt(value: Any, chance: random.Random) -> Any:
    """The same JSON with some of its values dropped or replaced by nonsense."""
    if chance.random() < 0.01:
        return chance.choice([None, -1, "", "x", [], {}, True, 1e300, {"id": 0}])
    if isinstance(value, dict):
        return {name: _spoilt(inner, chance) for name, inner in value.items() if chance.random() > 0.003}
    if isinstance(value, list):
        return [_spoilt(inner, chance) for inner in value]
    return value


@pytest.mark.parametrize("seed", range(40))
def test_nonsense_is_read_or_refused(seed: int) -> None:
    """Whatever comes, there is an answer or a `WireError` without values, and nothing else."""
    chance = random.Random(seed)
    rows = [row for row in WEEK.values() if row["kind"] == "one_read"]
    body = _bytes(_spoilt(chance.choice(rows)["json"], chance))

    said = ""
    try:
        wire.one_read(body)
    except wire.WireError as error:
        said = str(error)

    assert "@example" not in said
