"""The one internal note: what matters first, nothing of anybody's HTML, the same after Zammad's sanitiser."""

import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from integrations.zammad.notes import Draft, Noted
from integrations.zammad.sandbox import Sandbox
from policies.kernel.deadlines import Clock
from policies.kernel.decisions import Assign, Note, Reply, RunClock, Tell, say
from policies.kernel.evaluate import Verdict
from policies.kernel.facts import Facts, Memory
from policies.kernel.spec import Spec
from policies.kernel.texts import Language
from policies.kernel.voice import Voice
from tests.integrations.zammad.tickets import (
    AGNES,
    CALENDARS,
    NOW,
    SUP,
    TONGUES,
    decision,
    facts,
    one_read,
    plain,
    planner,
    verdict,
    voice,
)

EVIL = "<script>alert('x')</script> & \"quoted\""
ESCAPED = "&lt;script&gt;alert(&#39;x&#39;)&lt;/script&gt; &amp; &#34;quoted&#34;"


def running(within: str = "3wd", started: datetime = NOW) -> RunClock:
    spec = Spec.parse(within)
    return RunClock(
        clock=Clock(name="answer", clauses=("4.1.3",), started_at=started, within=spec, calendar=CALENDARS["default"])
    )


def with_clock(given: Facts, clock: RunClock, *actions: Any) -> Verdict:
    return replace(verdict(given, clock, *actions), running=(clock,))


def note(
    judged: Verdict,
    given: Facts,
    *drafts: str,
    known: frozenset[str] = frozenset(),
    tongue: Language = "en",
    speaks: Voice | None = None,
) -> Noted | None:
    made = [Draft(decision=decision(Reply(key=f"r{text}", text=plain(text))), text=text) for text in drafts]
    return planner(tongue, speaks).notes.note(judged, given, made, set(known))


def body(found: Noted | None) -> str:
    assert found is not None
    return found.article.body


GIVEN = facts(one_read())
LINE = Note(key="n", text=plain("a fee"))


def test_nothing_to_say_is_no_note() -> None:
    assert note(verdict(GIVEN, Assign(owner=AGNES)), GIVEN) is None
    assert note(with_clock(GIVEN, running()), GIVEN) is None


def test_the_duty_stands_first_and_the_reasons_are_folded() -> None:
    found = note(with_clock(GIVEN, running(), LINE), GIVEN)
    text = body(found)
    assert text.startswith('<table style="width:100%"><tbody><tr><td style="border-left:4px solid #e0a030')
    assert text.index("answer the customer") < text.index("<details>") < text.index("It is a fee")
    assert "<summary>Why · 1</summary>" in text
    assert found is not None
    assert found.lines == ("By Sat 9 May 18:00: answer the customer (4.1.3)", "It is a fee")
    assert (found.article.internal, found.article.subject, found.article.type) == (True, "Policy", "note")


def test_a_clause_is_not_broken_in_a_narrow_column() -> None:
    """Word joiners hold the id together; no other character is added, and plain lines have none."""
    found = note(with_clock(GIVEN, running(), LINE), GIVEN)
    text, held = body(found), "4\u2060.\u20601\u2060.\u20603"
    assert held in text[: text.index("<details>")]
    assert "4.1.3" not in text
    assert found is not None
    assert "\u2060" not in "".join(found.lines)


def test_what_is_late_is_red() -> None:
    text = body(note(with_clock(GIVEN, running("30wm", NOW - timedelta(hours=2)), LINE), GIVEN))
    assert "#d9534f" in text
    assert "<b>Overdue since Wed 6 May 09:30:</b>" in text


def test_a_provisional_date_says_so() -> None:
    started = datetime(2030, 5, 6, 1, tzinfo=UTC)
    assert "(provisional)" in body(note(with_clock(replace(GIVEN, now=started), running("3wd", started), LINE), GIVEN))


def test_without_a_duty_the_weightiest_line_stands_first() -> None:
    light, heavy = Note(key="a", text=plain("light"), weight=10), Note(key="b", text=plain("heavy"), weight=90)
    text = body(note(verdict(GIVEN, light, heavy), GIVEN))
    assert text.index("It is heavy") < text.index("<details>") < text.index("It is light")


def test_a_mention_names_the_person_once_as_zammad_wants_it() -> None:
    told = [Tell(key=key, person=SUP, text=plain(key), how="mention") for key in ("this", "that")]
    other = Tell(key="c", person=AGNES, text=plain("third"), how="mention")
    text = body(note(verdict(GIVEN, told[0], other, told[1]), GIVEN))
    link = '<a href="https://desk.example.com/#user/profile/13" data-mention-user-id="13">Su Chen</a>'
    assert f"<p>{link} It is this<br>It is that</p>" in text
    assert text.count("data-mention-user-id") == 2
    assert "<details>" not in text


def test_a_mail_is_no_part_of_the_note() -> None:
    assert note(verdict(GIVEN, Tell(key="a", person=SUP, text=plain("x"))), GIVEN) is None


def test_a_draft_is_folded_and_ready_to_send() -> None:
    found = note(verdict(GIVEN), GIVEN, "Dear customer,\nall is well.")
    assert body(found) == (
        "<details><summary>Draft reply (4.3.2)</summary>"
        "<blockquote>Dear customer,<br>all is well.</blockquote></details>"
    )
    assert found is not None
    assert found.lines == ("Draft reply (4.3.2): Dear customer,\nall is well.",)


def test_nobodys_words_become_html() -> None:
    evil = replace(voice(), person=lambda id: EVIL)
    actions = (Note(key="n", text=plain(EVIL)), Tell(key="t", person=SUP, text=plain(EVIL), how="mention"))
    for judged in (verdict(GIVEN, *actions), with_clock(GIVEN, running(), *actions)):
        text = body(note(judged, GIVEN, EVIL, speaks=evil))
        assert "<script" not in text
        assert text.count(ESCAPED) >= 4


@pytest.mark.parametrize("tongue", TONGUES)
def test_in_the_language_of_the_desk(tongue: Language) -> None:
    text = body(note(with_clock(GIVEN, running(), LINE), GIVEN, "ok", tongue=tongue))
    chinese = bool(re.search("[\u4e00-\u9fff]", text))
    assert chinese == (tongue != "en")
    assert ("客户" in text) == (tongue == "zh-CN")
    assert ("客戶" in text) == (tongue == "zh-TW")


def key(*actions: Any, given: Facts = GIVEN, known: frozenset[str] = frozenset()) -> str | None:
    found = note(verdict(given, *actions), given, known=known)
    return None if found is None else found.article.key


def test_the_key_names_the_occasion() -> None:
    other = Note(key="m", text=plain("a fee"))
    assert key(LINE) == key(replace(LINE, weight=3)) == key(replace(LINE, text=plain("another wording")))
    assert key(LINE, other) == key(other, LINE)
    assert len({key(LINE), key(other), key(LINE, other)}) == 3
    assert str(key(LINE)).startswith("7:note:")


def test_the_note_that_stands_there_is_not_repeated() -> None:
    assert key(LINE, known=frozenset({str(key(LINE))})) is None


def test_a_situation_that_came_back_is_noted_again() -> None:
    """Not when the memory was lost: then the note that stands there may be the last one."""
    note_a = Note(key="situation:a", text=plain("a"))
    first = str(key(note_a))
    moved_on = replace(GIVEN, memory=Memory(case_id="c", situation="b"))
    second = key(note_a, given=moved_on, known=frozenset({first}))
    third = key(note_a, given=moved_on, known=frozenset({first, str(second)}))
    assert (second, third) == (f"{first}:2", f"{first}:3")
    assert key(note_a, known=frozenset({first, f"{first}:2"})) is None
    assert key(note_a, given=replace(GIVEN, memory=Memory(situation="a")), known=frozenset({first})) is None


def test_a_reply_is_in_words_and_nothing_else_is_one() -> None:
    notes = planner().notes
    reply = decision(Reply(key="r", text=say("words.reply", what="ok")))
    assert notes.reply_text(reply, GIVEN) == "Dear customer,\nok"
    with pytest.raises(TypeError, match=r"t\.rule"):
        notes.reply_text(decision(LINE), GIVEN)


def squeezed(html: str) -> str:
    """Without what the sanitiser adds: blanks between cells, a last semicolon, attributes of links."""
    html = re.sub(r' (rel|target|title)="[^"]*"', "", html).replace(';"', '"').replace("\xa0", "&nbsp;")
    return re.sub(r">\s+<", "><", re.sub(r">\n+", ">", re.sub(r"\n+<", "<", html)))


def test_what_zammad_stores_is_what_was_meant() -> None:
    actions = (LINE, Tell(key="t", person=SUP, text=plain("yours"), how="mention"))
    text = body(note(with_clock(GIVEN, running(), *actions), GIVEN, "Dear customer,\nall is well."))
    box = Sandbox(now=lambda: NOW)
    status, stored = box.request(
        "POST",
        "/api/v1/ticket_articles",
        json={"ticket_id": 1, "body": text, "content_type": "text/html", "type": "note", "internal": True},
    )
    assert isinstance(stored, dict)
    assert status == 201
    assert squeezed(stored["body"]) == squeezed(text)
