"""What people do to the helpdesk: members through its interface as themselves, customers by mail."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from email.headerregistry import Address
from email.message import EmailMessage
from html import escape
from typing import Any, Final

import requests

from integrations.zammad.sandbox import Sandbox
from integrations.zammad.sandbox.state import Row
from integrations.zammad.wire import PREFIX
from policies.kernel.text.language import language_of
from zhidu.demo.company import DOMAIN, MEMBERS, login, password
from zhidu.demo.private import Private
from zhidu.demo.script import Act, Case, Leave

TIMEOUT: Final = 30.0
REFUSED: Final = 422
_ASKED: Final = re.compile(f"Missing required value for field '{PREFIX}([a-z_]+)'")


class FormAsks(Exception):
    """A core workflow wants a field filled in first; `field` is ours, without `zhidu_`."""

    def __init__(self, field: str) -> None:
        super().__init__(field)
        self.field = field


@dataclass(frozen=True, slots=True, kw_only=True)
class Opened:
    """A case's ticket, with the id that it had at first: made anew it keeps its number alone."""

    id: int
    number: str


@dataclass(slots=True, kw_only=True)
class Actors:
    """Acts over real HTTP; `reads` and `writes` count what people asked of the helpdesk.

    private     what a customer writes where the script has a placeholder
    documents   what requests need, as the lines of checklists are called
    """

    box: Sandbox
    url: str
    private: Private
    documents: Mapping[str, str]
    reads: int = 0
    writes: int = 0
    _sessions: dict[str, requests.Session] = field(default_factory=dict)

    def close(self) -> None:
        for session in self._sessions.values():
            session.close()

    def open(self, case: Case) -> Opened:
        """The case comes in."""
        if case.channel == "mail":
            return self._mail(case)
        customer = {"email": case.address, "firstname": case.name}
        article = {
            "subject": case.title,
            "body": case.text,
            "type": case.channel,
            "sender": "Customer",
            "internal": False,
        }
        body = {"title": case.title, "group": case.group, "customer": customer, "article": article}
        row = self._call(case.by or "xu", "POST", "tickets", body)
        return Opened(id=int(row["id"]), number=str(row["number"]))

    def act(self, act: Act, ticket: Opened, case: Case) -> None:
        """Do it. raises FormAsks – nothing was done: the form wants something first"""
        if act.by == "customer":
            self._follow_up(act, ticket, case)
            return
        id = self._now(ticket)
        articles = list(self._articles(act, case, self._title(id)))
        if act.documents:
            self._check(act, id)
        body: dict[str, Any] = dict(_fields(act))
        if act.take:
            body["owner_id"] = self._id(act.by)
        if act.owner is not None:
            body["owner_id"] = self._id(act.owner)
        if articles:
            body["article"] = articles[0]
        self._call(act.by, "PUT", f"tickets/{id}", body)
        for article in articles[1:]:
            self._call(act.by, "POST", "ticket_articles", {"ticket_id": id, **article})

    def leave(self, leave: Leave) -> None:
        """The member enters the absence."""
        self._call(
            leave.who,
            "PUT",
            "users/out_of_office",
            {
                "out_of_office": True,
                "out_of_office_start_at": leave.at.date().isoformat(),
                "out_of_office_end_at": leave.until.date().isoformat(),
                "out_of_office_replacement_id": None if leave.stand_in is None else self._id(leave.stand_in),
            },
        )

    def _id(self, member: str) -> int:
        return int(self.box.desk.logins[login(member)])

    def _now(self, ticket: Opened) -> int:
        """The id that the number has by now."""
        return int(self.box.desk.numbers[ticket.number])

    def _title(self, id: int) -> str:
        return str(self.box.desk.tickets.get(id)["title"])

    def _check(self, act: Act, id: int) -> None:
        """The checklist as the member sees it; the first time it is made after the template that has the lines."""
        desk = self.box.desk
        wanted = {self.documents[name]: verdict for name, verdict in act.documents.items()}
        if not desk.tickets.get(id)["checklist_id"]:
            template = next(row["id"] for row in desk.table("checklist_templates") if self._holds(row, wanted))
            self._call(act.by, "POST", "checklists", {"ticket_id": id, "template_id": template})
        checklist = desk.tickets.get(id)["checklist_id"]
        for row in [row for row in desk.table("checklist_items") if row["checklist_id"] == checklist]:
            name = str(row["text"]).partition("：")[0]
            if name in wanted:
                fine = wanted[name] == "fine"
                line = {"text": name if fine else f"{name}：{wanted[name]}", "checked": fine}
                self._call(act.by, "PUT", f"checklist_items/{row['id']}", line)

    def _holds(self, template: Row, names: Iterable[str]) -> bool:
        items = self.box.desk.table("checklist_template_items")
        return {items.get(int(key))["text"] for key in template["sorted_item_ids"]} >= set(names)

    def _mail(self, case: Case) -> Opened:
        group = self.box.desk.groups.named(case.group)
        assert group is not None  # noqa: S101 - the script's groups are the company's
        message = self._message(case, self.private.filled(case.title), case.text, html=case.html)
        if case.attachment is not None:
            content = self.private.filled(case.attachment.text).encode()
            name = self.private.filled(case.attachment.name)
            message.add_attachment(content, maintype="text", subtype="plain", filename=name)
        article = self._receive(message, int(group["id"]))
        ticket = self.box.desk.tickets.get(article["ticket_id"])
        return Opened(id=int(ticket["id"]), number=str(ticket["number"]))

    def _follow_up(self, act: Act, ticket: Opened, case: Case) -> None:
        subject = f"Re: [Ticket#{ticket.number}] {self._title(self._now(ticket))}"
        self._receive(self._message(case, subject, act.mail or ""), 1)

    def _articles(self, act: Act, case: Case, title: str) -> Iterator[dict[str, object]]:
        """What the member writes. Mails end as the company's mails end: with a name, department and staff number."""
        if act.reply is not None:
            body = f"{self.private.filled(act.reply)}{_signature(act.by, case.text)}"
            mail = {"type": "email", "to": case.address, "subject": f"Re: {title}"}
            yield {"body": body, "sender": "Agent", "internal": False, **mail}
        if act.call is not None:
            yield {"body": act.call, "sender": "Agent", "internal": False, "type": "phone"}
        if act.note is not None:
            yield {"body": act.note, "sender": "Agent", "internal": True, "type": "note"}

    def _message(self, case: Case, subject: str, text: str, *, html: bool = False) -> EmailMessage:
        message = EmailMessage()
        user, _, host = case.address.partition("@")
        message["From"] = Address(case.name, user, host)
        message["To"] = f"desk@{DOMAIN}"
        message["Subject"] = subject
        content = self.private.filled(
            "".join(f"<p>{escape(line)}</p>\n" for line in text.splitlines()) if html else text
        )
        message.set_content(content, subtype="html" if html else "plain")
        return message

    def _receive(self, message: EmailMessage, group_id: int) -> Mapping[str, Any]:
        return self.box.receive_mail(message.as_bytes(), group_id=group_id)

    def deliver(self, url: str, headers: dict[str, str], body: bytes) -> int:
        """Send one of the helpdesk's deliveries over real HTTP; its status, 0 where there is no answer."""
        session = self._session("")
        try:
            answer = session.post(url, data=body, headers=headers, timeout=TIMEOUT, allow_redirects=False)
        except requests.RequestException:
            return 0
        return answer.status_code

    def _session(self, member: str) -> requests.Session:
        """The connection of one member; of the helpdesk's own worker, where there is no name."""
        session = self._sessions.get(member)
        if session is None:
            session = self._sessions[member] = requests.Session()
            session.trust_env = False
            if member:
                session.auth = (login(member), password(member))
        return session

    def _call(self, member: str, method: str, path: str, body: Mapping[str, Any]) -> dict[str, Any]:
        session = self._session(member)
        if method == "GET":
            self.reads += 1
        else:
            self.writes += 1
        text = json.dumps(body, ensure_ascii=False).encode()
        headers = {"Content-Type": "application/json"}
        answer = session.request(method, f"{self.url}/api/v1/{path}", data=text, headers=headers, timeout=TIMEOUT)
        asked = _ASKED.search(answer.text) if answer.status_code == REFUSED else None
        if asked is not None:
            raise FormAsks(asked[1])
        if answer.status_code >= 300:
            raise RuntimeError(f"{member} {method} {path}: {answer.status_code} {answer.text[:200]}")
        found: dict[str, Any] = answer.json()
        return found


def _fields(act: Act) -> Mapping[str, object]:
    found: dict[str, object] = {f"{PREFIX}{name}": _plain(value) for name, value in act.set.items()}
    if act.group is not None:
        found["group"] = act.group
    if act.state is not None:
        found["state"] = act.state
    if act.until is not None:
        found["pending_time"] = act.until.isoformat()
    return found


def _plain(value: str | tuple[str, ...]) -> object:
    return list(value) if isinstance(value, tuple) else value


def _signature(member: str, answered: str) -> str:
    """What the helpdesk puts under a member's mails, in the language of what is answered."""
    person, tongue = MEMBERS[member], language_of(answered)
    if tongue == "en":
        return f"\n\n-- \n{person.name}, Customer Service, staff no. {person.staff_no}"
    department, number = ("客戶服務部", "工號") if tongue == "zh-TW" else ("客户服务部", "工号")
    return f"\n\n-- \n{department} {person.chinese} {number}{person.staff_no}"
