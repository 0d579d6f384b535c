"""Settings of the core module."""

from collections.abc import Iterator
from typing import Annotated, Literal

from pydantic import AfterValidator

from policies.kernel.config import StrictModel
from policies.kernel.config_together import together
from policies.kernel.ladder import Knowing, Ladder
from policies.kernel.ladders import EFFECTS
from policies.kernel.spec import Spec

KnownLadder = Annotated[Ladder, Knowing(EFFECTS)]


def _calendar_days(period: Spec) -> Spec:
    if period.unit != "d":
        raise ValueError("is counted in calendar days, such as 90d")
    return period


Days = Annotated[Spec, AfterValidator(_calendar_days)]


def nominal_days(period: Spec) -> float:
    """A period in calendar days, holidays aside: five working days are a week, eight working hours a working day."""
    per = {"d": 1.0, "h": 1 / 24, "m": 1 / 1440, "wd": 7 / 5, "wh": 7 / 5 / 8, "wm": 7 / 5 / 480}
    return period.amount * per[period.unit]


Send = Literal["auto", "draft", "off"]


class Survey(StrictModel):
    """The question whether the customer is satisfied."""

    kinds: tuple[Literal["inquiry", "business", "suggestion", "support", "task", "incident"], ...]
    """1.3.1: kinds of case after whose closing it is put; complaints have their own."""
    reminders: tuple[Spec, ...]
    """1.3.1: when the customer is reminded of it, after closing."""
    ends: Spec
    """1.3.1: when the case ends without an answer."""
    ask: Send
    """1.3.1: how the question leaves: sent, drafted in the note, or not at all."""
    remind: Send
    """1.3.1: how reminders leave."""

    @together
    def _one_after_the_other(self) -> Iterator[str]:
        waits = [nominal_days(wait) for wait in (*self.reminders, self.ends)]
        if waits != sorted(waits):
            yield "reminders come one after the other, and before ends"


class Config(StrictModel):
    """defaults.yaml, and what a company lays over it."""

    owner_within: Spec
    """1.3.4: how long a case may be without an owner."""
    owner_ladder: KnownLadder
    """1.3.4: what happens while nobody owns the case."""
    complaint_weight: float
    """2.1.3: the weight of complaint phrases from which a message is a complaint."""
    repeat_within: Days
    """2.2.5: how long a customer's earlier complaint makes a new one a repeat."""
    group_within: Days
    """4.3.6: how far apart complaints of one cause count together."""
    summary_within: Spec
    """1.3.4: how long after a hand-over its summary may follow."""
    summary_ladder: KnownLadder
    """1.3.4: what happens while the summary is missing."""
    task_ladder: KnownLadder
    """2.1.6: what happens along the time of a task."""
    survey: Survey
    """1.3.1: the question whether the customer is satisfied, after every closing."""
