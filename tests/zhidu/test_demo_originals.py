"""6.1.1, 6.1.4 the demonstration's customer who writes too much: nothing of it is readable afterwards, anywhere, and
two persons see it once."""

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from prometheus_client import generate_latest

from integrations.store.vault.records import Event
from policies.kernel.masking import detect
from policies.kernel.scrub import scrub_text
from tests.zhidu.playing import Played, of_these, playing
from tests.zhidu.readable import everything, found_in, joined, texts_of
from zhidu.cli import main
from zhidu.demo.clock import Chance
from zhidu.demo.private import DISGUISES, PLACE, Private, told
from zhidu.demo.script import ZONE, Case, cues, load_week
from zhidu.policy import load_policy

CUSTOMER, SLIP = "told-too-much", "card-in-reply"
CAME = datetime(2026, 5, 6, 10, 40, tzinfo=ZONE)
"""When the first mail is there, and everybody has seen it."""


WEEK = of_these(load_week(), CUSTOMER, SLIP, begins=CAME.replace(hour=9))


def places(played: Played) -> Mapping[str, Iterator[str]]:
    """Every place where something rests or is told, and what stands there."""
    box, service = played.stage.box, played.stage.service
    files = [path for path in played.folder.rglob("*") if path.is_file() and path.parent.name != "vault"]
    return {
        "helpdesk": everything([box.desk, box.sent, box.notifications]),
        "store and mails": (text for path in files for text in texts_of(path.read_bytes())),
        "log": iter([played.log.getvalue()]),
        "metrics": iter([generate_latest(service.registry).decode()]),
        "story": (line.text() for line in played.lines),
    }


@pytest.fixture(scope="module")
def played(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Played]:
    with playing(WEEK, tmp_path_factory.mktemp("demo"), CAME + timedelta(days=2, hours=6)) as found:
        yield found


# --- nothing readable remains ---


def test_nothing_readable_remains_anywhere(played: Played) -> None:
    """6.1.1 tickets, articles, raw mails, attachments, history and all else of the helpdesk; store, mails,
    configuration, export, logs, metrics, and the story that is told."""
    texts = {place: list(parts) for place, parts in places(played).items()}
    assert all(texts.values())
    assert "made anew" in texts["log"][0]
    assert found_in(texts, played.values) == []


def test_what_the_customer_wrote_was_readable_before(tmp_path: Path) -> None:
    """The same search finds all of it, in every disguise, where the mail has come in and is not masked yet."""
    minute = next(cue.at for cue in cues(WEEK, Chance(1)) if isinstance(cue.what, Case)) + timedelta(seconds=2)
    with playing(WEEK, tmp_path, minute) as before:
        texts = {"helpdesk": list(places(before)["helpdesk"])}
        assert found_in(texts, before.values) == [("helpdesk", name) for name in before.values]
        desk = before.stage.box.desk
        ticket = desk.tickets.get(2)
        article = next(row for row in desk.articles if row["ticket_id"] == 2)
        attachments = [content for content in desk.files.values() if content not in desk.raw_mails.values()]
        parts = {
            "title": [ticket["title"]],
            "body": [article["body"]],
            "subject": [article["subject"]],
            "raw mail": list(texts_of(desk.raw_mails[article["id"]])),
            "attachment": [content.decode() for content in attachments],
        }
        assert {place for place, _ in found_in(parts, before.values)} == set(parts)
        assert before.stage.private.card not in ticket["title"]


PLANTED = {
    # row                 a text that gives it away
    "as it is":          "{card}",
    "in groups":         "no. {card:spaced}",
    "with dashes":       "{card:dashed}",
    "full width":        "卡号{card:wide}",
    "numerals":          "{card:numerals}",
    "zero width":        "{card:hidden}",
    "split by tags":     "<p>{card:tags}</p>",
    "as entities":       "{card:entities}",
    "escaped in JSON":   "{card:escaped}",
}  # fmt: skip


@pytest.mark.parametrize("text", PLANTED.values(), ids=PLANTED)
def test_the_search_finds_a_value_in_every_spelling(text: str) -> None:
    private = Private.of(Chance(7))
    more = {
        "entities": "".join(f"&#{ord(digit)};" for digit in private.card),
        "escaped": "".join(f"\\u{ord(digit):04x}" for digit in private.card),
    }
    for name, spelling in more.items():
        text = text.replace(f"{{card:{name}}}", spelling)
    planted = private.filled(text)
    assert found_in({"there": ["nothing", planted]}, {"card": private.card}) == [("there", "card")]
    assert found_in({"there": ["nothing", private.card[:-1]]}, {"card": private.card}) == []


def test_the_search_looks_into_every_place(played: Played) -> None:
    """A value that is put into a place is found there, and there alone."""
    box, card = played.stage.box, played.stage.private.card
    with box.lock:
        box.desk.tickets.get(1)["title"], before = f"x {card}", box.desk.tickets.get(1)["title"]
    path = played.folder / "mails" / "planted.eml"
    path.write_text(card, encoding="utf-8")
    try:
        assert {place for place, _ in found_in(places(played), {"card": card})} == {"helpdesk", "store and mails"}
    finally:
        path.unlink()
        box.desk.tickets.get(1)["title"] = before


# --- the ticket goes on, and is told of ---


def test_the_ticket_went_on_under_its_number(played: Played) -> None:
    """Made anew twice, it is one case, with all that was said, and was closed by its agent."""
    desk = played.stage.box.desk
    number = next(number for number, one in played.player.tally.last.items() if one.facts.ticket.kind == "complaint")
    ticket = desk.tickets.get(desk.numbers[number])
    facts = played.player.tally.last[number].facts
    assert ticket["id"] > 3
    assert [article.sender for article in facts.articles if article.from_customer] == ["customer", "customer"]
    assert len(facts.to_customer) == 2
    assert ticket["zhidu_stage"] == "awaiting_satisfaction"
    assert played.summary.cases == 2
    assert played.summary.masked == 3


def test_the_story_names_what_was_there_and_shows_none_of_it(played: Played) -> None:
    texts = [line.text() for line in played.lines]
    assert any("‹card number›" in text for text in texts)
    assert any("made it anew under its number" in text and "[6.1.1]" in text for text in texts)


def test_a_reply_with_a_full_card_number_is_told_within_seconds(played: Played) -> None:
    """6.1.1 grave, by mail to the supervisor, without the number."""
    (record,) = [
        one for one in played.stage.service.store.findings.list(limit=100) if one.finding.code == "secret_sent"
    ]
    assert record.finding.grave
    assert played.summary.grave_told_within is not None
    assert 0 < played.summary.grave_told_within <= 15
    mails = [list(texts_of(path.read_bytes())) for path in played.stage.mails.glob("*.eml")]
    told_of_it = [parts for parts in mails if any("carries in full" in part for part in parts)]
    assert len(told_of_it) == 1


def test_every_ticket_can_be_explained_and_none_of_it_shows(played: Played, capsys: pytest.CaptureFixture[str]) -> None:
    """Facts, the reading, rules, clauses and clocks of tickets that were made anew, too."""
    config, tickets = played.folder / "config", played.folder / "tickets.jsonl"
    assert main(["--config", str(config), "explain", "--from", str(tickets)]) == 0
    told = capsys.readouterr().out
    assert told.count("rules that decided") == len(played.stage.box.desk.tickets)
    assert "\nreading\n  kind complaint" in told
    assert found_in({"explain": [told]}, played.values) == []


# --- two persons, once ---


def test_two_persons_see_it_once_and_every_attempt_is_on_record(played: Played) -> None:
    """6.1.4 asked, refused to the asker alone, approved by another, seen, refused a second time."""
    vaulted = played.stage.service.vaulted
    assert vaulted is not None
    log = vaulted.vault.rows.log(limit=100)
    assert [entry.event for entry in sorted(log, key=lambda entry: entry.id)] == [
        Event.REQUESTED, Event.DENIED, Event.APPROVED, Event.REVEALED, Event.DENIED,
    ]  # fmt: skip
    assert vaulted.vault.log_broken_at() is None
    assert played.summary.originals["seen"] == 1
    assert played.summary.originals["refused"] == 2
    texts = [line.text() for line in played.lines]
    steps = ("asks to see", "may not approve their own", "second person", "sees original", "wants to see it again")
    assert [step for text in texts for step in steps if step in text] == list(steps)


# --- the values ---


def test_the_values_pass_every_check_and_are_found_in_every_disguise() -> None:
    """Of any seed: what masking must find is there to be found."""
    masking = load_policy(None).masking
    for seed in range(50):
        private = Private.of(Chance(seed))
        for name in DISGUISES:
            html = name == "tags"
            text = private.filled(f"<p>卡号 {{card:{name}}}，身份证 {{identity:{name}}}</p>")
            kinds = {span.kind.value for span in detect(text, html=html, config=masking)}
            assert kinds == {"bank_card", "identity_card"}, (seed, name)


def test_the_customer_writes_each_value_in_three_disguises() -> None:
    """In the subject, the body and an attachment."""
    case = WEEK.cases[CUSTOMER]
    assert case.attachment is not None
    parts = (case.title, case.text, case.attachment.text, *(act.mail or "" for act in case.then))
    assert all(PLACE.search(part) for part in parts[:3])
    found = {(name, disguise) for part in parts for name, disguise in PLACE.findall(part)}
    assert {name: sum(one == name for one, _ in found) for name, _ in found} == {
        "card": 3,
        "identity": 3,
        "password": 3,
    }
    assert {disguise for _, disguise in found} <= set(DISGUISES)


def test_told_and_filled() -> None:
    private = Private.of(Chance(1))
    assert told("卡 {card:wide}, {password}", lambda name: f"‹{name}›") == "卡 ‹card›, ‹password›"
    assert joined(private.filled("卡 {card:wide}")) == joined(f"卡{private.card}")
    assert private.card not in repr(private)
    assert private.card not in scrub_text(private.filled("{card}"))
