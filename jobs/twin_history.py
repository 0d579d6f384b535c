"""The history of a ticket that was made anew, as if it had gone on."""

from __future__ import annotations

from integrations.zammad.twin_copy import mark_of
from integrations.zammad.wire import OneRead
from jobs.looks import Known
from policies.kernel.facts import Change


def true_changes(read: OneRead, kept: Known | None, told: tuple[Change, ...], me: int) -> tuple[Change, ...]:
    """The changes of the original, as far as they were kept, before those that the helpdesk tells of.

    told   the helpdesk's history. What the making itself changed, the state it was set to at the end, is left out
    """
    mark = mark_of(read.ticket.preferences)
    if mark is None:
        return told
    if mark.reopened:
        opened = next((change for change in told if change.by == me and change.field == "state"), None)
        told = tuple(change for change in told if change is not opened)
    before = () if kept is None else kept.changes
    return (*(change for change in before if change.at < read.ticket.created_at), *told)
