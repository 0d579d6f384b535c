"""`zhidu vault report`: where originals may still exist, as lines, page, workbook and JSON."""

import json
import zipfile
from dataclasses import replace
from datetime import UTC, datetime
from html.parser import HTMLParser
from pathlib import Path

import pytest

from integrations.store.records import Finding, FindingStatus
from integrations.store.store import Store
from integrations.store.twins import Step, Twin
from policies.kernel.texts import LANGUAGES
from zhidu.originals.places import PLACES, places
from zhidu.originals.report import gathered

AT = datetime(2026, 5, 6, 1, 0, tzinfo=UTC)
FOUND = Finding(
    key="42:readable:900", case_id="T42", ticket_id=42, clause="6.1.1", code="readable_data", person_id=None, at=AT,
    evidence="=HYPERLINK(\"x\")<b>: bank card",
)  # fmt: skip


@pytest.fixture
def filled(store: Store, folder: Path) -> Path:
    """One readable article and title, one that was closed, a reply that went out, a ticket on its way, one anew."""
    store.findings.raise_(FOUND)
    store.findings.raise_(replace(FOUND, key="42:readable:0"))
    store.findings.raise_(replace(FOUND, key="43:readable:901", ticket_id=43))
    store.findings.transition("43:readable:901", FindingStatus.CLOSED, by="Luo Ning", why="", at=AT)
    store.findings.raise_(replace(FOUND, key="44:secret_sent:902:5", ticket_id=44, code="secret_sent", grave=True))
    store.findings.raise_(replace(FOUND, key="45:readable:903", ticket_id=45))
    store.twins.want(45, "21045")
    store.twins.put(Twin(ticket_id=45, number="21045", step=Step.DONE, begun_at=AT, new_id=46, erased_at=AT))
    store.twins.want(47, "21047")
    store.twins.put(Twin(ticket_id=47, number="21047", step=Step.SEALED, begun_at=AT, trouble="503: down"))
    return folder


EXPECTED = [
    (42, 0, "readable"), (42, 900, "readable"), (47, None, "waiting"), (44, 902, "sent"), (45, None, "anew"),
]  # fmt: skip


def test_what_is_listed(run, filled: Path) -> None:
    """6.1.1 what is readable, waits, went out, was made anew; not what was closed or is erased by now."""
    status, out, _ = run("--config", filled, "--json", "vault", "report", "--language", "en")
    found = json.loads(out)
    assert status == 0
    assert [(one["ticket"], one["article"], one["state"]) for one in found["tickets"]] == EXPECTED
    assert found["mode"] == "find"
    assert found["originals_may_remain_in"] == list(places("find"))
    assert "stuck: 503: down" in run("--config", filled, "vault", "report", "--language", "en")[1]


class Cells(HTMLParser):
    """The texts of a page's table cells; nothing else may be asked for from elsewhere."""

    def __init__(self) -> None:
        super().__init__()
        self.cells: list[str] = []
        self.tags: set[str] = set()

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        if tag == "td":
            self.cells.append("")

    def handle_data(self, data: str) -> None:
        if self.lasttag == "td" and self.cells:
            self.cells[-1] += data


@pytest.mark.parametrize("language", LANGUAGES)
def test_page_and_workbook(run, filled: Path, tmp_path: Path, language: str) -> None:
    html, xlsx = tmp_path / "a.html", tmp_path / "a.xlsx"
    words = ("vault", "report", "--html", html, "--xlsx", xlsx, "--language", language)
    assert run("--config", filled, *words) == (0, "", "")
    page = Cells()
    page.feed(html.read_text(encoding="utf-8"))
    assert FOUND.evidence in page.cells
    assert page.tags.isdisjoint({"script", "img", "link", "b"})
    with zipfile.ZipFile(xlsx) as book:
        sheet = book.read("xl/worksheets/sheet2.xml").decode()
        assert "<f>" not in sheet
        assert sheet.count("<row ") == 1 + len(EXPECTED)


def test_nothing_is_known(run, folder: Path) -> None:
    """An empty store: the places outside tickets are told all the same."""
    out = run("--config", folder, "vault", "report", "--language", "en")[1]
    assert "backups of the helpdesk" in out
    assert out.rstrip().endswith("none")


@pytest.mark.parametrize("mode", PLACES)
def test_every_mode_says_where_in_every_language(store: Store, mode) -> None:
    said = {tuple(places(mode, language)) for language in LANGUAGES}
    assert len(said) == len(LANGUAGES)
    assert gathered(store, mode, AT).remainders == ()
