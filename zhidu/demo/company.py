"""The company of the demonstration: an invented consumer-finance house, its people and its groups, as data."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final, Literal

from policies.kernel.facts import Post

Tongue = Literal["zh-CN", "zh-TW", "en"]

DOMAIN: Final = "yunhe.example"
_SERVICE: Final = "客户服务部"


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """Somebody who works there; `name` as an English and as a Chinese page shows it, `department` as mails name it."""

    name: str
    chinese: str
    post: Post
    staff_no: str
    groups: tuple[str, ...]
    department: str = _SERVICE

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


def _specialist(name: str, chinese: str, staff_no: str, *groups: str, department: str = _SERVICE) -> Member:
    return Member(
        name=name, chinese=chinese, post=Post.SPECIALIST, staff_no=staff_no, groups=groups, department=department
    )


def _leader(name: str, chinese: str, staff_no: str, post: Post) -> Member:
    return Member(name=name, chinese=chinese, post=post, staff_no=staff_no, groups=_ALL)


MEMBERS: Final[Mapping[str, Member]] = MappingProxyType(
    {
        "wei": _specialist("Wei Na", "韦娜", "1011", *_DESK),
        "bao": _specialist("Bao Chen", "包晨", "1012", *_ABROAD),
        "lin": _specialist("Lin Ke", "林可", "1013", *_ABROAD, "Suggestions"),
        "gao": _specialist("Gao Yuan", "高远", "1014", *_DESK),
        "shi": _specialist("Shi Lei", "石磊", "1021", "Cards", department="卡务部"),
        "ma": _specialist("Ma Tao", "马涛", "1041", "Accounts", department="账户部"),
        "fang": _specialist("Fang Min", "方敏", "1031", "IT", department="信息科技部"),
        "xu": _leader("Xu Jing", "许静", "1001", Post.SUPERVISOR),
        "luo": _leader("Luo Ning", "罗宁", "1002", Post.SUPERVISOR),
        "shen": _leader("Shen Lan", "沈岚", "1000", Post.MANAGER),
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
