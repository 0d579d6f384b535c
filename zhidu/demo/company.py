"""The company of the demonstration: an invented consumer-finance house, its people and its groups, as data."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final, Literal

from policies.kernel.facts import Post

Tongue = Literal["zh-CN", "zh-TW", "en"]

DOMAIN: Final = "yunhe.example"


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """Somebody who works there; `name` as an English and as a Chinese page shows it, `department` as mails name it."""

    name: str
    chinese: str
    post: Post
    staff_no: str
    groups: tuple[str, ...]
    department: str = "客户服务部"

    @property
    def looks_for_work(self) -> bool:
        """Whether tickets that nobody owns are theirs to take: who leads turns the helpdesk's news of them off, and
        hears from zhidu what concerns them."""
        return self.post is Post.SPECIALIST

    def called(self, tongue: str) -> str:
        return self.name if tongue == "en" else self.chinese


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """A group of the helpdesk; `kind` of its tickets, None where all kinds come in; `department` where cases are handed
    over to it."""

    kind: str | None = None
    department: str | None = None
    manager: str = "shen"
    supervisor: str = "xu"
    deputy: str | None = "luo"


_DESK = ("Mailbox", "Service", "Business", "Complaints")
_ABROAD = ("Mailbox", "Service", "Business", "Complaints", "International")
_ALL = (*_ABROAD, "Suggestions", "Cards", "Accounts", "IT")

MEMBERS: Final[Mapping[str, Member]] = MappingProxyType(
    {
        "wei": Member(name="Wei Na", chinese="韦娜", post=Post.SPECIALIST, staff_no="1011", groups=_DESK),
        "bao": Member(name="Bao Chen", chinese="包晨", post=Post.SPECIALIST, staff_no="1012", groups=_ABROAD),
        "lin": Member(
            name="Lin Ke",
            chinese="林可",
            post=Post.SPECIALIST,
            staff_no="1013",
            groups=(*_ABROAD, "Suggestions"),
        ),
        "gao": Member(name="Gao Yuan", chinese="高远", post=Post.SPECIALIST, staff_no="1014", groups=_DESK),
        "shi": Member(
            name="Shi Lei",
            chinese="石磊",
            post=Post.SPECIALIST,
            staff_no="1021",
            groups=("Cards",),
            department="卡务部",
        ),
        "ma": Member(
            name="Ma Tao",
            chinese="马涛",
            post=Post.SPECIALIST,
            staff_no="1041",
            groups=("Accounts",),
            department="账户部",
        ),
        "fang": Member(
            name="Fang Min",
            chinese="方敏",
            post=Post.SPECIALIST,
            staff_no="1031",
            groups=("IT",),
            department="信息科技部",
        ),
        "xu": Member(name="Xu Jing", chinese="许静", post=Post.SUPERVISOR, staff_no="1001", groups=_ALL),
        "luo": Member(name="Luo Ning", chinese="罗宁", post=Post.SUPERVISOR, staff_no="1002", groups=_ALL),
        "shen": Member(name="Shen Lan", chinese="沈岚", post=Post.MANAGER, staff_no="1000", groups=_ALL),
    }
)

GROUPS: Final[Mapping[str, Group]] = MappingProxyType(
    {
        "Mailbox": Group(),
        "Service": Group(kind="inquiry"),
        "Business": Group(kind="business"),
        "Complaints": Group(kind="complaint"),
        "International": Group(kind="complaint"),
        "Suggestions": Group(kind="suggestion"),
        "Cards": Group(department="cards", deputy=None),
        "Accounts": Group(department="accounts", deputy=None),
        "IT": Group(kind="support", department="it", deputy=None),
    }
)


def login(member: str) -> str:
    """The login, which is the address as well."""
    return f"{member}@{DOMAIN}"


def password(member: str) -> str:
    """Everybody's password at the sandbox, which listens on this machine only."""
    return f"{member}-demo"
