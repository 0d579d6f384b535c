"""Whom a case waits for: the field says so only while it is so. 1.3.3."""

from datetime import datetime

from policies.core.config import Config
from policies.kernel.decisions import SetField, SetState, say
from policies.kernel.facts import Change, Facts
from policies.kernel.rules import Wants, rule
from policies.kernel.traits import AT_DEPARTMENT, OPEN, changed, has

_PENDING = "pending reminder"


def _waits_since(facts: Facts) -> datetime | None:
    """Since when, with that reason and in that state, the case waits; None where nothing tells."""
    reason, state = facts.last_set("waiting_for"), facts.last_set("state")
    if reason is None or reason.new != facts.ticket.waiting_for:
        return None
    if state is not None and state.new == _PENDING == facts.ticket.state_type:
        return max(reason.at, state.at)
    return reason.at


def _ended(facts: Facts, since: datetime) -> bool:
    """Whether a pending state that the wait was in came to its end."""
    return any(
        change.field == "state" and change.old == _PENDING and change.new != _PENDING and change.at > since
        for change in facts.history
    )


@rule("1.3.3", when=OPEN & has("waiting_for", "customer") & changed("waiting_for"))
def customer_is_waited_for_no_more(facts: Facts, config: Config) -> Wants:
    """Once the customer has written, or a person took the case up again, it no longer waits for the customer."""
    since = _waits_since(facts)
    if since is None:
        return
    if any(article.at > since for article in facts.from_customer):
        why = say("waiting.answered")
        yield SetField(field="waiting_for", value=None), why
        if facts.ticket.state_type == _PENDING:
            yield SetState(state="open"), why
    elif facts.ticket.state_type != _PENDING and _ended(facts, since):
        yield SetField(field="waiting_for", value=None), say("waiting.taken_up")


@rule(
    "1.3.3",
    when=OPEN
    & has("waiting_for", "department")
    & (changed("stage") | changed("group"))
    & ~AT_DEPARTMENT
    & ~has("stage", "with_department"),
)
def department_is_waited_for_no_more(facts: Facts, config: Config) -> Wants:
    """Once the case is back from the department it no longer waits for it."""
    since = facts.last_set("waiting_for")
    if any(_came_back(facts, change) and (since is None or change.at > since.at) for change in facts.history):
        yield SetField(field="waiting_for", value=None), say("waiting.back")


def _came_back(facts: Facts, change: Change) -> bool:
    if change.field == "stage":
        return change.old == "with_department"
    left, came = facts.desks.get(change.old), facts.desks.get(change.new)
    was_there = left is not None and left.department is not None
    return change.field == "group" and was_there and (came is None or came.department is None)
