"""Where past tickets come from: a file of recorded exchanges, or the helpdesk. Nothing is written to either."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Protocol

import msgspec

from integrations.zammad import slim, wire
from integrations.zammad.client import Client
from integrations.zammad.errors import NotFound
from integrations.zammad.names import Names
from integrations.zammad.offline import HISTORY, TICKET, Offline, UnreadableExport
from integrations.zammad.people import Staff
from integrations.zammad.rows import Read, Told
from integrations.zammad.sandbox.seed import sender_name, type_name
from integrations.zammad.writes import Where
from policies.kernel.facts import Post
from zhidu.simulating.workbook import Lead

LEAD_IN = timedelta(days=90)
"""As far back as the shipped policy looks for what makes a complaint a repeat; no clock of a closed ticket that nobody
touched for so long runs in the period."""
_BEGINNING = datetime.fromisoformat("2000-01-01T00:00:00+00:00")
_OVER = ("closed", "merged", "removed")


class Source(Protocol):
    """Past tickets, one at a time."""

    def fetch(self, ticket: int, place: str) -> tuple[Read, Told]:
        """raises NotFound, WireError, ZammadError"""


class _User(msgspec.Struct):
    login: str = ""
    updated_at: str = ""
    role_ids: list[int] = []
    group_ids: dict[str, Any] = {}
    zhidu_post: str | None = None


class _Ticket(msgspec.Struct):
    customer_id: int
    created_at: datetime
    updated_at: datetime
    zhidu_cause: Any = None


class _Assets(msgspec.Struct):
    tickets: dict[str, msgspec.Raw] = msgspec.field(name="Ticket", default_factory=dict)
    users: dict[str, msgspec.Raw] = msgspec.field(name="User", default_factory=dict)


class _Read(msgspec.Struct):
    ticket_id: int
    assets: _Assets


_READ = msgspec.json.Decoder(_Read)
_TICKET = msgspec.json.Decoder(_Ticket)
_USER = msgspec.json.Decoder(_User)


@dataclass(frozen=True, slots=True)
class _Place:
    """Where in which file the exchange with a ticket, or with its history, stands."""

    file: int
    at: int
    size: int


class ExportSurvey:
    """One pass over export files: which tickets they hold and where, and who works in the helpdesk.

    posts   logins with a post
    Memory holds the places of tickets whose history has not come yet, which is the next line in an export.
    """

    def __init__(self, paths: Sequence[Path], posts: Mapping[str, Post]) -> None:
        self._paths = paths
        self._posts = {login.lower() for login in posts}
        self._lists = Offline.fresh()
        self._stamps: dict[int, str] = {}
        self._me: int | None = None
        self._half: dict[int, tuple[Lead, _Place]] = {}

    def leads(self, until: datetime) -> Iterator[Lead]:
        """raises UnreadableExport, OSError"""
        for number, path in enumerate(self._paths):
            with path.open("rb") as file:
                at = 0
                for count, line in enumerate(file, start=1):
                    place = _Place(number, at, len(line))
                    at += len(line)
                    if line.strip():
                        try:
                            yield from self._take(line, place, until)
                        except (wire.WireError, msgspec.MsgspecError, KeyError, ValueError) as error:
                            raise UnreadableExport(f"{path}:{count}: {_short(error)}") from None
        for lead, place in self._half.values():
            yield lead._replace(place=_joined(place, None))

    def _take(self, line: bytes, place: _Place, until: datetime) -> Iterator[Lead]:
        path, status, body = slim.exchange(line)
        if not 200 <= status < 300:
            return
        if match := TICKET.fullmatch(path):
            lead = self._read(body, line)
            if lead.created_at < until:
                self._half[int(match[1])] = lead, place
        elif match := HISTORY.fullmatch(path):
            found = self._half.pop(int(match[1]), None)
            if found is not None:
                yield found[0]._replace(place=_joined(found[1], place))
        elif body != b"null":
            self._lists.sort_in(path, json.loads(body))

    def _read(self, body: bytes, line: bytes) -> Lead:
        read = _READ.decode(body)
        ticket = _TICKET.decode(read.assets.tickets[str(read.ticket_id)])
        for id, raw in read.assets.users.items():
            self._learn(int(id), raw)
        if self._me is None and b'"zhidu"' in line:
            keyed = (article for article in wire.one_read(body).articles if article.key is not None)
            self._me = next((article.created_by_id for article in keyed), None)
        cause = ticket.zhidu_cause if isinstance(ticket.zhidu_cause, str) and ticket.zhidu_cause else None
        return Lead(read.ticket_id, ticket.customer_id, ticket.created_at, "", cause)

    def _learn(self, id: int, raw: msgspec.Raw) -> None:
        """Keep a user who may be one of the staff, as last changed; customers are not kept."""
        user = _USER.decode(raw)
        opened = self._lists.rows["roles"]
        if not (
            any(user.group_ids.values())
            or user.zhidu_post
            or user.login.lower() in self._posts
            or any(opened.get(role, {}).get("group_ids") for role in user.role_ids)
        ):
            return
        if self._stamps.get(id, "") < user.updated_at:
            self._stamps[id] = user.updated_at
            self._lists.people[id] = json.loads(bytes(raw))

    def cast(self) -> str:
        """What `ExportFile` needs besides the files, as JSON."""
        kept = {"rows": self._lists.rows, "people": self._lists.people, "me": self._me}
        return json.dumps(kept, ensure_ascii=False)


def _short(error: Exception) -> str:
    return f"{type(error).__name__}: {error}" if not isinstance(error, wire.WireError) else str(error)


def _joined(ticket: _Place, history: _Place | None) -> str:
    there = "" if history is None else f" {history.file} {history.at} {history.size}"
    return f"{ticket.file} {ticket.at} {ticket.size}{there}"


class ExportFile:
    """Tickets out of the surveyed files."""

    def __init__(self, paths: Sequence[Path], cast: str) -> None:
        kept = json.loads(cast)
        self.lists = Offline.of_rows(kept["rows"], kept["people"])
        self.me: int = kept["me"] or 0
        self.names = Names(lambda: self.lists)
        self._paths = paths
        self._files: dict[int, int] = {}
        self._met: set[tuple[int, int]] = set()

    def staff(self) -> Staff:
        return self.lists.staff()

    def fetch(self, ticket: int, place: str) -> tuple[Read, Told]:
        """raises WireError, OSError"""
        lines = self._lines([int(number) for number in place.split()])
        read = slim.one_read(slim.exchange(lines[0])[2])
        for article in read.articles:
            self._learn(article.type_id, article.sender_id)
        return read, slim.NO_HISTORY if len(lines) == 1 else slim.history(slim.exchange(lines[1])[2])

    def _learn(self, type_id: int, sender_id: int) -> None:
        """What a type and a sender are called, as a fresh installation numbers them."""
        if (type_id, sender_id) not in self._met:
            self._met.add((type_id, sender_id))
            with suppress(IndexError):  # one that a fresh installation has not: `Names` says so when it is asked for
                type, sender = type_name(type_id), sender_name(sender_id)
                self.names.learn_names({type_id: type} if type else {}, {sender_id: sender} if sender else {})

    def _lines(self, numbers: Sequence[int]) -> list[bytes]:
        """What stands at each file, place and size of `numbers`; neighbours, as a ticket and its history mostly are,
        are read at once."""
        number, at, size = numbers[:3]
        if len(numbers) == 3:
            return [self._read(number, at, size)]
        if numbers[3] == number and numbers[4] == at + size:
            both = self._read(number, at, size + numbers[5])
            return [both[:size], both[size:]]
        return [self._read(number, at, size), self._read(*numbers[3:])]

    def _read(self, number: int, at: int, size: int) -> bytes:
        file = self._files.get(number)
        if file is None:
            file = self._files[number] = os.open(self._paths[number], os.O_RDONLY)
        return os.pread(file, size, at)

    def close(self) -> None:
        for file in self._files.values():
            os.close(file)
        self._files.clear()


def live_leads(client: Client, names: Names, begins: datetime, until: datetime) -> Iterator[Lead]:
    """Tickets of the helpdesk that lived since a while before `begins`: those changed since, and those still open.

    Reads only: two searches, paged. raises ZammadError
    """
    still = [str(state.id) for state in names.states() if names.state_type(state.id) not in _OVER]
    touched = Where(field="ticket.updated_at", operator="after (absolute)", value=begins - LEAD_IN)
    waiting = Where(field="ticket.state_id", operator="is", value=tuple(still))
    for where in (touched, waiting):
        for ticket in client.search(where, created_since=_BEGINNING):
            if ticket.created_at >= until:
                break
            cause = ticket.fields.get("zhidu_cause")
            told = cause if isinstance(cause, str) and cause else None
            yield Lead(ticket.id, ticket.customer_id, ticket.created_at, "", told)


@dataclass(frozen=True, slots=True, kw_only=True)
class Helpdesk:
    """Tickets read through the interface, two reads each."""

    client: Callable[[], Client]

    def fetch(self, ticket: int, place: str) -> tuple[Read, Told]:
        """raises NotFound, ZammadError"""
        client = self.client()
        read = client.ticket(ticket)
        try:
            return read, client.history(ticket)
        except NotFound:
            return read, slim.NO_HISTORY


def span(paths: Sequence[Path]) -> tuple[datetime, datetime]:
    """When the first ticket of the exports was made and the last one changed. raises UnreadableExport, OSError"""
    found = [ticket for path in paths for ticket in _times(path)]
    if not found:
        raise UnreadableExport(f"{paths[0]}: there is no ticket in it")
    return min(first for first, _ in found), max(last for _, last in found)


def _times(path: Path) -> Iterator[tuple[datetime, datetime]]:
    first = last = None
    with path.open("rb") as file:
        for count, line in enumerate(file, start=1):
            if b"all=true" not in line:
                continue
            try:
                where, status, body = slim.exchange(line)
                if TICKET.fullmatch(where) and 200 <= status < 300:
                    read = _READ.decode(body)
                    ticket = _TICKET.decode(read.assets.tickets[str(read.ticket_id)])
                    first = min(first or ticket.created_at, ticket.created_at)
                    last = max(last or ticket.updated_at, ticket.updated_at)
            except (wire.WireError, msgspec.MsgspecError, KeyError) as error:
                raise UnreadableExport(f"{path}:{count}: {_short(error)}") from None
    if first is not None and last is not None:
        yield first, last
