"""Tickets, people and decisions to try the Zammad side with: invented, in the shapes that Zammad answers."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from types import MappingProxyType
from typing import Any
from zoneinfo import ZoneInfo

from integrations.zammad import wire
from integrations.zammad.facts import Reader
from integrations.zammad.features import FeatureCache
from integrations.zammad.names import Names
from integrations.zammad.notes import NoteWriter
from integrations.zammad.people import Directory, Staff
from integrations.zammad.plan import Plan, Planner
from integrations.zammad.sandbox.seed import fresh_rows, sender_id, sender_name, type_id, type_name
from integrations.zammad.wire import ARTICLE, GROUP, PRIORITY, ROLE, STATE, USER, OneRead
from policies.kernel.config import Layer
from policies.kernel.decisions import Action, Decision, Say, say
from policies.kernel.evaluate import Verdict
from policies.kernel.facts import Facts, Memory
from policies.kernel.text import Extractor
from policies.kernel.texts import Language, Texts, load_texts
from policies.kernel.vocabulary import FIELDS
from policies.kernel.voice import Voice
from zhidu.calendars import SHIPPED, load_calendars

NOW = datetime(2026, 5, 6, 3, 0, tzinfo=UTC)
MADE = "2026-05-06T01:00:00.000Z"
ME, AGNES, BO, SUP, LI, EVA = 3, 11, 12, 13, 21, 22
OPEN, CLOSED, REMINDER = 2, 4, 3
ZONE = ZoneInfo("Asia/Shanghai")
CALENDARS = load_calendars(None)

TEXTS = {
    "en": 'duty: {answer: answer the customer}\nwords: {plain: "It is {what}", reply: "Dear customer,\\n{what}"}',
    "zh-CN": 'duty: {answer: 答复客户}\nwords: {plain: "这是{what}", reply: "尊敬的客户：\\n{what}"}',
    "zh-TW": 'duty: {answer: 答覆客戶}\nwords: {plain: "這是{what}", reply: "尊敬的客戶：\\n{what}"}',
}
TONGUES: tuple[Language, ...] = ("zh-CN", "zh-TW", "en")


def _texts() -> Mapping[str, Texts]:
    own = load_texts({tongue: [Layer(path=f"{tongue}.yaml", text=TEXTS[tongue])] for tongue in TONGUES})
    folder = SHIPPED.parent / "core" / "i18n"
    core = load_texts(
        {
            tongue: [Layer(path=tongue, text=(folder / f"{tongue}.yaml").read_text(encoding="utf-8"))]
            for tongue in TONGUES
        }
    )
    return MappingProxyType({"t": own, "core": core})


ALL_TEXTS = _texts()


def user(id: int, first: str, last: str = "Chen", **fields: Any) -> dict[str, Any]:
    login = f"{first.lower()}@example.com"
    base = {"id": id, "login": login, "email": login, "firstname": first, "lastname": last, "updated_at": MADE}
    return base | {"group_ids": {}, "role_ids": [2]} | fields


FULL = {"1": ["full"], "2": ["full"]}
STAFF = (
    user(ME, "Zhidu", group_ids=FULL),
    user(AGNES, "Agnes", group_ids=FULL),
    user(BO, "Bo", group_ids={"1": ["read"]}),
    user(SUP, "Su", group_ids=FULL),
)
CUSTOMERS = (user(LI, "Si", "Li", role_ids=[3]), user(EVA, "Eva", "Meier", role_ids=[3], email=None, phone=None))


def article(id: int = 1, sender: str = "Customer", kind: str = "web", **fields: Any) -> dict[str, Any]:
    by = LI if sender == "Customer" else AGNES
    base = {
        "id": id, "ticket_id": 7, "type_id": type_id(kind), "sender_id": sender_id(sender), "internal": False,
        "body": "你们多扣了我三十元年费。", "content_type": "text/plain", "message_id": f"<{id}@example.com>",
        "created_by_id": by, "updated_by_id": by, "created_at": MADE, "updated_at": MADE,
    }  # fmt: skip
    return base | fields


def ticket(**fields: Any) -> dict[str, Any]:
    base = {
        "id": 7, "number": "21007", "title": "a complaint", "group_id": 1, "state_id": 1, "priority_id": 2,
        "owner_id": 1, "customer_id": LI, "article_count": 1, "created_by_id": LI, "updated_by_id": LI,
        "created_at": MADE, "updated_at": MADE, "preferences": {}, "checklist_id": None,
    }  # fmt: skip
    return base | {f"zhidu_{name}": None for name in FIELDS} | fields


def one_read(
    articles: Sequence[Mapping[str, Any]] | None = None,
    tags: Sequence[str] = (),
    people: Sequence[Mapping[str, Any]] = (*STAFF, *CUSTOMERS),
    **fields: Any,
) -> OneRead:
    """A ticket as the one read tells it; `fields` of the ticket by Zammad's names."""
    rows = [article()] if articles is None else articles
    body = {
        "ticket_id": 7,
        "ticket_article_ids": [row["id"] for row in rows],
        "assets": {
            "Ticket": {"7": ticket(**{"article_count": len(rows)} | fields)},
            "TicketArticle": {str(row["id"]): row for row in rows},
            "User": {str(row["id"]): row for row in people},
        },
        "tags": list(tags),
    }
    return wire.one_read(json.dumps(body).encode())


def answer(read: OneRead, **fields: Any) -> wire.Ticket:
    """What a PUT on it answers when the fields become so."""
    row = read.ticket.model_dump(mode="json") | read.ticket.model_extra | fields  # type: ignore[operator]
    return wire.TICKET.one(json.dumps(row).encode())


@dataclass
class Lists:
    """The lists of names of a desk with two groups; the second sends mail."""

    gone: bool = False

    def states(self) -> list[wire.State]:
        types = ("new", "open", "pending reminder", "closed", "merged", "pending action")
        rows = fresh_rows("ticket_states")
        return STATE.many(json.dumps([row | {"state_type": _state_type(row["name"], types)} for row in rows]).encode())

    def priorities(self) -> list[wire.Priority]:
        return PRIORITY.many(json.dumps(fresh_rows("ticket_priorities")).encode())

    def groups(self) -> list[wire.Group]:
        rows = [{"id": 1, "name": "Users", "email_address_id": 1}, {"id": 2, "name": "Complaints"}]
        return GROUP.many(json.dumps(rows).encode())

    def articles(self, ticket_id: int) -> list[wire.Article]:
        """One article of each type and sender, as Zammad names them."""
        rows = [
            article(number, "Agent") | {"type_id": number, "type": type_name(number)} for number in range(1, 14)
        ] + [
            article(20 + number, "Agent") | {"sender_id": number, "sender": sender_name(number)} for number in (1, 2, 3)
        ]
        return ARTICLE.many(json.dumps(rows).encode())


def _state_type(name: str, types: Sequence[str]) -> str:
    return "pending action" if name == "pending close" else name if name in types else "open"


def names() -> Names:
    return Names(Lists)


def staff(*people: Mapping[str, Any], roles: Sequence[Mapping[str, Any]] = ()) -> Staff:
    return Staff(
        users=tuple(USER.many(json.dumps(people or STAFF).encode())), roles=tuple(ROLE.many(json.dumps(roles).encode()))
    )


def voice(tongue: Language = "en") -> Voice:
    called = {row["id"]: f"{row['firstname']} {row['lastname']}" for row in (*STAFF, *CUSTOMERS)}
    return Voice(texts=ALL_TEXTS, tongue=tongue, zone=ZONE, person=lambda id: called.get(id, f"#{id}"))


def planner(tongue: Language = "en", speaks: Voice | None = None) -> Planner:
    spoken = speaks or voice(tongue)
    notes = NoteWriter(voice=lambda _: spoken, to_customer=lambda _: spoken, url="https://desk.example.com/")
    return Planner(names=names(), notes=notes)


def reader() -> Reader:
    known = names()
    return Reader(
        names=known,
        directory=Directory(staff, known, {}),
        desks=lambda: {},
        calendars=CALENDARS,
        features=FeatureCache(Extractor(())),
        me=ME,
        zone=ZONE,
    )


def facts(read: OneRead, **changes: Any) -> Facts:
    return replace(reader().facts(read, (), NOW), **changes)


def decision(action: Action, rule: str = "t.rule", because: Say | None = None) -> Decision:
    return Decision(action=action, clauses=("4.3.2",), rule=rule, because=because or plain("so"))


def plain(what: str) -> Say:
    return say("words.plain", what=what)


def verdict(given: Facts, *actions: Action, memory: Memory | None = None) -> Verdict:
    return Verdict(
        decisions=tuple(decision(action) for action in actions),
        facts=given,
        memory=given.memory if memory is None else memory,
    )


def plan_for(read: OneRead, *actions: Action, memory: Memory | None = None, refused: Mapping[str, object] = {}) -> Plan:
    """The plan of these actions for the ticket as read."""
    given = facts(read)
    return planner().plan(verdict(given, *actions, memory=memory), given, read, refused)
