"""Posts, groups and absences of those who work in the helpdesk."""

from collections.abc import Mapping
from datetime import date
from typing import Any

import pytest

from integrations.zammad.errors import Transient
from integrations.zammad.people import Directory, Staff
from integrations.zammad.wire import USER
from policies.kernel.facts import Person, Post
from tests.integrations.zammad.tickets import AGNES, BO, names, staff, user

TODAY = date(2026, 5, 6)
ROLE = {"id": 9, "name": "Supervisor", "active": True, "group_ids": {"2": ["full"]}}


def person(row: Mapping[str, Any], posts: Mapping[str, Post] | None = None, *roles: Mapping[str, Any]) -> Person | None:
    directory = Directory(lambda: staff(row, roles=roles), names(), posts or {})
    return directory.people(TODAY).get(row["id"])


GROUPS: dict[str, tuple[dict[str, Any], tuple[dict[str, Any], ...], set[str] | None]] = {
    "full": ({"group_ids": {"1": ["full"], "2": ["full"]}}, (), {"Users", "Complaints"}),
    "change": ({"group_ids": {"1": ["read", "change"]}}, (), {"Users"}),
    "only reading": ({"group_ids": {"1": ["read"]}}, (), set()),
    "a group nobody knows": ({"group_ids": {"1": ["full"], "99": ["full"]}}, (), {"Users"}),
    "by a role": ({"role_ids": [2, 9]}, (ROLE,), {"Complaints"}),
    "by a role and by name": ({"role_ids": [9], "group_ids": {"1": ["full"]}}, (ROLE,), {"Users", "Complaints"}),
    "by a role that is switched off": ({"role_ids": [9]}, (ROLE | {"active": False},), None),
    "by a role that grants reading": ({"role_ids": [9]}, (ROLE | {"group_ids": {"2": ["read"]}},), set()),
    "no access and no post": ({}, (), None),
}


@pytest.mark.parametrize(("fields", "roles", "groups"), GROUPS.values(), ids=GROUPS)
def test_groups_a_person_may_own_tickets_in(
    fields: dict[str, Any], roles: tuple[dict[str, Any], ...], groups: set[str] | None
) -> None:
    found = person(user(AGNES, "Agnes", **fields), {}, *roles)
    assert (None if found is None else found.groups) == groups


POSTS: dict[str, tuple[Any, dict[str, Post], Post | None]] = {
    "the field": ("supervisor", {}, Post.SUPERVISOR),
    "the field before the file": ("supervisor", {"agnes@example.com": Post.MANAGER}, Post.SUPERVISOR),
    "the file": (None, {"Agnes@Example.com": Post.MANAGER}, Post.MANAGER),
    "nonsense in the field": ("king", {"agnes@example.com": Post.SPECIALIST}, Post.SPECIALIST),
    "neither": ("", {"bo@example.com": Post.MANAGER}, None),
}


@pytest.mark.parametrize(("field", "posts", "post"), POSTS.values(), ids=POSTS)
def test_posts(field: Any, posts: dict[str, Post], post: Post | None) -> None:
    found = person(user(AGNES, "Agnes", zhidu_post=field, group_ids={"1": ["full"]}), posts)
    assert found is not None
    assert found.post is post


def test_a_post_makes_staff_of_who_has_no_group() -> None:
    assert person(user(AGNES, "Agnes"), {"agnes@example.com": Post.MANAGER}) is not None
    assert person(user(AGNES, "Agnes", zhidu_post="manager")) is not None


AWAY: dict[str, tuple[dict[str, Any], bool]] = {
    "no": (
        {"out_of_office": False, "out_of_office_start_at": "2026-05-01", "out_of_office_end_at": "2026-05-31"},
        False,
    ),
    "first day": ({"out_of_office_start_at": "2026-05-06", "out_of_office_end_at": "2026-05-09"}, True),
    "last day": ({"out_of_office_start_at": "2026-05-01", "out_of_office_end_at": "2026-05-06"}, True),
    "over": ({"out_of_office_start_at": "2026-05-01", "out_of_office_end_at": "2026-05-05"}, False),
    "not yet": ({"out_of_office_start_at": "2026-05-07", "out_of_office_end_at": "2026-05-09"}, False),
    "without days": ({}, False),
}


@pytest.mark.parametrize(("fields", "away"), AWAY.values(), ids=AWAY)
def test_absence_by_days(fields: dict[str, Any], away: bool) -> None:
    row = user(AGNES, "Agnes", group_ids={"1": ["full"]}, out_of_office_replacement_id=BO)
    found = person(row | {"out_of_office": True} | fields)
    assert found is not None
    assert (found.away, found.at_work, found.stands_in) == (away, not away, BO)


def test_the_rest_of_a_person() -> None:
    row = user(
        AGNES, "Agnes", group_ids={"1": ["full"]}, active=False, zhidu_staff_no=" 0042",
        department="cards", preferences={"locale": "zh-cn"}, email=None,
    )  # fmt: skip
    found = person(row)
    assert found == Person(
        id=AGNES, name="Agnes Chen", email="", active=False, groups=frozenset({"Users"}), staff_no=" 0042",
        department="cards", language="zh-cn",
    )  # fmt: skip
    assert not found.at_work


class Source:
    """Staff that changes and may be away."""

    def __init__(self) -> None:
        self.rows = [user(AGNES, "Agnes", group_ids={"1": ["full"]})]
        self.reads = 0
        self.down = False

    def __call__(self) -> Staff:
        self.reads += 1
        if self.down:
            raise Transient("down", status=503, method="GET", path="users/search")
        return staff(*self.rows)


def test_the_list_is_read_once_and_again_when_it_is_old(clock: Any) -> None:
    source = Source()
    directory = Directory(source, names(), {}, fresh_for=300, not_again=30, monotonic=clock.monotonic)
    assert directory.people(TODAY) is directory.people(TODAY)
    assert (directory.id_of("AGNES@example.com"), directory.id_of("nobody@example.com"), source.reads) == (
        AGNES,
        None,
        1,
    )
    source.rows.append(user(BO, "Bo", group_ids={"1": ["full"]}))
    clock.sleep(301)
    assert set(directory.people(TODAY)) == {AGNES, BO}

    clock.sleep(301)
    source.down = True
    assert set(directory.people(TODAY)) == {AGNES, BO}
    assert set(directory.people(TODAY)) == {AGNES, BO}
    assert source.reads == 3
    clock.sleep(31)
    source.down, source.rows = False, source.rows[:1]
    assert set(directory.people(TODAY)) == {AGNES}


def test_a_list_that_was_never_read_is_an_error(clock: Any) -> None:
    source = Source()
    source.down = True
    directory = Directory(source, names(), {}, monotonic=clock.monotonic)
    for _ in range(2):
        with pytest.raises(Transient):
            directory.people(TODAY)
    assert source.reads == 2


def test_people_who_come_with_a_ticket_are_newer_than_the_list(clock: Any) -> None:
    directory = Directory(Source(), names(), {}, monotonic=clock.monotonic)
    before = directory.people(TODAY)
    same = staff(user(AGNES, "Agnes", group_ids={"1": ["full"]})).users
    directory.learn(same)
    assert directory.people(TODAY) is before
    directory.learn(staff(user(AGNES, "Agnes", group_ids={"2": ["full"]}, updated_at="2026-05-06T02:00:00.000Z")).users)
    assert directory.people(TODAY)[AGNES].groups == {"Complaints"}


def test_another_day_is_another_cast(clock: Any) -> None:
    row = user(
        AGNES, "Agnes", group_ids={"1": ["full"]}, out_of_office=True, out_of_office_start_at="2026-05-07",
        out_of_office_end_at="2026-05-07",
    )  # fmt: skip
    directory = Directory(lambda: staff(row), names(), {}, monotonic=clock.monotonic)
    assert [directory.people(date(2026, 5, day))[AGNES].away for day in (6, 7, 8)] == [False, True, False]


def test_nobody_is_found_by_an_empty_name() -> None:
    assert Directory(lambda: staff(user(AGNES, "Agnes", email=None)), names(), {}).id_of("") is None


def test_names_come_from_the_login_where_there_are_none() -> None:
    (found,) = USER.many(b'[{"id": 5, "login": "x@example.com"}]')
    assert found.name == "x@example.com"
