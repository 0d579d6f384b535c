"""Settings of the complaints module."""

from collections.abc import Iterator
from decimal import Decimal
from typing import Annotated, Literal

from pydantic import AfterValidator, Field

from policies.core.config import KnownLadder, nominal_days
from policies.kernel.config import StrictModel
from policies.kernel.config_together import together
from policies.kernel.eras import kept_by_case
from policies.kernel.problems import did_you_mean
from policies.kernel.regulations import Profile, profiles
from policies.kernel.spec import Spec

Flag = Literal["amount", "vulnerable", "media", "legal", "regulator", "repeat", "group"]
Send = Literal["auto", "draft", "off"]
Post = Literal["supervisor", "manager"]


class BySeverity(StrictModel):
    """A period for each severity."""

    ordinary: Spec
    """For ordinary complaints."""
    serious: Spec
    """For serious ones."""
    major: Spec
    """For major ones."""

    def of(self, severity: str | None) -> Spec:
        """The period; a complaint that nobody has graded is handled as ordinary until its flags say more."""
        match severity:
            case "serious":
                return self.serious
            case "major":
                return self.major
            case _:
                return self.ordinary


class Timed(StrictModel):
    """A deadline whose length goes by severity, and what happens along it."""

    within: BySeverity
    """How long."""
    ladder: KnownLadder
    """What happens along it."""


class Deadline(StrictModel):
    """A deadline of one length, and what happens along it."""

    within: Spec
    """How long."""
    ladder: KnownLadder
    """What happens along it."""


class Texts(StrictModel):
    """How each text to the customer leaves: sent, drafted in the note, or not at all."""

    acknowledgement: Send
    """4.3.2: apology and the time by which the customer hears."""
    ask_details: Send
    """4.3.1: asks for what is missing."""
    extension: Send
    """1.3.2: tells of a longer time and why."""
    completion: Send
    """4.3.5: apology, result, question whether the customer is satisfied."""
    survey_reminder: Send
    """4.3.5: reminds of the question."""


def _known_profile(name: str) -> str:
    if name not in profiles():
        raise ValueError(f"unknown regulation profile{did_you_mean(name, profiles())}")
    return name


class Config(StrictModel):
    """defaults.yaml, and what a company lays over it."""

    flag_weights: dict[Flag, Annotated[int, Field(ge=0, le=9)]]
    """2.2.5: how much each flag adds to the severity."""
    serious_from: Annotated[int, Field(ge=1)]
    """2.2.5: weight from which a complaint is serious."""
    major_from: Annotated[int, Field(ge=1)]
    """2.2.5: weight from which a complaint is major."""
    amount_from: Annotated[Decimal, Field(gt=0)]
    """2.2.5: disputed sum, in CNY, from which it counts as large."""
    rates: dict[Annotated[str, Field(pattern="^[A-Z]{3}$")], Annotated[Decimal, Field(gt=0)]]
    """2.2.5: CNY for one unit of a currency, for sums in other money."""
    group_from: Annotated[int, Field(ge=2)]
    """2.2.5: customers with one cause from whom it is a group complaint."""
    desks: dict[Literal["ordinary", "serious", "major"], str]
    """4.3.3: the group for a severity, where a company has one."""
    departments: dict[str, str]
    """4.3.3: responsible department → its group."""
    acknowledge: Timed
    """4.3.2: first reply, with apology and a time."""
    resolve: Timed
    """2.1.3: the company's own time to a solution."""
    progress: Timed
    """4.3.4: how often the customer hears."""
    department: Timed
    """2.2.4: the responsible department's answer."""
    take_over: Deadline
    """2.2.5: the supervisor takes a major complaint over."""
    plan: Deadline
    """2.2.5: and writes a plan."""
    regulator: Deadline
    """2.3.6: a regulator's referral has its own time."""
    suggestion: Deadline
    """2.1.3: a suggestion is answered."""
    profile: Annotated[str, AfterValidator(_known_profile)] = kept_by_case()
    """1.3.2: the regulation profile whose deadlines are law for the company; a case keeps that under which it began."""
    law_calendar: str = kept_by_case()
    """1.3.2: the calendar by which the law counts (`calendars/<name>.yaml`); empty: that of the profile's jurisdiction
    for a profile that counts working days, the desk's for one that counts calendar days."""
    law_ladder: KnownLadder
    """1.3.2: what happens along the legal deadline."""
    law_stops: bool = kept_by_case()
    """1.3.2: whether the profile's own ground for stopping its clock counts: an external appraisal that a leader set or
    wrote of, and the customer was told of by name. Shipped profiles have the ground unconfirmed: ask your lawyers."""
    law_stop: Deadline
    """1.3.2: how long such a stop may last before it is reminded of, and a finding."""
    extension_needs: Post
    """1.3.2: the post that may approve an extension; a manager always may."""
    extension_notice: Deadline
    """1.3.2: the customer is told of an extension."""
    required_at_close: tuple[Literal["cause", "responsible", "remedy"], ...]
    """4.3.6: what must be recorded when a complaint is closed."""
    survey_reminders: tuple[Spec, ...]
    """4.3.5: when the customer is reminded of the question, after closing."""
    survey_ends: Spec
    """4.3.5: when the case ends without an answer."""
    matter_from: Annotated[int, Field(ge=1)]
    """4.3.1: characters from which a customer's own words can say what the matter is."""
    texts: Texts
    """4.3.2: how texts to the customer leave."""

    @property
    def law(self) -> Profile:
        return profiles()[self.profile]

    @property
    def counted_by(self) -> str | None:
        """The name of the calendar by which the law counts; None: the desk's."""
        return self.law_calendar or (self.law.calendar if self.law.counts_business_days else "") or None

    @together
    def _one_reminder_after_the_other(self) -> Iterator[str]:
        waits = [nominal_days(wait) for wait in (*self.survey_reminders, self.survey_ends)]
        if waits != sorted(waits):
            yield "survey_reminders come one after the other, and before survey_ends"

    @together
    def _graver_from_more(self) -> Iterator[str]:
        if self.major_from < self.serious_from:
            yield "major_from must not be below serious_from"

    @together
    def _acknowledged_within_law(self) -> Iterator[str]:
        first = self.law.acknowledged
        if first is not None:
            yield from self._laxer("acknowledge", self.acknowledge.within, first[0])

    @together
    def _resolved_within_law(self) -> Iterator[str]:
        yield from self._laxer("resolve", self.resolve.within, self.law.stages[0])

    def _laxer(self, name: str, within: BySeverity, law: Spec) -> Iterator[str]:
        for severity in ("ordinary", "serious", "major"):
            own = within.of(severity)
            if nominal_days(own) > nominal_days(law):
                yield f"{name}.within.{severity}: {own} is laxer than the law's {law} ({self.profile})"
