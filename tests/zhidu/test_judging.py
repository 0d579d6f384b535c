"""One ticket judged without a service: live by id and by number, and out of a file; nothing is ever written."""

import json
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from integrations.store.records import Matter
from integrations.store.store import Store, open_store
from integrations.zammad.errors import NotFound, Refused
from integrations.zammad.offline import UnreadableExport
from integrations.zammad.sandbox import Sandbox, serve
from jobs.related import Relations
from policies.kernel.config import load_text
from policies.kernel.facts import Facts, Post
from policies.kernel.problems import ConfigErrors
from tests.integrations.zammad.tickets import facts, one_read
from zhidu.compose import (
    Outside,
    helpdesk_of,
    mailer_of,
    reader_of,
    real_outside,
    relations_of,
    staff,
    today,
)
from zhidu.config import Config
from zhidu.judging import offline_judge
from zhidu.live import live_judge
from zhidu.older import ADOPT_FROM
from zhidu.people_file import People
from zhidu.policy import Policy, load_policy
from zhidu.settings import Settings, load_settings

TOKEN = "t"
AT = datetime(2026, 5, 6, 3, 0, tzinfo=UTC)
PEOPLE = load_text(
    "posts: {supervisor: [sup@example.com]}\n"
    "desks: {Users: {supervisor: sup@example.com, deputy: gone@example.com, kind: complaint, language: en}}",
    "people.yaml",
    People,
)


@pytest.fixture(scope="module")
def policy() -> Policy:
    return load_policy(None)


@dataclass
class Place:
    box: Sandbox
    settings: Settings
    outside: Outside


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Place]:
    monkeypatch.setenv("ZAMMAD_TOKEN", TOKEN)
    box = Sandbox(now=lambda: AT, token=TOKEN)
    box.add_person(
        login="sup@example.com", email="sup@example.com", firstname="Su", password="pw", roles=["Agent"],
        groups={"Users": ["full"]},
    )  # fmt: skip
    with serve(box, deliver=False) as url:
        (tmp_path / "zhidu.yaml").write_text(f'helpdesk: {{url: "{url}"}}\n', encoding="utf-8")
        yield Place(box, load_settings(tmp_path), replace(real_outside(), sleep=lambda seconds: None, now=lambda: AT))


def test_live_by_id_and_by_number(place: Place, policy: Policy) -> None:
    with live_judge(place.settings, policy, PEOPLE, place.outside, None) as live:
        assert (live.ticket_id("1"), live.ticket_id("#21001")) == (1, 1)
        found = live.judge.explain(1, AT, tongue="en")
        assert (found.facts.ticket.id, found.facts.ticket.group, found.verdict.failures) == (1, "Users", ())
        assert found.plan.lacking
        assert found.facts.supervisor is not None
        assert found.facts.supervisor.post is Post.SUPERVISOR
    assert {path for path in place.box.counters.by_path if not path.startswith("GET")} <= {
        "POST /api/v1/tickets/search"
    }


@pytest.mark.parametrize("text", ["#99999", "x", "", "#", "#x", "-1", "1.0", "²", "#²", "9" * 30])
def test_no_such_ticket(place: Place, policy: Policy, text: str) -> None:
    with (
        live_judge(place.settings, policy, PEOPLE, place.outside, None) as live,
        pytest.raises(ValueError, match="no ticket"),
    ):
        live.ticket_id(text)


def test_an_id_that_nobody_has(place: Place, policy: Policy) -> None:
    with live_judge(place.settings, policy, PEOPLE, place.outside, None) as live, pytest.raises(NotFound):
        live.judge.explain(999, AT, tongue="en")


def test_a_wrong_token_is_told(place: Place, policy: Policy, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ZAMMAD_TOKEN", "wrong")
    with pytest.raises(Refused), live_judge(place.settings, policy, PEOPLE, place.outside, None):
        pass


def test_without_a_helpdesk_the_configuration_says_so(tmp_path: Path, policy: Policy) -> None:
    settings = load_settings(tmp_path)
    with pytest.raises(ConfigErrors), live_judge(settings, policy, PEOPLE, real_outside(), None):
        pass
    with pytest.raises(ValueError, match="no helpdesk"):
        helpdesk_of(Config(), TOKEN, PEOPLE, real_outside())


def test_what_is_only_observed_is_not_planned(place: Place, policy: Policy) -> None:
    memory = {"zhidu": {"case": "c", "observed": True}}
    place.box.request("PUT", "/api/v1/tickets/1", json={"preferences": memory})
    with live_judge(place.settings, policy, PEOPLE, place.outside, None) as live:
        found = live.judge.explain(1, AT + timedelta(days=3), tongue="en")
        assert found.facts.memory.observed
        assert (found.plan.changes, found.plan.note, found.plan.decisions) == ((), None, ())


def new_store(folder: Path, outside: Outside) -> Store:
    store = open_store(f"sqlite:///{folder}/z.db", now=outside.now, jitter=lambda: 0.0, new_id=lambda: "id")
    store.migrate()
    return store


DAY = timedelta(days=1)
OLDER = {
    # row                                            adopt_from         touched  observed
    "a service that never ran takes nothing old in": (None, None, False, True),
    "what a person touches meanwhile is taken in": (None, AT - DAY, True, False),
    "it ran after the ticket was made": (None, AT + DAY, False, True),
    "somebody touched it since": (None, AT + DAY, True, False),
    "it ran before": (None, AT - DAY, False, False),
    "zhidu.yaml takes it in": (AT - DAY, None, False, False),
    "zhidu.yaml has the last word": (AT - DAY, AT + DAY, False, False),
}


@pytest.mark.parametrize(("configured", "began", "touched", "observed"), OLDER.values(), ids=OLDER)
def test_what_would_be_written_goes_by_which_tickets_are_taken_in(
    configured: datetime | None,
    began: datetime | None,
    touched: bool,
    observed: bool,
    place: Place,
    policy: Policy,
    tmp_path: Path,
) -> None:
    """As the service would act now: what is older than it is only observed until a person touches it."""
    settings = place.settings
    settings = replace(settings, config=settings.config.model_copy(update={"adopt_from": configured}))
    outside = replace(place.outside, now=lambda: AT + 3 * DAY)
    if touched:
        place.box.faults.skew = 2 * DAY
        person = {"X-On-Behalf-Of": "sup@example.com"}
        assert place.box.request("PUT", "/api/v1/tickets/1", json={"state": "open"}, headers=person)[0] == 200
    with new_store(tmp_path, outside) as store:
        if began is not None:
            store.cursors.put(ADOPT_FROM, began)
        with live_judge(settings, policy, PEOPLE, outside, store) as live:
            found = live.judge.explain(1, AT + 3 * DAY, tongue="en")

    assert (found.observed, found.plan.decisions == ()) == (observed, observed)
    assert any(line.startswith("observed in silence") for line in found.lines()) is observed


def test_the_customer_s_other_complaints_are_known_as_the_service_knows_them(
    place: Place, policy: Policy, tmp_path: Path
) -> None:
    """2.2.5 A repeat is a repeat in an explanation, too."""
    with new_store(tmp_path, place.outside) as store:
        customer = place.box.desk.tickets.get(1)["customer_id"]
        store.matters.put(
            Matter(ticket_id=90, customer_id=customer, kind="complaint", cause=None, received_at=AT - 3 * DAY)
        )
        with live_judge(place.settings, policy, PEOPLE, place.outside, store) as live:
            found = live.judge.explain(1, AT, tongue="en")
    assert found.facts.related.earlier == (90,)


def exchange(path: str, answer: Any) -> str:
    return json.dumps({"request": {"path": f"/api/v1/{path}"}, "response": {"status": 200, "json": answer}})


def test_out_of_a_file_as_it_was(place: Place, policy: Policy, tmp_path: Path) -> None:
    ask = place.box.request
    ask("PUT", "/api/v1/tickets/1", json={"state": "open"})
    lines = [exchange("tickets/1?all=true", ask("GET", "/api/v1/tickets/1?all=true")[1])]
    path = tmp_path / "desk.jsonl"
    path.write_text("\n".join(lines), encoding="utf-8")
    judge, source = offline_judge(policy, PEOPLE, [path])
    assert judge.explain(1, source.read_at(1), tongue="en").facts.history == ()

    lines.append(exchange("ticket_history/1", ask("GET", "/api/v1/ticket_history/1")[1]))
    path.write_text("\n".join(lines), encoding="utf-8")
    judge, source = offline_judge(policy, PEOPLE, [path])
    now = judge.explain(1, source.read_at(1), tongue="zh-CN")
    then = judge.explain(1, AT, tongue="en", at=AT - timedelta(minutes=1))
    assert (now.facts.ticket.state, then.facts.ticket.state) == ("open", "new")
    assert (then.facts.now, now.voice.tongue) == (AT - timedelta(minutes=1), "zh-CN")
    with pytest.raises(ValueError, match="the ticket was made"):
        judge.explain(1, AT, tongue="en", at=AT - timedelta(days=1))


def test_a_file_that_is_none(policy: Policy, tmp_path: Path) -> None:
    path = tmp_path / "x.jsonl"
    path.write_text("{}", encoding="utf-8")
    with pytest.raises(UnreadableExport, match=r"x\.jsonl:1"):
        offline_judge(policy, PEOPLE, [path])


def test_roles_open_groups_and_customers_are_no_staff(place: Place) -> None:
    role = place.box.request(
        "POST",
        "/api/v1/roles",
        json={"name": "Lead", "active": True, "permissions": ["ticket.agent"], "group_ids": {"1": ["full"]}},
    )[1]
    assert isinstance(role, dict)
    lead = place.box.add_person(login="lead@example.com", password="pw", roles=["Lead"])
    helpdesk = helpdesk_of(place.settings.config, TOKEN, PEOPLE, place.outside)
    try:
        people = helpdesk.directory.people(AT.date())
        assert people[lead["id"]].groups == {"Users"}
        assert 2 not in people
        assert {user.login for user in staff(helpdesk.pool).users} >= {"lead@example.com", "sup@example.com"}
    finally:
        helpdesk.pool.close()


def test_desks_are_made_anew_when_people_may_have_changed(
    place: Place, policy: Policy, capsys: pytest.CaptureFixture[str]
) -> None:
    at = [AT]
    helpdesk = helpdesk_of(place.settings.config, TOKEN, PEOPLE, place.outside)
    try:
        desks = reader_of(policy, helpdesk, PEOPLE, lambda: at[0]).desks
        first = desks()
        assert (first["Users"].supervisor is not None, first["Users"].deputy) == (True, None)
        assert desks() is first
        gone = place.box.add_person(
            login="gone@example.com", password="pw", roles=["Agent"], groups={"Users": ["full"]}
        )
        helpdesk.directory.refresh()
        at[0] += timedelta(minutes=6)
        assert desks()["Users"].deputy == gone["id"]
    finally:
        helpdesk.pool.close()
    assert "gone@example.com" in capsys.readouterr().out


def test_the_mail_server_is_that_of_the_configuration() -> None:
    assert mailer_of(Config(), None, real_outside()) is None
    mail = "mail: {host: 127.0.0.1, sender: desk@example.com, username: u, password_env: MAIL_PASSWORD}"
    config = load_text(mail, "zhidu.yaml", Config).config
    assert mailer_of(config, "pw", real_outside()) is not None


def test_how_far_other_cases_reach(policy: Policy, tmp_path: Path) -> None:
    with open_store(f"sqlite:///{tmp_path}/z.db", now=lambda: AT, jitter=lambda: 0.0, new_id=lambda: "id") as store:
        relations = relations_of(policy, store)
    assert isinstance(relations, Relations)
    assert relations.repeat_within == timedelta(days=policy.modules["core"].config.repeat_within.amount)


def test_today_is_a_day() -> None:
    assert abs((today() - datetime.now(UTC).date()).days) <= 1


def test_two_voices(policy: Policy) -> None:
    """The desk is written to in its own language; the customer in the field's, else the message's, else the desk's."""
    given: Facts = facts(one_read())
    assert (policy.desk_voice(given).tongue, policy.customer_voice(given).tongue) == ("zh-CN", "zh-CN")
    asked = facts(one_read(zhidu_language="zh-TW"))
    assert (policy.desk_voice(asked).tongue, policy.customer_voice(asked).tongue) == ("zh-CN", "zh-TW")
    english = policy.extractor.features("", "Please refund the fee that was charged twice.", "text/plain")
    wrote = replace(given, articles=tuple(replace(a, features=english) for a in given.articles))
    assert policy.customer_voice(wrote).tongue == "en"
    assert policy.customer_voice(facts(one_read([]))).tongue == "zh-CN"
    assert (policy.speak(given, "en").person(11), policy.speak(given, "en").person(99)) == ("Agnes Chen", "#99")
