"""What facts say of people, times and corrections."""

from datetime import UTC, datetime, timedelta

import pytest

from policies.kernel.calendar import CalendarFile, WorkingCalendar
from policies.kernel.facts import Article, Change, Desk, Facts, Person, Post, Ticket
from policies.kernel.text.features import EMPTY

NOW = datetime(2026, 5, 6, 1, 0, tzinfo=UTC)
EARLIER = NOW - timedelta(days=1)
OFFICE = WorkingCalendar.build(
    "default", CalendarFile.model_validate({"zone": "Asia/Shanghai", "hours": {"mon-fri": ["09:00-18:00"]}})
)


def ticket(**values: object) -> Ticket:
    return Ticket(**({"id": 1, "group": "G", "created_at": NOW, "updated_at": NOW} | values))  # type: ignore[arg-type]


SINCE = {
    "without a time of receipt, when it was created": (None, NOW),
    "an earlier time of receipt counts": (EARLIER, EARLIER),
    "a later one does not": (NOW + timedelta(days=1), NOW),
}


@pytest.mark.parametrize(("received", "since"), SINCE.values(), ids=SINCE)
def test_since(received: datetime | None, since: datetime) -> None:
    assert ticket(received_at=received).since == since


ON_DUTY: dict[str, tuple[dict[int, Person], int | None]] = {
    "the supervisor": ({21: Person(id=21)}, 21),
    "away, the replacement": ({21: Person(id=21, away=True, stands_in=9), 9: Person(id=9), 22: Person(id=22)}, 9),
    "replacement away, the deputy": (
        {21: Person(id=21, away=True, stands_in=9), 9: Person(id=9, away=True), 22: Person(id=22)},
        22,
    ),
    "who left stands in for nobody": (
        {21: Person(id=21, active=False, stands_in=9), 9: Person(id=9), 22: Person(id=22)},
        22,
    ),
    "deputy unknown, the manager": ({21: Person(id=21, away=True), 31: Person(id=31)}, 31),
    "nobody": ({}, None),
}


@pytest.mark.parametrize(("people", "leader"), ON_DUTY.values(), ids=ON_DUTY)
def test_supervisor(people: dict[int, Person], leader: int | None) -> None:
    desk = Desk(group="G", supervisor=21, deputy=22, manager=31)
    found = Facts(now=NOW, ticket=ticket(), people=people, desks={"G": desk}).supervisor

    assert (None if found is None else found.id) == leader


def test_with_the_manager_away_the_supervisor_and_then_the_deputy() -> None:
    desk = Desk(group="G", supervisor=21, deputy=22, manager=31)
    people = {31: Person(id=31, away=True), 21: Person(id=21, away=True), 22: Person(id=22)}
    found = Facts(now=NOW, ticket=ticket(), people=people, desks={"G": desk}).manager

    assert found is not None
    assert found.id == 22


def test_a_persons_correction_is_told_from_ours_and_from_the_customers() -> None:
    changes = (
        Change(at=EARLIER, by=11, field="flags", new="a"),
        Change(at=NOW, by=9, field="flags", new="b"),
        Change(at=NOW, by=100, field="flags", new="c"),
    )
    facts = Facts(now=NOW, ticket=ticket(), history=changes, people={11: Person(id=11), 9: Person(id=9)}, me=9)

    assert facts.set_by_person("flags") is changes[0]
    assert facts.last_set("flags") is changes[2]
    assert facts.set_by_person("severity") is None
    assert facts.last_set("severity") is None


def test_posts_desks_and_calendars() -> None:
    people = {11: Person(id=11, post=Post.SPECIALIST)}
    facts = Facts(now=NOW, ticket=ticket(owner=11), people=people, calendars={"default": OFFICE})

    assert (facts.post_of(11), facts.post_of(12), facts.post_of(None)) == (Post.SPECIALIST, None, None)
    assert facts.desk == Desk(group="G")
    assert facts.calendar is OFFICE
    assert facts.owner is people[11]


ARTICLES = {
    "the customer's": ({"sender": "customer"}, True, False),
    "an agent's reply": ({"sender": "agent"}, False, True),
    "an agent's telephone call": ({"sender": "agent", "channel": "phone"}, False, True),
    "an internal one": ({"sender": "agent", "internal": True}, False, False),
    "a note": ({"sender": "agent", "channel": "note"}, False, False),
    "our own": ({"sender": "agent", "key": "1:x"}, False, False),
    "the system's": ({"sender": "system"}, False, False),
}


@pytest.mark.parametrize(("values", "from_customer", "to_customer"), ARTICLES.values(), ids=ARTICLES)
def test_articles(values: dict[str, object], from_customer: bool, to_customer: bool) -> None:
    article = Article(**({"id": 1, "at": NOW, "channel": "email", "features": EMPTY} | values))  # type: ignore[arg-type]
    facts = Facts(now=NOW, ticket=ticket(), articles=(article,))

    assert (bool(facts.from_customer), bool(facts.to_customer)) == (from_customer, to_customer)
