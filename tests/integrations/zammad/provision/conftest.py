"""A helpdesk of an administrator's, a service user of its own, and modules that need one object of each kind."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from typing import Any

import pytest

from integrations.zammad.client import Client
from integrations.zammad.provision.applying import Done
from integrations.zammad.provision.changes import Create, Migrate, Plan, Retire, Update, lines
from integrations.zammad.provision.record import Applied, Forgetful
from integrations.zammad.provision.wanted import Hook, Key, Site
from integrations.zammad.provision.whole import NO_EXCEPTIONS, Exceptions, Look, look, refusals, steps
from integrations.zammad.sandbox import Sandbox, serve
from integrations.zammad.transport import Connection
from policies.kernel.calendar import WorkingCalendar
from policies.kernel.calendar_data import CalendarFile
from policies.kernel.config import Layer, load_text, read
from policies.kernel.discovery import BUILT_IN
from policies.kernel.provisioning import Needs, load_needs
from tests.provisioned import at_once

NOW = datetime(2026, 5, 6, 3, 0, tzinfo=UTC)
TOKEN, SERVICE, ADA = "t", "zhidu@example.com", "ada@example.com"
SAY = "{zh-CN: 甲, zh-TW: 乙, en: A}"
NEEDS = f"""
ticket_fields:
  - {{name: kind, type: select, display: {SAY}, options: {{inquiry: {SAY}, complaint: {SAY}}}}}
  - {{name: reason, type: text, display: {SAY}, screens: [create, edit], customers: true}}
  - {{name: flags, type: multiselect, display: {SAY}, options: {{media: {SAY}}}}}
  - {{name: next_due_at, type: datetime, display: {SAY}, set_by: zhidu}}
user_fields:
  - {{name: staff_no, type: text, display: {SAY}}}
group_fields:
  - {{name: paused, type: boolean, display: {SAY}}}
groups:
  - name: Complaints::Major
roles:
  - name: lead
    display: {{zh-CN: 主管, zh-TW: 主管, en: Lead}}
    permissions: [ticket.agent, report]
    groups: {{Complaints: read}}
overviews:
  - name: due
    display: {{zh-CN: 到期, zh-TW: 到期, en: Due}}
    roles: [Agent, lead]
    when:
      - {{field: owner, is: me}}
      - {{field: state, is: [new, open]}}
      - {{field: group, is_not: Complaints}}
      - {{field: flags, contains: media}}
      - {{field: next_due_at, until: 1d}}
    columns: [number, title, kind, next_due_at]
    group_by: kind
macros:
  - name: take
    display: {{zh-CN: 接手, zh-TW: 接手, en: Take}}
    put:
      - {{field: owner, to: me}}
      - {{field: state, to: pending reminder}}
      - {{field: pending_time, in: 2d}}
      - {{field: kind, to: inquiry}}
      - {{field: tags, add: [taken]}}
    note: {SAY}
text_modules:
  - {{name: sorry, display: {{zh-CN: 致歉, zh-TW: 致歉, en: Sorry}}, keywords: s, content: {SAY}, groups: [Complaints]}}
core_workflows:
  - name: reason_at_close
    display: {{zh-CN: 原因, zh-TW: 原因, en: Reason}}
    when:
      - {{field: state, is: closed}}
    effects:
      - {{fields: reason, do: require}}
slas:
  - name: quick
    display: {{zh-CN: 快, zh-TW: 快, en: Quick}}
    when: [{{field: kind, is: complaint}}]
    first_response: 2wh
    update: 90wm
    solution: 3wd
templates:
  - name: call
    display: {{zh-CN: 来电, zh-TW: 來電, en: Call}}
    title: {SAY}
    put:
      - {{field: kind, to: inquiry}}
      - {{field: group, to: Users}}
checklists:
  - {{name: papers, display: {{zh-CN: 资料, zh-TW: 資料, en: Papers}}, items: [{SAY}, {SAY}]}}
"""
HOOK = Hook(endpoint="http://127.0.0.1:9/hooks/zammad", secret="a-secret-of-tests", verify=False)


def needs_of(text: str = NEEDS) -> Needs:
    return load_needs(Layer(path="provision.yaml", text=text))


def calendar() -> WorkingCalendar:
    path = BUILT_IN / "calendars" / "cn.yaml"
    return WorkingCalendar.build("default", load_text(read(path).text, str(path), CalendarFile).config)


CALENDAR = calendar()
SITE = Site(tongue="en", hook=HOOK, groups=("Users",), calendars={"default": CALENDAR}, today=date(2026, 5, 6))


@dataclass(kw_only=True)
class Place:
    """The helpdesk, and what was written into it."""

    box: Sandbox
    url: str
    client: Client
    needs: Needs = field(default_factory=needs_of)
    site: Site = SITE
    record: Forgetful = field(default_factory=Forgetful)
    exceptions: Exceptions = NO_EXCEPTIONS

    def look(self) -> Look:
        return look(self.client, self.needs, self.site, self.record, self.exceptions)

    def plan(self) -> Plan:
        return self.look().plan

    def apply(self) -> tuple[Done, ...]:
        return tuple(steps(self.look(), self.client, self.record, at_once))

    def refusals(self) -> tuple[str, ...]:
        return refusals(self.look(), self.client)

    def without(self, *parts: str) -> None:
        """Without the module that needed these parts."""
        self.needs = self.needs.model_copy(update=dict.fromkeys(parts, ()))

    def shown(self) -> list[str]:
        return [line for change in self.plan().changes for line in lines(change)]

    def changes(self) -> list[str]:
        """`+ macros/take`, `~ macros/take: perform`, `- macros/take`, `!`."""
        return [short(change) for change in self.plan().changes]

    def row(self, table: str, name: str) -> dict[str, Any]:
        if table == "object_manager_attributes":
            return next(row for row in self.box.desk.attributes if row["name"] == name)
        return next(row for row in self.box.desk.table(table) if row["name"] == name)

    def by_ada(self, method: str, path: str, json: Mapping[str, Any]) -> Any:
        """As the administrator does it in Zammad's pages."""
        status, answer = self.box.request(method, f"/api/v1/{path}", json=json, headers={"X-On-Behalf-Of": ADA})
        assert status < 300, answer
        return answer

    def put(self, table: str, name: str, /, **fields: Any) -> Any:
        return self.by_ada("PUT", f"{table}/{self.row(table, name)['id']}", fields)


def short(change: Create | Update | Retire | Migrate) -> str:
    match change:
        case Create():
            return f"+ {change.key}"
        case Update(differences=differences):
            return f"~ {change.key}: {', '.join(one.field for one in differences)}"
        case Retire():
            return f"- {change.key}"
        case Migrate():
            return "!"


def new_box() -> Sandbox:
    box = Sandbox(now=lambda: NOW, token="seed")
    box.add_person(login=ADA, email=ADA, password="pw", roles=["Admin", "Agent"], groups={"Users": ["full"]})
    user = box.add_person(login=SERVICE, email=SERVICE, password="pw", roles=["Admin", "Agent"])
    grant(box, user["id"], TOKEN, [row["name"] for row in box.desk.permissions])
    return box


def grant(box: Sandbox, user_id: int, token: str, permissions: list[str]) -> None:
    row = {"user_id": user_id, "name": "zhidu", "preferences": {"permission": permissions}, "last_used_at": None}
    box.desk.tokens[token] = box.desk.table("tokens").add({"id": 0, **row})


@pytest.fixture
def place() -> Iterator[Place]:
    box = new_box()
    with serve(box, deliver=False) as url, Client(Connection(url=url, token=TOKEN), sleep=lambda _: None) as client:
        yield Place(box=box, url=url, client=client)


@pytest.fixture
def made(place: Place) -> Place:
    """A helpdesk that is as the modules need it."""
    place.apply()
    assert place.changes() == []
    return place


def applied(place: Place, key: Key) -> Applied:
    return next(one for one in place.record.all() if one.key == key)


def at(place: Place, **changes: Any) -> None:
    place.site = replace(place.site, **changes)
