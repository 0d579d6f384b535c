"""A helpdesk out of a file: what was once answered, read again without a connection.

The file holds exchanges, one JSON object a line, as recorded: `{"request": {"method", "path"}, "response": {"status",
"json"}}`. Reads of tickets and histories are taken from it; so are groups, roles and users that occur anywhere in it.
States, priorities, article types and senders that the file does not list are those of a fresh installation.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from integrations.zammad import wire
from integrations.zammad.errors import NotFound
from integrations.zammad.people import Staff
from integrations.zammad.sandbox.seed import fresh_rows, sender_name, type_name

TICKET = re.compile(r"/api/v1/tickets/(\d+)\?(?:.*&)?all=true")
HISTORY = re.compile(r"/api/v1/ticket_history/(\d+)")
_KINDS = {
    "groups": "groups",
    "users": "users",
    "roles": "roles",
    "ticket_states": "states",
    "ticket_priorities": "priorities",
}


class UnreadableExport(Exception):
    """A line of the file is no exchange, or holds a ticket that cannot be read; the text names file and line."""


@dataclass(slots=True)
class Offline:
    """Answers what the client would, from files. Nothing can be written to it.

    reads, histories   ticket id → the body of the answer
    rows               states, priorities, groups, roles, users by id
    people             users that came with tickets
    """

    reads: dict[int, bytes] = field(default_factory=dict)
    histories: dict[int, bytes] = field(default_factory=dict)
    rows: dict[str, dict[int, dict[str, Any]]] = field(default_factory=lambda: {kind: {} for kind in _KINDS.values()})
    people: dict[int, dict[str, Any]] = field(default_factory=dict)

    @classmethod
    def load(cls, paths: Iterable[Path]) -> Offline:
        """raises UnreadableExport, OSError"""
        found = cls.fresh()
        for path in paths:
            for number, line in enumerate(path.read_bytes().splitlines(), start=1):
                if line.strip():
                    found._take(line, f"{path}:{number}")
        return found

    @classmethod
    def fresh(cls) -> Offline:
        """One without tickets, with the names of a fresh installation."""
        found = cls()
        for kind, name in (("states", "ticket_states"), ("priorities", "ticket_priorities"), ("groups", "groups")):
            found._keep(kind, fresh_rows(name))
        return found

    @classmethod
    def of_rows(cls, rows: Mapping[str, Mapping[str, dict[str, Any]]], people: Mapping[str, dict[str, Any]]) -> Offline:
        """One without tickets, with the `rows` and `people` of another as JSON gives them back."""
        known = {kind: {int(id): row for id, row in those.items()} for kind, those in rows.items()}
        return cls(rows=known, people={int(id): row for id, row in people.items()})

    def _take(self, line: bytes, place: str) -> None:
        try:
            exchange = json.loads(line)
            path, response = str(exchange["request"]["path"]), exchange["response"]
            status, answer = int(response["status"]), response.get("json")
        except (ValueError, KeyError, TypeError, AttributeError):
            raise UnreadableExport(f"{place}: no exchange with request and response") from None
        if not 200 <= status < 300 or answer is None:
            return
        try:
            self.sort_in(path, answer)
        except wire.WireError as error:
            raise UnreadableExport(f"{place}: {error}") from None

    def sort_in(self, path: str, answer: Any) -> None:
        """Take in what one read answered. raises WireError – a ticket or a history that cannot be read"""
        body = json.dumps(answer).encode()
        if match := TICKET.fullmatch(path):
            wire.one_read(body)
            self.reads[int(match[1])] = body
            self.people.update({int(key): row for key, row in answer["assets"].get("User", {}).items()})
        elif match := HISTORY.fullmatch(path):
            wire.history(body)
            self.histories[int(match[1])] = body
        elif path.startswith("/api/v1/"):
            kind = _KINDS.get(path.removeprefix("/api/v1/").partition("?")[0].partition("/")[0])
            if kind is not None:
                self._keep(kind, answer if isinstance(answer, list) else [answer])

    def _keep(self, kind: str, rows: Iterable[Mapping[str, Any]]) -> None:
        for row in rows:
            if isinstance(row, dict) and isinstance(row.get("id"), int):
                self.rows[kind][row["id"]] = dict(row)

    @property
    def tickets(self) -> tuple[int, ...]:
        return tuple(sorted(self.reads))

    @property
    def service_user(self) -> int | None:
        """Who wrote the articles that bear a key of ours; None where there are none."""
        for id in self.tickets:
            for article in self.ticket(id).articles:
                if article.key is not None:
                    return article.created_by_id
        return None

    def ticket(self, id: int) -> wire.OneRead:
        """raises NotFound, WireError"""
        return wire.one_read(self._found(self.reads, id, "tickets"))

    def history(self, id: int) -> wire.History:
        """raises NotFound, WireError"""
        return wire.history(self._found(self.histories, id, "ticket_history"))

    def read_at(self, id: int) -> datetime:
        """A second after the last change of the ticket that the file shows. raises NotFound"""
        return self.ticket(id).ticket.updated_at + timedelta(seconds=1)

    def changed_since(self, at: datetime) -> Iterator[wire.Ticket]:
        for id in self.tickets:
            ticket = self.ticket(id).ticket
            if ticket.updated_at >= at:
                yield ticket

    def states(self) -> list[wire.State]:
        return wire.STATE.many(self._list("states"))

    def priorities(self) -> list[wire.Priority]:
        return wire.PRIORITY.many(self._list("priorities"))

    def groups(self) -> list[wire.Group]:
        return wire.GROUP.many(self._list("groups"))

    def staff(self) -> Staff:
        """Everybody in the file, and the roles it shows."""
        rows = {**self.rows["users"], **self.people}
        users = wire.USER.many(json.dumps(list(rows.values())).encode())
        return Staff(users=tuple(users), roles=tuple(wire.ROLE.many(self._list("roles"))))

    def articles(self, ticket_id: int) -> list[wire.Article]:
        """With the names of type and sender, as a fresh installation numbers them."""
        return [named(article) for article in self.ticket(ticket_id).articles]

    def _list(self, kind: str) -> bytes:
        return json.dumps(list(self.rows[kind].values())).encode()

    def _found(self, kept: Mapping[int, bytes], id: int, what: str) -> bytes:
        if id not in kept:
            raise NotFound("not in the file", status=404, method="GET", path=f"{what}/{id}")
        return kept[id]


def named(article: wire.Article) -> wire.Article:
    """With the names of type and sender, as a fresh installation numbers them."""
    names = {"type": type_name(article.type_id), "sender": sender_name(article.sender_id)}
    return article.model_copy(update=names)
