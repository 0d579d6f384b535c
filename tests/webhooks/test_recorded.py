"""What a real helpdesk delivered, with its own signatures, over the raw bytes."""

import json
from datetime import UTC, datetime

import pytest
from structlog.testing import capture_logs

from webhooks.intake import PATH
from webhooks.payloads import Malformed, read
from webhooks.ports import Outcome
from webhooks.signature import Verdict, sign, verify


def test_every_delivery_of_the_week_is_kept(house, week):
    client = house.app.test_client()

    answers = [client.post(PATH, data=one.body, headers=one.headers) for one in week]

    assert len(week) == 249
    assert {answer.status_code for answer in answers} == {202}
    assert {answer.data for answer in answers} == {b""}
    assert house.meter.outcomes == [Outcome.NEW] * 249
    assert len(house.wakes) == 249


def test_the_week_is_kept_as_it_said(house, week):
    client = house.app.test_client()
    for one in week:
        client.post(PATH, data=one.body, headers=one.headers)

    for one in week:
        said = json.loads(one.body)
        kept = house.inbox.kept[one.headers["X-Zammad-Delivery"]]
        assert kept.ticket_id == said["ticket_id"]
        assert kept.updated_by_id == said["updated_by_id"]
        assert kept.article_count == said["article_count"]
        assert kept.updated_at is not None
        assert kept.updated_at.strftime("%Y-%m-%d %H:%M:%S UTC") == said["updated_at"]
        assert kept.article_id == (said["article_id"] if isinstance(said["article_id"], int) else None)
        assert kept.article_by_id == (said["article_by_id"] if isinstance(said["article_by_id"], int) else None)
        assert kept.trigger == one.headers["X-Zammad-Trigger"]


def test_a_repeated_week_keeps_nothing_twice(house, week):
    client = house.app.test_client()
    for one in [*week, *week]:
        assert client.post(PATH, data=one.body, headers=one.headers).status_code == 202

    assert house.meter.outcomes.count(Outcome.NEW) == 249
    assert house.meter.outcomes.count(Outcome.DUPLICATE) == 249
    assert len(house.wakes) == 249


def test_standard_payloads_leave_their_ids_and_nothing_else(house, automation):
    """The standard payload carries texts, names and addresses: none of them is kept or logged."""
    client = house.app.test_client()
    with capture_logs() as lines:
        statuses = {client.post(PATH, data=one.body, headers=one.headers).status_code for one in automation}

    assert statuses == {202}
    left = " ".join(map(repr, [*lines, *house.inbox.kept.values()]))
    for content in ("投诉", "理财", "example.com", "Nicole", "Braun", "Ada", "the endpoint"):
        assert content not in left


def test_both_shapes_of_one_write_say_the_same(automation):
    """The standard payload's time has milliseconds; ids and counts are the same."""
    standard = read(automation[0].body)

    assert standard.ticket_id == 2
    assert standard.updated_at == datetime(2026, 11, 24, 6, 11, 28, 832000, tzinfo=UTC)
    assert (standard.updated_by_id, standard.article_count) == (3, 1)
    assert (standard.article_id, standard.article_by_id) == (2, 3)
    cut_down = read(automation[1].body)
    assert (cut_down.ticket_id, cut_down.article_id, cut_down.article_count) == (2, None, None)


@pytest.mark.parametrize("name", ["week", "automation", "slim"])
def test_every_recorded_signature_is_genuine(name, request):
    for one in request.getfixturevalue(name):
        header = one.headers["X-Hub-Signature"]

        assert verify(header, expected=sign(one.body, one.secret.encode())) is Verdict.GENUINE, one.name
        assert verify(header, expected=sign(one.body + b" ", one.secret.encode())) is Verdict.WRONG, one.name
        assert verify(header, expected=sign(one.body, b"another")) is Verdict.WRONG, one.name


def test_a_payload_that_names_no_ticket_is_malformed(build, slim):
    """Genuine, and of no use: which ticket it is about cannot be known."""
    house = build(secret="x")
    client = house.app.test_client()
    for one in slim:
        with pytest.raises(Malformed, match="ticket_id: field required"):
            read(one.body)
        assert client.post(PATH, data=one.body, headers=one.headers).status_code == 400
    assert house.inbox.kept == {}
