"""The sandbox answers as the recorded Zammad did: status, shape and values, exchange by exchange."""

import json
from pathlib import Path

import pytest
import yaml

FILES = ("basics", "objects", "automation", "provision", "people", "privacy", "notes", "panel", "extra", "outgoing",
         "calls", "week")  # fmt: skip
UNSUPPORTED = yaml.safe_load((Path(__file__).parent / "unsupported.yaml").read_text(encoding="utf-8"))
RECORDED = 760
GOAL = 0.85


@pytest.fixture(scope="session")
def outcomes(replay):
    found = {}

    def outcome(name):
        if name not in found:
            found[name] = replay(name)
        return found[name]

    return outcome


@pytest.mark.parametrize("name", FILES)
def test_answers_are_the_recorded_ones(outcomes, name):
    wrong = {n: parts for n, parts in outcomes(name).wrong.items() if n not in UNSUPPORTED.get(name, {})}

    assert wrong == {}


@pytest.mark.parametrize("name", UNSUPPORTED)
def test_list_of_the_unsupported_has_nothing_that_is_supported(outcomes, name):
    assert sorted(UNSUPPORTED[name]) == [n for n in sorted(outcomes(name).wrong) if n in UNSUPPORTED[name]]


def test_list_of_the_unsupported_names_the_paths(replay):
    for name, entries in UNSUPPORTED.items():
        recorded = {row["n"]: row["request"] for row in replay.rows(name)}
        for n, entry in entries.items():
            method, _, path = entry["path"].partition(" ")
            assert recorded[n]["method"] == method
            assert recorded[n]["path"].split("/")[:4] == path.split("/")[:4]
            assert entry["why"]


def test_share_of_what_is_supported(outcomes):
    recorded = sum(outcomes(name).count for name in FILES)
    unsupported = sum(len(entries) for entries in UNSUPPORTED.values())

    print(f"supported / recorded: {recorded - unsupported} / {recorded}")
    assert recorded == RECORDED
    assert (recorded - unsupported) / recorded >= GOAL
    assert "week" not in UNSUPPORTED


DELIVERIES = {"a week, of ids": "week", "standard and own payloads, with failures": "automation"}


@pytest.mark.parametrize("name", DELIVERIES.values(), ids=DELIVERIES)
def test_deliveries_are_the_recorded_ones(outcomes, replay, name, comparing):
    """Order, headers and bodies; ids of deliveries, times and therefore signatures and lengths are another's.

    Where `between.yaml` names a race, `ticket.*` is that of before or after; which ticket and article is compared.
    """
    races = replay.between[name].get("races", [])
    recorded = [comparing.delivery(row["headers"], row["body"]) for row in replay.deliveries(name)]
    sent = [comparing.delivery(one.headers, one.body.decode()) for one in outcomes(name).box.sent]
    assert [index for index, (one, other) in enumerate(zip(recorded, sent, strict=True)) if one != other] == races

    for index in races:
        for part in ("ticket_id", "number", "article_id", "article_by_id"):
            assert recorded[index][1][part] == sent[index][1][part]


@pytest.mark.parametrize("name", DELIVERIES.values(), ids=DELIVERIES)
def test_attempts_of_one_delivery_share_its_id(outcomes, replay, name):
    def first_seen(ids):
        order = list(dict.fromkeys(ids))
        return [order.index(one) for one in ids]

    recorded = [row["headers"]["X-Zammad-Delivery"] for row in replay.deliveries(name)]

    assert first_seen(recorded) == first_seen([one.delivery_id for one in outcomes(name).box.sent])


def test_signature_covers_the_raw_body(outcomes, comparing):
    for one in outcomes("week").box.sent:
        assert one.headers["X-Hub-Signature"] == comparing.signature("demo-secret", one.body)
        assert json.loads(one.body)["ticket_id"] == one.ticket_id


def test_every_kind_of_placeholder_is_spelt_as_recorded(replay, comparing):
    """`slim`: the raw bodies but for times: objects, relations, what cannot be reached, a missing article, escapes."""
    recorded = replay.deliveries("slim")
    box = comparing.desk_of_slim(recorded[0]["body"])
    for body in (
        {"preferences": {"a": 1}},
        {"article": {"body": "n", "internal": True, "message_id": "<a@b>"}},
        {"preferences": {"a": 2}},
        {"preferences": {"a": 3}},
    ):
        assert box.request("PUT", "/api/v1/tickets/2", json=body)[0] == 200
        box.pump(lambda url, headers, body: 200)

    assert [comparing.raw(one.body.decode()) for one in box.sent] == [comparing.raw(row["body"]) for row in recorded]
