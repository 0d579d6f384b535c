"""Kinds that agents corrected, and the models that were learnt from them. Of messages only hashed runs are kept."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select, update

from integrations.store.database import Session, insert_into
from integrations.store.outside import Outside
from integrations.store.tables import CORRECTIONS, LEARNT


@dataclass(frozen=True, slots=True, kw_only=True)
class Correction:
    """A ticket's kind as a person gave it.

    was    what it had been; None where it had none
    runs   hashed runs of the customer's first message (policies/kernel/text/learnt.py)
    """

    ticket_id: int
    was: str | None
    label: str
    at: datetime
    runs: tuple[int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class LearntRow:
    """One attempt to learn.

    corrections   how many it learnt from
    figures       what it got right of corrections it had not seen
    model         labels, intercepts and weights, as JSON has them
    enabled_by    the person by whose decision it proposes; None: it does not
    """

    number: int
    made_at: datetime
    corrections: int
    figures: Mapping[str, object]
    model: Mapping[str, object]
    enabled_by: str | None = None
    enabled_at: datetime | None = None


class Corrections:
    """The last correction of each ticket."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def keep(
        self, ticket_id: int, was: str | None, label: str, at: datetime, runs: Callable[[], tuple[int, ...]]
    ) -> bool:
        """Keeps a correction that is not known yet. Returns whether it was new; only then `runs` is asked."""
        known = select(CORRECTIONS.c.label, CORRECTIONS.c.at).where(CORRECTIONS.c.ticket_id == ticket_id)
        with self._session.write() as connection:
            row = connection.execute(known).first()
            if row is not None and (row.label, row.at) == (label, at):
                return False
            values = {"was": was, "label": label, "at": at, "runs": json.dumps(runs(), separators=(",", ":"))}
            statement = insert_into(connection, CORRECTIONS).values(ticket_id=ticket_id, **values)
            connection.execute(statement.on_conflict_do_update(index_elements=["ticket_id"], set_=values))
        return True

    def all(self) -> tuple[Correction, ...]:
        """Every correction, the oldest first."""
        statement = select(CORRECTIONS).order_by(CORRECTIONS.c.at, CORRECTIONS.c.ticket_id)
        with self._session.read() as connection:
            rows = connection.execute(statement).all()
        return tuple(Correction(**{**row._mapping, "runs": tuple(json.loads(row.runs))}) for row in rows)


class LearntModels:
    """What was learnt, attempt by attempt; a person enables one."""

    def __init__(self, session: Session, outside: Outside) -> None:
        self._session = session
        self._outside = outside

    def add(self, corrections: int, figures: Mapping[str, object], model: Mapping[str, object]) -> int:
        """Keeps a new model, which proposes nothing yet. Returns its number."""
        with self._session.write() as connection:
            number = int(connection.scalar(select(func.max(LEARNT.c.number))) or 0) + 1
            values = {
                "made_at": self._outside.now(),
                "corrections": corrections,
                "figures": json.dumps(figures, sort_keys=True),
                "model": json.dumps(model, separators=(",", ":")),
            }
            connection.execute(insert_into(connection, LEARNT).values(number=number, **values))
        return number

    def all(self) -> tuple[LearntRow, ...]:
        """Every model, the newest first."""
        with self._session.read() as connection:
            rows = connection.execute(select(LEARNT).order_by(LEARNT.c.number.desc())).all()
        return tuple(
            LearntRow(**{**row._mapping, "figures": json.loads(row.figures), "model": json.loads(row.model)})
            for row in rows
        )

    def enabled(self) -> LearntRow | None:
        """The model that proposes; None where none does."""
        return next((row for row in self.all() if row.enabled_by is not None), None)

    def enable(self, number: int | None, by: str) -> bool:
        """From now on this model proposes and no other; None: none does. Returns whether there is such a model."""
        with self._session.write() as connection:
            connection.execute(update(LEARNT).values(enabled_by=None, enabled_at=None))
            if number is None:
                return True
            chosen = update(LEARNT).where(LEARNT.c.number == number)
            changed = connection.execute(chosen.values(enabled_by=by, enabled_at=self._outside.now()))
        return changed.rowcount == 1
