"""Reminders to somebody who is waited for, and the end of waiting: of those that were missed only the last is sent.

When a reminder went is part of its key, to the minute: so memory knows it, however late the service was.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from policies.kernel.deadlines import Clock
from policies.kernel.derived import derived
from policies.kernel.facts import Facts
from policies.kernel.once import done_by
from policies.kernel.spec import Spec

_MINUTE: Final = "%Y%m%dT%H%MZ"


@dataclass(frozen=True)
class Nudges:
    """One wait with its reminders.

    module      whose occasions and texts they are
    name        of the clock until the next reminder; `<name>_end` is that until waiting ends
    occasion    names the wait in keys
    since       when it began
    reminders   after so long each, ascending; `ends` is not before the last
    """

    facts: Facts
    module: str
    name: str
    clause: str
    occasion: str
    since: datetime
    reminders: tuple[Spec, ...]
    ends: Spec

    @derived
    def passed(self) -> int:
        """How many reminders have come due."""
        return sum(self._after(after) <= self.facts.now for after in self.reminders)

    @property
    def due_key(self) -> str | None:
        """The key of the reminder to send now; None when there is none, or it went."""
        number = self.passed
        if not number or self._reminded_at(number) is not None:
            return None
        return f"{self._begins(number)}{self.facts.now:{_MINUTE}}"

    @property
    def clock(self) -> Clock:
        """Until the next reminder, or until waiting ends; a last reminder that was late is given as long as one in
        time."""
        calendar = self.facts.calendar
        if self.passed < len(self.reminders):
            within = self.reminders[self.passed]
            return Clock.of(
                self.name,
                self.clause,
                self.since,
                calendar,
                within=within,
            )
        return Clock.of(
            f"{self.name}_end",
            self.clause,
            self.since,
            calendar,
            until_at=self._ends_at,
        )

    @property
    def waits(self) -> bool:
        """Whether the end has not come."""
        return self.clock.status(self.facts.now) == "running"

    @property
    def _ends_at(self) -> datetime:
        ends_at = self._after(self.ends)
        if not self.reminders:
            return ends_at
        reminded_at = self._reminded_at(len(self.reminders)) or self.facts.now.replace(second=0, microsecond=0)
        return max(ends_at, reminded_at + (ends_at - self._after(self.reminders[-1])))

    def _after(self, period: Spec) -> datetime:
        return self.facts.calendar.add(self.since, period).at

    def _begins(self, number: int) -> str:
        return f"{self.name}:{number}:{self.occasion}@"

    def _reminded_at(self, number: int) -> datetime | None:
        """When that reminder was sent, by the memory of the ticket or the article itself; None: not yet."""
        begins = self._begins(number)
        key = next((key for key in done_by(self.facts.memory, self.module) if key.startswith(begins)), None)
        if key is not None:
            return datetime.strptime(key.removeprefix(begins), _MINUTE).replace(tzinfo=UTC)
        whole = f"{self.facts.ticket.id}:{begins}"
        return next((a.at for a in self.facts.articles if a.key is not None and a.key.startswith(whole)), None)
