"""A complaint as its rules see it: what is derived from the facts, once for all of them."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Final

from policies.complaints.config import Flag
from policies.kernel.deadlines import Clock, Ladder, Pause
from policies.kernel.facts import Article, Change, Facts, Post
from policies.kernel.spec import Spec

MODULE: Final = "complaints"
SEVERITIES: Final = ("ordinary", "serious", "major")
LEADERS: Final = (Post.SUPERVISOR, Post.MANAGER)


def closings(facts: Facts) -> tuple[datetime, ...]:
    """When the case was closed, each time."""
    return tuple(change.at for change in facts.history if change.field == "state" and change.new == "closed")


def closed_since(facts: Facts) -> datetime:
    """When the present closing began; only for a closed ticket."""
    times = closings(facts)
    return times[-1] if times else facts.ticket.closed_at or facts.ticket.updated_at


def held_closings(facts: Facts) -> tuple[datetime, ...]:
    """The closings that stood: not those that a gate undid, and the present one only while the ticket is closed."""
    states = [change for change in facts.history if change.field == "state"]
    unhappy = [c.at for c in facts.history if c.field == "satisfaction" and c.new == "dissatisfied"]
    held = []
    for index, change in enumerate(states):
        if change.new != "closed":
            continue
        undone = states[index + 1] if index + 1 < len(states) else None
        if undone is None:
            if facts.ticket.closed:
                held.append(change.at)
        elif undone.by != facts.me or any(change.at <= at <= undone.at for at in unhappy):
            held.append(change.at)
    if not held and facts.ticket.closed:
        held.append(closed_since(facts))
    return tuple(held)


def reopened_at(facts: Facts) -> datetime | None:
    """When it was last opened again."""
    found = [c.at for c in facts.history if c.field == "state" and c.old == "closed" and c.new != "closed"]
    return found[-1] if found else None


def reopenings(facts: Facts) -> int:
    """How often it was opened again."""
    return sum(1 for c in facts.history if c.field == "state" and c.old == "closed" and c.new != "closed")


def pauses(facts: Facts) -> tuple[Pause, ...]:
    """When an agent waited for the customer: pending with the reason given (company clocks stand still)."""
    return tuple(_pauses(facts))


def _pauses(facts: Facts) -> Iterator[Pause]:
    since: datetime | None = None
    waiting, pending = "", ""
    for change in facts.history:
        if change.field == "waiting_for":
            waiting = change.new
        elif change.field == "state":
            pending = change.new
        else:
            continue
        held = pending == "pending reminder" and waiting == "customer"
        if held and since is None:
            since = change.at
        elif not held and since is not None:
            yield Pause(from_at=since, until_at=change.at)
            since = None
    if since is not None:
        yield Pause(from_at=since)


def own_clock(
    facts: Facts,
    name: str,
    clause: str,
    started_at: datetime,
    within: Spec,
    ladder: Ladder,
    met_at: datetime | None = None,
    restarts: int = 0,
) -> Clock:
    """A clock of the company's own: it stands still while the customer is waited for."""
    return Clock(
        name=name,
        clauses=(clause,),
        started_at=started_at,
        within=within,
        calendar=facts.calendar,
        ladder=ladder,
        met_at=met_at,
        pauses=pauses(facts),
        restarts=restarts,
    )


def first_reply(facts: Facts) -> Article | None:
    """The first answer the customer could read."""
    return next((a for a in facts.to_customer if a.at >= facts.ticket.since), None)


def first_reply_after(facts: Facts, at: datetime) -> Article | None:
    """The first answer after an instant."""
    return next((a for a in facts.to_customer if a.at > at), None)


def weight_of(flags: frozenset[str], weights: Mapping[Flag, int]) -> int:
    """What the flags weigh together."""
    return sum(weight for flag, weight in weights.items() if flag in flags)


def set_by_person(facts: Facts, field: str) -> bool:
    """Whether a person had the last word on a field: an agent's correction wins for good."""
    change = facts.last_set(field)
    return change is not None and change.by != facts.me and facts.person(change.by) is not None


def became(facts: Facts, field: str, value: str) -> Change | None:
    """The latest change that gave the field this value."""
    return next((c for c in reversed(facts.history) if c.field == field and c.new == value), None)


def higher(severity: str | None) -> str:
    """One level up; major stays major."""
    rank = SEVERITIES.index(severity) if severity in SEVERITIES else 0
    return SEVERITIES[min(rank + 1, len(SEVERITIES) - 1)]


def approval(facts: Facts, field: str, posts: tuple[Post, ...]) -> tuple[Change | None, str]:
    """Who approved, and what is wrong with it.

    returns   the change that says approved (None: nobody did) and "" when it holds, else `post` (the person does not
              hold the post) or `self` (the one who asked approved)
    """
    approved = became(facts, field, "approved")
    if approved is None:
        return None, ""
    if facts.post_of(approved.by) not in posts:
        return approved, "post"
    asks = [c for c in facts.history if c.field == field and c.new == "asked" and c.at <= approved.at]
    asked = asks[-1] if asks else None
    if asked is not None and asked.by == approved.by:
        return approved, "self"
    return approved, ""


def overridden(facts: Facts) -> Change | None:
    """The override of a gate: a person gave a reason. It holds for the closing it was given for."""
    if not facts.ticket.override_reason:
        return None
    return facts.last_set("override_reason")
