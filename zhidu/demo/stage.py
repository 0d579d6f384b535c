"""The stage: an embedded helpdesk with the company's groups and people, and the real service before it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from integrations.notify.directory import DirectoryMailer
from integrations.zammad.client import Client
from integrations.zammad.objects import migrate
from integrations.zammad.provision.wanted import Hook, Site
from integrations.zammad.provision.whole import provision
from integrations.zammad.sandbox import Sandbox, serve
from integrations.zammad.wire import PREFIX
from policies.kernel.provisioning import FieldNeed
from policies.kernel.texts import Language
from zhidu import compose
from zhidu.compose import Outside
from zhidu.demo.clock import Chance, VirtualClock, virtual_outside
from zhidu.demo.company import DOMAIN, GROUPS, MEMBERS, login, password
from zhidu.demo.installation import Secrets, configure
from zhidu.demo.private import Private
from zhidu.demo.script import ZONE
from zhidu.people_file import load_people
from zhidu.policy import Policy, load_policy
from zhidu.provisioner import StoredRecord
from zhidu.provisioning import needs_of
from zhidu.services import Service
from zhidu.settings import load_settings
from zhidu.vaults import vaulted

SERVICE_USER: Final = f"zhidu@{DOMAIN}"
_OWN: Final = {"criteria": {"owned_by_me": True, "subscribed": True}, "channel": {"email": True, "online": True}}
_OWN_ALONE: Final = {"create": _OWN, "update": _OWN, "reminder_reached": _OWN, "escalation": _OWN}
"""The helpdesk tells of one's own tickets and of those one is mentioned in."""

ADMIN: Final = f"admin@{DOMAIN}"
"""Whose token erases what is made anew, and is used for nothing else."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage:
    """Everything that plays.

    url      of the helpdesk
    config   the folder that `zhidu --config` takes
    private  what customers write that they should not
    """

    clock: VirtualClock
    box: Sandbox
    service: Service
    policy: Policy
    tongue: Language
    fields: Mapping[str, FieldNeed]
    url: str
    config: Path
    mails: Path
    private: Private

    @property
    def documents(self) -> Mapping[str, str]:
        """What requests need, by the names of the settings, as the checklists have it."""
        names = self.policy.modules["business"].config.documents
        return {name: texts[self.tongue] for name, texts in names.items()}


@contextmanager
def staged(folder: Path, *, clock: VirtualClock, chance: Chance, tongue: Language, port: int = 0) -> Iterator[Stage]:
    """Set up in `folder`; all is stopped at the end, what is in the folder stays.

    port   of the helpdesk; 0: any free one
    raises OSError – the port is taken
    """
    secrets = Secrets(token=chance.new_id(), admin=chance.new_id(), webhook=chance.new_id())
    outside = virtual_outside(clock, chance)
    box = Sandbox(now=clock.now, token=chance.new_id(), seed=chance.seed)
    with serve(box, port=port, deliver=False) as url:
        box.desk.fqdn = url.removeprefix("http://")
        _people(box, tongue)
        _token(box, SERVICE_USER, secrets.token, ["admin", "ticket.agent"])
        _token(box, ADMIN, secrets.admin, ["admin"])
        config = configure(folder, url, tongue, secrets, outside.entropy)
        service, policy = _service(config, outside, folder / "mails")
        try:
            service.server.start()
            fields = _attach(service, policy, secrets.webhook, tongue)
            _register(box)
            service.connect()
            yield Stage(
                clock=clock,
                box=box,
                service=service,
                policy=policy,
                tongue=tongue,
                fields=fields,
                url=url,
                config=config,
                mails=folder / "mails",
                private=Private.of(chance),
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
            preferences={} if member.looks_for_work else {"notification_config": {"matrix": _OWN_ALONE}},
        )
    everything = {str(row["name"]): ["full"] for row in box.desk.groups}
    box.add_person(login=ADMIN, firstname="Admin", password=password("admin"), roles=["Admin"])
    box.add_person(
        login=SERVICE_USER,
        firstname="zhidu",
        password=password("zhidu"),
        roles=["Admin", "Agent"],
        groups=everything,
        preferences={"notification_config": {"matrix": {}}},
    )


def _token(box: Sandbox, owner: str, token: str, permissions: list[str]) -> None:
    """A user's token, with the rights it needs."""
    row = {"user_id": box.desk.logins[owner], "name": "zhidu", "preferences": {"permission": permissions}}
    with box.lock:
        box.desk.tokens[token] = box.desk.table("tokens").add(row | {"id": 0, "last_used_at": None})


def _register(box: Sandbox) -> None:
    """What the helpdesk knows of its people: staff number and department."""
    for key, member in MEMBERS.items():
        known = {"department": member.department, f"{PREFIX}staff_no": member.staff_no}
        status, _ = box.request("PUT", f"/api/v1/users/{box.desk.logins[login(key)]}", json=known)
        assert status == 200  # noqa: S101 - the fields were provisioned just before


def _service(config: Path, outside: Outside, mails: Path) -> tuple[Service, Policy]:
    settings, policy, people = load_settings(config), load_policy(config), load_people(config)
    store = compose.store_of(settings, outside)
    service = Service(
        config=settings.config,
        policy=policy,
        people=people,
        secrets=compose.secrets_of(settings),
        store=store,
        outside=outside,
        mailer=DirectoryMailer(mails, sender=SERVICE_USER, now=outside.now, sender_name="zhidu"),
        timetable=(),
        vaulted=vaulted(settings, store, people.config, outside, ZONE),
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
