"""config/zhidu.yaml: defaults, where secrets come from, and what is said when they are nowhere."""

from pathlib import Path

import pytest

from jobs.schedule import TIMETABLE
from policies.kernel.problems import ConfigErrors
from zhidu.compose import secrets_of
from zhidu.config import Schedule
from zhidu.settings import Settings, load_settings

SECRET = "s3cret-of-the-desk"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "config"
    folder.mkdir()
    return folder


def settings(folder: Path, text: str, **environment: str) -> Settings:
    (folder / "zhidu.yaml").write_text(text, encoding="utf-8")
    return load_settings(folder, environment)


def test_defaults_without_a_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is required but the helpdesk, and that only by who needs it."""
    monkeypatch.chdir(tmp_path)
    found = load_settings(None, {})
    assert found.store_url() == f"sqlite:///{tmp_path}/var/zhidu.db"
    assert found.mail_password() is None
    with pytest.raises(ConfigErrors, match=r"config/zhidu\.yaml: helpdesk: required"):
        found.token()


DESK = "helpdesk:\n  url: https://desk.example.com/zammad/\n"
TOKENS = {
    "usual variable": (DESK, {"ZAMMAD_TOKEN": SECRET}),
    "variable with a line end": (DESK, {"ZAMMAD_TOKEN": f"{SECRET}\n"}),
    "named variable": (DESK + "  token_env: OTHER\n", {"OTHER": SECRET, "ZAMMAD_TOKEN": "not this"}),
    "file beside": (DESK + "  token_file: token\n", {"ZAMMAD_TOKEN": "not this"}),
}


@pytest.mark.parametrize(("text", "environment"), TOKENS.values(), ids=TOKENS)
def test_token(text: str, environment: dict[str, str], folder: Path) -> None:
    (folder / "token").write_text(f"{SECRET}\n", encoding="utf-8")
    found = settings(folder, text, **environment)
    assert found.token() == SECRET
    assert found.helpdesk.url == "https://desk.example.com/zammad"
    assert SECRET not in repr(found)


MISSING = {
    # name                 text                               said, after the path
    "no variable": (DESK, ": helpdesk.token_env: the environment variable ZAMMAD_TOKEN is not set"),
    "named variable": (
        DESK + "  token_env: OTHER\n",
        ":3: helpdesk.token_env: the environment variable OTHER is not set",
    ),
    "no file": (DESK + "  token_file: gone\n", ":3: helpdesk.token_file: {folder}/gone cannot be read: No such file"),
    "empty file": (DESK + "  token_file: empty\n", ":3: helpdesk.token_file: {folder}/empty is empty"),
    "no text": (DESK + "  token_file: bytes\n", ":3: helpdesk.token_file: {folder}/bytes cannot be read: it is not"),
}


@pytest.mark.parametrize(("text", "said"), MISSING.values(), ids=MISSING)
def test_missing_credentials_refuse(text: str, said: str, folder: Path) -> None:
    (folder / "empty").write_text("\n", encoding="utf-8")
    (folder / "bytes").write_bytes(b"\xff\xfe")
    found = settings(folder, text, ZAMMAD_TOKEN=" ")
    with pytest.raises(ConfigErrors) as caught:
        found.token()
    assert str(caught.value).startswith(f"{folder}/zhidu.yaml{said.format(folder=folder)}")


STORES = {
    "relative": ("sqlite:///here.db", "", "sqlite:///{folder}/here.db"),
    "above": ("sqlite:///../var/z.db", "", "sqlite:///{parent}/var/z.db"),
    "absolute": ("sqlite:////srv/z.db", "", "sqlite:////srv/z.db"),
    "postgresql": ("postgresql://zhidu@db/zhidu", "", "postgresql://zhidu@db/zhidu"),
    "password": (
        "postgresql://zhidu@db:5433/zhidu?sslmode=require",
        "  password_env: DB\n",
        "postgresql://zhidu:a%2Fb%40c@db:5433/zhidu?sslmode=require",
    ),
}


@pytest.mark.parametrize(("url", "more", "expected"), STORES.values(), ids=STORES)
def test_store_url(url: str, more: str, expected: str, folder: Path) -> None:
    found = settings(folder, f"store:\n  url: {url}\n{more}", DB="a/b@c")
    assert found.store_url() == expected.format(folder=folder, parent=folder.parent)


def test_a_password_needs_a_user(folder: Path) -> None:
    found = settings(folder, "store:\n  url: postgresql://db/zhidu\n  password_env: DB\n", DB=SECRET)
    with pytest.raises(ConfigErrors, match=r":2: store\.url: must name the user"):
        found.store_url()


def test_other_secrets(folder: Path) -> None:
    text = "mail: {host: smtp.example.com, sender: desk@example.com, username: desk, password_env: MAIL}\n"
    found = settings(folder, text, MAIL="m4il", ZHIDU_WEBHOOK_SECRET="h00k")
    assert (found.mail_password(), found.webhook_secret()) == ("m4il", "h00k")


def test_a_service_gets_every_secret_that_is_configured(folder: Path) -> None:
    """6.1.1 without the administrator's token nothing is erased, so nothing would be masked."""
    text = (
        "helpdesk: {url: 'https://desk.example.com', admin_token_env: ADMIN}\n"
        "mail: {host: smtp.example.com, sender: desk@example.com, username: desk, password_env: MAIL}\n"
    )
    environment = {"ZAMMAD_TOKEN": "t0ken", "ADMIN": "adm1n", "MAIL": "m4il", "ZHIDU_WEBHOOK_SECRET": "h00k"}
    secrets = secrets_of(settings(folder, text, **environment))
    assert (secrets.token, secrets.admin, secrets.mail, secrets.webhook) == ("t0ken", "adm1n", "m4il", "h00k")


REFUSED = {
    "no address": ("helpdesk: {url: desk.example.com}", "helpdesk.url: must be an address like"),
    "address with a user": ("helpdesk: {url: 'https://u:p@desk.example.com'}", "helpdesk.url: may hold no user"),
    "two tokens": (
        "helpdesk: {url: 'https://d.example', token_file: a, token_env: B}",
        "helpdesk: set token_file or token_env, not both",
    ),
    "password in the url": (f"store: {{url: 'postgresql://u:{SECRET}@db/n'}}", "store: the url may not hold"),
    "unreadable url": (f"store: {{url: 'postgresql://u:{SECRET}@[db/n'}}", "store: the url cannot be read"),
    "mail without user": (
        "mail: {host: h, sender: a@b, password_env: P}",
        "mail.username: username and password_file or password_env go together",
    ),
    "mail in the clear": (
        "mail: {host: h, sender: a@b, username: u, password_env: P, security: none}",
        "mail: a password is not sent",
    ),
    "adoption without zone": ("adopt_from: 2026-05-01T09:00:00", "adopt_from: "),
    "unknown": ("htpp: {}", "htpp: unknown setting (did you mean `http`?)"),
}


@pytest.mark.parametrize(("text", "said"), REFUSED.values(), ids=REFUSED)
def test_refused(text: str, said: str, folder: Path) -> None:
    with pytest.raises(ConfigErrors) as caught:
        settings(folder, text)
    assert str(caught.value).startswith(f"{folder}/zhidu.yaml:1: {said}")
    assert SECRET not in str(caught.value)


def test_the_process_environment_is_the_default(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ZAMMAD_TOKEN", SECRET)
    (folder / "zhidu.yaml").write_text(DESK, encoding="utf-8")
    assert load_settings(folder).token() == SECRET


def test_every_job_of_the_timetable_has_its_setting() -> None:
    """The shipped intervals are those of the timetable."""
    shipped = Schedule().model_dump()
    assert {tick.name: tick.every for tick in TIMETABLE} == {
        tick.name: shipped[f"{tick.name}_every_seconds"] for tick in TIMETABLE
    }
