"""Who works in the helpdesk: agents with their posts, groups and absences, read once and kept fresh."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterable, Mapping
from datetime import date
from types import MappingProxyType

from integrations.zammad.names import Names, UnknownName
from integrations.zammad.wire import User
from policies.kernel.facts import Person, Post

_OWNS = frozenset({"full", "change"})


class Directory:
    """The people of one helpdesk, for all threads.

    source      reads everybody who works in the helpdesk
    posts       login → post, from `people.yaml`; the field `zhidu_post` of the user comes first
    fresh_for   seconds after which the list is read again; users that come with a ticket are always as fresh as it
    """

    def __init__(
        self,
        source: Callable[[], Iterable[User]],
        names: Names,
        posts: Mapping[str, Post],
        *,
        fresh_for: float = 300.0,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._source = source
        self._names = names
        self._posts = {login.lower(): post for login, post in posts.items()}
        self._fresh_for = fresh_for
        self._monotonic = monotonic
        self._lock = threading.RLock()
        self._users: dict[int, User] = {}
        self._read_at: float | None = None
        self._cast: tuple[date, Mapping[int, Person]] | None = None

    def people(self, today: date) -> Mapping[int, Person]:
        """user id → person, for everybody who is an agent or has a post. `today` decides who is out of office.

        raises ZammadError – the list has never been read and cannot be.
        """
        with self._lock:
            self._refresh_when_old()
            if self._cast is None or self._cast[0] != today:
                staff = (self._person(user, today) for user in self._users.values() if self._is_staff(user))
                self._cast = today, MappingProxyType({person.id: person for person in staff})
            return self._cast[1]

    def learn(self, users: Iterable[User]) -> None:
        """Takes in users as they came with a ticket: newer than the list."""
        with self._lock:
            for user in users:
                known = self._users.get(user.id)
                if known is None or known.updated_at != user.updated_at:
                    self._users[user.id] = user
                    self._cast = None

    def id_of(self, login: str) -> int | None:
        """The user id for a login or an e-mail address; None when nobody has it."""
        wanted = login.lower()
        with self._lock:
            self._refresh_when_old()
            for user in self._users.values():
                if wanted in (user.login.lower(), (user.email or "").lower()):
                    return user.id
        return None

    def refresh(self) -> None:
        """Reads everybody anew. raises ZammadError; who was known stays known then."""
        users = {user.id: user for user in self._source()}
        with self._lock:
            self._users, self._cast, self._read_at = users, None, self._monotonic()

    def _refresh_when_old(self) -> None:
        if self._read_at is None or self._monotonic() - self._read_at > self._fresh_for:
            self.refresh()

    def _is_staff(self, user: User) -> bool:
        return bool(user.group_ids) or user.login.lower() in self._posts

    def _person(self, user: User, today: date) -> Person:
        return Person(
            id=user.id,
            name=user.name,
            email=user.email or "",
            active=user.active,
            post=self._post(user),
            groups=frozenset(self._groups(user)),
            away=user.away_on(today),
            stands_in=user.out_of_office_replacement_id,
            staff_no=str(user.custom("zhidu_staff_no") or ""),
            department=user.department or "",
            language=user.locale or "",
        )

    def _post(self, user: User) -> Post | None:
        field = user.custom("zhidu_post")
        if isinstance(field, str) and field in set(Post):
            return Post(field)
        return self._posts.get(user.login.lower())

    def _groups(self, user: User) -> Iterable[str]:
        for group, access in user.group_ids.items():
            if not _OWNS.isdisjoint(access):
                try:
                    yield self._names.group(group).name
                except UnknownName:
                    continue
