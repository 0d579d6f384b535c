"""The week as it is written in `week.yaml`: cases with what people do about them, and what befalls the company."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Annotated, Final, Literal
from zoneinfo import ZoneInfo

from pydantic import BeforeValidator, Field

from policies.kernel.config import StrictModel, load, read
from zhidu.demo.clock import Chance

FILE: Final = Path(__file__).parent / "week.yaml"
YEAR: Final = 2026
ZONE: Final = ZoneInfo("Asia/Shanghai")
SHIFT: Final = timedelta(minutes=4)
"""By how much chance moves a case at most, with all that is done about it."""


def _instant(value: object) -> object:
    if not isinstance(value, str):
        return value
    try:
        return datetime.fromisoformat(f"{YEAR}-{value.replace(' ', 'T')}").replace(tzinfo=ZONE)
    except ValueError:
        raise ValueError("a time is month-day hour:minute, such as 05-06 09:30") from None


When = Annotated[datetime, BeforeValidator(_instant)]
Text = Annotated[str, Field(min_length=1)]


class Act(StrictModel):
    """What one person does to a ticket, in one go."""

    at: When
    """When, in the company's zone."""
    by: Text
    """A member, or `customer`."""
    take: bool = False
    """Becomes the owner."""
    owner: Text | None = None
    """The member who becomes the owner."""
    group: Text | None = None
    """The group it moves to."""
    state: Literal["open", "closed", "pending reminder"] | None = None
    """The state it gets."""
    until: When | None = None
    """Until when it is pending."""
    reply: Text | None = None
    """A mail to the customer."""
    call: Text | None = None
    """What was said to the customer on the telephone."""
    note: Text | None = None
    """An internal note."""
    mail: Text | None = None
    """What the customer writes."""
    set: dict[str, str | tuple[str, ...]] = Field(default_factory=dict)
    """Fields of ours, without `zhidu_`."""
    documents: dict[str, str] = Field(default_factory=dict)
    """Lines of the checklist of documents: `fine`, or what is wrong with it."""


class Attachment(StrictModel):
    """A text file that comes with a mail."""

    name: Text
    """What it is called."""
    text: Text
    """What is in it."""


class Case(StrictModel):
    """One customer's matter. Where a text has `{card}`, `{identity}` or `{password}`, see `private.py`."""

    at: When
    """When it comes in."""
    name: str = ""
    """The customer, as the mail program names them."""
    address: Text
    """The customer's mail address."""
    group: Text
    """Where it comes in."""
    channel: Literal["mail", "web", "phone"] = "mail"
    """How."""
    by: Text | None = None
    """The member who takes the call."""
    title: Text
    """Its subject."""
    text: Text
    """What the customer writes or says."""
    html: bool = False
    """Whether the mail is in HTML; a line of it is a paragraph."""
    attachment: Attachment | None = None
    """What comes with the mail."""
    then: tuple[Act, ...] = ()
    """What people do about it."""


class Outage(StrictModel):
    """The helpdesk is gone for a while."""

    at: When
    """From when."""
    minutes: int = Field(gt=0)
    """For how long."""


class Leave(StrictModel):
    """A member is out of office."""

    at: When
    """When it is entered."""
    who: Text
    """Who is away."""
    until: When
    """The last day."""
    stand_in: Text | None = None
    """Who stands in."""


class Astray(StrictModel):
    """A delivery goes astray."""

    at: When
    """The next one after this instant."""
    how: Literal["drop", "duplicate"]
    """It never arrives, or twice."""


class Reveal(StrictModel):
    """Somebody must see what was masked in a case."""

    at: When
    """When it is asked for."""
    case: Text
    """Whose message."""
    by: Text
    """Who asks, tries to approve it alone, sees it, and tries again."""
    approver: Text
    """The second person."""
    reason: Text
    """Why."""


class Week(StrictModel):
    """The whole of `week.yaml`."""

    begins: When
    """The first instant of the play."""
    outages: tuple[Outage, ...] = ()
    """When the helpdesk is gone."""
    leaves: tuple[Leave, ...] = ()
    """Who is away when."""
    astray: tuple[Astray, ...] = ()
    """What becomes of deliveries."""
    reveals: tuple[Reveal, ...] = ()
    """Who must see an original."""
    cases: Annotated[dict[str, Case], Field(min_length=1)]
    """Short name → case."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Cue:
    """One thing that happens, when, and to which case (empty: to the company)."""

    at: datetime
    case: str
    what: Case | Act | Outage | Leave | Astray | Reveal


def load_week(path: Path = FILE) -> Week:
    """raises ConfigErrors – all that is wrong with the file"""
    return load(Week, [read(path)]).config


def cues(week: Week, chance: Chance) -> list[Cue]:
    """Everything that happens, in order; each case moved by chance as a whole."""
    return sorted(_cues(week, chance), key=lambda cue: cue.at)


def _cues(week: Week, chance: Chance) -> Iterator[Cue]:
    events: list[Outage | Leave | Astray] = [*week.outages, *week.leaves, *week.astray]
    for reveal in week.reveals:
        yield Cue(at=reveal.at, case=reveal.case, what=reveal)
    for event in events:
        yield Cue(at=event.at, case="", what=event)
    for name, case in week.cases.items():
        moved = SHIFT * chance.of(name)
        moved -= timedelta(microseconds=moved.microseconds)
        parts: list[Case | Act] = [case, *case.then]
        for what in parts:
            yield Cue(at=what.at + moved, case=name, what=what)
