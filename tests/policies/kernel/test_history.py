"""What of a ticket's history may be known: options, times and people, and that somebody wrote, not what."""

from datetime import UTC, datetime

import pytest

from policies.kernel.decisions import say
from policies.kernel.facts import Change, Ticket
from policies.kernel.history import WRITTEN, kept, kept_word, without_words

AT = datetime(2026, 5, 6, 3, 0, tzinfo=UTC)

WORDS: dict[str, tuple[str, str, str]] = {
    # row: field, value in the history, as it may be known
    "a state": ("state", "open", "open"),
    "a group": ("group", "Complaints::Major", "Complaints::Major"),
    "nothing": ("remedy", "", ""),
    "unset": ("remedy", "-", "-"),
    "a text": ("remedy", "refund of 30 to Li Si", WRITTEN),
    "a text of one word": ("cause", "fees", WRITTEN),
    "an option": ("kind", "complaint", "complaint"),
    "no option": ("kind", "Li Si", WRITTEN),
    "a list": ("flags", '["media", "legal"]', '["media", "legal"]'),
    "an empty list": ("flags", "[]", "[]"),
    "a list with words": ("flags", '["media", "Li Si"]', WRITTEN),
    "a list with words of another script": ("flags", '["media", "李四"]', WRITTEN),
    "one of a list": ("flags", "media", "media"),
    "a time": ("promised_at", "2026-05-06 03:00:00 UTC", "2026-05-06 03:00:00 UTC"),
    "no time": ("promised_at", "tomorrow", WRITTEN),
    "a time as a text": ("remedy", "2026-05-06 03:00:00 UTC", WRITTEN),
    "a person": ("case_owner", "Agnes Chen #11", "#11"),
    "a person by id": ("case_owner", "11", "#11"),
    "no person": ("case_owner", "Li Si", WRITTEN),
    "another module's option": ("tier", "very_good", "very_good"),
    "another module's options": ("tier", '["gold", "very_good"]', '["gold", "very_good"]'),
    "another module's number": ("hours", "12", "12"),
    "another module's time": ("until", "2026-05-06T03:00:00Z", "2026-05-06T03:00:00Z"),
    "another module's text": ("wish", "Refund", WRITTEN),
    "another module's long number": ("wish", "13800138000", WRITTEN),
    "another module's list of texts": ("wish", '["13800138000"]', WRITTEN),
}


@pytest.mark.parametrize(("field", "value", "known"), WORDS.values(), ids=WORDS)
def test_a_word_of_the_history(field: str, value: str, known: str) -> None:
    assert kept_word(field, value) == known
    assert kept_word(field, known) == known
    change = Change(at=AT, by=7, field=field, old=value, new="")
    assert kept(change) == Change(at=AT, by=7, field=field, old=known, new="")


def test_a_sentence_without_what_people_wrote() -> None:
    ticket = Ticket(
        id=1, created_at=AT, updated_at=AT, cause="Li Si's fees", responsible="cards",
        custom={"wish": "the money back", "tier": "gold", "hours": 3},
    )  # fmt: skip
    text = say(
        "x", cause="Li Si's fees", department="cards", count=3, both=("the money back", "gold"), due=AT, other="words"
    )

    kept_values = dict(without_words(text, ticket).values)

    assert kept_values == {
        "cause": WRITTEN,
        "department": "cards",
        "count": 3,
        "both": (WRITTEN, "gold"),
        "due": AT,
        "other": "words",
    }
