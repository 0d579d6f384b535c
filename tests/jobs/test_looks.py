"""Which deliveries say nothing new, and what a look keeps."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from integrations.store.records import Delivery, Look
from integrations.zammad.plan import FieldChange
from jobs.looks import Known, says_nothing_new
from policies.kernel.decisions import Decision, SetField, say
from policies.kernel.facts import Change

ME, OTHER = 9, 4
AT = datetime(2026, 5, 6, 1, 2, 3, 450_000, tzinfo=UTC)
SECOND = timedelta(seconds=1)

LOOK = Look(
    ticket_id=1, case_id="c", number="21001", updated_at=AT, article_count=3, by_user_id=ME, clean=True, history="",
    history_until=AT,
)  # fmt: skip
ECHO = Delivery(
    delivery_id="d", ticket_id=1, trigger="t", updated_at=AT.replace(microsecond=0), updated_by_id=ME, article_count=3,
    article_id=None, article_by_id=None, digest="", received_at=AT,
)  # fmt: skip

DELIVERIES: dict[str, tuple[dict[str, Any], dict[str, Any], bool]] = {
    # row                                    of the delivery                          of the look           nothing new
    "our own write": ({}, {}, True),
    "another second": ({"updated_at": ECHO.updated_at + SECOND}, {}, False),  # type: ignore[operator]
    "another user in the same second": ({"updated_by_id": OTHER}, {}, False),
    "one article more": ({"article_count": 4}, {}, False),
    "sent before the last look": ({"updated_at": ECHO.updated_at - SECOND, "updated_by_id": OTHER}, {}, True),  # type: ignore[operator]
    "our write hid a foreign change": ({}, {"clean": False}, False),
    "older, but the look was not clean": ({"updated_at": ECHO.updated_at - SECOND}, {"clean": False}, False),  # type: ignore[operator]
    "the last look wrote nothing": ({}, {"by_user_id": OTHER}, False),
    "dated between our read and our write": (
        {"updated_at": ECHO.updated_at - SECOND, "updated_by_id": OTHER},  # type: ignore[operator]
        {"history_until": AT - 2 * SECOND},
        False,
    ),
    "of what we had read": (
        {"updated_at": ECHO.updated_at - 2 * SECOND, "updated_by_id": OTHER},  # type: ignore[operator]
        {"history_until": AT - 2 * SECOND},
        True,
    ),
    "a payload without a time": ({"updated_at": None}, {}, False),
    "a payload without a count": ({"article_count": None}, {}, False),
}


@pytest.mark.parametrize(("delivery", "look", "nothing_new"), DELIVERIES.values(), ids=DELIVERIES)
def test_what_a_delivery_says(delivery: dict[str, Any], look: dict[str, Any], nothing_new: bool) -> None:
    assert says_nothing_new(replace(ECHO, **delivery), replace(LOOK, **look), ME) is nothing_new


def test_the_first_delivery_always_says_something() -> None:
    assert says_nothing_new(ECHO, None, ME) is False


def change(field: str, actual: object, desired: object) -> FieldChange:
    decision = Decision(action=SetField(field=field, value=None), clauses=("1.2",), rule="core.x", because=say("x"))
    return FieldChange(field=field, actual=actual, desired=desired, writes=(), decision=decision)


def test_our_own_write_is_added_to_the_history_in_its_words() -> None:
    known = Known(changes=(Change(at=AT, by=OTHER, field="state", old="new", new="open"),))
    made = (
        change("owner", None, 7),
        change("flags", frozenset(), frozenset({"media", "legal"})),
        change("next_due_at", None, AT),
    )

    after = known.after(made, (), AT, ME)

    assert [(c.by, c.field, c.old, c.new) for c in after.changes[1:]] == [
        (ME, "owner", "", "7"),
        (ME, "flags", "[]", '["legal", "media"]'),
        (ME, "next_due_at", "", "2026-05-06 01:02:03 UTC"),
    ]


def test_what_the_helpdesk_ignored_is_remembered_and_not_taken_for_made() -> None:
    owner = change("owner", None, 7)

    after = Known().after((owner,), (owner,), AT, ME)

    assert (after.changes, dict(after.refused)) == ((), {"owner": 7})
    assert dict(after.after((owner,), (), AT, ME).refused) == {}


def test_what_is_kept_is_read_again() -> None:
    known = Known(changes=(Change(at=AT, by=OTHER, field="state", old="new", new="open"),), refused={"owner": 7})

    again = Known.of(replace(LOOK, history=known.dump()))

    assert again is not None
    assert (again.changes, dict(again.refused)) == (known.changes, {"owner": 7})


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"changes": 1, "refused": {}}', '{"changes": [[1]], "refused": {}}'])
def test_what_another_program_kept_is_worth_nothing(text: str) -> None:
    assert Known.of(replace(LOOK, history=text)) is None
