"""The clocks of a ticket about which not everything could be decided: kept, and looked at again some time later."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final

from integrations.store.records import ClockRow
from jobs.record import clock_rows
from policies.kernel.evaluate import Verdict

REST: Final = timedelta(hours=1)
"""How long the clocks of a ticket in the dead letters wait before the sweep tries it again."""


def rested(rows: Iterable[ClockRow], now: datetime) -> tuple[ClockRow, ...]:
    """`rows`, none of which wants a look before `now` + REST."""
    until = now + REST
    return tuple(
        replace(row, next_at=until) if row.next_at is not None and row.next_at < until else row for row in rows
    )


def clocks_after(verdict: Verdict, kept: Iterable[ClockRow], now: datetime) -> tuple[ClockRow, ...]:
    """The ticket's clocks once `verdict` has taken effect, where `kept` were its clocks so far.

    A module that failed, or sat out because of one that did, could not name its clocks: those the verdict does not name
    stay as they were and rest. Where all decided, the verdict names all there are.
    """
    rows = clock_rows(verdict)
    if not verdict.failures and not verdict.skipped:
        return rows
    named = {row.name for row in rows}
    return rows + rested((row for row in kept if row.name not in named), now)
