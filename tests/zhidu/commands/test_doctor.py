"""`zhidu doctor` at a helpdesk: one thing that is wrong a row, what is said of it, and the exit status."""

import json
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from integrations.zammad.provision.wanted import Hook
from integrations.zammad.sandbox import Fault, Sandbox, serve
from policies.kernel.config import load_text
from policies.kernel.discovery import discover
from tests.provisioned import made_ready
from zhidu import exits
from zhidu.compose import Outside, helpdesk_of, real_outside
from zhidu.config import Config
from zhidu.doctoring.hook import endpoint_lines
from zhidu.doctoring.lines import Level, Line, exit_status
from zhidu.doctoring.there import department_lines, helpdesk_lines
from zhidu.people_file import People
from zhidu.policy import load_policy
from zhidu.provisioning import needs_of
from zhidu.settings import Settings, settings_of

TOKEN = "a-token-of-tests"
ENDPOINT = "http://127.0.0.1:1/hooks/zammad"
PEOPLE = "posts: {supervisor: [xu@example.com]}\ndesks: {Users: {supervisor: xu@example.com}}\n"
SHIPPED = tuple(discover().found.values())

Break = Callable[[Sandbox], object]


def attached_box(box: Sandbox, url: str) -> None:
    config = load_text(f'helpdesk: {{url: "{url}"}}', "zhidu.yaml", Config).config
    helpdesk = helpdesk_of(config, TOKEN, load_text("", "people.yaml", People), real_outside())
    hook = Hook(endpoint=ENDPOINT, secret="a-secret-of-tests", verify=False)
    made_ready(helpdesk.pool.client(), hook, needs_of(SHIPPED))
    helpdesk.pool.close()


@pytest.fixture
def box() -> Sandbox:
    box = Sandbox(now=real_outside().now, token=TOKEN)
    box.add_person(login="xu@example.com", password="pw", roles=["Agent"], groups={"Users": ["full"]})
    return box


@pytest.fixture
def url(box: Sandbox) -> Iterator[str]:
    """An attached helpdesk, which has delivered nothing yet."""
    with serve(box, deliver=False) as address:
        attached_box(box, address)
        yield address


def settings(url: str, more: str = "") -> Settings:
    text = f'helpdesk: {{url: "{url}", budget_seconds: 5}}\n{more or "http: {port: 1}"}\n'
    return settings_of(text, Path("config"), {"ZAMMAD_TOKEN": TOKEN, "ZHIDU_WEBHOOK_SECRET": "a-secret-of-tests"})


def lines(url: str, people: str = PEOPLE, outside: Outside | None = None) -> list[Line]:
    loaded = load_text(people, "people.yaml", People)
    return list(helpdesk_lines(settings(url), SHIPPED, loaded, outside or real_outside()))  # type: ignore[arg-type]


def put(path: str, **body: Any) -> Break:
    return lambda box: box.request("PUT", f"/api/v1/{path}", json=body)


def group_without_access(box: Sandbox) -> None:
    box.request("POST", "/api/v1/groups", json={"name": "Complaints"})


def group_by_role(box: Sandbox) -> None:
    """The new group is one that nobody leads."""
    group_without_access(box)
    box.request("PUT", "/api/v1/roles/1", json={"group_ids": {"2": ["full"]}})


def trigger_off(box: Sandbox) -> None:
    (ours,) = [row["id"] for row in box.desk.table("triggers") if row["name"] == "zhidu: update"]
    box.request("PUT", f"/api/v1/triggers/{ours}", json={"active": False})


def unknown_token(box: Sandbox) -> None:
    box.faults.add(Fault(kind="unauthorized"))


def delivered(status: int) -> Break:
    """The helpdesk has delivered once, and got this answer."""

    def deliver(box: Sandbox) -> None:
        ticket = {"title": "t", "group": "Users", "customer_id": 2, "article": {"body": "b", "type": "note"}}
        box.request("POST", "/api/v1/tickets", json=ticket)
        box.deliver_due(box.clock() + timedelta(seconds=10), post=lambda url, headers, body: status)

    return deliver


ROWS: dict[str, tuple[Break, str | None, Level, str, int]] = {
    # row                  what is done there                    about         level        said         exit status
    "as attached": (lambda box: None, "webhook", Level.WARN, "has delivered nothing yet", exits.DONE),
    "delivered": (delivered(202), "webhook", Level.OK, "the last delivery was taken", exits.DONE),
    "refused": (delivered(401), "webhook", Level.FAIL, "the last delivery was refused (401)", exits.NO),
    "not arrived": (delivered(502), "webhook", Level.FAIL, "did not arrive (answer 502)", exits.NO),
    "no access": (group_without_access, "permissions", Level.FAIL, "no full access to Complaints", exits.NO),
    "access by a role": (group_by_role, "permissions", Level.OK, "full access to every group (2)", exits.NO),
    "webhook switched off": (put("webhooks/1", active=False), "webhook", Level.FAIL, "is inactive", exits.NO),
    "another secret": (put("webhooks/1", signature_token="x"), "webhook", Level.FAIL, "another secret", exits.NO),
    "trigger switched off": (trigger_off, "triggers", Level.FAIL, "inactive", exits.NO),
    "a wrong token": (unknown_token, "helpdesk", Level.FAIL, "does not know the token", exits.WRONG),
    "away": (lambda box: box.faults.outage(60), "helpdesk", Level.FAIL, "users/me", exits.OUT_OF_REACH),
    "goes away": (
        lambda box: box.faults.add(Fault(kind="error", path="/webhooks", times=20)),
        "helpdesk",
        Level.FAIL,
        "webhooks",
        exits.OUT_OF_REACH,
    ),
    "an older Zammad": (lambda box: setattr(box.desk, "version", "6.3.1"), "helpdesk", Level.WARN, "older", exits.DONE),
    "a newer Zammad": (lambda box: setattr(box.desk, "version", "7.1.0"), "helpdesk", Level.WARN, "newer", exits.DONE),
    "a supervisor left": (
        lambda box: box.request("PUT", "/api/v1/users/4", json={"login": "xu2", "email": "xu2@example.com"}),
        "people",
        Level.FAIL,
        "knows nobody by the name 'xu@example.com'",
        exits.NO,
    ),
}  # fmt: skip


@pytest.mark.parametrize(("change", "about", "level", "said", "status"), ROWS.values(), ids=ROWS)
def test_helpdesk(change: Break, about: str, level: Level, said: str, status: int, box: Sandbox, url: str) -> None:
    change(box)
    found = lines(url)
    assert [line for line in found if line.about == about and line.level is level and said in line.what], found
    assert exit_status(found) == status
    assert all(line.do for line in found if line.level is not Level.OK)
    assert TOKEN not in repr(found)


NAMED = {
    # row                  people.yaml                                                 level       said
    "a group of none": ("desks: {Nowhere: {supervisor: xu@example.com}}", Level.FAIL, "no such active group"),
    "nobody leads": ("desks: {Users: {}}", Level.FAIL, "nobody leads Users"),
    "a manager alone leads": (
        "desks: {Users: {manager: xu@example.com}}",
        Level.WARN,
        "no supervisor is named for Users",
    ),
    "unknown in posts": (
        "posts: {manager: [nobody@example.com]}",
        Level.FAIL,
        "nobody by the name 'nobody@example.com'",
    ),
    "the service user": ("posts: {manager: [admin@example.com]}", Level.WARN, "the token belongs to admin@example.com"),
}


DEPARTMENTS = {
    # row                 people.yaml                            level       said
    "none is known": ("desks: {Users: {}}", Level.WARN, "no group is known as a department"),
    "one in people.yaml": ("desks: {Users: {department: cards}}", Level.OK, "departments with a group: cards"),
}


@pytest.mark.parametrize(("people", "level", "said"), DEPARTMENTS.values(), ids=DEPARTMENTS)
def test_departments(people: str, level: Level, said: str) -> None:
    """2.2.4: that nobody answers for a department is told before a case is handed over to one."""
    (line,) = department_lines(load_text(people, "people.yaml", People).config, load_policy(None).modules)

    assert line.level is level
    assert said in line.what


@pytest.mark.parametrize(("people", "level", "said"), NAMED.values(), ids=NAMED)
def test_people(people: str, level: Level, said: str, url: str) -> None:
    """1.2: every group has somebody to turn to."""
    assert [line for line in lines(url, people) if line.level is level and said in line.what]


def test_a_clock_that_is_wrong(url: str) -> None:
    outside = real_outside()
    late = Outside(now=lambda: outside.now() - timedelta(minutes=10), jitter=outside.jitter, new_id=outside.new_id)
    (line,) = [line for line in lines(url, outside=late) if line.about == "clock"]
    assert line.level is Level.FAIL
    assert "ahead of this one" in line.what


def test_a_token_without_permissions(box: Sandbox, url: str) -> None:
    """What the token may not ask is said with the permission it lacks; nothing else fails with it."""
    box.request("POST", "/api/v1/user_access_token", json={"name": "z", "permission": ["ticket.agent"]})
    narrow = next(text for text in box.desk.tokens if text != TOKEN)
    place = settings_of(
        f'helpdesk: {{url: "{url}"}}\n', Path("config"), {"ZAMMAD_TOKEN": narrow, "ZHIDU_WEBHOOK_SECRET": "x"}
    )
    found = list(helpdesk_lines(place, SHIPPED, load_text(PEOPLE, "p", People), real_outside()))  # type: ignore[arg-type]
    lacking = [line.do for line in found if line.about == "permissions" and line.level is Level.FAIL]
    assert any("admin.object" in do for do in lacking)
    assert narrow not in repr(found)


def test_no_helpdesk() -> None:
    nothing = settings_of("", Path("config"), {})
    (line,) = helpdesk_lines(nothing, (), load_text("", "people.yaml", People), real_outside())
    assert (line.level, line.status) == (Level.FAIL, exits.WRONG)


def test_a_token_that_can_be_none() -> None:
    place = settings_of('helpdesk: {url: "http://127.0.0.1:1"}', Path("config"), {"ZAMMAD_TOKEN": "to ken"})
    (line,) = helpdesk_lines(place, (), load_text("", "people.yaml", People), real_outside())
    assert (line.level, line.status) == (Level.FAIL, exits.WRONG)


ENDPOINTS = {
    # row                           helpdesk                    http                              level       said
    "nobody there": ("http://127.0.0.1:9", "http: {port: 1}", Level.WARN, "nobody answers"),
    "any port": ("http://127.0.0.1:9", "http: {port: 0}", Level.WARN, "on any free port"),
    "loopback from afar": ("https://desk.example.com", "http: {port: 1}", Level.FAIL, "own loopback"),
}


@pytest.mark.parametrize(("desk", "http", "level", "said"), ENDPOINTS.values(), ids=ENDPOINTS)
def test_endpoint(desk: str, http: str, level: Level, said: str) -> None:
    found = list(endpoint_lines(settings(desk, http), ENDPOINT))
    assert [line for line in found if line.level is level and said in line.what]


def test_somebody_else_at_our_endpoint(url: str) -> None:
    (line,) = endpoint_lines(settings(url), f"{url}/hooks/zammad")
    assert line.level is Level.FAIL
    assert "somebody else answers" in line.what


def test_the_command(run, folder: Path) -> None:
    """What is wrong is told line by line, with what to do; quiet leaves out what is well."""
    with (folder / "zhidu.yaml").open("a", encoding="utf-8") as file:
        file.write("modules: [vip]\nmodules_path: [modules]\n")
    run("modules", "new", "vip", "--dir", folder / "modules")
    status, out, _ = run("--config", folder, "doctor")
    quiet = run("--config", folder, "doctor", "--quiet")[1]
    answer = json.loads(run("--config", folder, "doctor", "--json")[1])

    assert status == exits.OUT_OF_REACH
    assert "fail  helpdesk       http://127.0.0.1:1: GET users/me" in out
    assert "→ does Zammad run" in out
    assert out.splitlines()[-1].endswith("1 failed")
    assert "ok  " in out
    assert "ok  " not in quiet
    assert {line["level"] for line in answer} == {"ok", "warn", "fail"}


def test_a_broken_configuration(run, folder: Path) -> None:
    (folder / "zhidu.yaml").write_text("workers: {count: many}\n", encoding="utf-8")
    (folder / "people.yaml").write_text("dsks: {}\n", encoding="utf-8")
    status, out, _ = run("--config", folder, "doctor")
    assert status == exits.WRONG
    assert "zhidu.yaml:1: workers.count" in out
    assert "people.yaml:1: dsks" in out
