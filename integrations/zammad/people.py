"""Who works in the helpdesk: agents with their posts, groups and absences, read once and kept fresh."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import date
from types import MappingProxyType

from integrations.zammad.errors import Transient
from integrations.zammad.names import Names, UnknownName
from integrations.zammad.wire import Role, User
from policies.kernel.facts import Person, Post

_OWNS = frozenset({"full", "change"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Staff:
    """Everybody who works in the helpdesk, and the roles, which may open groups to whoever has them."""

    users: tuple[User, ...]
    roles: tuple[Role, ...] = ()


class Directory:
    """The people of one helpdesk, for all threads. When it cannot be read again, who was known goes on serving.

    source      reads everybody who works in the helpdesk
    posts       login → post, from `people.yaml`; the field `zhidu_post` of the user comes first
    fresh_for   seconds after which the list is read again; users that come with a ticket are always as fresh as it
    not_again   seconds in which a reading that failed is not tried again
    """

    def __init__(
        self,
        source: Callable[[], Staff],
        names: Names,
        posts: Mapping[str, Post],
        *,
        fresh_for: float = 300.0,
        not_again: float = 30.0,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._source = source
        self._names = names
        self._posts = {login.lower(): post for login, post in posts.items()}
        self._fresh_for = fresh_for
        self._not_again = not_again
        self._monotonic = monotonic
        self._lock = threading.RLock()
        self._users: dict[int, User] = {}
        self._access: Mapping[int, Mapping[int, tuple[str, ...]]] = MappingProxyType({})
        self._read_at: float | None = None
        self._tried_at = 0.0
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
                if wanted in (user.login.lower(), (user.email or user.login).lower()):
                    return user.id
        return None

    def refresh(self) -> None:
        """Reads everybody anew. raises ZammadError; who was known stays known then."""
        staff = self._source()
        with self._lock:
            self._users = {user.id: user for user in staff.users}
            self._access = {role.id: role.group_ids for role in staff.roles if role.active}
            self._cast, self._read_at = None, self._monotonic()

    def _refresh_when_old(self) -> None:
        now = self._monotonic()
        if self._read_at is None:
            self.refresh()
        elif now - self._read_at > self._fresh_for and now - self._tried_at > self._not_again:
            self._tried_at = now
            with suppress(Transient):
                self.refresh()

    def _is_staff(self, user: User) -> bool:
        return user.login.lower() in self._posts or self._post_field(user) is not None or any(self._access_of(user))

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
        return self._post_field(user) or self._posts.get(user.login.lower())

    @staticmethod
    def _post_field(user: User) -> Post | None:
        field = user.custom("zhidu_post")
        return Post(field) if isinstance(field, str) and field in set(Post) else None

    def _access_of(self, user: User) -> Iterator[tuple[int, tuple[str, ...]]]:
        """Group and kinds of access: the user's own first, then what the roles grant."""
        yield from user.group_ids.items()
        for role in user.role_ids:
            yield from self._access.get(role, {}).items()

    def _groups(self, user: User) -> Iterable[str]:
        for group, access in self._access_of(user):
            if not _OWNS.isdisjoint(access):
                try:
                    yield self._names.group(group).name
                except UnknownName:
                    continue
