"""`zhidu status`: queues, clocks, findings and the policy in force; and a store that is not there."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from wsgiref.types import StartResponse, WSGIEnvironment

import pytest

from integrations.store.records import ClockRow, ClockStatus, Finding, Message
from integrations.store.store import Store
from webhooks.serve import Server
from zhidu.commands.stored import age
from zhidu.config import Http
from zhidu.settings import load_settings
from zhidu.standing import local_address, running
from zhidu.versions import first_version

CORE = "modules: [core]\n"


def clock(now: datetime, name: str, status: ClockStatus, due_in: timedelta, *, provisional: bool = False) -> ClockRow:
    return ClockRow(
        name=name,
        run="r1",
        clause="4.3.2",
        started_at=now - timedelta(days=3),
        due_at=now + due_in,
        next_at=None if status is ClockStatus.PAUSED else now + due_in,
        status=status,
        provisional=provisional,
    )


def fill(store: Store) -> datetime:
    """A ticket due for ten minutes, clocks, findings; helpdesk searched five minutes ago. Gives now."""
    now = datetime.now(UTC)
    store.inbox.enqueue(1, "due", not_before=now - timedelta(minutes=10))
    store.outbox.put(Message(key="k", kind="warn", to="xu@example.com", subject="s", body="b"))
    store.clocks.replace(
        1,
        [
            clock(now, "late", ClockStatus.BREACHED, timedelta(days=-2)),
            clock(now, "far", ClockStatus.RUNNING, timedelta(days=40), provisional=True),
            clock(now, "waits", ClockStatus.PAUSED, timedelta(days=2)),
            clock(now, "over", ClockStatus.MET, timedelta(days=-1)),
        ],
    )
    for number, (code, grave) in enumerate([("late", False), ("late", True), ("no_time", False)]):
        store.findings.raise_(
            Finding(
                key=f"k{number}",
                case_id="c",
                ticket_id=1,
                clause="4.3.2",
                code=code,
                person_id=None,
                at=now,
                evidence="e",
                grave=grave,
            )
        )
    store.cursors.put("reconcile", now - timedelta(minutes=5))
    return now


def with_core(folder: Path) -> Path:
    path = folder / "zhidu.yaml"
    path.write_text(path.read_text(encoding="utf-8") + CORE, encoding="utf-8")
    return folder


def test_for_machines(run, folder: Path, store: Store) -> None:
    now = fill(store)
    status, out, _ = run("--config", with_core(folder), "status", "--json")
    answer = json.loads(out)
    assert status == 0
    assert (answer["inbox"]["waiting"], answer["inbox"]["dead"]) == (1, 0)
    assert answer["outbox"]["waiting"] == 1
    clocks = answer["clocks"]
    assert (clocks["open"], clocks["late"], clocks["due_today"], clocks["paused"]) == (3, 1, 0, 1)
    assert clocks["provisional"] == 1
    assert {(one["code"], one["grave"]): one["open"] for one in answer["findings"]} == {
        ("late", False): 1,
        ("late", True): 1,
        ("no_time", False): 1,
    }
    assert answer["service"] == {"address": "http://127.0.0.1:1", "state": "no answer"}
    assert answer["helpdesk"] == {"address": "http://127.0.0.1:1", "admits": None}
    assert answer["policy"]["digest"]
    assert list(answer["policy"]["modules"]) == ["core"]
    assert answer["reconciled_at"] == (now - timedelta(minutes=5)).isoformat()


def test_for_people(run, folder: Path, store: Store) -> None:
    fill(store)
    out = run("--config", with_core(folder), "status")[1]
    assert "1 waiting (0 failed before), 0 being worked on, 0 dead; the oldest for 10 min" in out
    assert "3 open, 1 late, 0 due today, 1 paused; 1 tickets with a provisional one" in out
    assert "findings  3 open, 1 grave: late 2, no_time 1" in out
    assert "5 min ago" in out
    assert "helpdesk  http://127.0.0.1:1: not known while no service answers" in out
    assert "core 1." in out


def test_a_policy_that_could_not_start_anything(run, folder: Path, store: Store) -> None:
    (folder / "policies").mkdir()
    (folder / "policies" / "core.yaml").write_text("owner_within: soon\n", encoding="utf-8")
    status, out, _ = run("--config", with_core(folder), "status")
    assert status == 0
    assert "policy    not published: 1 problems" in out
    assert "never for missed changes" in out


@pytest.mark.parametrize("command", ["status", "inbox", "finding"])
def test_no_store(command: str, run, folder: Path) -> None:
    """Out of reach, and none is made by looking."""
    (folder / "zhidu.db").unlink()
    status, _, err = run("--config", folder, command)
    assert status == 3
    assert "there is no store at" in err
    assert not (folder / "zhidu.db").exists()


def test_an_empty_store(run, folder: Path) -> None:
    (folder / "zhidu.db").write_bytes(b"")
    assert run("--config", folder, "status")[0] == 3


def test_a_store_of_another_program(run, folder: Path, store: Store, tmp_path: Path) -> None:
    with store._database.write() as connection:
        connection.exec_driver_sql("UPDATE zhidu_revision SET version_num = '9999'")
    status, _, err = run("--config", folder, "status")
    assert status == 2
    assert "revision 9999" in err


def test_no_postgresql(run, folder: Path) -> None:
    (folder / "zhidu.yaml").write_text('store: {url: "postgresql://zhidu@127.0.0.1:1/zhidu"}', encoding="utf-8")
    status, _, err = run("--config", folder, "status")
    assert status == 3
    assert "cannot be reached" in err


AGES = {
    "now": (0, "0 s"),
    "seconds": (119, "119 s"),
    "minutes": (120, "2 min"),
    "hours": (7200, "2 h"),
    "days": (172_800, "2 d"),
}


@pytest.mark.parametrize(("seconds", "shown"), AGES.values(), ids=AGES)
def test_age(seconds: int, shown: str) -> None:
    assert age(timedelta(seconds=seconds)) == shown


ADDRESSES = {
    # row             http                            where this machine reaches it
    "loopback": (Http(), "http://127.0.0.1:8800"),
    "everywhere": (Http(host="0.0.0.0"), "http://127.0.0.1:8800"),  # noqa: S104 - only written down
    "everywhere, v6": (Http(host="::", port=1), "http://[::1]:1"),
    "v6": (Http(host="fe80::1", port=1), "http://[fe80::1]:1"),
    "any port": (Http(port=0), None),
}


@pytest.mark.parametrize(("http", "address"), ADDRESSES.values(), ids=ADDRESSES)
def test_where_a_service_answers(http: Http, address: str | None) -> None:
    assert local_address(http) == address


@pytest.mark.postgres
def test_on_postgresql(run, folder: Path, postgres_url: str, opened_store) -> None:
    """Empty, it is out of reach; migrated, it is read and written like a file."""
    (folder / "zhidu.yaml").write_text(f"store: {{url: '{postgres_url}'}}\n", encoding="utf-8")
    assert run("--config", folder, "inbox")[0] == 3
    store = opened_store(postgres_url)
    store.migrate()
    store.inbox.enqueue(7, "due")
    (work,) = store.inbox.claim("w", 1, timedelta(minutes=1))
    store.inbox.fail(work, "broken")
    assert run("--config", folder, "inbox", "replay", "--all")[:2] == (0, "1 waiting again\n")
    answer = json.loads(run("--config", folder, "status", "--json")[1])
    assert (answer["store"]["engine"], answer["inbox"]["waiting"]) == ("postgresql", 1)


def test_the_version_in_force_and_what_waits_are_told(run, folder: Path, store: Store) -> None:
    now = datetime.now(UTC)
    first_version(store, load_settings(with_core(folder)), now, "as shipped")
    (folder / "policies").mkdir()
    (folder / "policies" / "core.yaml").write_text("owner_within: 45wm\n", encoding="utf-8")
    assert run("--config", folder, "--quiet", "policy", "publish", "--by", "Li Min", "--reason", "calmer")[0] == 0

    answer = json.loads(run("--config", folder, "--json", "status")[1])["policy"]
    out = run("--config", folder, "status")[1].splitlines()[0]

    assert (answer["version"], answer["waiting"], answer["folder_differs"]) == (1, [2], True)
    assert out.startswith("policy    version 1 since ")
    assert out.endswith("; waiting: version 2; the folder differs: see `zhidu policy diff`")


OTHERS = {
    # row                     status              body                                        state, admits
    "ready": ("200 OK", b'{"ready":true,"checks":[{"name":"helpdesk_token","ok":true}]}', "ready", True),
    "ready, token refused": (
        "200 OK",
        b'{"ready":true,"checks":[{"name":"helpdesk_token","ok":false}]}',
        "ready",
        False,
    ),
    "of an older version": ("503 No", b'{"ready":false,"checks":[{"name":"store","ok":false}]}', "not ready", None),
    "another program": ("200 OK", b"<p>It works!</p>", "somebody else answers", None),
    "a page that is gone": ("404 No", b'{"ready":true,"checks":[]}', "somebody else answers", None),
}


@pytest.mark.parametrize(("status", "body", "state", "admits"), OTHERS.values(), ids=OTHERS)
def test_who_answers(status: str, body: bytes, state: str, admits: bool | None) -> None:
    def app(environ: WSGIEnvironment, start_response: StartResponse) -> list[bytes]:
        start_response(status, [("Content-Length", str(len(body)))])
        return [body]

    server = Server(app)
    server.start()
    try:
        found = running(Http(port=server.port))
    finally:
        server.stop()
    assert (found.state, found.admits) == (state, admits)
