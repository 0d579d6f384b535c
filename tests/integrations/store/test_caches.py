"""Looks, cases and cursors: what may be forgotten, what a ticket is called, how far something has come."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from integrations.store.errors import Refused, StoreBroken
from integrations.store.looks import LastLook
from integrations.store.records import Finding, Look
from integrations.store.store import Store

AT = datetime(2026, 9, 28, 8, 0, 0, 123456, tzinfo=UTC)

LOOK = Look(
    ticket_id=42,
    case_id="case-1",
    number="20042",
    updated_at=AT,
    article_count=3,
    by_user_id=7,
    clean=True,
    history='[["state","new","open"]]',
    history_until=AT,
)


def test_a_look_comes_back_as_it_was_put(store: Store) -> None:
    assert store.looks.get(42) is None

    store.looks.put(LOOK)

    assert store.looks.get(42) == LOOK


def test_the_last_look_counts(store: Store) -> None:
    later = replace(LOOK, updated_at=AT + timedelta(hours=1), clean=False, number=None, history="[]")
    store.looks.put(LOOK)
    store.looks.put(later)

    assert store.looks.get(42) == later


def test_looks_at_many_tickets_are_known_at_once(store: Store) -> None:
    store.looks.put(LOOK)
    store.looks.put(replace(LOOK, ticket_id=43, updated_at=AT + timedelta(hours=1), clean=False))

    assert store.looks.known([41, 42, 43]) == {
        42: LastLook(updated_at=AT, by_user_id=7, clean=True),
        43: LastLook(updated_at=AT + timedelta(hours=1), by_user_id=7, clean=False),
    }
    assert store.looks.known(range(10_000, 25_000)) == {}


SEEN = {
    # row                    the look                                       the change          seen?
    "that very change":      (LastLook(updated_at=AT, by_user_id=7, clean=True), AT, 7, True),
    "another's at the time": (LastLook(updated_at=AT, by_user_id=7, clean=True), AT, 8, False),
    "an older one":          (LastLook(updated_at=AT, by_user_id=7, clean=True), AT - timedelta(seconds=1), 8, True),
    "a newer one":           (LastLook(updated_at=AT, by_user_id=7, clean=True), AT + timedelta(seconds=1), 7, False),
    "one we may not know":   (LastLook(updated_at=AT, by_user_id=7, clean=False), AT - timedelta(seconds=1), 7, False),
}  # fmt: skip


@pytest.mark.parametrize(("look", "at", "by", "seen"), SEEN.values(), ids=SEEN)
def test_what_a_look_saw(look: LastLook, at: datetime, by: int, seen: bool) -> None:
    assert look.saw(at, by) is seen


def test_looks_are_forgotten(store: Store) -> None:
    store.looks.put(LOOK)
    store.looks.put(replace(LOOK, ticket_id=43))

    store.looks.forget(42)
    store.looks.forget(42)

    assert store.looks.get(42) is None
    assert store.looks.get(43) is not None


def test_a_zone_other_than_utc_is_the_same_instant(store: Store) -> None:
    shanghai = datetime.fromisoformat("2026-09-28T16:00:00.123456+08:00")
    store.looks.put(replace(LOOK, updated_at=shanghai))

    look = store.looks.get(42)

    assert look is not None
    assert (look.updated_at, look.updated_at.tzinfo) == (AT, UTC)


def test_a_time_without_a_zone_is_refused(store: Store) -> None:
    with pytest.raises(StoreBroken, match="zone"):
        store.looks.put(replace(LOOK, updated_at=datetime(2026, 9, 28)))  # noqa: DTZ001 - what is refused

    assert store.looks.get(42) is None


def test_a_ticket_belongs_to_one_case(store: Store) -> None:
    assert store.cases.of(42) is None
    store.cases.put(42, "case-1")
    store.cases.put(43, "case-1")
    store.cases.put(44, "case-2")
    store.cases.put(44, "case-1")

    assert store.cases.of(44) == "case-1"
    assert store.cases.tickets("case-1") == (42, 43, 44)
    assert store.cases.tickets("case-2") == ()


def test_merged_cases_take_tickets_looks_and_findings_along(store: Store) -> None:
    store.cases.put(42, "case-1")
    store.cases.put(50, "case-2")
    store.looks.put(LOOK)
    store.findings.raise_(
        Finding(
            key="f",
            case_id="case-1",
            ticket_id=42,
            clause="4.3.2",
            code="late",
            person_id=7,
            at=AT,
            evidence="due 16:00",
        )
    )

    store.cases.merge("case-1", into="case-2")

    look = store.looks.get(42)
    assert look is not None
    assert (look.case_id, store.cases.tickets("case-2")) == ("case-2", (42, 50))
    assert [record.finding.ticket_id for record in store.findings.list(case_id="case-2")] == [42]


def test_cursors_hold_texts_and_times(store: Store) -> None:
    assert store.cursors.text("reconcile") is None
    assert store.cursors.time("reconcile") is None

    store.cursors.put("reconcile", "page 7")
    store.cursors.put("reconcile", "page 8")
    store.cursors.put("adopt_from", AT.astimezone())

    assert store.cursors.text("reconcile") == "page 8"
    assert store.cursors.time("adopt_from") == AT
    store.cursors.forget("reconcile")
    assert store.cursors.text("reconcile") is None


NO_TIMES = {"no time": "page 7", "no zone": "2026-09-28T08:00:00"}


@pytest.mark.parametrize("text", NO_TIMES.values(), ids=NO_TIMES)
def test_a_cursor_that_is_no_time_says_so(store: Store, text: str) -> None:
    store.cursors.put("reconcile", text)

    with pytest.raises(Refused, match="reconcile"):
        store.cursors.time("reconcile")


def test_a_cursor_needs_a_zone(store: Store) -> None:
    with pytest.raises(ValueError, match="zone"):
        store.cursors.put("reconcile", datetime(2026, 9, 28))  # noqa: DTZ001 - what is refused
