"""A desk's old tickets as an export, made by a seed: as many as asked, with the sizes and shapes of recorded answers.

100,000 of them are a quarter of a bank's desk of some two hundred people, before zhidu: its helpdesk has none of our
fields but those of the register of complaints. Of a hundred tickets 60 are inquiries, 24 business requests, 10
technical and 6 complaints. What happens to one:

- Two thirds of the inquiries are settled with the first answer (contact centres aim at 70 %); of business requests and
  technical questions about half; of complaints one in seven, for they are acknowledged first. The others hear when
  they will hear more, and every second customer writes again before they do.
- Half the tickets are taken before they are answered, the others with the answer, in one update, as an agent's form
  sends it. Four of five are closed with the last answer, the others later; 3 in 100 stay open, of complaints 10. One
  customer in twelve writes thanks, which opens the ticket again.
- Staff work 9 to 18 on working days and answer an inquiry within an hour or so, after a promise within a day; one
  answer in twelve takes ten times as long. Customers write from 7 to 23, and hardly two of them the same.

That is, for each, 2.7 articles (3.1 in the recorded week), 3.3 changes by people (3.6) beside what Zammad notes by
itself, and 3.5 moments at which somebody does something (4.2 in the demonstration's week, of which most tickets are
complaints; 2.2 in the recorded one, where everything happens at once). Every answer has its people with their settings.
"""

import json
import random
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any, NamedTuple

from benchmarks.old_words import Words

BEGINS = datetime(2026, 1, 5, 0, 30, tzinfo=UTC)
GROUPS = {2: "Service", 3: "Complaints", 4: "Business", 5: "Technical"}
KINDS = {"Service": "inquiry", "Complaints": "complaint", "Business": "business", "Technical": "support"}
AGENTS = range(11, 19)
SUPERVISOR, MANAGER = 19, 20
PER_MINUTE = 1.35
"""Tickets a minute while customers write: 1,300 a day, of which a desk of two hundred people handles 6 or 7 each."""

_OPENS, _CLOSES = 1, 10
"""Hours, UTC, of the desk: 9 and 18 in Shanghai."""
_NIGHT = (15, 23)
"""Hours, UTC, between which nobody writes."""
_HOLIDAYS = (
    frozenset(date(2026, 2, day) for day in range(15, 24))
    | frozenset(date(2026, 4, day) for day in (4, 5, 6))
    | frozenset(date(2026, 5, day) for day in range(1, 6))
)
_AT_ONCE = {"Service": 0.67, "Business": 0.45, "Technical": 0.5, "Complaints": 0.15}
"""How many are settled with the first answer."""

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


class Written(NamedTuple):
    """What was written: how much of it the tickets have together. changes: by people, of fields."""

    tickets: int
    articles: int
    changes: int


def write_export(path: Path, count: int, *, seed: int = 1) -> Written:
    """Write `count` tickets, an exchange a line."""
    chance = random.Random(seed)
    at, articles, changes = BEGINS, 0, 0
    with path.open("w", encoding="utf-8") as file:
        for name, answer in _lists():
            file.write(_exchange(name, answer))
        for number in range(1, count + 1):
            at = _awake(at + timedelta(minutes=chance.expovariate(PER_MINUTE)))
            life = _Ticket(number, at, chance)
            ticket, history = life.answers()
            articles, changes = articles + len(life.articles), changes + life.changes
            file.write(_exchange(f"/api/v1/tickets/{number}?all=true", ticket))
            file.write(_exchange(f"/api/v1/ticket_history/{number}", history))
    return Written(count, articles, changes)


def _awake(at: datetime) -> datetime:
    """The instant, or the morning after where it is in the night."""
    begins, ends = _NIGHT
    return at if not begins <= at.hour < ends else at.replace(hour=ends, minute=0)


def _opened(at: datetime) -> datetime:
    """The instant, or the next opening where the desk is closed."""
    if at.hour >= _CLOSES:
        at = at.replace(hour=_OPENS, minute=0) + timedelta(days=1)
    elif at.hour < _OPENS:
        at = at.replace(hour=_OPENS, minute=0)
    while at.weekday() > 4 or at.date() in _HOLIDAYS:
        at = at.replace(hour=_OPENS, minute=0) + timedelta(days=1)
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
        self.group = chance.choices((3, 2, 4, 5), (6, 60, 24, 10))[0]
        self.words = Words(chance, GROUPS[self.group])
        self.customer = 1000 + chance.randrange(60_000)
        self.agent = chance.choice(AGENTS)
        self.at = at
        self.fields: dict[str, Any] = dict.fromkeys(("zhidu_cause", "zhidu_responsible", "zhidu_remedy"))
        self.row: dict[str, Any] = {"state_id": 1, "owner_id": 1}
        self.closed: datetime | None = None
        self.articles: list[dict[str, Any]] = []
        self.history: list[dict[str, Any]] = []
        self.changes = 0

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
        chance, words, complaint = self.chance, self.words, self.group == 3
        self._entry("created", self.customer)
        self._writes(words.asked(), customer=True)
        for agent in (self.agent, SUPERVISOR):
            self._entry("notification", self.customer, value_to=f"u{agent}@bank.example(create:online,email)")
        if chance.random() < 0.5:
            self._works(12)
            self._takes()
        if chance.random() >= _AT_ONCE[GROUPS[self.group]]:
            self._works(35)
            self._takes()
            self._writes(words.later(), customer=False)
            if chance.random() < 0.5:
                self._waits(400)
                self._writes(words.more(), customer=True)
            self._works(200)
        self._works(40)
        self._takes()
        self._writes(words.answer(), customer=False)
        if chance.random() >= (0.9 if complaint else 0.97):
            return
        if chance.random() < 0.2:
            self._works(60)
        self._closes()
        if chance.random() < 0.08:
            self._waits(200)
            self._writes(words.thanks(), customer=True)
            self._changes("state", 4, 2, by=self.customer)
            self._works(40)
            self._changes("state", 2, 4)

    def _waits(self, minutes: float) -> None:
        """Until the customer writes, about `minutes` later."""
        self.at = _awake(self.at + timedelta(minutes=self.chance.expovariate(1 / minutes) + 0.5))

    def _works(self, minutes: float) -> None:
        """Until staff do something, after about `minutes` of the desk's hours."""
        chance = self.chance
        late = 10 if chance.random() < 1 / 12 else 1
        left = timedelta(minutes=chance.expovariate(1 / (minutes * late)) + 0.5)
        at = _opened(self.at)
        while left > (today := at.replace(hour=_CLOSES, minute=0, second=0, microsecond=0) - at):
            left -= today
            at = _opened(at + today)
        self.at = at + left

    def _takes(self) -> None:
        if self.row["owner_id"] == 1:
            self._changes("owner", 1, self.agent)
            self._changes("state", 1, 2)
            self.row |= {"state_id": 2, "owner_id": self.agent}

    def _closes(self) -> None:
        if self.group == 3:
            for field, word in (
                ("cause", f"费用 {self.chance.randrange(400)}"), ("responsible", "卡部"), ("remedy", "退款"),
            ):  # fmt: skip
                self.fields[f"zhidu_{field}"] = word
                self._changes(f"zhidu_{field}", "", word)
        self._changes("state", 2, 4)
        self.row["state_id"], self.closed = 4, self.at

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

    def _changes(self, field: str, old: str | int, new: str | int, *, by: int | None = None) -> None:
        self.changes += 1
        names = {1: "new", 2: "open", 4: "closed"} if field == "state" else {}
        values: dict[str, Any] = {"value_from": names.get(old, str(old)), "value_to": names.get(new, str(new))}  # type: ignore[call-overload]
        if isinstance(old, int):
            values |= {"id_from": old, "id_to": new}
        self._entry("updated", by or self.agent, attribute=field, **values)

    def _entry(self, type: str, by: int, **more: Any) -> None:
        common = {
            "id": self.number * 100 + len(self.history), "sourceable_type": None, "sourceable_id": None,
            "sourceable_name": None, "o_id": self.number, "created_by_id": by, "created_at": _time(self.at),
            "object": "Ticket", "type": type, "history_attribute_id": None,
        }  # fmt: skip
        self.history.append(common | more)
