"""How clocks stand or ended, counted."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Self


@dataclass(frozen=True, slots=True, kw_only=True)
class Clocks:
    """Runs of clocks by how they stand or ended: in time, late, late and open, still in time or standing still; and
    those that nothing asks for any more, which had neither been done nor run out."""

    met: int = 0
    met_late: int = 0
    breached: int = 0
    open: int = 0
    ended: int = 0

    @classmethod
    def of(cls, endings: Mapping[str, int]) -> Self:
        """From how often each ending of `clock_runs.Ending` came."""
        return cls(
            met=endings.get("met", 0),
            met_late=endings.get("met late", 0),
            breached=endings.get("breached", 0),
            open=endings.get("running", 0) + endings.get("paused", 0),
            ended=endings.get("ended", 0),
        )

    @property
    def late(self) -> int:
        """All that ran out."""
        return self.met_late + self.breached
