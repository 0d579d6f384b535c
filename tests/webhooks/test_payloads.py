"""Bodies good and bad."""

import json
from contextlib import suppress
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from webhooks.payloads import Hint, Malformed, read

SECRET_WORD = "投诉13800138000"

UNDERSTOOD = {
    # row: (body, ticket, updated_at, by, count, article, article by)
    "own": (
        '{"ticket_id":2,"number":"21002","updated_at":"2026-11-24 06:57:01 UTC","updated_by_id":3,'
        '"article_count":1,"article_id":2,"article_by_id":3}',
        (2, datetime(2026, 11, 24, 6, 57, 1, tzinfo=UTC), 3, 1, 2, 3),
    ),
    "own, no article": (
        '{"ticket_id":2,"updated_at":"2026-11-24 06:57:01 UTC","updated_by_id":3,"article_count":1,'
        '"article_id":"#{article.id / no such method}","article_by_id":"#{article.created_by_id / no such method}"}',
        (2, datetime(2026, 11, 24, 6, 57, 1, tzinfo=UTC), 3, 1, None, None),
    ),
    "own, only the ticket": ('{"ticket_id":9}', (9, None, None, None, None, None)),
    "own, nulls": ('{"ticket_id":9,"updated_at":null,"article_id":null}', (9, None, None, None, None, None)),
    "own, more than asked for": ('{"ticket_id":9,"title":"投诉","x":[1,{"y":2}]}', (9, None, None, None, None, None)),
    "own, the largest id": (f'{{"ticket_id":{2**63 - 1}}}', (2**63 - 1, None, None, None, None, None)),
    "own, an offset": (
        '{"ticket_id":9,"updated_at":"2026-11-24T14:57:01.250+08:00"}',
        (9, datetime(2026, 11, 24, 6, 57, 1, 250000, tzinfo=UTC), None, None, None, None),
    ),
    "standard": (
        '{"ticket":{"id":4,"updated_at":"2026-11-24T06:11:28.832Z","updated_by_id":3,"article_count":2},'
        '"article":{"id":7,"created_by_id":5,"body":"x"}}',
        (4, datetime(2026, 11, 24, 6, 11, 28, 832000, tzinfo=UTC), 3, 2, 7, 5),
    ),
    "standard, counted by the list": ('{"ticket":{"id":4,"article_ids":[7,8,9]}}', (4, None, None, 3, None, None)),
    "standard, no article": ('{"ticket":{"id":4},"article":null}', (4, None, None, None, None, None)),
    "standard, an empty article": ('{"ticket":{"id":4},"article":{}}', (4, None, None, None, None, None)),
    "standard, an article not filled in": (
        '{"ticket":{"id":4},"article":"#{article / no such object}"}',
        (4, None, None, None, None, None),
    ),
}


@pytest.mark.parametrize(("body", "said"), UNDERSTOOD.values(), ids=UNDERSTOOD)
def test_understood(body, said):
    ticket_id, updated_at, by, count, article, article_by = said

    assert read(body.encode()) == Hint(
        ticket_id=ticket_id,
        updated_at=updated_at,
        updated_by_id=by,
        article_count=count,
        article_id=article,
        article_by_id=article_by,
    )


MALFORMED = {
    "nothing": (b"", "not JSON"),
    "no JSON": (SECRET_WORD.encode(), "not JSON"),
    "cut off": (b'{"ticket_id":', "not JSON"),
    "two": (b'{"ticket_id":2}{"ticket_id":3}', "not JSON"),
    "not UTF-8": (b'{"ticket_id":2,"x":"\xff\xfe"}', "not JSON"),
    "half a surrogate": (b'{"ticket_id":2,"x":"\\ud800"}', "not JSON"),
    "NaN": (b'{"ticket_id":NaN}', "not JSON"),
    "NaN elsewhere": (b'{"ticket_id":2,"x":NaN}', "not JSON"),
    "infinite": (b'{"ticket_id":2,"x":-Infinity}', "not JSON"),
    "very deep": (b"[" * 100_000, "not JSON"),
    "a number without end": (b'{"ticket_id":' + b"9" * 5_000 + b"}", "not JSON"),
    "an array": (b'[{"ticket_id":2}]', "not a JSON object"),
    "a text": (json.dumps(SECRET_WORD).encode(), "not a JSON object"),
    "null": (b"null", "not a JSON object"),
    "no ticket": (b"{}", "ticket_id: field required"),
    "ticket null": (b'{"ticket_id":null}', "ticket_id: input should be a valid integer"),
    "ticket zero": (b'{"ticket_id":0}', "ticket_id: input should be greater than or equal to 1"),
    "ticket negative": (b'{"ticket_id":-2}', "ticket_id: input should be greater than or equal to 1"),
    "ticket beyond 64 bits": (f'{{"ticket_id":{2**63}}}'.encode(), "ticket_id: input should be less than or equal to"),
    "ticket of 400 digits": (b'{"ticket_id":' + b"9" * 400 + b"}", "ticket_id: input should be less than or equal to"),
    "ticket as text": (json.dumps({"ticket_id": SECRET_WORD}).encode(), "ticket_id: input should be a valid integer"),
    "ticket a fraction": (b'{"ticket_id":2.0}', "ticket_id: input should be a valid integer"),
    "ticket true": (b'{"ticket_id":true}', "ticket_id: input should be a valid integer"),
    "ticket not filled in": (
        b'{"ticket_id":"#{ticket.id / no such method}"}',
        "ticket_id: input should be a valid integer",
    ),
    "count negative": (
        b'{"ticket_id":2,"article_count":-1}',
        "article_count: input should be greater than or equal to 0",
    ),
    "article as text": (
        json.dumps({"ticket_id": 2, "article_id": SECRET_WORD}).encode(),
        "article_id: input should be a valid integer",
    ),
    "time as number": (b'{"ticket_id":2,"updated_at":1795500692}', "updated_at: should be a time as text"),
    "time as prose": (
        json.dumps({"ticket_id": 2, "updated_at": SECRET_WORD}).encode(),
        "updated_at: is no time that exists",
    ),
    "time that is none": (
        b'{"ticket_id":2,"updated_at":"2026-02-30 06:57:01 UTC"}',
        "updated_at: is no time that exists",
    ),
    "time before time": (
        b'{"ticket_id":2,"updated_at":"0001-01-01T00:00:00+23:00"}',
        "updated_at: is no time that exists",
    ),
    "time without zone": (b'{"ticket_id":2,"updated_at":"2026-11-24 06:57:01"}', "updated_at: has no time zone"),
    "standard, no id": (b'{"ticket":{}}', "ticket.id: field required"),
    "standard, ticket as text": (json.dumps({"ticket": SECRET_WORD}).encode(), "ticket: input should be a valid dict"),
    "standard, article as list": (b'{"ticket":{"id":2},"article":[]}', "article: input should be a valid dict"),
    "several": (
        b'{"ticket_id":"x","article_id":"y"}',
        "ticket_id: input should be a valid integer; article_id: input should be a valid integer",
    ),
}


@pytest.mark.parametrize(("body", "reason"), MALFORMED.values(), ids=MALFORMED)
def test_malformed(body, reason):
    with pytest.raises(Malformed) as caught:
        read(body)

    assert str(caught.value).startswith(reason)
    assert SECRET_WORD not in str(caught.value)
    assert caught.value.__cause__ is None


# The machine is shared: slow is not wrong.
unhurried = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])

_json = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=10), inner, max_size=4),
    max_leaves=20,
)
_payload = st.fixed_dictionaries({}, optional=dict.fromkeys(["ticket_id", "ticket", "article", "updated_at"], _json))
_zones = st.integers(-23 * 60, 23 * 60).map(lambda minutes: timezone(timedelta(minutes=minutes)))


@unhurried
@given(_payload)
def test_any_json_is_read_or_refused(payload):
    """Whatever is in it, a body is a hint or Malformed, nothing else."""
    with suppress(Malformed):
        assert 1 <= read(json.dumps(payload).encode()).ticket_id < 2**63


@unhurried
@given(st.datetimes(min_value=datetime(1, 1, 3), max_value=datetime(9999, 12, 29), timezones=_zones))  # noqa: DTZ001
def test_any_time_is_read_as_utc(at):
    hint = read(json.dumps({"ticket_id": 1, "updated_at": at.isoformat()}).encode())

    assert hint.updated_at == at
    assert hint.updated_at is not None
    assert hint.updated_at.tzinfo is UTC
