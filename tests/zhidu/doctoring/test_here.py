"""What `zhidu doctor` says of this machine: each line's level and exit status."""

from datetime import date, timedelta
from pathlib import Path

import pytest

from integrations.store.records import Health
from policies.kernel.config import load_text
from zhidu import exits
from zhidu.calendars import load_calendars
from zhidu.compose import real_outside
from zhidu.doctoring import here
from zhidu.doctoring.lines import Level, Line, exit_status, fail, warn
from zhidu.people_file import People
from zhidu.settings import load_settings

STATUSES = {
    # row                      lines                                                          exit status
    "nothing": ([], exits.DONE),
    "all well": ([Line(about="x", what="y")], exits.DONE),
    "to know": ([warn("x", "y", "z")], exits.DONE),
    "something failed": ([fail("x", "y", "z")], exits.NO),
    "out of reach": ([fail("x", "y", "z"), fail("x", "y", "z", exits.OUT_OF_REACH)], exits.OUT_OF_REACH),
    "wrong comes first": (
        [fail("x", "y", "z", exits.OUT_OF_REACH), fail("x", "y", "z", exits.WRONG), fail("x", "y", "z")],
        exits.WRONG,
    ),
}


@pytest.mark.parametrize(("lines", "status"), STATUSES.values(), ids=STATUSES)
def test_exit_status(lines: list[Line], status: int) -> None:
    assert exit_status(lines) == status


PYTHONS = {"too old": ((3, 10, 14), Level.FAIL), "oldest": ((3, 11, 0), Level.OK), "newer": ((3, 14, 1), Level.OK)}


@pytest.mark.parametrize(("version", "level"), PYTHONS.values(), ids=PYTHONS)
def test_python(version: tuple[int, ...], level: Level) -> None:
    (line,) = here.python_lines(version)
    assert line.level is level


def package(place: Path, *names: str) -> Path:
    for name in names:
        (place / name).mkdir(parents=True)
        (place / name / "__init__.py").touch()
    return place


SHADOWS = {
    # row                  another folder of the path holds   before ours   level
    "nothing of ours": ("requests/__init__.py", True, Level.OK),
    "a package before": ("policies/__init__.py", True, Level.FAIL),
    "a package behind": ("policies/__init__.py", False, Level.WARN),
    "a module before": ("jobs.py", True, Level.FAIL),
    "a folder without code": ("webhooks/notes.txt", True, Level.OK),
}


@pytest.mark.parametrize(("file", "before", "level"), SHADOWS.values(), ids=SHADOWS)
def test_shadows(file: str, before: bool, level: Level, tmp_path: Path) -> None:
    home = package(tmp_path / "home", *here.PACKAGES)
    other = tmp_path / "other" / file
    other.parent.mkdir(parents=True)
    other.touch()
    path = [str(tmp_path / "other"), str(home)] if before else [str(home), str(tmp_path / "other")]
    (line,) = here.shadow_lines(path, home)
    assert line.level is level


def test_this_environment_is_zhidus_own() -> None:
    (line,) = here.shadow_lines([str(here.HOME), str(here.HOME)])
    assert line.level is Level.OK


def settings(folder: Path, text: str, **environment: str) -> list[Line]:
    (folder / "zhidu.yaml").write_text(text, encoding="utf-8")
    return list(here.secret_lines(load_settings(folder, environment)))


SECRETS = {
    # row                      token file, its mode, webhook secret in the environment    levels
    "in place": ("t0ken", 0o600, "secret", [Level.OK, Level.OK]),
    "open to others": ("t0ken", 0o644, "secret", [Level.WARN, Level.OK]),
    "no file": (None, 0, "secret", [Level.FAIL, Level.OK]),
    "an empty file": ("", 0o600, "secret", [Level.FAIL, Level.OK]),
    "no variable": ("t0ken", 0o600, "", [Level.OK, Level.FAIL]),
}


@pytest.mark.parametrize(("token", "mode", "secret", "levels"), SECRETS.values(), ids=SECRETS)
def test_secrets(token: str | None, mode: int, secret: str, levels: list[Level], tmp_path: Path) -> None:
    if token is not None:
        (tmp_path / "token").write_text(token, encoding="utf-8")
        (tmp_path / "token").chmod(mode)
    text = 'helpdesk: {url: "https://desk.example.com", token_file: token}'
    lines = settings(tmp_path, text, ZHIDU_WEBHOOK_SECRET=secret)
    assert [line.level for line in lines] == levels
    assert "t0ken" not in repr(lines)
    assert exit_status(lines) == (exits.WRONG if Level.FAIL in levels else exits.DONE)


MAIL = 'mail: {host: mail.example.com, sender: "z@example.com", username: z, password_env: MAIL_PASSWORD}'
PASSWORDS = {"there": ("p4ss", Level.OK), "not there": ("", Level.FAIL)}


@pytest.mark.parametrize(("password", "level"), PASSWORDS.values(), ids=PASSWORDS)
def test_mail_password(password: str, level: Level, tmp_path: Path) -> None:
    lines = settings(tmp_path, MAIL, ZHIDU_WEBHOOK_SECRET="s", MAIL_PASSWORD=password)
    assert [line.level for line in lines] == [Level.OK, level]


CALENDARS = {
    # row                     people.yaml                              today              levels
    "this year and next": ("", date(2025, 3, 1), [Level.OK]),
    "next year not out": ("", date(2026, 11, 24), [Level.WARN]),
    "another in use": ("desks: {London: {calendar: uk}}", date(2025, 3, 1), [Level.OK, Level.WARN]),
    "one that is none": ("desks: {Users: {calendar: defalt}}", date(2025, 3, 1), [Level.OK, Level.FAIL]),
}


@pytest.mark.parametrize(("people", "today", "levels"), CALENDARS.values(), ids=CALENDARS)
def test_calendars(people: str, today: date, levels: list[Level]) -> None:
    """1.3.1: a period is provisional where the year's holidays are not known."""
    loaded = load_text(people, "people.yaml", People).config
    lines = list(here.calendar_lines(load_calendars(), loaded, today))
    assert [line.level for line in lines] == levels


def health(**change: object) -> Health:
    values: dict[str, object] = {
        "engine": "sqlite",
        "version": "3.51.3",
        "reachable": True,
        "revision": "0001",
        "head": "0001",
        "notes": (),
    }
    return Health(**{**values, **change})  # type: ignore[arg-type]


STORES = {
    # row                health                                             levels                    status
    "well": (health(), [Level.OK], exits.DONE),
    "away": (health(reachable=False, notes=("no connection",)), [Level.FAIL], exits.OUT_OF_REACH),
    "empty": (health(revision=None, notes=("the store is empty",)), [Level.OK, Level.OK], exits.DONE),
    "of an older program": (health(head="0002", notes=("at revision 0001",)), [Level.OK, Level.WARN], exits.DONE),
    "of a newer program": (health(revision="9999", notes=("at revision 9999",)), [Level.OK, Level.FAIL], exits.WRONG),
    "too old": (health(notes=("SQLite 3.30 is too old",)), [Level.OK, Level.FAIL], exits.NO),
    "a note": (health(notes=("SQLite 3.40 can damage a file",)), [Level.OK, Level.WARN], exits.DONE),
}


@pytest.mark.parametrize(("found", "levels", "status"), STORES.values(), ids=STORES)
def test_store(found: Health, levels: list[Level], status: int) -> None:
    lines = list(here.health_lines(found))
    assert [line.level for line in lines] == levels
    assert exit_status(lines) == status


PLACES = {
    # row               zhidu.yaml                                                          level       status
    "not there yet": ('store: {url: "sqlite:///zhidu.db"}', Level.OK, exits.DONE),
    "nowhere to make it": ('store: {url: "sqlite:///zhidu.yaml/zhidu.db"}', Level.FAIL, exits.WRONG),
    "no PostgreSQL": ('store: {url: "postgresql://zhidu@127.0.0.1:1/zhidu"}', Level.FAIL, exits.OUT_OF_REACH),
    "no password": (
        'store: {url: "postgresql://zhidu@127.0.0.1:1/zhidu", password_file: nowhere}',
        Level.FAIL,
        exits.WRONG,
    ),
}


@pytest.mark.parametrize(("text", "level", "status"), PLACES.values(), ids=PLACES)
def test_where_the_store_is(text: str, level: Level, status: int, tmp_path: Path) -> None:
    """Looking makes nothing."""
    (tmp_path / "zhidu.yaml").write_text(text, encoding="utf-8")
    lines = list(here.store_lines(load_settings(tmp_path, {}), real_outside()))
    assert [line.level for line in lines] == [level]
    assert exit_status(lines) == status
    assert [path.name for path in tmp_path.iterdir()] == ["zhidu.yaml"]


CLOCKS = {"agree": (2, Level.OK), "ahead": (30, Level.WARN), "behind": (-30, Level.WARN), "far off": (-600, Level.FAIL)}


@pytest.mark.parametrize(("seconds", "level"), CLOCKS.values(), ids=CLOCKS)
def test_clock(seconds: int, level: Level) -> None:
    assert here.clock_line(timedelta(seconds=seconds)).level is level


def test_a_mail_server_that_is_away(tmp_path: Path) -> None:
    text = 'mail: {host: 127.0.0.1, port: 1, sender: "z@example.com", security: none}'
    (tmp_path / "zhidu.yaml").write_text(text, encoding="utf-8")
    (line,) = here.mail_lines(load_settings(tmp_path, {}), real_outside())
    assert line.level is Level.FAIL
    assert "127.0.0.1:1" in line.what


def test_no_mail_server(tmp_path: Path) -> None:
    (line,) = here.mail_lines(load_settings(tmp_path, {}), real_outside())
    assert line.level is Level.WARN


def test_configuration(tmp_path: Path) -> None:
    """Every problem is a line, and the golden rows are not asked of a broken policy."""
    (tmp_path / "zhidu.yaml").write_text("workers: {count: many}\nmodules: [core]\n", encoding="utf-8")
    (tmp_path / "people.yaml").write_text("desk: {}\n", encoding="utf-8")
    lines = list(here.configuration_lines(tmp_path))
    wrong = [line.what for line in lines if line.status == exits.WRONG]
    assert any("workers.count" in what for what in wrong)
    assert any("desk" in what for what in wrong)
