"""Regulation profiles: what the law of a place says of complaint deadlines, as data with the state of each figure."""

from __future__ import annotations

from functools import cache, cached_property
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from policies.kernel.config import Layer, load_text, read
from policies.kernel.spec import Spec

FILE = Path(__file__).parent.parent / "regulations" / "profiles.yaml"

Day = Literal["calendar", "working", "business"]


class Period(BaseModel):
    """One legal period. `status` tells how well the figure is sourced; `article` is shown only when confirmed."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    days: int | None = None
    weeks: int | None = None
    day: Day = "calendar"
    article: str = ""
    status: str = "unconfirmed"
    needs: tuple[str, ...] = ()

    @property
    def spec(self) -> Spec | None:
        """The period; None where the law sets none. Weeks are calendar weeks."""
        if self.weeks is not None:
            return Spec(self.weeks * 7, "d")
        if self.days is None:
            return None
        return Spec(self.days, "d" if self.day == "calendar" else "wd")

    @property
    def confirmed(self) -> bool:
        return self.status.startswith("confirmed")

    @property
    def citation(self) -> str:
        """The article as it may be shown: nothing that nobody has confirmed, no footnote marks."""
        return self.article.rstrip("*") if self.status == "confirmed" and not self.article.endswith("*") else ""


class StopClock(BaseModel):
    """What stops the legal clock, and what that needs as evidence."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    events: tuple[str, ...] = ()
    needs: tuple[str, ...] = ()
    status: str = "unconfirmed"


class Profile(BaseModel):
    """The rule of one regulator. Notes and other parts of the data stay with the data."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    id: str
    zh: str = ""
    url: str = ""
    calendar: str = ""
    """The calendar of the jurisdiction, whose working days the profile counts; needed where it counts any."""
    applies: tuple[str, ...] = ("complaint",)
    ack: Period | None = None
    simple: Period | None = None
    complex: Period | None = None
    extension: Period | None = None
    stop_clock: StopClock | None = None

    @cached_property
    def steps(self) -> tuple[tuple[Spec, Period], ...]:
        """From the first receipt: the period of a simple case, then with one extension, then with two.

        Each with the part of the law it comes from.
        """
        found = [(period.spec, period) for period in (self.simple, self.complex) if period is not None]
        steps = [(spec, period) for spec, period in found if spec is not None]
        more = None if self.extension is None else self.extension.spec
        if steps and self.extension is not None and more is not None and more.unit == steps[-1][0].unit:
            steps.append((Spec(steps[-1][0].amount + more.amount, more.unit), self.extension))
        return tuple(steps)

    @cached_property
    def stages(self) -> tuple[Spec, ...]:
        """The periods of `steps` alone."""
        return tuple(spec for spec, _ in self.steps)

    @property
    def title(self) -> str:
        """What the regulation is called; its id where the data gives no name."""
        return self.zh or self.id

    @property
    def acknowledged(self) -> tuple[Spec, Period] | None:
        """The time to an acknowledgement, with the part of the law it comes from; None where the law sets no number."""
        return None if self.ack is None or self.ack.spec is None else (self.ack.spec, self.ack)

    @property
    def counts_business_days(self) -> bool:
        """Whether any of its periods, the acknowledgement's among them, is of working days."""
        first = () if self.acknowledged is None else (self.acknowledged[0],)
        return any(spec.unit == "wd" for spec in (*first, *self.stages))


class _File(BaseModel):
    model_config = ConfigDict(extra="ignore", frozen=True)

    schema_: Annotated[int, Field(alias="schema")]
    profiles: tuple[Profile, ...]


@cache
def profiles() -> dict[str, Profile]:
    """The shipped profiles that set a deadline for complaints, by id. Raises ConfigErrors for a damaged file."""
    layer: Layer = read(FILE, shown="policies/regulations/profiles.yaml")
    loaded: Any = load_text(layer.text, layer.path, _File).config
    return {profile.id: profile for profile in loaded.profiles if profile.stages}
