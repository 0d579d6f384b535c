"""`zhidu simulate` over the demonstration: what the service did, and what a stricter policy would have done."""

import re
import zipfile
from collections import Counter
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.zhidu.simulating.conftest import Desk, with_complaints

PERIOD = ("--from", "2026-04-30", "--to", "2026-05-07")
WELCOME = "21001"
"""The ticket of a fresh installation: older than the service, which never looked at it."""


def decided(found: Any, kind: str, *, side: str = "today") -> Counter[str]:
    """`kind` what, by clause → how often, without the ticket that the service did not see."""
    counts: Counter[str] = Counter()
    for row in found["decisions"]:
        if row["what"].startswith(f"{kind} "):
            seen = row[side]["times"] - sum(WELCOME in numbers for numbers in row["behind"].values())
            counts[f"{row['clause']} {row['what'].rpartition(' ')[2]}"] += seen
    return +counts


def clause(found: Any, name: str) -> Any:
    return next(row for row in found["clocks"] if row["clock"] == name)


def test_the_same_policy_does_what_the_service_did(run: Any, desk: Desk) -> None:
    """Rungs and findings of the replay are those that the service left, each as often, by clause.

    6.1.1 apart: what a reply should not have carried is masked since, and its original sealed.
    """
    found = run(desk.stage.config, *PERIOD, "--from-file", desk.export, "--json").json

    assert decided(found, "rung") == Counter(desk.summary.rungs)
    records = desk.stage.service.store.findings.list(limit=1000)
    left = Counter(f"{r.finding.clause} {r.finding.code}" for r in records)
    assert left.pop("6.1.1 secret_sent") == 1
    assert decided(found, "finding") == left
    assert found["failures"] == []
    assert found["tickets"] == desk.summary.tickets


def test_a_stricter_deadline_makes_more_late(run: Any, desk: Desk) -> None:
    """4.3.2 with half the time: more are late, none is no longer late, and the tickets are those answered too late."""
    arguments = (*PERIOD, "--from-file", desk.export, "--config", desk.proposed)
    found = run(desk.stage.config, *arguments, "--json").json
    row = clause(found, "complaints.acknowledge")
    late = row["late"]

    today, proposed = (row[side]["met_late"] + row[side]["breached"] for side in ("today", "proposed"))
    assert today < proposed
    assert late["only_today"] == []
    assert len(late["only_proposed"]) == proposed - today
    assert {n for row in found["decisions"] if row["what"] == "finding acknowledge_late"
            for n in row["behind"]["only_proposed"]} == set(late["only_proposed"])  # fmt: skip

    shown = run(desk.stage.config, *arguments, "--language", "en").out
    assert f"{today:>5}  {proposed:>8}  {proposed - today:>+10}" in shown
    assert late["only_proposed"][0] in shown


def test_clocks_that_have_not_ended_end_at_another_time(run: Any, desk: Desk, tmp_path: Path) -> None:
    """2.1.3 with a day more to solve a complaint nobody is late under either policy; yet each open one is due a day
    later, and is told with its ticket."""
    longer = {"resolve": {"within": {"ordinary": "8wd", "serious": "8wd", "major": "6wd"}}}
    proposed = with_complaints(desk.stage.config, tmp_path / "proposed", longer)
    book, page = tmp_path / "r.xlsx", tmp_path / "r.html"
    arguments = (*PERIOD, "--from-file", desk.export, "--config", proposed, "--xlsx", book, "--html", page)

    found = run(desk.stage.config, *arguments, "--json").json
    row = clause(found, "complaints.resolve")
    moved = [one for one in found["due_times"] if one["clock"] == "complaints.resolve"]
    open_ = [one for one in moved if one["open"]]

    assert row["late"]["only_today"] == row["late"]["only_proposed"] == []
    assert 0 < len(open_) == row["today"]["open"]
    assert all(timedelta(days=1) <= due(one, "proposed") - due(one, "today") <= timedelta(days=4) for one in moved)
    shown = run(desk.stage.config, *arguments, "--language", "en").out
    assert "Changed due times" in shown
    assert moved[0]["ticket"] in shown.partition("Changed due times")[2].partition("What really was")[0]
    assert f">{open_[0]['ticket']}</a> (" in page.read_text(encoding="utf-8")
    assert "not ended" in page.read_text(encoding="utf-8")


def due(run: Any, side: str) -> datetime:
    return datetime.fromisoformat(run[side])


def test_the_same_policy_twice_does_not_differ(run: Any, desk: Desk) -> None:
    arguments = (*PERIOD, "--from-file", desk.export, "--config", desk.stage.config, "--language", "en")
    assert "both policies decide alike" in run(desk.stage.config, *arguments).out


def test_reads_the_helpdesk_and_writes_nothing(run: Any, desk: Desk) -> None:
    """The helpdesk is asked by GET and search alone, two reads a ticket; what comes of it is what the export gives."""
    counters = desk.stage.box.counters
    writes, before = counters.writes, counters.by_path.copy()
    live = run(desk.stage.config, *PERIOD, "--json").json
    asked = counters.by_path - before

    assert counters.writes == writes
    assert {path for path in asked if not path.startswith("GET ")} == {"POST /api/v1/tickets/search"}
    assert asked["GET /api/v1/tickets/:id"] == asked["GET /api/v1/ticket_history/:id"] == live["tickets"]
    assert live == run(desk.stage.config, *PERIOD, "--from-file", desk.export, "--json").json


def test_several_processes_find_the_same(run: Any, desk: Desk) -> None:
    arguments = (*PERIOD, "--from-file", desk.export, "--json")
    alone = run(desk.stage.config, *arguments, "--jobs", 1).json
    assert run(desk.stage.config, *arguments, "--jobs", 2).json == alone


@pytest.mark.parametrize("tongue", ["zh-CN", "zh-TW", "en"])
def test_workbook_and_page(run: Any, desk: Desk, tmp_path: Path, tongue: str) -> None:
    """Both hold the numbers of the tickets behind a difference; the page needs nothing from elsewhere and no script."""
    book, page = tmp_path / "r.xlsx", tmp_path / "r.html"
    arguments = (*PERIOD, "--from-file", desk.export, "--config", desk.proposed, "--language", tongue)
    found = run(desk.stage.config, *arguments, "--json", "--xlsx", book, "--html", page).json
    number = clause(found, "complaints.acknowledge")["late"]["only_proposed"][0]

    text = page.read_text(encoding="utf-8")
    assert number in text
    assert f'<html lang="{tongue}">' in text
    assert [word for word in ("<script", "src=", "@import", "url(") if word in text] == []
    desk_url = desk.stage.url
    links = re.findall(r'(?<=href=")[^"]*', text)
    assert links
    assert all(re.fullmatch(rf"{re.escape(desk_url)}/#ticket/zoom/[0-9]+", link) for link in links)
    assert text.count("http") == len(links)
    with zipfile.ZipFile(book) as sheets:
        names = [name for name in sheets.namelist() if name.startswith("xl/worksheets/sheet")]
        cells = "".join(sheets.read(name).decode() for name in names)
    assert len(names) == 10
    assert re.search(rf'HYPERLINK\("{re.escape(desk_url)}/#ticket/zoom/[0-9]+","{number}"\)', cells)
    assert '<pane xSplit="2" ySplit="1"' in cells
    assert "<autoFilter" in cells


@pytest.mark.parametrize(("tongue", "told", "late"), [
    ("zh-CN", "字段“已通知”", "问题：向客户致歉并告知答复时间：逾期"),
    ("zh-TW", "欄位「已通知」", "問題：向客戶致歉並告知答覆時間：逾期"),
    ("en", "field “Told”", "finding: apologise to the customer and name a time: late"),
])  # fmt: skip
def test_what_is_decided_is_told_in_the_reader_s_words(run: Any, desk: Desk, tongue: str, told: str, late: str) -> None:
    """Fields by what Zammad calls them, findings by their duties, periods in words: no names of the program's."""
    arguments = (*PERIOD, "--from-file", desk.export, "--config", desk.proposed, "--language", tongue)
    shown = run(desk.stage.config, *arguments).out.partition("\n\n")[2]
    assert told in shown
    assert late in shown
    assert [name for name in ("acknowledge_late", "case_owner", "next_due_at", "+1wh") if name in shown] == []


def test_what_really_was(run: Any, desk: Desk) -> None:
    """Counted from the helpdesk itself."""
    really = run(desk.stage.config, *PERIOD, "--from-file", desk.export, "--json").json["really"]
    box = desk.stage.box.desk
    assert really["came"] == len(box.tickets)
    assert really["by_zhidu"] > desk.summary.notes + desk.summary.replies
    assert 0 < really["first_reply_median"] <= really["first_reply_most"]
