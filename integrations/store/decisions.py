"""The decisions that were taken, in order, never changed."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from sqlalchemy import Connection, func, insert, or_, select

from integrations.store.database import Session, batched
from integrations.store.records import DecisionRow
from integrations.store.tables import ALIASES, DECISION_CLAUSES, DECISIONS

_COLUMNS = ("ticket_id", "case_id", "at", "rule", "slot", "action", "because", "policy", "occasion")


class Decisions:
    """A log. What is worth a row, the caller decides; nothing here takes one away."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def append(self, decisions: Iterable[DecisionRow]) -> tuple[DecisionRow, ...]:
        """Adds `decisions` in their order, but for those whose occasion is known already. Returns those added."""
        wanted = list(decisions)
        if not wanted:
            return ()
        with self._session.write() as connection:
            rows = _unknown(connection, wanted)
            if not rows:
                return ()
            statement = insert(DECISIONS).returning(DECISIONS.c.id, sort_by_parameter_order=True)
            ids = connection.scalars(statement, [{name: getattr(row, name) for name in _COLUMNS} for row in rows]).all()
            clauses = [
                {"decision_id": decision_id, "position": position, "clause": clause, "at": row.at}
                for decision_id, row in zip(ids, rows, strict=True)
                for position, clause in enumerate(row.clauses)
            ]
            if clauses:
                connection.execute(insert(DECISION_CLAUSES), clauses)
        return tuple(rows)

    def list(
        self,
        *,
        ticket_id: int | None = None,
        case_id: str | None = None,
        clause: str | None = None,
        since: datetime | None = None,
        until: datetime | None = None,
        limit: int = 1000,
    ) -> tuple[DecisionRow, ...]:
        """Decisions in the order they were taken; every condition given must hold.

        case_id         also those taken on a ticket that belongs to the case by now
        since, until    half-open: since <= at < until
        """
        wanted = select(DECISIONS)
        if ticket_id is not None:
            wanted = wanted.where(DECISIONS.c.ticket_id == ticket_id)
        if case_id is not None:
            aliases = select(ALIASES.c.ticket_id).where(ALIASES.c.case_id == case_id)
            wanted = wanted.where(or_(DECISIONS.c.case_id == case_id, DECISIONS.c.ticket_id.in_(aliases)))
        if clause is not None:
            citing = select(DECISION_CLAUSES.c.decision_id).where(DECISION_CLAUSES.c.clause == clause)
            wanted = wanted.where(DECISIONS.c.id.in_(citing))
        if since is not None:
            wanted = wanted.where(DECISIONS.c.at >= since)
        if until is not None:
            wanted = wanted.where(DECISIONS.c.at < until)
        with self._session.read() as connection:
            page = wanted.order_by(DECISIONS.c.at, DECISIONS.c.id).limit(limit)
            rows = connection.execute(page).all()
            cited = _cited(connection, [row.id for row in rows])
        return tuple(
            DecisionRow(clauses=tuple(cited.get(row.id, ())), **{name: getattr(row, name) for name in _COLUMNS})
            for row in rows
        )

    def count_by_clause(self, since: datetime, until: datetime) -> dict[str, int]:
        """How many decisions of [`since`, `until`) cite each clause."""
        statement = (
            select(DECISION_CLAUSES.c.clause, func.count())
            .where(DECISION_CLAUSES.c.at >= since, DECISION_CLAUSES.c.at < until)
            .group_by(DECISION_CLAUSES.c.clause)
            .order_by(DECISION_CLAUSES.c.clause)
        )
        with self._session.read() as connection:
            return {clause: count for clause, count in connection.execute(statement)}


def _unknown(connection: Connection, rows: Sequence[DecisionRow]) -> list[DecisionRow]:
    """The rows whose occasion is neither in the log nor earlier among themselves."""
    occasions = [row.occasion for row in rows if row.occasion is not None]
    seen: set[str | None] = set()
    for some in batched(occasions):
        seen.update(connection.scalars(select(DECISIONS.c.occasion).where(DECISIONS.c.occasion.in_(some))))
    fresh = []
    for row in rows:
        if row.occasion is None or row.occasion not in seen:
            fresh.append(row)
            if row.occasion is not None:
                seen.add(row.occasion)
    return fresh


def _cited(connection: Connection, ids: Sequence[int]) -> dict[int, list[str]]:
    """The clauses of each decision, in its order."""
    cited: dict[int, list[str]] = {}
    for some in batched(ids):
        statement = (
            select(DECISION_CLAUSES.c.decision_id, DECISION_CLAUSES.c.clause)
            .where(DECISION_CLAUSES.c.decision_id.in_(some))
            .order_by(DECISION_CLAUSES.c.decision_id, DECISION_CLAUSES.c.position)
        )
        for decision_id, clause in connection.execute(statement):
            cited.setdefault(decision_id, []).append(clause)
    return cited
