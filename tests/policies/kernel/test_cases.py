"""How golden rows are read and judged."""

from datetime import UTC, datetime
from typing import Any

import pytest

from policies.kernel.case_rows import Given
from policies.kernel.cases import Outcome, Stage, facts_of, play
from policies.kernel.history import WRITTEN
from zhidu.policy import load_cast, load_policy

POLICY = load_policy(None)
STAGE = Stage(
    units=POLICY.units,
    calendars=POLICY.calendars,
    extractor=POLICY.extractor,
    cast=load_cast(),
    masking=POLICY.masking,
)
GIVEN: dict[str, Any] = {"now": "2026-05-06 09:05", "ticket": {"created_at": "2026-05-06 09:00"}}


def judged(expect: list[dict[str, Any]], *clauses: str, **changed: Any) -> Outcome:
    return play(STAGE, clauses or ("1.3.4",), Given.model_validate(GIVEN | changed), expect)


def test_a_time_without_a_zone_is_chinas() -> None:
    assert Given.model_validate(GIVEN).now == datetime(2026, 5, 6, 1, 5, tzinfo=UTC)
    assert Given.model_validate({"now": "2026-05-06T09:05+01:00"}).now == datetime(2026, 5, 6, 8, 5, tzinfo=UTC)
    assert Given.model_validate({"now": datetime(2026, 5, 6, 1, 5, tzinfo=UTC)}).now.hour == 1
    with pytest.raises(ValueError, match="timezone"):
        Given.model_validate({"now": "2026-05-06T09:05"})


def test_only_what_the_row_writes_is_compared() -> None:
    assert judged([{"clock": {"name": "owner"}}]).passed
    assert judged([{"clock": {"name": "owner", "due": "2026-05-06 09:30"}}]).passed
    assert judged([{"clock": {}}]).passed


def test_what_is_missing_and_what_is_too_much_is_said_in_words() -> None:
    outcome = judged([{"route": "Cards"}])

    assert outcome.missing == ("route group=Cards",)
    assert outcome.extra[0].startswith("clock name=owner due=2026-05-06 09:30")
    assert not outcome.passed


def test_nothing_expected_means_nothing_decided() -> None:
    assert judged([], "4.3.2").passed
    assert not judged([]).passed


def test_people_are_named() -> None:
    outcome = judged([{"clock": {}}, {"tell": {"person": "sup"}}], now="2026-05-06 09:30")

    assert outcome.passed
    assert (STAGE.name(21), STAGE.name(None), STAGE.name(100), STAGE.who("customer")) == ("sup", None, "customer", 100)


WRONG: dict[str, tuple[dict[str, Any], list[dict[str, Any]], str]] = {
    "a person who is not in the cast": ({"ticket": {"owner": "zoe"}}, [], "no 'zoe' in the cast"),
    "somebody away who is not in the cast": ({"people": {"zoe": {"away": True}}}, [], "no 'zoe' in the cast"),
    "two actions in one entry": ({}, [{"route": "A", "assign": "sup"}], "one action an entry"),
    "an empty entry": ({}, [{}], "got none"),
}


@pytest.mark.parametrize(("given", "expect", "what"), WRONG.values(), ids=WRONG)
def test_rows_that_cannot_be_judged(given: dict[str, Any], expect: list[dict[str, Any]], what: str) -> None:
    with pytest.raises(ValueError, match=what):
        judged(expect, **given)


def test_a_person_may_be_moved_to_other_groups_for_one_row() -> None:
    people = {"agnes": {"away": True, "stands_in": "chun"}, "chun": {"groups": ["Service"]}}
    ticket = {"owner": "agnes", "case_owner": "agnes"}

    assert judged(
        [{"assign": "chun"}, {"set": {"case_owner": "chun"}}, {"note": "away.stand_in"}, {"tell": {"person": "chun"}}],
        people=people,
        ticket=ticket,
    ).passed


def test_a_row_gives_fields_of_other_modules() -> None:
    ticket = {"custom": {"tier": "gold", "visits": 3, "parts": ["b", "a"]}}

    custom = facts_of(STAGE, Given.model_validate(GIVEN | {"ticket": ticket})).ticket.custom

    assert custom == {"tier": "gold", "visits": 3, "parts": frozenset({"a", "b"})}


def test_a_row_tells_rules_of_the_history_what_the_service_would() -> None:
    """Words that people wrote are not kept, so no row may lead a rule to read them."""
    history = [{"at": "2026-05-06 09:01", "by": "agnes", "field": "remedy", "to": "退还三十元"}]

    (change,) = facts_of(STAGE, Given.model_validate(GIVEN | {"history": history})).history

    assert (change.field, change.new) == ("remedy", WRITTEN)
