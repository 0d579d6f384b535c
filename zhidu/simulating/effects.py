"""What would be written of a verdict: the same comparison as the service's, without the words and the calls."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any, NamedTuple

from integrations.zammad.notes import new_key
from integrations.zammad.plan import same
from policies.kernel.decisions import (
    Assign,
    Checklist,
    Decision,
    Find,
    Link,
    Note,
    Notify,
    Prioritise,
    Reply,
    Route,
    RunClock,
    Say,
    SetField,
    SetState,
    Tag,
    Tell,
    Untag,
)
from policies.kernel.evaluate import Verdict
from policies.kernel.facts import Facts
from policies.kernel.vocabulary import FIELDS


class Set(NamedTuple):
    """A field that differs; `new` None: cleared."""

    field: str
    old: Any
    new: Any
    decision: Decision


class Written(NamedTuple):
    """What one look would have written.

    shown       decisions that the one internal note shows; empty: no note
    note_key    the note's own key; None: no note
    sent        replies to the customer that leave by themselves; drafts are among `shown`
    others      whatever else has an effect: messages to people, findings, links, checklists, tags, rungs of clocks
    clocks      the decisions that run one, whether that has an effect now or not
    """

    sets: tuple[Set, ...] = ()
    shown: tuple[Decision, ...] = ()
    note_key: str | None = None
    sent: tuple[Decision, ...] = ()
    others: tuple[Decision, ...] = ()
    clocks: tuple[Decision, ...] = ()

    @property
    def decisions(self) -> tuple[Decision, ...]:
        """Every decision that has an effect, once: each kind of action is in one of the parts."""
        return (*(one.decision for one in self.sets), *self.shown, *self.sent, *self.others)


def written(verdict: Verdict, given: Facts, known: Collection[str], *, mails: bool) -> Written:
    """What a look at `given` writes.

    known   keys of the notes and replies that are on the ticket already
    mails   whether a mail can leave this desk for this customer
    """
    sets: dict[str, Set] = {}
    notes: list[Decision] = []
    sent: list[Decision] = []
    others: list[Decision] = []
    clocks: list[Decision] = []
    for decision in verdict.decisions:
        match decision.action:  # what most decisions are, first
            case RunClock(reached=reached):
                clocks.append(decision)
                if reached and decision not in others:
                    others.append(decision)
            case SetField() | Route() | Assign() | Prioritise() | SetState():
                change = _set(decision, verdict, given)
                if change is not None:
                    sets.setdefault(change.field, change)
            case Note() | Tell(how="mention"):
                notes.append(decision)
            case Reply(send="auto", key=key) if mails:
                if f"{given.ticket.id}:{key}" not in known:
                    sent.append(decision)
            case Reply(send="auto" | "draft"):
                notes.append(decision)
            case Tell() | Notify() | Find() | Link() | Checklist():
                others.append(decision)
            case Tag(name=name) if name not in given.ticket.tags and decision not in others:
                others.append(decision)
            case Untag(name=name) if name in given.ticket.tags and decision not in others:
                others.append(decision)
            case _:
                pass
    note_key = new_key(given, notes, set(known)) if notes else None
    shown = tuple(notes) if note_key is not None else ()
    return Written(tuple(sets.values()), shown, note_key, tuple(sent), tuple(others), tuple(clocks))


def _set(decision: Decision, verdict: Verdict, given: Facts) -> Set | None:
    """The field that the decision changes; None where the ticket shows it so already."""
    ticket = given.ticket
    name: str
    old: Any
    new: Any
    match decision.action:
        case SetField(field=name, value=value):
            old = getattr(ticket, name) if name in FIELDS else ticket.custom.get(name)
            new = _shown(value) if isinstance(value, Say) else value
        case Route(group=group):
            name, old, new = "group", ticket.group, group
        case Assign(owner=owner):
            name, old, new = "owner", ticket.owner, owner
            person = verdict.facts.person(owner)
            if old != new and person is not None and verdict.facts.ticket.group not in person.groups:
                return None
        case Prioritise(priority=priority):
            name, old, new = "priority", ticket.priority, priority
        case SetState(state=state, until=until):
            name, old, new = "state", ticket.state_type, state
            if old == new and until is not None:
                name, old, new = "pending_time", ticket.pending_until, until
        case _:
            return None
    return None if old == new or same(old, new) else Set(name, old, new, decision)


def _shown(text: Say) -> str:
    """Stands for the words of a field that people read: equal for equal words, in no language."""
    return "|".join([f"{text.module}:{text.key}", *[str(value) for _, value in text.values]])
