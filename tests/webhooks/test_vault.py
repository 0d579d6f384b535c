"""The page behind a one-time link, over HTTP as a browser, a telephone or a scanner of mails comes to it."""

import base64
import hashlib
import os
import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
import requests
from prometheus_client import CollectorRegistry
from structlog.testing import capture_logs

from integrations.store.store import Store, open_store
from integrations.store.vault.keys import KeyRing, RingKey
from integrations.store.vault.records import Actor, Event, Origin, Original, Rules, Way
from integrations.store.vault.vault import Vault
from policies.kernel.facts import Post
from policies.kernel.texts import LANGUAGES, Language
from webhooks.app import create_app
from webhooks.serve import Server
from webhooks.vault import PATH, PER_MINUTE, Pages
from webhooks.vault_words import kind_of, place_of, texts

CARD = "6222 0212 0200 0000 018"
LI = Actor(login="li@example.com", post=Post.SPECIALIST, account="li")
XU = Actor(login="xu@example.com", post=Post.SUPERVISOR, account="xu")


@dataclass(slots=True)
class Clock:
    """Time that passes when told to."""

    at: datetime = datetime(2026, 11, 24, 7, 0, tzinfo=UTC)

    def now(self) -> datetime:
        return self.at


@dataclass(slots=True)
class House:
    """A service with a vault: `url` of its pages, its clock, and what posts are held."""

    store: Store
    vault: Vault
    clock: Clock
    url: str = ""
    posts: dict[str, Post] = field(default_factory=lambda: {"li@example.com": Post.SPECIALIST})

    def link(self, original: Original | None = None) -> str:
        """A fresh link to an approved request."""
        origin = Origin(ticket_id=42, article_id=900, place="body", kind="bank_card")
        sealed = self.vault.seal(origin, original or Original.of_text(f"卡号 {CARD} <script>alert(1)</script>"))
        request = self.vault.ask(sealed.id, LI, "the customer <b>disputes</b> it")
        request = self.vault.approve(request.id, XU)
        return f"{self.url}{PATH}/{request.id}/{self.vault.link(request)}"

    def events(self) -> list[Event]:
        return [line.event for line in self.vault.rows.log()]


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    clock = Clock()
    now = clock.now
    with open_store(f"sqlite:///{tmp_path}/z.db", now=now, jitter=lambda: 0.0, new_id=lambda: "x") as store:
        store.migrate()
        ring = KeyRing(keys=[RingKey(id="k", secret=os.urandom(32))], current="k", secret=os.urandom(32))
        vault = store.vault(ring, Rules(), os.urandom)
        made = House(store=store, vault=vault, clock=clock)
        pages = Pages(
            vault=vault, post_of=lambda login: made.posts.get(login), now=now,
            zone=ZoneInfo("Asia/Shanghai"), language="zh-CN",
        )  # fmt: skip
        app = create_app(
            inbox=store.inbox, secret=None, readiness=Nothing(), registry=CollectorRegistry(), meter=Nothing(),
            now=now, originals=pages,
        )  # fmt: skip
        server = Server(app)
        server.start()
        made.url = f"http://127.0.0.1:{server.port}"
        yield made
        server.stop()


class Nothing:
    """Neither conditions nor figures."""

    def checks(self) -> tuple[()]:
        return ()

    def delivered(self, outcome: object, seconds: float) -> None:
        return None


def ask(method: str, url: str, language: str = "en") -> requests.Response:
    return requests.request(method, url, headers={"Accept-Language": language}, timeout=10)


def test_opening_tells_what_and_shows_nothing(house: House) -> None:
    url = house.link()

    for method in ("GET", "HEAD", "GET"):  # a scanner, a preview, the person
        answer = ask(method, url)
        assert answer.status_code == 200
        assert CARD not in answer.text
    for told in ("Ticket", "42", "bank card", "li@example.com", "xu@example.com", "15:30", "Show the original"):
        assert told in answer.text
    assert "the customer &lt;b&gt;disputes&lt;/b&gt; it" in answer.text
    assert house.events() == [Event.REQUESTED, Event.APPROVED]


def test_pressing_shows_it_once(house: House) -> None:
    url = house.link()

    first, second, later = ask("POST", url), ask("POST", url), ask("GET", url)

    assert (first.status_code, f"{CARD} &lt;script&gt;" in first.text, "<script" in first.text) == (200, True, False)
    assert (second.status_code, CARD in second.text) == (410, False)
    assert (later.status_code, "seen already" in later.text) == (410, True)
    assert house.events()[2:] == [Event.REVEALED, Event.DENIED]


def test_the_log_tells_whose_link_from_where_and_of_nobody_who_it_was(house: House) -> None:
    """A link is whoever's that has it: no line says that the asker came."""
    url = house.link()
    ask("POST", url)
    ask("POST", url)
    ask("GET", url + "x")

    lines = house.vault.rows.log()[2:]
    assert [(one.event, one.who, one.account, one.post, one.way, one.address) for one in lines] == [
        (Event.REVEALED, "", "", "", Way.LINK, "127.0.0.1"),
        (Event.DENIED, "", "", "", Way.LINK, "127.0.0.1"),
        (Event.DENIED, "", "", "", Way.LINK, "127.0.0.1"),
    ]
    assert [one.what for one in lines] == [
        "bank_card, body, article 900, the link of li@example.com",
        "the link of li@example.com",
        "",
    ]
    assert [one.about.request_id for one in lines] == [1, 1, 1]
    assert house.vault.log_broken_at() is None


def test_an_address_that_somebody_says_to_have_is_not_believed(house: House) -> None:
    said = {"X-Forwarded-For": "203.0.113.9", "X-Real-IP": "203.0.113.9", "Forwarded": "for=203.0.113.9"}
    requests.post(house.link(), headers=said, timeout=10)

    assert house.vault.rows.log()[-1].address == "127.0.0.1"


def test_of_presses_at_once_one_shows_it(house: House) -> None:
    url = house.link()

    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda _: ask("POST", url), range(8)))

    assert sorted(answer.status_code for answer in answers) == [200, *[410] * 7]
    assert sum(CARD in answer.text for answer in answers) == 1


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_every_answer_is_private(house: House, method: str) -> None:
    for url in (house.link(), house.link() + "x"):
        headers = ask(method, url).headers
        assert headers["Cache-Control"] == "no-store, private"
        assert "noindex" in headers["X-Robots-Tag"]
        assert headers["Referrer-Policy"] == "no-referrer"
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert "frame-ancestors 'none'" in headers["Content-Security-Policy"]
        assert "default-src 'none'" in headers["Content-Security-Policy"]
        assert "unsafe" not in headers["Content-Security-Policy"]


def test_the_policy_admits_the_page_s_own_style(house: House) -> None:
    answer = ask("GET", house.link())
    style = re.search(r"<style>(.*?)</style>", answer.text, re.DOTALL)
    assert style is not None
    digest = base64.b64encode(hashlib.sha256(style[1].encode()).digest()).decode()
    assert f"'sha256-{digest}'" in answer.headers["Content-Security-Policy"]


WRONG = {
    "another signature": lambda url: f"{url[:-2]}AA",
    "none": lambda url: url.rpartition("/")[0] + "/x",
    "another request": lambda url: url.replace(f"{PATH}/1/", f"{PATH}/2/"),
    "no number": lambda url: url.replace(f"{PATH}/1/", f"{PATH}/one/"),
}


@pytest.mark.parametrize("forge", WRONG.values(), ids=WRONG)
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_a_link_that_is_none(house: House, method: str, forge) -> None:
    answer = ask(method, forge(house.link()))

    assert answer.status_code == 404
    assert CARD not in answer.text
    assert Event.REVEALED not in house.events()


def test_a_link_expires(house: House) -> None:
    url = house.link()
    house.clock.at += timedelta(minutes=30)

    for method in ("GET", "POST"):
        answer = ask(method, url)
        assert (answer.status_code, "expired" in answer.text) == (410, True)


def test_who_lost_the_post_is_shown_nothing(house: House) -> None:
    url = house.link()
    house.posts.clear()

    answer = ask("POST", url)

    assert (answer.status_code, CARD in answer.text) == (410, False)
    assert house.events()[-1] is Event.DENIED


def test_what_was_destroyed_says_so(house: House) -> None:
    url = house.link()
    house.vault.shred(42, XU, "the customer's wish")

    for method in ("GET", "POST"):
        answer = ask(method, url)
        assert (answer.status_code, "destroyed" in answer.text) == (410, True)


def test_an_attachment_is_fetched_with_its_name(house: House) -> None:
    content = os.urandom(2_000_000)
    url = house.link(Original(content=content, name="身份证 <1>.html"))

    assert "Fetch the original" in ask("GET", url).text
    answer = ask("POST", url)

    assert answer.content == content
    assert answer.headers["Content-Type"] == "application/octet-stream"
    assert answer.headers["Content-Disposition"] == (
        "attachment; filename*=UTF-8''%E8%BA%AB%E4%BB%BD%E8%AF%81%20%3C1%3E.html"
    )


LANGUAGES_ASKED = {
    "simplified": ("zh-CN,zh;q=0.9", "zh-CN"),
    "traditional": ("zh-TW", "zh-TW"),
    "of Hong Kong": ("zh-HK,en;q=0.5", "zh-TW"),
    "English": ("en-GB", "en"),
    "none of ours": ("fr-FR", "zh-CN"),
    "none": ("", "zh-CN"),
}


@pytest.mark.parametrize(("header", "tongue"), LANGUAGES_ASKED.values(), ids=LANGUAGES_ASKED)
def test_languages(house: House, header: str, tongue) -> None:
    answer = ask("GET", house.link(), header)

    assert f'<html lang="{tongue}">' in answer.text
    assert texts().get("once", tongue) in answer.text
    assert texts().get("kind.bank_card", tongue) in answer.text


def test_one_address_may_not_ask_too_often(house: House) -> None:
    url = house.link()
    codes = [ask("GET", url + "x").status_code for _ in range(PER_MINUTE)]
    assert codes == [404] * PER_MINUTE

    refused = ask("POST", url)
    assert (refused.status_code, refused.headers["Retry-After"]) == (429, "60")
    house.clock.at += timedelta(minutes=1)
    assert ask("POST", url).status_code == 200


def test_no_line_of_the_log_holds_an_original_or_a_link(house: House) -> None:
    url = house.link()
    with capture_logs() as lines:
        ask("GET", url)
        ask("POST", url)
        ask("POST", url)
        ask("PUT", url)

    said = repr(lines) + repr(house.vault.rows.log())
    assert CARD not in said
    assert url.rpartition("/")[2] not in said


def test_all_kinds_have_words() -> None:
    from policies.kernel.masking.kinds import Kind

    for tongue in LANGUAGES:
        for kind in Kind:
            assert texts().get(f"kind.{kind}", tongue)


WORDS: dict[tuple[str, str], dict[Language, tuple[str, str]]] = {
    ("bank_card,identity_card,password", "body"): {
        "zh-CN": ("银行卡、居民身份证、密码", "正文"), "en": ("bank card, resident identity card, password", "text"),
    },
    ("whole", "file:17"): {"zh-CN": ("整体", "附件"), "zh-TW": ("整體", "附件"), "en": ("the whole", "attachment")},
    ("whole", "raw"): {"en": ("the whole", "mail as it came in")},
    ("whole", "ticket"): {"en": ("the whole", "all of the ticket as it was")},
    ("whole", "history"): {"en": ("the whole", "the history")},
    ("whole", "merged:9"): {"en": ("the whole", "title of a ticket that was merged in")},
    ("mobile", "name:3"): {"en": ("mobile number", "name of an attachment")},
    ("name", "item:3"): {"en": ("name", "item of the checklist")},
    ("another", "elsewhere"): {"en": ("another", "elsewhere")},
}  # fmt: skip


@pytest.mark.parametrize("kind_and_place", WORDS, ids="/".join)
def test_what_is_shown_has_words_for_a_reader(kind_and_place: tuple[str, str]) -> None:
    """Of each place at which something is sealed, and of several kinds at one."""
    kind, place = kind_and_place
    origin = Origin(ticket_id=42, article_id=900, place=place, kind=kind)
    for tongue, words in WORDS[kind_and_place].items():
        assert (kind_of(origin, tongue), place_of(origin, tongue)) == words


def test_a_vault_that_cannot_be_opened_uses_nothing_up(house: House) -> None:
    url = house.link()
    other = KeyRing(keys=[RingKey(id="other", secret=os.urandom(32))], current="other", secret=os.urandom(32))
    kept = house.vault._originals._ring
    house.vault._originals._ring = other
    answer = ask("POST", url)
    house.vault._originals._ring = kept

    assert (answer.status_code, "not used up" in answer.text) == (503, True)
    assert ask("POST", url).status_code == 200
