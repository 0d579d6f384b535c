"""A desk's old tickets as an export, made by a seed: as many as asked, with the sizes and shapes of recorded answers.

Of a hundred tickets 6 are complaints, 64 inquiries, 20 business requests, 10 technical; two to five articles of the
length people write, some ten changes each beside what Zammad notes by itself, people with their settings as every
answer has them. One in six complaints is answered late, one in ten never closed.
"""

import json
import random
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from policies.kernel.vocabulary import FIELDS

BEGINS = datetime(2026, 1, 5, 0, 30, tzinfo=UTC)
GROUPS = {2: "Service", 3: "Complaints", 4: "Business", 5: "Technical"}
KINDS = {"Service": "inquiry", "Complaints": "complaint", "Business": "business", "Technical": "support"}
AGENTS = range(11, 19)
SUPERVISOR, MANAGER = 19, 20
PER_MINUTE = 0.9
"""Tickets a minute over the whole year round the clock: a desk of a few hundred people."""

_MATRIX = {
    "criteria": {"owned_by_me": True, "owned_by_nobody": True, "subscribed": True, "no": False},
    "channel": {"email": True, "online": True},
}
_PREFERENCES = {
    "notification_config": {
        "matrix": {name: _MATRIX for name in ("create", "update", "reminder_reached", "escalation")}
    },
    "locale": "zh-cn",
}
_ASKED = (
    "您好，我想查询一下上个月的账单明细，网上银行里显示的金额与短信通知不一致，请帮忙核对，谢谢。",
    "请问如何修改预留手机号码？我已经更换了号码，收不到验证码，无法登录手机银行。",
    "Could you tell me when the new card will be delivered? I applied two weeks ago and have heard nothing since.",
    "我的转账昨天下午提交，到现在对方还没有收到，请查一下处理到哪一步了，金额是3200元。",
)
_COMPLAINED = (
    "我要投诉！贵行客服态度极其恶劣，扣了我12万元的理财款项却没有任何说明，打了三次电话都没有人处理，"
    "如果再不解决我就向银保监会投诉并找媒体曝光。请立即退还并书面道歉。",
    "I want to complain about the service at your branch. I was charged 500 yuan twice and nobody called me back "
    "although it was promised three times. This is unacceptable, please refund it at once.",
    "对你们的处理非常不满，已经第三次反映同一个问题，每次都说会回电，结果没有下文。我要求退款并给出说法。",
)
_ANSWERED = (
    "尊敬的客户，您好！非常抱歉给您带来不便。您反映的情况我们已经受理，将在三个工作日内核实并给您答复。"
    "如有其他问题，请随时与我们联系。",
    "Dear customer, we are sorry for the trouble. We have looked into the matter and will come back to you by Friday.",
)


def write_config(folder: Path) -> None:
    """The people of the desk, for `zhidu --config`."""
    desks = {
        group: {"supervisor": "u19@bank.example", "manager": "u20@bank.example", "kind": KINDS[group]}
        for group in GROUPS.values()
    }
    posts = {
        "specialist": [f"u{id}@bank.example" for id in AGENTS],
        "supervisor": [f"u{SUPERVISOR}@bank.example"],
        "manager": [f"u{MANAGER}@bank.example"],
    }
    (folder / "people.yaml").write_text(json.dumps({"posts": posts, "desks": desks}), encoding="utf-8")


def write_export(path: Path, count: int, *, seed: int = 1) -> datetime:
    """Write `count` tickets, an exchange a line; returns when the last one came."""
    chance = random.Random(seed)
    at = BEGINS
    with path.open("w", encoding="utf-8") as file:
        for name, answer in _lists():
            file.write(_exchange(name, answer))
        for number in range(1, count + 1):
            at += timedelta(minutes=chance.expovariate(PER_MINUTE))
            ticket, history = _Ticket(number, at, chance).answers()
            file.write(_exchange(f"/api/v1/tickets/{number}?all=true", ticket))
            file.write(_exchange(f"/api/v1/ticket_history/{number}", history))
    return at


def _exchange(path: str, answer: object) -> str:
    request, response = {"method": "GET", "path": path}, {"status": 200, "json": answer}
    return json.dumps({"request": request, "response": response}, ensure_ascii=False, separators=(",", ":")) + "\n"


def _lists() -> Iterator[tuple[str, object]]:
    groups = [
        {"id": id, "name": name, "active": True, "email_address_id": 1, "updated_at": _time(BEGINS),
         "created_at": _time(BEGINS)}
        for id, name in {1: "Users", **GROUPS}.items()
    ]  # fmt: skip
    yield "/api/v1/groups", groups
    yield "/api/v1/users", [_user(id) for id in (*AGENTS, SUPERVISOR, MANAGER)]


def _time(at: datetime) -> str:
    return f"{at:%Y-%m-%dT%H:%M:%S}.{at.microsecond // 1000:03}Z"


def _user(id: int) -> dict[str, Any]:
    staff = id < 100
    blank = dict.fromkeys(("web", "phone", "fax", "mobile", "street", "zip", "city", "country", "note"), "")
    away = dict.fromkeys(("out_of_office_start_at", "out_of_office_end_at", "out_of_office_replacement_id"))
    return {
        "id": id, "organization_id": None, "login": f"u{id}@bank.example" if staff else f"c{id}@mail.example",
        "firstname": "Staff" if staff else "Kunde", "lastname": str(id),
        "email": f"u{id}@bank.example" if staff else f"c{id}@mail.example", "image": None, "image_source": None,
        **blank, "department": None, "address": None, "vip": False, "verified": False, "active": True,
        "last_login": None, "source": None, "login_failed": 0, "out_of_office": False, **away,
        "preferences": _PREFERENCES if staff else {"tickets_closed": 1, "tickets_open": 0}, "updated_by_id": 1,
        "created_by_id": 1, "created_at": _time(BEGINS), "updated_at": _time(BEGINS),
        "role_ids": [2] if staff else [3], "two_factor_preference_ids": [], "organization_ids": [],
        "authorization_ids": [], "overview_sorting_ids": [],
        "group_ids": {str(group): ["full"] for group in GROUPS} if staff else {},
    }  # fmt: skip


class _Ticket:
    """One ticket's life, told by chance."""

    def __init__(self, number: int, at: datetime, chance: random.Random) -> None:
        self.number, self.chance, self.created = number, chance, at
        self.group = chance.choices((3, 2, 4, 5), (6, 64, 20, 10))[0]
        self.customer = 1000 + chance.randrange(60_000)
        self.agent = chance.choice(AGENTS)
        self.at = at
        self.fields: dict[str, Any] = {f"zhidu_{field}": [] if field == "flags" else None for field in FIELDS}
        self.row: dict[str, Any] = {"state_id": 1, "owner_id": 1}
        self.closed: datetime | None = None
        self.articles: list[dict[str, Any]] = []
        self.history: list[dict[str, Any]] = []

    def answers(self) -> tuple[dict[str, Any], dict[str, Any]]:
        self._live()
        people = {str(id): _user(id) for id in (self.customer, self.agent, SUPERVISOR)}
        ticket = {
            "id": self.number, "group_id": self.group, "priority_id": 2, **self.row, "organization_id": None,
            "number": str(20_000 + self.number), "title": "Anfrage / 咨询", "customer_id": self.customer, "note": None,
            "first_response_at": None, "close_at": None if self.closed is None else _time(self.closed),
            "last_close_at": None if self.closed is None else _time(self.closed), "pending_time": None,
            "article_count": len(self.articles), "article_ids": [row["id"] for row in self.articles],
            "preferences": {}, "created_by_id": self.customer, "updated_by_id": self.agent,
            "created_at": _time(self.created), "updated_at": _time(self.at), **self.fields,
        }  # fmt: skip
        articles = {str(row["id"]): row for row in self.articles}
        assets = {"User": people, "Ticket": {str(self.number): ticket}, "TicketArticle": articles}
        read = {
            "ticket_id": self.number, "ticket_article_ids": list(map(int, articles)), "assets": assets,
            "links": [], "tags": [], "mentions": [], "time_accountings": [],
        }  # fmt: skip
        return read, {"history": self.history, "assets": {"User": people}}

    def _live(self) -> None:
        chance = self.chance
        complaint = self.group == 3
        self._entry("created", self.customer)
        self._writes(chance.choice(_COMPLAINED if complaint else _ASKED), customer=True)
        for agent in (self.agent, SUPERVISOR):
            self._entry("notification", self.customer, value_to=f"u{agent}@bank.example(create:online,email)")
        self._wait(chance.expovariate(1 / 25))
        self._changes("owner", 1, self.agent)
        self._changes("state", 1, 2)
        self.row |= {"state_id": 2, "owner_id": self.agent}
        self._wait(chance.expovariate(1 / (60 if complaint else 90)))
        self._writes(chance.choice(_ANSWERED), customer=False)
        if chance.random() < 0.4:
            self._wait(chance.expovariate(1 / 900))
            self._writes(chance.choice(_ASKED), customer=True)
            self._wait(chance.expovariate(1 / 300))
            self._writes(chance.choice(_ANSWERED), customer=False)
        if chance.random() < (0.9 if complaint else 0.97):
            self._wait(chance.expovariate(1 / (3000 if complaint else 600)))
            if complaint:
                for field, word in (
                    ("cause", f"费用 {chance.randrange(400)}"),
                    ("responsible", "卡部"),
                    ("remedy", "退款"),
                ):
                    self.fields[f"zhidu_{field}"] = word
                    self._changes(f"zhidu_{field}", "", word)
            self._changes("state", 2, 4)
            self.row["state_id"], self.closed = 4, self.at

    def _wait(self, minutes: float) -> None:
        self.at += timedelta(minutes=minutes + 0.5)

    def _writes(self, text: str, *, customer: bool) -> None:
        by, id = (self.customer if customer else self.agent), self.number * 10 + len(self.articles)
        self.articles.append({
            "id": id, "ticket_id": self.number, "type_id": 1, "sender_id": 2 if customer else 1,
            "from": f"c{self.customer}@mail.example", "to": "service@bank.example", "cc": None,
            "subject": "咨询", "reply_to": None, "message_id": f"<{id}@mail.example>", "message_id_md5": "0" * 32,
            "in_reply_to": None, "content_type": "text/html", "references": None, "body": f"<p>{text}</p>",
            "internal": False, "preferences": {}, "updated_by_id": by, "created_by_id": by, "origin_by_id": None,
            "created_at": _time(self.at), "updated_at": _time(self.at), "attachments": [],
        })  # fmt: skip
        self._entry("created", by, object="Ticket::Article", o_id=id, related_o_id=self.number)
        who = "customer" if customer else "agent"
        stamp = f"{self.at:%Y-%m-%d %H:%M:%S} UTC"
        for attribute in ("last_contact_at", f"last_contact_{who}_at"):
            self._entry("updated", by, attribute=attribute, value_from="", value_to=stamp)

    def _changes(self, field: str, old: str | int, new: str | int) -> None:
        names = {1: "new", 2: "open", 4: "closed"} if field == "state" else {}
        values: dict[str, Any] = {"value_from": names.get(old, str(old)), "value_to": names.get(new, str(new))}  # type: ignore[call-overload]
        if isinstance(old, int):
            values |= {"id_from": old, "id_to": new}
        self._entry("updated", self.agent, attribute=field, **values)

    def _entry(self, type: str, by: int, **more: Any) -> None:
        common = {
            "id": self.number * 100 + len(self.history), "sourceable_type": None, "sourceable_id": None,
            "sourceable_name": None, "o_id": self.number, "created_by_id": by, "created_at": _time(self.at),
            "object": "Ticket", "type": type, "history_attribute_id": None,
        }  # fmt: skip
        self.history.append(common | more)
