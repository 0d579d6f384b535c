"""The demonstration: the week as written, one play of its first days, and what its figures rest on."""

import json
import os
import signal
import socket
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from datetime import timedelta
from itertools import pairwise
from pathlib import Path

import pytest

from integrations.store.records import ClockStatus, EntryStatus, MessageStatus
from policies.kernel.problems import ConfigErrors
from tests.zhidu.logs import as_before
from tests.zhidu.playing import Played, of_these, playing
from zhidu.cli import main
from zhidu.demo.clock import Chance
from zhidu.demo.company import GROUPS, MEMBERS
from zhidu.demo.script import Act, Case, cues, load_week
from zhidu.demo.story import columns, padded
from zhidu.demo.words import Words
from zhidu.policy import load_policy
from zhidu.provisioning import needs_of

WEEK = load_week()
DAYS = 1
ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def played(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Played]:
    """One play of the first days, still standing on its stage."""
    until = WEEK.begins.replace(hour=0, minute=0) + timedelta(days=DAYS)
    with playing(WEEK, tmp_path_factory.mktemp("demo"), until) as found:
        yield found


@pytest.fixture(autouse=True)
def logging_as_before() -> Iterator[None]:
    """The command sets up logging for its process."""
    with as_before():
        yield


# --- the script ---


def test_the_week_has_what_it_promises() -> None:
    """At least forty cases in three scripts, a holiday, an outage, an absence, lost and doubled deliveries."""
    assert len(WEEK.cases) >= 40
    texts = "".join(case.text for case in WEEK.cases.values())
    assert {"銀", "將", "請"} & set(texts)
    assert "请" in texts
    assert "complain" in texts
    assert WEEK.outages
    assert WEEK.leaves
    assert {one.how for one in WEEK.astray} == {"drop", "duplicate"}
    assert any(not case.then for case in WEEK.cases.values())


def test_the_script_names_only_what_the_company_has() -> None:
    policy = load_policy(None)
    known = {field.name for field in needs_of(policy.modules).ticket_fields}
    documents = set(policy.modules["business"].config.documents)
    assert {reveal.case for reveal in WEEK.reveals} <= set(WEEK.cases)
    for name, case in WEEK.cases.items():
        assert case.group in GROUPS, name
        for act in case.then:
            assert act.by == "customer" or act.by in MEMBERS, name
            assert act.group is None or act.group in GROUPS, name
            assert set(act.set) <= known, name
            assert set(act.documents) <= documents, name
            assert act.at > case.at, name
        assert [act.at for act in case.then] == sorted(act.at for act in case.then), name


def test_nobody_in_the_script_can_be_a_real_person() -> None:
    """Addresses of reserved domains alone, and no number long enough for a telephone or a card."""
    for case in WEEK.cases.values():
        assert case.address.partition("@")[2] in ("example.com", "example.org", "example.net")
    digits = "".join(letter if letter.isdigit() else " " for letter in _all_texts())
    assert max(map(len, digits.split())) < 7


def _all_texts() -> str:
    return " ".join(
        text or ""
        for case in WEEK.cases.values()
        for text in (
            case.title,
            case.text,
            case.attachment and case.attachment.text,
            *(part for act in case.then for part in (act.reply, act.call, act.note, act.mail)),
        )
    )


def test_a_wrong_time_in_the_script_is_told_with_its_line(tmp_path: Path) -> None:
    path = tmp_path / "week.yaml"
    path.write_text("begins: 13-45 99:99\ncases: {}\n", encoding="utf-8")
    with pytest.raises(ConfigErrors, match=r"week.yaml:1: begins: .*month-day"):
        load_week(path)


def test_chance_moves_cases_as_a_whole() -> None:
    """The order within a case stays; another seed gives other times."""
    first, again, other = (cues(WEEK, Chance(seed)) for seed in (1, 1, 2))
    assert [cue.at for cue in first] == [cue.at for cue in again]
    assert [cue.at for cue in first] != [cue.at for cue in other]
    for name, case in WEEK.cases.items():
        moved = {cue.at - cue.what.at for cue in first if cue.case == name and isinstance(cue.what, Case | Act)}
        assert len(moved) == 1, name
        assert timedelta() <= moved.pop() < timedelta(minutes=4), case.title


# --- the play ---


def test_no_note_says_the_same_twice_and_no_key_is_used_twice(played: Played) -> None:
    """1.3.3 a note never repeats the last; exactly once."""
    desk = played.stage.box.desk
    for ticket, articles in desk.articles_of.items():
        ours = [
            desk.articles.rows[one] for one in articles if "zhidu" in (desk.articles.rows[one]["preferences"] or {})
        ]
        keys = Counter(row["preferences"]["zhidu"]["key"] for row in ours)
        assert max(keys.values(), default=1) == 1, ticket
        bodies = [row["body"] for row in ours if row["internal"]]
        assert all(one != other for one, other in pairwise(bodies)), ticket


def test_every_case_has_a_kind_and_what_is_due_is_shown(played: Played) -> None:
    desk, store = played.stage.box.desk, played.stage.service.store
    for judgement in played.player.tally.last.values():
        ticket = judgement.facts.ticket.id
        row = desk.tickets.get(ticket)
        assert row["zhidu_kind"], ticket
        clocks = store.clocks.of(ticket)
        open_ = [c for c in clocks if c.status in (ClockStatus.RUNNING, ClockStatus.BREACHED)]
        assert bool(row["zhidu_next_due_at"]) == bool(open_), ticket


def test_nothing_is_left_over(played: Played) -> None:
    """No dead letters, nothing waiting but what lies in the future, all mails sent."""
    store = played.stage.service.store
    assert store.inbox.list(EntryStatus.DEAD) == ()
    assert store.inbox.list(EntryStatus.WAITING) == ()
    assert store.outbox.list(MessageStatus.DEAD) == ()
    assert store.outbox.list(MessageStatus.WAITING) == ()
    due = store.clocks.next_at()
    assert due is None or due > played.stage.clock.now()
    mails = list(played.stage.mails.glob("*.eml"))
    assert len(mails) == played.summary.mails["sent"] > 0


def test_echoes_cost_no_read(played: Played) -> None:
    """Each look that is no echo reads the ticket once; nothing else does."""
    read = played.stage.box.counters.by_path["GET /api/v1/tickets/:id"]
    looks = played.player.tally.looks
    assert looks["echo"] > 0
    exported = len(played.stage.box.desk.tickets)
    assert read - exported == sum(looks.values()) - looks["echo"]


def test_figures_are_counted(played: Played) -> None:
    """What the summary says agrees with what is there."""
    summary, desk, store = played.summary, played.stage.box.desk, played.stage.service.store
    begun = [case for case in WEEK.cases.values() if case.at < WEEK.begins.replace(hour=23)]
    assert summary.cases == len(begun)
    assert summary.tickets == len(desk.tickets) == len(begun) + 1
    assert sum(summary.kinds.values()) == summary.cases
    assert sum(summary.findings.values()) == len(store.findings.list(limit=1000)) > 0
    assert summary.deliveries["new"] == sum(200 <= sent.status < 300 for sent in played.stage.box.sent)
    assert summary.rungs["4.3.2 100%"] >= 1
    assert sum(clocks.late for clocks in summary.clocks.values()) >= 1
    assert summary.ended == 1
    assert summary.lines == sum(line.tone != "day" for line in played.lines)


def test_a_clock_that_nothing_asks_for_any_more_is_neither_met_nor_breached(tmp_path: Path) -> None:
    """4.3.4 A complaint is closed: what the customer was to hear next is not asked for any more."""
    begins = WEEK.cases["unhappy"].at
    until = next(act.at for act in WEEK.cases["unhappy"].then if act.state == "closed") + timedelta(hours=1)
    with playing(of_these(WEEK, "unhappy", begins=begins), tmp_path, until) as alone:
        runs = [run.run() for one in alone.player.tally.runs.values() for run in one]
    assert [run.name for run in runs if run.ending == "ended"] == ["progress"]
    found = alone.summary.as_json()
    met, late = (sum(run.ending in endings for run in runs) for endings in (("met",), ("met late", "breached")))
    assert (found["clocks_met"], found["clocks_breached"], found["clocks_ended"]) == (met, late, 1)
    assert found["clocks"]["4.3.4"]["ended"] == 1


def test_the_json_object(played: Played) -> None:
    found = json.loads(json.dumps(played.summary.as_json()))
    assert found["begins"] == "2026-04-30T08:30:00+08:00"
    assert found["clocks_met"] == sum(clocks["met"] for clocks in found["clocks"].values())
    assert found["reads_per_event"] == round(found["reads"] / found["events"], 2)
    assert {
        "tickets", "cases", "clocks", "clocks_met", "clocks_breached", "clocks_ended", "rungs", "findings", "notes",
        "replies", "mails", "deliveries", "looks", "events", "reads", "writes", "reads_per_event", "writes_per_event",
        "told", "reopened", "ended", "seed", "policy", "seconds", "masked", "originals", "grave_told_within",
    } <= found.keys()  # fmt: skip


def test_the_story_names_who_what_and_the_clause(played: Played) -> None:
    texts = [line.text() for line in played.lines]
    assert texts[0] == "\nThu 30 Apr"
    for line in played.lines:
        assert (line.tone in ("zhidu", "finding", "grave")) == bool(line.clauses)
    assert any("#21002" in text and "Wei Na" in text and "takes it" in text for text in texts)
    assert any("[4.3.2]" in text and "finding" in text for text in texts)


def test_the_table_of_figures_fits_a_page(played: Played) -> None:
    for tongue in ("en", "zh-CN", "zh-TW"):
        words = Words(tongue=tongue, fields=played.stage.fields, policy=played.stage.policy.texts)  # type: ignore[arg-type]
        lines = list(played.summary.table(words))
        assert max(map(columns, lines)) <= 120
        assert any("4.3.2" in line for line in lines)


def test_what_is_kept_can_be_explained(played: Played, capsys: pytest.CaptureFixture[str]) -> None:
    """Every ticket: facts, rules, clauses, each clock day by day; our own changes are known as ours."""
    config, tickets = played.folder / "config", played.folder / "tickets.jsonl"
    assert main(["--config", str(config), "explain", "--from", str(tickets)]) == 0
    told = capsys.readouterr().out
    assert told.count("rules that decided") == len(played.stage.box.desk.tickets)
    assert "Fri 2026-05-01" in told
    assert "holiday Labour Day" in told
    assert main(["--config", str(config), "--json", "explain", "--from", str(tickets), "6"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["failures"] == []
    assert not [line for line in found["plan"] if line.startswith(("severity", "flags", "note"))]


def test_secrets_are_read_by_their_owner_alone(played: Played) -> None:
    for name in ("token", "webhook_secret"):
        path = played.stage.config / name
        assert path.stat().st_mode & 0o777 == 0o600
        assert path.read_text() not in (played.stage.config / "zhidu.yaml").read_text()


def test_padding_counts_columns() -> None:
    assert padded("韦娜", 6) == "韦娜  "
    assert columns("韦娜 a") == 6


# --- the command ---


def test_once_tells_the_story_and_ends(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """No configuration; nothing but the answer where that is asked for; what is kept says how to use it."""
    short = {"cases": {"annual-fee": WEEK.cases["annual-fee"]}, "outages": (), "leaves": (), "astray": ()}
    monkeypatch.setattr("zhidu.demo.show.load_week", lambda: WEEK.model_copy(update=short))
    monkeypatch.chdir(tmp_path)
    once = ["demo", "--once", "--days", "1"]
    assert main([*once, "--language", "zh-CN", "--speed", "1000000", "--keep", "kept"]) == 0
    told = capsys.readouterr()
    assert "韦娜" in told.out
    assert "zhidu --config" in told.out
    assert (tmp_path / "kept" / "tickets.jsonl").exists()
    assert main([*once, "--quiet"]) == 0
    quiet = capsys.readouterr()
    assert "takes it" not in quiet.out
    assert "4.3.2" in quiet.out
    assert (told.err, quiet.err) == ("", "")


def test_it_stays_up_and_another_terminal_explains(
    played: Played, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The same seed, the same figures; the command that it prints works while it is up; Ctrl-C leaves nothing."""
    environment = {"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT), "TMPDIR": str(tmp_path)}
    code = "import sys; from zhidu.cli import main; sys.exit(main())"
    command = [sys.executable, "-c", code, "demo", "--days", str(DAYS), "--speed", "1e9", "--json"]
    pipe = subprocess.PIPE
    with subprocess.Popen(command, cwd=tmp_path, env=environment, stdout=pipe, stderr=pipe, text=True) as demo:  # noqa: S603 - our own program
        assert demo.stdout is not None
        assert demo.stderr is not None
        found = json.loads(demo.stdout.readline())
        line = next(line for line in demo.stderr if "zhidu --config" in line)
        status = main(line.split("zhidu ", 1)[1].split())
        told = capsys.readouterr().out
        demo.send_signal(signal.SIGTERM)
        demo.stdout.read()
    assert (demo.returncode, status) == (0, 0)
    assert "rules that decided" in told
    assert list(tmp_path.iterdir()) == []
    before = json.loads(json.dumps(played.summary.as_json()))
    assert found | {"seconds": 0} == before | {"seconds": 0}


def test_a_port_that_is_taken_is_said(capsys: pytest.CaptureFixture[str]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        assert main(["demo", "--once", "--port", str(port)]) == 2
    assert f"port {port} cannot be listened on" in capsys.readouterr().err


def test_keep_wants_an_empty_folder(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "something").touch()
    assert main(["demo", "--once", "--keep", str(tmp_path)]) == 2
    assert "empty" in capsys.readouterr().err
