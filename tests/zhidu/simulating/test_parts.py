"""What a replay is made of: answers cut down, features that wait to be asked for, a ticket's story."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from integrations.zammad import rows, slim, wire
from integrations.zammad.past import as_it_came
from policies.kernel.facts import Article, Change, Facts, Ticket
from policies.kernel.text import TextFeatures, Wording
from policies.kernel.text.features import EMPTY
from zhidu.policy import load_policy
from zhidu.simulating.reading import LazyFeatures, LazyWording
from zhidu.simulating.report import clause_key
from zhidu.simulating.story import Event, Scene, story_of

RECORDINGS = Path(__file__).parents[2] / "recordings"
AT = datetime(2026, 5, 6, 3, 0, tzinfo=UTC)


def week(path: str) -> list[bytes]:
    lines = (RECORDINGS / "week.jsonl").read_bytes().splitlines()
    return [line for line in lines if path in json.loads(line)["request"]["path"]]


def shown(row: object, protocol: type) -> dict[str, object]:
    """All that facts may know of a row."""
    names = [name for name, value in vars(protocol).items() if isinstance(value, property)]
    assert names
    return {name: getattr(row, name) for name in names}


def assert_same(cut: rows.Read, whole: wire.OneRead) -> None:
    assert shown(cut.ticket, rows.TicketRow) == shown(whole.ticket, rows.TicketRow)
    for ours, theirs in zip(cut.articles, whole.articles, strict=True):
        assert tuple(ours.attachments) == theirs.attachments
        assert shown(ours, rows.ArticleRow) | {"attachments": theirs.attachments} == shown(theirs, rows.ArticleRow)
    assert tuple(cut.tags) == whole.tags
    customer = whole.ticket.customer_id
    assert cut.users.get(customer) == whole.users.get(customer)


def test_a_ticket_read_fast_reads_the_same() -> None:
    """Of its people only the customer is left; all else that facts know is as the whole answer has it."""
    lines = week("?all=true")
    assert lines
    for line in lines:
        _, status, body = slim.exchange(line)
        cut = slim.one_read(body)
        assert status == 200
        assert not isinstance(cut, wire.OneRead)
        assert set(cut.users) == {cut.ticket.customer_id}
        assert_same(cut, wire.one_read(body))


def test_the_checklist_is_read_fast_too() -> None:
    """4.2.3 the verdicts on documents stand in it: in its order, without lines that are gone."""
    answer = json.loads(slim.exchange(week("?all=true")[0])[2])
    stamps = {"created_at": "2026-05-06T03:00:00.000Z", "updated_at": "2026-05-06T03:00:00.000Z"}
    by = {"created_by_id": 3, "updated_by_id": 3}
    lines = {
        number: {"id": number, "text": f"line {number}", "checked": number == 8, "checklist_id": 4} for number in (8, 9)
    }
    answer["assets"]["Ticket"][str(answer["ticket_id"])]["checklist_id"] = 4
    answer["assets"]["Checklist"] = {"4": {"id": 4, "sorted_item_ids": ["9", "8", "7"], **by, **stamps}}
    answer["assets"]["ChecklistItem"] = {str(number): line | by | stamps for number, line in lines.items()}
    body = json.dumps(answer).encode()
    cut = slim.one_read(body)
    assert not isinstance(cut, wire.OneRead)
    assert [(item.text, item.checked) for item in cut.items] == [("line 9", False), ("line 8", True)]
    assert cut.items == wire.one_read(body).items


def test_a_history_read_fast_lacks_notifications_alone() -> None:
    lines = week("ticket_history")
    assert lines
    dropped = 0
    for line in lines:
        body = slim.exchange(line)[2]
        whole = wire.history(body).entries
        told = [shown(entry, rows.EntryRow) for entry in slim.history(body).entries]
        assert told == [shown(entry, rows.EntryRow) for entry in whole if entry.type != "notification"]
        dropped += sum(entry.type == "notification" for entry in whole)
    assert dropped


UNUSUAL: dict[str, tuple[str, object]] = {
    "a time of another zone": ("created_at", "2026-05-06T11:00:00.000+08:00"),
    "a time written otherwise": ("updated_at", "2026-05-06T03:00Z"),
    "a field of that very name": ("zhidu_", "x"),
}


@pytest.mark.parametrize(("field", "value"), UNUSUAL.values(), ids=UNUSUAL)
def test_what_is_written_unusually_is_read_the_long_way(field: str, value: object) -> None:
    answer = json.loads(slim.exchange(week("?all=true")[0])[2])
    answer["assets"]["Ticket"][str(answer["ticket_id"])][field] = value
    body = json.dumps(answer).encode()
    cut = slim.one_read(body)
    assert isinstance(cut, wire.OneRead)
    assert cut == wire.one_read(body)


@pytest.mark.parametrize("field", ["number", "state_id", "created_at", "customer_id"])
def test_what_is_missing_is_named(field: str) -> None:
    """As the long way names it."""
    answer = json.loads(slim.exchange(week("?all=true")[0])[2])
    number = answer["ticket_id"]
    del answer["assets"]["Ticket"][str(number)][field]
    with pytest.raises(wire.WireError, match=f"assets.Ticket.{number}.{field}: Field required"):
        slim.one_read(json.dumps(answer).encode())


UNREADABLE = {"no JSON": b"{", "no ticket": b'{"ticket_id":1,"assets":{}}', "a list": b"[]"}


@pytest.mark.parametrize("body", UNREADABLE.values(), ids=UNREADABLE)
def test_what_is_no_answer_is_refused(body: bytes) -> None:
    with pytest.raises(wire.WireError):
        slim.one_read(body)
    with pytest.raises(wire.WireError):
        slim.history(body)
    with pytest.raises(wire.WireError):
        slim.exchange(body)


def test_features_are_worked_out_when_asked_for() -> None:
    """Once, for all fields, and equal to those of the extractor."""
    extractor = load_policy(None).extractor
    article = next(a for line in week("?all=true") for a in wire.one_read(slim.exchange(line)[2]).articles if a.body)
    calls: list[str] = []

    def features() -> TextFeatures:
        calls.append("features")
        return extractor.features(article.subject or "", article.body, article.content_type)

    def wording() -> Wording:
        calls.append("wording")
        return extractor.wording(article.body, article.content_type)

    for lazy, read in ((LazyFeatures(features), features), (LazyWording(wording), wording)):
        calls.clear()
        found = {name: getattr(lazy, name) for name in type(lazy).__dataclass_fields__}
        assert calls == [read.__name__]
        assert found == {name: getattr(read(), name) for name in found}
        with pytest.raises(AttributeError):
            _ = lazy.nothing  # type: ignore[attr-defined]


def ticket(**fields: object) -> Ticket:
    return Ticket(**{"id": 1, "created_at": AT, "updated_at": AT + timedelta(hours=3), **fields})  # type: ignore[arg-type]


def change(minutes: float, field: str, old: str, new: str, by: int = 7) -> Change:
    return Change(at=AT + timedelta(minutes=minutes), by=by, field=field, old=old, new=new)


def test_a_ticket_as_it_came() -> None:
    history = (change(1, "owner", "1", "7"), change(2, "severity", "", "major"), change(3, "owner", "7", "8"))
    came = as_it_came(ticket(owner=8, severity="major", kind="complaint", closed_at=AT), history)
    assert (came.owner, came.severity, came.kind, came.closed_at) == (None, None, "complaint", None)


def test_a_story_is_what_people_did() -> None:
    """Changes and articles of zhidu are left out; what happens together is one event; the making comes first."""
    history = (
        change(10, "owner", "1", "7"),
        change(10, "state", "new", "open"),
        change(11, "severity", "", "major", by=13),
        change(30, "state", "open", "closed"),
    )
    said = (
        Article(id=1, at=AT, sender="customer", features=EMPTY),
        Article(id=2, at=AT + timedelta(minutes=12), sender="agent", by=13, key="1:note:x", features=EMPTY),
        Article(id=3, at=AT + timedelta(minutes=20), sender="agent", by=7, features=EMPTY),
    )
    now = ticket(owner=7, state="closed", state_type="closed", severity="major")
    facts = Facts(now=AT, ticket=now, articles=said, history=history, me=13)
    story = story_of(facts, wire.History(entries=(), users={}))

    assert [(event.at - AT) // timedelta(minutes=1) for event in story.events] == [0, 10, 20, 30]
    assert [len(event.deeds) for event in story.events] == [1, 2, 1, 1]
    assert [event.told_only for event in story.events] == [True, False, True, False]
    assert (story.began.owner, story.began.state, story.began.severity) == (None, "new", None)


def test_a_change_to_what_is_there_already_is_none() -> None:
    """The history of the replay has its own words for what was before."""
    scene = Scene(ticket=ticket(owner=7, state="open", state_type="open"))
    deeds = (change(1, "owner", "9", "7"), change(2, "state", "new", "closed"), change(3, "state", "x", "open"))
    scene.play(Event(at=AT, deeds=deeds))
    assert [(c.field, c.old, c.new) for c in scene.history] == [
        ("state", "new", "closed"),
        ("state", "closed", "open"),
    ]
    assert scene.ticket.closed_at == AT + timedelta(minutes=2)


def test_clauses_are_sorted_by_number() -> None:
    assert sorted(["4.3.2", "10.1", "4.3.10", "2"], key=clause_key) == ["2", "4.3.2", "4.3.10", "10.1"]
