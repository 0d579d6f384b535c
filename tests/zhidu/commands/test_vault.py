"""`zhidu vault`, from sealing to the mailed link, by two accounts of one machine."""

import io
import json
import os
import pwd
import re
from base64 import b64encode
from collections.abc import Callable
from datetime import UTC, datetime
from email import message_from_bytes, policy
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
import requests
from prometheus_client import CollectorRegistry
from sqlalchemy import update

from integrations.notify.directory import DirectoryMailer
from integrations.store.records import MessageStatus
from integrations.store.store import Store
from integrations.store.vault.records import Origin, Original
from integrations.store.vault.tables import VAULT_PIECES, VAULT_REQUESTS
from jobs.post import Post
from policies.kernel.problems import ConfigErrors
from tests.zhidu.commands.conftest import free_port
from webhooks.app import create_app
from webhooks.serve import Server
from zhidu.accounts import Process
from zhidu.commands.serve import build
from zhidu.compose import real_outside
from zhidu.metrics import Metrics
from zhidu.people_file import load_people
from zhidu.policy import load_policy
from zhidu.settings import load_settings
from zhidu.vaults import vault_of, vaulted

CARD = "6222 0212 0200 0000 018"
SETTINGS = """\
helpdesk: {url: "http://127.0.0.1:1"}
store: {url: "sqlite:///zhidu.db"}
http: {port: 1, public_url: "PUBLIC"}
mail: {host: localhost, security: none, sender: "zhidu@example.com"}
vault:
  keys:
    - {id: 2026h1, file: old, retired: RETIRED}
    - {id: 2026h2, file: new}
  current: CURRENT
  secret_env: VAULT_SECRET
  language: en
"""
ACCOUNTS = dict(zip(("li", "xu", "bao", "who"), pwd.getpwall(), strict=False))
"""Accounts of this machine, by who works from them."""
PEOPLE = "posts: {specialist: [li@example.com, bao], supervisor: [xu@example.com]}\n"


def settle(folder: Path, *, current: str = "2026h2", retired: str = "false", public: str = "https://z.example") -> None:
    """Writes `zhidu.yaml` so."""
    text = SETTINGS.replace("CURRENT", current).replace("RETIRED", retired).replace("PUBLIC", public)
    (folder / "zhidu.yaml").write_text(text, encoding="utf-8")


@pytest.fixture
def vaults(folder: Path, store: Store, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder with a vault of two keys that holds a card number, original 1, and a scan, original 2."""
    settle(folder)
    for name in ("old", "new"):
        path = folder / name
        path.write_text(b64encode(os.urandom(32)).decode() + "\n", encoding="ascii")
        path.chmod(0o600)
    (folder / "people.yaml").write_text(PEOPLE, encoding="utf-8")
    monkeypatch.setenv("VAULT_SECRET", os.urandom(32).hex())
    vault = vault_of(load_settings(folder), store, real_outside())
    vault.seal(Origin(ticket_id=42, article_id=900, place="body", kind="bank_card"), Original.of_text(CARD))
    scan = Original(content=b"\x89PNG", name="scan.png")
    vault.seal(Origin(ticket_id=42, article_id=900, place="attachment:1", kind="identity_card"), scan)
    return folder


@pytest.fixture
def by(run, vaults: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., tuple[int, str, str]]:
    """Runs `zhidu vault …` from an account: `by("li", "list")`."""

    def command(account: str, *words: object, habits: tuple[str, ...] = ()) -> tuple[int, str, str]:
        user = ACCOUNTS[account].pw_uid
        process = Process(login=user, user=user, mapped=False, sudo=None)
        monkeypatch.setattr("zhidu.accounts.this_process", lambda environment: process)
        return run("--config", vaults, *habits, "vault", *words)

    return command


def asked(by, original: int = 1) -> None:
    assert by("li", "request", original, "--by", "li@example.com", "--reason", "the customer disputes it")[0] == 0


def test_the_whole_way_by_command(by) -> None:
    asked(by)
    assert "waiting" in by("xu", "requests")[1]
    status, out, err = by("xu", "approve", 1, "--by", "xu@example.com")
    assert (status, "request 1  approved" in out, "a link for li@example.com goes out" in err) == (0, True, True)

    assert by("li", "reveal", 1, "--by", "li@example.com") == (0, f"{CARD}\n", "")
    assert by("li", "reveal", 1, "--by", "li@example.com") == (1, "", "request 1 is revealed, not approved\n")

    status, out, _ = by("li", "log")
    events = [line.split()[2] for line in out.splitlines()]
    assert (status, events) == (0, ["requested", "approved", "revealed", "denied"])
    assert f"li@example.com (account {ACCOUNTS['li'].pw_name}) by command" in out
    assert CARD not in out
    assert by("li", "log", "--verify")[0] == 0


REFUSED = {
    "oneself": ("li", "approve", 1, "--by", "li@example.com"),
    "another specialist": ("bao", "approve", 1, "--by", "bao"),
    "a name that nobody has": ("xu", "approve", 1, "--by", "shen"),
    "the asker's own account": ("li", "approve", 1, "--by", "xu@example.com"),
    "no such request": ("xu", "approve", 9, "--by", "xu@example.com"),
    "a refusal by a specialist": ("bao", "refuse", 1, "--by", "bao", "--why", "no"),
    "before the approval": ("li", "reveal", 1, "--by", "li@example.com"),
    "somebody else": ("bao", "reveal", 1, "--by", "bao"),
    "asked by nobody": ("who", "request", 1, "--by", "who", "--reason", "why"),
    "destroyed by a specialist": ("bao", "shred", 42, "--by", "bao", "--why", "no", "--yes"),
}


def test_variables_make_nobody_a_second_person(
    run, vaults: Path, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One person at one account, who says in every variable to be another."""
    monkeypatch.delenv("SUDO_UID", raising=False)
    said = ("--by", "li@example.com", "--reason", "the customer disputes it")
    assert run("--config", vaults, "vault", "request", 1, *said)[0] == 0
    for name in ("SUDO_USER", "LOGNAME", "USER", "LNAME", "USERNAME"):
        monkeypatch.setenv(name, "xu")

    status, out, err = run("--config", vaults, "vault", "approve", 1, "--by", "xu@example.com")

    assert (status, out, "account" in err) == (1, "", True)
    vault = vault_of(load_settings(vaults), store, real_outside())
    assert vault.rows.request(1).approved_at is None
    assert "xu" not in [entry.account for entry in vault.rows.log()]


@pytest.mark.parametrize("words", REFUSED.values(), ids=REFUSED)
def test_what_is_refused(by, words: tuple[object, ...]) -> None:
    asked(by)

    status, out, err = by(*words)

    assert (status, out) == (1, "")
    assert CARD not in err
    assert len(err.splitlines()) == 1


def test_bytes_go_into_a_file_of_one_s_own(by, tmp_path: Path) -> None:
    asked(by, original=2)
    by("xu", "approve", 1, "--by", "xu@example.com", "--no-mail")
    target = tmp_path / "scan.png"

    assert by("li", "reveal", 1, "--by", "li@example.com")[0] == 2
    target.touch()
    assert by("li", "reveal", 1, "--by", "li@example.com", "--output", target)[0] == 2
    target.unlink()
    assert by("li", "reveal", 1, "--by", "li@example.com", "--output", target) == (0, "", "")

    assert (target.read_bytes(), target.stat().st_mode & 0o777) == (b"\x89PNG", 0o600)


@pytest.mark.parametrize(
    ("terminal", "shown"),
    [
        (False, "a\x1b[2J\x1b]0;x\x07b\u202ec\td\n"),
        (True, "a\\x1b[2J\\x1b]0;x\\x07b\\x202ec\td\n"),
    ],
    ids=["into a pipe as it is", "on a terminal without commands"],
)
def test_a_text_commands_no_terminal(
    by, vaults: Path, store: Store, monkeypatch: pytest.MonkeyPatch, terminal: bool, shown: str
) -> None:
    vault = vault_of(load_settings(vaults), store, real_outside())
    text = Original.of_text("a\x1b[2J\x1b]0;x\x07b\u202ec\td")
    vault.seal(Origin(ticket_id=42, article_id=901, place="body", kind="mobile"), text)
    asked(by, 3)
    by("xu", "approve", 1, "--by", "xu@example.com")
    monkeypatch.setattr("sys.stdout.isatty", lambda: terminal)

    assert by("li", "reveal", 1, "--by", "li@example.com") == (0, shown, "")


def test_a_denied_reveal_leaves_no_file(by, tmp_path: Path) -> None:
    asked(by, original=2)

    assert by("li", "reveal", 1, "--by", "li@example.com", "--output", tmp_path / "x")[0] == 1
    assert not (tmp_path / "x").exists()


def test_keys_change(by, vaults: Path, store: Store) -> None:
    settle(vaults, current="2026h1")
    vault = vault_of(load_settings(vaults), store, real_outside())
    vault.seal(Origin(ticket_id=43, article_id=1, place="body", kind="mobile"), Original.of_text("13800138000"))
    settle(vaults, retired="true")

    assert "1 to be sealed anew" in by("li", "status")[1]
    answer = json.loads(by("li", "rotate", habits=("--json",))[1])
    assert answer == {"moved": 1, "left": 0, "current": "2026h2", "retired": ["2026h1"]}
    (vaults / "old").unlink()
    status, out, _ = by("li", "status", habits=("--json",))
    told = json.loads(out)
    assert (status, told["unreadable"], [key["originals"] for key in told["keys"]]) == (0, 0, [3, 0])


def test_a_lost_key_is_named_and_the_others_work(by, run, vaults: Path) -> None:
    settle(vaults, current="2026h1")
    (vaults / "new").unlink()

    status, out, _ = by("li", "status")

    assert (status, "2 unreadable" in out) == (1, True)
    assert "zhidu.yaml:8: vault.keys[1].file:" in out
    assert "new cannot be read: No such file or directory" in out
    assert "vault     2 sealed" in run("--config", vaults, "status")[1]
    lines = [line for line in run("--config", vaults, "doctor")[1].splitlines() if line.startswith("fail  vault")]
    assert any("key 2026h2: 2 originals cannot be read" in line for line in lines)


def test_one_that_does_not_open_is_named(by, run, vaults: Path, store: Store) -> None:
    with store._database.write() as connection:
        connection.execute(update(VAULT_PIECES).where(VAULT_PIECES.c.record_id == 1).values(sealed=bytes(40)))
    asked(by)
    by("xu", "approve", 1, "--by", "xu@example.com")

    status, out, err = by("li", "reveal", 1, "--by", "li@example.com")
    assert (status, out, "not as it was sealed" in err) == (1, "", True)

    status, out, _ = by("li", "status")
    assert (status, "1 unreadable" in out, "  original 1: bank_card of ticket 42" in out) == (1, True, True)
    assert "vault_tampered (grave)" in run("--config", vaults, "finding", "list", "--open")[1]


NO_KEY = {
    "a short key": ("c2hvcnQ=", "vault.keys[1].file: holds no key"),
    "no key": ("not a key at all", "vault.keys[1].file: holds no key"),
    "an empty file": ("", "is empty"),
}


@pytest.mark.parametrize(("text", "why"), NO_KEY.values(), ids=NO_KEY)
def test_a_current_key_that_is_none(by, vaults: Path, text: str, why: str) -> None:
    (vaults / "new").write_text(text, encoding="ascii")

    status, _, err = by("li", "list")

    assert (status, "zhidu.yaml:8: " in err, why in err) == (2, True, True)
    assert not text or text not in err


def test_another_key_under_an_id_is_told_by_doctor(by, run, vaults: Path) -> None:
    (vaults / "new").write_text(b64encode(os.urandom(32)).decode(), encoding="ascii")
    (vaults / "new").chmod(0o644)

    out = run("--config", vaults, "doctor")[1]

    assert "key 2026h2: 2 originals cannot be read: another key under this id" in out
    assert f"{vaults / 'new'}: others than its owner can read the key" in out


def test_no_vault_is_said_where_to_read(run, folder: Path) -> None:
    status, _, err = run("--config", folder, "vault", "list")
    assert (status, "vault: no vault is configured: see docs/vault.md" in err) == (2, True)


def test_destroying_asks_first(by, monkeypatch: pytest.MonkeyPatch) -> None:
    shred = ("shred", 42, "--by", "xu@example.com", "--why", "case C-7")
    monkeypatch.setattr("sys.stdin", io.StringIO("n\n"))
    assert by("xu", *shred)[0] == 130
    assert by("xu", *shred, "--yes") == (0, "2 originals of ticket 42 destroyed\n", "")
    assert by("xu", "list")[1].count("destroyed") == 2


def test_the_same_value_is_found(by, vaults: Path, store: Store) -> None:
    vault = vault_of(load_settings(vaults), store, real_outside())
    vault.seal(Origin(ticket_id=50, article_id=1, place="title", kind="account"), Original.of_text(CARD))

    found = json.loads(by("li", "list", "--same-as", 1, habits=("--json",))[1])

    assert [one["ticket"] for one in found] == [42, 50]
    assert len({one["token"] for one in found}) == 1


def test_the_mailed_link_shows_it_once_and_lies_in_no_outbox(by, vaults: Path, store: Store, tmp_path: Path) -> None:
    asked(by)
    by("xu", "approve", 1, "--by", "xu@example.com")
    (waiting,) = store.outbox.list(MessageStatus.WAITING)
    assert "/originals/" not in waiting.message.body

    settings, outside = load_settings(vaults), real_outside()
    zone = load_policy(vaults).calendars["default"].zone
    made = vaulted(settings, store, load_people(vaults).config, outside, zone)
    assert made is not None
    mails = tmp_path / "mails"
    mails.mkdir()
    mailer = DirectoryMailer(mails, sender="zhidu@example.com", now=lambda: datetime.now(UTC), sender_name="zhidu")
    meter = Metrics(CollectorRegistry())
    assert Post(store=store, mailer=mailer, meter=meter, text=made.text).run() == 1

    (mail,) = [message_from_bytes(path.read_bytes(), policy=policy.default) for path in mails.rglob("*.eml")]
    link = re.search(r"https://z\.example(/originals/\S+)", mail.get_content())
    assert (mail["To"], link is not None) == ("li@example.com", True)
    app = create_app(
        inbox=store.inbox, secret=None, readiness=None, registry=CollectorRegistry(), meter=meter,
        now=outside.now, originals=made.pages,
    )  # fmt: skip
    server = Server(app)
    server.start()
    try:
        url = f"http://127.0.0.1:{server.port}{link[1]}"
        assert CARD not in requests.get(url, timeout=10).text
        assert CARD in requests.post(url, timeout=10).text
        assert requests.post(url, timeout=10).status_code == 410
    finally:
        server.stop()
    out = by("li", "log")[1]
    assert "revealed  somebody by link from 127.0.0.1: request 1, " in out
    assert "the link of li@example.com" in out
    (shown,) = [one for one in json.loads(by("li", "log", habits=("--json",))[1]) if one["event"] == "revealed"]
    assert (shown["who"], shown["way"], shown["address"]) == ("", "link", "127.0.0.1")
    assert by("li", "reveal", 1, "--by", "li@example.com")[0] == 1


def test_no_link_goes_out_to_an_approval_that_the_vault_did_not_give(
    by, vaults: Path, store: Store, tmp_path: Path
) -> None:
    asked(by)
    by("xu", "approve", 1, "--by", "xu@example.com")
    with store._database.write() as connection:
        connection.execute(update(VAULT_REQUESTS).values(approver="shen@example.com"))

    made = vaulted(load_settings(vaults), store, load_people(vaults).config, real_outside(), ZoneInfo("Asia/Shanghai"))
    assert made is not None
    mails = tmp_path / "mails"
    mails.mkdir()
    mailer = DirectoryMailer(mails, sender="zhidu@example.com", now=lambda: datetime.now(UTC), sender_name="zhidu")
    Post(store=store, mailer=mailer, meter=Metrics(CollectorRegistry()), text=made.text).run()

    assert list(mails.rglob("*.eml")) == []
    (kept,) = store.outbox.list(MessageStatus.DEAD)
    assert "not as it was given" in (kept.error or "")


def test_a_service_has_the_pages_and_moves_what_is_retired(by, vaults: Path, store: Store) -> None:
    settle(vaults, current="2026h1")
    vault = vault_of(load_settings(vaults), store, real_outside())
    vault.seal(Origin(ticket_id=43, article_id=1, place="body", kind="mobile"), Original.of_text("13800138000"))
    settle(vaults, retired="true")

    service = build(vaults, free_port())
    service.start()
    try:
        answer = requests.get(f"http://127.0.0.1:{service.server.port}/originals/1/x", timeout=10)
        assert (answer.status_code, "This link is not valid." in answer.text) == (404, True)
        assert service.jobs()["vault"]() == 1
    finally:
        service.stop()
    assert "0 sealed anew" in by("li", "rotate")[1]


def test_a_service_does_not_start_without_its_current_key(run, vaults: Path) -> None:
    (vaults / "new").unlink()

    with pytest.raises(ConfigErrors, match=r"vault\.keys\[1\]\.file: .*cannot be read"):
        build(vaults, free_port())
