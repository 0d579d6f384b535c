"""Settings of the promises module."""

from typing import Literal

from policies.core.config import KnownLadder
from policies.kernel.config import StrictModel

Kind = Literal["inquiry", "business", "complaint", "suggestion", "support", "incident"]


class Config(StrictModel):
    """defaults.yaml, and what a company lays over it."""

    ladder: KnownLadder
    """3.3.3: what happens along the time of a promise."""
    needs_time: tuple[Kind, ...]
    """3.3.3: kinds in which a reply that settles nothing must name a time."""
    broken_is_grave: bool
    """3.3.3: whether a broken promise is a grave finding."""
