"""What really was with a ticket: first answer, closings, owners, and what zhidu wrote if it was there."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

from policies.kernel.facts import NOBODY, Change, Facts
from zhidu.simulating.tally import Day, Tally
from zhidu.simulating.workbook import Real


def reality(facts: Facts, begins: datetime, until: datetime) -> Real:
    """`facts` are those as read, with the whole history."""
    ticket = facts.ticket
    inside = [change for change in facts.history if begins <= change.at < until]
    states = [change for change in inside if change.field == "state"]
    replies = [article.at for article in facts.to_customer if ticket.created_at <= article.at < until]
    came = begins <= ticket.created_at < until
    solved = None if ticket.closed_at is None or not ticket.closed else ticket.closed_at - ticket.created_at
    ours = [article for article in facts.articles if article.key is not None and begins <= article.at < until]
    return Real(
        number=ticket.number,
        group=ticket.group,
        counted=ticket.created_at < until and (ticket.updated_at >= begins or not (ticket.closed or ticket.over)),
        came=came,
        first_reply=(min(replies) - ticket.created_at).total_seconds() if came and replies else None,
        solved=None if solved is None else solved.total_seconds(),
        closings=sum(change.new == "closed" for change in states),
        reopened=sum(change.old == "closed" != change.new for change in states),
        handed=sum(_owner(change) is not None for change in inside),
        by_zhidu=len(ours) + sum(change.by == facts.me for change in inside),
    )


def real_days(facts: Facts, begins: datetime, until: datetime, zone: ZoneInfo) -> Tally:
    """Whom the ticket really kept busy: cases given and answers written."""
    tally = Tally()
    for change in facts.history:
        owner = _owner(change)
        if owner is not None and begins <= change.at < until:
            tally.days[Day(change.at.astimezone(zone).date(), owner, "given")] += 1
    for article in facts.to_customer:
        if begins <= article.at < until:
            tally.days[Day(article.at.astimezone(zone).date(), article.by, "answered")] += 1
    return tally


def _owner(change: Change) -> int | None:
    owner = int(change.new) if change.field == "owner" and change.new.isdecimal() else NOBODY
    return None if owner == NOBODY else owner
