"""The stage: an embedded helpdesk with the company's groups and people, and the real service before it."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import yaml

from integrations.notify.directory import DirectoryMailer
from integrations.zammad.client import Client
from integrations.zammad.objects import migrate
from integrations.zammad.provision.wanted import Hook, Site
from integrations.zammad.provision.whole import provision
from integrations.zammad.sandbox import Sandbox, serve
from policies.kernel.provisioning import FieldNeed
from policies.kernel.texts import Language
from zhidu import compose
from zhidu.demo.clock import Chance, VirtualClock, virtual_outside
from zhidu.demo.company import DOMAIN, GROUPS, MEMBERS, login, password
from zhidu.demo.script import ZONE
from zhidu.people_file import load_people
from zhidu.policy import Policy, load_policy
from zhidu.provisioner import StoredRecord
from zhidu.provisioning import needs_of
from zhidu.services import Service
from zhidu.settings import load_settings

SERVICE_USER: Final = f"zhidu@{DOMAIN}"
RECONCILE_EVERY: Final = 3600.0
"""Virtual seconds between two searches for missed changes: ten days have few enough of them to be played fast."""

PEOPLE_EVERY: Final = 10_800.0
"""Virtual seconds between two looks at who is there."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage:
    """Everything that plays.

    url      of the helpdesk
    config   the folder that `zhidu --config` takes
    """

    clock: VirtualClock
    box: Sandbox
    service: Service
    policy: Policy
    fields: Mapping[str, FieldNeed]
    url: str
    config: Path
    mails: Path


@contextmanager
def staged(folder: Path, *, clock: VirtualClock, chance: Chance, tongue: Language, port: int = 0) -> Iterator[Stage]:
    """Set up in `folder`; all is stopped at the end, what is in the folder stays.

    port   of the helpdesk; 0: any free one
    raises OSError – the port is taken
    """
    token, secret = chance.new_id(), chance.new_id()
    box = Sandbox(now=clock.now, token=chance.new_id(), seed=chance.seed)
    with serve(box, port=port, deliver=False) as url:
        box.desk.fqdn = url.removeprefix("http://")
        _people(box, tongue)
        _token(box, token)
        config = folder / "config"
        _configure(config, url, tongue, token=token, secret=secret)
        service, policy = _service(config, clock, chance, folder / "mails")
        try:
            service.server.start()
            fields = _attach(service, policy, secret, tongue)
            service.connect()
            yield Stage(
                clock=clock,
                box=box,
                service=service,
                policy=policy,
                fields=fields,
                url=url,
                config=config,
                mails=folder / "mails",
            )
        finally:
            service.stop()


def _people(box: Sandbox, tongue: Language) -> None:
    """The zone, groups with a mailbox, members with access to them, and the service's own user."""
    zone = {"name": "Yunhe", "timezone": str(ZONE), "default": True, "business_hours": {}}
    box.request("POST", "/api/v1/calendars", json=zone)
    for trigger in box.desk.table("triggers"):
        # The shipped automatic answers are in English and say nothing: this company's people answer.
        box.request("PUT", f"/api/v1/triggers/{trigger['id']}", json={"active": False})
    for name in GROUPS:
        _, group = box.request("POST", "/api/v1/groups", json={"name": name, "active": True})
        assert isinstance(group, dict)  # noqa: S101 - a JSON object, as every group is answered
        box.give_group_address(group["id"])
    for key, member in MEMBERS.items():
        first, _, last = member.name.partition(" ") if tongue == "en" else ("", "", member.chinese)
        box.add_person(
            login=login(key),
            email=login(key),
            password=password(key),
            firstname=first,
            lastname=last,
            roles=["Agent"],
            groups={group: ["full"] for group in member.groups},
        )
    everything = {str(row["name"]): ["full"] for row in box.desk.groups}
    box.add_person(
        login=SERVICE_USER,
        firstname="zhidu",
        password=password("zhidu"),
        roles=["Admin", "Agent"],
        groups=everything,
        preferences={"notification_config": {"matrix": {}}},
    )


def _token(box: Sandbox, token: str) -> None:
    """The service user's token, with the rights it needs."""
    user = box.desk.users.get(box.desk.logins[SERVICE_USER])
    row = {"user_id": user["id"], "name": "zhidu", "preferences": {"permission": ["admin", "ticket.agent"]}}
    with box.lock:
        box.desk.tokens[token] = box.desk.table("tokens").add(row | {"id": 0, "last_used_at": None})


def _configure(config: Path, url: str, tongue: Language, *, token: str, secret: str) -> None:
    """The configuration as a company would write it; secrets in files that only their owner reads."""
    (config / "policies").mkdir(parents=True, exist_ok=True)
    _secret(config / "token", token)
    _secret(config / "webhook_secret", secret)
    settings = {
        "helpdesk": {"url": url, "token_file": "token"},
        "store": {"url": "sqlite:///../zhidu.db"},
        "http": {"port": 0, "webhook_secret_file": "webhook_secret"},
        "schedule": {"reconcile_every_seconds": RECONCILE_EVERY, "people_every_seconds": PEOPLE_EVERY},
        "log": {"level": "critical"},
    }
    posts: dict[str, list[str]] = {}
    for key, member in MEMBERS.items():
        posts.setdefault(member.post.value, []).append(login(key))
    desks = {}
    for name, group in GROUPS.items():
        led = {"supervisor": group.supervisor, "deputy": group.deputy, "manager": group.manager}
        entry = {post: login(member) for post, member in led.items() if member is not None}
        told = {"kind": group.kind, "department": group.department, "language": tongue}
        desks[name] = entry | {setting: value for setting, value in told.items() if value is not None}
    _write(config / "zhidu.yaml", settings)
    _write(config / "people.yaml", {"posts": posts, "desks": desks})
    departments = {group.department: name for name, group in GROUPS.items() if group.department is not None}
    _write(config / "policies" / "complaints.yaml", {"departments": departments})


def _write(path: Path, content: object) -> None:
    """As people write it, to be added to."""
    path.write_text(yaml.safe_dump(content, allow_unicode=True, sort_keys=False), encoding="utf-8")


def _secret(path: Path, text: str) -> None:
    opened = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(opened, "w", encoding="utf-8") as file:
        file.write(text)


def _service(config: Path, clock: VirtualClock, chance: Chance, mails: Path) -> tuple[Service, Policy]:
    settings = load_settings(config)
    policy = load_policy(config)
    outside = virtual_outside(clock, chance)
    service = Service(
        config=settings.config,
        policy=policy,
        people=load_people(config),
        secrets=compose.secrets_of(settings),
        store=compose.store_of(settings, outside),
        outside=outside,
        mailer=DirectoryMailer(mails, sender=SERVICE_USER, now=clock.now, sender_name="zhidu"),
        timetable=(),
    )
    return service, policy


def _attach(service: Service, policy: Policy, secret: str, tongue: Language) -> Mapping[str, FieldNeed]:
    needs = needs_of(policy.modules)
    hook = Hook(endpoint=f"http://127.0.0.1:{service.server.port}/hooks/zammad", secret=secret, verify=False)
    today = service.outside.now().astimezone(ZONE).date()
    site = Site(tongue=tongue, hook=hook, groups=tuple(GROUPS), calendars=policy.calendars, today=today)
    provision(service.helpdesk.pool.client(), needs, site, StoredRecord(service.store), _migrate)
    return {field.name: field for field in needs.ticket_fields}


def _migrate(client: Client, away: bool) -> None:
    """The embedded helpdesk is not gone after a migration."""
    migrate(client, quiet=0)
