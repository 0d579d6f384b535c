"""What Zammad stores in fields of ours, whatever it is, and what it is sent."""

from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest

from integrations.zammad.fields import as_instant, read_fields, to_wire

AT = datetime(2026, 5, 6, 1, 0, tzinfo=UTC)
NONSENSE = object()

STORED: dict[str, tuple[str, Any, Any]] = {
    "an option": ("kind", "complaint", "complaint"),
    "no option": ("kind", "rant", NONSENSE),
    "an option of another case": ("kind", "Complaint", NONSENSE),
    "nothing": ("kind", None, None),
    "empty text": ("kind", "", None),
    "the option for nothing": ("extension", "none", None),
    "a dash": ("stage", "-", None),
    "a list where one is asked": ("kind", ["complaint"], NONSENSE),
    "a truth where an option is asked": ("kind", True, NONSENSE),
    "several options": ("flags", ["media", "amount"], frozenset({"media", "amount"})),
    "no options": ("flags", [], frozenset()),
    "options never set": ("flags", None, frozenset()),
    "one option as text": ("flags", "media", frozenset({"media"})),
    "empty options": ("flags", "", frozenset()),
    "options and nothing": ("flags", [None, "", "media"], frozenset({"media"})),
    "options and nonsense": ("flags", ["media", "x"], NONSENSE),
    "options of a wrong type": ("flags", [{"media": 1}], NONSENSE),
    "a number for options": ("flags", 0, NONSENSE),
    "a time": ("promised_at", "2026-05-06T01:00:00.000Z", AT),
    "a time elsewhere": ("promised_at", "2026-05-06T09:00:00+08:00", AT),
    "a time without zone": ("promised_at", "2026-05-06T01:00:00", NONSENSE),
    "a day": ("promised_at", "2026-05-06", NONSENSE),
    "a time beyond all": ("promised_at", "0001-01-01T00:00:00+14:00", NONSENSE),
    "a time before all calendars": ("received_at", "0001-01-01T12:00:00Z", NONSENSE),
    "a time after all calendars": ("received_at", "9999-12-31T23:59:59Z", NONSENSE),
    "a time at their end": ("promised_at", "2199-12-31T00:00:00Z", NONSENSE),
    "a number for a time": ("promised_at", 0, NONSENSE),
    "words for a time": ("promised_at", "tomorrow", NONSENSE),
    "no time": ("promised_at", "", None),
    "a person": ("case_owner", "Agnes Chen #11", 11),
    "a person with blanks": ("case_owner", " Agnes Chen #11 \n", 11),
    "a person named by number": ("case_owner", "#3 Chen #11", 11),
    "a bare id": ("case_owner", "11", 11),
    "a number for a person": ("case_owner", 11, 11),
    "a name alone": ("case_owner", "Agnes Chen", NONSENSE),
    "an endless number": ("case_owner", "#" + "9" * 400, NONSENSE),
    "a truth for a person": ("case_owner", True, NONSENSE),
    "a part of a person": ("case_owner", 1.5, NONSENSE),
    "no person": ("case_owner", None, None),
    "text": ("remedy", "fee returned ", "fee returned"),
    "blanks": ("remedy", "  ", None),
    "a number for text": ("remedy", 5, "5"),
    "a list for text": ("remedy", ["a"], NONSENSE),
    "a truth for text": ("remedy", False, NONSENSE),
    "an object for text": ("remedy", {}, NONSENSE),
    "custom text": ("sum", "30", "30"),
    "custom number": ("sum", 30, 30),
    "custom truth": ("sum", False, False),
    "custom list": ("sum", ["a", "b"], frozenset({"a", "b"})),
    "custom empty list": ("sum", [], None),
    "custom nothing": ("sum", None, None),
    "custom empty text": ("sum", "", None),
    "custom object": ("sum", {"a": 1}, NONSENSE),
    "custom list of objects": ("sum", [{}], NONSENSE),
    "custom part": ("sum", 1.5, NONSENSE),
}


@pytest.mark.parametrize(("field", "raw", "value"), STORED.values(), ids=STORED)
def test_what_is_stored_is_read(field: str, raw: Any, value: Any) -> None:
    fields = read_fields({f"zhidu_{field}": raw})
    if value is NONSENSE:
        assert not fields.core
        assert not fields.custom
        assert fields.nonsense == {field}
    else:
        assert fields.nonsense == frozenset()
        assert (dict(fields.core) | dict(fields.custom)).get(field) == value


SENT: dict[str, tuple[str, Any, Any]] = {
    "text": ("remedy", "paid", "paid"),
    "nothing": ("remedy", None, None),
    "a set": ("flags", frozenset({"media", "amount"}), ("amount", "media")),
    "an empty set": ("flags", frozenset(), ()),
    "a time to the second": ("promised_at", AT + timedelta(microseconds=999_999), AT),
    "a time elsewhere": ("promised_at", AT.astimezone(timezone(timedelta(hours=8))), AT),
    "a person": ("case_owner", 11, "Agnes #11"),
    "nobody": ("case_owner", None, None),
    "a number": ("sum", 30, 30),
}


@pytest.mark.parametrize(("field", "value", "sent"), SENT.values(), ids=SENT)
def test_what_is_sent(field: str, value: Any, sent: Any) -> None:
    assert to_wire(field, value, lambda id: "Agnes") == sent


def test_what_is_sent_reads_back() -> None:
    for name, (field, value, _) in SENT.items():
        sent = to_wire(field, value, lambda id: "Agnes #3")
        stored = list(sent) if isinstance(sent, tuple) else sent.isoformat() if isinstance(sent, datetime) else sent
        read = read_fields({f"zhidu_{field}": stored})
        back = (dict(read.core) | dict(read.custom)).get(field)
        same = value.replace(microsecond=0) if isinstance(value, datetime) else value
        assert back == same, name


def test_times_of_the_history() -> None:
    assert as_instant("2026-05-06 01:00:00 UTC") == AT
    assert as_instant(None) is None
