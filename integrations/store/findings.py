"""Departures from clauses: raised once each, then acknowledged, closed or waived by a named person."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, Select, func, insert, select, update

from integrations.store.database import Session, batched, insert_into
from integrations.store.errors import NotFound, Refused
from integrations.store.records import Finding, FindingRecord, FindingStatus, FindingStep
from integrations.store.tables import FINDING_STEPS, FINDINGS

_COLUMNS = ("key", "case_id", "ticket_id", "clause", "code", "person_id", "at", "evidence", "grave")

_MAY_BECOME = {
    FindingStatus.OPEN: {FindingStatus.ACKNOWLEDGED, FindingStatus.CLOSED, FindingStatus.WAIVED},
    FindingStatus.ACKNOWLEDGED: {FindingStatus.CLOSED, FindingStatus.WAIVED},
    FindingStatus.CLOSED: set[FindingStatus](),
    FindingStatus.WAIVED: set[FindingStatus](),
}


class Findings:
    """Findings and the steps they took."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def raise_(self, finding: Finding) -> bool:
        """Opens `finding`. False, and no change, where one with its key exists, whatever became of it."""
        values = {name: getattr(finding, name) for name in _COLUMNS}
        with self._session.write() as connection:
            statement = insert_into(connection, FINDINGS).values(status=FindingStatus.OPEN, **values)
            statement = statement.on_conflict_do_nothing(index_elements=[FINDINGS.c.key])
            return connection.scalar(statement.returning(FINDINGS.c.id)) is not None

    def transition(self, key: str, status: FindingStatus, *, by: str, why: str, at: datetime) -> FindingRecord:
        """Moves the finding to `status`: open → acknowledged → closed or waived; a step may be left out.

        by      who did it, as people know them
        raises  NotFound · Refused – not from where it stands; or a waiver without a reason; or nobody's name
        """
        if not by.strip():
            raise Refused(f"finding {key}: who {status} it is not said")
        if status is FindingStatus.WAIVED and not why.strip():
            raise Refused(f"finding {key}: a waiver needs a reason")
        with self._session.write() as connection:
            row = connection.execute(
                select(FINDINGS.c.id, FINDINGS.c.status).where(FINDINGS.c.key == key).with_for_update()
            ).first()
            if row is None:
                raise NotFound(f"finding {key}: there is none")
            current = FindingStatus(row.status)
            if status not in _MAY_BECOME[current]:
                raise Refused(f"finding {key}: {current}, cannot become {status}")
            connection.execute(update(FINDINGS).where(FINDINGS.c.id == row.id).values(status=status))
            connection.execute(insert(FINDING_STEPS).values(finding_id=row.id, at=at, status=status, by=by, why=why))
            return _records(connection, select(FINDINGS).where(FINDINGS.c.id == row.id))[0]

    def show(self, key: str) -> FindingRecord:
        """One finding with its steps. Raises NotFound."""
        with self._session.read() as connection:
            records = _records(connection, select(FINDINGS).where(FINDINGS.c.key == key))
        if not records:
            raise NotFound(f"finding {key}: there is none")
        return records[0]

    def list(
        self,
        *,
        status: FindingStatus | None = None,
        ticket_id: int | None = None,
        case_id: str | None = None,
        clause: str | None = None,
        code: str | None = None,
        person_id: int | None = None,
        grave: bool | None = None,
        since: datetime | None = None,
        until: datetime | None = None,
        limit: int = 1000,
    ) -> tuple[FindingRecord, ...]:
        """Findings by time; every condition given must hold; [`since`, `until`) is half-open."""
        table = FINDINGS.c
        conditions = (
            (table.status, status),
            (table.ticket_id, ticket_id),
            (table.case_id, case_id),
            (table.clause, clause),
            (table.code, code),
            (table.person_id, person_id),
            (table.grave, grave),
        )
        wanted = select(FINDINGS).where(*(column == value for column, value in conditions if value is not None))
        if since is not None:
            wanted = wanted.where(table.at >= since)
        if until is not None:
            wanted = wanted.where(table.at < until)
        with self._session.read() as connection:
            return tuple(_records(connection, wanted.order_by(table.at, table.id).limit(limit)))

    def count_by_clause(self, since: datetime, until: datetime) -> dict[str, int]:
        """How many findings of [`since`, `until`) there are for each clause."""
        statement = (
            select(FINDINGS.c.clause, func.count())
            .where(FINDINGS.c.at >= since, FINDINGS.c.at < until)
            .group_by(FINDINGS.c.clause)
            .order_by(FINDINGS.c.clause)
        )
        with self._session.read() as connection:
            return {clause: count for clause, count in connection.execute(statement)}

    def open_by_code(self) -> dict[tuple[str, bool], int]:
        """(code, grave) → how many there are that nobody has closed or waived."""
        statement = (
            select(FINDINGS.c.code, FINDINGS.c.grave, func.count())
            .where(FINDINGS.c.status.in_([FindingStatus.OPEN, FindingStatus.ACKNOWLEDGED]))
            .group_by(FINDINGS.c.code, FINDINGS.c.grave)
            .order_by(FINDINGS.c.code, FINDINGS.c.grave)
        )
        with self._session.read() as connection:
            return {(code, bool(grave)): count for code, grave, count in connection.execute(statement)}


def _records(connection: Connection, wanted: Select[Any]) -> list[FindingRecord]:
    """The findings `wanted` selects, in its order, with their steps."""
    rows = connection.execute(wanted).all()
    steps: dict[int, list[FindingStep]] = {row.id: [] for row in rows}
    for some in batched(list(steps)):
        of_some = select(FINDING_STEPS).where(FINDING_STEPS.c.finding_id.in_(some)).order_by(FINDING_STEPS.c.id)
        for step in connection.execute(of_some):
            steps[step.finding_id].append(
                FindingStep(at=step.at, status=FindingStatus(step.status), by=step.by, why=step.why)
            )
    return [_record(row, steps[row.id]) for row in rows]


def _record(row: Row[Any], steps: Sequence[FindingStep]) -> FindingRecord:
    return FindingRecord(
        id=row.id,
        finding=Finding(**{name: getattr(row, name) for name in _COLUMNS}),
        status=FindingStatus(row.status),
        steps=tuple(steps),
    )
