"""From nothing to a desk at work: `init`, a Zammad attached, `doctor`, `serve` as a process, `status`, `finding`."""

import json
import signal
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import requests

from integrations.store.records import Finding, FindingStatus
from integrations.zammad.provision.wanted import Hook
from integrations.zammad.sandbox import Sandbox, serve
from policies.kernel.config import load_text
from policies.kernel.discovery import discover
from tests.provisioned import made_ready
from tests.zhidu.commands.conftest import free_port
from webhooks.signature import sign
from zhidu.cli import main
from zhidu.compose import helpdesk_of, real_outside
from zhidu.doctoring.hook import expectation
from zhidu.people_file import People
from zhidu.provisioning import needs_of
from zhidu.settings import Settings, load_settings

AGNES, XU = "agnes@example.com", "xu@example.com"
PEOPLE = f"""
posts: {{specialist: [{AGNES}], supervisor: [{XU}]}}
desks: {{Users: {{supervisor: {XU}, kind: complaint}}}}
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """A helpdesk in this process, a service in one of its own."""

    folder: Path
    service: Any
    address: str
    settings: Settings


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory, start, port: int) -> Iterator[Desk]:
    folder = tmp_path_factory.mktemp("desk") / "config"
    box = Sandbox(now=real_outside().now, token="a-token-of-tests")
    for login in (AGNES, XU):
        box.add_person(login=login, password="pw", roles=["Agent"], groups={"Users": ["full"]})
    box.add_person(login="zhidu@example.com", password="pw", roles=["Admin", "Agent"], groups={"Users": ["full"]})
    with serve(box) as url:
        assert main(["init", str(folder), "--helpdesk", url]) == 0
        (folder / "people.yaml").write_text(PEOPLE, encoding="utf-8")
        file = folder / "zhidu.yaml"
        file.write_text(file.read_text(encoding="utf-8").replace("# port: 8800", f"port: {port}"), encoding="utf-8")
        settings = load_settings(folder)
        attached(settings)
        service = start("--config", folder, "serve")
        service.answers(f"http://127.0.0.1:{port}/readyz")
        yield Desk(folder=folder, service=service, address=f"http://127.0.0.1:{port}", settings=settings)
        assert service.stop()[0] == 0


def attached(settings: Settings) -> None:
    people = load_text("", "people.yaml", People)
    helpdesk = helpdesk_of(settings.config, "a-token-of-tests", people, real_outside())
    hook = Hook(endpoint=expectation(settings).endpoint, secret=settings.webhook_secret(), verify=False)
    made_ready(helpdesk.pool.client(), hook, needs_of(discover().found.values()))
    helpdesk.pool.close()


@pytest.fixture(autouse=True, scope="module")
def environment() -> Iterator[None]:
    patch = pytest.MonkeyPatch()
    patch.setenv("ZAMMAD_TOKEN", "a-token-of-tests")
    yield
    patch.undo()


def api(desk: Desk, method: str, path: str, **body: Any) -> Any:
    answer = requests.request(
        method,
        f"{desk.settings.helpdesk.url}/api/v1/{path}",
        json=body or None,
        headers={"Authorization": "Token token=a-token-of-tests"},
        timeout=30,
    )
    assert answer.ok, answer.text
    return answer.json()


def complaint(desk: Desk) -> int:
    """A customer complains; gives the ticket's id."""
    ticket = api(
        desk,
        "POST",
        "tickets",
        title="手续费被重复扣除",
        group="Users",
        customer_id="guess:li@example.com",
        article={"body": "你们重复扣了我的手续费，我要投诉！", "type": "web", "sender": "Customer", "internal": False},
    )
    return int(ticket["id"])


def notes(desk: Desk, ticket: int) -> list[str]:
    return [one["body"] for one in api(desk, "GET", f"ticket_articles/by_ticket/{ticket}") if one["internal"]]


def test_a_complaint_gets_its_note(desk: Desk) -> None:
    """2.1.3, 4.3.2: out of a delivery comes a note for the agent."""
    ticket = complaint(desk)
    desk.service.until(lambda: bool(notes(desk, ticket)))


def test_doctor_finds_nothing_wrong(desk: Desk, run) -> None:
    ticket = complaint(desk)
    desk.service.until(lambda: bool(notes(desk, ticket)))

    status, out, _ = run("--config", desk.folder, "--json", "doctor")

    lines = json.loads(out)
    assert [line for line in lines if line["level"] == "fail"] == []
    assert status == 0
    said = {(line["about"], line["what"]) for line in lines}
    assert ("webhook", "the last delivery was taken") in said
    assert ("webhook", f"the service answers at {desk.address}/hooks/zammad") in said
    assert ("triggers", "every creation and every change calls the webhook") in said
    assert ("people", "everybody named in people.yaml is known (2)") in said
    assert ("permissions", "full access to every group (1)") in said


def test_status_while_it_runs(desk: Desk, run) -> None:
    ticket = complaint(desk)
    desk.service.until(lambda: bool(notes(desk, ticket)))
    answer = json.loads(run("--config", desk.folder, "--json", "status")[1])
    assert answer["service"] == {"address": desk.address, "state": "ready"}
    assert answer["helpdesk"] == {"address": desk.settings.helpdesk.url, "admits": True}
    assert answer["clocks"]["open"] > 0
    assert answer["inbox"]["dead"] == 0


def test_status_tells_of_a_refused_token_and_what_to_do(folder: Path, start, run) -> None:
    """The service takes deliveries in, so that it is ready; but no ticket is looked at."""
    box = Sandbox(now=real_outside().now, token="another-token")
    port = free_port()
    with serve(box) as url:
        settings = f"helpdesk: {{url: '{url}'}}\nstore: {{url: 'sqlite:///zhidu.db'}}\nhttp: {{port: {port}}}\n"
        (folder / "zhidu.yaml").write_text(settings, encoding="utf-8")
        service = start("--config", folder, "serve")
        service.answers(f"http://127.0.0.1:{port}/readyz")
        service.until(lambda: not requests.get(f"http://127.0.0.1:{port}/readyz", timeout=5).json()["checks"][-1]["ok"])

        status, out, _ = run("--config", folder, "status")
        answer = json.loads(run("--config", folder, "--json", "status")[1])

        assert service.stop()[0] == 0
    assert status == 0
    (line,) = [line for line in out.splitlines() if line.startswith("helpdesk")]
    assert line.startswith(f"helpdesk  {url} refuses the token, so no ticket is looked at: ")
    assert "zhidu doctor" in line
    assert answer["service"]["state"] == "ready"
    assert answer["helpdesk"] == {"address": url, "admits": False}


HOSTILE = {
    # row            signed with     body                      answer
    "unsigned": (None, b"{}", 401),
    "forged": (b"another", b"{}", 401),
    "no payload": (b"", b"{}", 400),
}


@pytest.mark.parametrize(("key", "body", "status"), HOSTILE.values(), ids=HOSTILE)
def test_what_is_no_delivery_is_refused(key: bytes | None, body: bytes, status: int, desk: Desk) -> None:
    secret = key or desk.settings.webhook_secret().encode()
    headers = {} if key is None else {"X-Hub-Signature": sign(body, secret)}
    answer = requests.post(f"{desk.address}/hooks/zammad", data=body, headers=headers, timeout=10)
    assert answer.status_code == status


def test_findings_are_waived_while_the_service_writes(desk: Desk, run, opened_store) -> None:
    """The file lock: the command's writes and the service's, at once, and none of either lost."""
    store = opened_store(desk.settings.store_url())
    keys = [f"1:made:{number}" for number in range(6)]
    for key in keys:
        store.findings.raise_(
            Finding(
                key=key,
                case_id="case-1",
                ticket_id=1,
                clause="4.3.2",
                code="late",
                person_id=None,
                at=datetime.now(UTC),
                evidence="e",
            )
        )
    stopping, sent = threading.Event(), []

    def deliver() -> None:
        secret = desk.settings.webhook_secret().encode()
        while not stopping.is_set():
            body = json.dumps({"ticket_id": 1, "updated_at": "2026-05-06 01:00:00 UTC", "article_count": 1}).encode()
            headers = {"X-Hub-Signature": sign(body, secret), "X-Zammad-Delivery": f"at-once-{len(sent)}"}
            sent.append(
                requests.post(f"{desk.address}/hooks/zammad", data=body, headers=headers, timeout=30).status_code
            )

    sender = threading.Thread(target=deliver)
    sender.start()
    try:
        waived = [
            run("--config", desk.folder, "finding", "waive", key, "--by", "Xu Jing", "--why", "agreed")[0]
            for key in keys
        ]
    finally:
        stopping.set()
        sender.join()

    assert waived == [0] * len(keys)
    assert {store.findings.show(key).status for key in keys} == {FindingStatus.WAIVED}
    assert len(sent) > len(keys)
    assert set(sent) == {202}


def test_a_port_that_is_taken(desk: Desk, start) -> None:
    second = start("--config", desk.folder, "serve")
    _, err = second.process.communicate(timeout=60)
    assert second.process.returncode == 2
    assert f":{desk.address.rpartition(':')[2]} cannot be listened on" in err
    assert "Traceback" not in err


@pytest.mark.parametrize("by", [signal.SIGINT, signal.SIGTERM])
def test_it_stops_when_told(by: signal.Signals, folder: Path, start) -> None:
    """Also while the helpdesk is away, without writing an error; that it stops, and that it has, is logged."""
    service = start("--config", folder, "serve", "--port", 0, "--dry-run")
    while "serving" not in (line := service.process.stderr.readline()):
        assert line, "it ended"
    status, _, err = service.stop(by)
    assert status == 0
    assert "Traceback" not in err
    told = [line for line in err.splitlines() if "stopping" in line or "stopped" in line]
    assert ["stopping" in line for line in told] == [True, False]
    assert "waited_for" in told[1]
    assert "requests" in told[1]


REFUSED = {
    # row              zhidu.yaml                                                   exit status  said
    "no helpdesk": ("", 2, "helpdesk: required to reach the helpdesk"),
    "no token": ('helpdesk: {url: "http://127.0.0.1:1", token_env: NOWHERE_SET}', 2, "NOWHERE_SET is not set"),
    "two mistakes": ("workers: {count: 0}\nhtp: {}\n", 2, "workers.count"),
    "no store": (
        'helpdesk: {url: "http://127.0.0.1:1"}\nstore: {url: "postgresql://zhidu@127.0.0.1:1/z"}',
        3,
        "the store cannot be reached: connection",
    ),
}


@pytest.mark.parametrize(("text", "status", "said"), REFUSED.values(), ids=REFUSED)
def test_it_does_not_start(text: str, status: int, said: str, run, tmp_path: Path) -> None:
    (tmp_path / "zhidu.yaml").write_text(text, encoding="utf-8")
    ended, _, err = run("--config", tmp_path, "serve", "--port", 0)
    assert ended == status
    assert said in err


def test_it_does_not_start_by_a_calendar_that_is_none(run, tmp_path: Path) -> None:
    """Deadlines would silently count by the default one."""
    (tmp_path / "zhidu.yaml").write_text(
        f'helpdesk: {{url: "http://127.0.0.1:1"}}\nstore: {{url: "sqlite:///{tmp_path}/z.db"}}\n'
        "http: {webhook_secret_env: ZAMMAD_TOKEN}\n",
        encoding="utf-8",
    )
    (tmp_path / "people.yaml").write_text("desks:\n  Users: {calendar: defualt}\n", encoding="utf-8")

    ended, _, err = run("--config", tmp_path, "serve", "--port", 0)

    assert ended == 2
    assert "people.yaml:2: desks.Users.calendar: there is no such calendar (got 'defualt')" in err
