"""6.1.1 the gate as configured: the service takes mails by SMTP and ties their originals to tickets; doctor, status."""

import json
import smtplib
import ssl
from base64 import b64encode
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest
import requests
from click.testing import CliRunner

from integrations.zammad.sandbox import Sandbox, serve
from policies.kernel.config import load_text
from policies.kernel.problems import ConfigErrors
from tests.integrations.notify.conftest import Running, Script, certificate  # noqa: F401 - a fixture
from tests.integrations.relay.mails import CARD, CARD_MASKED, mail, seen
from tests.zhidu.commands.conftest import free_port
from tests.zhidu.test_services import until
from webhooks.messages import sign
from zhidu.commands.serve import build
from zhidu.commands.status import status
from zhidu.config import Config
from zhidu.doctoring.gate import masking_lines
from zhidu.doctoring.lines import Level
from zhidu.exits import WrongUse
from zhidu.gate_state import relay_answer
from zhidu.gating import relay_settings
from zhidu.habits import Habits
from zhidu.policy import load_policy
from zhidu.services import Service
from zhidu.settings import load_settings

SECRET = "c" * 43 + "="
KEY = "a" * 43 + "="
CONFIDENTIAL = mail(f"您好，卡号 {CARD} 丢了。\r\n", subject=f"卡号 {CARD}")


@pytest.fixture(autouse=True)
def environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in {
        "ZAMMAD_TOKEN": "t", "ZHIDU_WEBHOOK_SECRET": "a-webhook-secret", "K": KEY, "ZHIDU_VAULT_SECRET": SECRET,
        "ZHIDU_INTAKE_SECRET": "an-intake-secret-of-tests",
    }.items():  # fmt: skip
        monkeypatch.setenv(name, value)


@pytest.fixture
def box() -> Iterator[tuple[Sandbox, str]]:
    made = Sandbox(now=lambda: datetime.now(UTC), token="t")
    with serve(made, deliver=False) as url:
        yield made, url


@pytest.fixture
def upstream() -> Iterator[Running]:
    running = Running(Script())
    yield running
    running.stop()


def folder_of(tmp_path: Path, url: str, upstream: int, port: int, *, more: str = "", relay: str = "") -> Path:
    (tmp_path / "zhidu.yaml").write_text(
        f"""
helpdesk: {{url: "{url}", language: en}}
store: {{url: "sqlite:///zhidu.db"}}
http: {{port: 0}}
vault: {{keys: [{{id: k, env: K}}], current: k}}
gate:
  relay:
    port: {port}
    hostname: gate.test
    recipients: [example.com]
    upstream: {{host: 127.0.0.1, port: {upstream}, security: none}}
{relay}
  intake: {{group: Users}}
{more}
""",
        encoding="utf-8",
    )
    (tmp_path / "policies").mkdir(exist_ok=True)
    (tmp_path / "policies" / "masking.yaml").write_text("mode: gate\n", encoding="utf-8")
    return tmp_path


@dataclass
class Standing:
    box: Sandbox
    folder: Path
    service: Service
    upstream: Running
    port: int

    def send(self, raw: bytes) -> None:
        with smtplib.SMTP("127.0.0.1", self.port, local_hostname="mta.example.com", timeout=20) as client:
            client.sendmail("li.si@example.org", ["desk@example.com"], raw)


@pytest.fixture
def standing(tmp_path: Path, box: tuple[Sandbox, str], upstream: Running) -> Iterator[Standing]:
    port = free_port()
    folder = folder_of(tmp_path, box[1], upstream.port, port)
    service = build(folder)
    service.start()
    try:
        yield Standing(box[0], folder, service, upstream, port)
    finally:
        service.stop()


def test_from_the_customers_mail_to_the_ticket(standing: Standing) -> None:
    """Masked in the helpdesk; the original under the ticket, where it is asked for."""
    standing.send(CONFIDENTIAL)
    [content] = standing.upstream.script.taken
    assert CARD not in seen(content)
    assert CARD_MASKED in seen(content)
    until(standing.service.connected.is_set)
    ticket = int(standing.box.receive_mail(content, group_id=1)["ticket_id"])
    store = standing.service.store
    assert store.gate.counts().unbound == 1
    store.inbox.enqueue(ticket, "look")
    standing.service.wake()
    until(lambda: store.gate.counts().unbound == 0)
    assert standing.service.vaulted is not None
    [record] = standing.service.vaulted.vault.rows.records(ticket_id=ticket)
    assert record.origin.kind == "whole"
    metrics = standing.service.registry.get_sample_value("zhidu_gate_total", {"way": "mail", "outcome": "masked"})
    assert metrics == 1.0


def test_a_message_by_http_becomes_a_ticket(standing: Standing) -> None:
    """Signed over the raw body; larger than a delivery may be."""
    until(standing.service.connected.is_set)
    filler = b64encode(b"x" * 2_500_000).decode()
    message = {
        "key": "form-1", "channel": "web", "from": {"email": "li.si@example.org"}, "subject": "卡片",
        "text": f"卡号 {CARD}",
        "attachments": [{"name": "a.bin", "type": "application/octet-stream", "data": filler}],
    }  # fmt: skip
    raw = json.dumps(message).encode()
    address = f"http://127.0.0.1:{standing.service.server.port}/intake/messages"

    def post(signature: str) -> requests.Response:
        return requests.post(address, data=raw, headers={"X-Hub-Signature-256": signature}, timeout=30)

    assert post("sha256=00").status_code == 401
    answer = post(sign(raw, b"an-intake-secret-of-tests"))
    assert answer.status_code == 201, answer.text
    ticket = standing.box.desk.tickets.find(answer.json()["id"])
    assert ticket is not None
    assert ticket["number"] == answer.json()["ticket"]
    text = json.dumps(list(standing.box.desk.articles), ensure_ascii=False, default=str)
    assert CARD not in text
    assert CARD_MASKED in text


def test_status_and_doctor_tell_of_it(standing: Standing) -> None:
    standing.send(CONFIDENTIAL)
    told = CliRunner().invoke(status, obj=Habits(config=standing.folder)).stdout
    assert f"relay 127.0.0.1:{standing.port}: answers, intake by HTTP; 1 mails and 0 messages masked" in told
    assert ", 1 without a ticket yet" in told
    assert "mode gate" in told
    plain = json.loads(CliRunner().invoke(status, obj=Habits(config=standing.folder, json=True)).stdout)["gate"]
    assert (plain["relay"]["state"], plain["mails"], plain["unbound"]) == ("answers", 1, 1)
    lines = list(masking_lines(load_settings(standing.folder), load_policy(standing.folder)))
    assert [line.level for line in lines] == [Level.OK] * len(lines)
    assert any("takes us" in line.what for line in lines)


def test_a_dry_run_takes_no_mails(tmp_path: Path, box: tuple[Sandbox, str], upstream: Running) -> None:
    port = free_port()
    service = build(folder_of(tmp_path, box[1], upstream.port, port), dry_run=True)
    service.start()
    try:
        assert relay_answer(relay_of(port)) == "no answer"
    finally:
        service.stop()


def relay_of(port: int):
    text = f"""
vault: {{keys: [{{id: k, env: K}}], current: k}}
gate: {{relay: {{port: {port}, recipients: [example.com], upstream: {{host: mx.example.com}}}}}}
"""
    gate = load_text(text, "zhidu.yaml", Config).config.gate
    assert gate is not None
    assert gate.relay is not None
    return gate.relay


def test_its_limits_are_those_of_the_settings(tmp_path: Path) -> None:
    relay = "    connections_per_peer: 7\n    max_recipients: 5\n"
    folder = folder_of(tmp_path, "http://127.0.0.1:1", 1, 0, relay=relay)
    file = folder / "zhidu.yaml"
    file.write_text(file.read_text(encoding="utf-8").replace("security: none", "security: none, ask_within_seconds: 2"))
    settings = load_settings(folder)
    assert settings.config.gate is not None
    assert settings.config.gate.relay is not None
    made = relay_settings(settings, settings.config.gate.relay)
    assert (made.per_peer, made.max_recipients, made.ask_within) == (7, 5, 2.0)


def test_a_port_that_is_taken_is_told(tmp_path: Path, box: tuple[Sandbox, str], upstream: Running) -> None:
    service = build(folder_of(tmp_path, box[1], upstream.port, upstream.port))
    try:
        with pytest.raises(WrongUse, match=r"gate\.relay\.port"):
            service.start()
    finally:
        service.stop()


def test_without_the_module_masking_the_service_does_not_start(tmp_path: Path, box, upstream: Running) -> None:
    folder = folder_of(tmp_path, box[1], upstream.port, free_port(), more="modules: [core, intake]")
    with pytest.raises(WrongUse, match="module masking"):
        build(folder)


WRONG: dict[str, tuple[str, str]] = {
    # row                            gate                                                              said
    "without a vault":              ("gate: {intake: {group: Service}}", "gate needs vault"),
    "neither relay nor intake":     ("gate: {unreadable: pass}", "set relay, intake, or both"),
    "recipients of everybody":      ("gate: {relay: {recipients: ['*'], upstream: {host: mx}}}", "or a domain such as"),
    "a recipient by a detour":      (
        "gate: {relay: {recipients: ['li%example.org@example.com'], upstream: {host: mx}}}", "hold no %, ! or second @",
    ),
    "no recipients":                ("gate: {relay: {recipients: [], upstream: {host: mx}}}", "recipients"),
    "a peer that is none":          (
        "gate: {relay: {peers: [mx], recipients: [a.b], upstream: {host: mx}}}", "10.1.0.0/16",
    ),
    "a certificate without a key":  (
        "gate: {relay: {certificate_file: c, recipients: [a.b], upstream: {host: mx}}}",
        "certificate_key_file go together",
    ),
    "TLS without a certificate":    (
        "gate: {relay: {require_tls: true, recipients: [a.b], upstream: {host: mx}}}", "require_tls needs",
    ),
    "a password in the clear":      (
        "gate: {relay: {recipients: [a.b], upstream: {host: mx, security: none, username: u, password_env: P}}}",
        "without encryption",
    ),
    "a user without a password":    (
        "gate: {relay: {recipients: [a.b], upstream: {host: mx, username: u}}}", "go together",
    ),
}  # fmt: skip


@pytest.mark.parametrize(("text", "said"), WRONG.values(), ids=WRONG)
def test_wrong_settings(tmp_path: Path, text: str, said: str) -> None:
    (tmp_path / "zhidu.yaml").write_text(text, encoding="utf-8")
    with pytest.raises(ConfigErrors, match=said):
        load_settings(tmp_path)


Change = Callable[[Path], None]


def _mode(mode: str) -> Change:
    return lambda folder: (
        (folder / "policies" / "masking.yaml").write_text(f"mode: {mode}\n", encoding="utf-8") and None
    )


def _without_gate(folder: Path) -> None:
    file = folder / "zhidu.yaml"
    file.write_text(file.read_text(encoding="utf-8").partition("gate:")[0], encoding="utf-8")


DOCTOR: dict[str, tuple[Change, Level, str]] = {
    # row                               changed                       level       said
    "twin without a token":            (_mode("twin"), Level.FAIL, "without helpdesk.admin_token_file or _env"),
    "another mode":                    (_mode("find"), Level.OK, "whatever the mode (find)"),
    "no gate":                         (_without_gate, Level.FAIL, "without gate.relay or gate.intake"),
    "nobody answers":                  (lambda folder: None, Level.WARN, "does not answer"),
    "the server behind it is away":    (lambda folder: None, Level.FAIL, "the server behind it, 127.0.0.1:1: 451"),
}  # fmt: skip


@pytest.mark.parametrize(("change", "level", "said"), DOCTOR.values(), ids=DOCTOR)
def test_doctor_complains(tmp_path: Path, change: Change, level: Level, said: str) -> None:
    folder = folder_of(tmp_path, "http://127.0.0.1:1", 1, free_port())
    change(folder)
    lines = list(masking_lines(load_settings(folder), load_policy(folder)))
    assert [line for line in lines if line.level is level and said in line.what], lines
    assert all(line.do for line in lines if line.level is not Level.OK)


def test_doctor_sees_somebody_else_at_the_port(tmp_path: Path, upstream: Running) -> None:
    folder = folder_of(tmp_path, "http://127.0.0.1:1", upstream.port, upstream.port)
    lines = list(masking_lines(load_settings(folder), load_policy(folder)))
    assert any("somebody else answers" in line.what and line.level is Level.FAIL for line in lines)


def test_a_certificate_that_cannot_be_read_is_told_with_its_line(tmp_path: Path) -> None:
    relay = "    certificate_file: none.pem\n    certificate_key_file: none.key\n"
    folder = folder_of(tmp_path, "http://127.0.0.1:1", 1, free_port(), relay=relay)
    [line] = [one for one in masking_lines(load_settings(folder), load_policy(folder)) if one.level is Level.FAIL]
    assert "zhidu.yaml:12: gate.relay.certificate_file" in line.what


def test_a_relay_with_a_certificate(tmp_path: Path, box, upstream: Running, certificate) -> None:  # noqa: F811
    port = free_port()
    relay = (
        f"    certificate_file: {certificate[0]}\n    certificate_key_file: {certificate[1]}\n    require_tls: true\n"
    )
    service = build(folder_of(tmp_path, box[1], upstream.port, port, relay=relay))
    service.start()
    try:
        trusting = ssl.create_default_context(cafile=certificate[0])
        with smtplib.SMTP("localhost", port, timeout=20) as client:
            client.starttls(context=trusting)
            client.sendmail("li.si@example.org", ["desk@example.com"], CONFIDENTIAL)
    finally:
        service.stop()
    assert CARD not in seen(upstream.script.taken[0])
