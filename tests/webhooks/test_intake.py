"""Refusals, and what is left of them: a status, a line without content, a count."""

import json
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from structlog.testing import capture_logs

from integrations.store.errors import Refused, StoreBroken, StoreUnavailable
from integrations.store.store import open_store
from webhooks.intake import PATH
from webhooks.ports import Outcome
from webhooks.signature import sign

NOW = datetime(2026, 11, 24, 7, 0, tzinfo=UTC)
SECRET = "demo-secret"
CONTENT = "张三，手机 13800138000，要投诉"
GOOD = json.dumps({"ticket_id": 7, "updated_at": "2026-11-24 06:57:01 UTC", "title": CONTENT}).encode()
UUID = "f5228ce2-293f-4d7a-a012-3184adafea71"


def signed(body, *, secret=SECRET, delivery=UUID):
    headers = {"X-Hub-Signature": sign(body, secret.encode()), "X-Zammad-Trigger": "zhidu: update"}
    return headers | ({"X-Zammad-Delivery": delivery} if delivery is not None else {})


# The house is the same for every example, on purpose; the machine is shared, so slow is not wrong.
unhurried = settings(
    deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow], max_examples=60
)

REFUSED = {
    # row: (application, body, headers, status, outcome)
    "no secret is configured": ({"secret": None}, GOOD, signed(GOOD), 503, Outcome.NO_SECRET),
    "an empty secret is configured": ({"secret": ""}, GOOD, signed(GOOD, secret=""), 503, Outcome.NO_SECRET),
    "no signature": ({}, GOOD, {"X-Zammad-Delivery": UUID}, 401, Outcome.UNSIGNED),
    "an empty signature": ({}, GOOD, {"X-Hub-Signature": ""}, 401, Outcome.UNSIGNED),
    "signed with another secret": ({}, GOOD, signed(GOOD, secret="guess"), 401, Outcome.FORGED),
    "signed another body": ({}, GOOD + b" ", signed(GOOD), 401, Outcome.FORGED),
    "the digest without its scheme": (
        {},
        GOOD,
        {"X-Hub-Signature": sign(GOOD, b"demo-secret")[5:]},
        401,
        Outcome.FORGED,
    ),
    "another scheme": ({}, GOOD, {"X-Hub-Signature": "sha256=" + "0" * 64}, 401, Outcome.FORGED),
    "a signature beyond ASCII": ({}, GOOD, {"X-Hub-Signature": "sha1=é"}, 401, Outcome.FORGED),
    "a signature cut short": ({}, GOOD, {"X-Hub-Signature": sign(GOOD, b"demo-secret")[:-1]}, 401, Outcome.FORGED),
    "too large": ({"max_bytes": len(GOOD) - 1}, GOOD, signed(GOOD), 413, Outcome.TOO_LARGE),
    "no JSON": ({}, CONTENT.encode(), signed(CONTENT.encode()), 400, Outcome.MALFORMED),
    "nothing": ({}, b"", signed(b""), 400, Outcome.MALFORMED),
    "a delivery id with spaces": ({}, GOOD, signed(GOOD, delivery="a b"), 400, Outcome.MALFORMED),
    "a delivery id with content": ({}, GOOD, signed(GOOD, delivery="x@example.com"), 400, Outcome.MALFORMED),
    "a delivery id too long": ({}, GOOD, signed(GOOD, delivery="a" * 101), 400, Outcome.MALFORMED),
}


@pytest.mark.parametrize(("changes", "body", "headers", "status", "outcome"), REFUSED.values(), ids=REFUSED)
def test_refused(build, changes, body, headers, status, outcome):
    house = build(**changes)

    with capture_logs() as lines:
        answer = house.app.test_client().post(PATH, data=body, headers=headers)

    assert answer.status_code == status
    assert house.meter.outcomes == [outcome]
    assert house.inbox.kept == {}
    assert house.wakes == []
    [line] = lines
    assert (line["event"], line["log_level"], line["outcome"]) == ("delivery refused", "warning", outcome.value)
    told = repr(line) + answer.text + repr(answer.headers)
    for secret in ("13800138000", "张三", SECRET, "example.com", sign(body, SECRET.encode())):
        assert secret not in told


STORE = {
    "cannot be reached": (StoreUnavailable("no route to 10.0.0.5"), 503, Outcome.UNAVAILABLE),
    "is damaged": (StoreBroken("malformed disk image"), 503, Outcome.UNAVAILABLE),
    "cannot hold it": (Refused("an id beyond 64 bits"), 400, Outcome.MALFORMED),
    "fails in a way nobody thought of": (RuntimeError(CONTENT), 500, Outcome.FAILED),
}


@pytest.mark.parametrize(("failure", "status", "outcome"), STORE.values(), ids=STORE)
def test_the_store(house, failure, status, outcome):
    """Nothing is said to be kept that is not: the helpdesk sends it again."""
    house.inbox.failure = failure

    answer = house.app.test_client().post(PATH, data=GOOD, headers=signed(GOOD))

    assert answer.status_code == status
    assert house.meter.outcomes == [outcome]
    assert house.wakes == []
    assert CONTENT not in answer.text


def test_after_the_store_is_back_the_same_delivery_is_new(house):
    client = house.app.test_client()
    house.inbox.failure = StoreUnavailable("gone")
    assert client.post(PATH, data=GOOD, headers=signed(GOOD)).status_code == 503

    house.inbox.failure = None

    assert client.post(PATH, data=GOOD, headers=signed(GOOD)).status_code == 202
    assert house.meter.outcomes == [Outcome.UNAVAILABLE, Outcome.NEW]


def test_what_is_kept(house):
    house.app.test_client().post(PATH, data=GOOD, headers=signed(GOOD))

    [kept] = house.inbox.kept.values()
    assert (kept.delivery_id, kept.ticket_id, kept.trigger) == (UUID, 7, "zhidu: update")
    assert kept.digest == sign(GOOD, SECRET.encode())
    assert CONTENT not in repr(kept)


def test_deliveries_without_an_id_are_each_new(build):
    """Two events may have the very same body: a look too many costs a read, one too few loses an event."""
    times = iter([NOW, NOW + timedelta(microseconds=1)])
    house = build(now=lambda: next(times))
    client = house.app.test_client()

    statuses = [client.post(PATH, data=GOOD, headers=signed(GOOD, delivery=None)).status_code for _ in range(2)]

    assert statuses == [202, 202]
    assert len(house.inbox.kept) == 2
    assert all(name.startswith("unnamed:") for name in house.inbox.kept)


def test_a_trigger_named_in_chinese(house):
    headers = signed(GOOD) | {"X-Zammad-Trigger": "制度：更新".encode().decode("latin-1")}

    house.app.test_client().post(PATH, data=GOOD, headers=headers)

    assert house.inbox.kept[UUID].trigger == "制度：更新"


def test_a_failing_wake_takes_nothing_back(build):
    def fail():
        raise RuntimeError("no workers here")

    house = build(wake=fail)

    assert house.app.test_client().post(PATH, data=GOOD, headers=signed(GOOD)).status_code == 202
    assert list(house.inbox.kept) == [UUID]
    assert house.meter.outcomes == [Outcome.NEW]


def test_a_service_without_wake(build):
    house = build(wake=None)

    assert house.app.test_client().post(PATH, data=GOOD, headers=signed(GOOD)).status_code == 202


BODIES = {
    # row: (environ, most that may be read, status)
    "announced too long": ({"CONTENT_LENGTH": "1000000000000"}, 0, 413),
    "announced beyond all numbers": ({"CONTENT_LENGTH": "9" * 5000}, 0, 413),
    "announced in words": ({"CONTENT_LENGTH": "many"}, 0, 400),
    "announced negative": ({"CONTENT_LENGTH": "-1"}, 0, 400),
    "announced in other digits": ({"CONTENT_LENGTH": "１２"}, 0, 400),
    "announced more than comes": ({"CONTENT_LENGTH": "900"}, 900, 400),
    "not announced, does not end": ({"CONTENT_LENGTH": ""}, 0, 401),
    "not announced, ends too late": ({"CONTENT_LENGTH": "", "wsgi.input_terminated": True}, 1001, 413),
}


@pytest.mark.parametrize(("environ", "most", "status"), BODIES.values(), ids=BODIES)
def test_no_more_is_read_than_may_be(build, counted_bytes, environ, most, status):
    house = build(max_bytes=1000)
    stream = counted_bytes(b"x" * (800 if environ["CONTENT_LENGTH"] == "900" else 5000))
    answers = []

    body = house.app(
        {"REQUEST_METHOD": "POST", "PATH_INFO": PATH, "wsgi.input": stream, **environ},
        lambda status, headers: answers.append((status, dict(headers))),
    )

    assert list(body)
    assert int(answers[0][0].split()[0]) == status
    assert stream.taken <= most


METHODS = {"GET": 405, "PUT": 405, "DELETE": 405, "PATCH": 405, "HEAD": 405, "OPTIONS": 405}


@pytest.mark.parametrize(("method", "status"), METHODS.items(), ids=METHODS)
def test_other_methods(house, method, status):
    answer = house.app.test_client().open(PATH, method=method, data=GOOD, headers=signed(GOOD))

    assert answer.status_code == status
    assert answer.headers["Allow"] == "POST"
    assert house.meter.outcomes == []


@unhurried
@given(body=st.binary(max_size=400), trigger=st.text(st.characters(max_codepoint=255, exclude_characters="\r\n")))
def test_any_signed_body_is_kept_or_refused(house, body, trigger):
    """A body from somebody who knows the secret is 202 or 400, never a failure of ours."""
    answer = house.app.test_client().post(PATH, data=body, headers=signed(body) | {"X-Zammad-Trigger": trigger})

    assert answer.status_code in (202, 400)


@unhurried
@given(body=st.binary(max_size=400), signature=st.text(st.characters(max_codepoint=255, exclude_characters="\r\n")))
def test_any_unsigned_body_is_refused(house, body, signature):
    answer = house.app.test_client().post(PATH, data=body, headers={"X-Hub-Signature": signature})

    assert answer.status_code == 401


def test_many_at_once_into_a_real_store(build, tmp_path):
    """Sixteen senders, each delivery sent twice: one of the two is new, and all are durable."""
    with open_store(
        f"sqlite:///{tmp_path / 'zhidu.db'}", now=lambda: NOW, jitter=lambda: 0.0, new_id=lambda: "a"
    ) as store:
        store.migrate()
        house = build(inbox=store.inbox)
        ids = [f"00000000-0000-4000-8000-{n:012d}" for n in range(100)]

        def send(delivery):
            return house.app.test_client().post(PATH, data=GOOD, headers=signed(GOOD, delivery=delivery)).status_code

        with ThreadPoolExecutor(16) as pool:
            assert set(pool.map(send, [*ids, *ids])) == {202}

        assert store.inbox.depth().waiting == 100
    assert sorted(outcome.value for outcome in house.meter.outcomes) == ["duplicate"] * 100 + ["new"] * 100
    assert len(house.wakes) == 100
