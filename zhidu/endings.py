"""How clocks stand or ended, counted."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Clocks:
    """Runs of clocks by how they stand or ended: in time, late, late and open, still in time or standing still."""

    met: int = 0
    met_late: int = 0
    breached: int = 0
    open: int = 0

    @property
    def late(self) -> int:
        """All that ran out."""
        return self.met_late + self.breached
