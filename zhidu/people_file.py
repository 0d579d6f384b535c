"""`config/people.yaml`: who holds which post, who leads which group (1.2). Absences are the helpdesk's own."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Final, Literal, Self

from pydantic import Field, model_validator

from policies.kernel.config import Loaded, StrictModel, load_text, read
from policies.kernel.facts import Desk, Post
from policies.kernel.problems import ConfigErrors, Mark, Problem, did_you_mean

FILE: Final = "people.yaml"

Kind = Literal["inquiry", "business", "complaint", "suggestion", "support", "task", "incident"]
Language = Literal["zh-CN", "zh-TW", "en"]


class DeskEntry(StrictModel):
    """One group of the helpdesk. People are named by login or e-mail address."""

    supervisor: str | None = None
    """客服主管 of the group."""
    deputy: str | None = None
    """Stands in for the supervisor, after whom the helpdesk itself names as replacement."""
    manager: str | None = None
    """客服经理 of the group."""
    calendar: str = Field(default="default", min_length=1)
    """Working calendar by which the group's deadlines count."""
    language: Language = "zh-CN"
    """Language of the notes that the group reads."""
    kind: Kind | None = None
    """Kind of the group's tickets while no field says otherwise."""
    department: str | None = None
    """Department that the group is, where cases are handed over to it."""

    def named(self) -> Iterator[tuple[str, str]]:
        """(setting, login) of everybody named."""
        for setting, login in (("supervisor", self.supervisor), ("deputy", self.deputy), ("manager", self.manager)):
            if login is not None:
                yield setting, login


class Posts(StrictModel):
    """Logins by post. A user's own field `zhidu_post` in the helpdesk comes first."""

    specialist: tuple[str, ...] = ()
    """客服专员."""
    supervisor: tuple[str, ...] = ()
    """客服主管."""
    manager: tuple[str, ...] = ()
    """客服经理."""

    @model_validator(mode="after")
    def _one_post_each(self) -> Self:
        holders: dict[str, str] = {}
        for post, logins in (
            ("specialist", self.specialist),
            ("supervisor", self.supervisor),
            ("manager", self.manager),
        ):
            for login in logins:
                first = holders.setdefault(login.casefold(), post)
                if first != post:
                    raise ValueError(f"{login} holds two posts, {first} and {post}")
        return self


class People(StrictModel):
    """The whole of `people.yaml`."""

    posts: Posts = Posts()
    desks: dict[str, DeskEntry] = Field(default_factory=dict)
    """Group → who leads it and how it works."""

    def post_by_login(self) -> Mapping[str, Post]:
        return MappingProxyType(
            {
                **dict.fromkeys(self.posts.specialist, Post.SPECIALIST),
                **dict.fromkeys(self.posts.supervisor, Post.SUPERVISOR),
                **dict.fromkeys(self.posts.manager, Post.MANAGER),
            }
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Desks:
    """The desks with user ids for logins.

    problems   those whom the helpdesk does not know; each leaves its place vacant
    """

    desks: Mapping[str, Desk]
    problems: tuple[Problem, ...]


def load_people(folder: Path | None) -> Loaded[People]:
    """The people in `folder`; None, or a folder without the file: nobody.

    raises   ConfigErrors – everything that is wrong with the file
    """
    path = (folder if folder is not None else Path("config")) / FILE
    return load_text(read(path).text if path.exists() else "", str(path), People)


def unknown_calendars(people: Loaded[People], known: Iterable[str]) -> tuple[Problem, ...]:
    """The desks that name a calendar which is none of the `known` ones; their deadlines would count by the default."""
    names, problems = tuple(known), []
    for group, entry in people.config.desks.items():
        if entry.calendar not in names:
            field = f"desks.{group}.calendar"
            mark = people.where(field) or Mark(path=FILE, line=0)
            what = f"there is no such calendar (got {entry.calendar!r}){did_you_mean(entry.calendar, names)}"
            problems.append(Problem(path=mark.path, line=mark.line, field=field, what=what))
    return tuple(problems)


def with_calendars(people: Loaded[People], known: Iterable[str]) -> Loaded[People]:
    """`people` as they are. Raises ConfigErrors – desks that name a calendar which is none of the `known` ones."""
    problems = unknown_calendars(people, known)
    if problems:
        raise ConfigErrors(problems)
    return people


def desks(people: Loaded[People], id_of: Callable[[str], int | None]) -> Desks:
    """Each group's desk; `id_of` gives the helpdesk's user id for a login or e-mail address, None for nobody."""
    found: dict[str, Desk] = {}
    problems: list[Problem] = []
    for group, entry in people.config.desks.items():
        ids: dict[str, int | None] = {setting: id_of(login) for setting, login in entry.named()}
        for setting, login in entry.named():
            if ids[setting] is None:
                name = f"desks.{group}.{setting}"
                mark = people.where(name) or Mark(path=FILE, line=0)
                what = f"the helpdesk knows nobody by the name {login!r}"
                problems.append(Problem(path=mark.path, line=mark.line, field=name, what=what))
        found[group] = Desk(
            group=group,
            supervisor=ids.get("supervisor"),
            deputy=ids.get("deputy"),
            manager=ids.get("manager"),
            calendar=entry.calendar,
            language=entry.language,
            kind=entry.kind,
            department=entry.department,
        )
    return Desks(desks=MappingProxyType(found), problems=tuple(problems))
