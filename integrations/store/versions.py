"""Versions of the policy's configuration: published once, approved by a second person, in force from a date on."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from types import MappingProxyType
from typing import Any, Final

from sqlalchemy import ColumnElement, Row, Select, case, func, insert, or_, select, update

from integrations.store.accounts import shared
from integrations.store.database import Session, insert_into
from integrations.store.errors import NotFound, Refused
from integrations.store.tables import POLICY_VERSIONS

_TAKE_BACK: Final = "take it back with zhidu policy withdraw"


class VersionStatus(StrEnum):
    """Where a version stands at an instant."""

    PROPOSED = "proposed"
    DUE = "due"
    IN_FORCE = "in force"
    PAST = "past"
    WITHDRAWN = "withdrawn"


@dataclass(frozen=True, slots=True, kw_only=True)
class Signature:
    """Who did it: `name` as people know them, and the `account` of the machine that it was done from."""

    name: str
    account: str

    def __str__(self) -> str:
        return f"{self.name} (account {self.account})" if self.account else self.name


@dataclass(frozen=True, slots=True, kw_only=True)
class PolicyVersion:
    """One version.

    files          path within the configuration's folder → text
    digest         of the files: equal for equal ones
    effective_at   from when on it decides, once it is approved
    approved_at    None: nobody has approved it yet
    """

    number: int
    digest: str
    files: Mapping[str, str] = field(repr=False)
    author: Signature
    reason: str
    published_at: datetime
    effective_at: datetime
    approver: Signature | None = None
    approved_at: datetime | None = None
    withdrawn_by: str | None = None
    withdrawn_why: str | None = None
    withdrawn_at: datetime | None = None

    @property
    def stands(self) -> bool:
        """Approved, and not withdrawn."""
        return self.approved_at is not None and self.withdrawn_at is None

    @property
    def since(self) -> datetime:
        """From when on it decides: never earlier than it was approved."""
        return self.effective_at if self.approved_at is None else max(self.effective_at, self.approved_at)

    def status(self, at: datetime, in_force: int | None) -> VersionStatus:
        """Where it stands at `at`, when the version of the number `in_force` decides."""
        if self.withdrawn_at is not None:
            return VersionStatus.WITHDRAWN
        if self.approved_at is None:
            return VersionStatus.PROPOSED
        if self.since > at:
            return VersionStatus.DUE
        return VersionStatus.IN_FORCE if self.number == in_force else VersionStatus.PAST


_since: ColumnElement[datetime] = case(
    (POLICY_VERSIONS.c.effective_at > POLICY_VERSIONS.c.approved_at, POLICY_VERSIONS.c.effective_at),
    else_=POLICY_VERSIONS.c.approved_at,
)
"""`PolicyVersion.since` of one that is approved."""


class Versions:
    """All versions, numbered from 1 on without a gap."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def publish(
        self, files: Mapping[str, str], digest: str, by: Signature, *, reason: str, at: datetime, effective_at: datetime
    ) -> PolicyVersion:
        """Keeps `files` as the next version, to be approved.

        raises   Refused – nobody's name; no reason; another version waits for its approval, or comes into force later
                 than this one would and would undo it
        """
        _named(by, "publishes it")
        if not reason.strip():
            raise Refused("a version needs a reason")
        with self._session.write() as connection:
            rows = connection.execute(select(POLICY_VERSIONS).with_for_update()).all()
            _in_turn(list(map(_version, rows)), max(effective_at, at))
            number = max((row.number for row in rows), default=0) + 1
            row = _row(number, files, digest, by, reason, at, effective_at)
            connection.execute(insert(POLICY_VERSIONS).values(**row))
            return _one(connection.execute(_number(number)).first(), number)

    def begin(
        self, files: Mapping[str, str], digest: str, by: Signature, *, reason: str, at: datetime
    ) -> PolicyVersion:
        """Keeps `files` as the very first version, in force at once: what an installation starts with needs no second
        person. raises Refused – there is a version already"""
        row = _row(1, files, digest, by, reason, at, at) | {
            "approver": by.name,
            "approver_account": by.account,
            "approved_at": at,
        }
        with self._session.write() as connection:
            # Another process may be at the very same thing: the insertion itself tells who was first.
            statement = (
                insert_into(connection, POLICY_VERSIONS)
                .values(**row)
                .on_conflict_do_nothing()
                .returning(POLICY_VERSIONS.c.number)
            )
            anything = connection.scalar(select(func.count()).select_from(POLICY_VERSIONS))
            if anything or connection.scalar(statement) is None:
                raise Refused("there is a version already: publish another one")
            return _one(connection.execute(_number(1)).first(), 1)

    def approve(self, number: int, by: Signature, *, at: datetime, one_account: bool = False) -> PolicyVersion:
        """A second person's consent.

        one_account   whether author and approver may have worked from one account of the machine
        raises        NotFound · Refused – the author's own, from the author's account, or one that no longer waits
        """
        _named(by, "approves it")
        with self._session.write() as connection:
            version = _one(connection.execute(_number(number).with_for_update()).first(), number)
            if version.withdrawn_at is not None or version.approved_at is not None:
                done = "withdrawn" if version.withdrawn_at is not None else "approved already"
                raise Refused(f"version {number} is {done}")
            if _same(by.name, version.author.name):
                what = f"version {number} is {version.author.name}'s own"
                raise Refused(f"{what}: a second person approves it, or {_TAKE_BACK} {number}")
            if not one_account and (where := shared(version.author.account, by.account)):
                other = "the second person approves it from another one, or zhidu.yaml says one_account: true"
                raise Refused(f"version {number} was published {where}: {other}")
            values = {"approver": by.name, "approver_account": by.account, "approved_at": at}
            connection.execute(update(POLICY_VERSIONS).where(POLICY_VERSIONS.c.number == number).values(**values))
            return _one(connection.execute(_number(number)).first(), number)

    def withdraw(self, number: int, by: Signature, *, why: str, at: datetime) -> PolicyVersion:
        """Takes back a version that decides nothing yet.

        raises   NotFound · Refused – it is or was in force: what was decided by it stays on record, publish another
        """
        _named(by, "withdraws it")
        if not why.strip():
            raise Refused("a withdrawal needs a reason")
        with self._session.write() as connection:
            version = _one(connection.execute(_number(number).with_for_update()).first(), number)
            if version.withdrawn_at is not None:
                raise Refused(f"version {number} is withdrawn already")
            if version.stands and version.since <= at:
                raise Refused(f"version {number} is in force or was: publish another one instead")
            values = {"withdrawn_by": by.name, "withdrawn_why": why.strip(), "withdrawn_at": at}
            connection.execute(update(POLICY_VERSIONS).where(POLICY_VERSIONS.c.number == number).values(**values))
            return _one(connection.execute(_number(number)).first(), number)

    def show(self, number: int) -> PolicyVersion:
        """raises NotFound"""
        with self._session.read() as connection:
            return _one(connection.execute(_number(number)).first(), number)

    def list(self) -> tuple[PolicyVersion, ...]:
        """All of them, the first one first."""
        with self._session.read() as connection:
            rows = connection.execute(select(POLICY_VERSIONS).order_by(POLICY_VERSIONS.c.number)).all()
        return tuple(map(_version, rows))

    def any(self) -> bool:
        """Whether anything was ever published."""
        with self._session.read() as connection:
            return bool(connection.scalar(select(func.count()).select_from(POLICY_VERSIONS)))

    def decided_until(self, at: datetime) -> tuple[PolicyVersion, ...]:
        """Those that are or were in force at `at` or before, in the order in which they came into force."""
        statement = select(POLICY_VERSIONS).where(*_decided(at)).order_by(_since, POLICY_VERSIONS.c.number)
        with self._session.read() as connection:
            return tuple(map(_version, connection.execute(statement).all()))

    def in_force(self, at: datetime) -> PolicyVersion | None:
        """The version that decides at `at`; None before the first one."""
        with self._session.read() as connection:
            row = connection.execute(_deciding(select(POLICY_VERSIONS), at)).first()
        return None if row is None else _version(row)

    def number_in_force(self, at: datetime) -> int | None:
        """The number of the version that decides at `at`, without reading its files."""
        with self._session.read() as connection:
            number: int | None = connection.scalar(_deciding(select(POLICY_VERSIONS.c.number), at))
        return number

    def waiting(self, at: datetime) -> tuple[int, ...]:
        """The numbers of those that decide nothing yet at `at`, without reading their files."""
        not_yet = POLICY_VERSIONS.c.withdrawn_at.is_(None), or_(POLICY_VERSIONS.c.approved_at.is_(None), _since > at)
        statement = select(POLICY_VERSIONS.c.number).where(*not_yet).order_by(POLICY_VERSIONS.c.number)
        with self._session.read() as connection:
            return tuple(connection.scalars(statement))


def _row(
    number: int,
    files: Mapping[str, str],
    digest: str,
    by: Signature,
    reason: str,
    at: datetime,
    effective_at: datetime,
) -> dict[str, object]:
    return {
        "number": number,
        "digest": digest,
        "files": json.dumps(dict(files), ensure_ascii=False, sort_keys=True),
        "author": by.name,
        "account": by.account,
        "reason": reason.strip(),
        "published_at": at,
        "effective_at": effective_at,
    }


def _decided(at: datetime) -> tuple[ColumnElement[bool], ...]:
    """What is true of a version that is or was in force at `at`; one that nobody approved is in force at no time."""
    return POLICY_VERSIONS.c.withdrawn_at.is_(None), _since <= at


def _deciding(statement: Select[Any], at: datetime) -> Select[Any]:
    """Of the version that decides at `at`."""
    return statement.where(*_decided(at)).order_by(_since.desc(), POLICY_VERSIONS.c.number.desc()).limit(1)


def _number(number: int) -> Any:
    return select(POLICY_VERSIONS).where(POLICY_VERSIONS.c.number == number)


def _in_turn(known: Sequence[PolicyVersion], since: datetime) -> None:
    for one in known:
        if one.approved_at is None and one.withdrawn_at is None:
            raise Refused(f"version {one.number} waits for its approval: approve it, or {_TAKE_BACK} {one.number}")
        if one.stands and one.since > since:
            begins = one.since.isoformat(timespec="minutes")
            what = f"version {one.number} comes into force at {begins} and would undo this one"
            raise Refused(f"{what}: date this one later, or {_TAKE_BACK} {one.number}")


def _named(by: Signature, does: str) -> None:
    if not by.name.strip():
        raise Refused(f"who {does} is not said")


def _same(one: str, other: str) -> bool:
    return "".join(one.split()).casefold() == "".join(other.split()).casefold()


def _one(row: Row[Any] | None, number: int) -> PolicyVersion:
    if row is None:
        raise NotFound(f"there is no version {number}")
    return _version(row)


def _version(row: Row[Any]) -> PolicyVersion:
    approver = None if row.approver is None else Signature(name=row.approver, account=row.approver_account or "")
    return PolicyVersion(
        number=row.number,
        digest=row.digest,
        files=MappingProxyType(json.loads(row.files)),
        author=Signature(name=row.author, account=row.account),
        reason=row.reason,
        published_at=row.published_at,
        effective_at=row.effective_at,
        approver=approver,
        approved_at=row.approved_at,
        withdrawn_by=row.withdrawn_by,
        withdrawn_why=row.withdrawn_why,
        withdrawn_at=row.withdrawn_at,
    )
